/* SPDX-License-Identifier: Apache-2.0
 * HTML: what every page has around its own part, and escaping. Nothing inline, so that the policy can forbid it. */
#include <stdarg.h>

#include "page_state.h"

void put(struct page_visit *visit, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  evbuffer_add_vprintf(visit->out, format, arguments);
  va_end(arguments);
}

void put_text(struct page_visit *visit, const char *text) {
  static const char *const named[128] = {
      ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
  for (; *text != 0; text++) {
    unsigned char c = (unsigned char)*text;
    if (c < sizeof named / sizeof named[0] && named[c] != NULL)
      put(visit, "%s", named[c]);
    else if (c >= ' ')
      evbuffer_add(visit->out, text, 1);
  }
}

void put_word(struct page_visit *visit, enum page_word word) {
  put_text(visit, page_word(visit->language, word));
}

void put_amount(struct page_visit *visit, int64_t minor) {
  char text[AMOUNT_TEXT_MAX];
  page_amount(visit->language, (struct amount){minor, till_facts(visit->page->options.till)->currency->numeric}, text);
  put_text(visit, text);
}

void put_hidden(struct page_visit *visit, const char *name, const char *value) {
  put(visit, "<input type=\"hidden\" name=\"%s\" value=\"", name);
  put_text(visit, value);
  put(visit, "\">");
}

void put_form_token(struct page_visit *visit) {
  if (visit->session != NULL)
    put_hidden(visit, "form", visit->session->form);
}

/* ---- above ---- */

static void put_link(struct page_visit *visit, const char *path, enum page_word word) {
  put(visit, "<a href=\"%s\">", path);
  put_word(visit, word);
  put(visit, "</a>");
}

static void put_signs(struct page_visit *visit) {
  struct till_health health;
  till_health(visit->page->options.till, &health);
  if (!health.server && till_newest(visit->page->options.till) > 0) { /* before the first one nobody has asked it */
    put(visit, "<strong class=\"sign offline\">");
    put_word(visit, WORD_OFFLINE);
    put(visit, "</strong>");
  }
  if (health.waiting > 0) {
    put(visit, "<span class=\"sign\">%u ", health.waiting);
    put_word(visit, WORD_UNBOOKED);
    put(visit, "</span>");
  }
  if (health.printer != STATUS_OK) {
    put(visit, "<strong class=\"sign printer\">");
    put_text(visit, page_sentence(visit->language, status_sentence(health.printer)));
    put(visit, "</strong>");
  }
  if (health.trouble != STATUS_OK) {
    put(visit, "<strong class=\"sign trouble\">");
    put_text(visit, page_sentence(visit->language, status_sentence(health.trouble)));
    put(visit, "</strong>");
  }
}

/* `language`: the tag of the one that it asks for, which its text is in; NULL: it asks for none. */
static void put_button(struct page_visit *visit, const char *path, const char *language, const char *text) {
  put(visit, "<form method=\"post\" action=\"%s\">", path);
  put_form_token(visit);
  if (language != NULL)
    put_hidden(visit, "language", language);
  put(visit, "<button type=\"submit\" class=\"plain\"");
  if (language != NULL)
    put(visit, " lang=\"%s\"", language);
  put(visit, ">");
  put_text(visit, text);
  put(visit, "</button></form>");
}

static void put_languages(struct page_visit *visit) {
  for (enum page_language language = PAGE_ENGLISH; language < PAGE_LANGUAGES; language++)
    if (language != visit->language)
      put_button(visit, "/language", page_language_tag(language), page_language_name(language));
}

static void put_bar(struct page_visit *visit) {
  put(visit, "<header><h1>");
  put_text(visit, till_facts(visit->page->options.till)->merchant_name);
  put(visit, "</h1>");
  if (visit->session != NULL && !visit->session->customer && !visit->bare) {
    put_signs(visit);
    put(visit, "<nav>");
    put_link(visit, "/", WORD_TILL);
    put_link(visit, "/recent", WORD_RECENT);
    put_link(visit, "/totals", WORD_TOTALS);
    put_link(visit, "/drawer", WORD_DRAWER);
    put(visit, "<a href=\"/customer\" target=\"epurse-customer\">");
    put_word(visit, WORD_CUSTOMER);
    put(visit, "</a>");
    put_languages(visit);
    put_button(visit, "/logout", NULL, page_word(visit->language, WORD_LOG_OUT));
    put(visit, "</nav>");
  }
  put(visit, "</header>");
}

void put_head(struct page_visit *visit, enum page_word title, const char *state) {
  put(visit, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
      page_language_tag(visit->language));
  put_word(visit, title);
  put(visit, "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
             "<link rel=\"stylesheet\" href=\"/page.css\"><link rel=\"icon\" href=\"data:,\">"
             "<script src=\"/page.js\" defer></script>");
  if (visit->refresh)
    put(visit, "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
  put(visit, "</head><body>");
  put_bar(visit);
  put(visit, "<main data-state=\"");
  put_text(visit, state);
  put(visit, "\"%s>", visit->session != NULL && state[0] != 0 ? " data-live" : "");
}

void put_foot(struct page_visit *visit) {
  put(visit, "</main><div id=\"announce\" role=\"status\" class=\"unseen\"></div></body></html>\n");
}
