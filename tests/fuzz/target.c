/* SPDX-License-Identifier: Apache-2.0
 * What every fuzz target uses. */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_failed(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  abort();
}

void fuzz_seed(const struct fuzz_sink *sink, const void *data, size_t len) {
  sink->take(sink->context, data, len);
}
