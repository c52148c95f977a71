/* SPDX-License-Identifier: Apache-2.0
 * The running server: service, TLS and HTTP put together, from the first bind to the last reply. */
#ifndef EPURSE_SERVER_SERVER_H
#define EPURSE_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/status.h"
#include "http/http_options.h"

struct http;
struct service;
struct worker_pool;
struct event;

struct server {
  struct service *service; /* borrowed */
  struct http_options options;
  SSL_CTX *tls;
  struct http *http;
  struct worker_pool *pool;
  bool overloaded;          /* the last request was turned away */
  bool lost;                /* nothing can be written before the ledger has been opened anew: it ends by itself */
  struct event *signals[2]; /* SIGTERM, SIGINT: server_run then ends in good order */
};

/* Binds by the service's configuration, writes the port file where one is named, and logs "listening on HOST:PORT".
 * *server stays where it is until server_close. STATUS_BAD_CERTIFICATE, STATUS_NO_SERVER (the address cannot be had),
 * STATUS_STORE_FAILED (port file), STATUS_NO_MEMORY; `problem` (256 bytes) says what; everything is released. */
enum status server_open(struct server *server, struct service *service, char problem[256]) EPURSE_MUST_USE;

/* Serves until SIGTERM or SIGINT and then until what was begun is answered. STATUS_STORE_FAILED: so it ended by itself,
 * since the ledger takes nothing more before it has been opened anew. */
enum status server_run(struct server *server) EPURSE_MUST_USE;

/* Closes connections and releases all, but for the service. */
void server_close(struct server *server);

#endif
