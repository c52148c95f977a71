/* SPDX-License-Identifier: Apache-2.0
 * The threads that serve requests, and the bounded queue in front of them.
 *
 * Threads that compute all at once would share the processors with the event loop, which could then refuse nothing in
 * time. So only as many compute as there are processors; those that come back from a commit go on at once, since what
 * they have left is little, and somebody waits for it. */
#ifndef EPURSE_HTTP_WORKER_POOL_H
#define EPURSE_HTTP_WORKER_POOL_H

#include <event2/event.h>
#include <stddef.h>

#include "epurse/status.h"

struct exchange;

/* Something is done with an exchange. */
typedef void worker_pool_task(void *context, struct exchange *exchange);

struct worker_pool_options {
  size_t workers;    /* threads; each waits while its request is committed, so there are more of them than processors */
  size_t processors; /* so many compute at a time: a further exchange waits, however many threads are free */
  size_t queue;      /* exchanges that may wait */
  struct event_base *base;
  worker_pool_task *serve;  /* on a worker's thread */
  worker_pool_task *served; /* afterwards, on the loop's thread, once for each exchange that was taken */
  void *context;            /* of both */
};

struct worker_pool;

/* STATUS_NO_MEMORY. */
enum status worker_pool_open(const struct worker_pool_options *options, struct worker_pool **pool) EPURSE_MUST_USE;

/* Hands an exchange over, on the loop's thread. STATUS_OVERLOADED: the queue is full; it stays the caller's. */
enum status worker_pool_submit(struct worker_pool *pool, struct exchange *exchange) EPURSE_MUST_USE;

/* A worker's thread is about to wait for another one, or to compute for so long that others are to be served beside it,
 * and is back: meanwhile it takes nobody's place. Not one pair within another. Any other thread may call them, to no
 * effect. */
void worker_pool_wait_begin(void);
void worker_pool_wait_end(void);

/* What a pool holds at the moment, for whoever asks why something takes so long; from any thread. */
struct worker_pool_state {
  size_t waiting;   /* exchanges that no worker has taken */
  size_t served;    /* those that the loop has not taken back */
  size_t idle;      /* workers that wait and were not called */
  size_t computing; /* those that have an exchange and wait for nobody */
};
struct worker_pool_state worker_pool_look(struct worker_pool *pool) EPURSE_MUST_USE;

/* Serves what was taken, ends the threads, hands over the last ones; on the loop's thread. *pool becomes NULL; NULL is
 * fine. */
void worker_pool_close(struct worker_pool **pool);

#endif
