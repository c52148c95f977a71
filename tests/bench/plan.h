/* SPDX-License-Identifier: Apache-2.0
 * What is to be measured, as the command line says. */
#ifndef EPURSE_TESTS_BENCH_PLAN_H
#define EPURSE_TESTS_BENCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#define PLAN_SETTINGS_MAX 16
#define PLAN_SERVERS_MAX  8

/* The parts of a run, in the order in which they are run. */
#define PLAN_PARTS(PART)                                                                                               \
  PART(LOADS, "loads", "every active card is loaded, closed loop")                                                     \
  PART(PEAK, "peak", "purchases, closed loop: as many as the server can")                                              \
  PART(STEADY, "steady", "purchases at 70 % of peak")                                                                  \
  PART(CURVE, "curve", "purchases at 10 to 90 % of peak, half as long each: latency by load")                          \
  PART(OVERLOAD, "overload", "three times peak is asked for, then 70 % again")                                         \
  PART(RESTART, "restart", "at 50 % of peak the server is killed and started again")                                   \
  PART(FAILOVER, "failover", "at that rate the command of --failover runs, while terminals go from server to server")  \
  PART(IDLE, "idle", "its memory with 1,000 open connections")                                                         \
  PART(SOAK, "soak", "70 % of peak for ten minutes")

enum plan_part {
#define PART(name, word, sentence) PLAN_##name,
  PLAN_PARTS(PART)
#undef PART
      PLAN_PART_COUNT
};
const char *plan_word(enum plan_part part);

struct plan {
  unsigned cards;       /* in the ledger */
  unsigned active;      /* of them: real card cores that pay */
  unsigned connections; /* that carry the load, a terminal each */
  unsigned crowd;       /* terminals of the part `overload`, a connection each */
  unsigned idle;        /* connections of the part `idle`, in all */
  unsigned batch;       /* confirmations in one message */
  unsigned servers;     /* beside each other on one PostgreSQL */
  unsigned threads;     /* that make messages and check answers, while nothing is measured */
  double seconds;       /* of each part */
  double soak_seconds;  /* of the part `soak` */
  double rate;       /* payments per second that `steady`, `restart` and `soak` begin from; 0: the peak of this run */
  const char *store; /* "sqlite", or postgresql://...: an empty database */
  const char *store_pid_file;              /* PostgreSQL's postmaster.pid; NULL: what it uses is not asked for */
  const char *failover;                    /* a shell's command of the part `failover`; NULL: it is left out */
  const char *programs;                    /* the folder of epursed and epurse-admin */
  const char *folder;                      /* where the world is made */
  const char *json;                        /* the report's file; NULL: none */
  const char *from;                        /* a report that is there already; NULL: it is measured */
  const char *draw;                        /* the folder for charts; NULL: none */
  const char *server_cpus;                 /* "1", "0,1"; NULL: where the system puts it */
  const char *own_cpus;                    /* of this program, while it measures */
  const char *settings[PLAN_SETTINGS_MAX]; /* "section.key=value" of epursed.conf */
  size_t setting_count;
  bool parts[PLAN_PART_COUNT];
  bool references; /* each order has one, the merchant's */
  bool audit;      /* the ledger's own check at the end */
  bool awake;      /* the server's processors do not halt while it is measured */
  bool keep;       /* the world's folder stays */
};

/* Reads the command line; what is wrong, and --help, ends the program. */
void plan_parse(int argc, char **argv, struct plan *plan);

/* How many processors a list like "0,2-3" names. */
unsigned plan_cpu_count(const char *cpus);

#endif
