/* SPDX-License-Identifier: Apache-2.0
 * A card's deposit as the ledger's other parts move it. */
#ifndef LEDGER_DEPOSIT_H
#define LEDGER_DEPOSIT_H

#include <stdint.h>

#include "epurse/ledger_deposit.h"

/* Of a payout that closes its card, when it is said where that goes: all of its deposit goes to the same account, once.
 * A card without one: no effect. */
enum status deposit_give_back(struct ledger *ledger, int64_t booking, int64_t account, int64_t now) EPURSE_MUST_USE;
/* What went with that payout; 0: nothing. */
enum status deposit_given(struct ledger *ledger, int64_t booking, int64_t *minor) EPURSE_MUST_USE;
/* The card is replaced by `successor`, or renewed. Gone already, or none: no effect. */
enum status deposit_goes_over(struct ledger *ledger, int64_t card, int64_t successor, int64_t now) EPURSE_MUST_USE;

#endif
