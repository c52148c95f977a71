/* SPDX-License-Identifier: Apache-2.0
 * How a program ends: what it printed must have reached somebody, or the exit code says that it did not. */
#include "finish.h"
#include "language.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* ---- a signal in the middle ---- */

const char finish_look_first[] =
    SENTENCE("interrupted: whether it was done is not known; look before it is asked for again");

static const int watched[] = {SIGINT, SIGTERM};

/* What the handler says: made ahead, for it may do nothing but write. */
static struct {
  bool armed;
  const char *program, *operation;
  char object[1024], line[512];
  size_t object_len, line_len;
  int code;
} interruption;

static void on_signal(int number) {
  (void)number;
  if (write(STDOUT_FILENO, interruption.object, interruption.object_len) < 0 ||
      write(STDERR_FILENO, interruption.line, interruption.line_len) < 0)
    _exit(interruption.code); /* there is nobody to tell */
  _exit(interruption.code);
}

static void signals_hold(sigset_t *before) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
    sigaddset(&set, watched[i]);
  (void)pthread_sigmask(SIG_BLOCK, &set, before);
}

static void interruption_set(enum status status, const char *sentence) {
  sigset_t before;
  json_t *object = json_pack("{s:s, s:s, s:i, s:s}", "operation", interruption.operation, "status", status_name(status),
                             "exit", status_exit_code(status), "problem", sentence);
  signals_hold(&before);
  interruption.code = status_exit_code(status);
  interruption.object_len = json_dumpb(object, interruption.object, sizeof interruption.object - 1, JSON_COMPACT);
  interruption.object_len = interruption.object_len < sizeof interruption.object ? interruption.object_len : 0;
  interruption.object[interruption.object_len++] = '\n';
  (void)snprintf(interruption.line, sizeof interruption.line, "%s: %s\n", interruption.program, translated(sentence));
  interruption.line_len = strlen(interruption.line);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  json_decref(object);
}

static void signals_set(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler}, before;
  for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
    if (sigaction(watched[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      (void)sigaction(watched[i], &action, NULL);
}

void finish_watch(const char *program, const char *operation) {
  interruption.program = program;
  interruption.operation = operation;
  interruption_set(STATUS_CANCELLED, status_sentence(STATUS_CANCELLED));
  interruption.armed = true;
  signals_set(on_signal);
}

void finish_begun(const char *sentence) {
  if (interruption.armed)
    interruption_set(STATUS_OUTCOME_UNKNOWN, sentence != NULL ? sentence : status_sentence(STATUS_OUTCOME_UNKNOWN));
}

void finish_print(const json_t *object) {
  sigset_t before;
  signals_hold(&before);
  (void)json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
  (void)putchar('\n');
  (void)fflush(stdout); /* finish_printed knows whether it went out */
  if (interruption.armed)
    signals_set(SIG_IGN);
  interruption.armed = false;
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
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
