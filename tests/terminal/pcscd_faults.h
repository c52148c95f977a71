/* SPDX-License-Identifier: Apache-2.0
 * A libpcsclite of the tests' own, linked in its place: it fails as pcscd and readers do. For fault injection alone;
 * the real one is tested through pcscd in tests/system. */
#ifndef EPURSE_TESTS_TERMINAL_PCSCD_FAULTS_H
#define EPURSE_TESTS_TERMINAL_PCSCD_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <winscard.h>

#define FAULTS_MAX 8

/* What the next calls of each function answer, in order; after the last one, SCARD_S_SUCCESS. */
struct faults {
  LONG establish[FAULTS_MAX], connect[FAULTS_MAX], transmit[FAULTS_MAX], reconnect[FAULTS_MAX], status[FAULTS_MAX];
  size_t establish_calls, connect_calls, transmit_calls, reconnect_calls, disconnect_calls, release_calls, status_calls;
  DWORD protocol;                                      /* the card's */
  DWORD disposition;                                   /* of the last SCardDisconnect or SCardReconnect */
  bool connect_hangs, transmit_hangs, reconnect_hangs; /* until faults_let_go */
  long transmit_delay;                                 /* milliseconds that it takes */
  const uint8_t *answer;                               /* of every SCardTransmit that succeeds */
  size_t answer_len;
  uint8_t sent[300]; /* the last command */
  size_t sent_len;
  DWORD receive_capacity; /* that the last SCardTransmit was given */
  const char *names;      /* of SCardListReaders, each NUL-terminated, one more at the end */
  size_t names_len;
  DWORD event_state; /* of every reader; SCARD_STATE_PRESENT... */
  bool open;         /* a context is */
  int waiting;       /* where SCardGetStatusChange writes a byte when it begins to wait; 0: nowhere */
};

/* The one that the functions act on; each test sets it up anew (every test is a process of its own). */
extern struct faults faults;

/* Lets the one call that hangs go on, and waits until the thread that was left alone with it has let go of its
 * context. */
void faults_let_go(void);

#endif
