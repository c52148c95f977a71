/* SPDX-License-Identifier: Apache-2.0
 * The customer's window: shop, amount, what to do next, and the PIN where the reader has no keys of its own. The PIN
 * goes to the till and nowhere else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "page_state.h"

/* The number of the event that asks for the PIN; 0: none does. */
static uint64_t pin_event(struct till *till) {
  struct till_result result;
  struct till_event events[16];
  uint64_t newest = till_newest(till);
  if (till_last(till, &result) != STATUS_OK || !result.running || result.step != TILL_PIN_WANTED)
    return 0;
  size_t count = till_events(till, newest > 16 ? newest - 16 : 0, events, 16);
  while (count > 0 && events[count - 1].step != TILL_PIN_WANTED)
    count--;
  return count > 0 ? events[count - 1].number : 0;
}

static void put_pin_form(struct page_visit *visit, const struct till_result *result, uint64_t event) {
  static const char keys[] = "1234567890";
  put(visit, "<form class=\"pin\" method=\"post\" action=\"/pin\">");
  put_form_token(visit);
  put(visit, "<input type=\"hidden\" name=\"event\" value=\"%" PRIu64 "\"><label>", event);
  put_word(visit, WORD_PIN);
  put(visit,
      "<input type=\"password\" name=\"pin\" inputmode=\"numeric\" autocomplete=\"off\" required autofocus "
      "minlength=\"%d\" maxlength=\"%d\" pattern=\"[0-9]*\"></label><p>%u ",
      PIN_MIN, PIN_MAX, result->tries_left);
  put_word(visit, WORD_TRIES);
  put(visit, "</p>");
  if (form_text(&visit->query, "wrong")[0] != 0) {
    put(visit, "<p class=\"problem\" role=\"alert\">");
    put_word(visit, WORD_BAD_PIN);
    put(visit, "</p>");
  }
  put(visit, "<button type=\"submit\" class=\"main\">");
  put_word(visit, WORD_CONFIRM);
  put(visit,
      "</button><div class=\"pad\" role=\"group\" data-pad=\"pin\" hidden aria-label=\""); /* shown by the script */
  put_word(visit, WORD_KEYPAD);
  put(visit, "\">");
  for (const char *key = keys; *key != 0; key++)
    put(visit, "<button type=\"button\" value=\"%c\">%c</button>", *key, *key);
  put(visit, "<button type=\"button\" value=\"clear\">");
  put_word(visit, WORD_CLEAR);
  put(visit, "</button></div></form>");
}

static void put_ended(struct page_visit *visit, const struct till_result *result) {
  const struct outcome *outcome = &result->outcome;
  put(visit, "<p class=\"prompt\">");
  put_word(visit, page_verdict(result));
  put(visit, "</p>");
  if (!till_is_done(result)) {
    put(visit, "<p>");
    put_text(visit, page_sentence(visit->language, status_sentence(result->status)));
    put(visit, "</p>");
  }
  if (outcome->wanted > outcome->amount.minor) {
    put(visit, "<p class=\"left\">");
    put_word(visit, WORD_LEFT);
    put(visit, ": ");
    put_amount(visit, outcome->wanted - outcome->amount.minor);
    put(visit, "</p>");
  }
  if (outcome->balance_after >= 0) {
    put(visit, "<p>");
    put_word(visit, WORD_NEW_BALANCE);
    put(visit, ": ");
    put_amount(visit, outcome->balance_after);
    put(visit, "</p>");
  }
}

static void put_view(struct page_visit *visit, const struct till_result *result, bool shown, uint64_t event) {
  put(visit, "<section class=\"customer%s\">",
      !result->running && shown ? till_is_done(result) ? " done" : " declined" : "");
  if (!shown) {
    put(visit, "<p class=\"prompt\">");
    put_word(visit, WORD_WELCOME);
    put(visit, "</p></section>");
    return;
  }
  put(visit, "<p class=\"figure\">");
  if (result->outcome.amount.minor > 0)
    put_amount(visit, result->outcome.amount.minor);
  put(visit, "</p>");
  if (!result->running) {
    put_ended(visit, result);
  } else {
    put(visit, "<p class=\"prompt\">");
    put_word(visit, event != 0 ? WORD_YOUR_PIN : page_prompt(result));
    put(visit, "</p>");
  }
  if (event != 0)
    put_pin_form(visit, result, event);
  put(visit, "</section>");
}

void page_customer(struct page_visit *visit) {
  struct register_page *page = visit->page;
  struct till_result result = {.kind = 0};
  char state[64];
  uint64_t event = pin_event(page->options.till);
  bool any = till_last(page->options.till, &result) == STATUS_OK;
  bool fresh = page->done != 0 && (int64_t)time(NULL) <= page->done + PAGE_RESULT_S;
  bool shown = any && (result.running || fresh);
  if (event == page->pin_used)
    event = 0; /* it has been answered, and the till is about to see that */
  visit->bare = true;
  visit->refresh = event == 0; /* a PIN that is being keyed stays */
  snprintf(state, sizeof state, "customer %" PRIu64 " %d", till_newest(page->options.till), shown);
  put_head(visit, WORD_CUSTOMER, state);
  put_view(visit, &result, shown, event);
  put_foot(visit);
  page_send(visit, 200);
}

void page_pin(struct page_visit *visit) {
  struct register_page *page = visit->page;
  struct till_result asks; /* looked for before its event is: where another one asks by then, the PIN is not for that */
  bool any = till_last(page->options.till, &asks) == STATUS_OK;
  uint64_t wanted = pin_event(page->options.till);
  uint64_t answers = strtoull(form_text(&visit->form, "event"), NULL, 10);
  enum status status = STATUS_NOT_WANTED;
  if (any && wanted != 0 && answers == wanted && wanted != page->pin_used)
    status = till_pin(page->options.till, asks.reference, form_text(&visit->form, "pin"));
  if (status == STATUS_OK)
    page->pin_used = wanted;
  page_redirect(visit, status == STATUS_BAD_FORMAT ? "/customer?wrong=1" : "/customer");
}
