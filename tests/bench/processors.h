/* SPDX-License-Identifier: Apache-2.0
 * Where a process runs: lists of processors, and thread time. */
#ifndef EPURSE_TESTS_BENCH_PROCESSORS_H
#define EPURSE_TESTS_BENCH_PROCESSORS_H

#include <sched.h>
#include <stdint.h>

/* Keeps this thread, and what it starts from now on, to the processors of a list like "0,2-3"; NULL: to all. */
void processors_keep(const char *cpus);

/* The processors of such a list; one that is none ends the program. */
cpu_set_t processors_of(const char *cpus);

/* Nanoseconds: of the clock that does not go back, and of what this thread has run. */
int64_t clock_now(void);
int64_t clock_of_thread(void);

#endif
