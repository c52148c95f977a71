/* SPDX-License-Identifier: Apache-2.0
 * Closings and shifts: their text, their chains, and that every entry is in one closing, and in one shift at most. */
#include "epurse/terminal_closing.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/bytes.h"
#include "epurse/journal.h"
#include "epurse/terminal.h"

#define CLOSING_TITLE "epurse closing 1"
#define SHIFT_TITLE   "epurse shift 1"

int64_t closing_target(const struct closing *closing) {
  return closing->drawer_float + count_drawer(&closing->count);
}

/* ---- as text ---- */

/* A text that grows; full where it does not fit. */
struct lines {
  char *text;
  size_t len, capacity;
};

__attribute__((format(printf, 2, 3))) static void line_add(struct lines *lines, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t left = lines->capacity - lines->len;
  int len = vsnprintf(lines->text + lines->len, left, format, arguments);
  va_end(arguments);
  lines->len = len < 0 || (size_t)len >= left ? lines->capacity : lines->len + (size_t)len;
  if (lines->len == lines->capacity) {
    lines->capacity = lines->len = 0;
    lines->text[0] = 0;
  }
}

static void sum_add(struct lines *lines, const char *name, const struct count_sum *sum) {
  line_add(lines, "%s %" PRId64 " %" PRId64 "\n", name, sum->count, sum->amount);
}

static void cashier_add(struct lines *lines, const struct count_cashier *cashier) {
  const struct count_sum *const sums[] = {&cashier->sales, &cashier->refunds, &cashier->loads, &cashier->payouts};
  line_add(lines, "cashier");
  for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
    line_add(lines, " %" PRId64 " %" PRId64, sums[i]->count, sums[i]->amount);
  line_add(lines, " %s\n", cashier->name);
}

static size_t open_named(const struct count *count) {
  return count->open.count < COUNT_OPEN_MAX ? (size_t)count->open.count : COUNT_OPEN_MAX;
}

/* Who it was, and what a closing has of shifts, or a shift of its own. */
static void shift_add(struct lines *lines, const struct closing *closing) {
  char hash[2 * CRYPTO_SHA256_SIZE + 1];
  bytes_to_hex(closing->shifts_hash, sizeof closing->shifts_hash, hash);
  if (closing->chain == JOURNAL_SHIFTS)
    line_add(lines, "begun %" PRId64 "\n", closing->begun);
  if (closing->begun_by[0] != 0)
    line_add(lines, "begun_by %s\n", closing->begun_by);
  if (closing->ended_by[0] != 0)
    line_add(lines, "ended_by %s\n", closing->ended_by);
  if (closing->shifts_last > 0)
    line_add(lines, "shifts %" PRId64 " %" PRId64 " %s\n", closing->shifts_after, closing->shifts_last, hash);
}

size_t closing_encode(const struct closing *closing, char *body, size_t capacity) {
  struct lines lines = {body, 0, capacity};
  const struct count *count = &closing->count;
  char previous[2 * CRYPTO_SHA256_SIZE + 1];
  bytes_to_hex(closing->previous, sizeof closing->previous, previous);
  line_add(&lines, "%s\nnumber %" PRId64 "\nprevious %s\nat %" PRId64 "\nterminal %s\ncurrency %u\n",
           closing->chain == JOURNAL_SHIFTS ? SHIFT_TITLE : CLOSING_TITLE, closing->number, previous, closing->at,
           closing->tid, (unsigned)closing->currency);
  shift_add(&lines, closing);
  line_add(&lines, "entries %" PRId64 " %" PRId64 " %" PRId64 "\n", count->first, count->last, count->since);
  for (size_t i = 0; i < COUNT_KINDS; i++)
    sum_add(&lines, count_kind_name((enum count_kind)i), &count->kinds[i]);
  for (size_t i = 0; i < count->load_count; i++)
    line_add(&lines, "loads %" PRId64 " %" PRId64 " %s\n", count->loads[i].sum.count, count->loads[i].sum.amount,
             count->loads[i].kind);
  for (size_t i = 0; i < count->cashier_count; i++)
    cashier_add(&lines, &count->cashiers[i]);
  sum_add(&lines, "waiting", &count->waiting);
  sum_add(&lines, "open", &count->open);
  for (size_t i = 0; i < open_named(count); i++)
    line_add(&lines, "open_number %" PRId64 "\n", count->open_numbers[i]);
  if (closing->has_drawer)
    line_add(&lines, "drawer %" PRId64 " %" PRId64 "\n", closing->drawer_float, closing->drawer_counted);
  return lines.len;
}

static enum count_kind kind_named(const char *name) {
  size_t kind = 0;
  while (kind < COUNT_KINDS && strcmp(count_kind_name((enum count_kind)kind), name) != 0)
    kind++;
  return (enum count_kind)kind;
}

/* A line of a sum: "name count amount". */
static void sum_line(struct count *count, const char *name, const char *rest, size_t *open) {
  struct count_sum sum = {0, 0};
  char tender[16] = "";
  enum count_kind kind = kind_named(name);
  int fields = sscanf(rest, "%" SCNd64 " %" SCNd64 " %15s", &sum.count, &sum.amount, tender);
  if (fields == 1 && strcmp(name, "open_number") == 0 && *open < COUNT_OPEN_MAX)
    count->open_numbers[(*open)++] = sum.count;
  if (fields < 2)
    return;
  if (kind < COUNT_KINDS)
    count->kinds[kind] = sum;
  else if (strcmp(name, "waiting") == 0)
    count->waiting = sum;
  else if (strcmp(name, "open") == 0)
    count->open = sum;
  else if (strcmp(name, "loads") == 0 && count->load_count < COUNT_TENDERS) {
    memcpy(count->loads[count->load_count].kind, tender, sizeof tender);
    count->loads[count->load_count++].sum = sum;
  }
}

static void cashier_line(struct count *count, const char *rest) {
  struct count_cashier one = {.name = ""};
  int fields = sscanf(
      rest, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %16s",
      &one.sales.count, &one.sales.amount, &one.refunds.count, &one.refunds.amount, &one.loads.count, &one.loads.amount,
      &one.payouts.count, &one.payouts.amount, one.name);
  if (fields == 9 && count->cashier_count < COUNT_CASHIERS)
    count->cashiers[count->cashier_count++] = one;
}

/* True: it was one of shift_add's, or the title of a shift. */
static bool shift_line(struct closing *closing, const char *name, const char *rest) {
  char hash[2 * CRYPTO_SHA256_SIZE + 1] = "";
  size_t len = 0;
  if (strcmp(name, "epurse") == 0)
    closing->chain = strncmp(rest, "shift", strlen("shift")) == 0 ? JOURNAL_SHIFTS : JOURNAL_CLOSINGS;
  else if (strcmp(name, "begun") == 0)
    (void)sscanf(rest, "%" SCNd64, &closing->begun);
  else if (strcmp(name, "begun_by") == 0)
    (void)sscanf(rest, "%16s", closing->begun_by);
  else if (strcmp(name, "ended_by") == 0)
    (void)sscanf(rest, "%16s", closing->ended_by);
  else if (strcmp(name, "shifts") == 0 &&
           sscanf(rest, "%" SCNd64 " %" SCNd64 " %64s", &closing->shifts_after, &closing->shifts_last, hash) == 3)
    (void)!bytes_from_hex(hash, closing->shifts_hash, sizeof closing->shifts_hash, &len);
  else
    return false;
  return true;
}

/* What is wrong here is seen when it is written again. */
static void line_read(struct closing *closing, const char *line, size_t *open) {
  char name[32] = "", previous[2 * CRYPTO_SHA256_SIZE + 1] = "";
  struct count *count = &closing->count;
  int at = 0;
  size_t len = 0;
  if (sscanf(line, "%31s %n", name, &at) != 1 || at == 0)
    return;
  const char *rest = line + at;
  if (strcmp(name, "number") == 0)
    (void)sscanf(rest, "%" SCNd64, &closing->number);
  else if (strcmp(name, "at") == 0)
    (void)sscanf(rest, "%" SCNd64, &closing->at);
  else if (strcmp(name, "currency") == 0)
    (void)sscanf(rest, "%" SCNu16, &closing->currency);
  else if (strcmp(name, "terminal") == 0)
    (void)sscanf(rest, "%8s", closing->tid);
  else if (strcmp(name, "entries") == 0)
    (void)sscanf(rest, "%" SCNd64 " %" SCNd64 " %" SCNd64, &count->first, &count->last, &count->since);
  else if (strcmp(name, "drawer") == 0)
    closing->has_drawer = sscanf(rest, "%" SCNd64 " %" SCNd64, &closing->drawer_float, &closing->drawer_counted) == 2;
  else if (strcmp(name, "previous") == 0 && sscanf(rest, "%64s", previous) == 1)
    (void)!bytes_from_hex(previous, closing->previous, sizeof closing->previous, &len);
  else if (strcmp(name, "cashier") == 0)
    cashier_line(count, rest);
  else if (!shift_line(closing, name, rest))
    sum_line(count, name, rest, open);
}

enum status closing_decode(const char *body, struct closing *closing) {
  char line[240], again[JOURNAL_CLOSING_MAX];
  size_t open = 0;
  *closing = (struct closing){0};
  for (const char *at = body; *at != 0;) {
    size_t len = strcspn(at, "\n");
    (void)snprintf(line, sizeof line, "%.*s", len < sizeof line ? (int)len : 0, at);
    line_read(closing, line, &open);
    at += len + (at[len] != 0);
  }
  bool same = closing_encode(closing, again, sizeof again) > 0 && strcmp(again, body) == 0;
  return same ? STATUS_OK : STATUS_BAD_FORMAT;
}

/* ---- of the journal ---- */

/* The numbers of what is counted, as they grow. NULL: nobody wants them. */
struct numbers {
  int64_t *all;
  size_t count, capacity;
};

static enum status number_add(struct numbers *numbers, int64_t number) {
  if (numbers->count == numbers->capacity) {
    size_t more = numbers->capacity == 0 ? 256 : 2 * numbers->capacity;
    int64_t *all = reallocarray(numbers->all, more, sizeof *all);
    if (all == NULL)
      return STATUS_NO_MEMORY;
    numbers->all = all;
    numbers->capacity = more;
  }
  numbers->all[numbers->count++] = number;
  return STATUS_OK;
}

static enum status count_walk(struct journal *journal, enum journal_chain chain, int64_t number, struct count *count,
                              struct numbers *numbers) {
  struct journal_entry entry;
  *count = (struct count){0};
  enum status status = journal_next_counted(journal, chain, number, 0, &entry);
  while (status == STATUS_OK) {
    count_add(count, &entry);
    if (numbers != NULL && count_fate(&entry) != COUNT_OPEN)
      status = number_add(numbers, entry.id);
    if (status == STATUS_OK)
      status = journal_next_counted(journal, chain, number, entry.id, &entry);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status count_take(struct journal *journal, struct count *count) {
  return count_walk(journal, JOURNAL_CLOSINGS, 0, count, NULL);
}

enum status count_again(struct journal *journal, enum journal_chain chain, int64_t number, struct count *count) {
  return count_walk(journal, chain, number, count, NULL);
}

static enum status closing_open(const struct journal_closing *kept, enum journal_chain chain, struct closing *closing) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!crypto_sha256((const uint8_t *)kept->body, strlen(kept->body), hash))
    return STATUS_CRYPTO_FAILED;
  bool whole = crypto_equal(hash, kept->hash, sizeof hash) && closing_decode(kept->body, closing) == STATUS_OK &&
               closing->number == kept->number && closing->chain == chain;
  return whole ? STATUS_OK : STATUS_STORE_FAILED;
}

/* Number and hash of the one before; 0 and zeros where there is none. STATUS_NOT_FOUND: the one that is meant is not
 * the next. */
static enum status closing_follow(struct journal *journal, struct closing *closing) {
  struct journal_closing last;
  enum status status = journal_closing_find(journal, closing->chain, 0, &last);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  if (closing->number != 0 && closing->number != last.number + 1)
    return STATUS_NOT_FOUND;
  closing->number = last.number + 1;
  memcpy(closing->previous, last.hash, sizeof closing->previous);
  return STATUS_OK;
}

/* Where the last closing cannot be read any more, those that it had are named once more; the audit says the rest. */
static enum status shifts_take(struct journal *journal, struct closing *closing) {
  struct journal_closing last;
  struct closing before = {.shifts_last = 0};
  enum status status = journal_closing_find(journal, JOURNAL_CLOSINGS, 0, &last);
  if (status == STATUS_OK && closing_open(&last, JOURNAL_CLOSINGS, &before) == STATUS_OK)
    closing->shifts_after = before.shifts_last;
  closing->next = last.number + 1;
  if (status == STATUS_OK || status == STATUS_NOT_FOUND)
    status = journal_closing_find(journal, JOURNAL_SHIFTS, 0, &last);
  closing->shifts_last = last.number;
  memcpy(closing->shifts_hash, last.hash, sizeof closing->shifts_hash);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status closing_shifts(struct terminal *terminal, struct closing *closing) {
  return shifts_take(terminal->journal, closing);
}

static enum status closing_keep(struct journal *journal, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct journal_closing kept = {.number = 0};
  struct numbers numbers = {NULL, 0, 0};
  enum status status = closing_follow(journal, closing);
  if (status == STATUS_OK && closing->chain == JOURNAL_CLOSINGS)
    status = shifts_take(journal, closing);
  if (status == STATUS_OK)
    status = count_walk(journal, closing->chain, 0, &closing->count, &numbers);
  if (status == STATUS_OK) {
    kept.number = closing->number;
    size_t len = closing_encode(closing, kept.body, sizeof kept.body);
    if (len == 0 || !crypto_sha256((const uint8_t *)kept.body, len, kept.hash))
      status = STATUS_INTERNAL;
  }
  if (status == STATUS_OK)
    status = journal_closing_keep(journal, closing->chain, &kept, numbers.all, numbers.count);
  memcpy(hash, kept.hash, CRYPTO_SHA256_SIZE);
  free(numbers.all);
  return status;
}

static void closing_name(const struct terminal *terminal, enum journal_chain chain, struct closing *closing) {
  closing->chain = chain;
  closing->currency = terminal->currency->numeric;
  memcpy(closing->tid, terminal->tid, sizeof closing->tid);
}

/* One that was meant by its number and is made already: what somebody did not hear of is told again, and nothing is
 * closed twice. */
static enum status closing_again(struct terminal *terminal, int64_t number, struct closing *closing,
                                 uint8_t hash[CRYPTO_SHA256_SIZE]) {
  *closing = (struct closing){.chain = JOURNAL_CLOSINGS};
  return closing_read(terminal, number, closing, hash);
}

enum status closing_make(struct terminal *terminal, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  const int64_t meant = closing->number;
  closing_name(terminal, JOURNAL_CLOSINGS, closing);
  closing->at = (int64_t)time(NULL);
  memcpy(closing->ended_by, terminal->cashier, sizeof closing->ended_by);
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  status = closing_keep(terminal->journal, closing, hash);
  if (status == STATUS_NOT_FOUND && meant != 0)
    status = closing_again(terminal, meant, closing, hash);
  journal_release(terminal->journal);
  return status;
}

enum status closing_read(struct terminal *terminal, int64_t number, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct journal_closing kept;
  enum status status = journal_closing_find(terminal->journal, closing->chain, number, &kept);
  if (status != STATUS_OK)
    return status;
  memcpy(hash, kept.hash, CRYPTO_SHA256_SIZE);
  return closing_open(&kept, closing->chain, closing);
}

/* ---- shifts ---- */

static enum status begun_keep(struct journal *journal, struct journal_shift *begun) {
  struct numbers numbers = {NULL, 0, 0};
  struct journal_shift running;
  struct count count;
  enum status status = journal_shift_find(journal, 0, &running);
  if (status == STATUS_OK)
    return STATUS_SHIFT_RUNS;
  if (status == STATUS_NOT_FOUND)
    status = count_walk(journal, JOURNAL_SHIFTS, 0, &count, &numbers);
  if (status == STATUS_OK)
    status = journal_shift_begin(journal, begun, numbers.all, numbers.count);
  free(numbers.all);
  return status;
}

static void begun_take(const struct journal_shift *begun, struct closing *shift) {
  shift->number = begun->number;
  shift->begun = begun->begun;
  shift->drawer_float = begun->drawer_float;
  shift->has_drawer = true;
  memcpy(shift->begun_by, begun->cashier, sizeof shift->begun_by);
}

enum status shift_begin(struct terminal *terminal, struct closing *shift) {
  struct journal_shift begun = {.begun = (int64_t)time(NULL), .drawer_float = shift->drawer_float};
  memcpy(begun.cashier, terminal->cashier, sizeof begun.cashier);
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  status = begun_keep(terminal->journal, &begun);
  journal_release(terminal->journal);
  closing_name(terminal, JOURNAL_SHIFTS, shift);
  if (status == STATUS_OK)
    begun_take(&begun, shift);
  return status;
}

enum status shift_running(struct terminal *terminal, struct closing *shift) {
  struct journal_shift begun;
  enum status status = journal_shift_find(terminal->journal, 0, &begun);
  *shift = (struct closing){.number = 0};
  closing_name(terminal, JOURNAL_SHIFTS, shift);
  if (status != STATUS_OK)
    return status;
  begun_take(&begun, shift);
  return count_again(terminal->journal, JOURNAL_SHIFTS, 0, &shift->count);
}

enum status shift_end(struct terminal *terminal, struct closing *shift, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct journal_shift begun;
  closing_name(terminal, JOURNAL_SHIFTS, shift);
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  status = journal_shift_find(terminal->journal, 0, &begun);
  if (status == STATUS_OK && shift->number != 0 && shift->number != begun.number)
    status = STATUS_NOT_FOUND;
  if (status == STATUS_OK) {
    begun_take(&begun, shift);
    shift->at = (int64_t)time(NULL);
    memcpy(shift->ended_by, terminal->cashier, sizeof shift->ended_by);
    status = closing_keep(terminal->journal, shift, hash);
  }
  journal_release(terminal->journal);
  return status;
}

enum status shift_read(struct terminal *terminal, int64_t number, struct closing *shift,
                       uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = shift_running(terminal, shift);
  const bool running = status == STATUS_OK && (number == 0 || number == shift->number);
  if (running || (status != STATUS_OK && status != STATUS_NOT_FOUND))
    return status;
  *shift = (struct closing){.chain = JOURNAL_SHIFTS};
  return closing_read(terminal, number, shift, hash);
}
