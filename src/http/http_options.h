/* SPDX-License-Identifier: Apache-2.0
 * What a server of HTTPS is told when it begins: where it listens, its bounds, and who serves. */
#ifndef EPURSE_SERVER_HTTP_OPTIONS_H
#define EPURSE_SERVER_HTTP_OPTIONS_H

#include <openssl/types.h>
#include <stddef.h>

struct exchange;
struct log;
struct metrics;

/* Serves one exchange: fills its reply and calls http_answer, now or later, exactly once. */
typedef void http_serve(void *context, struct exchange *exchange);

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

#endif
