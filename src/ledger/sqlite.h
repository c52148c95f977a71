/* SPDX-License-Identifier: Apache-2.0
 * A connection to a ledger's SQLite file, as the files of that driver share it. */
#ifndef LEDGER_SQLITE_H
#define LEDGER_SQLITE_H

#include <sqlite3.h>

#include "driver.h"

/* The statements around each step. */
enum sqlite_bound { BOUND_BEGIN, BOUND_COMMIT, BOUND_SAVE, BOUND_KEEP, BOUND_COUNT };

struct store {
  sqlite3 *database;
  sqlite3_stmt *statements[QUERY_COUNT]; /* prepared at their first use */
  sqlite3_stmt *bounds[BOUND_COUNT];     /* likewise */
  uint32_t issuer;                       /* for cid() */
  bool writing;                          /* between begin and commit */
  bool unsure;                           /* a commit's sync failed: only opening anew shows what the disk holds */
};

/* sqlite_status.c: what an SQLite result code means for the ledger. */
enum status sqlite_status(int code);

/* sqlite_log.c: the file layer in which the ledger's file is opened, made known to SQLite once; a result code of
 * SQLite's. */
#define SQLITE_LOG_VFS "epurse"
int sqlite_log_register(void);

/* sqlite_cache.c: the page cache, before SQLite is first used; a result code of SQLite's, SQLITE_MISUSE where it is. */
int sqlite_cache_register(void);

/* sqlite_copy.c: as the driver's contract has them. */
enum status sqlite_copy_begin(struct store *store, const char *path, struct store_copy **copy);
enum status sqlite_copy_step(struct store_copy *copy, struct store_progress *progress);
enum status sqlite_copy_end(struct store_copy **copy);
bool sqlite_copy_is(const char *place);
enum status sqlite_copy_adopt(struct store *store);

#endif
