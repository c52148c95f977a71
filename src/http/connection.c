/* SPDX-License-Identifier: Apache-2.0
 * Connections of the HTTPS server: how many, in which phase, and until when. */
#include "connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http.h"
#include "log.h"
#include "metrics.h"

/* A connection that says nothing for so long gives its TLS buffers back, 34 kB. One that is in use keeps them: they
 * would be taken from the heap and wiped for each record. */
#define REST_MS 1000U

static unsigned phase_milliseconds(const struct connection *connection) {
  const struct http_options *options = connection->all->options;

  switch (connection->phase) {
  case CONNECTION_HANDSHAKE:
    return options->handshake_ms;
  case CONNECTION_IDLE:
    if (options->idle_ms <= REST_MS)
      return options->idle_ms;
    return connection->rested ? options->idle_ms - REST_MS : REST_MS;
  case CONNECTION_READING:
  case CONNECTION_WRITING:
    return options->request_ms;
  case CONNECTION_RUNNING:
  default:
    return 0;
  }
}

static void start_clock(const struct connection *connection) {
  unsigned milliseconds = phase_milliseconds(connection);
  struct timeval span = {.tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000};

  if (milliseconds == 0)
    event_del(connection->timer);
  else
    event_add(connection->timer, &span); /* replaces the span before */
}

void connection_enter(struct connection *connection, enum connection_phase phase) {
  connection->phase = phase;
  connection->rested = false;
  start_clock(connection);
}

void connection_cut(struct connection *connection) {
  evutil_socket_t socket = bufferevent_getfd(connection->bufferevent);

  connection->cut = true;
  if (socket >= 0)
    shutdown(socket, SHUT_RDWR);
}

/* A reply that was on its way when the end began did not tell its client to close. */
void connection_replied(struct connection *connection) {
  bool more = evbuffer_get_length(bufferevent_get_input(connection->bufferevent)) > 0;

  connection->exchange = NULL;
  connection_enter(connection, more ? CONNECTION_READING : CONNECTION_IDLE);
  if (connection->all->draining && !more)
    connection_cut(connection);
}

/* Nothing is freed where half a record lies in them. */
static void rest(struct connection *connection) {
  (void)SSL_free_buffers(bufferevent_openssl_get_ssl(connection->bufferevent));
  connection->rested = true;
  start_clock(connection);
}

static void on_deadline(evutil_socket_t socket, short what, void *context) {
  static const char *const names[] = {"handshake", "idle", "reading", "running", "writing"};
  struct connection *connection = context;
  const struct http_options *options = connection->all->options;

  (void)socket, (void)what;
  if (connection->phase == CONNECTION_IDLE && !connection->rested && options->idle_ms > REST_MS) {
    rest(connection);
    return;
  }
  if (connection->phase != CONNECTION_IDLE) {
    options->metrics->deadlines++;
    log_line(options->log, LOG_INFO, "deadline", "phase=%s peer=%s", names[connection->phase],
             connection->peer.common_name);
  }
  connection_cut(connection);
}

/* evhttp reads lines as C strings: what stands after a NUL would be there for others and not for it. No message of
 * ours has one. */
static bool has_nul(struct evbuffer *input, size_t from) {
  struct evbuffer_ptr begin;

  if (evbuffer_ptr_set(input, &begin, from, EVBUFFER_PTR_SET) != 0)
    return false;
  return evbuffer_search(input, "", 1, &begin).pos >= 0;
}

/* The first byte of a request starts its clock, whatever drips in later. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context) {
  struct connection *connection = context;

  if (info->n_added == 0)
    return;
  if (connection->phase == CONNECTION_IDLE)
    connection_enter(connection, CONNECTION_READING);
  if (has_nul(input, info->orig_size))
    connection->tainted = true;
}

/* Why a handshake failed, and whose: all that an operator has when a terminal does not get through. */
static void log_alert(const struct connection *connection, const SSL *tls, int where, int alert) {
  struct sockaddr_storage address;
  socklen_t len = sizeof address;
  char host[64] = "?";

  if (getpeername(SSL_get_fd(tls), (struct sockaddr *)&address, &len) == 0)
    getnameinfo((struct sockaddr *)&address, len, host, sizeof host, NULL, 0, NI_NUMERICHOST);
  log_line(connection->all->options->log, LOG_INFO, "tls-alert", "%s=%s alert=\"%s\"",
           (where & SSL_CB_READ) != 0 ? "from" : "to", host, SSL_alert_desc_string_long(alert));
}

/* One client does not take all places. What it lost without a word, as when its power failed, would count until it is
 * idle for too long, so the oldest idle one goes before the new one. */
static void bound_peer(struct connection *connection) {
  const struct http_options *options = connection->all->options;
  struct connection *oldest = connection;
  size_t count = 0;

  for (struct connection *each = connection->all->first; each != NULL; each = each->next) {
    bool same = !each->cut && strcmp(each->peer.common_name, connection->peer.common_name) == 0;
    count += same;
    if (same && each->phase == CONNECTION_IDLE && each != connection)
      oldest = each; /* the newest stand in front */
  }
  if (options->connections_each > 0 && count > options->connections_each) {
    log_line(options->log, LOG_WARNING, "refused", "why=connections peer=%s open=%zu", connection->peer.common_name,
             count);
    connection_cut(oldest);
  }
}

/* Strangers never use up the proven clients' places; what is cut and not cleared away yet has a descriptor still, so
 * there is room for as many again (http.c). */
static void mind_listener(const struct connections *all) {
  const struct http_options *options = all->options;
  bool full =
      all->count - all->strangers >= options->connections || all->strangers >= STRANGERS_ROOM * options->strangers;

  if (all->listener == NULL || all->draining)
    return;
  if (full)
    evconnlistener_disable(all->listener);
  else
    evconnlistener_enable(all->listener);
}

static struct origin origin_of(int socket) {
  struct sockaddr_storage address = {0};
  socklen_t len = sizeof address;
  struct origin origin = {{0}};

  if (getpeername(socket, (struct sockaddr *)&address, &len) != 0)
    return origin;
  if (address.ss_family == AF_INET) {
    memcpy(origin.address, &((const struct sockaddr_in *)&address)->sin_addr, 4);
  } else if (address.ss_family == AF_INET6) {
    const struct in6_addr *whole = &((const struct sockaddr_in6 *)&address)->sin6_addr;
    memcpy(origin.address, whole, IN6_IS_ADDR_V4MAPPED(whole) ? 16 : 8);
  }
  return origin;
}

/* Whoever only holds a socket goes before those who come to prove themselves: a handshake takes milliseconds, so that
 * the oldest unfinished one is not an honest client's. */
static void bound_strangers(struct connection *connection) {
  const struct http_options *options = connection->all->options;
  struct connection *oldest = connection, *oldest_there = connection;
  size_t count = 0, there = 0;

  for (struct connection *each = connection->all->first; each != NULL; each = each->next) {
    if (each->cut || each->phase != CONNECTION_HANDSHAKE)
      continue;
    count++;
    oldest = each; /* the newest stand in front */
    if (memcmp(&each->origin, &connection->origin, sizeof each->origin) == 0) {
      there++;
      oldest_there = each;
    }
  }
  if (there > options->strangers_each)
    connection_cut(oldest_there);
  else if (count > options->strangers)
    connection_cut(oldest);
}

static void on_handshake(const SSL *tls, int where, int result) {
  struct connection *connection = SSL_get_app_data(tls);

  if ((where & SSL_CB_ALERT) != 0 && connection != NULL && connection->phase == CONNECTION_HANDSHAKE)
    log_alert(connection, tls, where, result);
  if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || connection == NULL || connection->phase != CONNECTION_HANDSHAKE)
    return;
  const struct http_options *options = connection->all->options;
  if (peer_from_tls(tls, &connection->peer) != STATUS_OK) {
    log_line(options->log, LOG_WARNING, "refused", "why=certificate-form");
    connection_cut(connection);
    return;
  }
  options->metrics->handshakes++;
  connection->all->strangers--;
  SSL_clear_mode(bufferevent_openssl_get_ssl(connection->bufferevent), SSL_MODE_RELEASE_BUFFERS);
  connection_enter(connection, CONNECTION_IDLE);
  bound_peer(connection);
  mind_listener(connection->all);
}

/* evhttp gives a connection its socket after it was made here: a turn of the loop later it has one. */
static void on_arrival(evutil_socket_t socket, short what, void *context) {
  struct connection *connection = context;

  (void)socket, (void)what;
  if (connection->phase == CONNECTION_HANDSHAKE) {
    connection->origin = origin_of(bufferevent_getfd(connection->bufferevent));
    bound_strangers(connection);
  }
}

static void link_in(struct connection *connection) {
  struct connections *all = connection->all;

  connection->next = all->first;
  if (all->first != NULL)
    all->first->previous = connection;
  all->first = connection;
  all->count++;
  all->strangers++;
  all->options->metrics->connections = all->count;
  mind_listener(all);
}

static void link_out(struct connection *connection) {
  struct connections *all = connection->all;

  if (connection->next != NULL)
    connection->next->previous = connection->previous;
  if (connection->previous != NULL)
    connection->previous->next = connection->next;
  else
    all->first = connection->next;
  all->count--;
  all->strangers -= connection->phase == CONNECTION_HANDSHAKE;
  all->options->metrics->connections = all->count;
  mind_listener(all);
  if (all->draining && all->count == 0)
    event_base_loopexit(all->base, NULL);
}

void connection_orphan(struct connection *connection) {
  struct exchange *exchange = connection->exchange;

  if (exchange != NULL) {
    exchange->connection = NULL;
    exchange->raw = NULL;
    exchange->owns_peer = true;
    connection->peer.verifier = NULL;
    connection->peer.pins = NULL;
    connection->exchange = NULL;
  }
}

static void connection_free(struct connection *connection) {
  if (connection->phase == CONNECTION_HANDSHAKE) {
    connection->all->options->metrics->handshake_failures++;
    log_line(connection->all->options->log, LOG_INFO, "handshake-failed", "open=%zu", connection->all->count);
  }
  link_out(connection);
  event_free(connection->timer);
  event_free(connection->arrival);
  connection_orphan(connection);
  peer_clear(&connection->peer);
  free(connection);
}

/* The TLS object is freed with the buffer event, in whatever way evhttp came to that: the one end that cannot be
 * missed. */
static void on_tls_free(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *context) {
  (void)parent, (void)data, (void)index, (void)number, (void)context;
  if (pointer != NULL)
    connection_free(pointer);
}

/* Ties a new connection to its TLS object. False: nothing is tied. */
static bool tie(struct connection *connection, SSL *tls) {
  struct connections *all = connection->all;

  if (all->tls_index < 0)
    all->tls_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_tls_free);
  if (all->tls_index < 0 || SSL_set_app_data(tls, connection) != 1 ||
      SSL_set_ex_data(tls, all->tls_index, connection) != 1)
    return false;
  SSL_set_info_callback(tls, on_handshake);
  return true;
}

struct bufferevent *connection_accept(struct event_base *base, void *context) {
  struct connections *all = context;
  struct connection *connection = calloc(1, sizeof *connection);
  SSL *tls = SSL_new(all->options->tls);

  if (connection == NULL || tls == NULL)
    goto fail;
  connection->all = all;
  connection->timer = evtimer_new(base, on_deadline, connection);
  connection->arrival = event_new(base, -1, 0, on_arrival, connection);
  if (connection->timer == NULL || connection->arrival == NULL)
    goto fail;
  connection->bufferevent =
      bufferevent_openssl_socket_new(base, -1, tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
  if (connection->bufferevent == NULL)
    goto fail;
  if (!tie(connection, tls)) {
    bufferevent_free(connection->bufferevent); /* and the TLS object with it */
    tls = NULL;
    goto fail;
  }
  bufferevent_openssl_set_allow_dirty_shutdown(connection->bufferevent,
                                               1); /* lengths are Content-Length's, not EOF's */
  evbuffer_add_cb(bufferevent_get_input(connection->bufferevent), on_input, connection);
  link_in(connection);
  connection_enter(connection, CONNECTION_HANDSHAKE);
  event_active(connection->arrival, EV_TIMEOUT, 0);
  return connection->bufferevent;

fail:
  SSL_free(tls);
  if (connection != NULL && connection->timer != NULL)
    event_free(connection->timer);
  if (connection != NULL && connection->arrival != NULL)
    event_free(connection->arrival);
  free(connection);
  return NULL;
}

struct connection *connection_of(struct bufferevent *bufferevent) {
  SSL *tls = bufferevent == NULL ? NULL : bufferevent_openssl_get_ssl(bufferevent);
  struct connection *connection = tls == NULL ? NULL : SSL_get_app_data(tls);

  return connection != NULL && connection->peer.verifier != NULL ? connection : NULL;
}

void connections_drain(struct connections *connections) {
  connections->draining = true;
  connections->listener = NULL;
  if (connections->count == 0)
    event_base_loopexit(connections->base, NULL);
  for (struct connection *each = connections->first; each != NULL; each = each->next)
    if (each->phase == CONNECTION_IDLE || each->phase == CONNECTION_HANDSHAKE)
      connection_cut(each);
}
