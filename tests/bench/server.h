/* SPDX-License-Identifier: Apache-2.0
 * The real epursed as a process, or several on one store: started, killed, and what they have used. */
#ifndef EPURSE_TESTS_BENCH_SERVER_H
#define EPURSE_TESTS_BENCH_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "world.h"

struct server {
  const struct world *world;
  pid_t pid; /* 0: none is running */
  size_t count;
  struct server_other {
    pid_t pid; /* 0: it is not running */
    int port;
  } others[PLAN_SERVERS_MAX - 1]; /* beside it: count - 1 */
};

/* Starts it, and the others where they do not run, on the plan's processors, and does not wait until it serves. They
 * die with this program. */
void server_launch(struct server *server, const struct world *world);
/* Launches all and waits until they take connections. */
void server_start(struct server *server, const struct world *world);
/* Of number n, modulo their count. */
int server_port(const struct server *server, size_t n);
/* SIGTERM: each must end with 0. */
void server_stop(struct server *server);
/* SIGKILL, to the first one. */
void server_kill(struct server *server);

/* Nanoseconds of processor that all of their threads have used, in user and system mode. */
int64_t server_cpu(const struct server *server);
/* The same by what its threads do, in user and kernel mode: the loop that has the lines, the workers, and the writer
 * with all others. */
struct server_times {
  struct server_time {
    int64_t user, kernel; /* nanoseconds */
  } lines, workers, writer;
};
struct server_times server_times(const struct server *server);
struct server_times server_times_between(const struct server_times *before, const struct server_times *after);
/* The same of PostgreSQL, all processes of the cluster; 0 where the plan does not say where it is. */
int64_t server_store_cpu(const struct server *server);
/* kB: now in memory, and the most there ever was. */
struct server_memory {
  long resident, peak;
};
struct server_memory server_memory(const struct server *server);

#endif
