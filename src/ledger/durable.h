/* SPDX-License-Identifier: Apache-2.0
 * Files of the ledger on the disk: their content and their end. */
#ifndef LEDGER_DURABLE_H
#define LEDGER_DURABLE_H

#include "epurse/status.h"

/* Returns when the file's content is on the disk. STATUS_STORE_FAILED. */
enum status durable_file(const char *path) EPURSE_MUST_USE;

/* Removes a database with what SQLite may have put beside it; nothing there is fine. */
void durable_remove(const char *path);

#endif
