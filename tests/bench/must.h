/* SPDX-License-Identifier: Apache-2.0
 * What a measurement cannot go on without: one sentence, and the end, with everything taken down that was built. */
#ifndef EPURSE_TESTS_BENCH_MUST_H
#define EPURSE_TESTS_BENCH_MUST_H

#include <stdbool.h>
#include <stddef.h>

#include "epurse/status.h"

/* Called at the end of the program, however it comes, the last one first. At most 8. */
void must_at_end(void (*function)(void));

/* Where `holds` is false: says the sentence on stderr and ends with 1. */
void must(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From now on SIGINT, SIGTERM and SIGHUP end the program likewise, at the next question of that kind. */
void must_end_on_signals(void);
/* The same for a status: its name is said behind the sentence. */
void must_ok(enum status status, const char *what);
/* Memory of zeros. */
void *must_calloc(size_t count, size_t size);
/* `block` grown to hold `count` things of `size` bytes. */
void *must_grow(void *block, size_t count, size_t size);

#endif
