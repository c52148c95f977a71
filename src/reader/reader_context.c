/* SPDX-License-Identifier: Apache-2.0
 * The PC/SC context: made before use, made anew after pcscd was restarted; and what pcsc-lite's codes mean. */
#include <stdlib.h>
#include <time.h>

#include "reader_pcsc.h"

bool pcsc_service_lost(LONG code) {
  return code == SCARD_E_NO_SERVICE || code == SCARD_E_SERVICE_STOPPED || code == SCARD_E_INVALID_HANDLE ||
         code == SCARD_F_COMM_ERROR;
}

enum status pcsc_status(LONG code) {
  static const struct {
    LONG code;
    enum status status;
  } meanings[] = {
      {SCARD_S_SUCCESS, STATUS_OK},
      {SCARD_E_NO_SERVICE, STATUS_NO_PCSCD},
      {SCARD_E_SERVICE_STOPPED, STATUS_NO_PCSCD},
      {SCARD_E_INVALID_HANDLE, STATUS_NO_PCSCD},
      {SCARD_F_COMM_ERROR, STATUS_NO_PCSCD},
      {SCARD_E_UNKNOWN_READER, STATUS_NO_READER},
      {SCARD_E_READER_UNAVAILABLE, STATUS_NO_READER},
      {SCARD_E_NO_READERS_AVAILABLE, STATUS_NO_READER},
      {SCARD_E_SHARING_VIOLATION, STATUS_READER_BUSY},
      {SCARD_E_NO_SMARTCARD, STATUS_NO_CARD},
      {SCARD_W_REMOVED_CARD, STATUS_CARD_LOST},
      {SCARD_E_NOT_TRANSACTED, STATUS_CARD_LOST},
      {SCARD_E_COMM_DATA_LOST, STATUS_CARD_LOST},
      {SCARD_W_RESET_CARD, STATUS_CARD_RESET},
      {SCARD_W_UNRESPONSIVE_CARD, STATUS_CARD_MUTE},
      {SCARD_W_UNPOWERED_CARD, STATUS_CARD_MUTE},
      {SCARD_W_UNSUPPORTED_CARD, STATUS_NOT_OUR_CARD}, /* a memory card: no protocol of ISO/IEC 7816-3 */
      {SCARD_E_PROTO_MISMATCH, STATUS_NOT_OUR_CARD},
      {SCARD_E_INSUFFICIENT_BUFFER, STATUS_BAD_REPLY},
      {SCARD_W_SECURITY_VIOLATION, STATUS_PCSC_DENIED},
      {SCARD_E_NO_ACCESS, STATUS_PCSC_DENIED},
      {SCARD_E_TIMEOUT, STATUS_TIMEOUT},
      {SCARD_E_CANCELLED, STATUS_CANCELLED},
      {SCARD_E_NO_MEMORY, STATUS_NO_MEMORY},
  };
  for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if (meanings[i].code == code)
      return meanings[i].status;
  return STATUS_CARD_LOST; /* the reader's own trouble: to this layer the card is out of reach */
}

void pcsc_pause(long milliseconds) {
  struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

int64_t pcsc_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum status pcsc_establish(struct pcsc *pcsc) {
  static const long pauses[] = {100, 200, 400, 800};

  if (pcsc->established)
    return STATUS_OK;
  /* Else SCardTransmit loops for ever inside libpcsclite while another program holds a transaction. */
  setenv("PCSCLITE_NO_BLOCKING", "1", 0);
  LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc->context);
  for (size_t i = 0; i < sizeof pauses / sizeof pauses[0] && pcsc_service_lost(code); i++) {
    pcsc_pause(pauses[i]);
    code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc->context);
  }
  pcsc->established = code == SCARD_S_SUCCESS;
  return pcsc_status(code);
}

void pcsc_release(struct pcsc *pcsc) {
  if (pcsc->established)
    SCardReleaseContext(pcsc->context);
  pcsc->established = false;
  pcsc->connected = false;
  pcsc->moves = -1;
}
