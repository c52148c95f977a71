/* SPDX-License-Identifier: Apache-2.0
 * Waiting for a card to come or go, until it does, time is up, or the user presses Ctrl-C. */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "reader_pcsc.h"

#define SLICE        250  /* milliseconds that one question to pcscd lasts: how long Ctrl-C takes at most */
#define FRESH_SLICES 8    /* every 2 s the state is asked anew: some events are never told */
#define READER_GRACE 5000 /* milliseconds for a reader to come back after a loose plug or a restart of pcscd */

/* Where the system tells that a reader came or went. */
static const char plug_and_play[] = "\\\\?PnP?\\Notification";

/* SIGINT and SIGTERM, read from a file descriptor while waiting instead of ending the process. */
struct interrupt {
  int fd;
  sigset_t before;
};

static void interrupt_begin(struct interrupt *interrupt) {
  static const int wanted[] = {SIGINT, SIGTERM};
  struct sigaction action;
  sigset_t set;

  sigemptyset(&set);
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    if (sigaction(wanted[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&set, wanted[i]);
  pthread_sigmask(SIG_BLOCK, &set, &interrupt->before);
  interrupt->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool interrupt_came(const struct interrupt *interrupt) {
  struct signalfd_siginfo info;
  return interrupt->fd >= 0 && read(interrupt->fd, &info, sizeof info) == (ssize_t)sizeof info;
}

static void interrupt_end(struct interrupt *interrupt) {
  if (interrupt->fd >= 0)
    close(interrupt->fd);
  pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
}

/* A wait in progress. */
struct watch {
  struct pcsc *pcsc;
  DWORD known; /* state as last told; SCARD_STATE_UNAWARE: answer at once */
  int slices;
  int64_t absent_from; /* since when the reader itself is gone; 0: it is there */
  bool there;          /* the card */
  int32_t moves;       /* as of struct pcsc, now */
};

/* The reader is unplugged: lets one slice pass, or ends early when any reader comes. */
static LONG watch_for_reader(struct watch *watch) {
  SCARD_READERSTATE state = {.szReader = plug_and_play, .dwCurrentState = SCARD_STATE_UNAWARE};

  watch->there = false;
  watch->known = SCARD_STATE_UNAWARE;
  watch->pcsc->moves = -1;
  if (watch->absent_from == 0)
    watch->absent_from = pcsc_now();
  LONG code = SCardGetStatusChange(watch->pcsc->context, SLICE, &state, 1);
  if (code == SCARD_S_SUCCESS)
    pcsc_pause(SLICE / 5); /* the event stands before the reader can be asked */
  return code == SCARD_E_TIMEOUT || code == SCARD_E_UNKNOWN_READER ? SCARD_S_SUCCESS : code;
}

static LONG watch_slice(struct watch *watch) {
  SCARD_READERSTATE state = {.szReader = watch->pcsc->name, .dwCurrentState = watch->known};
  LONG code = SCardGetStatusChange(watch->pcsc->context, SLICE, &state, 1);

  if (code == SCARD_E_TIMEOUT) {
    watch->known = ++watch->slices % FRESH_SLICES == 0 ? SCARD_STATE_UNAWARE : watch->known;
    return SCARD_S_SUCCESS;
  }
  if (code == SCARD_E_UNKNOWN_READER || code == SCARD_E_READER_UNAVAILABLE || code == SCARD_E_NO_READERS_AVAILABLE ||
      (code == SCARD_S_SUCCESS && (state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0))
    return watch_for_reader(watch);
  if (code == SCARD_S_SUCCESS) {
    watch->absent_from = 0;
    watch->there = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
    watch->known = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
    watch->moves = (int32_t)(state.dwEventState >> 16 & 0xFFFF);
  }
  return code;
}

/* One slice, over a restart of pcscd if need be. */
static enum status watch_step(struct watch *watch) {
  enum status status = pcsc_establish(watch->pcsc);
  if (status != STATUS_OK)
    return status;
  LONG code = watch_slice(watch);
  if (pcsc_service_lost(code)) {
    pcsc_release(watch->pcsc);
    watch->known = SCARD_STATE_UNAWARE;
    watch->there = false;
    return STATUS_OK;
  }
  return pcsc_status(code);
}

/* Whether the card is as it was waited for. One that went and came back between two looks, or made room for another,
 * has gone. */
static bool watch_is_met(const struct watch *watch, bool present) {
  int32_t before = watch->pcsc->moves;
  if (present)
    return watch->there;
  return !watch->there || (before >= 0 && watch->moves != before);
}

static enum status watch_run(struct watch *watch, bool present, int64_t give_up, const struct interrupt *interrupt) {
  for (;;) {
    enum status status = watch_step(watch);
    if (status != STATUS_OK)
      return status;
    if (watch->known != SCARD_STATE_UNAWARE && watch_is_met(watch, present)) {
      watch->pcsc->moves = present ? watch->moves : -1;
      return STATUS_OK;
    }
    if (watch->absent_from != 0 && !present)
      return STATUS_OK; /* the reader went, and the card with it */
    if (watch->absent_from != 0 && pcsc_now() - watch->absent_from > READER_GRACE)
      return STATUS_NO_READER;
    if (interrupt_came(interrupt))
      return STATUS_CANCELLED;
    if (give_up >= 0 && pcsc_now() >= give_up)
      return STATUS_TIMEOUT;
    if (reader_input_ended(watch->pcsc->cancel_fd))
      return STATUS_CANCELLED;
  }
}

enum status pcsc_wait(void *context, bool present, int seconds) {
  struct watch watch = {.pcsc = context, .known = SCARD_STATE_UNAWARE};
  int64_t give_up = seconds < 0 ? -1 : pcsc_now() + (int64_t)seconds * 1000;
  struct interrupt interrupt;

  interrupt_begin(&interrupt);
  enum status status = watch_run(&watch, present, give_up, &interrupt);
  interrupt_end(&interrupt);
  return status;
}
