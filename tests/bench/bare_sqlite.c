/* SPDX-License-Identifier: Apache-2.0
 * The bare store: SQLite, with the settings of the ledger where rows are to be durable. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "bare.h"
#include "must.h"

static void *sqlite_open(const char *place) {
  sqlite3 *database = NULL;
  must(sqlite3_open(place, &database) == SQLITE_OK, "%s: %s", place, sqlite3_errmsg(database));
  return database;
}

static void sqlite_close(void *connection) {
  sqlite3 *database = connection;
  must(sqlite3_close(database) == SQLITE_OK, "%s", sqlite3_errmsg(database));
}

static void sqlite_run(void *connection, const char *sql) {
  sqlite3 *database = connection;
  must(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sqlite3_errmsg(database), sql);
}

static void sqlite_columns(void *connection, const char *table, char list[1024]) {
  sqlite3 *database = connection;
  sqlite3_stmt *statement = NULL;
  size_t len = 0;
  must(sqlite3_prepare_v2(database, "SELECT name FROM pragma_table_info(?)", -1, &statement, NULL) == SQLITE_OK &&
           sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK,
       "%s", sqlite3_errmsg(database));
  while (sqlite3_step(statement) == SQLITE_ROW) {
    len += (size_t)snprintf(list + len, 1024 - len, ", %s", (const char *)sqlite3_column_text(statement, 0));
    must(len < 1024, "too many columns in %s", table);
  }
  sqlite3_finalize(statement);
}

static void sqlite_append(void *connection, unsigned group) {
  static const uint8_t row[BARE_ROW_SIZE];
  sqlite3 *database = connection;
  sqlite3_stmt *insert = NULL; /* prepared anew: a few microseconds beside a sync of the disk */
  must(sqlite3_prepare_v2(database, "INSERT INTO bare (row) VALUES (?)", -1, &insert, NULL) == SQLITE_OK &&
           sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC) == SQLITE_OK,
       "%s", sqlite3_errmsg(database));
  sqlite_run(database, "BEGIN IMMEDIATE");
  for (unsigned i = 0; i < group; i++)
    must(sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK, "%s", sqlite3_errmsg(database));
  sqlite3_finalize(insert);
  sqlite_run(database, "COMMIT");
}

const struct bare_driver bare_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .run = sqlite_run,
    .columns = sqlite_columns,
    .append = sqlite_append,
    .bulk_begin = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                  "PRAGMA cache_size = -400000; BEGIN",
    .bulk_end = "COMMIT; PRAGMA journal_mode = WAL",
    .bare_begin = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "CREATE TABLE bare (id INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT",
    .bare_end = "DROP TABLE bare",
    .eight_bytes_of_n = "CAST(printf('%08d', n) AS BLOB)"};
