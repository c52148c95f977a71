/* SPDX-License-Identifier: Apache-2.0
 * What the files of the JSON interface share. */
#ifndef EPURSE_REGISTER_JSON_STATE_H
#define EPURSE_REGISTER_JSON_STATE_H

#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>
#include <openssl/types.h>
#include <stdbool.h>

#include "epurse/terminal_closing.h"
#include "epurse/till.h"
#include "epurse/till_journal.h"
#include "epurse/till_shift.h"
#include "register_json.h"

#define BODY_MAX   8192 /* bytes; a receipt's QR text is the longest that is sent */
#define HEAD_MAX   4096 /* bytes */
#define CALLS_MAX  32   /* that wait for an answer at a time */
#define IDLE_S     30   /* seconds without a byte, after which a connection is closed */
#define WAIT_MAX_S 300  /* seconds that a client may have its answer held back */
#define BEAT_S     15   /* so often a stream of events shows that it lives */

/* One request that is answered later: by the clerk, by the end of a sale, or by events. */
struct call {
  struct call *next;
  struct register_json *json;
  struct evhttp_request *raw; /* NULL: its client is gone */
  enum call_kind {
    CALL_STATUS,
    CALL_TOTALS,
    CALL_COUNT,
    CALL_CLOSING,
    CALL_CLOSE,
    CALL_SHIFT,
    CALL_SHIFT_BEGIN,
    CALL_SHIFT_END,
    CALL_FINISH,
    CALL_STREAM
  } kind;
  char reference[REFERENCE_MAX + 1];
  int64_t since;  /* CALL_TOTALS */
  uint64_t after; /* CALL_STREAM */
  int64_t until;  /* CALL_FINISH: unix seconds */
  enum status status;
  struct till_result result;
  struct till_totals totals;
  struct closing
      closing; /* CALL_COUNT, CALL_CLOSING: its number is the one that is asked for, CALL_CLOSE; CALL_SHIFT... alike */
  uint8_t hash[CRYPTO_SHA256_SIZE];
  struct till_cashier cashier; /* CALL_CLOSE, CALL_SHIFT_BEGIN, CALL_SHIFT_END; the clerk wipes it */
  json_t *shifts;              /* CALL_COUNT, CALL_CLOSING, CALL_CLOSE: that it names; NULL: none */
};

struct clerk;
struct listener;

struct register_json {
  struct register_json_options options;
  char socket[108], token[REGISTER_TOKEN_MAX + 1];
  struct evhttp *local, *remote; /* remote: NULL where there is none */
  SSL_CTX *tls;
  uint16_t port;
  struct event *woken, *beat;
  int wake_fd; /* eventfd: the till has an event, or the clerk an answer */
  struct clerk *clerk;
  struct call *calls; /* CALL_FINISH, CALL_STREAM */
  size_t call_count;  /* with the clerk's */
  bool stopping;
};

/* ---- door_answer.c ---- */

/* Sends an object, which it takes over; NULL: memory was short. */
void door_answer(struct evhttp_request *raw, int http, json_t *object);
/* Sends a refusal. `http` 0: as the status has it. */
void door_refuse(struct evhttp_request *raw, int http, enum status status);

/* ---- json_call.c ---- */

/* Makes a call of a request; NULL: there are too many, and it is refused. */
struct call *call_new(struct register_json *json, struct evhttp_request *raw, enum call_kind kind);
/* Once, when it has been answered or its client is gone. */
void call_free(struct call *call);
/* Answers one that the clerk is done with, and frees it. */
void call_answer(struct call *call);
/* By which door it came, for codes. */
enum code_door door_of(struct evhttp_request *raw);
/* The till has got on: streams get its events, who waits for an end has it. */
void calls_serve(struct register_json *json);
/* Frees those that wait; nobody is answered any more. */
void calls_drop(struct register_json *json);

/* ---- json_routes.c ---- */

/* One request that may come in: finds what serves it. */
void routes_serve_json(struct register_json *json, struct evhttp_request *raw);

/* ---- json_body.c ---- */

/* Takes the body of a request; wipes what libevent has of it. STATUS_UNSUPPORTED_TYPE, STATUS_BAD_FORMAT. */
enum status body_take(struct evhttp_request *raw, json_t **object) EPURSE_MUST_USE;
/* Wipes the text of every member, and frees. */
void body_drop(json_t *object);
/* A request of that kind. *wait: seconds that the answer may be held back; 0: not at all. STATUS_UNKNOWN_FIELD,
 * BAD_FORMAT, BAD_AMOUNT, WRONG_CURRENCY. */
enum status body_request(const json_t *object, const struct till_facts *facts, struct till_request *request,
                         int *wait) EPURSE_MUST_USE;

/* What was in the drawer, and what somebody has counted, where it says; which closing is meant; and who it is.
 * STATUS_UNKNOWN_FIELD, BAD_FORMAT. */
enum status body_closing(const json_t *object, struct closing *closing, struct till_cashier *cashier) EPURSE_MUST_USE;
/* Of a shift that begins or ends: its amount, and who it is. The same statuses. */
enum status body_shift(const json_t *object, bool begins, struct closing *shift,
                       struct till_cashier *cashier) EPURSE_MUST_USE;

/* ---- json_result.c ---- */

json_t *result_json(const struct till_result *result);
json_t *totals_json(const struct till_totals *totals, const char *currency);
json_t *health_json(const struct till_health *health, const struct till_facts *facts);
json_t *event_json(const struct till_event *event);

/* ---- stream.c ---- */

/* The head of a stream of server-sent events. */
void stream_begin(struct call *call);
/* What is new. False: its client is gone. */
void stream_serve(struct call *call);
void stream_beat(struct call *call);

/* ---- clerk.c ---- */

/* A thread that asks what may have to wait for the back-end. STATUS_NO_MEMORY. */
enum status clerk_open(struct till *till, int wake_fd, struct clerk **clerk) EPURSE_MUST_USE;
void clerk_close(struct clerk **clerk);
void clerk_ask(struct clerk *clerk, struct call *call);
/* The next one that is answered; NULL: none. */
struct call *clerk_next(struct clerk *clerk);

#endif
