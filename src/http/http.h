/* SPDX-License-Identifier: Apache-2.0
 * HTTPS as the rest of the server sees it: an exchange comes in, is served, and is answered. libevent's evhttp on
 * OpenSSL is behind it and shows nowhere else.
 *
 * One event loop, one thread, on which all of this is called, http_answer too. An exchange may be answered later than
 * its serve function returns, and after its connection is gone: meanwhile another thread may have it, but for the
 * fields that are http's own.
 */
#ifndef EPURSE_SERVER_HTTP_H
#define EPURSE_SERVER_HTTP_H

#include <event2/util.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "request.h"

struct log;
struct metrics;
struct event_base;
struct evhttp_request;
struct connection;

/* One request on its way through the server. */
struct exchange {
  struct request request;
  struct reply reply;    /* filled by whoever serves it; owned, released by http_answer */
  struct exchange *next; /* for queues of whoever has it */
  /* http's own. The first two are NULL once the connection is gone; all that `request` points to stays. */
  struct connection *connection;
  struct evhttp_request *raw;
  struct peer peer; /* its verifier is the connection's, until that is gone */
  bool owns_peer;
  char *text; /* path, content type and body */
};

/* Serves one exchange: fills its reply and calls http_answer, now or later, exactly once. */
typedef void http_serve(void *context, struct exchange *exchange);

/* Sends the reply, if there is still someone to send it to, and releases the exchange. */
void http_answer(struct exchange *exchange);

struct http_options {
  const char *host;        /* name or address to listen on */
  const char *port;        /* "8443"; "0": any free one */
  SSL_CTX *tls;            /* borrowed, outlives the server */
  size_t head_max;         /* bytes of request line and header fields */
  size_t body_max;         /* bytes; what is larger is answered 413 unread */
  size_t connections;      /* of proven clients, open at once; further ones wait in the kernel's queue */
  size_t connections_each; /* of one client; a further one takes the place of its longest idle one. 0: no bound */
  /* Connections whose handshake is not done, at least 1; they take no place of a proven client's. A further one takes
   * the place of the oldest of them, or of the oldest from its own address. */
  size_t strangers, strangers_each;
  /* Absolute, milliseconds: a handshake; a request from its first byte to its last, and likewise its reply; a kept
   * connection without a request. */
  unsigned handshake_ms, request_ms, idle_ms;
  http_serve *serve;
  void *context;
  struct metrics *metrics; /* borrowed */
  const struct log *log;   /* borrowed */
};

struct http;

/* Binds and listens. STATUS_NO_SERVER: cannot listen there; STATUS_NO_MEMORY. */
enum status http_open(const struct http_options *options, struct http **http) EPURSE_MUST_USE;

/* The port that it listens on. */
uint16_t http_port(const struct http *http);

/* The loop, for timers and signals of the caller's. */
struct event_base *http_base(struct http *http);

/* Serves until http_stop, and then until what was begun is answered or its deadline has passed. STATUS_INTERNAL. */
enum status http_run(struct http *http) EPURSE_MUST_USE;

/* Accepts no more, closes idle connections, lets running requests end. Called on the loop's thread. */
void http_stop(struct http *http);

/* Closes what is open and releases all; *http becomes NULL. NULL is fine. */
void http_close(struct http **http);

#endif
