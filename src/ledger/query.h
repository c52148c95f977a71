/* SPDX-License-Identifier: Apache-2.0
 * One statement in use: parameters bound in order, columns read in order, one status at its end. */
#ifndef LEDGER_QUERY_H
#define LEDGER_QUERY_H

#include "driver.h"

struct ledger;

struct query {
  struct ledger *ledger;
  enum query_name name;
  struct store_value parameters[STORE_PARAMETERS_MAX];
  size_t count; /* of parameters bound */
  struct store_cursor cursor;
  int column; /* the next one to be read */
  bool running, row;
  enum status status; /* the first failure */
};

/* Binds what comes after it. A statement that writes fails outside ledger_transact. */
/* A statement begins to run: cards are counted anew where it moves one. For queries themselves, and tests. */
void query_note(struct ledger *ledger, enum query_name name);

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
/* Runs a statement whose rows nobody reads, and gives it back. A store may report its failure only with a later
 * statement, or when the step is to be committed. */
enum status query_run(struct query *query) EPURSE_MUST_USE;

#endif
