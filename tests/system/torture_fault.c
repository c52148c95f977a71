/* SPDX-License-Identifier: Apache-2.0
 * What goes wrong and where, and when. The faults lie in memory that all processes of the engine share, as does the
 * clock. */
#include "torture_fault.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "torture.h"

static const struct {
  const char *words;
  enum fault_place place;
  bool away;
} rows[FAULT_COUNT] = {
    [FAULT_NONE] = {"none", PLACE_NONE, false},
#define FAULT(name, place, away, words) [FAULT_##name] = {words, PLACE_##place, away},
#include "torture_faults.def"
#undef FAULT
};

static bool calm; /* of this process */

const char *fault_words(enum fault_kind kind) {
  return rows[kind].words;
}

enum fault_kind fault_by_words(const char *words) {
  for (enum fault_kind kind = 1; kind < FAULT_COUNT; kind++)
    if (strcmp(rows[kind].words, words) == 0)
      return kind;
  return FAULT_NONE;
}

enum fault_place fault_place(enum fault_kind kind) {
  return rows[kind].place;
}

bool fault_away(enum fault_kind kind) {
  return rows[kind].away;
}

void fault_arm(unsigned call) {
  memset(torture->reached, 0, sizeof torture->reached);
  torture->armed_call = call;
}

void fault_disarm(void) {
  torture->armed_call = UINT_MAX;
}

bool fault_waits(void) {
  for (size_t i = 0; i < torture->fault_count; i++)
    if (torture->faults[i].call == torture->armed_call)
      return true;
  return false;
}

static struct fault *waiting(enum fault_place place, unsigned nth) {
  for (size_t i = 0; !calm && i < torture->fault_count; i++) {
    struct fault *fault = &torture->faults[i];
    if (!fault->fired && fault->call == torture->armed_call && rows[fault->kind].place == place &&
        (nth == 0 || fault->nth == nth))
      return fault;
  }
  return NULL;
}

enum fault_kind fault_at(enum fault_place place) {
  if (calm)
    return FAULT_NONE;
  struct fault *fault = waiting(place, ++torture->reached[place]);
  if (fault == NULL)
    return FAULT_NONE;
  fault->fired = true;
  return fault->kind;
}

enum fault_kind fault_armed(enum fault_place place, unsigned *nth) {
  const struct fault *fault = waiting(place, 0);
  if (fault == NULL)
    return FAULT_NONE;
  *nth = fault->nth;
  return fault->kind;
}

void fault_passed(enum fault_place place, unsigned count) {
  if (!calm)
    torture->reached[place] += count;
}

void fault_fired(enum fault_kind kind) {
  for (size_t i = 0; i < torture->fault_count; i++)
    if (torture->faults[i].kind == kind && torture->faults[i].call == torture->armed_call)
      torture->faults[i].fired = true;
}

bool fault_all_fired(void) {
  bool all = true;
  for (size_t i = 0; i < torture->fault_count; i++)
    all = all && torture->faults[i].fired;
  return all;
}

void fault_calm(void) {
  calm = true;
}

_Noreturn void fault_kill(void) {
  _exit(TORTURE_KILLED);
}

/* All of them have one clock; before there is one, this machine's. */
time_t __real_time(time_t *out);
time_t __wrap_time(time_t *out);
time_t __wrap_time(time_t *out) {
  time_t now = torture != NULL && torture->clock != 0 ? torture->clock : __real_time(NULL);
  if (out != NULL)
    *out = now;
  return now;
}

/* The same clock: a terminal's numbers go by it, finer. */
int __real_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_clock_gettime(clockid_t which, struct timespec *now) {
  int result = __real_clock_gettime(which, now);
  if (which == CLOCK_REALTIME)
    *now = (struct timespec){.tv_sec = __wrap_time(NULL)};
  return result;
}

/* Nobody waits for a reader to notice something: here nothing happens meanwhile. */
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left) {
  (void)pause;
  (void)left;
  return 0;
}
