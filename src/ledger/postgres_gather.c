/* SPDX-License-Identifier: Apache-2.0
 * Readings of a group, made before its steps. */
#include "postgres_gather.h"

#include <stdlib.h>
#include <string.h>

#include "postgres_queue.h"
#include "postgres_value.h"

#define GATHER_TID   8
#define GATHER_DIRTY 1024

struct gather_kind {
  enum query_name name;
  int key; /* the column of its first key; another one stands behind it */
  const char *sql;
};
static const struct gather_kind kinds[] = {
#define GATHER(name, key, sql) {QUERY_##name, key, sql},
#include "queries_postgres_gathers.def"
#undef GATHER
};
#define KINDS (sizeof kinds / sizeof kinds[0])
_Static_assert(KINDS <= PIPE_KEPT_GUARDS && PIPE_GATHERS + KINDS <= PIPE_GUARDS,
               "each has a place among what is prepared and kept");

/* The rows of one key in a kind's result, or that there are none. */
struct gather_entry {
  size_t kind;
  int64_t key, second; /* second: of CARD_CHAIN since, of REFERENCE_FIND the merchant */
  int first, rows;
};

struct gather {
  PGresult *results[KINDS];
  struct gather_entry *entries; /* in order of kind, key, second */
  size_t count, capacity;
  int64_t dirty[GATHER_DIRTY]; /* cards and keys */
  size_t dirty_count;
  bool failed; /* there was no memory */
};

struct gather *gather_make(void) {
  return calloc(1, sizeof(struct gather));
}

void gather_drop(struct gather *gather) {
  for (size_t i = 0; i < KINDS; i++) {
    PQclear(gather->results[i]);
    gather->results[i] = NULL;
  }
  gather->count = gather->dirty_count = 0;
  gather->failed = false;
}

void gather_free(struct gather *gather) {
  if (gather == NULL)
    return;
  gather_drop(gather);
  free(gather->entries);
  free(gather);
}

/* ---- keys ---- */

static int64_t key_of_tid(const uint8_t tid[GATHER_TID]) {
  int64_t key = 0;
  memcpy(&key, tid, sizeof key);
  return key;
}

static int64_t number_at(const PGresult *result, int row, int column) {
  struct store_value value;
  postgres_column(result, row, column, &value);
  return value.number;
}

static void key_of_row(size_t kind, const PGresult *result, int row, struct gather_entry *entry) {
  struct store_value value;
  int column = kinds[kind].key;
  *entry = (struct gather_entry){.kind = kind, .first = row, .rows = 1};
  postgres_column(result, row, column, &value);
  switch (kinds[kind].name) {
  case QUERY_TERMINAL_WINDOW:
  case QUERY_TERMINAL_BRIEF:
  case QUERY_TERMINAL_FIND:
    entry->key = value.len == GATHER_TID ? key_of_tid(value.bytes) : 0;
    break;
  case QUERY_CARD_CHAIN:
    entry->key = value.number;
    entry->second = number_at(result, row, column + 1);
    break;
  case QUERY_REFERENCE_FIND:
    entry->second = value.number;
    postgres_column(result, row, column + 1, &value);
    entry->key = queue_key_of_reference(entry->second, &value);
    entry->rows = PQgetisnull(result, row, 0) ? 0 : 1;
    break;
  default:
    entry->key = value.number;
    break;
  }
}

/* The card whose rows are read, or 0. */
static bool key_of_call(const struct store_call *call, struct gather_entry *entry, int64_t *card) {
  const struct store_value *first = call->parameters;
  *card = 0;
  *entry = (struct gather_entry){0};
  while (entry->kind < KINDS && kinds[entry->kind].name != call->name)
    entry->kind++;
  if (entry->kind == KINDS)
    return false;
  switch (call->name) {
  case QUERY_TERMINAL_WINDOW:
  case QUERY_TERMINAL_BRIEF:
  case QUERY_TERMINAL_FIND:
    entry->key = first->len == GATHER_TID ? key_of_tid(first->bytes) : 0;
    return first->len == GATHER_TID;
  case QUERY_CARD_CHAIN:
    entry->key = *card = call->parameters[1].number;
    entry->second = first->number;
    return true;
  case QUERY_CARD_ACCOUNTS:
  case QUERY_CARD_FIND:
    entry->key = *card = first->number;
    return true;
  case QUERY_REFERENCE_FIND:
    entry->second = first->number;
    entry->key = queue_key_of_reference(first->number, &call->parameters[1]);
    return true;
  default:
    entry->key = first->number;
    *card = first->number >> 32;
    return true;
  }
}

/* ---- what is known ---- */

static int entry_compare(const void *left, const void *right) {
  const struct gather_entry *a = left, *b = right;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  return a->second < b->second ? -1 : a->second > b->second;
}

static void entry_add(struct gather *gather, const struct gather_entry *entry) {
  if (gather->count == gather->capacity) {
    size_t capacity = 2 * gather->capacity + 256;
    struct gather_entry *grown = realloc(gather->entries, capacity * sizeof *grown);
    gather->failed = gather->failed || grown == NULL;
    if (grown == NULL)
      return;
    gather->entries = grown;
    gather->capacity = capacity;
  }
  gather->entries[gather->count++] = *entry;
}

/* Rows of one key follow each other. */
static void gather_index(struct gather *gather, size_t kind) {
  const PGresult *result = gather->results[kind];
  struct gather_entry entry, before = {0};
  int rows = PQntuples(result);
  for (int row = 0; row < rows && !gather->failed; row++) {
    key_of_row(kind, result, row, &entry);
    if (row > 0 && entry_compare(&entry, &before) == 0)
      gather->entries[gather->count - 1].rows += kinds[kind].name != QUERY_REFERENCE_FIND;
    else
      entry_add(gather, &entry);
    before = entry;
  }
}

static const struct gather_entry *gather_find(const struct gather *gather, const struct gather_entry *wanted) {
  if (gather->count == 0)
    return NULL;
  return bsearch(wanted, gather->entries, gather->count, sizeof *wanted, entry_compare);
}

/* A name of a promise that no row tells of is not known: that was asked too. */
static void gather_index_unknown(struct gather *gather, size_t kind, const struct store_hint *hints, size_t count) {
  size_t known = gather->count;
  if (known > 0)
    qsort(gather->entries, known, sizeof *gather->entries, entry_compare);
  for (size_t i = 0; i < count; i++) {
    struct gather_entry entry = {.kind = kind, .key = hints[i].booking};
    if (hints[i].promise &&
        (known == 0 || bsearch(&entry, gather->entries, known, sizeof entry, entry_compare) == NULL))
      entry_add(gather, &entry);
  }
}

/* ---- asked ---- */

static struct store_value value_i64(int64_t number) {
  return (struct store_value){.kind = STORE_I64, .number = number};
}

/* What a kind asks for of one hint; false: nothing. */
static bool hint_row(enum query_name name, const struct store_hint *hint, struct store_value row[2]) {
  row[0] = (struct store_value){.kind = STORE_BYTES, .bytes = hint->tid, .len = GATHER_TID};
  switch (name) {
  case QUERY_TERMINAL_WINDOW:
    return hint->tid != NULL && hint->numbered && !hint->reading;
  case QUERY_TERMINAL_FIND:
    return hint->tid != NULL && hint->reading;
  case QUERY_TERMINAL_BRIEF:
    return hint->tid != NULL && !hint->reading;
  case QUERY_CARD_FIND:
    row[0] = value_i64(hint->booking >> 32);
    return hint->booking != 0 && hint->reading;
  case QUERY_CARD_CHAIN:
    row[0] = value_i64(hint->booking >> 32);
    row[1] = value_i64(hint->since);
    return hint->promise;
  case QUERY_CARD_ACCOUNTS:
    row[0] = value_i64(hint->booking >> 32);
    return hint->promise && hint->limits; /* of loads and the like */
  case QUERY_PROMISE_KNOWN:
    row[0] = value_i64(hint->booking);
    return hint->promise;
  case QUERY_BOOKING_BRIEF: /* what is confirmed, and of a promise what its card says that it did last */
    row[0] = value_i64(hint->promise ? (hint->booking & ~(int64_t)UINT32_MAX) | hint->since : hint->booking);
    return !hint->reading && hint->booking != 0 && (!hint->promise || hint->since != 0);
  case QUERY_REFERENCE_FIND:
    if (hint->reference == NULL || hint->reference[0] == '\0')
      return false;
    row[1] = (struct store_value){.kind = STORE_TEXT, .bytes = hint->reference, .len = strlen(hint->reference)};
    return hint->tid != NULL && hint->promise;
  default:
    return false;
  }
}

static const char *kind_columns(enum query_name name) {
  switch (name) {
  case QUERY_TERMINAL_WINDOW:
  case QUERY_TERMINAL_BRIEF:
  case QUERY_TERMINAL_FIND:
    return "b";
  case QUERY_CARD_CHAIN:
    return "ii";
  case QUERY_REFERENCE_FIND:
    return "bt";
  default:
    return "i";
  }
}

static enum status ask_arrays(struct pipe *pipe, size_t kind, const struct postgres_arrays *arrays) {
  const struct pipe_set set = {.number = PIPE_GATHERS + kind, .sql = kinds[kind].sql, .keeps = true, .kept = kind};
  return arrays->failed ? STATUS_NO_MEMORY : pipe_call_set(pipe, &set, arrays);
}

static enum status ask_kind(struct pipe *pipe, size_t kind, const struct store_hint *hints, size_t count) {
  struct postgres_arrays arrays;
  struct store_value row[2];
  size_t rows = 0;
  for (size_t i = 0; i < count; i++)
    rows += hint_row(kinds[kind].name, &hints[i], row);
  if (rows == 0)
    return STATUS_OK;
  postgres_arrays_begin(&arrays, kind_columns(kinds[kind].name), rows);
  for (size_t i = 0; i < count; i++)
    if (hint_row(kinds[kind].name, &hints[i], row))
      postgres_arrays_add(&arrays, row);
  enum status status = ask_arrays(pipe, kind, &arrays);
  postgres_arrays_end(&arrays);
  return status;
}

enum status gather_read(struct gather *gather, struct pipe *pipe, const struct store_hint *hints, size_t count) {
  enum status status = STATUS_OK;
  gather_drop(gather);
  for (size_t kind = 0; status == STATUS_OK && kind < KINDS; kind++)
    status = ask_kind(pipe, kind, hints, count);
  if (status == STATUS_OK)
    status = pipe_wait(pipe, NULL);
  for (size_t kind = 0; kind < KINDS; kind++) {
    gather->results[kind] = pipe->kept[kind];
    pipe->kept[kind] = NULL;
    if (status == STATUS_OK)
      gather_index(gather, kind);
  }
  for (size_t kind = 0; status == STATUS_OK && kind < KINDS; kind++)
    if (kinds[kind].name == QUERY_PROMISE_KNOWN && gather->results[kind] != NULL)
      gather_index_unknown(gather, kind, hints, count);
  if (status != STATUS_OK || gather->failed)
    gather->count = 0;
  if (gather->count > 0)
    qsort(gather->entries, gather->count, sizeof *gather->entries, entry_compare);
  return status;
}

/* ---- answered ---- */

static bool gather_has_dirty(const struct gather *gather, int64_t key) {
  bool dirty = false;
  for (size_t i = 0; i < gather->dirty_count && !dirty; i++)
    dirty = gather->dirty[i] == key;
  return dirty;
}

static bool gather_is_dirty(const struct gather *gather, const struct gather_entry *entry, int64_t card) {
  enum query_name name = kinds[entry->kind].name;
  if (name == QUERY_TERMINAL_BRIEF || name == QUERY_TERMINAL_FIND)
    return false;
  return gather_has_dirty(gather, name == QUERY_TERMINAL_WINDOW || name == QUERY_REFERENCE_FIND ? entry->key : card);
}

/* Two references can have one key. */
static bool gather_is_of(const struct gather *gather, const struct gather_entry *entry, const struct store_call *call) {
  struct store_value value;
  if (call->name != QUERY_REFERENCE_FIND)
    return true;
  const struct store_value *wanted = &call->parameters[1];
  postgres_column(gather->results[entry->kind], entry->first, kinds[entry->kind].key + 1, &value);
  return value.len == wanted->len && memcmp(value.bytes, wanted->bytes, value.len) == 0;
}

bool gather_answer(struct gather *gather, const struct store_call *call, struct store_cursor *cursor) {
  struct gather_entry wanted;
  int64_t card = 0;
  if (gather->count == 0 || !key_of_call(call, &wanted, &card))
    return false;
  const struct gather_entry *entry = gather_find(gather, &wanted);
  if (entry == NULL || gather_is_dirty(gather, entry, card) || !gather_is_of(gather, entry, call))
    return false;
  *cursor = (struct store_cursor){.handle = gather->results[entry->kind],
                                  .row = entry->first - 1,
                                  .end = entry->first + entry->rows,
                                  .borrowed = true};
  if (call->name == QUERY_TERMINAL_WINDOW) /* whoever reads it moves it */
    gather_dirty(gather, 0, wanted.key);
  return true;
}

void gather_forget(struct gather *gather) {
  gather->count = 0;
}

void gather_dirty(struct gather *gather, int64_t card, int64_t key) {
  if (gather->count == 0)
    return;
  if (gather->dirty_count + 2 > GATHER_DIRTY) {
    gather_forget(gather);
    return;
  }
  if (card != 0)
    gather->dirty[gather->dirty_count++] = card;
  gather->dirty[gather->dirty_count++] = key;
}
