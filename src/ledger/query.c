/* SPDX-License-Identifier: Apache-2.0
 * One statement in use: parameters bound in order, columns read in order, one status at its end. */
#include "query.h"

#include <string.h>

#include "store.h"

const char *const query_sql[QUERY_COUNT] = {
#define QUERY(name, text) [QUERY_##name] = text,
#include "queries.def"
#undef QUERY
};

struct query query_begin(struct ledger *ledger, enum query_name name) {
  return (struct query){.ledger = ledger, .name = name, .status = STATUS_OK};
}

static void query_fail(struct query *query, enum status status) {
  if (query->status == STATUS_OK)
    query->status = status;
}

static void query_bind(struct query *query, struct store_value value) {
  if (query->count < STORE_PARAMETERS_MAX)
    query->parameters[query->count++] = value;
  else
    query_fail(query, STATUS_INTERNAL);
}

void query_i64(struct query *query, int64_t value) {
  query_bind(query, (struct store_value){.kind = STORE_I64, .number = value});
}

void query_text(struct query *query, const char *text) {
  query_bind(query, (struct store_value){.kind = STORE_TEXT, .bytes = text, .len = strlen(text)});
}

void query_blob(struct query *query, const void *bytes, size_t len) {
  enum store_kind kind = bytes == NULL ? STORE_NULL : STORE_BYTES;
  query_bind(query, (struct store_value){.kind = kind, .bytes = bytes, .len = len});
}

void query_note(struct ledger *ledger, enum query_name name) {
  static const char *const moving[] = {"INSERT INTO card ", "DELETE FROM card ", "UPDATE card SET state"};
  for (size_t i = 0; ledger->cards_counted && i < sizeof moving / sizeof moving[0]; i++)
    ledger->cards_counted = strncmp(query_sql[name], moving[i], strlen(moving[i])) != 0;
}

static void query_start(struct query *query, bool blind) {
  const struct store_call call = {
      .name = query->name, .parameters = query->parameters, .count = query->count, .blind = blind};
  if (query->status == STATUS_OK && !query->running) {
    query->running = true;
    query_note(query->ledger, query->name);
    query_fail(query, query->ledger->driver->run(query->ledger->store, &call, &query->cursor));
  }
}

bool query_row(struct query *query) {
  query_start(query, false);
  query->row = false;
  query->column = 0;
  if (query->status == STATUS_OK)
    query_fail(query, query->ledger->driver->next(query->ledger->store, &query->cursor, &query->row));
  return query->status == STATUS_OK && query->row;
}

/* False where there is no row to read from. */
static bool query_column(struct query *query, struct store_value *value) {
  if (query->status != STATUS_OK || !query->row)
    return false;
  query->ledger->driver->column(query->ledger->store, &query->cursor, query->column++, value);
  return true;
}

int64_t query_read_i64(struct query *query) {
  struct store_value value;
  return query_column(query, &value) && value.kind == STORE_I64 ? value.number : 0;
}

void query_read_text(struct query *query, char *text, size_t capacity) {
  struct store_value value;
  text[0] = '\0';
  if (!query_column(query, &value) || value.kind == STORE_NULL)
    return;
  if (value.kind != STORE_TEXT || value.len >= capacity) {
    query_fail(query, STATUS_LEDGER_BROKEN);
    return;
  }
  memcpy(text, value.bytes, value.len);
  text[value.len] = '\0';
}

static size_t query_read(struct query *query, void *bytes, size_t capacity, bool exact) {
  struct store_value value;
  memset(bytes, 0, capacity);
  if (!query_column(query, &value) || value.kind == STORE_NULL)
    return 0;
  if (value.kind != STORE_BYTES || value.len > capacity || (exact && value.len != capacity)) {
    query_fail(query, STATUS_LEDGER_BROKEN);
    return 0;
  }
  if (value.len > 0)
    memcpy(bytes, value.bytes, value.len);
  return value.len;
}

size_t query_read_bytes(struct query *query, void *bytes, size_t capacity) {
  return query_read(query, bytes, capacity, false);
}

void query_read_blob(struct query *query, void *bytes, size_t len) {
  (void)query_read(query, bytes, len, true);
}

enum status query_end(struct query *query) {
  if (query->running)
    query->ledger->driver->finish(query->ledger->store, &query->cursor);
  query->running = false;
  query->row = false;
  if (query->status != STATUS_OK && query->ledger->step_status == STATUS_OK)
    query->ledger->step_status = query->status;
  return query->status;
}

enum status query_run(struct query *query) {
  query_start(query, true);
  while (query_row(query))
    ;
  return query_end(query);
}
