/* SPDX-License-Identifier: Apache-2.0
 * Every endpoint of the back-end, with messages that are properly signed by terminals that are registered, whatever
 * stands in their bodies; promises are signed by the card, PINs enciphered. An input is a few messages: whose, of which
 * type, two bytes length, the body's JSON. The ledger's own audit has the last word. */
#include <stdlib.h>
#include <string.h>

#include "back_end.h"
#include "endpoint_seeds.h"
#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/pin_envelope.h"
#include "http/request.h"
#include "message/base64url.h"
#include "server/routes.h"

static void *open_back_end(void) {
  return back_end_new();
}

/* ---- what a corrupt terminal cannot make itself, the card and the cardholder make for it ---- */

/* Signs a record in a body anew, so that the field is good whatever is in it. *promise is filled where it is one. */
static void record_repair(const struct back_end *back_end, json_t *body, const char *name, struct promise *promise) {
  struct pin_record pin;
  const char *text = json_string_value(json_object_get(body, name));
  uint8_t *record = NULL;
  char *again = NULL;
  size_t len = 0;
  if (text == NULL || !base64url_decode(text, strlen(text), &record, &len))
    return;
  if (len == PROMISE_SIZE || len == CARD_REQUEST_SIZE || len == PIN_RECORD_SIZE) {
    fuzz_require(record_sign(record, len - RECORD_SIGNATURE_SIZE, back_end->world.card_sig.secret) == STATUS_OK);
    if (promise_decode(record, len, promise) != STATUS_OK)
      memset(promise, 0, sizeof *promise);
    if (pin_record_decode(record, len, &pin) == STATUS_OK)
      memcpy(promise->cid, pin.cid, CID_SIZE);
    fuzz_require(base64url_encode(record, len, &again));
    fuzz_require(json_object_set_new(body, name, json_string(again)) == 0);
    free(again);
  }
  free(record);
}

/* Digits in place of an envelope are put into one, for the transaction of the promise, or for the card of the body. */
static void pin_repair(const struct back_end *back_end, json_t *body, const char *name, const struct promise *promise) {
  const char *digits = json_string_value(json_object_get(body, name));
  const char *cid = json_string_value(json_object_get(body, "cid"));
  struct pin_envelope envelope = {.atc = promise->atc};
  char *jwe = NULL;
  if (digits == NULL || strlen(digits) > PIN_MAX)
    return;
  strcpy(envelope.pin, digits);
  memcpy(envelope.cid, promise->cid, CID_SIZE);
  if (cid != NULL && cid_parse(cid, envelope.cid) != STATUS_OK)
    return;
  if (pin_seal(&envelope, key_public(back_end->service.keyring.server_pin), &jwe) == STATUS_OK)
    fuzz_require(json_object_set_new(body, name, json_string(jwe)) == 0);
  free(jwe);
}

static json_t *body_make(const struct back_end *back_end, const uint8_t *text, size_t len) {
  json_t *body = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);
  struct promise promise = {0};
  if (!json_is_object(body)) {
    json_decref(body);
    return json_object();
  }
  record_repair(back_end, body, "promise", &promise);
  record_repair(back_end, body, "request", &promise);
  record_repair(back_end, body, "record", &promise);
  pin_repair(back_end, body, "pin", &promise);
  pin_repair(back_end, body, "new_pin", &promise);
  return body;
}

/* ---- one message ---- */

/* What the server may never come to by anybody's words. */
static void status_check(enum status status) {
  fuzz_require(status != STATUS_INTERNAL && status != STATUS_STORE_FAILED && status != STATUS_NO_MEMORY &&
               status != STATUS_CRYPTO_FAILED);
}

/* An order that the server gives is signed, and is for the promise that was asked about. */
static void order_check(const struct back_end *back_end, const struct message *question, const struct message *answer) {
  struct transaction_request request;
  struct transaction_reply reply;
  struct promise promise;
  struct authorisation order;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (transaction_request_parse(question->type, question->body, &request) != STATUS_OK ||
      transaction_reply_parse(answer->body, &reply) != STATUS_OK || !reply.has_authorisation)
    return;
  fuzz_require(promise_decode(request.promise, PROMISE_SIZE, &promise) == STATUS_OK);
  fuzz_require(authorisation_decode(reply.authorisation, AUTHORISATION_SIZE, &order) == STATUS_OK);
  fuzz_require(record_verify(reply.authorisation, AUTHORISATION_SIZE, back_end->world.server.point) == STATUS_OK);
  fuzz_require(record_hash(request.promise, PROMISE_SIZE, hash) == STATUS_OK);
  fuzz_require(authorisation_answers(&order, &promise, hash) && promise.pin_verified);
  fuzz_require((order.decision == DECISION_APPROVED) == (answer->status == STATUS_OK));
}

static bool reply_check(const struct back_end *back_end, const struct message *question, const struct reply *reply) {
  struct message answer;
  fuzz_require(reply->text != NULL && reply->content_type != NULL && reply->text_len <= MESSAGE_MAX);
  status_check(reply->status);
  if (reply->http_status != 200) {
    fuzz_require(strcmp(reply->content_type, PROBLEM_MEDIA_TYPE) == 0);
    return false;
  }
  fuzz_require(message_open(reply->text, reply->text_len, true, back_end->of_server, &answer) == STATUS_OK);
  fuzz_require(answer.type == question->type && answer.seq == question->seq && strcmp(answer.tid, question->tid) == 0);
  status_check(answer.status);
  if (answer.type == MESSAGE_PURCHASE || answer.type == MESSAGE_LOAD)
    order_check(back_end, question, &answer);
  bool done = answer.status == STATUS_OK;
  message_clear(&answer);
  return done;
}

static bool message_send(struct back_end *back_end, struct back_end_station *station, struct message *message) {
  char *jws = NULL;
  struct reply reply;
  message->seq = ++station->seq;
  message->time = service_now(&back_end->service);
  memcpy(message->tid, station->peer.common_name, sizeof message->tid);
  if (message_seal(message, false, station->sig, &jws) != STATUS_OK)
    return false; /* too long */
  const struct request request = {.method = "POST",
                                  .path = message_path(message->type),
                                  .content_type = MESSAGE_MEDIA_TYPE,
                                  .body = jws,
                                  .body_len = strlen(jws),
                                  .peer = &station->peer};
  routes_serve(&back_end->service, &request, &reply);
  bool done = reply_check(back_end, message, &reply);
  reply_clear(&reply);
  free(jws);
  return done;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct back_end *back_end = context;
  struct bytes_reader reader = bytes_reader(data, len);
  bool done = false;
  back_end_begin(back_end);
  for (unsigned i = 0; i < ENDPOINT_MESSAGES_MAX && reader.left > 4; i++) {
    struct back_end_station *station = &back_end->stations[bytes_read_u8(&reader) % BACK_END_STATIONS];
    struct message message = {.type = (enum message_type)(bytes_read_u8(&reader) % MESSAGE_TYPE_COUNT)};
    size_t body_len = bytes_read_u16(&reader);
    body_len = body_len < reader.left ? body_len : reader.left;
    message.body = body_make(back_end, bytes_read_view(&reader, body_len), body_len);
    done = message_send(back_end, station, &message);
    message_clear(&message);
  }
  back_end_end(back_end);
  return done;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct back_end *back_end = context;
  endpoint_seeds(&back_end->world, sink);
}

const struct fuzz_target fuzz_endpoints = {
    .name = "endpoints", .slow = true, .open = open_back_end, .close = back_end_free, .take = take, .seeds = seeds};
