/* SPDX-License-Identifier: Apache-2.0
 * The cardholder's PIN: five tries, counted down before the compare (R16). */
#ifndef EPURSE_CARD_PIN_H
#define EPURSE_CARD_PIN_H

#include "epurse/card.h"

/* Compares a PIN block with the card's. The try is taken, durably, before the compare; the right PIN gives all back
 * and counts as verified for this session. SW_OK; 63Cx with x tries left and the signed record of it, which repeats the
 * terminal's N, in *response, 63C0: the card is BLOCKED now; SW_PIN_BLOCKED: there was no try left, BLOCKED;
 * SW_WRONG_DATA: not a PIN block, SW_COUNTER_EXHAUSTED: events cannot be counted any more; no try was taken then. */
uint16_t pin_check(struct card *card, const uint8_t block[PIN_BLOCK_SIZE], const uint8_t nonce[NONCE_SIZE],
                   struct apdu_response *response);

uint16_t pin_verify(struct card *card, const struct apdu *command, struct apdu_response *response);
uint16_t pin_change(struct card *card, const struct apdu *command, struct apdu_response *response);

/* Stages what is paid without the PIN into the count of it; the promise left room, and none has come since. */
void pin_count_without(struct card *card, const struct promise *promise);

#endif
