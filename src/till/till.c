/* SPDX-License-Identifier: Apache-2.0
 * The till's life: its directory, its thread. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/sentence.h"
#include "epurse/terminal.h"
#include "epurse/terminal_turn.h"
#include "till_state.h"

#define CARD_POLL_MS 200 /* how often a card that has to go is looked for */

/* ---- the thread ---- */

/* With the mutex held: until there is work, or it is time to look after what waits. */
static void await_work(struct till *till) {
  int64_t until = till_now() + (till->served ? CARD_POLL_MS : (int64_t)till->options.rest_ms);
  int64_t due = till_confirm_due(till);
  until = due < until ? due : until;
  while (!till->busy && !till->ending && till_wait_until(till, until))
    ;
}

static void *life(void *context) {
  struct till *till = context;
  pthread_mutex_lock(&till->mutex);
  while (!till->ending || till->busy) {
    bool busy = till->busy;
    pthread_mutex_unlock(&till->mutex);
    if (busy)
      till_sale(till);
    else
      till_rest(till);
    pthread_mutex_lock(&till->mutex);
    await_work(till);
  }
  pthread_mutex_unlock(&till->mutex);
  if (till->terminal != NULL)
    terminal_confirm(till->terminal);
  return NULL;
}

/* Signals are for whoever has the process. */
static enum status thread_start(struct till *till) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  till->started = pthread_create(&till->thread, NULL, life, till) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return till->started ? STATUS_OK : STATUS_NO_MEMORY;
}

/* ---- beginning and end ---- */

/* Before anything of the terminal is touched: another till may be at work in its directory. */
static enum status lock_take(struct till *till, char problem[256]) {
  struct terminal described;
  char path[1280];
  enum status status = terminal_describe(till->config, &described, problem);
  if (status != STATUS_OK)
    return status;
  snprintf(path, sizeof path, "%s/till.lock", described.folder);
  till->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (till->lock_fd < 0) {
    snprintf(problem, 256, "%.200s: %s", path, strerror(errno));
    return STATUS_STORE_FAILED;
  }
  if (flock(till->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return turn_begin(described.folder);
  snprintf(problem, 256, "%.200s: %s", described.folder, SENTENCE("another till is at work with this terminal"));
  return STATUS_READER_BUSY;
}

static enum status parts_make(struct till *till) {
  pthread_condattr_t monotonic;
  till->lock_fd = till->cancel[0] = till->cancel[1] = -1;
  pthread_mutex_init(&till->mutex, NULL);
  pthread_mutex_init(&till->desk_mutex, NULL);
  pthread_mutex_init(&till->paper_mutex, NULL);
  if (pthread_condattr_init(&monotonic) != 0)
    return STATUS_NO_MEMORY;
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&till->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  return STATUS_OK;
}

/* The caller's strings end when it likes. */
static enum status options_take(struct till *till, const struct till_options *options) {
  till->options = *options;
  if (till->options.rest_ms == 0)
    till->options.rest_ms = 10000;
  int len = options->config == NULL ? -1 : snprintf(till->config, sizeof till->config, "%s", options->config);
  if (len <= 0 || (size_t)len >= sizeof till->config)
    return STATUS_NO_CONFIG;
  till->has_reader_spec = options->reader != NULL;
  if (till->has_reader_spec)
    snprintf(till->reader_spec, sizeof till->reader_spec, "%s", options->reader);
  return STATUS_OK;
}

enum status till_open(const struct till_options *options, struct till **till, char problem[256]) {
  struct till *fresh = calloc(1, sizeof *fresh);
  *till = NULL;
  problem[0] = 0;
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  enum status status = parts_make(fresh);
  if (status == STATUS_OK)
    status = options_take(fresh, options);
  if (status == STATUS_OK)
    status = lock_take(fresh, problem);
  if (status == STATUS_OK)
    status = till_terminals_open(fresh, problem);
  if (status == STATUS_OK)
    till_certificate_note(fresh);
  if (status == STATUS_OK)
    status = thread_start(fresh);
  if (status != STATUS_OK)
    till_close(&fresh);
  *till = fresh;
  return status;
}

void till_close(struct till **till) {
  struct till *old = *till;
  *till = NULL;
  if (old == NULL)
    return;
  pthread_mutex_lock(&old->mutex);
  old->ending = true;
  pthread_cond_broadcast(&old->changed);
  pthread_mutex_unlock(&old->mutex);
  (void)!till_abort(old, NULL);
  if (old->started)
    pthread_join(old->thread, NULL);
  reader_close(&old->reader);
  till_terminals_close(old);
  if (old->lock_fd >= 0)
    close(old->lock_fd);
  pthread_cond_destroy(&old->changed);
  pthread_mutex_destroy(&old->desk_mutex);
  pthread_mutex_destroy(&old->paper_mutex);
  pthread_mutex_destroy(&old->mutex);
  crypto_wipe(old, sizeof *old);
  free(old);
}

const struct till_facts *till_facts(const struct till *till) {
  return &till->facts;
}

void till_health(struct till *till, struct till_health *health) {
  pthread_mutex_lock(&till->mutex);
  *health = till->health;
  health->busy = till->busy;
  pthread_mutex_unlock(&till->mutex);
}
