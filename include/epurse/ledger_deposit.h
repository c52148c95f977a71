/* SPDX-License-Identifier: Apache-2.0
 * Deposits: what a cardholder leaves at the desk for a card, and has back when a payout closes it. Part of the ledger: what
 * ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_DEPOSIT_H
#define EPURSE_LEDGER_DEPOSIT_H

#include "epurse/ledger_card.h"

/* In the step that issues a card, at that `now`: the desk has taken its deposit. It goes to whom the payout goes that closes the card
 * (ledger_payout.h), or over to the card that replaces it. Minor units. STATUS_BAD_AMOUNT: not above 0, or more than any card
 * holds; STATUS_CARD_UNKNOWN; STATUS_LEDGER_BROKEN: it has one, or was not issued in this step. */
enum status ledger_card_deposit(struct ledger *ledger, const uint8_t desk[TID_SIZE], const uint8_t cid[CID_SIZE],
                                int64_t minor, int64_t now) EPURSE_MUST_USE;
/* What of it went with that payout; 0: nothing. STATUS_CARD_UNKNOWN. */
enum status ledger_payout_deposit(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc,
                                  int64_t *minor) EPURSE_MUST_USE;

#endif
