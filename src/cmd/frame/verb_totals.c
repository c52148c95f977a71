/* SPDX-License-Identifier: Apache-2.0
 * The verb `totals`: what this terminal has done, summed by kind, from its journal alone. */
#include <inttypes.h>
#include <stdio.h>

#include "epurse/terminal_count.h"
#include "language.h"
#include "local_time.h"
#include "problem.h"
#include "terminal_program.h"

/* ---- for people ---- */

static const char *kind_words(enum count_kind kind) {
  static const char *const words[] = {
      [COUNT_SALE_PIN] = SENTENCE("sales with the PIN"),
      [COUNT_SALE_NO_PIN] = SENTENCE("sales without a PIN"),
      [COUNT_SALE_OFFLINE] = SENTENCE("sales off-line"),
      [COUNT_SALE_POINTS] = SENTENCE("sales for points, at their price"),
      [COUNT_REFUND] = SENTENCE("refunds"),
      [COUNT_REFUND_POINTS] = SENTENCE("refunds in points, at their price"),
      [COUNT_PAYOUT_CASH] = SENTENCE("payouts in cash"),
      [COUNT_PAYOUT_TRANSFER] = SENTENCE("payouts to bank accounts"),
      [COUNT_ELSEWHERE] = SENTENCE("ended elsewhere: the back-end knows how"),
  };
  return words[kind];
}

/* A line for a sum that is not empty. The words come last: in other languages they have another length. */
static void sum_print(const struct terminal_program *self, const struct count_sum *sum, const char *words,
                      const char *more) {
  char amount[AMOUNT_TEXT_MAX];
  report_amount(amount, sum->amount, self->terminal->currency->numeric);
  if (sum->count > 0)
    printf("%6" PRId64 "  %14s  %s%s\n", sum->count, amount, translated(words), more);
}

static void count_print(const struct terminal_program *self, const struct count *count) {
  const struct count_sum drawer = {1, count_drawer(count)};
  char since[LOCAL_TIME_MAX], kind[32];
  local_time_print_unix(count->since, since);
  if (count->first == 0)
    printf("%s\n", translated("Nothing was done here yet."));
  else
    printf(translated("since %s, numbers %" PRId64 " to %" PRId64 ":\n"), since, count->first, count->last);
  for (size_t i = 0; i < COUNT_KINDS; i++)
    sum_print(self, &count->kinds[i], kind_words((enum count_kind)i), "");
  for (size_t i = 0; i < count->load_count; i++) {
    (void)snprintf(kind, sizeof kind, "%s", count->loads[i].kind);
    sum_print(self, &count->loads[i].sum, SENTENCE("loads, paid by: "), kind);
  }
  sum_print(self, &count->waiting, SENTENCE("of these the back-end does not have yet"), "");
  sum_print(self, &count->open, SENTENCE("besides these: it is not known yet how they end; see the verb recover"), "");
  if (self->terminal->role == ROLE_RELOAD)
    sum_print(self, &drawer, SENTENCE("came into the drawer"), "");
}

/* ---- for programs ---- */

static json_t *sum_json(const struct count_sum *sum) {
  return json_pack("{s:I, s:I}", "count", (json_int_t)sum->count, "amount", (json_int_t)sum->amount);
}

static json_t *count_json(const struct terminal_program *self, const struct count *count) {
  json_t *object =
      json_pack("{s:s, s:s, s:I, s:I}", "tid", self->terminal->tid, "currency", self->terminal->currency->code, "first",
                (json_int_t)count->first, "last", (json_int_t)count->last);
  json_t *loads = json_array();
  for (size_t i = 0; i < COUNT_KINDS; i++)
    json_object_set_new(object, count_kind_name((enum count_kind)i), sum_json(&count->kinds[i]));
  for (size_t i = 0; i < count->load_count; i++) {
    json_t *load = sum_json(&count->loads[i].sum);
    json_object_set_new(load, "tender", json_string(count->loads[i].kind));
    json_array_append_new(loads, load);
  }
  json_object_set_new(object, "loads", loads);
  json_object_set_new(object, "waiting", sum_json(&count->waiting));
  json_object_set_new(object, "open", sum_json(&count->open));
  json_object_set_new(object, "drawer", json_integer(count_drawer(count)));
  return object;
}

static void sum_csv(const char *name, const char *tender, const struct count_sum *sum) {
  printf("%s,%s,%" PRId64 ",%" PRId64 "\n", name, tender, sum->count, sum->amount);
}

/* The kinds of tender are words of ours, without a comma. */
static void count_csv(const struct count *count) {
  printf("sum,tender,count,amount\n");
  for (size_t i = 0; i < COUNT_KINDS; i++)
    sum_csv(count_kind_name((enum count_kind)i), "", &count->kinds[i]);
  for (size_t i = 0; i < count->load_count; i++)
    sum_csv("loads", count->loads[i].kind, &count->loads[i].sum);
  sum_csv("waiting", "", &count->waiting);
  sum_csv("open", "", &count->open);
}

/* ---- the verb ---- */

static enum status count_take(const struct terminal_program *self, struct count *count) {
  struct journal_entry entry;
  *count = (struct count){0};
  enum status status = journal_next_any(self->terminal->journal, 0, &entry);
  while (status == STATUS_OK) {
    count_add(count, &entry);
    status = journal_next_any(self->terminal->journal, entry.id, &entry);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status verb_totals(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct count count;
  (void)arguments;
  if (self->csv && self->json) {
    problem_say(self->program->name, "--csv does not go with --json");
    return STATUS_USAGE;
  }
  enum status status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = count_take(self, &count);
  if (status != STATUS_OK) {
    report_failure(self, status, NULL);
    return status;
  }
  if (self->json)
    self->report = count_json(self, &count);
  else if (self->csv)
    count_csv(&count);
  else
    count_print(self, &count);
  return STATUS_OK;
}
