/* SPDX-License-Identifier: Apache-2.0
 * Refunds: which sale a promise gives back, whether it may, and what becomes of the sale's points. */
#ifndef LEDGER_REFUND_H
#define LEDGER_REFUND_H

#include "epurse/ledger_transaction.h"

/* Who asks for it. */
struct refund_wish {
  const struct promise *promise;
  int64_t card, merchant; /* numbers: of the promise, of its terminal */
  int64_t window;         /* seconds for which a sale can be given back; 0: for ever */
  int64_t now;
  int64_t points; /* on the card, once what was held is settled */
};
struct refund {
  int64_t sale;   /* the booking that is given back */
  bool in_points; /* it was paid so */
  int64_t points; /* change of the card's counter: granted ones go, spent ones come back */
};

/* Reads only. STATUS_SALE_UNKNOWN: this card has no such sale, or another kind than the promise says;
 * STATUS_SALE_OF_ANOTHER: another merchant's; STATUS_SALE_NOT_CAPTURED; STATUS_SALE_TOO_OLD; STATUS_REFUND_EXCEEDS:
 * more than is left of it; STATUS_ABOVE_LIMIT: more points than a card holds. */
enum status refund_judge(struct ledger *ledger, const struct refund_wish *wish, struct refund *refund) EPURSE_MUST_USE;

#endif
