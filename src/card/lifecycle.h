/* SPDX-License-Identifier: Apache-2.0
 * The end of a card's life: signed time moves on, expiry, the issuer's block order. */
#ifndef EPURSE_CARD_LIFECYCLE_H
#define EPURSE_CARD_LIFECYCLE_H

#include "epurse/card.h"

/* Stages `time`, which the server has signed, where it is later than what the card has seen; the caller commits. */
void lifecycle_note_time(struct card *card, const uint8_t time[MOMENT_SIZE]);

/* Whether the card's last day lies before `time`. */
bool lifecycle_passed(const struct card *card, const uint8_t time[MOMENT_SIZE]);

/* Stages the slot's end without effect: ABORTED, r forgotten. */
void lifecycle_abort_slot(struct card *card);

/* APPLICATION BLOCK. */
uint16_t lifecycle_block(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
