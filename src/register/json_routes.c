/* SPDX-License-Identifier: Apache-2.0
 * What is served: a row for each path and method. */
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "json_state.h"

/* ---- sales and their kind ---- */

/* Refused before anything was begun: what the list of outcomes calls an outcome is a conflict here. */
static int refusal(enum status status) {
  int http = status_http(status);
  return http >= 400 && status != STATUS_OFFLINE_FORBIDDEN ? http : status == STATUS_WRONG_CURRENCY ? 400 : 409;
}

static void answer_running(struct register_json *json, struct evhttp_request *raw, const char *reference, int wait) {
  struct till_result result;
  struct call *call;
  if (wait > 0) {
    call = call_new(json, raw, CALL_FINISH);
    if (call == NULL)
      return;
    memcpy(call->reference, reference, strlen(reference) + 1);
    call->until = (int64_t)time(NULL) + wait;
    calls_serve(json); /* it may be over */
    return;
  }
  if (till_finish(json->options.till, reference, 0, &result) == STATUS_OK)
    door_answer(raw, result.running ? 202 : 200, result_json(&result));
  else
    door_refuse(raw, 0, STATUS_NOT_FOUND);
}

static void post_kind(struct register_json *json, struct evhttp_request *raw, enum till_kind kind) {
  struct till_request request = {.kind = kind, .door = door_of(raw)};
  json_t *object = NULL;
  int wait = 0;
  enum status status = body_take(raw, &object);
  if (status == STATUS_OK)
    status = body_request(object, till_facts(json->options.till), &request, &wait);
  body_drop(object);
  if (status == STATUS_OK)
    status = json->stopping ? STATUS_TILL_BUSY : till_start(json->options.till, &request);
  crypto_wipe(request.supervisor, sizeof request.supervisor);
  crypto_wipe(request.cashier_code, sizeof request.cashier_code);
  if (status != STATUS_OK)
    door_refuse(raw, refusal(status), status);
  else
    answer_running(json, raw, request.reference, wait);
}

static void post_sale(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  post_kind(json, raw, TILL_SALE);
}

static void post_refund(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  post_kind(json, raw, TILL_REFUND);
}

static void post_load(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  post_kind(json, raw, TILL_LOAD);
}

static void post_payout(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  post_kind(json, raw, TILL_PAYOUT);
}

/* ---- while one runs ---- */

/* The one member of an object, a string; "" and STATUS_UNKNOWN_FIELD for anything else. */
static const char *only_text(const json_t *object, const char *name) {
  const char *text = json_object_size(object) == 1 ? json_string_value(json_object_get(object, name)) : NULL;
  return text != NULL ? text : "";
}

static void answer_status(struct evhttp_request *raw, enum status status) {
  if (status == STATUS_OK)
    door_answer(raw, 200, json_object());
  else
    door_refuse(raw, 0, status);
}

static void post_pin(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  json_t *object = NULL;
  enum status status = body_take(raw, &object);
  (void)rest;
  if (status == STATUS_OK) {
    const char *pin = json_string_value(json_object_get(object, "pin"));
    const json_t *whose = json_object_get(object, "reference");
    bool known = json_object_size(object) == 1U + (whose != NULL) && pin != NULL && pin[0] != 0 &&
                 (whose == NULL || json_is_string(whose));
    status = known ? till_pin(json->options.till, json_string_value(whose), pin) : STATUS_UNKNOWN_FIELD;
  }
  body_drop(object);
  answer_status(raw, status);
}

static void post_answer(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  json_t *object = NULL;
  enum status status = body_take(raw, &object);
  (void)rest;
  if (status == STATUS_OK) {
    const json_t *yes = json_object_get(object, "yes");
    const json_t *text = json_object_get(object, "text"), *whose = json_object_get(object, "reference");
    bool known = json_object_size(object) == 1U + (text != NULL) + (whose != NULL) && json_is_boolean(yes) &&
                 (text == NULL || json_is_string(text)) && (whose == NULL || json_is_string(whose));
    status = known
                 ? till_answer(json->options.till, json_string_value(whose), json_is_true(yes), json_string_value(text))
                 : STATUS_UNKNOWN_FIELD;
  }
  body_drop(object);
  answer_status(raw, status);
}

static void post_abort(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  json_t *object = NULL;
  enum status status = body_take(raw, &object);
  (void)rest;
  if (status == STATUS_OK && json_object_size(object) > 0 && only_text(object, "reference")[0] == 0)
    status = STATUS_UNKNOWN_FIELD;
  if (status == STATUS_OK)
    status = till_abort(json->options.till, json_object_size(object) == 0 ? NULL : only_text(object, "reference"));
  body_drop(object);
  answer_status(raw, status);
}

/* ---- questions ---- */

static void get_sale(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  char *name = evhttp_uridecode(rest, 0, NULL);
  struct call *call = NULL;
  if (name == NULL || !reference_valid(name))
    door_refuse(raw, 0, STATUS_BAD_FORMAT);
  else
    call = call_new(json, raw, CALL_STATUS);
  if (call != NULL) {
    memcpy(call->reference, name, strlen(name) + 1);
    clerk_ask(json->clerk, call);
  }
  free(name);
}

/* A number of the query, as ?since=1700000000; `fallback` where it is not there. False: it is no number. */
static bool query_number(struct evhttp_request *raw, const char *name, int64_t fallback, int64_t *number) {
  struct evkeyvalq fields;
  const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(raw);
  const char *query = evhttp_uri_get_query(uri);
  *number = fallback;
  if (query == NULL)
    return true;
  if (evhttp_parse_query_str(query, &fields) != 0)
    return false;
  const char *text = evhttp_find_header(&fields, name);
  bool good = text != NULL && text[0] != 0 && strlen(text) < 16 && text[strspn(text, "0123456789")] == 0;
  if (good)
    *number = strtoll(text, NULL, 10);
  evhttp_clear_headers(&fields);
  return good;
}

/* Without a query since the last closing; ?closing=N that one once more; ?since=T since then, closings or not. */
static void get_totals(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  int64_t since = 0, number = 0;
  bool query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(raw)) != NULL;
  bool closing = query && query_number(raw, "closing", 0, &number);
  (void)rest;
  if ((closing && number == 0) || (query && !closing && !query_number(raw, "since", 0, &since))) {
    door_refuse(raw, 0, STATUS_BAD_FORMAT);
    return;
  }
  struct call *call = call_new(json, raw, closing ? CALL_CLOSING : query ? CALL_TOTALS : CALL_COUNT);
  if (call == NULL)
    return;
  call->since = since;
  call->closing.number = number;
  clerk_ask(json->clerk, call);
}

/* A closing, or a shift that begins or ends. */
static void make_ask(struct register_json *json, struct evhttp_request *raw, enum call_kind kind) {
  struct closing closing = {.chain = kind == CALL_CLOSE ? JOURNAL_CLOSINGS : JOURNAL_SHIFTS};
  struct till_cashier cashier = {.door = door_of(raw)};
  json_t *object = NULL;
  struct call *call = NULL;
  enum status status = body_take(raw, &object);
  if (status == STATUS_OK)
    status = kind == CALL_CLOSE ? body_closing(object, &closing, &cashier)
                                : body_shift(object, kind == CALL_SHIFT_BEGIN, &closing, &cashier);
  body_drop(object);
  if (status != STATUS_OK)
    door_refuse(raw, 0, status);
  else
    call = call_new(json, raw, kind);
  if (call != NULL) {
    call->closing = closing;
    call->cashier = cashier;
    clerk_ask(json->clerk, call);
  }
  crypto_wipe(&cashier, sizeof cashier);
}

static void post_close(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  make_ask(json, raw, CALL_CLOSE);
}

static void post_shift(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  make_ask(json, raw, CALL_SHIFT_BEGIN);
}

static void post_shift_end(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  (void)rest;
  make_ask(json, raw, CALL_SHIFT_END);
}

/* ?shift=N, else the one that runs or the last. */
static void get_shift(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  int64_t number = 0;
  bool query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(raw)) != NULL;
  (void)rest;
  if (!query_number(raw, "shift", 0, &number) || (query && number == 0)) {
    door_refuse(raw, 0, STATUS_BAD_FORMAT);
    return;
  }
  struct call *call = call_new(json, raw, CALL_SHIFT);
  if (call == NULL)
    return;
  call->closing.number = number;
  clerk_ask(json->clerk, call);
}

static void get_health(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  struct till_health health;
  (void)rest;
  till_health(json->options.till, &health);
  door_answer(raw, 200, health_json(&health, till_facts(json->options.till)));
}

/* From now on, or behind the one that a client has had last. */
static void get_events(struct register_json *json, struct evhttp_request *raw, const char *rest) {
  const char *last = evhttp_find_header(evhttp_request_get_input_headers(raw), "Last-Event-ID");
  int64_t after = (int64_t)till_newest(json->options.till);
  bool good = query_number(raw, "after", after, &after);
  (void)rest;
  if (last != NULL) {
    good = last[0] != 0 && strlen(last) < 16 && last[strspn(last, "0123456789")] == 0;
    after = good ? strtoll(last, NULL, 10) : 0;
  }
  if (!good) {
    door_refuse(raw, 0, STATUS_BAD_FORMAT);
    return;
  }
  struct call *call = call_new(json, raw, CALL_STREAM);
  if (call == NULL)
    return;
  call->after = (uint64_t)after > till_newest(json->options.till) ? 0 : (uint64_t)after; /* of an earlier life */
  stream_begin(call);
  stream_serve(call);
}

/* ---- the table ---- */

static const struct route {
  enum evhttp_cmd_type method;
  const char *path; /* one that ends in '/' has a name behind it */
  void (*serve)(struct register_json *json, struct evhttp_request *raw, const char *rest);
} routes[] = {
    {EVHTTP_REQ_POST, "/sales", post_sale},
    {EVHTTP_REQ_POST, "/refunds", post_refund},
    {EVHTTP_REQ_POST, "/loads", post_load},
    {EVHTTP_REQ_POST, "/payouts", post_payout},
    {EVHTTP_REQ_POST, "/pin", post_pin},
    {EVHTTP_REQ_POST, "/answer", post_answer},
    {EVHTTP_REQ_POST, "/abort", post_abort},
    {EVHTTP_REQ_GET, "/sales/", get_sale},
    {EVHTTP_REQ_GET, "/totals", get_totals},
    {EVHTTP_REQ_GET, "/events", get_events},
    {EVHTTP_REQ_GET, "/health", get_health},
    {EVHTTP_REQ_POST, "/totals/close", post_close},
    {EVHTTP_REQ_GET, "/shifts", get_shift},
    {EVHTTP_REQ_POST, "/shifts", post_shift},
    {EVHTTP_REQ_POST, "/shifts/end", post_shift_end},
};

void register_json_routes(FILE *out) {
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    const char *path = routes[i].path;
    fprintf(out, "%s %s%s\n", routes[i].method == EVHTTP_REQ_POST ? "POST" : "GET", path,
            path[strlen(path) - 1] == '/' ? "{reference}" : "");
  }
}

static bool matches(const struct route *route, const char *path) {
  size_t len = strlen(route->path);
  if (route->path[len - 1] != '/')
    return strcmp(path, route->path) == 0;
  return strncmp(path, route->path, len) == 0 && path[len] != 0;
}

void routes_serve_json(struct register_json *json, struct evhttp_request *raw) {
  const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(raw);
  const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
  bool known = false;
  if (path == NULL)
    path = "";
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    if (!matches(&routes[i], path))
      continue;
    known = true;
    if (routes[i].method != evhttp_request_get_command(raw))
      continue;
    size_t len = strlen(routes[i].path);
    routes[i].serve(json, raw, path[len - 1] == '/' ? path + len : path);
    return;
  }
  door_refuse(raw, 0, known ? STATUS_METHOD_NOT_ALLOWED : STATUS_NOT_FOUND);
}
