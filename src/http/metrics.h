/* SPDX-License-Identifier: Apache-2.0
 * What the server counts, and its text for Prometheus (exposition format 0.0.4). */
#ifndef EPURSE_SERVER_METRICS_H
#define EPURSE_SERVER_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/status.h"

struct ledger_totals;

#define METRICS_MEDIA_TYPE   "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_ROUTES_MAX   64
#define METRICS_BUCKET_COUNT 8

/* Counted by all threads. */
struct metrics {
  /* by place in routes[]; the last is for what no route serves */
  _Atomic uint64_t requests[METRICS_ROUTES_MAX + 1][STATUS_COUNT];
  _Atomic(const char *) paths[METRICS_ROUTES_MAX + 1];       /* of those that were counted; borrowed, for ever */
  _Atomic uint64_t seconds_bucket[METRICS_BUCKET_COUNT + 1]; /* not cumulative; the last is +Inf */
  _Atomic uint64_t microseconds;                             /* of all requests together */
  _Atomic uint64_t handshakes, handshake_failures, deadlines;
  _Atomic uint64_t connections;    /* open now */
  _Atomic uint64_t waiting;        /* requests in the queue now */
  _Atomic uint64_t commits, steps; /* of the ledger; steps / commits is the mean size of a group */
  _Atomic uint64_t contradictions; /* of the ledger, that were found: no order is taken where there is one */
  _Atomic uint64_t watch_passes;   /* over all cards */
  _Atomic int64_t watch_passed_at; /* the end of the last one, unix seconds; 0: none yet */
  int64_t started_at;              /* unix seconds */
};

/* Counts one answered request, by the place of its route, METRICS_ROUTES_MAX and "" where none serves it. */
void metrics_request(struct metrics *metrics, size_t route, const char *path, enum status status,
                     uint64_t microseconds);

/* Counts one commit of that many steps. */
void metrics_group(struct metrics *metrics, uint64_t steps);

/* Writes everything as text, but for the sums. */
void metrics_print(const struct metrics *metrics, const struct ledger_totals *totals, FILE *out);
/* Those of money and points. */
void metrics_print_money(const struct ledger_totals *totals, FILE *out);

#endif
