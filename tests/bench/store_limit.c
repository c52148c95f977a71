/* SPDX-License-Identifier: Apache-2.0
 * Durable commits per second of the bare store, beside the ledger on the same disk. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "limit.h"
#include "must.h"
#include "processors.h"

#define GROUP    32
#define ROW_SIZE 400

static void run(sqlite3 *database, const char *sql) {
  must(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sqlite3_errmsg(database), sql);
}

/* Rows per second, `group` of them in a transaction. */
static double rows_per_second(sqlite3 *database, unsigned group, double seconds) {
  static const uint8_t row[ROW_SIZE];
  sqlite3_stmt *insert = NULL;
  uint64_t rows = 0;
  int64_t begin = clock_now(), now = begin;
  must(sqlite3_prepare_v2(database, "INSERT INTO bare (row) VALUES (?)", -1, &insert, NULL) == SQLITE_OK, "%s",
       sqlite3_errmsg(database));
  must(sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC) == SQLITE_OK, "%s", sqlite3_errmsg(database));
  while ((double)(now - begin) < seconds * 1e9) {
    run(database, "BEGIN IMMEDIATE");
    for (unsigned i = 0; i < group; i++, rows++)
      must(sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK, "%s", sqlite3_errmsg(database));
    run(database, "COMMIT");
    now = clock_now();
  }
  sqlite3_finalize(insert);
  return (double)rows / ((double)(now - begin) / 1e9);
}

void store_limit_sqlite(const char *folder, double seconds, struct store_limit *limit) {
  sqlite3 *database = NULL;
  char path[256];
  snprintf(path, sizeof path, "%s/bare.db", folder);
  must(sqlite3_open(path, &database) == SQLITE_OK, "%s: %s", path, sqlite3_errmsg(database));
  run(database, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "CREATE TABLE bare (id INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT");
  limit->rows = rows_per_second(database, 1, seconds);
  limit->groups = rows_per_second(database, GROUP, seconds);
  must(sqlite3_close(database) == SQLITE_OK, "%s", path);
}
