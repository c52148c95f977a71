/* SPDX-License-Identifier: Apache-2.0
 * Personalization: the card makes its keys, takes its data, and is locked by the last of them. */
#ifndef EPURSE_CARD_PERSO_H
#define EPURSE_CARD_PERSO_H

#include "epurse/card.h"

/* Makes both key pairs, in one commit, and answers the signed card request. What was stored before is void. */
uint16_t perso_generate(struct card *card, const struct apdu *command, struct apdu_response *response);

/* Checks and keeps one data grouping; with P1_STORE_DATA_LAST also locks the card, in the same commit. */
uint16_t perso_store_data(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
