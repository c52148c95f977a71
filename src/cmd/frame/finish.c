/* SPDX-License-Identifier: Apache-2.0
 * How a program ends: what it printed must have reached somebody, or the exit code says that it did not. */
#include "finish.h"
#include "language.h"

#include <stdio.h>

#include "problem.h"

bool finish_printed(void) {
  return fflush(stdout) == 0 && ferror(stdout) == 0;
}

json_t *finish_object(const char *operation, json_t *report, enum status status) {
  const char *problem = problem_said()[0] != 0 ? problem_said() : status_sentence(status);
  json_t *object = json_pack("{s:s}", "operation", operation);
  if (report != NULL)
    (void)json_object_update_missing(object, report);
  (void)json_object_set_new(object, "status", json_string(status_name(status)));
  (void)json_object_set_new(object, "exit", json_integer(status_exit_code(status)));
  if (status != STATUS_OK)
    (void)json_object_set_new(object, "problem", json_string(problem));
  return object;
}

void finish_print(const json_t *object) {
  (void)json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
  (void)putchar('\n');
}

enum status finish(const struct ending *ending, enum status status) {
  if (finish_printed() || status != STATUS_OK)
    return status;
  if (!ending->changed) {
    fprintf(stderr, translated("%s: %s: standard output could not be written; nothing was changed\n"), ending->program,
            ending->what);
    return STATUS_STORE_FAILED;
  }
  fprintf(stderr, "%s: %s: %s\n", ending->program, ending->what, translated_status(STATUS_UNREPORTED));
  if (ending->report != NULL && json_dumpf(ending->report, stderr, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0)
    fputc('\n', stderr);
  return STATUS_UNREPORTED;
}
