/* SPDX-License-Identifier: Apache-2.0
 * What the server says of its groups, and what the store writes into its log for them, between two moments. */
#ifndef EPURSE_TESTS_BENCH_GAUGE_H
#define EPURSE_TESTS_BENCH_GAUGE_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "server.h"

struct gauge {
  const struct server *server;
  SSL_CTX *tls;            /* a terminal's */
  uint64_t commits, steps; /* of all servers, until gauge_end as they were at the beginning */
  int64_t wal;             /* bytes, likewise */
  /* SQLite's log, which begins anew after each checkpoint: */
  int file; /* -1: none */
  uint8_t salts[8];
  uint32_t page;
  int64_t frame; /* the first one that was not counted */
  double looked; /* seconds */
};

/* Nothing is under way, here and at the end. */
void gauge_begin(struct gauge *gauge, const struct server *server, SSL_CTX *tls);
/* As often as it may be, in between; `elapsed` in seconds. */
void gauge_look(struct gauge *gauge, double elapsed);
/* What has been added since. */
void gauge_end(struct gauge *gauge);

#endif
