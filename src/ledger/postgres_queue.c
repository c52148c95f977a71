/* SPDX-License-Identifier: Apache-2.0
 * Writes that wait for each other. */
#include "postgres_queue.h"

#include <stdlib.h>
#include <string.h>

#include "postgres_value.h"
#include "posting.h"

#define QUEUE_ROWS     1024
#define QUEUE_VALUES   8192
#define QUEUE_BYTES    (256 * 1024)
#define QUEUE_WINDOWS  256
#define WINDOW_TID     8
#define QUEUE_ACCOUNTS (-(INT64_C(1) << 60)) /* accounts' keys lie around it */

/* What a row's key is the number of; none of them is in another one's range. */
enum row_of { ROW_OF_BOOKING, ROW_OF_CARD, ROW_OF_ACCOUNT, ROW_OF_TERMINAL, ROW_OF_MERCHANT, ROW_OF_REFERENCE };

struct queue_kind {
  enum query_name name;
  const char *columns;
  size_t key;
  enum row_of of;
  bool many;
  const char *sql;
};
static const struct queue_kind kinds[] = {
#define SET(name, columns, key, of, many, sql) {QUERY_##name, columns, key, of, many, sql},
#include "queries_postgres_sets.def"
#undef SET
};
#define KINDS (sizeof kinds / sizeof kinds[0])
_Static_assert(KINDS <= PIPE_SETS, "each has a place among what is prepared");

struct queue_row {
  size_t kind;           /* in kinds */
  struct queue_place at; /* what it writes */
  size_t first;          /* in values */
};

struct queue {
  struct queue_row rows[QUEUE_ROWS];
  struct store_value values[QUEUE_VALUES];
  char bytes[QUEUE_BYTES]; /* what the values point to */
  size_t count, value_count, byte_count;
  size_t sent;                             /* of the rows */
  char windows[QUEUE_WINDOWS][WINDOW_TID]; /* terminals whose windows were read in this transaction */
  size_t window_count;
  bool windows_lost; /* of some that is not known */
};

struct queue *queue_make(void) {
  return calloc(1, sizeof(struct queue));
}

void queue_free(struct queue *queue) {
  free(queue);
}

/* ---- keys ---- */

int64_t queue_key_of_reference(int64_t merchant, const struct store_value *reference) {
  const unsigned char *text = reference->bytes;
  uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)merchant; /* FNV-1a */
  for (size_t i = 0; i < reference->len; i++)
    hash = (hash ^ text[i]) * UINT64_C(1099511628211);
  return (int64_t)(hash >> 2 | UINT64_C(1) << 62);
}

static void key_read(const struct queue_kind *kind, const struct store_call *call, struct queue_row *row) {
  const struct store_value *value = &call->parameters[kind->key];
  row->at.key = value->number;
  row->at.card = 0;
  switch (kind->of) {
  case ROW_OF_BOOKING:
    row->at.card = row->at.key >> 32;
    break;
  case ROW_OF_CARD:
    row->at.card = row->at.key;
    break;
  case ROW_OF_ACCOUNT:
    row->at.card = row->at.key > 0 ? row->at.key / ACCOUNTS_OF_ONE : 0;
    row->at.key += QUEUE_ACCOUNTS;
    break;
  case ROW_OF_REFERENCE:
    row->at.key = queue_key_of_reference(call->parameters[0].number, value);
    break;
  case ROW_OF_TERMINAL:
  case ROW_OF_MERCHANT:
    row->at.key = -row->at.key * 2 - (kind->of == ROW_OF_MERCHANT);
    break;
  }
}

static size_t kind_find(enum query_name name) {
  size_t kind = 0;
  while (kind < KINDS && kinds[kind].name != name)
    kind++;
  return kind;
}

/* ---- in ---- */

/* Kinds go out in their order: a row may not come behind one of the same key that it was pushed after. */
static bool row_fits(const struct queue *queue, const struct queue_row *row) {
  for (size_t i = queue->sent; i < queue->count; i++) {
    const struct queue_row *other = &queue->rows[i];
    if (other->at.key == row->at.key &&
        (other->kind > row->kind || (other->kind == row->kind && !kinds[row->kind].many)))
      return false;
  }
  return true;
}

static bool queue_has_room(const struct queue *queue, const struct store_call *call) {
  size_t bytes = 0;
  for (size_t i = 0; i < call->count; i++)
    bytes += call->parameters[i].len;
  return queue->count < QUEUE_ROWS && queue->value_count + call->count <= QUEUE_VALUES &&
         queue->byte_count + bytes <= QUEUE_BYTES;
}

bool queue_push(struct queue *queue, const struct store_call *call, struct queue_place *place) {
  struct queue_row row = {.kind = kind_find(call->name), .first = queue->value_count};
  if (row.kind == KINDS || !call->blind || call->count != strlen(kinds[row.kind].columns))
    return false;
  if (call->name == QUERY_TERMINAL_WINDOW_MOVE && queue->windows_lost)
    return false;
  key_read(&kinds[row.kind], call, &row);
  if (!queue_has_room(queue, call) || !row_fits(queue, &row))
    return false;
  for (size_t i = 0; i < call->count; i++) {
    struct store_value *value = &queue->values[queue->value_count++];
    *value = call->parameters[i];
    if (value->kind != STORE_TEXT && value->kind != STORE_BYTES)
      continue;
    if (value->len > 0)
      memcpy(queue->bytes + queue->byte_count, value->bytes, value->len);
    value->bytes = queue->bytes + queue->byte_count;
    queue->byte_count += value->len;
  }
  queue->rows[queue->count++] = row;
  *place = row.at;
  return true;
}

/* ---- what reads ---- */

bool queue_waits(const struct queue *queue) {
  return queue->count > queue->sent;
}

bool queue_reads(const struct store_call *call) {
  return strncmp(query_sql[call->name], "SELECT ", strlen("SELECT ")) == 0;
}

static bool queue_has_card(const struct queue *queue, int64_t card) {
  bool found = false;
  for (size_t i = queue->sent; i < queue->count && !found; i++)
    found = queue->rows[i].at.card == card;
  return found;
}

static bool queue_has_key(const struct queue *queue, int64_t key) {
  bool found = false;
  for (size_t i = queue->sent; i < queue->count && !found; i++)
    found = queue->rows[i].at.key == key;
  return found;
}

/* A window is read by the terminal's name and written by its number: one that was read before may be written. */
static bool queue_has_window(const struct queue *queue, const struct store_value *tid) {
  bool found = tid->len != WINDOW_TID;
  for (size_t i = 0; i < queue->window_count && !found; i++)
    found = memcmp(queue->windows[i], tid->bytes, WINDOW_TID) == 0;
  return found && queue_waits(queue);
}

void queue_note(struct queue *queue, const struct store_call *call) {
  const struct store_value *tid = call->parameters;
  if (call->name != QUERY_TERMINAL_WINDOW)
    return;
  if (tid->len != WINDOW_TID || queue->window_count == QUEUE_WINDOWS)
    queue->windows_lost = true;
  else
    memcpy(queue->windows[queue->window_count++], tid->bytes, WINDOW_TID);
}

bool queue_concerns(const struct queue *queue, const struct store_call *call) {
  const struct store_value *first = call->parameters;
  switch (call->name) {
  case QUERY_TERMINAL_BRIEF:
    return false;
  case QUERY_TERMINAL_WINDOW:
    return queue_has_window(queue, first);
  case QUERY_CARD_CHAIN:
    return queue_has_card(queue, call->parameters[1].number);
  case QUERY_CARD_ACCOUNTS:
  case QUERY_CARD_PURSE:
    return queue_has_card(queue, first->number);
  case QUERY_PROMISE_KNOWN:
  case QUERY_BOOKING_BRIEF:
  case QUERY_BOOKING_FIND:
    return queue_has_card(queue, first->number >> 32);
  case QUERY_REFERENCE_FIND:
    return queue_has_key(queue, queue_key_of_reference(first->number, &call->parameters[1]));
  default:
    return queue_waits(queue);
  }
}

/* ---- out ---- */

size_t queue_count(const struct queue *queue) {
  return queue->count;
}

/* What was sent stays until all was, so that rows keep their places. */
void queue_cut(struct queue *queue, size_t count) {
  if (count < queue->sent)
    count = queue->sent;
  if (count < queue->count) {
    queue->value_count = queue->rows[count].first;
    queue->count = count;
  }
  if (queue->count == queue->sent)
    queue->count = queue->sent = queue->value_count = queue->byte_count = 0;
}

void queue_begin(struct queue *queue) {
  queue_cut(queue, 0);
  queue->window_count = 0;
  queue->windows_lost = false;
}

static int row_compare(const void *left, const void *right) {
  const struct queue_row *const *a = left, *const *b = right;
  return (*a)->at.key < (*b)->at.key ? -1 : (*a)->at.key > (*b)->at.key;
}

/* The rows of one kind: where each changes a row of its own, in the order of those, so that two servers lock them in
 * one order. */
static size_t queue_pick(const struct queue *queue, size_t kind, size_t to, const struct queue_row *rows[QUEUE_ROWS]) {
  size_t count = 0;
  for (size_t i = queue->sent; i < to; i++)
    if (queue->rows[i].kind == kind)
      rows[count++] = &queue->rows[i];
  if (!kinds[kind].many && count > 1)
    qsort(rows, count, sizeof rows[0], row_compare);
  return count;
}

/* As it is where there is one alone. */
static enum status queue_send_kind(const struct queue *queue, struct pipe *pipe, const struct pipe_set *set,
                                   size_t to) {
  const struct queue_row *rows[QUEUE_ROWS];
  const struct queue_kind *kind = &kinds[set->number];
  struct postgres_arrays arrays;
  size_t count = queue_pick(queue, set->number, to, rows);
  if (count == 0)
    return STATUS_OK;
  const struct store_call call = {
      .name = kind->name, .parameters = &queue->values[rows[0]->first], .count = strlen(kind->columns)};
  if (count == 1)
    return pipe_call(pipe, &call);
  postgres_arrays_begin(&arrays, kind->columns, count);
  for (size_t i = 0; i < count; i++)
    postgres_arrays_add(&arrays, &queue->values[rows[i]->first]);
  enum status status = arrays.failed ? STATUS_NO_MEMORY : pipe_call_set(pipe, set, &arrays);
  postgres_arrays_end(&arrays);
  return status;
}

enum status queue_send(struct queue *queue, struct pipe *pipe, size_t to) {
  enum status status = STATUS_OK;
  for (size_t kind = 0; status == STATUS_OK && queue->sent < to && kind < KINDS; kind++) {
    const struct pipe_set set = {.number = kind, .sql = kinds[kind].sql};
    status = queue_send_kind(queue, pipe, &set, to);
  }
  if (queue->sent < to)
    queue->sent = to;
  queue_cut(queue, queue->count);
  return status;
}
