/* SPDX-License-Identifier: Apache-2.0
 * Sends what terminals have ready, and takes the time. One thread; between sending and the stored answer it does
 * nothing else. */
#ifndef EPURSE_TESTS_BENCH_DRIVE_H
#define EPURSE_TESTS_BENCH_DRIVE_H

#include "line.h"
#include "server.h"
#include "till.h"

struct drive {
  struct tills *tills;
  struct server *server;
  struct line *lines; /* one for each terminal */
  size_t count;
  int epoll;
};

struct drive_wish {
  double rate;    /* orders per second, at even distances; 0: each terminal sends as soon as it has its answer */
  double seconds; /* at most: it ends earlier where messages run out */
  bool all;       /* it ends as soon as no terminal has a message left, instead of when one has none */
  bool wander;    /* each terminal goes from server to server, and its cards with it */
  bool impatient; /* an order that finds no free terminal is not made at all */
  /* Called between two events; may be NULL. `elapsed` in seconds. */
  void (*tick)(void *context, double elapsed);
  void *context;
};

struct drive_sample {
  uint32_t at, latency; /* microseconds: since the beginning; from when it was due until its answer */
};
struct drive_samples {
  struct drive_sample *list;
  size_t count, capacity;
};

struct drive_result {
  double seconds;               /* that were measured */
  uint64_t orders, messages;    /* answered within them: orders; those and confirmations */
  uint64_t refused;             /* HTTP 503 or 429, and sent again later */
  uint64_t missed;              /* found no free terminal (impatient) */
  uint64_t broken, resent;      /* connections lost under a message; messages sent more than once */
  double longest_silence;       /* seconds between two answers */
  double caught_up;             /* seconds since the beginning when nothing that was due was waiting any more */
  int64_t server_cpu;           /* nanoseconds, in the measured time; 0 where another process took its place */
  struct server_times times;    /* the same by threads */
  int64_t store_cpu;            /* nanoseconds of PostgreSQL, likewise */
  int64_t own_cpu;              /* nanoseconds of this thread, likewise */
  struct drive_samples samples; /* of orders that were answered */
  struct drive_samples refusals;
};

/* Connects all terminals and waits until they are. */
void drive_open(struct drive *drive, struct tills *tills, struct server *server);
void drive_close(struct drive *drive);

/* Runs until the time is over and no message is without an answer. What is not HTTP 200, 429 or 503 ends the program.
 * drive_result_free releases the samples. */
void drive_run(struct drive *drive, const struct drive_wish *request, struct drive_result *result);
void drive_result_free(struct drive_result *result);
/* Sends all that there is, unmeasured. */
void drive_drain(struct drive *drive);

#endif
