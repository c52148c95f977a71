/* SPDX-License-Identifier: Apache-2.0
 * Calls of PC/SC with a watchdog: those that wait for a card or for whoever has the reader have no time limit of their
 * own, and a card may ask for more time again and again (ISO/IEC 7816-3 11.4, WTX). */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "reader_pcsc.h"

/* One call in a thread of its own. Belongs to both threads until one of them is through: the caller when it was done in
 * time, else the thread, which then also gets the context and the card (a context serves one thread at a time). */
struct call {
  LONG (*act)(struct call *call);
  pthread_mutex_t mutex;
  pthread_cond_t ended;
  bool done, abandoned;
  SCARDCONTEXT context;
  bool connected;
  SCARDHANDLE card;
  DWORD protocol;
  LONG code;
  char name[MAX_READERNAME]; /* of connect */
  DWORD initialization;      /* of reconnect */
  uint8_t command[APDU_COMMAND_MAX + 1];
  size_t command_len;
  DWORD answer_len;
  /* pcscd answers "buffer too small" only after the card has executed the command: this one never is */
  uint8_t answer[MAX_BUFFER_SIZE_EXTENDED];
};

/* ---- what there is to call ---- */

static LONG act_connect(struct call *call) {
  LONG code = SCardConnect(call->context, call->name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                           &call->card, &call->protocol);
  call->connected = code == SCARD_S_SUCCESS;
  return code;
}

static LONG act_reconnect(struct call *call) {
  return SCardReconnect(call->card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, call->initialization,
                        &call->protocol);
}

static LONG act_transmit(struct call *call) {
  const SCARD_IO_REQUEST *pci = call->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  call->answer_len = sizeof call->answer;
  return SCardTransmit(call->card, pci, call->command, (DWORD)call->command_len, NULL, call->answer, &call->answer_len);
}

static LONG act_disconnect(struct call *call) {
  call->connected = false;
  return SCardDisconnect(call->card, SCARD_LEAVE_CARD); /* a reset would end other programs' sessions */
}

/* ---- two threads ---- */

static void call_free(struct call *call) {
  pthread_cond_destroy(&call->ended);
  pthread_mutex_destroy(&call->mutex);
  crypto_wipe(call, sizeof *call);
  free(call);
}

static struct call *call_new(const struct pcsc *pcsc, LONG (*act)(struct call *call)) {
  struct call *call = calloc(1, sizeof *call);
  pthread_condattr_t clock;

  if (call == NULL)
    return NULL;
  call->act = act;
  call->context = pcsc->context;
  call->connected = pcsc->connected;
  call->card = pcsc->card;
  call->protocol = pcsc->protocol;
  pthread_mutex_init(&call->mutex, NULL);
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&call->ended, &clock);
  pthread_condattr_destroy(&clock);
  return call;
}

static void *call_run(void *argument) {
  struct call *call = argument;
  LONG code = call->act(call);

  pthread_mutex_lock(&call->mutex);
  call->code = code;
  call->done = true;
  bool abandoned = call->abandoned;
  pthread_cond_signal(&call->ended);
  pthread_mutex_unlock(&call->mutex);
  if (abandoned) {
    if (call->connected)
      SCardDisconnect(call->card, SCARD_LEAVE_CARD);
    SCardReleaseContext(call->context);
    call_free(call);
  }
  return NULL;
}

/* Signals are for the thread that waits, not for this one. */
static bool call_start(struct call *call) {
  pthread_t thread;
  sigset_t all, before;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&thread, NULL, call_run, call);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0)
    pthread_detach(thread);
  return failed == 0;
}

/* Waits for its end; false: the thread was left alone with it. */
static bool call_wait(struct call *call, long milliseconds) {
  struct timespec until;
  int late = 0;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += milliseconds / 1000;
  until.tv_nsec += milliseconds % 1000 * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&call->mutex);
  while (!call->done && late == 0)
    late = pthread_cond_timedwait(&call->ended, &call->mutex, &until);
  call->abandoned = !call->done;
  bool done = call->done;
  pthread_mutex_unlock(&call->mutex);
  return done;
}

/* Runs a call, which may be NULL for lack of memory. True: it was done in time, `code` is its own, and it is the
 * caller's to free. False: it is gone. */
static bool call_make(struct pcsc *pcsc, struct call *call, long milliseconds, LONG *code) {
  *code = SCARD_E_NO_MEMORY;
  if (call == NULL)
    return false;
  if (!call_start(call)) {
    call_free(call);
    return false;
  }
  if (!call_wait(call, milliseconds)) {
    pcsc->established = pcsc->connected = false;
    *code = SCARD_E_TIMEOUT;
    return false;
  }
  *code = call->code;
  pcsc->connected = call->connected;
  pcsc->card = call->card;
  pcsc->protocol = call->protocol;
  return true;
}

/* ---- for the files of the back-end ---- */

LONG pcsc_call_connect(struct pcsc *pcsc) {
  struct call *call = call_new(pcsc, act_connect);
  LONG code;

  if (call != NULL)
    pcsc_name(call->name, pcsc->name);
  if (call_make(pcsc, call, pcsc->patience, &code))
    call_free(call);
  return code;
}

LONG pcsc_call_reconnect(struct pcsc *pcsc, DWORD initialization) {
  struct call *call = call_new(pcsc, act_reconnect);
  LONG code;

  if (call != NULL)
    call->initialization = initialization;
  if (call_make(pcsc, call, pcsc->silence, &code))
    call_free(call);
  return code;
}

LONG pcsc_call_transmit(struct pcsc *pcsc, const uint8_t *command, size_t len, struct pcsc_answer *answer) {
  struct call *call = len <= sizeof call->command ? call_new(pcsc, act_transmit) : NULL;
  LONG code;

  if (call != NULL) {
    memcpy(call->command, command, len);
    call->command_len = len;
  }
  answer->got = 0; /* nothing, unless it succeeds */
  if (!call_make(pcsc, call, pcsc->silence, &code))
    return code;
  if (code == SCARD_S_SUCCESS) {
    answer->got = call->answer_len;
    memcpy(answer->data, call->answer, answer->got < answer->capacity ? answer->got : answer->capacity);
  }
  call_free(call);
  return code;
}

void pcsc_call_disconnect(struct pcsc *pcsc) {
  struct call *call = call_new(pcsc, act_disconnect);
  LONG code;

  if (call_make(pcsc, call, pcsc->patience, &code))
    call_free(call);
  pcsc->connected = false;
}
