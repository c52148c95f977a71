/* SPDX-License-Identifier: Apache-2.0
 * The bulk of the cards in SQLite. The columns are asked for, so that a new one needs no change here. */
#include "fill.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

/* The numbers 2 .. cards that are (or are not) a multiple of the step: those are the active ones' places. */
#define NUMBERS "WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < %u) "

static void run(sqlite3 *database, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void run(sqlite3 *database, const char *format, ...) {
  char sql[4096];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(sql, sizeof sql, format, arguments);
  va_end(arguments);
  must(len > 0 && (size_t)len < sizeof sql && sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s",
       sqlite3_errmsg(database), sql);
}

/* "a, b, c" of a table but for `left_out`, each behind `prefix`. */
static void columns(sqlite3 *database, const char *table, const char *const left_out[2], char list[1024]) {
  sqlite3_stmt *statement = NULL;
  size_t len = 0;
  list[0] = '\0';
  must(sqlite3_prepare_v2(database, "SELECT name FROM pragma_table_info(?)", -1, &statement, NULL) == SQLITE_OK &&
           sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK,
       "%s", sqlite3_errmsg(database));
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(statement, 0);
    if (strcmp(name, left_out[0]) == 0 || (left_out[1] != NULL && strcmp(name, left_out[1]) == 0))
      continue;
    len += (size_t)snprintf(list + len, 1024 - len, ", %s", name);
    must(len < 1024, "too many columns in %s", table);
  }
  sqlite3_finalize(statement);
}

static void fill(sqlite3 *database, const struct plan *plan, unsigned active, uint32_t template_serial) {
  const char *const card_keys[2] = {"id", "chip_serial"}, *const hot_keys[2] = {"id", NULL};
  char card[1024], hot[1024];
  unsigned step = plan->cards / active;
  columns(database, "card", card_keys, card);
  columns(database, "card_hot", hot_keys, hot);
  run(database, NUMBERS "INSERT INTO pool (serial) SELECT n FROM number WHERE n %% %u = 0", plan->cards, step);
  run(database,
      NUMBERS "INSERT INTO card (id, chip_serial%s) SELECT n, CAST(printf('%%08d', n) AS BLOB)%s "
              "FROM number, card WHERE card.id = %u AND n %% %u <> 0",
      plan->cards, card, card, template_serial, step);
  run(database,
      NUMBERS "INSERT INTO card_hot (id%s) SELECT n%s FROM number, card_hot WHERE card_hot.id = %u AND "
              "n %% %u <> 0",
      plan->cards, hot, hot, template_serial, step);
  run(database,
      NUMBERS "INSERT INTO account (id, balance, floor, ceiling) SELECT n * 16 + account.id - %u * 16, "
              "balance, floor, ceiling FROM number, account WHERE account.id BETWEEN %u * 16 AND %u * 16 + 15 "
              "AND n %% %u <> 0",
      plan->cards, template_serial, template_serial, template_serial, step);
  run(database, "UPDATE setting SET pool_end = %u", plan->cards + 1);
}

void fill_cards(const struct world *world, uint32_t template_serial, unsigned active) {
  sqlite3 *database = NULL;
  must(sqlite3_open_v2(world->service.configuration.store, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK,
       "%s: %s", world->service.configuration.store, sqlite3_errmsg(database));
  run(database, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                "PRAGMA cache_size = -400000; BEGIN");
  fill(database, world->plan, active, template_serial);
  run(database, "COMMIT");
  run(database, "PRAGMA journal_mode = WAL");
  must(sqlite3_close(database) == SQLITE_OK, "the filled ledger cannot be closed");
}
