/* SPDX-License-Identifier: Apache-2.0
 * The till's life: its directory, its terminal, its thread. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/print.h"
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

/* ---- the terminal ---- */

/* Money that a hand takes is asked about while somebody is there for it, which is during a sale; else nobody answers. */
static enum status operator_confirm(void *context, const char *question) {
  return till_ask(context, question, NULL, 0);
}

static enum status operator_ask(void *context, const char *question, char *text, unsigned capacity) {
  return till_ask(context, question, text, capacity);
}

static enum status tender_begin(struct till *till) {
  const struct tender_operator operator= {.context = till,
                                          .confirm = operator_confirm,
                                          .ask = operator_ask,
                                          .folder = till->terminal->folder,
                                          .receipts = till->terminal->receipts};
  return till->terminal->role == ROLE_RELOAD ? tender_open(till->terminal->tender_spec, &operator, & till->tender)
                                             : STATUS_OK;
}

static void facts_take(struct till *till) {
  const struct terminal *terminal = till->terminal;
  struct till_facts *facts = &till->facts;
  memcpy(facts->tid, terminal->tid, sizeof facts->tid);
  facts->role = terminal->role;
  memcpy(facts->merchant, terminal->merchant, sizeof facts->merchant);
  memcpy(facts->merchant_name, terminal->merchant_name, sizeof facts->merchant_name);
  facts->currency = terminal->currency;
  facts->offline = terminal->offline.use;
  memcpy(facts->folder, terminal->folder, sizeof facts->folder);
  memcpy(facts->receipts, terminal->receipts, sizeof facts->receipts);
  facts->printer = terminal->printer.output[0] != 0;
  memcpy(facts->reader, till->reader_spec, sizeof facts->reader);
}

enum status till_terminals_open(struct till *till, char problem[256]) {
  struct terminal *desk = NULL;
  enum status status = terminal_open(till->config, &till->terminal, problem);
  if (status == STATUS_OK)
    status = terminal_open(till->config, &desk, problem);
  if (status == STATUS_OK) {
    status = tender_begin(till);
    if (status != STATUS_OK)
      snprintf(problem, 256, "'%.100s' is no way to pay a load", till->terminal->tender_spec);
  }
  if (status == STATUS_OK && till->terminal->role != ROLE_POS && till->terminal->role != ROLE_RELOAD)
    status = STATUS_NOT_PERMITTED;
  if (status == STATUS_OK && till->terminal->printer.output[0] != 0 && !printer_named(till->terminal->printer.output)) {
    snprintf(problem, 256, "[printer] output: '%.100s' is no printer", till->terminal->printer.output);
    status = STATUS_BAD_CONFIG;
  }
  if (status == STATUS_OK && !print_font_there(&till->terminal->printer)) {
    snprintf(problem, 256, "[printer] font: '%.100s' cannot be drawn with", till->terminal->printer.font);
    status = STATUS_BAD_CONFIG;
  }
  if (status == STATUS_OK && till->facts.tid[0] == 0)
    facts_take(till);
  if (status == STATUS_OK)
    till->terminal->later = (struct confirm_later){.wanted = true, .while_waiting = terminal_confirm};
  pthread_mutex_lock(&till->desk_mutex);
  till->desk = desk;
  pthread_mutex_unlock(&till->desk_mutex);
  if (status != STATUS_OK) {
    till_terminals_close(till);
    return status;
  }
  pthread_mutex_lock(&till->mutex);
  till->health.certificate_expires = terminal_expires(till->terminal);
  pthread_mutex_unlock(&till->mutex);
  return STATUS_OK;
}

void till_terminals_close(struct till *till) {
  pthread_mutex_lock(&till->desk_mutex);
  terminal_close(&till->desk);
  pthread_mutex_unlock(&till->desk_mutex);
  tender_close(&till->tender);
  terminal_close(&till->terminal);
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
