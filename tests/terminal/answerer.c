/* SPDX-License-Identifier: Apache-2.0
 * The test's server: OpenSSL below, message.h above, and as little HTTP as libcurl needs. */
#include "answerer.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "epurse/message.h"

#define REQUEST_MAX 20000
#define SLOW_MS     1500

/* The request's body, once it is whole; NULL before. */
static char *body_of(char *request) {
  char *end = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "content-length:");
  if (end == NULL || length == NULL || length > end)
    return NULL;
  char *body = end + 4;
  return strlen(body) >= strtoul(length + 15, NULL, 10) ? body : NULL;
}

/* What the question should be answered with, signed. NULL where the question itself is not as it should be. */
static char *reply_to(const struct answerer *answerer, const char *jws) {
  const struct place *place = answerer->place;
  struct message_verifier *verifier = NULL;
  struct message question, reply;
  char *text = NULL;
  if (message_verifier_new(key_public(place->sig), &verifier) != STATUS_OK ||
      message_open(jws, strlen(jws), false, verifier, &question) != STATUS_OK)
    goto out;
  reply = (struct message){.type = question.type, .seq = question.seq, .time = (int64_t)time(NULL)};
  memcpy(reply.tid, question.tid, sizeof reply.tid);
  reply.body = json_object();
  reply.seq += answerer->way == ANSWER_OTHER_SEQ;
  reply.tid[7] = (char)(reply.tid[7] + (answerer->way == ANSWER_OTHER_TID));
  reply.time += answerer->way == ANSWER_OLD ? -86400 : answerer->way == ANSWER_FUTURE ? 86400 : 0;
  if (answerer->way == ANSWER_OTHER_TYPE)
    reply.type = MESSAGE_CARD_VOID;
  if (answerer->way == ANSWER_REFUSAL)
    reply.status = STATUS_CARD_BLOCKED;
  const struct key *key = answerer->way == ANSWER_OTHER_KEY  ? place->tls
                          : answerer->way == ANSWER_NEXT_KEY ? place->server_pin
                                                             : place->server;
  if (message_seal(&reply, true, key, &text) != STATUS_OK)
    text = NULL;
  message_clear(&reply);
  message_clear(&question);
out:
  message_verifier_free(&verifier);
  return text;
}

static void respond(SSL *tls, const char *head, const char *type, const char *body) {
  char text[256];
  int len = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", head, type,
                     strlen(body));
  (void)!SSL_write(tls, text, len);
  (void)!SSL_write(tls, body, (int)strlen(body));
}

static void respond_problem(SSL *tls, const char *code) {
  char body[128];
  snprintf(body, sizeof body, "{\"status\":403,\"title\":\"no\",\"code\":\"%s\"}", code);
  respond(tls, "403 Forbidden", PROBLEM_MEDIA_TYPE, body);
}

static void respond_busy(SSL *tls, const char *head, const char *code) {
  char body[128];
  snprintf(body, sizeof body, "{\"status\":%.3s,\"title\":\"busy\",\"code\":\"%s\"}", head, code);
  respond(tls, head, PROBLEM_MEDIA_TYPE, body);
}

static void respond_long(SSL *tls) {
  char *body = calloc(1, MESSAGE_MAX + 2);
  if (body != NULL)
    respond(tls, "200 OK", MESSAGE_MEDIA_TYPE, memset(body, 'a', MESSAGE_MAX + 1));
  free(body);
}

/* False: hang up. */
static bool answer(const struct answerer *answerer, SSL *tls, const char *question) {
  static const char no_http[] = "220 mail.example ESMTP\r\n";
  char *reply = reply_to(answerer, question);
  switch (reply != NULL ? answerer->way : ANSWER_NOTHING) {
  case ANSWER_NOTHING:
    free(reply);
    return false;
  case ANSWER_LATE:
    break;
  case ANSWER_SLOW:
    (void)poll(&(struct pollfd){.fd = SSL_get_fd(tls), .events = POLLIN}, 1, SLOW_MS);
    respond(tls, "200 OK", MESSAGE_MEDIA_TYPE, reply);
    break;
  case ANSWER_GARBAGE:
    respond(tls, "200 OK", MESSAGE_MEDIA_TYPE, "e30.e30.AAAA");
    break;
  case ANSWER_LONG:
    respond_long(tls);
    break;
  case ANSWER_NO_HTTP:
    (void)!SSL_write(tls, no_http, sizeof no_http - 1);
    free(reply);
    return false;
  case ANSWER_REDIRECT:
    respond(tls, "307 Temporary Redirect\r\nLocation: /v1/purchases", "text/plain", "there");
    break;
  case ANSWER_PROBLEM:
    respond_problem(tls, "NOT_PERMITTED");
    break;
  case ANSWER_PROBLEM_OK:
    respond_problem(tls, "OK");
    break;
  case ANSWER_PROBLEM_CLAIM:
    respond_problem(tls, "CARD_BLOCKED");
    break;
  case ANSWER_BUSY:
    if (answerer->requests > 2)
      respond(tls, "200 OK", MESSAGE_MEDIA_TYPE, reply);
    else
      respond_busy(tls, "429 Too Many Requests\r\nRetry-After: 1", "TOO_MANY_REQUESTS");
    break;
  case ANSWER_BUSY_LONG:
    respond_busy(tls, "503 Service Unavailable\r\nRetry-After: 3600", "OVERLOADED");
    break;
  case ANSWER_BUSY_SILENT:
    respond_busy(tls, "429 Too Many Requests", "TOO_MANY_REQUESTS");
    break;
  case ANSWER_LOST:
    if (answerer->requests == 1)
      respond(tls, "200 OK", MESSAGE_MEDIA_TYPE, reply);
    else if (answerer->requests > 2)
      respond_busy(tls, "409 Conflict", "REPLAYED");
    free(reply);
    return answerer->requests != 2;
  case ANSWER_PROBLEM_ODD:
    respond_problem(tls, "TEAPOT");
    break;
  default:
    respond(tls, "200 OK", answerer->way == ANSWER_PLAIN ? "text/plain" : MESSAGE_MEDIA_TYPE, reply);
  }
  free(reply);
  return true;
}

/* Requests one after the other on one connection. */
static void converse(struct answerer *answerer, SSL *tls) {
  char *request = calloc(1, REQUEST_MAX);
  size_t len = 0;
  int got = 0;
  while (request != NULL && len < REQUEST_MAX - 1 &&
         (got = SSL_read(tls, request + len, (int)(REQUEST_MAX - 1 - len))) > 0) {
    len += (size_t)got;
    request[len] = 0;
    char *body = body_of(request);
    if (body == NULL)
      continue;
    answerer->requests++;
    if (!answer(answerer, tls, body))
      break;
    len = 0;
  }
  free(request);
}

static SSL_CTX *context_of(const struct answerer *answerer) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  char root[256], certificate[256];
  place_path(answerer->place, "root.crt", root);
  place_path(answerer->place, answerer->certificate, certificate);
  ck_assert_ptr_nonnull(context);
  ck_assert_int_eq(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION), 1);
  ck_assert_int_eq(SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM), 1);
  ck_assert_int_eq(SSL_CTX_use_PrivateKey(context, key_evp(answerer->tls)), 1);
  ck_assert_int_eq(SSL_CTX_load_verify_locations(context, root, NULL), 1);
  ck_assert_int_eq(SSL_CTX_set_num_tickets(context, 0), 1); /* each line has a handshake of its own */
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  return context;
}

/* Lets the other side read why, before a reset takes it away. */
static void linger(int peer) {
  char rest[512];
  (void)shutdown(peer, SHUT_WR);
  while (read(peer, rest, sizeof rest) > 0)
    ;
}

static void *serve(void *argument) {
  struct answerer *answerer = argument;
  SSL_CTX *context = context_of(answerer);
  int peer;
  while ((peer = accept(answerer->listening, NULL, NULL)) >= 0) {
    SSL *tls = SSL_new(context);
    answerer->connections++;
    if (tls != NULL && SSL_set_fd(tls, peer) == 1 && SSL_accept(tls) == 1)
      converse(answerer, tls);
    else
      linger(peer);
    SSL_free(tls);
    close(peer);
  }
  SSL_CTX_free(context);
  return NULL;
}

void answerer_start(struct answerer *answerer, const struct place *place, enum answerer_way way) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  answerer->place = place;
  answerer->way = way;
  if (answerer->tls == NULL) {
    answerer->tls = place->tls;
    answerer->certificate = "server.crt";
  }
  answerer->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(answerer->listening, 0);
  ck_assert_int_eq(bind(answerer->listening, (struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(listen(answerer->listening, 4), 0);
  ck_assert_int_eq(getsockname(answerer->listening, (struct sockaddr *)&address, &len), 0);
  snprintf(answerer->url, sizeof answerer->url, "https://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
  ck_assert_int_eq(pthread_create(&answerer->thread, NULL, serve, answerer), 0);
}

void answerer_stop(struct answerer *answerer) {
  ck_assert_int_eq(shutdown(answerer->listening, SHUT_RDWR), 0); /* accept returns */
  ck_assert_int_eq(pthread_join(answerer->thread, NULL), 0);
  close(answerer->listening);
}
