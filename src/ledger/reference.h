/* SPDX-License-Identifier: Apache-2.0
 * A reference as a row: which transaction carries it, and whether another one may. */
#ifndef LEDGER_REFERENCE_H
#define LEDGER_REFERENCE_H

#include "booking.h"
#include "epurse/ledger_reference.h"

/* Who wants to carry it. */
struct reference_wish {
  int64_t merchant;
  const char *reference;                    /* NULL or "": none, and nothing is asked or written */
  struct booking booking;                   /* id, type, tender, amount */
  const struct ledger_payout_terms *payout; /* of a payout that is asked for; else NULL */
};

/* STATUS_OK: it is free, or held by what the card is owed and now claims. STATUS_REFERENCE_DONE: captured, of this type
 * and amount; STATUS_REFERENCE_HELD: open; STATUS_REFERENCE_USED: of another type or amount, or a
 * payout to another account or another holder of it, or one that ends its card where the other one does not. */
enum status reference_judge(struct ledger *ledger, const struct reference_wish *wish) EPURSE_MUST_USE;
/* The refund that is owed under that name: its card's serial and the rest. STATUS_NOT_FOUND. */
enum status reference_owed_refund(struct ledger *ledger, int64_t merchant, const char *reference, int64_t *card,
                                  struct ledger_named_refund *refund) EPURSE_MUST_USE;
/* After STATUS_OK: wish->booking, which is there, carries it from now on. */
enum status reference_take(struct ledger *ledger, const struct reference_wish *wish) EPURSE_MUST_USE;

#endif
