/* SPDX-License-Identifier: Apache-2.0
 * The keypad, what runs, and how it ended. Each form carries the name of what it begins, so that sending it twice
 * begins nothing twice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/certificate.h"
#include "page_state.h"

#define TYPED_MAX   12 /* characters of an amount */
#define SAID_EVENTS 32 /* the latest, of which those that a request said are shown */

/* ---- what forms say ---- */

bool page_reference(char reference[REFERENCE_MAX + 1]) {
  char digits[PAGE_TOKEN_SIZE];
  if (!page_random(digits))
    return false;
  snprintf(reference, REFERENCE_MAX + 1, "P-%s", digits);
  return true;
}

const char *page_reference_given(const char *text) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  size_t len = strlen(text);
  return len > 0 && len <= REFERENCE_MAX && text[strspn(text, plain)] == 0 ? text : NULL;
}

enum status page_amount_typed(const struct page_visit *visit, const char *text, struct amount *amount) {
  const struct currency *currency = till_facts(visit->page->options.till)->currency;
  return page_amount_read(visit->language, text, currency, amount) ? STATUS_OK : STATUS_BAD_AMOUNT;
}

static const char *typed(const struct page_form *form) {
  const char *text = form_text(form, "amount");
  return strlen(text) <= TYPED_MAX && text[strspn(text, "0123456789.,")] == 0 ? text : "";
}

/* ---- the keypad ---- */

static void put_pad(struct page_visit *visit) {
  const char *mark = page_decimal_mark(visit->language);
  const char *const keys[] = {"7", "8", "9", "4", "5", "6", "1", "2", "3", mark, "0", "00"};
  put(visit, "<div class=\"pad\" role=\"group\" data-pad=\"amount\" aria-label=\"");
  put_word(visit, WORD_KEYPAD);
  put(visit, "\">");
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    put(visit, "<button type=\"submit\" formaction=\"/key\" formnovalidate name=\"key\" value=\"%s\">%s</button>",
        keys[i], keys[i]);
  put(visit, "<button type=\"submit\" formaction=\"/key\" formnovalidate name=\"key\" value=\"back\" aria-label=\"");
  put_word(visit, WORD_BACK);
  put(visit,
      "\">&#9003;</button><button type=\"submit\" formaction=\"/key\" formnovalidate name=\"key\" value=\"clear\">");
  put_word(visit, WORD_CLEAR);
  put(visit, "</button></div>");
}

static void put_choice(struct page_visit *visit, const char *name, enum page_word word) {
  put(visit, "<label class=\"choice\"><input type=\"checkbox\" name=\"%s\" value=\"1\"%s>", name,
      form_text(&visit->query, name)[0] != 0 ? " checked" : "");
  put_word(visit, word);
  put(visit, "</label>");
}

static void put_begin(struct page_visit *visit, enum till_kind kind, enum page_word word) {
  put(visit, "<button type=\"submit\" class=\"main\" name=\"kind\" value=\"%s\">", till_kind_name(kind));
  put_word(visit, word);
  put(visit, "</button>");
}

static void put_busy(struct page_visit *visit) {
  struct till_result result;
  if (till_last(visit->page->options.till, &result) != STATUS_OK || !result.running)
    return;
  put(visit, "<p class=\"notice\">");
  put_word(visit, WORD_RUNNING);
  if (page_reference_given(result.reference) != NULL) {
    put(visit, ": <a href=\"/sale/%s\">", result.reference);
    put_word(visit, WORD_SHOW_IT);
    put(visit, "</a>");
  }
  put(visit, "</p>");
}

void page_keypad(struct page_visit *visit) {
  char fresh[REFERENCE_MAX + 1] = "";
  const char *reference = page_reference_given(form_text(&visit->query, "reference"));
  bool shop = till_facts(visit->page->options.till)->role == ROLE_POS;
  if (reference == NULL && page_reference(fresh))
    reference = fresh;
  put_head(visit, WORD_TILL, "");
  put_busy(visit);
  put(visit, "<form class=\"till\" method=\"post\" action=\"/sale\">");
  put_form_token(visit);
  put_hidden(visit, "reference", reference != NULL ? reference : "");
  put(visit, "<label class=\"amount\">");
  put_word(visit, WORD_AMOUNT);
  put(visit,
      " (%s)<input name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" required autofocus maxlength=\"%d\" "
      "value=\"",
      till_facts(visit->page->options.till)->currency->code, TYPED_MAX);
  put_text(visit, typed(&visit->query));
  put(visit, "\"></label>");
  put_begin(visit, shop ? TILL_SALE : TILL_LOAD, shop ? WORD_SELL : WORD_LOAD);
  if (!shop)
    put_begin(visit, TILL_PAYOUT, WORD_PAY_OUT);
  put_pad(visit);
  if (shop) {
    put_choice(visit, "up_to", WORD_UP_TO);
    put_choice(visit, "points", WORD_WITH_POINTS);
    put_choice(visit, "pin", WORD_WITH_PIN);
  }
  put(visit, "</form>");
  put_foot(visit);
  page_send(visit, 200);
}

/* A key of the keypad, for browsers without scripts: the amount is one longer, or shorter. */
void page_key(struct page_visit *visit) {
  char amount[TYPED_MAX + 3], path[256];
  const char *key = form_text(&visit->form, "key"), *before = typed(&visit->form);
  const char *reference = page_reference_given(form_text(&visit->form, "reference"));
  size_t len = strlen(before);
  if (strcmp(key, "clear") == 0)
    snprintf(amount, sizeof amount, "%s", "");
  else if (strcmp(key, "back") == 0)
    snprintf(amount, sizeof amount, "%.*s", len > 0 ? (int)len - 1 : 0, before);
  else if (strlen(key) <= 2 && len + strlen(key) <= TYPED_MAX && key[strspn(key, "0123456789.,")] == 0)
    snprintf(amount, sizeof amount, "%s%s", before, key);
  else
    snprintf(amount, sizeof amount, "%s", before);
  snprintf(path, sizeof path, "/?amount=%s&reference=%s%s%s%s", amount, reference != NULL ? reference : "",
           form_text(&visit->form, "up_to")[0] != 0 ? "&up_to=1" : "",
           form_text(&visit->form, "points")[0] != 0 ? "&points=1" : "",
           form_text(&visit->form, "pin")[0] != 0 ? "&pin=1" : "");
  page_redirect(visit, path);
}

/* ---- its beginning ---- */

static void go_to(struct page_visit *visit, const char *reference) {
  char path[REFERENCE_MAX + 16];
  snprintf(path, sizeof path, "/sale/%s", reference);
  page_redirect(visit, path);
}

void page_begin(struct page_visit *visit, struct till_request *request) {
  struct till *till = visit->page->options.till;
  struct till_result before = {.kind = 0};
  bool known = till_finish(till, request->reference, 0, &before) == STATUS_OK && till_is_done(&before);
  enum status status = STATUS_OK;
  memcpy(request->cashier, visit->session->cashier, sizeof request->cashier);
  request->door = CODE_PAGE;
  request->cashier_known = true; /* page_serve lets nobody else come so far */
  if (atomic_load(&visit->page->stopping)) {
    page_refuse(visit, 503, WORD_STOPPING);
    return;
  }
  int64_t asked = before.outcome.wanted > 0 ? before.outcome.wanted : before.outcome.amount.minor;
  if (known && before.kind == request->kind && (request->whole || asked == request->amount.minor)) {
    go_to(visit, request->reference); /* a form that is sent twice */
    return;
  }
  status = known ? STATUS_REFERENCE_USED : till_start(till, request);
  if (status == STATUS_OK)
    go_to(visit, request->reference);
  else if (status == STATUS_TILL_BUSY)
    page_refuse(visit, 409, WORD_BUSY);
  else if (status == STATUS_BAD_AMOUNT)
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
  else
    page_refuse_status(visit, status == STATUS_REFERENCE_USED ? 409 : 400, status);
}

void page_start(struct page_visit *visit) {
  const struct page_form *form = &visit->form;
  const struct till_facts *facts = till_facts(visit->page->options.till);
  const char *reference = page_reference_given(form_text(form, "reference")), *kind = form_text(form, "kind");
  struct till_request request = {.kind = facts->role == ROLE_POS                          ? TILL_SALE
                                         : strcmp(kind, till_kind_name(TILL_PAYOUT)) == 0 ? TILL_PAYOUT
                                                                                          : TILL_LOAD,
                                 .points = form_text(form, "points")[0] != 0,
                                 .ask_pin = form_text(form, "pin")[0] != 0,
                                 .up_to = form_text(form, "up_to")[0] != 0};
  if (reference == NULL || (request.up_to && (request.points || request.kind != TILL_SALE))) {
    page_refuse(visit, 400, WORD_BAD_REQUEST);
    return;
  }
  if (page_amount_typed(visit, form_text(form, "amount"), &request.amount) != STATUS_OK) {
    page_refuse(visit, 400, WORD_BAD_AMOUNT);
    return;
  }
  memcpy(request.reference, reference, strlen(reference) + 1);
  request.offline = request.points ? OFFLINE_USE_NEVER : facts->offline;
  page_begin(visit, &request);
}

/* ---- while it runs ---- */

enum page_word page_prompt(const struct till_result *result) {
  static const enum page_word words[] = {
      [TILL_BEGUN] = WORD_MOMENT,
      [TILL_WAITING] = WORD_WAITING,
      [TILL_CARD_IN] = WORD_CARD_IN,
      [TILL_PIN_WANTED] = WORD_PIN_WANTED,
      [TILL_AUTHORISING] = WORD_AUTHORISING,
      [TILL_QUESTION] = WORD_QUESTION,
      [TILL_SAY] = WORD_MOMENT,
      [TILL_REMOVE_CARD] = WORD_REMOVE_CARD,
      [TILL_DONE] = WORD_MOMENT,
  };
  return result->step >= TILL_BEGUN && result->step <= TILL_DONE ? words[result->step] : WORD_MOMENT;
}

/* The question that is open; false: none is. */
static bool question_of(struct till *till, const char *reference, struct till_event *question) {
  struct till_event events[16];
  uint64_t newest = till_newest(till);
  size_t count = till_events(till, newest > 16 ? newest - 16 : 0, events, 16);
  while (count > 0 && (events[count - 1].step != TILL_QUESTION || strcmp(events[count - 1].reference, reference) != 0))
    count--;
  if (count > 0)
    *question = events[count - 1];
  return count > 0;
}

/* What else there was to say: that the card is owed something, that an earlier one was finished. */
static void put_said(struct page_visit *visit, const char *reference) {
  struct till_event events[SAID_EVENTS];
  uint64_t newest = till_newest(visit->page->options.till);
  uint64_t after = newest > SAID_EVENTS ? newest - SAID_EVENTS : 0;
  size_t count = till_events(visit->page->options.till, after, events, SAID_EVENTS);
  for (size_t i = 0; i < count; i++) {
    if (events[i].step != TILL_SAY || strcmp(events[i].reference, reference) != 0)
      continue;
    put(visit, "<p class=\"notice\">");
    put_text(visit, page_sentence(visit->language, events[i].text));
    put(visit, "</p>");
  }
}

static void put_answer_button(struct page_visit *visit, const char *value, enum page_word word) {
  put(visit, "<button type=\"submit\" name=\"yes\" value=\"%s\">", value);
  put_word(visit, word);
  put(visit, "</button>");
}

static void put_question(struct page_visit *visit, const struct till_result *result) {
  struct till_event question;
  if (!question_of(visit->page->options.till, result->reference, &question))
    return;
  put(visit, "<form method=\"post\" action=\"/answer\">");
  put_form_token(visit);
  put_hidden(visit, "reference", result->reference);
  put(visit, "<p class=\"question\">");
  put_text(visit, page_sentence(visit->language, question.text));
  put(visit, "</p>");
  if (question.wants_text) {
    put(visit, "<label>");
    put_word(visit, WORD_TEXT);
    put(visit, "<input name=\"text\" autocomplete=\"off\"></label>");
  }
  put_answer_button(visit, "1", WORD_YES);
  put_answer_button(visit, "0", WORD_NO);
  put(visit, "</form>");
}

static void put_post(struct page_visit *visit, const char *path, const char *reference, enum page_word word,
                     const char *style) {
  put(visit, "<form method=\"post\" action=\"%s\">", path);
  put_form_token(visit);
  put_hidden(visit, "reference", reference);
  put(visit, "<button type=\"submit\" class=\"%s\">", style);
  put_word(visit, word);
  put(visit, "</button></form>");
}

static void put_running(struct page_visit *visit, const struct till_result *result) {
  put(visit, "<section class=\"running\"><p class=\"figure\">");
  if (result->outcome.amount.minor > 0)
    put_amount(visit, result->outcome.amount.minor);
  put(visit, "</p><p class=\"prompt\">");
  put_word(visit, page_prompt(result));
  if (result->step == TILL_PIN_WANTED) {
    put(visit, "</p><p><a class=\"button\" href=\"/customer\" target=\"epurse-customer\">");
    put_word(visit, WORD_CUSTOMER);
    put(visit, "</a> %u ", result->tries_left);
    put_word(visit, WORD_TRIES);
  }
  put(visit, "</p>");
  put_said(visit, result->reference);
  if (result->step == TILL_QUESTION)
    put_question(visit, result);
  if (form_text(&visit->query, "late")[0] != 0) {
    put(visit, "<p class=\"problem\">");
    put_word(visit, WORD_TOO_LATE);
    put(visit, "</p>");
  }
  put_post(visit, "/abort", result->reference, WORD_ABORT, "stop");
  put(visit, "</section>");
}

void page_abort(struct page_visit *visit) {
  const char *reference = page_reference_given(form_text(&visit->form, "reference"));
  char path[REFERENCE_MAX + 24];
  if (reference == NULL) {
    page_refuse(visit, 400, WORD_BAD_REQUEST);
    return;
  }
  bool late = till_abort(visit->page->options.till, reference) != STATUS_OK;
  snprintf(path, sizeof path, "/sale/%s%s", reference, late ? "?late=1" : "");
  page_redirect(visit, path);
}

void page_answer(struct page_visit *visit) {
  const char *reference = page_reference_given(form_text(&visit->form, "reference"));
  const char *text = form_text(&visit->form, "text");
  bool yes = strcmp(form_text(&visit->form, "yes"), "1") == 0;
  if (reference == NULL) {
    page_refuse(visit, 400, WORD_BAD_REQUEST);
    return;
  }
  /* Its page shows whether it was wanted. */
  (void)!till_answer(visit->page->options.till, reference, yes, text[0] != 0 ? text : NULL);
  go_to(visit, reference);
}

/* ---- how it ended ---- */

enum page_word page_verdict(const struct till_result *result) {
  static const enum page_word words[] = {
      [TILL_SALE] = WORD_PAID, [TILL_REFUND] = WORD_REFUNDED, [TILL_LOAD] = WORD_LOADED, [TILL_PAYOUT] = WORD_PAID_OUT};
  if (result->held)
    return WORD_HELD;
  if (!till_is_done(result))
    return WORD_DECLINED;
  if (result->owed)
    return WORD_OWED;
  return result->kind >= TILL_SALE && result->kind <= TILL_PAYOUT ? words[result->kind] : WORD_PAID;
}

static void put_row(struct page_visit *visit, enum page_word word) {
  put(visit, "<dt>");
  put_word(visit, word);
  put(visit, "</dt><dd>");
}

static void put_facts(struct page_visit *visit, const struct outcome *outcome) {
  static const uint8_t none[CID_SIZE];
  char cid[17];
  put(visit, "<dl>");
  if (outcome->balance_after >= 0) {
    put_row(visit, WORD_NEW_BALANCE);
    put_amount(visit, outcome->balance_after);
    put(visit, "</dd>");
  }
  if (memcmp(outcome->cid, none, sizeof none) != 0) {
    cid_print(outcome->cid, cid);
    put_row(visit, WORD_CARD);
    put(visit, "&#8230;%s</dd>", cid + strlen(cid) - 4);
  }
  if (outcome->number > 0) {
    put_row(visit, WORD_NUMBER);
    put(visit, "%" PRId64 "%s", outcome->number, outcome->offline ? " (" : "");
    if (outcome->offline) {
      put_word(visit, WORD_OFFLINE);
      put(visit, ")");
    }
    put(visit, "</dd>");
  }
  put(visit, "</dl>");
}

static void put_again(struct page_visit *visit, const struct till_result *result) {
  const struct outcome *outcome = &result->outcome;
  const struct amount amount = {outcome->wanted > 0 ? outcome->wanted : outcome->amount.minor,
                                outcome->amount.currency};
  char text[AMOUNT_TEXT_MAX];
  if (result->kind == TILL_REFUND || amount.minor <= 0)
    return;
  page_amount_to_type(visit->language, amount, text);
  put(visit, "<form method=\"post\" action=\"/sale\">");
  put_form_token(visit);
  put_hidden(visit, "reference", result->reference);
  put_hidden(visit, "kind", till_kind_name(result->kind));
  if (outcome->wanted > 0)
    put_hidden(visit, "up_to", "1");
  if (result->points)
    put_hidden(visit, "points", "1");
  if (result->ask_pin)
    put_hidden(visit, "pin", "1");
  put_hidden(visit, "amount", text);
  put(visit, "<button type=\"submit\" class=\"main\">");
  put_word(visit, result->held ? WORD_AGAIN : WORD_REPEAT);
  put(visit, "</button>");
  if (result->status == STATUS_INSUFFICIENT_BALANCE && outcome->wanted == 0) {
    put(visit, "<button type=\"submit\" name=\"up_to\" value=\"1\">");
    put_word(visit, WORD_UP_TO);
    put(visit, "</button>");
  }
  put(visit, "</form>");
}

static void put_result(struct page_visit *visit, const struct till_result *result) {
  const struct outcome *outcome = &result->outcome;
  bool done = till_is_done(result);
  put(visit, "<section class=\"result %s\"><p class=\"verdict\"><span aria-hidden=\"true\">%s</span> ",
      result->held ? "held"
      : done       ? "done"
                   : "declined",
      result->held ? "&#9888;"
      : done       ? "&#10003;"
                   : "&#10007;");
  put_word(visit, page_verdict(result));
  put(visit, "</p><p class=\"figure\">");
  if (outcome->amount.minor > 0)
    put_amount(visit, outcome->amount.minor);
  put(visit, "</p>");
  if (done && outcome->wanted > outcome->amount.minor) {
    put(visit, "<p class=\"left\">");
    put_word(visit, WORD_LEFT);
    put(visit, ": ");
    put_amount(visit, outcome->wanted - outcome->amount.minor);
    put(visit, "</p>");
  }
  put(visit, "<p>");
  if (result->held)
    put_word(visit, WORD_HELD_MORE);
  else if (result->owed)
    put_word(visit, WORD_OWED_MORE);
  else if (!done)
    put_text(visit, page_sentence(visit->language, status_sentence(result->status)));
  put(visit, "</p>");
  put_facts(visit, outcome);
  put_said(visit, result->reference);
  if (!done)
    put_again(visit, result);
  if (done && outcome->number > 0) {
    put(visit, "<a class=\"button\" href=\"/receipt/%" PRId64 "\">", outcome->number);
    put_word(visit, WORD_RECEIPT);
    put(visit, "</a>");
  }
  put(visit, "<a class=\"button main\" href=\"/\"%s>", done ? " autofocus" : "");
  put_word(visit, WORD_NEW);
  put(visit, "</a></section>");
}

/* The server is asked only where it alone can tell: the page waits for it, and all that look at it. */
static enum status look(struct till *till, const char *reference, struct till_result *result) {
  enum status status = till_look(till, reference, result);
  bool named = status == STATUS_OK && !result->running && result->status == STATUS_REFERENCE_USED;
  return named || status == STATUS_NOT_FOUND || status == STATUS_SETTLED_ELSEWHERE
             ? till_status(till, reference, result)
             : status;
}

void page_sale(struct page_visit *visit) {
  struct till *till = visit->page->options.till;
  const char *reference = page_reference_given(visit->rest);
  struct till_result result;
  char state[REFERENCE_MAX + 48];
  enum status status = STATUS_NOT_FOUND;
  if (reference != NULL)
    status = look(till, reference, &result);
  if (status != STATUS_OK) {
    page_refuse_status(visit, status == STATUS_NOT_FOUND ? 404 : 503, status);
    return;
  }
  visit->refresh = result.running;
  snprintf(state, sizeof state, "%s %" PRIu64, reference, result.running ? till_newest(till) : 0);
  put_head(visit, result.running ? page_prompt(&result) : page_verdict(&result), state);
  if (result.running)
    put_running(visit, &result);
  else
    put_result(visit, &result);
  put_foot(visit);
  page_send(visit, 200);
}
