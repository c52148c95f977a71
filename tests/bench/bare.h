/* SPDX-License-Identifier: Apache-2.0
 * The bare store behind the ledger, SQLite or PostgreSQL: SQL beside it while no server runs. What the bulk of the
 * cards is written with, and what the store can do at most. */
#ifndef EPURSE_TESTS_BENCH_BARE_H
#define EPURSE_TESTS_BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARE_SQL_MAX 4096

struct bare; /* a connection */

/* "postgresql:..." or the path of a file of SQLite, which is made where it is missing. */
bool bare_is_postgres(const char *place);
struct bare *bare_open(const char *place);
void bare_close(struct bare **bare);

/* Runs statements; what fails ends the program. */
void bare_run(struct bare *bare, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The columns of a table, in its order, each behind ", ". */
void bare_columns(struct bare *bare, const char *table, char list[1024]);
/* Before much is written, and after: not durable in between. */
void bare_bulk_begin(struct bare *bare);
void bare_bulk_end(struct bare *bare);
/* An expression of 8 bytes that differs with n. */
const char *bare_eight_bytes_of_n(const struct bare *bare);

/* Appends rows of 400 bytes to a table `bare` (id, row), `group` of them in a transaction that is durable when this
 * returns. */
void bare_append(struct bare *bare, unsigned group);
/* Makes that table, as durable as the ledger's, and takes it away. */
void bare_table_begin(struct bare *bare);
void bare_table_end(struct bare *bare);

/* What was written into its write-ahead log since it was made; of PostgreSQL alone. */
int64_t bare_log_bytes(struct bare *bare);

/* What the two stores bring; src/ledger's own are not used here, so that the limit is the library's. */
struct bare_driver {
  void *(*open)(const char *place);
  void (*close)(void *connection);
  void (*run)(void *connection, const char *sql);
  void (*columns)(void *connection, const char *table, char list[1024]);
  void (*append)(void *connection, unsigned group);
  int64_t (*log_bytes)(void *connection); /* NULL: cannot be asked for */
  const char *bulk_begin, *bulk_end, *bare_begin, *bare_end, *eight_bytes_of_n;
};
extern const struct bare_driver bare_sqlite, bare_postgres;

#define BARE_ROW_SIZE 400

#endif
