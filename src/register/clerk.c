/* SPDX-License-Identifier: Apache-2.0
 * The clerk: a thread for questions that may have to wait for the back-end, so that the event loop never does. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "epurse/closing_json.h"
#include "epurse/crypto.h"
#include "json_state.h"

struct clerk {
  struct till *till;
  int wake_fd;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool ending;
  struct call *asked, *answered; /* oldest first */
};

static void append(struct call **list, struct call *call) {
  call->next = NULL;
  while (*list != NULL)
    list = &(*list)->next;
  *list = call;
}

static struct call *take(struct call **list) {
  struct call *first = *list;
  if (first != NULL)
    *list = first->next;
  return first;
}

static enum status shift_of_closing(void *context, int64_t number, struct closing *shift) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  return till_shift(context, number, shift, hash);
}

/* Those that it names; a question is rather put off than answered as if there were none. */
static void shifts_take(struct clerk *clerk, struct call *call) {
  const struct closing *closing = &call->closing;
  call->shifts = closing_shifts_json(closing, shift_of_closing, clerk->till);
  if (call->shifts == NULL && closing->shifts_last > closing->shifts_after && call->kind != CALL_CLOSE)
    call->status = STATUS_TILL_BUSY;
}

/* Nothing of the call but these fields is touched here: the loop has the rest. */
static void answer(struct clerk *clerk, struct call *call) {
  switch (call->kind) {
  case CALL_TOTALS:
    call->status = till_totals(clerk->till, call->since, &call->totals);
    break;
  case CALL_COUNT:
    call->status = till_count(clerk->till, &call->closing);
    break;
  case CALL_CLOSING:
    call->status = till_closing(clerk->till, call->closing.number, &call->closing, call->hash);
    break;
  case CALL_CLOSE:
    call->status = till_close_day(clerk->till, &call->cashier, &call->closing, call->hash);
    break;
  case CALL_SHIFT:
    call->status = till_shift(clerk->till, call->closing.number, &call->closing, call->hash);
    break;
  case CALL_SHIFT_BEGIN:
    call->status = till_shift_begin(clerk->till, &call->cashier, &call->closing);
    break;
  case CALL_SHIFT_END:
    call->status = till_shift_end(clerk->till, &call->cashier, &call->closing, call->hash);
    break;
  case CALL_STATUS:
  default:
    call->status = till_status(clerk->till, call->reference, &call->result);
  }
  if (call->status == STATUS_OK && (call->kind == CALL_COUNT || call->kind == CALL_CLOSING || call->kind == CALL_CLOSE))
    shifts_take(clerk, call);
  crypto_wipe(&call->cashier, sizeof call->cashier);
}

static void *work(void *context) {
  struct clerk *clerk = context;
  pthread_mutex_lock(&clerk->mutex);
  while (!clerk->ending) {
    struct call *call = take(&clerk->asked);
    if (call == NULL) {
      pthread_cond_wait(&clerk->changed, &clerk->mutex);
      continue;
    }
    pthread_mutex_unlock(&clerk->mutex);
    answer(clerk, call);
    pthread_mutex_lock(&clerk->mutex);
    append(&clerk->answered, call);
    (void)eventfd_write(clerk->wake_fd, 1);
  }
  pthread_mutex_unlock(&clerk->mutex);
  return NULL;
}

enum status clerk_open(struct till *till, int wake_fd, struct clerk **clerk) {
  struct clerk *fresh = calloc(1, sizeof *fresh);
  sigset_t all, before;
  *clerk = NULL;
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  fresh->till = till;
  fresh->wake_fd = wake_fd;
  pthread_mutex_init(&fresh->mutex, NULL);
  pthread_cond_init(&fresh->changed, NULL);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&fresh->thread, NULL, work, fresh) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!started) {
    free(fresh);
    return STATUS_NO_MEMORY;
  }
  *clerk = fresh;
  return STATUS_OK;
}

void clerk_close(struct clerk **clerk) {
  struct clerk *old = *clerk;
  struct call *call;
  *clerk = NULL;
  if (old == NULL)
    return;
  pthread_mutex_lock(&old->mutex);
  old->ending = true;
  pthread_cond_signal(&old->changed);
  pthread_mutex_unlock(&old->mutex);
  pthread_join(old->thread, NULL);
  while ((call = take(&old->asked)) != NULL || (call = take(&old->answered)) != NULL)
    call_free(call);
  pthread_cond_destroy(&old->changed);
  pthread_mutex_destroy(&old->mutex);
  free(old);
}

void clerk_ask(struct clerk *clerk, struct call *call) {
  pthread_mutex_lock(&clerk->mutex);
  append(&clerk->asked, call);
  pthread_cond_signal(&clerk->changed);
  pthread_mutex_unlock(&clerk->mutex);
}

struct call *clerk_next(struct clerk *clerk) {
  pthread_mutex_lock(&clerk->mutex);
  struct call *call = take(&clerk->answered);
  pthread_mutex_unlock(&clerk->mutex);
  return call;
}
