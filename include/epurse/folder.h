/* SPDX-License-Identifier: Apache-2.0
 * Names of files that last: a new or changed name is on the disk when its folder is. */
#ifndef EPURSE_FOLDER_H
#define EPURSE_FOLDER_H

#include "epurse/status.h"

/* Returns when the names in that folder are on the disk. STATUS_STORE_FAILED: it is none, or the disk refuses. */
enum status folder_sync(const char *folder) EPURSE_MUST_USE;
/* The same of the folder that holds `path`, which need not exist. STATUS_NO_MEMORY, too. */
enum status folder_sync_of(const char *path) EPURSE_MUST_USE;

/* Gives the file `from` the name `to`, of the same folder, where nothing has that name: nothing is ever replaced. Also
 * where a file can have but one name (exFAT, SMB). It is on the disk after folder_sync_of. STATUS_EXISTS;
 * STATUS_STORE_FAILED: errno says why. On failure `from` is as it was. */
enum status folder_rename_new(const char *from, const char *to) EPURSE_MUST_USE;

#endif
