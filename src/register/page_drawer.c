/* SPDX-License-Identifier: Apache-2.0
 * The drawer: shifts from float to what is counted, what there is since the last closing, and the closing (Z). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/till_shift.h"
#include "page_sheet.h"
#include "page_state.h"

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

/* Where there is a printer. `shift`: of shifts; else of closings, 0: what there is since the last one. */
static void put_print(struct page_visit *visit, bool shift, int64_t number) {
  if (!till_facts(visit->page->options.till)->printer)
    return;
  put_form(visit, "/drawer/print", number);
  put_hidden(visit, "shift", shift ? "1" : "");
  put(visit, "<button type=\"submit\">");
  put_word(visit, WORD_PRINT);
  put(visit, "</button></form>");
}

static void put_printed(struct page_visit *visit) {
  if (form_text(&visit->query, "printed")[0] == 0)
    return;
  put(visit, "<p class=\"notice\" role=\"status\">");
  put_word(visit, WORD_PRINTED);
  put(visit, "</p>");
}

/* The shift that runs and its end, or the last one and the next one's beginning. */
static void put_shift_part(struct page_visit *visit, const struct closing *shift) {
  put(visit, "<section class=\"card\">");
  if (shift->number > 0)
    sheet_shift(&(struct sheet){.visit = visit}, shift);
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
  sheet_closing(&(struct sheet){.visit = visit}, since, NULL);
  put_print(visit, false, 0);
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
  put_printed(visit);
  put_shift_part(visit, &shift);
  put_closing_part(visit, &since, last.number);
  put_foot(visit);
  page_send(visit, 200);
}

/* ---- one of them ---- */

/* Which one a number means; 0: of closings what there is since the last one. */
static enum status closing_of(struct page_visit *visit, bool shift, int64_t number, struct closing *closing,
                              uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct till *till = visit->page->options.till;
  if (number < 0 || (shift && number == 0))
    return STATUS_NOT_FOUND;
  if (shift)
    return till_shift(till, number, closing, hash);
  return number == 0 ? till_count(till, closing) : till_closing(till, number, closing, hash);
}

static void page_of(struct page_visit *visit, bool shift) {
  struct closing closing;
  uint8_t hash[CRYPTO_SHA256_SIZE] = {0};
  const int64_t number = form_number(visit->rest);
  enum status status = number > 0 ? closing_of(visit, shift, number, &closing, hash) : STATUS_NOT_FOUND;
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  put_head(visit, shift ? WORD_SHIFT : WORD_CLOSING, "");
  put(visit, "<section class=\"receipt\">");
  sheet_closing(&(struct sheet){.visit = visit}, &closing, hash);
  put_print(visit, shift, number);
  put_printed(visit);
  put(visit, "</section><p><a class=\"button\" href=\"/drawer\">");
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

/* Who asks twice has it twice. */
void page_drawer_print(struct page_visit *visit) {
  struct closing closing;
  uint8_t hash[CRYPTO_SHA256_SIZE] = {0};
  char path[64];
  const int64_t number = form_number(form_text(&visit->form, "number"));
  const bool shift = form_text(&visit->form, "shift")[0] != 0;
  enum status status = closing_of(visit, shift, number, &closing, hash);
  if (status == STATUS_OK)
    status = sheet_print(visit, &closing, hash);
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  if (number == 0)
    snprintf(path, sizeof path, "/drawer?printed=1");
  else
    snprintf(path, sizeof path, "/%s/%" PRId64 "?printed=1", shift ? "shift" : "closing", number);
  page_redirect(visit, path);
}

/* ---- what forms begin, end and close ---- */

/* As people type it; nothing in the drawer is an amount too. False: it is none. */
static bool money_typed(struct page_visit *visit, const char *name, int64_t *minor) {
  const char *text = form_text(&visit->form, name);
  struct amount amount = {0, 0};
  bool good = amount_is_nothing(text) || page_amount_typed(visit, text, &amount) == STATUS_OK;
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

/* Only the one that the form was made for: sent again after that one's end, it begins no other. */
void page_shift_begin(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  const struct till_cashier cashier = cashier_of(visit);
  const int64_t number = form_number(form_text(&visit->form, "number"));
  struct closing shift = {.chain = JOURNAL_SHIFTS}, before;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!is_open(visit))
    return;
  if (number <= 0 || !money_typed(visit, "float", &shift.drawer_float)) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  enum status status = till_shift(till, number, &before, hash);
  const bool ended = status == STATUS_OK && before.at != 0;
  if (!ended && none_is_fine(status) == STATUS_OK)
    status = till_shift_begin(till, &cashier, &shift);
  made(visit, status, "/shift/", ended ? number : shift.number);
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

/* Likewise: the one that is made by now is shown, and no second one is made. */
void page_close(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  const struct till_cashier cashier = cashier_of(visit);
  const int64_t number = form_number(form_text(&visit->form, "number"));
  uint8_t hash[CRYPTO_SHA256_SIZE];
  const bool says_float = form_text(&visit->form, "float")[0] != 0;
  const bool says_counted = form_text(&visit->form, "counted")[0] != 0;
  struct closing closing = {.number = number, .has_drawer = says_counted};
  if (!is_open(visit))
    return;
  if (number <= 0 || (says_float && !says_counted) ||
      (says_float && !money_typed(visit, "float", &closing.drawer_float)) ||
      (says_counted && !money_typed(visit, "counted", &closing.drawer_counted))) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  made(visit, till_close_day(till, &cashier, &closing, hash), "/closing/", number);
}
