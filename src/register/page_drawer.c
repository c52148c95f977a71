/* SPDX-License-Identifier: Apache-2.0
 * The drawer: shifts from float to what is counted, what there is since the last closing, and the closing (Z). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/till_shift.h"
#include "page_state.h"

/* ---- sums ---- */

/* Below zero too: a difference, or a day with more payouts than loads. */
static void put_signed(struct page_visit *visit, int64_t minor) {
  put(visit, minor < 0 ? "&minus;" : "");
  put_amount(visit, minor < 0 ? -minor : minor);
}

/* A row of the table; `of`, which is text, behind the word. */
static void put_sum(struct page_visit *visit, enum page_word word, const char *of, const struct count_sum *sum) {
  if (sum->count == 0)
    return;
  put(visit, "<tr><th scope=\"row\">");
  put_word(visit, word);
  put(visit, of[0] != 0 ? " (" : "");
  put_text(visit, of);
  put(visit, "%s</th><td class=\"number\">%" PRId64 "</td><td class=\"number\">", of[0] != 0 ? ")" : "", sum->count);
  put_signed(visit, sum->amount);
  put(visit, "</td></tr>");
}

static struct count_sum sales_of(const struct count *count) {
  static const enum count_kind kinds[] = {COUNT_SALE_PIN, COUNT_SALE_NO_PIN, COUNT_SALE_OFFLINE};
  struct count_sum all = {0, 0};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    all.count += count->kinds[kinds[i]].count;
    all.amount += count->kinds[kinds[i]].amount;
  }
  return all;
}

static void put_cashier(struct page_visit *visit, const struct count_cashier *cashier) {
  put_sum(visit, WORD_SALES, cashier->name, &cashier->sales);
  put_sum(visit, WORD_REFUNDS, cashier->name, &cashier->refunds);
  put_sum(visit, WORD_LOADS, cashier->name, &cashier->loads);
  put_sum(visit, WORD_PAYOUTS, cashier->name, &cashier->payouts);
}

static const char *tender_text(const struct page_visit *visit, const char *kind) {
  return strcmp(kind, "cash") == 0 ? page_word(visit->language, WORD_CASH) : kind;
}

static void put_count(struct page_visit *visit, const struct count *count) {
  const struct count_sum sales = sales_of(count);
  put(visit, "<table><tbody>");
  put_sum(visit, WORD_SALES, "", &sales);
  put_sum(visit, WORD_BY_PROMISE, "", &count->kinds[COUNT_SALE_OFFLINE]);
  put_sum(visit, WORD_POINTS, "", &count->kinds[COUNT_SALE_POINTS]);
  put_sum(visit, WORD_REFUNDS, "", &count->kinds[COUNT_REFUND]);
  put_sum(visit, WORD_REFUNDS_POINTS, "", &count->kinds[COUNT_REFUND_POINTS]);
  for (size_t i = 0; i < count->load_count; i++)
    put_sum(visit, WORD_LOADS, tender_text(visit, count->loads[i].kind), &count->loads[i].sum);
  put_sum(visit, WORD_PAYOUTS, page_word(visit->language, WORD_CASH), &count->kinds[COUNT_PAYOUT_CASH]);
  put_sum(visit, WORD_PAYOUTS, page_word(visit->language, WORD_TRANSFER), &count->kinds[COUNT_PAYOUT_TRANSFER]);
  put_sum(visit, WORD_ELSEWHERE, "", &count->kinds[COUNT_ELSEWHERE]);
  put_sum(visit, WORD_TO_BOOK, "", &count->waiting);
  put_sum(visit, WORD_OPEN, "", &count->open);
  for (size_t i = 0; i < count->cashier_count; i++)
    put_cashier(visit, &count->cashiers[i]);
  put(visit, "</tbody></table>");
}

/* ---- facts ---- */

static void put_fact(struct page_visit *visit, enum page_word word) {
  put(visit, "<dt>");
  put_word(visit, word);
  put(visit, "</dt><dd>");
}

static void put_fact_amount(struct page_visit *visit, enum page_word word, int64_t minor) {
  put_fact(visit, word);
  put_signed(visit, minor);
  put(visit, "</dd>");
}

/* When, and by whom where somebody said. */
static void put_fact_moment(struct page_visit *visit, enum page_word word, int64_t unix_seconds, const char *who) {
  char moment[32];
  page_time(visit->language, unix_seconds, moment);
  put_fact(visit, word);
  put(visit, "%s ", moment);
  put_text(visit, who);
  put(visit, "</dd>");
}

static void put_drawer(struct page_visit *visit, const struct closing *closing, bool counted) {
  const int64_t target = closing_target(closing);
  put_fact_amount(visit, WORD_FLOAT, closing->drawer_float);
  put_fact_amount(visit, WORD_CAME_IN, count_drawer(&closing->count));
  put_fact_amount(visit, WORD_TARGET, target);
  if (!counted)
    return;
  put_fact_amount(visit, WORD_COUNTED, closing->drawer_counted);
  put_fact_amount(visit, WORD_DIFFERENCE, closing->drawer_counted - target);
}

static void put_shift(struct page_visit *visit, const struct closing *shift) {
  put(visit, "<h2>");
  put_word(visit, WORD_SHIFT);
  put(visit, " %" PRId64 "</h2><dl>", shift->number);
  put_fact_moment(visit, WORD_BEGUN, shift->begun, shift->begun_by);
  if (shift->at != 0)
    put_fact_moment(visit, WORD_ENDED, shift->at, shift->ended_by);
  put_drawer(visit, shift, shift->at != 0);
  put(visit, "</dl>");
}

static void put_title(struct page_visit *visit, enum page_word word) {
  put(visit, "<h2>");
  put_word(visit, word);
  put(visit, "</h2>");
}

/* ---- the forms ---- */

static void put_money(struct page_visit *visit, const char *name, enum page_word word, bool required) {
  put(visit, "<label>");
  put_word(visit, word);
  put(visit, " (%s)<input name=\"%s\" inputmode=\"decimal\" autocomplete=\"off\" maxlength=\"16\"%s></label>",
      till_facts(visit->page->options.till)->currency->code, name, required ? " required" : "");
}

static void put_form(struct page_visit *visit, const char *path, int64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, number);
  put(visit, "<form method=\"post\" action=\"%s\">", path);
  put_form_token(visit);
  put_hidden(visit, "number", text);
}

static void put_submit(struct page_visit *visit, enum page_word word, const char *style) {
  put(visit, "<button type=\"submit\" class=\"%s\">", style);
  put_word(visit, word);
  put(visit, "</button></form></section>");
}

/* The shift that runs and its end, or the last one and the next one's beginning. */
static void put_shift_part(struct page_visit *visit, const struct closing *shift) {
  put(visit, "<section class=\"card\">");
  if (shift->number > 0)
    put_shift(visit, shift);
  if (shift->number > 0 && shift->at == 0) {
    put_form(visit, "/shift/end", shift->number);
    put_money(visit, "counted", WORD_COUNTED, true);
    put_submit(visit, WORD_SHIFT_END, "main");
    return;
  }
  put_form(visit, "/shift", shift->number + 1);
  put_money(visit, "float", WORD_FLOAT, true);
  put_submit(visit, WORD_SHIFT_BEGIN, "main");
}

static void put_closing_part(struct page_visit *visit, const struct closing *since, int64_t last) {
  put(visit, "<section class=\"card\">");
  put_title(visit, WORD_SINCE_CLOSING);
  put_count(visit, &since->count);
  if (last > 0) {
    put(visit, "<p><a href=\"/closing/%" PRId64 "\">", last);
    put_word(visit, WORD_CLOSING);
    put(visit, " %" PRId64 "</a></p>", last);
  }
  put_form(visit, "/close", last + 1);
  put_money(visit, "float", WORD_FLOAT_OR_NONE, false);
  put_money(visit, "counted", WORD_COUNTED_OR_NONE, false);
  put_submit(visit, WORD_CLOSE, "stop");
}

static enum status none_is_fine(enum status status) {
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void page_drawer(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  struct closing shift, since, last;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = till_shift(till, 0, &shift, hash);
  if (status == STATUS_NOT_FOUND)
    shift = (struct closing){.number = 0};
  if (none_is_fine(status) == STATUS_OK)
    status = till_count(till, &since);
  if (status == STATUS_OK)
    status = none_is_fine(till_closing(till, 0, &last, hash));
  if (status != STATUS_OK) {
    page_refuse_status(visit, 503, status);
    return;
  }
  put_head(visit, WORD_DRAWER, "");
  put_shift_part(visit, &shift);
  put_closing_part(visit, &since, last.number);
  put_foot(visit);
  page_send(visit, 200);
}

/* ---- one of them ---- */

static void show(struct page_visit *visit, const struct closing *closing, const uint8_t hash[CRYPTO_SHA256_SIZE]) {
  put(visit, "<section class=\"receipt\">");
  if (closing->chain == JOURNAL_SHIFTS) {
    put_shift(visit, closing);
  } else {
    put_title(visit, WORD_CLOSING);
    put(visit, "<dl>");
    put_fact(visit, WORD_NUMBER);
    put(visit, "%" PRId64 "</dd>", closing->number);
    put_fact_moment(visit, WORD_TIME, closing->at, closing->ended_by);
    if (closing->has_drawer)
      put_drawer(visit, closing, true);
    put(visit, "</dl>");
  }
  put_count(visit, &closing->count);
  if (closing->at != 0) {
    put(visit, "<p class=\"hash\">");
    for (size_t i = 0; i < CRYPTO_SHA256_SIZE; i++)
      put(visit, "%02x%s", hash[i], i % 4 == 3 ? " " : "");
    put(visit, "</p>");
  }
  put(visit, "</section>");
}

static void page_of(struct page_visit *visit, bool shift) {
  struct till *till = visit->page->options.till;
  struct closing closing;
  uint8_t hash[CRYPTO_SHA256_SIZE] = {0};
  int64_t number = form_number(visit->rest);
  enum status status = STATUS_NOT_FOUND;
  if (number > 0)
    status = shift ? till_shift(till, number, &closing, hash) : till_closing(till, number, &closing, hash);
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  put_head(visit, shift ? WORD_SHIFT : WORD_CLOSING, "");
  show(visit, &closing, hash);
  put(visit, "<p><a class=\"button\" href=\"/drawer\">");
  put_word(visit, WORD_DRAWER);
  put(visit, "</a></p>");
  put_foot(visit);
  page_send(visit, 200);
}

void page_shift(struct page_visit *visit) {
  page_of(visit, true);
}

void page_closing(struct page_visit *visit) {
  page_of(visit, false);
}

/* ---- what forms begin, end and close ---- */

/* As people type it; nothing in the drawer is an amount too. False: it is none. */
static bool money_typed(struct page_visit *visit, const char *name, int64_t *minor) {
  const char *text = form_text(&visit->form, name);
  struct amount amount = {0, 0};
  bool good =
      text[0] != 0 && (strspn(text, "0.,") == strlen(text) || page_amount_typed(visit, text, &amount) == STATUS_OK);
  *minor = amount.minor;
  return good;
}

static struct till_cashier cashier_of(const struct page_visit *visit) {
  struct till_cashier cashier = {.known = true}; /* page_serve lets nobody else come so far */
  memcpy(cashier.name, visit->session->cashier, sizeof cashier.name);
  return cashier;
}

/* To what was made, which a form that is sent twice finds made; or why it was not. */
static void made(struct page_visit *visit, enum status status, const char *path, int64_t number) {
  char target[64];
  snprintf(target, sizeof target, "%s%" PRId64, path, number);
  if (status == STATUS_OK)
    page_redirect(visit, target);
  else if (status == STATUS_TILL_BUSY)
    page_refuse(visit, 409, WORD_BUSY);
  else
    page_refuse_status(visit, status == STATUS_SHIFT_RUNS || status == STATUS_NOT_FOUND ? 409 : 503, status);
}

static bool is_open(struct page_visit *visit) {
  if (atomic_load(&visit->page->stopping))
    page_refuse(visit, 503, WORD_STOPPING);
  return !atomic_load(&visit->page->stopping);
}

void page_shift_begin(struct page_visit *visit) {
  const struct till_cashier cashier = cashier_of(visit);
  struct closing shift = {.chain = JOURNAL_SHIFTS};
  if (!is_open(visit))
    return;
  if (!money_typed(visit, "float", &shift.drawer_float)) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  enum status status = till_shift_begin(visit->page->options.till, &cashier, &shift);
  made(visit, status, "/shift/", shift.number);
}

/* Only the one that the form was made for: another tab may have ended it, and another one may run by now. */
void page_shift_end(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  const struct till_cashier cashier = cashier_of(visit);
  const int64_t number = form_number(form_text(&visit->form, "number"));
  struct closing shift = {.chain = JOURNAL_SHIFTS};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  int64_t counted = 0;
  if (!is_open(visit))
    return;
  if (number <= 0 || !money_typed(visit, "counted", &counted)) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  enum status status = till_shift(till, number, &shift, hash);
  if (status == STATUS_OK && shift.at == 0) {
    shift.drawer_counted = counted;
    status = till_shift_end(till, &cashier, &shift, hash);
  }
  made(visit, status, "/shift/", number);
}

void page_close(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  const struct till_cashier cashier = cashier_of(visit);
  const int64_t number = form_number(form_text(&visit->form, "number"));
  struct closing closing, before;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  int64_t drawer_float = 0, counted = 0;
  const bool says_float = form_text(&visit->form, "float")[0] != 0;
  const bool says_counted = form_text(&visit->form, "counted")[0] != 0;
  if (!is_open(visit))
    return;
  if (number <= 0 || (says_float && !says_counted) || (says_float && !money_typed(visit, "float", &drawer_float)) ||
      (says_counted && !money_typed(visit, "counted", &counted))) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  enum status status = till_closing(till, number, &before, hash);
  if (status == STATUS_NOT_FOUND) {
    closing = (struct closing){.has_drawer = says_counted, .drawer_float = drawer_float, .drawer_counted = counted};
    status = till_close_day(till, &cashier, &closing, hash);
    made(visit, status, "/closing/", closing.number);
    return;
  }
  made(visit, status, "/closing/", number);
}
