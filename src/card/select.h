/* SPDX-License-Identifier: Apache-2.0
 * What the card says of itself: SELECT and GET DATA. */
#ifndef EPURSE_CARD_SELECT_H
#define EPURSE_CARD_SELECT_H

#include "epurse/card.h"

uint16_t select_application(struct card *card, const struct apdu *command, struct apdu_response *response);
/* BF21 in the clear: the ECKA certificate, whose subject names nobody. */
uint16_t select_get_card_certificate(struct card *card, const struct apdu *command, struct apdu_response *response);
/* 7F21 inside the channel: the SIG certificate, whose subject is the CID. */
uint16_t select_get_sig_certificate(struct card *card, const struct apdu *command, struct apdu_response *response);
/* DF70 inside the channel: struct card_info. */
uint16_t select_get_card_info(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
