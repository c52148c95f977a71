/* SPDX-License-Identifier: Apache-2.0
 * Rows that a transaction has locked. */
#include "postgres_guard.h"

#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "postgres_queue.h"
#include "postgres_value.h"
#include "posting.h"

#define GUARD_MAX 512 /* of each kind; what is above that is not locked */
#define GUARD_TID 8

enum guarded_by {
  GUARDED_BY_UNKNOWN,
  GUARDED_BY_NOBODY,
  GUARDED_BY_TID,
  GUARDED_BY_TERMINAL,
  GUARDED_BY_CARD,
  GUARDED_BY_BOOKING,
  GUARDED_BY_REFERENCE,
  GUARDED_BY_MERCHANT,
  GUARDED_AS_LIMIT,
  GUARDED_AS_ACCOUNT,
};

static const struct {
  enum guarded_by by;
  size_t parameter;
} rules[QUERY_COUNT] = {
#define GUARDED(name, by, parameter) [QUERY_##name] = {by, parameter},
#include "queries_postgres_guards.def"
#undef GUARDED
};

/* In the order in which they are locked. A reference is locked by a number that is made of its text: there may be no
 * row. */
enum lock { LOCK_TERMINALS, LOCK_MERCHANTS, LOCK_CARDS, LOCK_REFERENCES, LOCKS };
static const struct {
  const char *columns, *sql;
} locks[LOCKS] = {
    [LOCK_TERMINALS] = {"b", "SELECT t.tid, w.id FROM terminal_window w JOIN terminal t ON t.id = w.id "
                             "WHERE t.tid = ANY ($1::bytea[]) ORDER BY w.id FOR NO KEY UPDATE OF w"},
    [LOCK_MERCHANTS] = {"b", "SELECT m.id FROM merchant m WHERE m.id IN (SELECT t.merchant FROM terminal t "
                             "WHERE t.tid = ANY ($1::bytea[])) ORDER BY m.id FOR NO KEY UPDATE OF m"},
    [LOCK_CARDS] = {"i", "SELECT id FROM card_counters WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"},
    [LOCK_REFERENCES] = {"i",
                         "SELECT pg_advisory_xact_lock(u.number), u.number FROM unnest($1::bigint[]) AS u(number)"},
};
_Static_assert(PIPE_GUARDS + LOCKS <= PIPE_SETS && PIPE_KEPT_GUARDS + LOCKS <= PIPE_KEPT,
               "each has a place among what is prepared and kept");

struct numbers {
  int64_t of[GUARD_MAX];
  size_t count;
};

struct guard {
  struct numbers locked[LOCKS];
  struct numbers tids; /* the names of the terminals that are */
};

struct guard *guard_make(void) {
  return calloc(1, sizeof(struct guard));
}

void guard_free(struct guard *guard) {
  free(guard);
}

void guard_drop(struct guard *guard) {
  for (enum lock lock = 0; lock < LOCKS; lock++)
    guard->locked[lock].count = 0;
  guard->tids.count = 0;
}

/* ---- numbers ---- */

static bool numbers_have(const struct numbers *numbers, int64_t number) {
  bool found = false;
  for (size_t i = 0; i < numbers->count && !found; i++)
    found = numbers->of[i] == number;
  return found;
}

static void numbers_add(struct numbers *numbers, int64_t number) {
  if (numbers->count < GUARD_MAX && !numbers_have(numbers, number))
    numbers->of[numbers->count++] = number;
}

static int number_compare(const void *left, const void *right) {
  const int64_t *a = left, *b = right;
  return *a < *b ? -1 : *a > *b;
}

static int64_t number_of_tid(const void *tid) {
  int64_t number = 0;
  memcpy(&number, tid, sizeof number);
  return number;
}

static int64_t number_of_reference(const struct store_value *reference) {
  return queue_key_of_reference(0, reference);
}

/* ---- locking ---- */

/* What a lock is asked for of one hint; false: nothing. */
static bool hint_number(enum lock lock, const struct store_hint *hint, int64_t *number) {
  const char *text = hint->reference;
  switch (lock) {
  case LOCK_TERMINALS:
    *number = hint->tid == NULL ? 0 : number_of_tid(hint->tid);
    return hint->tid != NULL && (hint->numbered || hint->limits);
  case LOCK_MERCHANTS:
    *number = hint->tid == NULL ? 0 : number_of_tid(hint->tid);
    return hint->tid != NULL && hint->limits;
  case LOCK_CARDS:
    *number = hint->booking >> 32;
    return hint->booking != 0;
  default:
    if (text == NULL || text[0] == '\0')
      return false;
    *number = number_of_reference(&(struct store_value){.kind = STORE_TEXT, .bytes = text, .len = strlen(text)});
    return true;
  }
}

static enum status guard_lock(struct pipe *pipe, enum lock lock, const struct numbers *wanted) {
  const struct pipe_set set = {
      .number = PIPE_GUARDS + lock, .sql = locks[lock].sql, .keeps = true, .kept = PIPE_KEPT_GUARDS + lock};
  struct postgres_arrays arrays;
  if (wanted->count == 0)
    return STATUS_OK;
  postgres_arrays_begin(&arrays, locks[lock].columns, wanted->count);
  for (size_t i = 0; i < wanted->count; i++) {
    const struct store_value name = {.kind = STORE_BYTES, .bytes = &wanted->of[i], .len = GUARD_TID};
    const struct store_value number = {.kind = STORE_I64, .number = wanted->of[i]};
    postgres_arrays_add(&arrays, locks[lock].columns[0] == 'b' ? &name : &number);
  }
  enum status status = arrays.failed ? STATUS_NO_MEMORY : pipe_call_set(pipe, &set, &arrays);
  postgres_arrays_end(&arrays);
  return status;
}

enum status guard_ask(struct guard *guard, struct pipe *pipe, const struct store_hint *hints, size_t count) {
  enum status status = STATUS_OK;
  guard_drop(guard);
  for (enum lock lock = 0; status == STATUS_OK && lock < LOCKS; lock++) {
    struct numbers wanted = {.count = 0};
    int64_t number = 0;
    for (size_t i = 0; i < count; i++)
      if (hint_number(lock, &hints[i], &number))
        numbers_add(&wanted, number);
    qsort(wanted.of, wanted.count, sizeof wanted.of[0], number_compare);
    status = guard_lock(pipe, lock, &wanted);
  }
  return status;
}

/* The number stands last in each row. */
static void guard_take_row(struct guard *guard, enum lock lock, const PGresult *result, int row) {
  struct store_value name = {.kind = STORE_NULL}, number;
  postgres_column(result, row, PQnfields(result) - 1, &number);
  if (lock == LOCK_TERMINALS)
    postgres_column(result, row, 0, &name);
  if (number.kind != STORE_I64)
    return;
  numbers_add(&guard->locked[lock], number.number);
  if (name.len == GUARD_TID)
    numbers_add(&guard->tids, number_of_tid(name.bytes));
}

void guard_take(struct guard *guard, struct pipe *pipe) {
  for (enum lock lock = 0; lock < LOCKS; lock++) {
    PGresult *result = pipe->kept[PIPE_KEPT_GUARDS + lock];
    for (int row = 0; row < PQntuples(result); row++)
      guard_take_row(guard, lock, result, row);
    PQclear(result);
    pipe->kept[PIPE_KEPT_GUARDS + lock] = NULL;
  }
}

/* ---- judging ---- */

static enum guard_verdict guarded(const struct guard *guard, enum lock lock, int64_t number) {
  return numbers_have(&guard->locked[lock], number) ? GUARD_OPEN : GUARD_CLOSED;
}

/* Accounts of cards lie with their cards, all others with the till. */
static enum guard_verdict judge_account(const struct guard *guard, int64_t account) {
  return account < 0 ? GUARD_TILL : guarded(guard, LOCK_CARDS, account / ACCOUNTS_OF_ONE);
}

/* What a load uses up; other limits are not for here. */
static enum guard_verdict judge_limit(const struct guard *guard, const struct store_call *call) {
  switch (call->parameters[0].number) {
  case LIMIT_TERMINAL_LOADS:
    return guarded(guard, LOCK_TERMINALS, call->parameters[1].number);
  case LIMIT_LOAD_CREDIT:
    return guarded(guard, LOCK_MERCHANTS, call->parameters[1].number);
  default:
    return GUARD_CLOSED;
  }
}

enum guard_verdict guard_judge(const struct guard *guard, const struct store_call *call) {
  const struct store_value *value = &call->parameters[rules[call->name].parameter];
  switch (rules[call->name].by) {
  case GUARDED_BY_NOBODY:
    return GUARD_OPEN;
  case GUARDED_BY_TID:
    return value->len == GUARD_TID && numbers_have(&guard->tids, number_of_tid(value->bytes)) ? GUARD_OPEN
                                                                                              : GUARD_CLOSED;
  case GUARDED_BY_TERMINAL:
    return guarded(guard, LOCK_TERMINALS, value->number);
  case GUARDED_BY_CARD:
    return guarded(guard, LOCK_CARDS, value->number);
  case GUARDED_BY_BOOKING:
    return guarded(guard, LOCK_CARDS, value->number >> 32);
  case GUARDED_BY_REFERENCE:
    return guarded(guard, LOCK_REFERENCES, number_of_reference(value));
  case GUARDED_BY_MERCHANT: /* whose account is read, too */
    return guarded(guard, LOCK_MERCHANTS, value->number) == GUARD_OPEN ? GUARD_TILL : GUARD_CLOSED;
  case GUARDED_AS_LIMIT:
    return judge_limit(guard, call);
  case GUARDED_AS_ACCOUNT:
    return judge_account(guard, value->number);
  case GUARDED_BY_UNKNOWN:
    break;
  }
  return GUARD_CLOSED;
}
