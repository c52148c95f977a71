/* SPDX-License-Identifier: Apache-2.0
 * Connecting to a card: with a watchdog, because SCardConnect has no time limit of its own while another program
 * holds a transaction or the reader hangs. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "reader_pcsc.h"

#define MUTE_TRIES   3
#define MUTE_PAUSE   200 /* milliseconds: a card still bouncing in the contacts */
#define BUSY_PAUSE   100
#define RESTARTS_MAX 2

/* One SCardConnect in a thread of its own. Belongs to both threads until one of them is through: the caller when it was
 * done in time, else the thread, which then also gets the context (a context serves one thread at a time). */
struct attempt {
  pthread_mutex_t mutex;
  pthread_cond_t ended;
  bool done, abandoned;
  SCARDCONTEXT context;
  char name[MAX_READERNAME];
  LONG code;
  SCARDHANDLE card;
  DWORD protocol;
};

static void attempt_free(struct attempt *attempt) {
  pthread_cond_destroy(&attempt->ended);
  pthread_mutex_destroy(&attempt->mutex);
  free(attempt);
}

static struct attempt *attempt_new(const struct pcsc *pcsc) {
  struct attempt *attempt = calloc(1, sizeof *attempt);
  pthread_condattr_t clock;

  if (attempt == NULL)
    return NULL;
  attempt->context = pcsc->context;
  attempt->code = SCARD_E_TIMEOUT;
  pcsc_name(attempt->name, pcsc->name);
  pthread_mutex_init(&attempt->mutex, NULL);
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&attempt->ended, &clock);
  pthread_condattr_destroy(&clock);
  return attempt;
}

static void *attempt_run(void *argument) {
  struct attempt *attempt = argument;
  LONG code = SCardConnect(attempt->context, attempt->name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                           &attempt->card, &attempt->protocol);

  pthread_mutex_lock(&attempt->mutex);
  attempt->code = code;
  attempt->done = true;
  bool abandoned = attempt->abandoned;
  pthread_cond_signal(&attempt->ended);
  pthread_mutex_unlock(&attempt->mutex);
  if (abandoned) {
    if (code == SCARD_S_SUCCESS)
      SCardDisconnect(attempt->card, SCARD_LEAVE_CARD);
    SCardReleaseContext(attempt->context);
    attempt_free(attempt);
  }
  return NULL;
}

/* Signals are for the thread that waits, not for this one. */
static bool attempt_start(struct attempt *attempt) {
  pthread_t thread;
  sigset_t all, before;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&thread, NULL, attempt_run, attempt);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0)
    pthread_detach(thread);
  return failed == 0;
}

/* Waits for its end; false: the thread was left alone with it. */
static bool attempt_wait(struct attempt *attempt, long milliseconds) {
  struct timespec until;
  int late = 0;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += milliseconds / 1000;
  until.tv_nsec += milliseconds % 1000 * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&attempt->mutex);
  while (!attempt->done && late == 0)
    late = pthread_cond_timedwait(&attempt->ended, &attempt->mutex, &until);
  attempt->abandoned = !attempt->done;
  bool done = attempt->done;
  pthread_mutex_unlock(&attempt->mutex);
  return done;
}

/* SCARD_E_TIMEOUT: not in time; the context is given up. */
static LONG pcsc_attempt(struct pcsc *pcsc) {
  struct attempt *attempt = attempt_new(pcsc);

  if (attempt == NULL || !attempt_start(attempt)) {
    if (attempt != NULL)
      attempt_free(attempt);
    return SCARD_E_NO_MEMORY;
  }
  if (!attempt_wait(attempt, pcsc->patience)) {
    pcsc->established = false;
    return SCARD_E_TIMEOUT;
  }
  LONG code = attempt->code;
  pcsc->connected = code == SCARD_S_SUCCESS;
  pcsc->card = attempt->card;
  pcsc->protocol = attempt->protocol;
  attempt_free(attempt);
  return code;
}

static enum status pcsc_connect_status(LONG code) {
  if (code == SCARD_E_TIMEOUT)
    return STATUS_READER_BUSY;
  enum status status = pcsc_status(code);
  return status == STATUS_CARD_LOST ? STATUS_NO_CARD : status;
}

enum status pcsc_connect(void *context) {
  struct pcsc *pcsc = context;
  int64_t give_up = pcsc_now() + pcsc->patience;
  int mute = 0, restarts = 0;

  for (;;) {
    enum status status = pcsc_establish(pcsc);
    if (status != STATUS_OK)
      return status;
    LONG code = pcsc_attempt(pcsc);
    if (pcsc_service_lost(code) && ++restarts <= RESTARTS_MAX)
      pcsc_release(pcsc);
    else if (pcsc_status(code) == STATUS_CARD_MUTE && ++mute < MUTE_TRIES)
      pcsc_pause(MUTE_PAUSE);
    else if (code == SCARD_E_SHARING_VIOLATION && pcsc_now() < give_up)
      pcsc_pause(BUSY_PAUSE);
    else
      return pcsc_connect_status(code);
  }
}
