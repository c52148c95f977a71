/* SPDX-License-Identifier: Apache-2.0
 * The way in: libevent's evhttp on a Unix socket, and on TCP with TLS and a token. What is not well-formed, or not
 * allowed in, never reaches a route. */
#include <event2/bufferevent_ssl.h>
#include <event2/keyvalq_struct.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/sentence.h"
#include "json_state.h"
#include "listener.h"

/* All that evhttp can name, so that an unserved method gets a problem and not evhttp's page. */
#define METHODS                                                                                                        \
  (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |      \
   EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

/* ---- wake-ups ---- */

/* On the till's thread. */
static void wake(void *context) {
  const struct register_json *json = context;
  (void)eventfd_write(json->wake_fd, 1);
}

static void on_wake(evutil_socket_t fd, short what, void *context) {
  struct register_json *json = context;
  struct call *call;
  eventfd_t count;
  (void)what;
  (void)eventfd_read(fd, &count);
  while ((call = clerk_next(json->clerk)) != NULL)
    call_answer(call);
  calls_serve(json);
}

static void on_beat(evutil_socket_t fd, short what, void *context) {
  struct register_json *json = context;
  static unsigned beats;
  (void)fd, (void)what;
  if (++beats % BEAT_S == 0)
    for (struct call *call = json->calls; call != NULL; call = call->next)
      if (call->kind == CALL_STREAM && call->raw != NULL)
        stream_beat(call);
  calls_serve(json); /* whose time is up */
}

/* ---- who may come in ---- */

/* What makes two readers of one request see two different requests is refused (RFC 9112 11.2). */
static bool well_formed(struct evhttp_request *raw) {
  const struct evkeyvalq *fields = evhttp_request_get_input_headers(raw);
  const char *length = evhttp_find_header(fields, "Content-Length");
  const struct evkeyval *field;
  unsigned hosts = 0, lengths = 0;
  TAILQ_FOREACH(field, fields, next) {
    hosts += strcasecmp(field->key, "Host") == 0;
    lengths += strcasecmp(field->key, "Content-Length") == 0;
    if (strcasecmp(field->key, "Transfer-Encoding") == 0)
      return false;
  }
  return hosts == 1 && lengths <= 1 && (length == NULL || length[strspn(length, "0123456789")] == 0);
}

/* Browsers name where a page is from; no page of another place comes in by a browser's hand. */
static bool is_of_browser(struct evhttp_request *raw) {
  return evhttp_find_header(evhttp_request_get_input_headers(raw), "Origin") != NULL;
}

static bool shows_token(const struct register_json *json, struct evhttp_request *raw) {
  static const char scheme[] = "Bearer ";
  const char *shown = evhttp_find_header(evhttp_request_get_input_headers(raw), "Authorization");
  char theirs[REGISTER_TOKEN_MAX + 1] = "", ours[REGISTER_TOKEN_MAX + 1] = "";
  if (shown == NULL || strncmp(shown, scheme, sizeof scheme - 1) != 0 ||
      strlen(shown + sizeof scheme - 1) > REGISTER_TOKEN_MAX)
    return false;
  memcpy(theirs, shown + sizeof scheme - 1, strlen(shown + sizeof scheme - 1));
  memcpy(ours, json->token, strlen(json->token));
  bool same = crypto_equal(theirs, ours, sizeof ours);
  crypto_wipe(theirs, sizeof theirs);
  crypto_wipe(ours, sizeof ours);
  return same;
}

static void serve(struct register_json *json, struct evhttp_request *raw) {
  if (!well_formed(raw))
    door_refuse(raw, 0, STATUS_BAD_FORMAT);
  else if (is_of_browser(raw))
    door_refuse(raw, 403, STATUS_NOT_PERMITTED);
  else
    routes_serve_json(json, raw);
}

static void on_local(struct evhttp_request *raw, void *context) {
  serve(context, raw);
}

/* evhttp serves in the clear where a TLS object could not be made: not here. */
static void on_remote(struct evhttp_request *raw, void *context) {
  struct register_json *json = context;
  if (door_of(raw) != CODE_NET || !shows_token(json, raw)) {
    json->options.log(json->options.context, "refused", "why=token");
    door_refuse(raw, 0, STATUS_NOT_AUTHENTICATED);
    return;
  }
  serve(json, raw);
}

static struct bufferevent *accept_tls(struct event_base *base, void *context) {
  const struct register_json *json = context;
  SSL *tls = SSL_new(json->tls);
  return tls == NULL ? NULL
                     : bufferevent_openssl_socket_new(base, -1, tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

/* ---- beginning and end ---- */

static struct evhttp *http_make(struct register_json *json, int fd,
                                void (*on_request)(struct evhttp_request *, void *)) {
  struct evhttp *http = fd >= 0 ? evhttp_new(json->options.base) : NULL;
  if (http == NULL || evhttp_accept_socket(http, fd) != 0) {
    if (fd >= 0)
      close(fd);
    if (http != NULL)
      evhttp_free(http);
    return NULL;
  }
  evhttp_set_gencb(http, on_request, json);
  evhttp_set_allowed_methods(http, METHODS);
  evhttp_set_max_headers_size(http, HEAD_MAX);
  evhttp_set_max_body_size(http, BODY_MAX);
  evhttp_set_default_content_type(http, NULL);
  evhttp_set_timeout(http, IDLE_S);
  return http;
}

static enum status remote_open(struct register_json *json, char problem[256]) {
  const struct register_json_options *options = &json->options;
  size_t len = strlen(options->token);
  if (len < REGISTER_TOKEN_MIN || len > REGISTER_TOKEN_MAX) {
    snprintf(problem, 256, "[json] token: %d to %d characters", REGISTER_TOKEN_MIN, REGISTER_TOKEN_MAX);
    return STATUS_BAD_CONFIG;
  }
  memcpy(json->token, options->token, len + 1);
  enum status status = tls_server_open(options->certificate, options->key, &json->tls);
  if (status != STATUS_OK) {
    snprintf(problem, 256, "[json] certificate, key: %.100s, %.100s", options->certificate, options->key);
    return status;
  }
  json->remote = http_make(json, listen_remote(options->listen, &json->port), on_remote);
  if (json->remote == NULL) {
    snprintf(problem, 256, "[json] listen: cannot listen at '%.100s'", options->listen);
    return STATUS_NO_SERVER;
  }
  evhttp_set_bevcb(json->remote, accept_tls, json);
  return STATUS_OK;
}

static enum status local_open(struct register_json *json, char problem[256]) {
  int len = snprintf(json->socket, sizeof json->socket, "%s", json->options.socket);
  bool fits = len > 0 && (size_t)len < sizeof json->socket;
  json->local = fits ? http_make(json, listen_local(json->socket), on_local) : NULL;
  if (json->local != NULL)
    return STATUS_OK;
  json->socket[0] = fits ? json->socket[0] : 0;
  snprintf(problem, 256, "[json] socket: %s '%.150s'",
           fits ? SENTENCE("cannot listen at") : SENTENCE("the path is too long:"), json->options.socket);
  return fits ? STATUS_NO_SERVER : STATUS_BAD_CONFIG;
}

static enum status wake_open(struct register_json *json) {
  static const struct timeval second = {.tv_sec = 1};
  json->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (json->wake_fd < 0)
    return STATUS_NO_MEMORY;
  json->woken = event_new(json->options.base, json->wake_fd, EV_READ | EV_PERSIST, on_wake, json);
  json->beat = event_new(json->options.base, -1, EV_PERSIST, on_beat, json);
  if (json->woken == NULL || json->beat == NULL || event_add(json->woken, NULL) != 0 ||
      event_add(json->beat, &second) != 0)
    return STATUS_NO_MEMORY;
  enum status status = clerk_open(json->options.till, json->wake_fd, &json->clerk);
  return status == STATUS_OK ? till_listen(json->options.till, wake, json) : status;
}

enum status register_json_open(const struct register_json_options *options, struct register_json **json,
                               char problem[256]) {
  struct register_json *fresh = calloc(1, sizeof *fresh);
  *json = NULL;
  problem[0] = 0;
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  fresh->options = *options;
  fresh->wake_fd = -1;
  enum status status = wake_open(fresh);
  if (status == STATUS_OK)
    status = local_open(fresh, problem);
  if (status == STATUS_OK && options->listen[0] != 0)
    status = remote_open(fresh, problem);
  if (status != STATUS_OK)
    register_json_close(&fresh);
  *json = fresh;
  return status;
}

uint16_t register_json_port(const struct register_json *json) {
  return json->port;
}

void register_json_stop(struct register_json *json) {
  json->stopping = true;
}

void register_json_close(struct register_json **json) {
  struct register_json *old = *json;
  *json = NULL;
  if (old == NULL)
    return;
  till_unlisten(old->options.till, wake, old);
  clerk_close(&old->clerk);
  calls_drop(old);
  if (old->local != NULL)
    (void)unlink(old->socket);
  if (old->local != NULL)
    evhttp_free(old->local);
  if (old->remote != NULL)
    evhttp_free(old->remote);
  if (old->woken != NULL)
    event_free(old->woken);
  if (old->beat != NULL)
    event_free(old->beat);
  (void)event_base_loop(old->options.base, EVLOOP_NONBLOCK); /* buffer events are freed by the loop */
  SSL_CTX_free(old->tls);
  if (old->wake_fd >= 0)
    close(old->wake_fd);
  crypto_wipe(old->token, sizeof old->token);
  free(old);
}
