/* SPDX-License-Identifier: Apache-2.0
 * Payouts that the card has committed: the word that they may be handed out, or that they are owed back to the card. */
#ifndef LEDGER_PAYOUT_H
#define LEDGER_PAYOUT_H

#include "booking.h"

enum payout_outcome { PAYOUT_NONE = 0, PAYOUT_PAY = 1, PAYOUT_BACK = 2 };

/* What was said of it. */
enum status payout_read(struct ledger *ledger, int64_t booking, enum payout_outcome *outcome) EPURSE_MUST_USE;
/* Says it, of a captured payout that nothing was said of, and moves the money: to what the issuer owes its merchant for
 * payouts, or to what is owed to the card. */
enum status payout_say(struct ledger *ledger, const struct booking *booking, enum payout_outcome outcome,
                       int64_t now) EPURSE_MUST_USE;
/* It was handed out, says the terminal. Told before, or of one that is not paid: no effect. */
enum status payout_handed(struct ledger *ledger, int64_t booking, int64_t now) EPURSE_MUST_USE;
/* All of a card that nothing was said of are owed to it, before it is replaced. */
enum status payout_put_back(struct ledger *ledger, int64_t card, int64_t now) EPURSE_MUST_USE;

#endif
