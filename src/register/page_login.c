/* SPDX-License-Identifier: Apache-2.0
 * How a browser comes in and goes: by the pairing code or the till's token; its language. */
#include <string.h>

#include "page_state.h"

static void put_login(struct page_visit *visit, int http, enum page_word word) {
  put_head(visit, WORD_LOG_IN, "");
  put(visit, "<form class=\"card\" method=\"post\" action=\"/login\"><label>");
  put_word(visit, WORD_PAIRING);
  put(visit, "<input type=\"password\" name=\"code\" autocomplete=\"off\" required autofocus></label>");
  put(visit, "<label class=\"choice\"><input type=\"checkbox\" name=\"customer\" value=\"1\">");
  put_word(visit, WORD_AS_CUSTOMER);
  put(visit, "</label>");
  if (word < PAGE_WORDS) {
    put(visit, "<p class=\"problem\" role=\"alert\">");
    put_word(visit, word);
    put(visit, "</p>");
  }
  put(visit, "<button type=\"submit\" class=\"main\">");
  put_word(visit, WORD_LOG_IN);
  put(visit, "</button><p>");
  put_word(visit, WORD_PAIRING_WHERE);
  put(visit, "</p></form>");
  put_foot(visit);
  page_send(visit, http);
}

void page_login(struct page_visit *visit) {
  put_login(visit, 200, PAGE_WORDS);
}

void page_login_try(struct page_visit *visit) {
  struct register_page *page = visit->page;
  bool locked = false;
  struct page_session *session = page_session_begin(page, visit->raw, form_text(&visit->form, "code"), &locked);
  if (session == NULL) {
    page->options.log(page->options.context, "refused", locked ? "why=locked" : "why=code");
    put_login(visit, locked ? 429 : 403, locked ? WORD_LOCKED : WORD_WRONG_CODE);
    return;
  }
  session->customer = form_text(&visit->form, "customer")[0] != 0;
  session->language = visit->language;
  page->options.log(page->options.context, "paired", session->customer ? "window=customer" : "window=till");
  page_cookie(visit, session);
  page_redirect(visit, session->customer ? "/customer" : "/");
}

void page_logout(struct page_visit *visit) {
  page_session_end(visit->session);
  page_cookie(visit, NULL);
  page_redirect(visit, "/login");
}

void page_language(struct page_visit *visit) {
  bool german = strcmp(form_text(&visit->form, "language"), "de") == 0;
  visit->session->language = german ? PAGE_GERMAN : PAGE_ENGLISH;
  page_redirect(visit, visit->session->customer ? "/customer" : "/");
}
