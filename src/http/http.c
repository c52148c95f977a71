/* SPDX-License-Identifier: Apache-2.0
 * The HTTPS server: socket, event loop, its beginning and its end. */
#include "http.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "exchange.h"
#include "log.h"

#define BACKLOG         512
#define OTHER_FILES     64 /* ledger, log, sockets of the loop's own */
#define DRAIN_ALLOWANCE 2  /* request times that running requests get to end in */
/* All that evhttp can name, so that an unserved method gets this server's 405 and not evhttp's page. */
#define METHODS                                                                                                        \
  (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |      \
   EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

struct http {
  struct http_options options;
  struct event_base *base;
  struct evhttp *evhttp;
  struct evhttp_bound_socket *bound;
  struct connections connections;
  uint16_t port;
};

/* TCP_NODELAY stands on the listening socket and is inherited: evhttp writes head and body apart, and each reply would
 * wait 44 ms for the client's delayed acknowledgement. */
static int listen_on(const struct addrinfo *address) {
  static const int on = 1;
  int descriptor = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (descriptor >= 0 &&
      (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
       setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
       bind(descriptor, address->ai_addr, address->ai_addrlen) != 0 || listen(descriptor, BACKLOG) != 0)) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

static int listen_at(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
  struct addrinfo *found = NULL;
  int descriptor = -1;

  if (getaddrinfo(host, port, &hints, &found) != 0)
    return -1;
  for (const struct addrinfo *each = found; each != NULL && descriptor < 0; each = each->ai_next)
    descriptor = listen_on(each);
  freeaddrinfo(found);
  return descriptor;
}

static uint16_t port_of(int descriptor) {
  struct sockaddr_storage address = {0};
  socklen_t len = sizeof address;

  if (getsockname(descriptor, (struct sockaddr *)&address, &len) != 0)
    return 0;
  return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                             : ((struct sockaddr_in *)&address)->sin_port);
}

static size_t at_most(size_t count, size_t most) {
  return count < most ? count : most;
}

/* Without a descriptor for it a waiting connection would wake the loop for ever: there are at least as many as
 * connections. */
static void bound_connections(struct http_options *options) {
  struct rlimit limit = {0};

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  rlim_t wanted = options->connections + STRANGERS_ROOM * options->strangers + OTHER_FILES;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
      getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < wanted) {
    size_t room = limit.rlim_cur > 2 * OTHER_FILES ? (size_t)limit.rlim_cur - OTHER_FILES : OTHER_FILES;
    options->strangers = at_most(options->strangers, room / (4 * STRANGERS_ROOM));
    options->connections = at_most(options->connections, room - STRANGERS_ROOM * options->strangers);
    log_line(options->log, LOG_WARNING, "limit", "connections=%zu strangers=%zu why=open-files", options->connections,
             options->strangers);
  }
}

static enum status set_up(struct http *http) {
  const struct http_options *options = &http->options;

  http->base = event_base_new();
  http->evhttp = http->base == NULL ? NULL : evhttp_new(http->base);
  if (http->evhttp == NULL)
    return STATUS_NO_MEMORY;
  http->connections = (struct connections){.base = http->base, .options = options, .tls_index = -1};
  evhttp_set_bevcb(http->evhttp, connection_accept, &http->connections);
  evhttp_set_gencb(http->evhttp, exchange_begin, &http->options);
  evhttp_set_allowed_methods(http->evhttp, METHODS);
  evhttp_set_max_headers_size(http->evhttp, (ev_ssize_t)options->head_max);
  evhttp_set_max_body_size(http->evhttp, (ev_ssize_t)options->body_max);
  evhttp_set_default_content_type(http->evhttp, NULL);
  /* The deadlines of connection.c come first; this one catches what they never saw. */
  evhttp_set_timeout(http->evhttp, (int)((options->idle_ms + options->request_ms + options->handshake_ms) / 1000 + 1));
  return STATUS_OK;
}

static enum status set_listening(struct http *http) {
  int descriptor = listen_at(http->options.host, http->options.port);

  if (descriptor < 0)
    return STATUS_NO_SERVER;
  http->port = port_of(descriptor);
  http->bound = evhttp_accept_socket_with_handle(http->evhttp, descriptor);
  if (http->bound == NULL) {
    close(descriptor);
    return STATUS_NO_MEMORY;
  }
  http->connections.listener = evhttp_bound_socket_get_listener(http->bound);
  return STATUS_OK;
}

enum status http_open(const struct http_options *options, struct http **http) {
  struct http *made = calloc(1, sizeof *made);
  enum status status = STATUS_NO_MEMORY;

  *http = NULL;
  if (made == NULL)
    return status;
  made->options = *options;
  bound_connections(&made->options);
  status = set_up(made);
  if (status == STATUS_OK)
    status = set_listening(made);
  if (status != STATUS_OK)
    http_close(&made);
  *http = made;
  return status;
}

uint16_t http_port(const struct http *http) {
  return http->port;
}

struct event_base *http_base(struct http *http) {
  return http->base;
}

enum status http_run(struct http *http) {
  return event_base_dispatch(http->base) < 0 ? STATUS_INTERNAL : STATUS_OK;
}

void http_stop(struct http *http) {
  unsigned milliseconds = http->options.request_ms * DRAIN_ALLOWANCE;
  struct timeval span = {.tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000};

  if (http->bound == NULL)
    return;
  evhttp_del_accept_socket(http->evhttp, http->bound); /* closes the socket */
  http->bound = NULL;
  connections_drain(&http->connections);
  if (http->connections.count > 0)
    event_base_loopexit(http->base, &span);
}

void http_close(struct http **http) {
  struct http *closing = *http;

  if (closing == NULL)
    return;
  closing->connections.draining = true;
  closing->connections.listener = NULL;
  if (closing->evhttp != NULL) {
    evhttp_free(closing->evhttp);
    event_base_loop(closing->base, EVLOOP_NONBLOCK); /* buffer events are freed by the loop */
  }
  if (closing->base != NULL)
    event_base_free(closing->base);
  free(closing);
  *http = NULL;
}
