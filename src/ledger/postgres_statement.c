/* SPDX-License-Identifier: Apache-2.0
 * Statements of a ledger in PostgreSQL: what waits for the others of its group, what is known already, and what is
 * sent. */
#include "postgres.h"
#include "postgres_value.h"

/* Beside others a step has what is locked, and no more. */
static enum status postgres_judge(struct store *store, enum guard_verdict verdict) {
  if (!store->writing || store->alone || store->bare)
    return STATUS_OK;
  store->till_needed = store->till_needed || verdict == GUARD_TILL;
  store->alone_again = store->alone_again || verdict == GUARD_CLOSED;
  return store->alone_again ? STATUS_LEDGER_BUSY : STATUS_OK;
}

/* What somebody asks for, or a step of which nothing is known, may well go through whole tables. */
static enum status postgres_plan(struct store *store) {
  return store->writing && store->gathered ? STATUS_OK : pipe_plan(&store->pipe, PIPE_PLANS_FREE);
}

/* What must be on its way before a statement of a step. */
static enum status postgres_prepare(struct store *store, const struct store_call *call) {
  enum status status = queue_concerns(store->queue, call) ? postgres_flush(store) : STATUS_OK;
  if (status == STATUS_OK && !queue_reads(call)) {
    status = postgres_mark(store);
    gather_forget(store->gather);
  }
  queue_note(store->queue, call);
  return status;
}

/* Whether it waits now for the others of its group. */
static bool postgres_queued(struct store *store, const struct store_call *call) {
  struct queue_place place;
  if (!store->writing || store->careful || store->pipe.failure != STATUS_OK || !queue_push(store->queue, call, &place))
    return false;
  gather_dirty(store->gather, place.card, place.key);
  return true;
}

/* Outside a transaction a statement stands alone; one that met a broken connection is sent again on a new one. */
enum status postgres_run(struct store *store, const struct store_call *call, struct store_cursor *cursor) {
  PGresult *result = NULL;
  enum status status = postgres_judge(store, guard_judge(store->guard, call));
  *cursor = (struct store_cursor){.row = -1};
  if (status != STATUS_OK || postgres_queued(store, call))
    return status;
  if (gather_answer(store->gather, call, cursor)) {
    queue_note(store->queue, call);
    return store->writing ? store->pipe.failure : STATUS_OK;
  }
  if (store->writing)
    status = postgres_prepare(store, call);
  if (status == STATUS_OK && store->writing)
    status = postgres_till(store);
  if (status != STATUS_OK)
    return status;
  for (int try = 0; try < 2; try++) {
    if (!postgres_within(store)) {
      status = postgres_reconnect(store);
      pipe_forgive(&store->pipe);
    }
    if (status == STATUS_OK)
      status = postgres_plan(store);
    if (status == STATUS_OK)
      status = pipe_call(&store->pipe, call);
    if (status == STATUS_OK && !(call->blind && postgres_within(store) && !store->careful))
      status = pipe_wait(&store->pipe, &result);
    if (status == STATUS_OK || postgres_within(store) || pipe_alive(&store->pipe))
      break;
  }
  cursor->handle = result;
  cursor->end = PQntuples(result);
  return status;
}

enum status postgres_next(struct store *store, struct store_cursor *cursor, bool *row) {
  (void)store;
  *row = cursor->handle != NULL && cursor->row + 1 < cursor->end;
  cursor->row++;
  return STATUS_OK;
}

void postgres_column_of(struct store *store, const struct store_cursor *cursor, int column, struct store_value *value) {
  (void)store;
  postgres_column(cursor->handle, cursor->row, column, value);
}

void postgres_finish(struct store *store, struct store_cursor *cursor) {
  (void)store;
  if (!cursor->borrowed)
    PQclear(cursor->handle);
  cursor->handle = NULL;
}

enum status postgres_script(struct store *store, const char *statements) {
  enum status status = postgres_judge(store, GUARD_CLOSED);
  if (status == STATUS_OK && store->writing)
    status = postgres_flush(store);
  gather_forget(store->gather);
  if (status == STATUS_OK && store->writing)
    status = postgres_mark(store);
  return status == STATUS_OK ? pipe_script(&store->pipe, statements) : status;
}

enum status postgres_ask(struct store *store, const struct store_question *question) {
  char sql[POSTGRES_SQL_MAX];
  PGresult *result = NULL;
  if (!postgres_translate_question(question->sql, sql))
    return STATUS_INTERNAL;
  enum status status = postgres_judge(store, GUARD_CLOSED);
  if (status == STATUS_OK)
    status = postgres_within(store) ? postgres_flush(store) : postgres_reconnect(store);
  if (status == STATUS_OK)
    status = postgres_plan(store);
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, sql);
  if (status == STATUS_OK)
    status = pipe_wait(&store->pipe, &result);
  for (int row = 0; status == STATUS_OK && row < PQntuples(result); row++) {
    struct store_value columns[STORE_ANSWER_COLUMNS];
    for (int column = 0; column < STORE_ANSWER_COLUMNS; column++)
      postgres_column(result, row, column, &columns[column]);
    question->row(question->context, columns);
  }
  PQclear(result);
  return status;
}
