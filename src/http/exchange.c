/* SPDX-License-Identifier: Apache-2.0
 * From evhttp's request to an exchange and back; what HTTP itself refuses is refused here. */
#include "exchange.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/ssl3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <time.h>

#include "connection.h"
#include "epurse/message_alone.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "problem.h"

static const char *method_name(enum evhttp_cmd_type command) {
  switch (command) {
  case EVHTTP_REQ_GET:
    return "GET";
  case EVHTTP_REQ_POST:
    return "POST";
  case EVHTTP_REQ_HEAD:
    return "HEAD";
  case EVHTTP_REQ_PUT:
    return "PUT";
  case EVHTTP_REQ_DELETE:
    return "DELETE";
  case EVHTTP_REQ_OPTIONS:
    return "OPTIONS";
  case EVHTTP_REQ_PATCH:
    return "PATCH";
  case EVHTTP_REQ_TRACE:
  case EVHTTP_REQ_CONNECT:
  default:
    return "TRACE";
  }
}

static bool printable(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < 0x20 || *text == 0x7F)
      return false;
  return true;
}

/* A field name is a token (RFC 9110 5.1): no blank before the colon, no control character. */
static bool token(const char *text) {
  static const char separators[] = "\"(),/:;<=>?@[\\]{} \t";

  return *text != '\0' && printable(text) && strpbrk(text, separators) == NULL;
}

/* Content-Length is 1*DIGIT (RFC 9110 8.6); evhttp also takes "+7". */
static bool digits(const char *text) {
  return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* What makes two readers of one request see two different requests is refused (RFC 9112 11.2). */
static bool well_formed(struct evhttp_request *raw) {
  const struct evkeyvalq *fields = evhttp_request_get_input_headers(raw);
  const struct evkeyval *field = NULL;
  unsigned hosts = 0, lengths = 0;

  TAILQ_FOREACH(field, fields, next) {
    if (!token(field->key) || !printable(field->value) || strcasecmp(field->key, "Transfer-Encoding") == 0)
      return false; /* no message here needs a transfer coding */
    if (strcasecmp(field->key, "Host") == 0)
      hosts++;
    if (strcasecmp(field->key, "Content-Length") == 0 && (++lengths > 1 || !digits(field->value)))
      return false;
  }
  return hosts == 1 && printable(evhttp_request_get_uri(raw));
}

static void exchange_free(struct exchange *exchange) {
  message_clear(&exchange->request.message);
  reply_clear(&exchange->reply);
  if (exchange->owns_peer)
    peer_clear(&exchange->peer);
  free(exchange->text);
  free(exchange);
}

/* evhttp frees its requests with the connection; the TLS object, and so our own record, go a little later. An exchange
 * that is answered in between must not touch the request. */
static void on_close(struct evhttp_connection *connection, void *context) {
  (void)connection;
  connection_orphan(context);
}

static void on_sent(struct evhttp_request *raw, void *context) {
  (void)raw;
  connection_replied(context);
}

/* evhttp leaves head and body in two pieces, each of which would become a TLS record and a call of its own. They wait
 * until the loop writes them. */
static void join_pieces(struct evhttp_connection *line) {
  struct evbuffer *output = bufferevent_get_output(evhttp_connection_get_bufferevent(line));

  if (evbuffer_get_length(output) <= SSL3_RT_MAX_PLAIN_LENGTH)
    (void)evbuffer_pullup(output, -1); /* without memory they stay two */
}

static void send_reply(struct evhttp_request *raw, const struct reply *reply, bool close) {
  struct evhttp_connection *line = evhttp_request_get_connection(raw);
  struct evkeyvalq *fields = evhttp_request_get_output_headers(raw);
  struct evbuffer *body = evbuffer_new();
  char length[24];

  evhttp_add_header(fields, "Cache-Control", "no-store");
  if (reply->content_type != NULL)
    evhttp_add_header(fields, "Content-Type", reply->content_type);
  if (reply->allow != NULL)
    evhttp_add_header(fields, "Allow", reply->allow);
  if (reply->http_status == 503 || reply->http_status == 429)
    evhttp_add_header(fields, "Retry-After", "1");
  if (close)
    evhttp_add_header(fields, "Connection", "close");
  if (evhttp_request_get_command(raw) == EVHTTP_REQ_HEAD) { /* the length and nothing of that length: RFC 9110 9.3.2 */
    snprintf(length, sizeof length, "%zu", reply->text_len);
    evhttp_add_header(fields, "Content-Length", length);
  } else if (body != NULL && reply->text != NULL) {
    evbuffer_add(body, reply->text, reply->text_len);
  }
  evhttp_send_reply(raw, reply->http_status, NULL, body);
  if (line != NULL)
    join_pieces(line);
  if (body != NULL)
    evbuffer_free(body);
}

void http_answer(struct exchange *exchange) {
  struct connection *connection = exchange->connection;
  struct evhttp_request *raw = exchange->raw;

  if (connection != NULL && raw != NULL) {
    if (exchange->reply.http_status == 0)
      problem_reply(STATUS_INTERNAL, &exchange->reply);
    connection->exchange = NULL;
    connection_enter(connection, CONNECTION_WRITING);
    evhttp_request_set_on_complete_cb(raw, on_sent, connection);
    send_reply(raw, &exchange->reply, connection->all->draining);
  }
  exchange_free(exchange);
}

/* Answers what never becomes an exchange, and closes: where the request ends is not sure any more. */
static void refuse(struct evhttp_request *raw, const struct http_options *options, enum status status) {
  struct reply reply = {0};

  problem_reply(status, &reply);
  log_line(options->log, LOG_WARNING, "refused", "why=%s", status_name(status));
  metrics_request(options->metrics, METRICS_ROUTES_MAX, "", status, 0);
  send_reply(raw, &reply, true);
  reply_clear(&reply);
}

/* Whether Accept names that media type itself: not by a wildcard, not with parameters (RFC 9110 12.5.1). */
static bool accepts(struct evhttp_request *raw, const char *type) {
  const char *list = evhttp_find_header(evhttp_request_get_input_headers(raw), "Accept");
  size_t len = strlen(type);

  while (list != NULL && *list != '\0') {
    list += strspn(list, ", \t");
    size_t word = strcspn(list, ", \t");
    if (word == len && strncasecmp(list, type, len) == 0)
      return true;
    list += word;
  }
  return false;
}

/* Path, content type and body, one after the other. */
static bool copy_text(struct exchange *exchange, struct evhttp_request *raw) {
  struct evbuffer *input = evhttp_request_get_input_buffer(raw);
  const char *path = evhttp_request_get_uri(raw);
  const char *type = evhttp_find_header(evhttp_request_get_input_headers(raw), "Content-Type");
  size_t path_size = strlen(path) + 1;
  size_t type_size = type == NULL ? 1 : strlen(type) + 1;
  size_t len = evbuffer_get_length(input);

  exchange->text = calloc(1, path_size + type_size + len + 1);
  if (exchange->text == NULL)
    return false;
  memcpy(exchange->text, path, path_size);
  if (type != NULL)
    memcpy(exchange->text + path_size, type, type_size);
  exchange->request.path = exchange->text;
  exchange->request.content_type = exchange->text + path_size;
  exchange->request.body = exchange->text + path_size + type_size;
  exchange->request.body_len = len;
  return evbuffer_remove(input, exchange->text + path_size + type_size, len) == (int)len;
}

static struct exchange *exchange_new(struct evhttp_request *raw, struct connection *connection) {
  struct exchange *exchange = calloc(1, sizeof *exchange);

  if (exchange == NULL)
    return NULL;
  if (!copy_text(exchange, raw)) {
    exchange_free(exchange);
    return NULL;
  }
  exchange->connection = connection;
  exchange->raw = raw;
  exchange->peer = connection->peer;
  exchange->request.method = method_name(evhttp_request_get_command(raw));
  exchange->request.takes_alone = accepts(raw, MESSAGE_ALONE_MEDIA_TYPE);
  exchange->request.peer = &exchange->peer;
  clock_gettime(CLOCK_MONOTONIC, &exchange->request.arrived);
  return exchange;
}

void exchange_begin(struct evhttp_request *raw, void *context) {
  const struct http_options *options = context;
  struct evhttp_connection *line = evhttp_request_get_connection(raw);
  struct connection *connection = line == NULL ? NULL : connection_of(evhttp_connection_get_bufferevent(line));
  struct exchange *exchange = NULL;

  if (connection == NULL) {
    refuse(raw, options, STATUS_NOT_AUTHENTICATED);
    return;
  }
  connection_enter(connection, CONNECTION_RUNNING);
  if (connection->tainted || !well_formed(raw)) {
    connection_enter(connection, CONNECTION_WRITING);
    refuse(raw, options, STATUS_BAD_FORMAT);
    return;
  }
  exchange = exchange_new(raw, connection);
  if (exchange == NULL) {
    connection_enter(connection, CONNECTION_WRITING);
    refuse(raw, options, STATUS_NO_MEMORY);
    return;
  }
  connection->exchange = exchange;
  evhttp_connection_set_closecb(line, on_close, connection);
  options->serve(options->context, exchange);
}
