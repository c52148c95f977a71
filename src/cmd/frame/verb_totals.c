/* SPDX-License-Identifier: Apache-2.0
 * The verb `totals`: what this terminal has done, summed by kind, from its journal alone: since the last closing (X),
 * or as a closing (Z) that is made now or was made before. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cashier.h"
#include "epurse/bytes.h"
#include "epurse/closing_json.h"
#include "epurse/print.h"
#include "epurse/tender.h"
#include "epurse/terminal_closing.h"
#include "finish.h"
#include "language.h"
#include "local_time.h"
#include "paper.h"
#include "problem.h"
#include "terminal_program.h"
#include "verb_totals.h"

#define HEAD_MAX 512
#define LEFT_MAX 256

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

/* What takes the lines: how many (-1: an amount by itself), the amount, and words, with more of them that are nobody's
 * language. */
typedef void line_take(void *context, int64_t count, const char *amount, const char *words, const char *more);
struct lines {
  line_take *take;
  void *context;
  uint16_t currency;
};

/* The words come last: in other languages they have another length. */
static void line_print(void *context, int64_t count, const char *amount, const char *words, const char *more) {
  (void)context;
  if (count >= 0)
    printf("%6" PRId64 "  %14s  %s%s\n", count, amount, words, more);
  else
    printf("        %14s  %s\n", amount, words);
}

static void line_on_paper(void *context, int64_t count, const char *amount, const char *words, const char *more) {
  char left[LEFT_MAX];
  if (count >= 0)
    snprintf(left, sizeof left, "%" PRId64 " x %s%s", count, words, more); /* it may be one of them */
  else
    snprintf(left, sizeof left, "%s", words);
  print_pair(context, PRINT_PLAIN, left, amount);
}

/* What stands before a name: nothing where nobody said who it was. */
static const char *behind(const char *name) {
  return name[0] != 0 ? " " : "";
}

/* A line for a sum that is not empty. */
static void sum_line(const struct lines *lines, const struct count_sum *sum, const char *words, const char *more) {
  char amount[AMOUNT_TEXT_MAX];
  report_amount(amount, sum->amount, lines->currency);
  if (sum->count > 0)
    lines->take(lines->context, sum->count, amount, translated(words), more);
}

static void cashier_lines(const struct lines *lines, const struct count_cashier *cashier) {
  sum_line(lines, &cashier->sales, SENTENCE("of these sales by "), cashier->name);
  sum_line(lines, &cashier->refunds, SENTENCE("of these refunds by "), cashier->name);
  sum_line(lines, &cashier->loads, SENTENCE("of these loads by "), cashier->name);
  sum_line(lines, &cashier->payouts, SENTENCE("of these payouts by "), cashier->name);
}

static void amount_line(const struct lines *lines, int64_t amount, const char *words) {
  char text[AMOUNT_TEXT_MAX];
  report_amount(text, amount, lines->currency);
  lines->take(lines->context, -1, text, translated(words), "");
}

static void drawer_lines(const struct lines *lines, const struct closing *closing) {
  amount_line(lines, count_drawer(&closing->count), SENTENCE("came into the drawer"));
  if (!closing->has_drawer)
    return;
  const int64_t target = closing_target(closing);
  amount_line(lines, closing->drawer_float, SENTENCE("was in it at the beginning"));
  amount_line(lines, target, SENTENCE("ought to be in it"));
  if (closing->chain == JOURNAL_SHIFTS && closing->at == 0)
    return;
  amount_line(lines, closing->drawer_counted, SENTENCE("was counted"));
  amount_line(lines, closing->drawer_counted - target, SENTENCE("difference"));
}

/* The shifts that have ended since the closing before, by their differences; one that cannot be read is left to the
 * audit. */
static void shift_lines(const struct terminal_program *self, const struct lines *lines, const struct closing *closing) {
  char words[LEFT_MAX], text[AMOUNT_TEXT_MAX];
  uint8_t hash[CRYPTO_SHA256_SIZE];
  for (int64_t number = closing->shifts_after + 1; number <= closing->shifts_last; number++) {
    struct closing shift = {.chain = JOURNAL_SHIFTS};
    if (closing_read(self->terminal, number, &shift, hash) != STATUS_OK)
      continue;
    report_amount(text, shift.drawer_counted - closing_target(&shift), lines->currency);
    snprintf(words, sizeof words, translated("difference of shift %" PRId64 "%s%s"), number, behind(shift.begun_by),
             shift.begun_by);
    lines->take(lines->context, -1, text, words, "");
  }
}

static void shown_lines(const struct terminal_program *self, const struct shown *shown, line_take *take,
                        void *context) {
  const struct lines lines = {take, context, self->terminal->currency->numeric};
  const struct count *count = &shown->closing.count;
  for (size_t i = 0; i < COUNT_KINDS; i++)
    sum_line(&lines, &count->kinds[i], kind_words((enum count_kind)i), "");
  for (size_t i = 0; i < count->load_count; i++)
    sum_line(&lines, &count->loads[i].sum, SENTENCE("loads, paid by: "), translated(tender_said(count->loads[i].kind)));
  for (size_t i = 0; i < count->cashier_count; i++)
    cashier_lines(&lines, &count->cashiers[i]);
  sum_line(&lines, &count->waiting, SENTENCE("of these the back-end does not have yet"), "");
  sum_line(&lines, &count->open, SENTENCE("besides these: it is not known yet how they end; see the verb recover"), "");
  if (self->terminal->role == ROLE_RELOAD || shown->closing.has_drawer)
    drawer_lines(&lines, &shown->closing);
  shift_lines(self, &lines, &shown->closing);
}

static int shift_head(const struct shown *shown, char head[HEAD_MAX]) {
  const struct closing *shift = &shown->closing;
  char begun[LOCAL_TIME_MAX], ended[LOCAL_TIME_MAX], hash[2 * CRYPTO_SHA256_SIZE + 1];
  local_time_print_unix(shift->begun, begun);
  if (shift->at == 0)
    return snprintf(head, HEAD_MAX, translated("shift %" PRId64 " of %s, begun %s%s%s\n"), shift->number, shift->tid,
                    begun, behind(shift->begun_by), shift->begun_by);
  local_time_print_unix(shift->at, ended);
  bytes_to_hex(shown->hash, sizeof shown->hash, hash);
  return snprintf(head, HEAD_MAX, translated("shift %" PRId64 " of %s, begun %s%s%s\nended %s%s%s\nhash %s\n"),
                  shift->number, shift->tid, begun, behind(shift->begun_by), shift->begun_by, ended,
                  behind(shift->ended_by), shift->ended_by, hash);
}

/* Which closing or shift it is, and of what. */
static void head_text(const struct shown *shown, char head[HEAD_MAX]) {
  const struct count *count = &shown->closing.count;
  char text[LOCAL_TIME_MAX], hash[2 * CRYPTO_SHA256_SIZE + 1];
  int len = 0;
  if (shown->closing.chain == JOURNAL_SHIFTS) {
    len = shift_head(shown, head);
  } else if (shown->closing.number > 0) {
    const char *by = shown->closing.ended_by;
    local_time_print_unix(shown->closing.at, text);
    bytes_to_hex(shown->hash, sizeof shown->hash, hash);
    len = snprintf(head, HEAD_MAX, translated("closing %" PRId64 " of %s, %s%s%s\nhash %s\n"), shown->closing.number,
                   shown->closing.tid, text, behind(by), by, hash);
  }
  local_time_print_unix(count->since, text);
  if (len < 0 || len >= HEAD_MAX)
    return;
  if (count->first == 0)
    snprintf(head + len, (size_t)(HEAD_MAX - len), "%s\n", translated("Nothing was done here yet."));
  else
    snprintf(head + len, (size_t)(HEAD_MAX - len), translated("since %s, numbers %" PRId64 " to %" PRId64 ":\n"), text,
             count->first, count->last);
}

static void shown_print(const struct terminal_program *self, const struct shown *shown) {
  char head[HEAD_MAX];
  head_text(shown, head);
  printf("%s", head);
  shown_lines(self, shown, line_print, NULL);
}

/* Behind what cannot be undone. */
static void made_all_the_same(const struct terminal_program *self, const struct closing *closing) {
  const char *program = self->program->name;
  if (closing->chain == JOURNAL_SHIFTS)
    fprintf(stderr,
            translated("%s: shift %" PRId64 " stands all the same; to have it again: %s shift show %" PRId64 "\n"),
            program, closing->number, program, closing->number);
  else
    fprintf(stderr,
            translated("%s: closing %" PRId64 " is made all the same; to have it again: %s totals %" PRId64 "\n"),
            program, closing->number, program, closing->number);
}

/* Where --print or --pdf says so. */
static enum status on_paper(const struct terminal_program *self, const struct shown *shown, bool made) {
  const struct terminal *terminal = self->terminal;
  struct print_document *document = NULL;
  char head[HEAD_MAX];
  if (!self->print && self->pdf == NULL)
    return STATUS_OK;
  enum status status = print_document_new(&document);
  if (status != STATUS_OK)
    return status;
  head_text(shown, head);
  print_line(document, PRINT_CENTRE, PRINT_BOLD,
             terminal->merchant_name[0] != 0 ? terminal->merchant_name : terminal->merchant);
  print_line(document, PRINT_CENTRE, PRINT_PLAIN, terminal->tid);
  print_rule(document);
  print_line(document, PRINT_LEFT, PRINT_PLAIN, head);
  print_rule(document);
  shown_lines(self, shown, line_on_paper, document);
  print_cut(document);
  status = paper_report(self, document);
  print_document_free(&document);
  if (status != STATUS_OK && made)
    made_all_the_same(self, &shown->closing);
  return status;
}

/* ---- for programs ---- */

static void sum_csv(const char *name, const char *tender, const struct count_sum *sum) {
  printf("%s,%s,%" PRId64 ",%" PRId64 "\n", name, tender, sum->count, sum->amount);
}

/* The second column: of loads their tender, a word of ours, or a cashier; neither has a comma. */
static void count_csv(const struct count *count) {
  printf("sum,of,count,amount\n");
  for (size_t i = 0; i < COUNT_KINDS; i++)
    sum_csv(count_kind_name((enum count_kind)i), "", &count->kinds[i]);
  for (size_t i = 0; i < count->load_count; i++)
    sum_csv("loads", count->loads[i].kind, &count->loads[i].sum);
  for (size_t i = 0; i < count->cashier_count; i++) {
    const struct count_cashier *one = &count->cashiers[i];
    sum_csv("cashier_sales", one->name, &one->sales);
    sum_csv("cashier_refunds", one->name, &one->refunds);
    sum_csv("cashier_loads", one->name, &one->loads);
    sum_csv("cashier_payouts", one->name, &one->payouts);
  }
  sum_csv("waiting", "", &count->waiting);
  sum_csv("open", "", &count->open);
}

static enum status shift_of_closing(void *context, int64_t number, struct closing *shift) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  return closing_read(context, number, shift, hash);
}

enum status shown_report(struct terminal_program *self, const struct shown *shown, bool made) {
  const struct terminal *terminal = self->terminal;
  if (self->json) {
    self->report = closing_json(&shown->closing, shown->hash, terminal->tid, terminal->currency->code);
    json_t *shifts = closing_shifts_json(&shown->closing, shift_of_closing, self->terminal);
    if (shifts != NULL)
      json_object_set_new(self->report, "shifts", shifts);
  } else if (self->csv) {
    count_csv(&shown->closing.count);
  } else {
    shown_print(self, shown);
  }
  return on_paper(self, shown, made);
}

/* ---- the verb ---- */

enum status shown_number(const char *text, int64_t *number) {
  char *end = NULL;
  errno = 0;
  *number = strtoimax(text, &end, 10);
  return errno == 0 && *end == 0 && *number > 0 ? STATUS_OK : STATUS_USAGE;
}

static enum status arguments_check(const struct terminal_program *self, const char *argument, int64_t *number) {
  *number = 0;
  if (self->csv && self->json) {
    problem_say(self->program->name, "--csv does not go with --json");
    return STATUS_USAGE;
  }
  if ((self->drawer_float != NULL || self->drawer_counted != NULL) && !self->close) {
    problem_say(self->program->name, "--float and --counted go with --close");
    return STATUS_USAGE;
  }
  if ((self->cashier != NULL || self->cashier_fd >= 0) && !self->close) {
    problem_say(self->program->name, "--cashier goes with --close");
    return STATUS_USAGE;
  }
  if (argument == NULL)
    return STATUS_OK;
  if (shown_number(argument, number) == STATUS_OK)
    return STATUS_OK;
  problem_say(self->program->name, "'%s' is not the number of a closing", argument);
  return STATUS_USAGE;
}

enum status drawer_amount(const struct terminal_program *self, const char *text, int64_t *minor) {
  struct amount amount = {0, 0};
  *minor = 0;
  if (text == NULL || amount_is_nothing(text))
    return STATUS_OK;
  enum status status = terminal_program_amount(self, text, &amount);
  *minor = amount.minor;
  return status;
}

/* The next one, or that one of that number, which may be made already: then it is shown. */
static enum status close_now(struct terminal_program *self, int64_t number, struct shown *shown) {
  struct closing *closing = &shown->closing;
  closing->number = number;
  closing->has_drawer = self->drawer_counted != NULL;
  if (self->drawer_float != NULL && !closing->has_drawer) {
    problem_say(self->program->name, "--float goes with --counted");
    return STATUS_USAGE;
  }
  enum status status = cashier_ask(self);
  if (status == STATUS_OK)
    status = drawer_amount(self, self->drawer_float, &closing->drawer_float);
  if (status == STATUS_OK)
    status = drawer_amount(self, self->drawer_counted, &closing->drawer_counted);
  if (status == STATUS_OK)
    status = paper_possible(self);
  if (status != STATUS_OK)
    return status;
  finish_begun(finish_look_first);
  status = closing_make(self->terminal, closing, shown->hash);
  self->changed = status == STATUS_OK;
  if (status != STATUS_OK)
    report_failure(self, status, NULL);
  return status;
}

static enum status shown_take(struct terminal_program *self, int64_t number, struct shown *shown) {
  if (self->close)
    return close_now(self, number, shown);
  shown->closing.currency = self->terminal->currency->numeric;
  enum status status = number > 0 ? closing_read(self->terminal, number, &shown->closing, shown->hash)
                                  : count_take(self->terminal->journal, &shown->closing.count);
  if (status == STATUS_OK && number == 0)
    status = closing_shifts(self->terminal, &shown->closing);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

enum status verb_totals(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct shown shown = {.hash = {0}};
  int64_t number = 0;
  enum status status = arguments_check(self, arguments[0], &number);
  if (status == STATUS_OK)
    status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = shown_take(self, number, &shown);
  if (status != STATUS_OK)
    return status;
  return shown_report(self, &shown, self->close);
}
