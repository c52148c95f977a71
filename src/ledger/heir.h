/* SPDX-License-Identifier: Apache-2.0
 * Where a card's money went: to the card that renewed or replaced it. */
#ifndef LEDGER_HEIR_H
#define LEDGER_HEIR_H

#include "epurse/ledger_card.h"

/* What went to another card before its window had passed. */
struct renewal {
  int64_t successor;           /* 0: nothing did */
  int64_t balance, owed;       /* minor units */
  int64_t points, points_owed; /* of those on the card, and owed to it */
  int64_t since;               /* its window begins */
  int64_t at;
};
enum status renewal_read(struct ledger *ledger, int64_t card, struct renewal *renewal) EPURSE_MUST_USE;

/* Where all of it went; *successor is 0 where it was not replaced. */
enum status replacement_read(struct ledger *ledger, int64_t card, int64_t *successor,
                             struct ledger_replacement *done) EPURSE_MUST_USE;
/* Whether all of its money went to another card. */
enum status card_replaced(struct ledger *ledger, int64_t card, bool *replaced) EPURSE_MUST_USE;

/* The one that its money goes to now: itself, or the last that renewed or replaced it. */
enum status card_heir(struct ledger *ledger, int64_t *card) EPURSE_MUST_USE;

#endif
