/* SPDX-License-Identifier: Apache-2.0
 * What was: the last sales, a receipt once more, a refund, the totals of the day. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/terminal.h"
#include "epurse/till_journal.h"
#include "page_state.h"

static enum page_word kind_word(enum till_kind kind) {
  static const enum page_word words[] = {
      [TILL_SALE] = WORD_PAID, [TILL_REFUND] = WORD_REFUNDED, [TILL_LOAD] = WORD_LOADED, [TILL_PAYOUT] = WORD_PAID_OUT};
  return kind >= TILL_SALE && kind <= TILL_PAYOUT ? words[kind] : WORD_NOTHING;
}

/* ---- the last sales ---- */

static void put_cell_word(struct page_visit *visit, enum page_word word) {
  put(visit, "<td>");
  put_word(visit, word);
  put(visit, "</td>");
}

static void put_heads(struct page_visit *visit, const enum page_word *words, size_t count) {
  put(visit, "<table><thead><tr>");
  for (size_t i = 0; i < count; i++) {
    put(visit, "<th scope=\"col\">");
    if (words[i] < PAGE_WORDS)
      put_word(visit, words[i]);
    put(visit, "</th>");
  }
  put(visit, "</tr></thead><tbody>");
}

static void put_entry_link(struct page_visit *visit, const char *path, int64_t number, enum page_word word) {
  put(visit, "<a class=\"button\" href=\"%s%" PRId64 "\">", path, number);
  put_word(visit, word);
  put(visit, "</a> ");
}

/* What moves no money says so: its amount is a price. */
static enum page_word entry_word(const struct till_entry *entry) {
  if (entry->points)
    return entry->kind == TILL_REFUND ? WORD_REFUNDS_POINTS : WORD_POINTS;
  return kind_word(entry->kind);
}

static enum page_word amount_word(const struct outcome *outcome) {
  if (outcome->sale_in_points)
    return WORD_REFUNDS_POINTS;
  return outcome->type == TRANSACTION_POINTS_PURCHASE ? WORD_POINTS : WORD_AMOUNT;
}

static void put_entry(struct page_visit *visit, const struct till_entry *entry) {
  char moment[32];
  page_time(visit->language, entry->time, moment);
  put(visit, "<tr><td>%" PRId64 "</td><td>%s</td>", entry->number, moment);
  put_cell_word(visit, entry_word(entry));
  put(visit, "<td class=\"number\">");
  put_amount(visit, entry->amount);
  put(visit, "</td><td>");
  if (entry->offline)
    put_word(visit, WORD_OFFLINE);
  if (entry->waiting) {
    put(visit, "%s", entry->offline ? ", " : "");
    put_word(visit, WORD_UNBOOKED);
  }
  put(visit, "</td><td>");
  put_entry_link(visit, "/receipt/", entry->number, WORD_RECEIPT);
  if (entry->kind == TILL_SALE)
    put_entry_link(visit, "/refund/", entry->number, WORD_REFUND);
  put(visit, "</td></tr>");
}

void page_recent(struct page_visit *visit) {
  static const enum page_word heads[] = {WORD_NUMBER, WORD_TIME, WORD_KIND, WORD_AMOUNT, PAGE_WORDS, PAGE_WORDS};
  struct till_entry rows[PAGE_RECENT];
  size_t count = 0;
  enum status status = till_recent(visit->page->options.till, rows, PAGE_RECENT, &count);
  if (status != STATUS_OK) {
    page_refuse_status(visit, 503, status);
    return;
  }
  put_head(visit, WORD_RECENT, "");
  put(visit, "<h2>");
  put_word(visit, WORD_RECENT);
  put(visit, "</h2>");
  if (count == 0)
    put_word(visit, WORD_NOTHING);
  else
    put_heads(visit, heads, sizeof heads / sizeof heads[0]);
  for (size_t i = 0; i < count; i++)
    put_entry(visit, &rows[i]);
  put(visit, count == 0 ? "" : "</tbody></table>");
  put_foot(visit);
  page_send(visit, 200);
}

/* ---- one of them ---- */

static void put_fact(struct page_visit *visit, enum page_word word, const char *text) {
  put(visit, "<dt>");
  put_word(visit, word);
  put(visit, "</dt><dd>");
  put_text(visit, text);
  put(visit, "</dd>");
}

static void put_receipt(struct page_visit *visit, const struct outcome *outcome) {
  const struct till_facts *facts = till_facts(visit->page->options.till);
  char text[AMOUNT_TEXT_MAX], cid[17], moment[32];
  put(visit, "<section class=\"receipt\"><h2>");
  put_word(visit, WORD_RECEIPT);
  put(visit, "</h2><dl><dt>");
  put_word(visit, WORD_TILL);
  put(visit, "</dt><dd>%s</dd>", facts->tid);
  page_amount(visit->language, outcome->amount, text);
  put_fact(visit, amount_word(outcome), text);
  if (moment_valid(outcome->time)) {
    page_time(visit->language, moment_to_unix(outcome->time), moment);
    put_fact(visit, WORD_TIME, moment);
  }
  cid_print(outcome->cid, cid);
  put(visit, "<dt>");
  put_word(visit, WORD_CARD);
  put(visit, "</dt><dd>&#8230;%s / %u</dd>", cid + strlen(cid) - 4, (unsigned)outcome->atc);
  if (outcome->balance_after >= 0) {
    page_amount(visit->language, (struct amount){outcome->balance_after, outcome->amount.currency}, text);
    put_fact(visit, WORD_NEW_BALANCE, text);
  }
  put(visit, "<dt>");
  put_word(visit, WORD_NUMBER);
  put(visit, "</dt><dd>%" PRId64 "</dd>", outcome->number);
  if (outcome->reference[0] != 0)
    put_fact(visit, WORD_REFERENCE, outcome->reference);
  put(visit, "</dl>");
  if (facts->printer) {
    put(visit, "<form method=\"post\" action=\"/print\">");
    put_form_token(visit);
    put(visit, "<input type=\"hidden\" name=\"number\" value=\"%" PRId64 "\"><button type=\"submit\">",
        outcome->number);
    put_word(visit, WORD_PRINT);
    put(visit, "</button></form>");
  }
  if (facts->printer && form_text(&visit->query, "printed")[0] != 0) {
    put(visit, "<p class=\"notice\" role=\"status\">");
    put_word(visit, WORD_PRINTED);
    put(visit, "</p>");
  }
  put(visit, "</section>");
}

void page_receipt(struct page_visit *visit) {
  struct outcome outcome;
  struct receipt_copy receipt;
  int64_t number = form_number(visit->rest);
  enum status status =
      number <= 0 ? STATUS_NOT_FOUND : till_receipt(visit->page->options.till, number, &outcome, &receipt);
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  put_head(visit, WORD_RECEIPT, "");
  put_receipt(visit, &outcome);
  put_foot(visit);
  page_send(visit, 200);
}

/* Once more on paper; who asks twice has it twice. */
void page_print(struct page_visit *visit) {
  char path[64];
  int64_t number = form_number(form_text(&visit->form, "number"));
  enum status status = number <= 0 ? STATUS_NOT_FOUND : till_print(visit->page->options.till, number);
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  snprintf(path, sizeof path, "/receipt/%" PRId64 "?printed=1", number);
  page_redirect(visit, path);
}

/* ---- a refund ---- */

void page_refund(struct page_visit *visit) {
  char reference[REFERENCE_MAX + 1] = "";
  int64_t number = form_number(visit->rest);
  if (number <= 0 || !page_reference(reference)) {
    page_refuse(visit, 404, WORD_NOT_FOUND);
    return;
  }
  put_head(visit, WORD_REFUND, "");
  put(visit, "<form class=\"card\" method=\"post\" action=\"/refund\"><h2>");
  put_word(visit, WORD_REFUND);
  put(visit, " %" PRId64 "</h2>", number);
  put_form_token(visit);
  put_hidden(visit, "reference", reference);
  put_hidden(visit, "sale", visit->rest);
  put(visit, "<label>");
  put_word(visit, WORD_WHOLE);
  put(visit, "<input name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" autofocus></label><label>");
  put_word(visit, WORD_SUPERVISOR);
  put(visit, "<input type=\"password\" name=\"supervisor\" autocomplete=\"off\"></label>"
             "<label class=\"choice\"><input type=\"checkbox\" name=\"without_card\" value=\"1\">");
  put_word(visit, WORD_WITHOUT_CARD);
  put(visit, "</label><button type=\"submit\" class=\"main\">");
  put_word(visit, WORD_REFUND);
  put(visit, "</button></form>");
  put_foot(visit);
  page_send(visit, 200);
}

void page_refund_start(struct page_visit *visit) {
  const struct page_form *form = &visit->form;
  const char *reference = page_reference_given(form_text(form, "reference"));
  const char *sale = form_text(form, "sale"), *supervisor = form_text(form, "supervisor");
  struct till_request request = {.kind = TILL_REFUND,
                                 .sale_number = form_number(sale),
                                 .whole = form_text(form, "amount")[0] == 0,
                                 .without_card = form_text(form, "without_card")[0] != 0};
  if (reference == NULL || request.sale_number <= 0 || strlen(supervisor) >= sizeof request.supervisor) {
    page_refuse(visit, 400, WORD_BAD_REQUEST);
    return;
  }
  if (!request.whole && page_amount_typed(visit, form_text(form, "amount"), &request.amount) != STATUS_OK) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  memcpy(request.reference, reference, strlen(reference) + 1);
  memcpy(request.supervisor, supervisor, strlen(supervisor) + 1);
  page_begin(visit, &request);
  crypto_wipe(request.supervisor, sizeof request.supervisor);
}

/* ---- the totals ---- */

static int64_t today(void) {
  time_t now = time(NULL);
  struct tm day;
  localtime_r(&now, &day);
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  day.tm_isdst = -1;
  return (int64_t)mktime(&day);
}

static void put_total(struct page_visit *visit, enum page_word word, const struct till_total *total) {
  if (total->count == 0)
    return;
  put(visit, "<tr><th scope=\"row\">");
  put_word(visit, word);
  put(visit, "</th><td class=\"number\">%u</td><td class=\"number\">", total->count);
  put_amount(visit, total->amount);
  put(visit, "</td></tr>");
}

void page_totals(struct page_visit *visit) {
  static const enum page_word heads[] = {WORD_KIND, WORD_COUNT, WORD_AMOUNT};
  struct till_totals totals;
  enum status status = till_totals(visit->page->options.till, today(), &totals);
  if (status != STATUS_OK) {
    page_refuse_status(visit, 503, status);
    return;
  }
  put_head(visit, WORD_TOTALS, "");
  put(visit, "<h2>");
  put_word(visit, WORD_TOTALS);
  put(visit, "</h2>");
  put_heads(visit, heads, sizeof heads / sizeof heads[0]);
  put_total(visit, WORD_SALES, &totals.kinds[TILL_SALE]);
  put_total(visit, WORD_BY_PROMISE, &totals.offline);
  put_total(visit, WORD_POINTS, &totals.points);
  put_total(visit, WORD_REFUNDS, &totals.kinds[TILL_REFUND]);
  put_total(visit, WORD_LOADS, &totals.kinds[TILL_LOAD]);
  put_total(visit, WORD_PAYOUTS, &totals.kinds[TILL_PAYOUT]);
  put_total(visit, WORD_TO_BOOK, &totals.waiting);
  put_total(visit, WORD_OPEN, &(struct till_total){.count = totals.held});
  put(visit, "</tbody></table>");
  put_foot(visit);
  page_send(visit, 200);
}
