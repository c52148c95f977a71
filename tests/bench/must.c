/* SPDX-License-Identifier: Apache-2.0
 * What a measurement cannot go on without. */
#include "must.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t ended;
static atomic_flag leaving = ATOMIC_FLAG_INIT;

static void (*at_end[8])(void);
static size_t at_end_count;

static void end(void) {
  while (at_end_count > 0)
    at_end[--at_end_count]();
}

void must_at_end(void (*function)(void)) {
  must(at_end_count < sizeof at_end / sizeof at_end[0], "too much to do at the end");
  if (at_end_count == 0)
    must(atexit(end) == 0, "nothing can be done at the end");
  at_end[at_end_count++] = function;
}

/* One thread goes; the others wait for the end. Not exit(3): libraries would be taken down under working threads. */
static _Noreturn void leave(void) {
  while (atomic_flag_test_and_set(&leaving))
    pause();
  end();
  (void)fflush(NULL);
  _exit(EXIT_FAILURE);
}

static void note_signal(int number) {
  ended = number;
}

void must_end_on_signals(void) {
  const struct sigaction action = {.sa_handler = note_signal};
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  (void)sigaction(SIGHUP, &action, NULL);
}

void must(bool holds, const char *format, ...) {
  va_list arguments;
  if (ended != 0) { /* what does not hold then may be that a child was ended as well */
    fprintf(stderr, "epurse-bench: ended by signal %d\n", (int)ended);
    leave();
  }
  if (holds)
    return;
  va_start(arguments, format);
  fputs("epurse-bench: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  leave();
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
