/* SPDX-License-Identifier: Apache-2.0
 * Certification of a new card: its request to the server, and what comes back checked before any of it is written. */
#ifndef EPURSE_TERMINAL_CERTIFICATION_H
#define EPURSE_TERMINAL_CERTIFICATION_H

#include "epurse/message_desk.h"

struct terminal;

struct certification {
  uint8_t cid[CID_SIZE];                 /* reserved for this chip */
  uint8_t chip_serial[CHIP_SERIAL_SIZE]; /* as the session with the card says */
  uint8_t request[CARD_REQUEST_SIZE];    /* the card's */
  char pin[PIN_MAX + 1];                 /* in: chosen, or ""; out: the card's. Wipe it */
  struct certification_reply reply;      /* out: to be written */
};

/* Asks, and checks the request before and the reply after: keys of this card, issuer of this terminal, nothing expired.
 * STATUS_BAD_REPLY, STATUS_BAD_CERTIFICATE, STATUS_WRONG_CURRENCY, or the server's word. */
enum status certification_run(struct terminal *terminal, struct certification *certification) EPURSE_MUST_USE;

#endif
