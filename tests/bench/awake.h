/* SPDX-License-Identifier: Apache-2.0
 * Processors that do not halt. A guest's processor that has nothing to do is given to others, and comes back late and
 * with cold caches; whether latency is the server's or the host's is seen by keeping it busy. */
#ifndef EPURSE_TESTS_BENCH_AWAKE_H
#define EPURSE_TESTS_BENCH_AWAKE_H

/* Lets a thread of the lowest class (SCHED_IDLE) turn on each processor of a list like "0,2-3": whatever else wants the
 * processor goes first. NULL: nothing is done. */
void awake_begin(const char *cpus);

/* Ends those threads. */
void awake_end(void);

#endif
