/* SPDX-License-Identifier: Apache-2.0
 * The ledger's invariants while the server runs. */
#include "watch.h"
#include "epurse/ledger_audit.h"
#include "service.h"
#include "writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define SLICES_PER_SECOND 4
#define SHARE             100 /* a slice of so much time is followed by so many times as much without one */
#define US_PER_SECOND     1000000

struct watch {
  struct service *service;
  pthread_t thread;
  bool in_step; /* what the ledger wants */
  bool failing; /* the thread's: the last slice could not be read */
  pthread_mutex_t lock;
  pthread_cond_t stop;
  bool stopping; /* under the lock */
};

struct slice {
  struct ledger_watch ledger;
  int64_t spent_us;
};

void watch_alarm(struct service *service, const char *line) {
  service->metrics.contradictions++;
  log_line(&service->log, LOG_ERROR, "ledger-broken", "code=%s finding=\"%s\"", status_name(STATUS_LEDGER_STOPPED),
           line);
}

bool watch_alarmed(const struct service *service) {
  return service->metrics.contradictions > 0;
}

static void note(void *context, const char *line) {
  watch_alarm(context, line);
}

/* ---- on the writer's thread ---- */

static enum status begin_step(struct ledger *ledger, void *context) {
  struct watch *watch = context;

  return ledger_watch_begin(ledger, &watch->in_step);
}

static int64_t now_us(void) {
  struct timespec now = {0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

static enum status slice_step(struct ledger *ledger, void *context) {
  struct slice *slice = context;
  int64_t begin = now_us();
  enum status status = ledger_watch(ledger, &slice->ledger);

  slice->spent_us = now_us() - begin;
  return status;
}

/* ---- on the watch's own ---- */

/* How long until the next slice, microseconds. */
static int64_t look(struct watch *watch) {
  struct service *service = watch->service;
  unsigned per_second = service->configuration.watch;
  unsigned cards = per_second / SLICES_PER_SECOND;
  struct slice slice = {.ledger = {.cards = cards == 0 ? 1 : cards, .report = note, .context = service}};
  enum status status = watch->in_step ? writer_transact(service->writer, slice_step, &slice)
                                      : writer_read(service->reader, slice_step, &slice);

  if (status == STATUS_LEDGER_BROKEN && slice.ledger.findings == 0)
    watch_alarm(service, "the database is damaged");
  bool failing = status != STATUS_OK && status != STATUS_LEDGER_BROKEN;
  if (failing != watch->failing) {
    watch->failing = failing;
    log_line(&service->log, LOG_WARNING, "watch", "code=%s", status_name(status));
  }
  if (status == STATUS_OK && slice.ledger.passed) {
    service->metrics.watch_passes++;
    service->metrics.watch_passed_at = service_now(service);
  }
  int64_t pause = US_PER_SECOND * (int64_t)slice.ledger.cards / per_second;
  return slice.spent_us * SHARE > pause ? slice.spent_us * SHARE : pause;
}

static void await(struct watch *watch, int64_t us) {
  struct timespec until = {0};

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += (time_t)(us / US_PER_SECOND);
  until.tv_nsec += (long)(us % US_PER_SECOND) * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  while (!watch->stopping && pthread_cond_timedwait(&watch->stop, &watch->lock, &until) == 0) {
  }
}

/* Once the alarm was given there is nothing left to look for. */
static void *run(void *context) {
  struct watch *watch = context;

  pthread_mutex_lock(&watch->lock);
  while (!watch->stopping && !watch_alarmed(watch->service)) {
    pthread_mutex_unlock(&watch->lock);
    int64_t pause = look(watch);
    pthread_mutex_lock(&watch->lock);
    await(watch, pause);
  }
  pthread_mutex_unlock(&watch->lock);
  return NULL;
}

static bool init_locks(struct watch *watch) {
  pthread_condattr_t attributes;

  if (pthread_mutex_init(&watch->lock, NULL) != 0)
    return false;
  bool made = pthread_condattr_init(&attributes) == 0;
  if (made) {
    made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(&watch->stop, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
  }
  if (!made)
    pthread_mutex_destroy(&watch->lock);
  return made;
}

static void clear(struct watch *watch) {
  pthread_cond_destroy(&watch->stop);
  pthread_mutex_destroy(&watch->lock);
  free(watch);
}

enum status watch_open(struct service *service, struct watch **watch) {
  *watch = NULL;
  if (service->configuration.watch == 0)
    return STATUS_OK;
  struct watch *made = calloc(1, sizeof *made);
  if (made == NULL || !init_locks(made)) {
    free(made);
    return STATUS_NO_MEMORY;
  }
  enum status status = writer_read(service->reader, begin_step, made); /* between two commits, outside of any step */
  if (status != STATUS_OK) {
    clear(made);
    return status;
  }
  made->service = service;
  if (!writer_thread(&made->thread, run, made)) {
    clear(made);
    return STATUS_NO_MEMORY;
  }
  *watch = made;
  return STATUS_OK;
}

void watch_close(struct watch **watch) {
  struct watch *closing = *watch;

  if (closing == NULL)
    return;
  pthread_mutex_lock(&closing->lock);
  closing->stopping = true;
  pthread_cond_signal(&closing->stop);
  pthread_mutex_unlock(&closing->lock);
  pthread_join(closing->thread, NULL);
  clear(closing);
  *watch = NULL;
}
