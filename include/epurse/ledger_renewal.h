/* SPDX-License-Identifier: Apache-2.0
 * A card's money on a new card before its window has passed: what nothing can take away any more at once, the rest with
 * the replacement. Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_RENEWAL_H
#define EPURSE_LEDGER_RENEWAL_H

#include "epurse/ledger_card.h"

struct ledger_renewing {
  uint8_t cid[CID_SIZE], new_cid[CID_SIZE];
  const uint8_t *desk;   /* TID_SIZE: that asks, or NULL; what the card has signed there needs nobody's word */
  bool approved;         /* administrators have said yes */
  int64_t window;        /* seconds until what was kept follows */
  int64_t offline_total; /* minor units that the old card may have paid off-line without anybody's knowing */
  int64_t now;
};

struct ledger_renewal {
  int64_t at;            /* of the first part */
  int64_t balance, owed; /* minor units that went to the new card, of what was on the old one and owed to it */
  int64_t points;        /* that went with them */
  int64_t
      kept; /* minor units that stay with the old card: in a hold, announced and missing, or perhaps paid off-line */
  int64_t points_kept; /* likewise */
  int64_t rest_at;     /* when what is kept may follow; 0: nothing is kept */
};

/* The old card is blocked, if it was not, and what it was owed is owed to the new one; with no hold open, also its
 * points and its balance less `offline_total`. Asked again when the window has passed: the rest, as ledger_card_replace
 * gives it, to the card that has the first part by then. Asked again before that: the same answer, no effect.
 * The window begins with the block; for a card that expired and was not blocked with the end of its last day; for one
 * that was emptied at the desk now.
 *   STATUS_CARD_UNKNOWN         the old card was never issued
 *   STATUS_CARD_NOT_BLOCKED     it is in use, neither expired nor emptied at this desk, within a day, by a payout
 *                               that went back to it
 *   STATUS_CARD_REPLACED        its money went to another card
 *   STATUS_NEW_CARD_NOT_ISSUED  the new one is unknown, not in use, or the same
 *   STATUS_APPROVAL_WAITS       it is not approved, and the card has signed nothing that does without; nothing is
 *                               written */
enum status ledger_card_renew(struct ledger *ledger, const struct ledger_renewing *what,
                              struct ledger_renewal *done) EPURSE_MUST_USE;

struct ledger_card_moves {
  bool renewed, replaced; /* a first part; all of it */
};
/* Whether a card's money went to another one. STATUS_CARD_UNKNOWN: no number of this issuer's. */
enum status ledger_card_moves(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                              struct ledger_card_moves *moves) EPURSE_MUST_USE;

#endif
