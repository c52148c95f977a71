/* SPDX-License-Identifier: Apache-2.0
 * A terminal as the server meets it. */
#include "station.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/message_alone.h"
#include "epurse/pin_envelope.h"
#include "http/request.h"
#include "server/routes.h"
#include "server/service.h"

#define ok(call) ck_assert_int_eq((call), STATUS_OK)

void station_open(struct station *station, const char *house, const char *tid) {
  char path[256];
  uint8_t *data = NULL;
  size_t len = 0;
  struct certificate server;

  memset(station, 0, sizeof *station);
  snprintf(station->tid, sizeof station->tid, "%s", tid);
  snprintf(station->folder, sizeof station->folder, "%s/%s", house, tid);
  snprintf(path, sizeof path, "%s/sig.key", station->folder);
  ok(key_load(path, NULL, &station->sig));
  snprintf(path, sizeof path, "%s/ecka.key", station->folder);
  ok(key_load(path, NULL, &station->ecka));
  memcpy(station->peer.common_name, station->tid, sizeof station->tid);
  memcpy(station->peer.public_key, key_public(station->sig), CRYPTO_P256_PUBLIC_SIZE);
  ok(message_verifier_new(station->peer.public_key, &station->peer.verifier));
  station->peer.pins = calloc(1, sizeof *station->peer.pins);
  ck_assert_ptr_nonnull(station->peer.pins);
  snprintf(path, sizeof path, "%s/server.cert", house);
  ok(public_file_load(path, &data, &len));
  ok(certificate_decode(data, len, &server));
  ok(message_verifier_new(server.public_key, &station->server));
  free(data);
}

void station_close(struct station *station) {
  key_free(&station->sig);
  key_free(&station->ecka);
  peer_clear(&station->peer);
  message_verifier_free(&station->server);
}

void answer_clear(struct answer *answer) {
  json_decref(answer->body);
  answer->body = NULL;
}

char *station_message(struct station *station, enum message_type type, json_t *body, int64_t now) {
  struct message message = {.type = type, .time = station->now != 0 ? station->now : now, .body = body};
  char *jws = NULL;

  if (station->seq == 0)
    station->seq = message.time * 1000; /* as terminals number theirs */
  message.seq = ++station->seq;

  ck_assert_ptr_nonnull(body);
  memcpy(message.tid, station->tid, sizeof message.tid);
  ok(message_seal(&message, false, station->sig, &jws));
  message_clear(&message);
  return jws;
}

static void read_problem(int http, const char *content_type, struct answer *answer) {
  json_t *problem = json_loads(answer->raw, JSON_REJECT_DUPLICATES, NULL);

  ck_assert_str_eq(content_type, PROBLEM_MEDIA_TYPE);
  ck_assert_msg(json_is_object(problem), "not a problem: %s", answer->raw);
  const char *code = json_string_value(json_object_get(problem, "code"));
  ck_assert_ptr_nonnull(code);
  answer->code = status_by_name(code);
  ck_assert_str_eq(status_name(answer->code), code);
  ck_assert_int_eq(status_http(answer->code), http);
  ck_assert_int_eq(json_integer_value(json_object_get(problem, "status")), http);
  ck_assert_str_eq(json_string_value(json_object_get(problem, "type")), "about:blank");
  ck_assert_str_eq(json_string_value(json_object_get(problem, "detail")), status_sentence(answer->code));
  ck_assert_uint_eq(json_object_size(problem), 5);
  json_decref(problem);
}

void station_read(const struct station *station, enum message_type type, int http, const char *content_type,
                  const char *text, struct answer *answer) {
  struct message message;

  *answer = (struct answer){.http = http};
  ck_assert_int_lt(snprintf(answer->raw, sizeof answer->raw, "%s", text), (int)sizeof answer->raw);
  if (http != 200) {
    read_problem(http, content_type, answer);
    return;
  }
  if (strcmp(content_type, MESSAGE_ALONE_MEDIA_TYPE) == 0) {
    const struct message question = {.type = type, .seq = station->seq};
    ok(message_alone_read(text, strlen(text), &question, &message));
    answer->alone = true;
    answer->body = message.body;
    return;
  }
  ck_assert_str_eq(content_type, MESSAGE_MEDIA_TYPE);
  ok(message_open(text, strlen(text), true, station->server, &message));
  ck_assert_str_eq(message.tid, station->tid);
  ck_assert_int_eq(message.seq, station->seq);
  ck_assert_int_eq(message.type, type);
  answer->code = message.status;
  answer->body = message.body;
}

void station_send(struct station *station, struct service *service, enum message_type type, const char *text,
                  struct answer *answer) {
  struct request request = {.method = "POST",
                            .path = message_path(type),
                            .content_type = MESSAGE_MEDIA_TYPE,
                            .body = text,
                            .body_len = strlen(text),
                            .takes_alone = station->takes_alone,
                            .peer = &station->peer};
  struct reply reply;
  char body[MESSAGE_MAX + 1];

  if (station->carry != NULL) {
    station->carry(station, type, text, answer);
    return;
  }
  routes_serve(service, &request, &reply);
  ck_assert_uint_lt(reply.text_len, sizeof body);
  memcpy(body, reply.text, reply.text_len);
  body[reply.text_len] = '\0';
  station_read(station, type, reply.http_status, reply.content_type, body, answer);
  reply_clear(&reply);
}

void station_ask(struct station *station, struct service *service, enum message_type type, json_t *body,
                 struct answer *answer) {
  char *jws = station_message(station, type, body, service_now(service));

  station_send(station, service, type, jws, answer);
  free(jws);
}

enum status station_tell(struct station *station, struct service *service, enum message_type type, json_t *body) {
  struct answer answer;

  station_ask(station, service, type, body, &answer);
  answer_clear(&answer);
  return answer.code;
}
