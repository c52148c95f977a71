/* SPDX-License-Identifier: Apache-2.0
 * What a measurement cannot go on without. */
#include "must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void must(bool holds, const char *format, ...) {
  va_list arguments;
  if (holds)
    return;
  va_start(arguments, format);
  fputs("epurse-bench: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(EXIT_FAILURE);
}

void must_ok(enum status status, const char *what) {
  must(status == STATUS_OK, "%s: %s", what, status_name(status));
}

void *must_calloc(size_t count, size_t size) {
  void *block = calloc(count > 0 ? count : 1, size);
  must(block != NULL, "no memory for %zu x %zu bytes", count, size);
  return block;
}

void *must_grow(void *block, size_t count, size_t size) {
  void *grown = realloc(block, count * size);
  must(grown != NULL, "no memory for %zu x %zu bytes", count, size);
  return grown;
}
