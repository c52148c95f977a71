/* SPDX-License-Identifier: Apache-2.0
 * How a browser comes in and goes: by the pairing code or the till's token; its language. */
#include <string.h>

#include "epurse/terminal_cashier.h"
#include "page_state.h"

bool page_cashier_missing(const struct page_visit *visit) {
  const char *folder = till_facts(visit->page->options.till)->folder;
  const struct page_session *session = visit->session;
  uint64_t mark = cashier_mark(folder, session->cashier);
  return cashiers_are_set(folder) && (mark == 0 || mark != session->cashier_mark);
}

static bool has_cashiers(const struct page_visit *visit) {
  return cashiers_are_set(till_facts(visit->page->options.till)->folder);
}

/* A browser that is paired, and not as the customer's window: only its cashier has to log in. */
static bool is_paired(const struct page_visit *visit) {
  return visit->session != NULL && !visit->session->customer;
}

static void put_pairing(struct page_visit *visit) {
  put(visit, "<label>");
  put_word(visit, WORD_PAIRING);
  put(visit, "<input type=\"password\" name=\"code\" autocomplete=\"off\" required autofocus></label>");
  put(visit, "<label class=\"choice\"><input type=\"checkbox\" name=\"customer\" value=\"1\">");
  put_word(visit, WORD_AS_CUSTOMER);
  put(visit, "</label>");
}

static void put_cashier(struct page_visit *visit) {
  put(visit, "<label>");
  put_word(visit, WORD_CASHIER);
  put(visit, "<input name=\"cashier\" maxlength=\"%d\" autocomplete=\"off\"></label><label>", CASHIER_MAX);
  put_word(visit, WORD_CASHIER_CODE);
  put(visit, "<input type=\"password\" name=\"cashier_code\" autocomplete=\"off\"></label>");
}

static void put_login(struct page_visit *visit, int http, enum page_word word) {
  put_head(visit, WORD_LOG_IN, "");
  put(visit, "<form class=\"card\" method=\"post\" action=\"/login\">");
  if (!is_paired(visit))
    put_pairing(visit);
  if (has_cashiers(visit))
    put_cashier(visit);
  if (word < PAGE_WORDS) {
    put(visit, "<p class=\"problem\" role=\"alert\">");
    put_word(visit, word);
    put(visit, "</p>");
  }
  put(visit, "<button type=\"submit\" class=\"main\">");
  put_word(visit, WORD_LOG_IN);
  put(visit, "</button><p>");
  if (!is_paired(visit))
    put_word(visit, WORD_PAIRING_WHERE);
  put(visit, "</p></form>");
  put_foot(visit);
  page_send(visit, http);
}

void page_login(struct page_visit *visit) {
  put_login(visit, 200, PAGE_WORDS);
}

/* False: the browser was refused, and told. */
static bool pair(struct page_visit *visit) {
  struct register_page *page = visit->page;
  bool locked = false;
  struct page_session *session = page_session_begin(page, visit->raw, form_text(&visit->form, "code"), &locked);
  if (session == NULL) {
    page->options.log(page->options.context, "refused", locked ? "why=locked" : "why=code");
    put_login(visit, locked ? 429 : 403, locked ? WORD_LOCKED : WORD_WRONG_CODE);
    return false;
  }
  session->customer = form_text(&visit->form, "customer")[0] != 0;
  session->language = visit->language;
  visit->session = session;
  page->options.log(page->options.context, "paired", session->customer ? "window=customer" : "window=till");
  page_cookie(visit, session);
  return true;
}

/* Likewise; a browser that was paired by the same form stays so. */
static bool cashier_begin(struct page_visit *visit) {
  const struct register_page_options *options = &visit->page->options;
  const char *name = form_text(&visit->form, "cashier"), *code = form_text(&visit->form, "cashier_code");
  if (cashier_check(till_facts(options->till)->folder, CODE_PAGE, name, code) != STATUS_OK) {
    options->log(options->context, "refused", "why=cashier");
    put_login(visit, 403, WORD_WRONG_CODE);
    return false;
  }
  memcpy(visit->session->cashier, name, strlen(name) + 1); /* a name that is known fits */
  visit->session->cashier_mark = cashier_mark(till_facts(options->till)->folder, name);
  return true;
}

void page_login_try(struct page_visit *visit) {
  if (!is_paired(visit) && !pair(visit))
    return;
  if (!visit->session->customer && has_cashiers(visit) && !cashier_begin(visit))
    return;
  page_redirect(visit, visit->session->customer ? "/customer" : "/");
}

/* A cashier who goes leaves the device paired, for the next one. */
void page_logout(struct page_visit *visit) {
  if (visit->session->cashier[0] != 0) {
    visit->session->cashier[0] = 0;
  } else {
    page_session_end(visit->session);
    page_cookie(visit, NULL);
  }
  page_redirect(visit, "/login");
}

void page_language(struct page_visit *visit) {
  const enum page_language wanted = page_language_of(form_text(&visit->form, "language"));
  visit->session->language = wanted != PAGE_LANGUAGES ? wanted : PAGE_ENGLISH;
  page_redirect(visit, visit->session->customer ? "/customer" : "/");
}
