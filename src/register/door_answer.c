/* SPDX-License-Identifier: Apache-2.0
 * Answers of the JSON interface, an object or a problem, and by which door its caller came. */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <stdlib.h>
#include <string.h>

#include "http/problem.h"
#include "json_state.h"

static void reply_send(struct evhttp_request *raw, int http, const char *type, const char *text, size_t len) {
  struct evkeyvalq *fields = evhttp_request_get_output_headers(raw);
  struct evbuffer *body = evbuffer_new();
  evhttp_add_header(fields, "Cache-Control", "no-store");
  evhttp_add_header(fields, "Content-Type", type);
  if (body != NULL)
    evbuffer_add(body, text, len);
  evhttp_send_reply(raw, http, NULL, body);
  if (body != NULL)
    evbuffer_free(body);
}

void door_answer(struct evhttp_request *raw, int http, json_t *object) {
  char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
  json_decref(object);
  if (text == NULL)
    door_refuse(raw, 0, STATUS_NO_MEMORY);
  else
    reply_send(raw, http, "application/json", text, strlen(text));
  free(text);
}

void door_refuse(struct evhttp_request *raw, int http, enum status status) {
  struct reply reply = {0};
  if (http == 0)
    problem_reply(status, &reply);
  else
    problem_reply_as(http, status, &reply);
  reply_send(raw, reply.http_status, PROBLEM_MEDIA_TYPE, reply.text != NULL ? reply.text : "", reply.text_len);
  reply_clear(&reply);
}

/* TLS is spoken at the one that is remote, and there alone. */
enum code_door door_of(struct evhttp_request *raw) {
  struct evhttp_connection *line = evhttp_request_get_connection(raw);
  struct bufferevent *buffered = line != NULL ? evhttp_connection_get_bufferevent(line) : NULL;
  return buffered != NULL && bufferevent_openssl_get_ssl(buffered) != NULL ? CODE_NET : CODE_PROGRAM;
}
