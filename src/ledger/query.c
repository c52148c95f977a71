/* SPDX-License-Identifier: Apache-2.0
 * One prepared statement in use: parameters bound in order, columns read in order, one status at its end. */
#include "query.h"

#include <string.h>

#include "store.h"

static const char *const sql[QUERY_COUNT] = {
#define QUERY(name, text) [QUERY_##name] = text,
#include "queries.def"
#undef QUERY
};

enum status query_status(int code) {
  switch (code & 0xFF) {
  case SQLITE_OK:
  case SQLITE_ROW:
  case SQLITE_DONE:
    return STATUS_OK;
  case SQLITE_NOMEM:
    return STATUS_NO_MEMORY;
  case SQLITE_MISUSE: /* a write outside ledger_transact */
    return STATUS_INTERNAL;
  case SQLITE_BUSY:
    return STATUS_LEDGER_BUSY;
  case SQLITE_CONSTRAINT: /* a bound or a repetition that the schema forbids */
  case SQLITE_CORRUPT:
  case SQLITE_MISMATCH:
    return STATUS_LEDGER_BROKEN;
  default:
    return STATUS_STORE_FAILED;
  }
}

struct query query_begin(struct ledger *ledger, enum query_name name) {
  sqlite3_stmt **slot = &ledger->statements[name];
  struct query query = {.ledger = ledger, .code = SQLITE_OK};
  if (*slot == NULL)
    query.code = sqlite3_prepare_v3(ledger->database, sql[name], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
  if (query.code == SQLITE_OK && !ledger->stepping && !sqlite3_stmt_readonly(*slot))
    query.code = SQLITE_MISUSE;
  query.statement = *slot;
  return query;
}

static void query_bound(struct query *query, int code) {
  if (query->code == SQLITE_OK)
    query->code = code;
}

void query_i64(struct query *query, int64_t value) {
  if (query->code == SQLITE_OK)
    query_bound(query, sqlite3_bind_int64(query->statement, ++query->parameter, value));
}

void query_text(struct query *query, const char *text) {
  if (query->code == SQLITE_OK)
    query_bound(query, sqlite3_bind_text(query->statement, ++query->parameter, text, -1, SQLITE_STATIC));
}

void query_blob(struct query *query, const void *bytes, size_t len) {
  if (query->code == SQLITE_OK)
    query_bound(query, sqlite3_bind_blob64(query->statement, ++query->parameter, bytes, len, SQLITE_STATIC));
}

bool query_row(struct query *query) {
  if (query->code != SQLITE_OK && query->code != SQLITE_ROW)
    return false;
  query->column = -1;
  query->code = sqlite3_step(query->statement);
  return query->code == SQLITE_ROW;
}

int64_t query_read_i64(struct query *query) {
  return query->code == SQLITE_ROW ? sqlite3_column_int64(query->statement, ++query->column) : 0;
}

void query_read_text(struct query *query, char *text, size_t capacity) {
  text[0] = '\0';
  if (query->code != SQLITE_ROW)
    return;
  const unsigned char *from = sqlite3_column_text(query->statement, ++query->column);
  size_t len = (size_t)sqlite3_column_bytes(query->statement, query->column);
  if (from != NULL && len < capacity)
    memcpy(text, from, len + 1);
  else if (from != NULL)
    query->code = SQLITE_CORRUPT;
}

size_t query_read_bytes(struct query *query, void *bytes, size_t capacity) {
  memset(bytes, 0, capacity);
  if (query->code != SQLITE_ROW)
    return 0;
  const void *from = sqlite3_column_blob(query->statement, ++query->column);
  size_t len = (size_t)sqlite3_column_bytes(query->statement, query->column);
  if (len > capacity) {
    query->code = SQLITE_CORRUPT;
    return 0;
  }
  if (from != NULL)
    memcpy(bytes, from, len);
  return len;
}

void query_read_blob(struct query *query, void *bytes, size_t len) {
  size_t got = query_read_bytes(query, bytes, len);
  if (query->code == SQLITE_ROW && got != len && sqlite3_column_type(query->statement, query->column) != SQLITE_NULL)
    query->code = SQLITE_CORRUPT;
}

enum status query_end(struct query *query) {
  if (query->statement != NULL) {
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
  }
  query->statement = NULL;
  enum status status = query_status(query->code);
  if (status != STATUS_OK && query->ledger->step_status == STATUS_OK)
    query->ledger->step_status = status;
  return status;
}

enum status query_run(struct query *query) {
  while (query_row(query))
    ;
  return query_end(query);
}
