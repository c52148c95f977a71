/* SPDX-License-Identifier: Apache-2.0
 * The page's answers: a page, a file of it, another path, or why there is none; each with the fields that keep a
 * browser to it. */
#include "page_state.h"

void page_head_fields(struct evhttp_request *raw, const char *type) {
  static const char *const fields[][2] = {
      {"Cache-Control", "no-store"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
       "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"}, /* with none at all browsers call the origin of a form "null" */
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  struct evkeyvalq *head = evhttp_request_get_output_headers(raw);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    evhttp_add_header(head, fields[i][0], fields[i][1]);
  evhttp_add_header(head, "Content-Type", type);
}

void page_send(struct page_visit *visit, int http) {
  page_head_fields(visit->raw, "text/html; charset=utf-8");
  evhttp_send_reply(visit->raw, http, NULL, visit->out);
}

void page_send_asset(struct page_visit *visit, const char *type, const unsigned char *data, size_t len) {
  page_head_fields(visit->raw, type);
  evbuffer_add(visit->out, data, len);
  evhttp_send_reply(visit->raw, 200, NULL, visit->out);
}

void page_redirect(struct page_visit *visit, const char *path) {
  page_head_fields(visit->raw, "text/html; charset=utf-8");
  evhttp_add_header(evhttp_request_get_output_headers(visit->raw), "Location", path);
  evhttp_send_reply(visit->raw, 303, NULL, visit->out);
}

static void refuse(struct page_visit *visit, int http, const char *text) {
  put_head(visit, WORD_TROUBLE, "");
  put(visit, "<p class=\"problem\" role=\"alert\">");
  put_text(visit, text);
  put(visit, "</p><p><a class=\"button\" href=\"/\">");
  put_word(visit, WORD_BACK);
  put(visit, "</a></p>");
  put_foot(visit);
  page_send(visit, http);
}

void page_refuse(struct page_visit *visit, int http, enum page_word word) {
  refuse(visit, http, page_word(visit->language, word));
}

void page_refuse_status(struct page_visit *visit, int http, enum status status) {
  refuse(visit, http, page_sentence(visit->language, status_sentence(status)));
}
