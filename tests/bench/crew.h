/* SPDX-License-Identifier: Apache-2.0
 * Several threads for what is not measured: making messages, checking answers. */
#ifndef EPURSE_TESTS_BENCH_CREW_H
#define EPURSE_TESTS_BENCH_CREW_H

#include <stddef.h>

/* Calls `work` once for each index below `count`, in `threads` threads, and returns when all is done. What belongs to
 * one index is touched by one thread. */
void crew_run(unsigned threads, size_t count, void (*work)(void *context, size_t index), void *context);

#endif
