/* SPDX-License-Identifier: Apache-2.0
 * What the page serves: a row for each path and method, and who may have it. */
#include <event2/keyvalq_struct.h>
#include <string.h>

#include "epurse/crypto.h"
#include "page_state.h"

static void serve_css(struct page_visit *visit) {
  page_send_asset(visit, "text/css; charset=utf-8", page_css, page_css_len);
}

static void serve_js(struct page_visit *visit) {
  page_send_asset(visit, "text/javascript; charset=utf-8", page_js, page_js_len);
}

enum route_who { ANYBODY, CUSTOMER, CASHIER };

static const struct route {
  enum evhttp_cmd_type method;
  const char *path; /* one that ends in '/' and is longer has a name behind it */
  enum route_who who;
  void (*serve)(struct page_visit *visit);
} routes[] = {
    {EVHTTP_REQ_GET, "/page.css", ANYBODY, serve_css},
    {EVHTTP_REQ_GET, "/page.js", ANYBODY, serve_js},
    {EVHTTP_REQ_GET, "/login", ANYBODY, page_login},
    {EVHTTP_REQ_POST, "/login", ANYBODY, page_login_try},
    {EVHTTP_REQ_POST, "/logout", CUSTOMER, page_logout},
    {EVHTTP_REQ_POST, "/language", CUSTOMER, page_language},
    {EVHTTP_REQ_GET, "/events", CUSTOMER, page_stream_begin},
    {EVHTTP_REQ_GET, "/customer", CUSTOMER, page_customer},
    {EVHTTP_REQ_POST, "/pin", CUSTOMER, page_pin},
    {EVHTTP_REQ_GET, "/", CASHIER, page_keypad},
    {EVHTTP_REQ_POST, "/key", CASHIER, page_key},
    {EVHTTP_REQ_POST, "/sale", CASHIER, page_start},
    {EVHTTP_REQ_GET, "/sale/", CASHIER, page_sale},
    {EVHTTP_REQ_POST, "/abort", CASHIER, page_abort},
    {EVHTTP_REQ_POST, "/answer", CASHIER, page_answer},
    {EVHTTP_REQ_GET, "/recent", CASHIER, page_recent},
    {EVHTTP_REQ_GET, "/receipt/", CASHIER, page_receipt},
    {EVHTTP_REQ_POST, "/print", CASHIER, page_print},
    {EVHTTP_REQ_GET, "/refund/", CASHIER, page_refund},
    {EVHTTP_REQ_POST, "/refund", CASHIER, page_refund_start},
    {EVHTTP_REQ_GET, "/totals", CASHIER, page_totals},
    {EVHTTP_REQ_GET, "/drawer", CASHIER, page_drawer},
    {EVHTTP_REQ_POST, "/drawer/print", CASHIER, page_drawer_print},
    {EVHTTP_REQ_POST, "/shift", CASHIER, page_shift_begin},
    {EVHTTP_REQ_POST, "/shift/end", CASHIER, page_shift_end},
    {EVHTTP_REQ_GET, "/shift/", CASHIER, page_shift},
    {EVHTTP_REQ_POST, "/close", CASHIER, page_close},
    {EVHTTP_REQ_GET, "/closing/", CASHIER, page_closing},
};

static bool matches(const struct route *route, const char *path) {
  size_t len = strlen(route->path);
  if (len == 1 || route->path[len - 1] != '/')
    return strcmp(path, route->path) == 0;
  return strncmp(path, route->path, len) == 0 && path[len] != 0;
}

static bool is_ours(const struct page_visit *visit) {
  const char *shown = form_text(&visit->form, "form");
  return strlen(shown) == PAGE_TOKEN_SIZE - 1 && crypto_equal(shown, visit->session->form, PAGE_TOKEN_SIZE);
}

static void serve(struct page_visit *visit, const struct route *route) {
  bool post = route->method == EVHTTP_REQ_POST;
  if (post && form_take(visit->raw, &visit->form) != STATUS_OK)
    page_refuse(visit, 400, WORD_BAD_REQUEST);
  else if (route->who != ANYBODY && visit->session == NULL && route->serve == page_stream_begin)
    page_refuse(visit, 403, WORD_FORBIDDEN);
  else if (route->who != ANYBODY && visit->session == NULL)
    page_redirect(visit, "/login");
  else if (route->who == CASHIER && !visit->session->customer && page_cashier_missing(visit))
    page_redirect(visit, "/login");
  else if (route->who == CASHIER && visit->session->customer && route->serve == page_keypad)
    page_redirect(visit, "/customer");
  else if ((route->who == CASHIER && visit->session->customer) || (route->who != ANYBODY && post && !is_ours(visit)))
    page_refuse(visit, 403, WORD_FORBIDDEN);
  else
    route->serve(visit);
}

void page_serve(struct page_visit *visit) {
  const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(visit->raw);
  const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
  bool known = false;
  if (path == NULL || form_query(evhttp_uri_get_query(uri), &visit->query) != STATUS_OK) {
    page_refuse(visit, 400, WORD_BAD_REQUEST);
    return;
  }
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    if (!matches(&routes[i], path))
      continue;
    known = true;
    if (routes[i].method != evhttp_request_get_command(visit->raw))
      continue;
    visit->rest = path + strlen(routes[i].path);
    serve(visit, &routes[i]);
    return;
  }
  page_refuse(visit, known ? 405 : 404, WORD_NOT_FOUND);
}
