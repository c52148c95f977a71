/* SPDX-License-Identifier: Apache-2.0
 * What a recovery without a card does for a payout that its card has committed. */
#ifndef EPURSE_TERMINAL_PAYOUT_FLOW_H
#define EPURSE_TERMINAL_PAYOUT_FLOW_H

#include "order.h"

/* Tells the server r, or that it was handed out. True: the entry is closed. Whether it is to be handed out is not asked: its
 * holder is not here. */
bool payout_recover(struct order *order);

/* What was said of a payout that the card has committed, to be said again to a server that has forgotten it: enum
 * hand_out_wish; 0: nothing yet. */
uint8_t payout_said(const struct journal_entry *entry);

#endif
