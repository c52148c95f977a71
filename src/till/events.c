/* SPDX-License-Identifier: Apache-2.0
 * What the till has to say: a list of events that each front end reads at its own speed. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "till_state.h"

int64_t till_now(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool till_wait_until(struct till *till, int64_t until) {
  const struct timespec at = {.tv_sec = (time_t)(until / 1000), .tv_nsec = (long)(until % 1000) * 1000000L};
  return pthread_cond_timedwait(&till->changed, &till->mutex, &at) != ETIMEDOUT;
}

void till_tell(struct till *till, enum till_step step, const char *text) {
  struct till_event *event = &till->events[++till->newest % TILL_EVENTS];
  *event = (struct till_event){.number = till->newest,
                               .kind = till->current.kind,
                               .step = step,
                               .tries_left = step == TILL_PIN_WANTED ? till->current.tries_left : 0,
                               .wants_text = till->wanted == WANTED_TEXT,
                               .status = step == TILL_DONE ? till->current.status : STATUS_OK};
  memcpy(event->reference, till->current.reference, sizeof event->reference);
  snprintf(event->text, sizeof event->text, "%s", text != NULL ? text : "");
  if (step != TILL_SAY)
    till->current.step = step;
  for (size_t i = 0; i < TILL_LISTENERS; i++)
    if (till->listeners[i].wake != NULL)
      till->listeners[i].wake(till->listeners[i].context);
  pthread_cond_broadcast(&till->changed);
}

size_t till_events(struct till *till, uint64_t after, struct till_event *events, size_t capacity) {
  size_t count = 0;
  pthread_mutex_lock(&till->mutex);
  uint64_t oldest = till->newest > TILL_EVENTS ? till->newest - TILL_EVENTS + 1 : 1;
  for (uint64_t n = after + 1 > oldest ? after + 1 : oldest; n <= till->newest && count < capacity; n++)
    events[count++] = till->events[n % TILL_EVENTS];
  pthread_mutex_unlock(&till->mutex);
  return count;
}

uint64_t till_newest(struct till *till) {
  pthread_mutex_lock(&till->mutex);
  uint64_t newest = till->newest;
  pthread_mutex_unlock(&till->mutex);
  return newest;
}

bool till_await(struct till *till, uint64_t after, int milliseconds) {
  int64_t until = till_now() + milliseconds;
  pthread_mutex_lock(&till->mutex);
  while (till->newest <= after && till_wait_until(till, until))
    ;
  bool there = till->newest > after;
  pthread_mutex_unlock(&till->mutex);
  return there;
}

enum status till_listen(struct till *till, void (*wake)(void *context), void *context) {
  enum status status = STATUS_OVERLOADED;
  pthread_mutex_lock(&till->mutex);
  for (size_t i = 0; i < TILL_LISTENERS && status != STATUS_OK; i++)
    if (till->listeners[i].wake == NULL) {
      till->listeners[i] = (struct till_listener){wake, context};
      status = STATUS_OK;
    }
  pthread_mutex_unlock(&till->mutex);
  return status;
}

void till_unlisten(struct till *till, void (*wake)(void *context), void *context) {
  pthread_mutex_lock(&till->mutex);
  for (size_t i = 0; i < TILL_LISTENERS; i++)
    if (till->listeners[i].wake == wake && till->listeners[i].context == context)
      till->listeners[i] = (struct till_listener){NULL, NULL};
  pthread_mutex_unlock(&till->mutex);
}

void till_log(const struct till *till, const char *event, const char *format, ...) {
  char line[512];
  va_list arguments;
  if (till->options.log == NULL)
    return;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  till->options.log(till->options.context, event, line);
}
