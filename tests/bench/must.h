/* SPDX-License-Identifier: Apache-2.0
 * What a measurement cannot go on without: one sentence, and the end, with everything taken down that was built. */
#ifndef EPURSE_TESTS_BENCH_MUST_H
#define EPURSE_TESTS_BENCH_MUST_H

#include <stdbool.h>
#include <stddef.h>

#include "epurse/status.h"

/* Where `holds` is false: says the sentence on stderr and exits with 1. Functions given to atexit run. */
void must(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a status: its name is said behind the sentence. */
void must_ok(enum status status, const char *what);
/* Memory of zeros. */
void *must_calloc(size_t count, size_t size);
/* `block` grown to hold `count` things of `size` bytes. */
void *must_grow(void *block, size_t count, size_t size);

#endif
