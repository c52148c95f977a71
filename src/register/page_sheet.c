/* SPDX-License-Identifier: Apache-2.0
 * Sums, shifts and closings: on the page, or on the till's printer. */
#include "page_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/print.h"
#include "page_state.h"

#define LEFT_MAX 160 /* bytes of what stands at the left edge */

/* ---- one line ---- */

/* Below zero too: a difference, or a day with more payouts than loads. */
static void signed_text(const struct sheet *sheet, int64_t minor, char text[AMOUNT_TEXT_MAX + 1]) {
  const uint16_t currency = till_facts(sheet->visit->page->options.till)->currency->numeric;
  text[0] = '-';
  page_amount(sheet->visit->language, (struct amount){minor < 0 ? -minor : minor, currency}, text + (minor < 0));
}

static const char *word_of(const struct sheet *sheet, enum page_word word) {
  return page_word(sheet->visit->language, word);
}

/* `of`, which is text, stands behind the word. */
static void sum_line(const struct sheet *sheet, enum page_word word, const char *of, const struct count_sum *sum) {
  char left[LEFT_MAX], amount[AMOUNT_TEXT_MAX + 1];
  if (sum->count == 0)
    return;
  signed_text(sheet, sum->amount, amount);
  snprintf(left, sizeof left, of[0] != 0 ? "%s (%s)" : "%s%s", word_of(sheet, word), of);
  if (sheet->paper != NULL) {
    char numbered[LEFT_MAX + 24];
    snprintf(numbered, sizeof numbered, "%" PRId64 " %s", sum->count, left);
    print_pair(sheet->paper, PRINT_PLAIN, numbered, amount);
    return;
  }
  put(sheet->visit, "<tr><th scope=\"row\">");
  put_text(sheet->visit, left);
  put(sheet->visit, "</th><td class=\"number\">%" PRId64 "</td><td class=\"number\">", sum->count);
  put_text(sheet->visit, amount);
  put(sheet->visit, "</td></tr>");
}

static void fact_line(const struct sheet *sheet, enum page_word word, const char *text) {
  if (sheet->paper != NULL) {
    print_pair(sheet->paper, PRINT_PLAIN, word_of(sheet, word), text);
    return;
  }
  put(sheet->visit, "<dt>");
  put_word(sheet->visit, word);
  put(sheet->visit, "</dt><dd>");
  put_text(sheet->visit, text);
  put(sheet->visit, "</dd>");
}

static void amount_line(const struct sheet *sheet, enum page_word word, int64_t minor) {
  char text[AMOUNT_TEXT_MAX + 1];
  signed_text(sheet, minor, text);
  fact_line(sheet, word, text);
}

/* When, and by whom where somebody said. */
static void moment_line(const struct sheet *sheet, enum page_word word, int64_t unix_seconds, const char *who) {
  char moment[32], text[32 + CASHIER_MAX + 2];
  page_time(sheet->visit->language, unix_seconds, moment);
  snprintf(text, sizeof text, "%s %s", moment, who);
  fact_line(sheet, word, text);
}

/* On the page a list of facts or a table needs its frame. */
static void frame(const struct sheet *sheet, const char *html) {
  if (sheet->paper == NULL)
    put(sheet->visit, "%s", html);
}

static void title_line(const struct sheet *sheet, enum page_word word, int64_t number) {
  char text[LEFT_MAX];
  snprintf(text, sizeof text, number > 0 ? "%s %" PRId64 : "%s", word_of(sheet, word), number);
  if (sheet->paper != NULL) {
    print_line(sheet->paper, PRINT_CENTRE, PRINT_BOLD, text);
    return;
  }
  put(sheet->visit, "<h2>");
  put_text(sheet->visit, text);
  put(sheet->visit, "</h2>");
}

/* ---- sums ---- */

static struct count_sum sales_of(const struct count *count) {
  static const enum count_kind kinds[] = {COUNT_SALE_PIN, COUNT_SALE_NO_PIN, COUNT_SALE_OFFLINE};
  struct count_sum all = {0, 0};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    all.count += count->kinds[kinds[i]].count;
    all.amount += count->kinds[kinds[i]].amount;
  }
  return all;
}

static void cashier_lines(const struct sheet *sheet, const struct count_cashier *cashier) {
  sum_line(sheet, WORD_SALES, cashier->name, &cashier->sales);
  sum_line(sheet, WORD_REFUNDS, cashier->name, &cashier->refunds);
  sum_line(sheet, WORD_LOADS, cashier->name, &cashier->loads);
  sum_line(sheet, WORD_PAYOUTS, cashier->name, &cashier->payouts);
}

static const char *tender_text(const struct sheet *sheet, const char *kind) {
  if (strcmp(kind, "cash") == 0)
    return word_of(sheet, WORD_CASH);
  if (strcmp(kind, "owed") == 0)
    return word_of(sheet, WORD_WAS_OWED);
  return strcmp(kind, "manual") == 0 || strcmp(kind, "zvt") == 0 ? word_of(sheet, WORD_BANK_CARD) : kind;
}

void sheet_count(const struct sheet *sheet, const struct count *count) {
  const struct count_sum sales = sales_of(count);
  frame(sheet, "<table><tbody>");
  sum_line(sheet, WORD_SALES, "", &sales);
  sum_line(sheet, WORD_BY_PROMISE, "", &count->kinds[COUNT_SALE_OFFLINE]);
  sum_line(sheet, WORD_POINTS, "", &count->kinds[COUNT_SALE_POINTS]);
  sum_line(sheet, WORD_REFUNDS, "", &count->kinds[COUNT_REFUND]);
  sum_line(sheet, WORD_REFUNDS_POINTS, "", &count->kinds[COUNT_REFUND_POINTS]);
  for (size_t i = 0; i < count->load_count; i++)
    sum_line(sheet, WORD_LOADS, tender_text(sheet, count->loads[i].kind), &count->loads[i].sum);
  sum_line(sheet, WORD_PAYOUTS, word_of(sheet, WORD_CASH), &count->kinds[COUNT_PAYOUT_CASH]);
  sum_line(sheet, WORD_PAYOUTS, word_of(sheet, WORD_TRANSFER), &count->kinds[COUNT_PAYOUT_TRANSFER]);
  sum_line(sheet, WORD_ELSEWHERE, "", &count->kinds[COUNT_ELSEWHERE]);
  sum_line(sheet, WORD_TO_BOOK, "", &count->waiting);
  sum_line(sheet, WORD_OPEN, "", &count->open);
  for (size_t i = 0; i < count->cashier_count; i++)
    cashier_lines(sheet, &count->cashiers[i]);
  frame(sheet, "</tbody></table>");
}

/* ---- shifts and closings ---- */

static void drawer_lines(const struct sheet *sheet, const struct closing *closing, bool counted) {
  const int64_t target = closing_target(closing);
  amount_line(sheet, WORD_FLOAT, closing->drawer_float);
  amount_line(sheet, WORD_CAME_IN, count_drawer(&closing->count));
  amount_line(sheet, WORD_TARGET, target);
  if (!counted)
    return;
  amount_line(sheet, WORD_COUNTED, closing->drawer_counted);
  amount_line(sheet, WORD_DIFFERENCE, closing->drawer_counted - target);
}

void sheet_shift(const struct sheet *sheet, const struct closing *shift) {
  title_line(sheet, WORD_SHIFT, shift->number);
  frame(sheet, "<dl>");
  moment_line(sheet, WORD_BEGUN, shift->begun, shift->begun_by);
  if (shift->at != 0)
    moment_line(sheet, WORD_ENDED, shift->at, shift->ended_by);
  drawer_lines(sheet, shift, shift->at != 0);
  frame(sheet, "</dl>");
}

static void closing_lines(const struct sheet *sheet, const struct closing *closing) {
  title_line(sheet, closing->number > 0 ? WORD_CLOSING : WORD_SINCE_CLOSING, closing->number);
  frame(sheet, "<dl>");
  if (closing->number > 0)
    moment_line(sheet, WORD_TIME, closing->at, closing->ended_by);
  if (closing->has_drawer)
    drawer_lines(sheet, closing, true);
  frame(sheet, "</dl>");
}

static void hash_line(const struct sheet *sheet, const uint8_t hash[CRYPTO_SHA256_SIZE]) {
  char text[3 * CRYPTO_SHA256_SIZE + 1];
  size_t len = 0;
  for (size_t i = 0; i < CRYPTO_SHA256_SIZE; i++)
    len += (size_t)snprintf(text + len, sizeof text - len, "%02x%s", hash[i], i % 4 == 3 ? " " : "");
  frame(sheet, "<p class=\"hash\">");
  if (sheet->paper != NULL)
    print_line(sheet->paper, PRINT_LEFT, PRINT_PLAIN, text);
  else
    put_text(sheet->visit, text);
  frame(sheet, "</p>");
}

void sheet_closing(const struct sheet *sheet, const struct closing *closing, const uint8_t hash[CRYPTO_SHA256_SIZE]) {
  if (closing->chain == JOURNAL_SHIFTS)
    sheet_shift(sheet, closing);
  else
    closing_lines(sheet, closing);
  sheet_count(sheet, &closing->count);
  if (closing->at != 0)
    hash_line(sheet, hash);
}

enum status sheet_print(struct page_visit *visit, const struct closing *closing,
                        const uint8_t hash[CRYPTO_SHA256_SIZE]) {
  const struct till_facts *facts = till_facts(visit->page->options.till);
  struct sheet sheet = {.visit = visit};
  enum status status = print_document_new(&sheet.paper);
  if (status != STATUS_OK)
    return status;
  print_line(sheet.paper, PRINT_CENTRE, PRINT_BOLD | PRINT_DOUBLE,
             facts->merchant_name[0] != 0 ? facts->merchant_name : facts->merchant);
  print_line(sheet.paper, PRINT_CENTRE, PRINT_PLAIN, facts->tid);
  print_rule(sheet.paper);
  sheet_closing(&sheet, closing, hash);
  print_cut(sheet.paper);
  status = till_print_document(visit->page->options.till, sheet.paper);
  print_document_free(&sheet.paper);
  return status;
}
