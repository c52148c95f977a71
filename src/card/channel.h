/* SPDX-License-Identifier: Apache-2.0
 * How a terminal gets into a channel with the card: SCP11a, and SCP03 while the card is blank. */
#ifndef EPURSE_CARD_CHANNEL_H
#define EPURSE_CARD_CHANNEL_H

#include "epurse/card.h"

/* Ends the session: keys, role, TID, verified PIN and half-begun set-ups are wiped. */
void channel_close(struct card *card);

/* Called with every valid C-MAC. The first of a session, which only the terminal can have made, raises the floor of
 * terminal CAs, and lets the card remember the terminal: its next session costs one verification and one agreement
 * less. The card may be mute after it. */
void channel_confirm(struct card *card);

/* Handlers; the table in card.c says when they may run. None of them writes persistent memory. */
uint16_t channel_perform_security_operation(struct card *card, const struct apdu *command,
                                            struct apdu_response *response);
uint16_t channel_mutual_authenticate(struct card *card, const struct apdu *command, struct apdu_response *response);
uint16_t channel_initialize_update(struct card *card, const struct apdu *command, struct apdu_response *response);
uint16_t channel_external_authenticate(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif
