/* SPDX-License-Identifier: Apache-2.0
 * Receipts as files: RECEIPTS/CID-ATC.receipt, what epurse-verify reads. */
#ifndef EPURSE_TERMINAL_RECEIPT_FILE_H
#define EPURSE_TERMINAL_RECEIPT_FILE_H

#include "epurse/receipt.h"

struct journal_entry;
struct receipt_copy;
struct terminal;

/* Writes the receipt of an entry that has promise, authorisation, secret and card certificate, whole or not at all; one
 * that is there already is replaced by the same. `path` (512) becomes its name, "" where there is none.
 * STATUS_STORE_FAILED, STATUS_BAD_LENGTH. */
enum status receipt_file_write(const struct terminal *terminal, const struct journal_entry *entry,
                               char path[512]) EPURSE_MUST_USE;
/* The receipt's bytes only. STATUS_BAD_LENGTH. */
enum status receipt_file_make(const struct terminal *terminal, const struct journal_entry *entry,
                              uint8_t data[RECEIPT_MAX], size_t *len) EPURSE_MUST_USE;
/* The one that is there already, whatever it holds; `path` (512) is its name then, else "". As public_file_load;
 * STATUS_BAD_LENGTH. */
enum status receipt_file_read(const struct terminal *terminal, const struct journal_entry *entry, char path[512],
                              struct receipt_copy *receipt) EPURSE_MUST_USE;

#endif
