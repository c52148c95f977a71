/* SPDX-License-Identifier: Apache-2.0
 * A libpcsclite of the tests' own, linked in its place: it fails as pcscd and readers do. */
#include "pcscd_faults.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* for a thread to go on that may; only one that never does lets it pass */

struct faults faults;

static atomic_bool let_go; /* the call that hangs may go on */

const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

static LONG next(const LONG codes[FAULTS_MAX], size_t *calls) {
  size_t call = (*calls)++;
  return call < FAULTS_MAX ? codes[call] : SCARD_S_SUCCESS;
}

static void pause_for(long milliseconds) {
  struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

static void hang(bool hangs) {
  while (hangs && !let_go)
    pause_for(1);
}

void faults_let_go(void) {
  const volatile size_t *released = &faults.release_calls;
  size_t before = *released;
  let_go = true;
  for (int waited = 0; *released == before; waited++) {
    ck_assert_int_lt(waited, PATIENCE_MS);
    pause_for(1);
  }
}

LONG SCardEstablishContext(DWORD scope, LPCVOID reserved1, LPCVOID reserved2, LPSCARDCONTEXT context) {
  (void)scope;
  (void)reserved1;
  (void)reserved2;
  LONG code = next(faults.establish, &faults.establish_calls);
  faults.open = code == SCARD_S_SUCCESS;
  *context = 17;
  return code;
}

LONG SCardReleaseContext(SCARDCONTEXT context) {
  (void)context;
  faults.release_calls++;
  faults.open = false;
  return SCARD_S_SUCCESS;
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
                  LPDWORD protocol) {
  (void)context;
  (void)reader;
  (void)protocols;
  hang(faults.connect_hangs);
  *card = 23;
  *protocol = faults.protocol;
  return share == SCARD_SHARE_SHARED ? next(faults.connect, &faults.connect_calls) : SCARD_E_INVALID_PARAMETER;
}

LONG SCardReconnect(SCARDHANDLE card, DWORD share, DWORD protocols, DWORD initialization, LPDWORD protocol) {
  (void)card;
  (void)share;
  (void)protocols;
  hang(faults.reconnect_hangs);
  faults.disposition = initialization;
  *protocol = faults.protocol;
  return next(faults.reconnect, &faults.reconnect_calls);
}

LONG SCardDisconnect(SCARDHANDLE card, DWORD disposition) {
  (void)card;
  faults.disposition = disposition;
  faults.disconnect_calls++;
  return SCARD_S_SUCCESS;
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *send_pci, LPCBYTE command, DWORD len,
                   SCARD_IO_REQUEST *receive_pci, LPBYTE answer, LPDWORD answer_len) {
  (void)card;
  (void)receive_pci;
  bool late = faults.transmit_hangs;
  hang(late);
  pause_for(faults.transmit_delay);
  LONG code =
      send_pci->dwProtocol == faults.protocol ? next(faults.transmit, &faults.transmit_calls) : SCARD_E_PROTO_MISMATCH;
  faults.receive_capacity = *answer_len;
  faults.sent_len = len;
  memcpy(faults.sent, command, len);
  if (code == SCARD_S_SUCCESS || late) { /* a late answer is written all the same */
    memcpy(answer, faults.answer, faults.answer_len);
    *answer_len = faults.answer_len;
  }
  return code;
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD len) {
  (void)context;
  (void)groups;
  if (faults.names == NULL)
    return SCARD_E_NO_READERS_AVAILABLE;
  memcpy(names, faults.names, faults.names_len);
  *len = faults.names_len;
  return SCARD_S_SUCCESS;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD count) {
  (void)context;
  LONG code = next(faults.status, &faults.status_calls);
  bool changed = false;
  for (DWORD i = 0; i < count && code == SCARD_S_SUCCESS; i++) {
    states[i].dwEventState = faults.event_state | SCARD_STATE_CHANGED;
    changed = changed || states[i].dwCurrentState != faults.event_state;
  }
  if (code == SCARD_S_SUCCESS && !changed && timeout > 0) {
    if (faults.waiting > 0 && write(faults.waiting, "", 1) != 1)
      return SCARD_F_INTERNAL_ERROR;
    pause_for((long)timeout);
    return SCARD_E_TIMEOUT;
  }
  return code;
}
