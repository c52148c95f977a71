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

#include "http_options.h"
#include "peer.h"
#include "request.h"

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

/* Sends the reply, if there is still someone to send it to, and releases the exchange. */
void http_answer(struct exchange *exchange);

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
