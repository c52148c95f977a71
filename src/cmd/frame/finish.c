/* SPDX-License-Identifier: Apache-2.0
 * How a program ends: what it printed must have reached somebody, or the exit code says that it did not. */
#include "finish.h"

#include <stdio.h>

bool finish_printed(void) {
  return fflush(stdout) == 0 && ferror(stdout) == 0;
}

enum status finish(const struct ending *ending, enum status status) {
  if (finish_printed() || status != STATUS_OK)
    return status;
  if (!ending->changed) {
    fprintf(stderr, "%s: %s: standard output could not be written; nothing was changed\n", ending->program,
            ending->what);
    return STATUS_STORE_FAILED;
  }
  fprintf(stderr, "%s: %s: %s\n", ending->program, ending->what, status_sentence(STATUS_UNREPORTED));
  if (ending->report != NULL && json_dumpf(ending->report, stderr, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0)
    fputc('\n', stderr);
  return STATUS_UNREPORTED;
}
