/* SPDX-License-Identifier: Apache-2.0
 * One prepared statement in use: parameters bound in order, columns read in order, one status at its end. */
#ifndef LEDGER_QUERY_H
#define LEDGER_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

struct ledger;

enum query_name {
#define QUERY(name, sql) QUERY_##name,
#include "queries.def"
#undef QUERY
  QUERY_COUNT
};

struct query {
  struct ledger *ledger;
  sqlite3_stmt *statement;
  int parameter, column; /* of the last one bound or read */
  int code;              /* the first SQLite error; SQLITE_OK, _ROW, _DONE are none */
};

/* What an SQLite result code means for the ledger. */
enum status query_status(int code);

/* Takes the statement from the connection's cache; prepares it where this is its first use. Binds what comes after it.
 * A statement that writes fails outside ledger_transact. */
struct query query_begin(struct ledger *ledger, enum query_name name);
void query_i64(struct query *query, int64_t value);
void query_text(struct query *query, const char *text);              /* borrowed until the query ends */
void query_blob(struct query *query, const void *bytes, size_t len); /* likewise; NULL binds NULL */

/* Steps to the next row; false at the end and after a failure. */
bool query_row(struct query *query);
int64_t query_read_i64(struct query *query);
/* Copies a text with its NUL, or a blob of exactly len bytes; NULL leaves "" or zeros. What does not fit is a failure.
 */
void query_read_text(struct query *query, char *text, size_t capacity);
void query_read_blob(struct query *query, void *bytes, size_t len);
/* Copies a blob of at most capacity bytes; answers its length. */
size_t query_read_bytes(struct query *query, void *bytes, size_t capacity);

/* Gives the statement back. STATUS_OK, or what went wrong anywhere above; the running step can then not be committed.
 */
enum status query_end(struct query *query) EPURSE_MUST_USE;
/* Runs a statement that answers no row, and gives it back. */
enum status query_run(struct query *query) EPURSE_MUST_USE;

#endif
