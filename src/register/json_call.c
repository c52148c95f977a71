/* SPDX-License-Identifier: Apache-2.0
 * Requests that are answered later: by the clerk, by the end of a sale, or by events. */
#include <stdlib.h>
#include <time.h>

#include "epurse/closing_json.h"
#include "json_state.h"
#include "listener.h"

static void on_gone(struct evhttp_connection *line, void *context) {
  struct call *call = context;
  (void)line;
  request_gone(call->raw);
  call->raw = NULL;
}

struct call *call_new(struct register_json *json, struct evhttp_request *raw, enum call_kind kind) {
  struct call *call = json->call_count < CALLS_MAX ? calloc(1, sizeof *call) : NULL;
  if (call == NULL) {
    door_refuse(raw, 0, STATUS_OVERLOADED);
    return NULL;
  }
  *call = (struct call){.json = json, .raw = raw, .kind = kind};
  json->call_count++;
  if (kind == CALL_FINISH || kind == CALL_STREAM) {
    call->next = json->calls;
    json->calls = call;
  }
  evhttp_connection_set_closecb(evhttp_request_get_connection(raw), on_gone, call);
  return call;
}

void call_free(struct call *call) {
  call->json->call_count--;
  json_decref(call->shifts);
  free(call);
}

/* It is answered on this very connection, which then is nobody's. */
static struct evhttp_request *call_end(struct call *call) {
  struct evhttp_request *raw = call->raw;
  if (raw != NULL)
    evhttp_connection_set_closecb(evhttp_request_get_connection(raw), NULL, NULL);
  call->raw = NULL;
  return raw;
}

/* 0: as the status has it. */
static int refusal_of(enum status status) {
  int http = status_http(status);
  return status == STATUS_WRONG_CASHIER ? 409 : http >= 400 && http != 500 ? 0 : 503;
}

static json_t *counted_json(const struct call *call, const struct till_facts *facts) {
  json_t *object = closing_json(&call->closing, call->hash, facts->tid, facts->currency->code);
  if (call->shifts != NULL)
    json_object_set(object, "shifts", call->shifts);
  return object;
}

void call_answer(struct call *call) {
  const struct till_facts *facts = till_facts(call->json->options.till);
  struct evhttp_request *raw = call_end(call);
  if (raw != NULL && call->status != STATUS_OK)
    door_refuse(raw, refusal_of(call->status), call->status);
  else if (raw != NULL && call->kind == CALL_TOTALS)
    door_answer(raw, 200, totals_json(&call->totals, facts->currency->code));
  else if (raw != NULL && call->kind != CALL_STATUS)
    door_answer(raw, 200, counted_json(call, facts));
  else if (raw != NULL)
    door_answer(raw, 200, result_json(&call->result));
  call_free(call);
}

/* True: the call is through. */
static bool finish_serve(struct call *call) {
  struct till_result result;
  if (call->raw == NULL)
    return true;
  bool known = till_finish(call->json->options.till, call->reference, 0, &result) == STATUS_OK;
  if (known && result.running && (int64_t)time(NULL) < call->until)
    return false;
  if (known)
    door_answer(call_end(call), result.running ? 202 : 200, result_json(&result));
  else
    door_refuse(call_end(call), 0, STATUS_NOT_FOUND);
  return true;
}

void calls_serve(struct register_json *json) {
  struct call **link = &json->calls;
  while (*link != NULL) {
    struct call *call = *link;
    if (call->kind == CALL_STREAM && call->raw != NULL)
      stream_serve(call);
    bool through = call->kind == CALL_STREAM ? call->raw == NULL : finish_serve(call);
    if (through) {
      *link = call->next;
      call_free(call);
    } else {
      link = &call->next;
    }
  }
}

void calls_drop(struct register_json *json) {
  while (json->calls != NULL) {
    struct call *call = json->calls;
    json->calls = call->next;
    (void)call_end(call);
    call_free(call);
  }
}
