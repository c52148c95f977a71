/* SPDX-License-Identifier: Apache-2.0
 * Deposits: what a cardholder leaves at the desk for a card, and has back when a payout closes it. Part of the ledger:
 * what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_DEPOSIT_H
#define EPURSE_LEDGER_DEPOSIT_H

#include "epurse/ledger_card.h"

/* In the step that issues a card, at that `now`: the desk has taken its deposit. It goes to whom the payout goes that
 * closes the card (ledger_payout.h), or over to the card that replaces it. Minor units. STATUS_BAD_AMOUNT: not above 0,
 * or more than any card holds; STATUS_CARD_UNKNOWN; STATUS_LEDGER_BROKEN: it has one, or was not issued in this
 * step. */
enum status ledger_card_deposit(struct ledger *ledger, const uint8_t desk[TID_SIZE], const uint8_t cid[CID_SIZE],
                                int64_t minor, int64_t now) EPURSE_MUST_USE;
/* What of it went with that payout; 0: nothing. STATUS_CARD_UNKNOWN. */
enum status ledger_payout_deposit(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc,
                                  int64_t *minor) EPURSE_MUST_USE;

/* What went through one terminal: taken by a desk when it issued cards; given back with payouts that closed them,
 * handed out there or, by its order, to a bank account. Minor units. What goes over to another card is not in it. */
struct ledger_deposit_sums {
  uint8_t tid[TID_SIZE];
  int64_t cards; /* for which some was taken */
  int64_t taken, given_back, transferred;
};
/* In unix seconds: the first, and the first that is not meant any more. */
struct ledger_deposit_span {
  int64_t since, until;
};
/* By terminal, those after `after` (NULL: from the first), of which there is something to tell. */
enum status ledger_deposit_list(struct ledger *ledger, const struct ledger_deposit_span *span, const uint8_t *after,
                                struct ledger_deposit_sums *sums, size_t capacity, size_t *count) EPURSE_MUST_USE;

#endif
