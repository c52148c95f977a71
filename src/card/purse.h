/* SPDX-License-Identifier: Apache-2.0
 * The purse: INITIALIZE makes a promise, CREDIT and DEBIT keep it on the server's order, the proof tells of it. */
#ifndef EPURSE_CARD_PURSE_H
#define EPURSE_CARD_PURSE_H

#include "epurse/card.h"

/* promise.c */
/* Whether INITIALIZE asks for so little that no PIN is needed: at most the issuer's single amount, and with what was
 * paid so since the last right PIN at most its total; both zero: never. Known to the terminal, which tells nobody
 * more. */
bool promise_needs_no_pin(const struct card *card, const struct apdu *command);
uint16_t promise_initialize(struct card *card, const struct apdu *command, struct apdu_response *response);

/* purse.c */
uint16_t purse_execute(struct card *card, const struct apdu *command, struct apdu_response *response);
uint16_t purse_get_proof(struct card *card, const struct apdu *command, struct apdu_response *response);
uint16_t purse_get_balance(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
