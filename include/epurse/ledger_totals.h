/* SPDX-License-Identifier: Apache-2.0
 * Sums and counts over the whole ledger, for metrics.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_TOTALS_H
#define EPURSE_LEDGER_TOTALS_H

#include <stdint.h>

#include "epurse/ledger_card.h"
#include "epurse/status.h"

struct ledger;

struct ledger_totals {
  uint64_t cards[LEDGER_CARD_RETIRED + 1]; /* by enum ledger_card_state; [0] is not used */
  uint64_t pool_free, terminals, merchants;
  uint64_t postings, incidents, open_holds;
  int64_t outstanding;    /* minor units: on cards, in hold and owed to them, and their deposits */
  int64_t merchants_due;  /* minor units: owed to merchants for purchases, not settled yet */
  int64_t payouts_due;    /* minor units: handed out by merchants to cardholders, not settled yet */
  int64_t tenders_due;    /* minor units: owed by merchants for loads; positive */
  int64_t paid_out;       /* minor units: settled, and ordered to be paid to merchants */
  int64_t fees;           /* minor units: kept from merchants at their settlement */
  int64_t deposits_taken; /* minor units: taken by desks when cards were issued, whatever went back since; positive */
  int64_t points;         /* in circulation */
};
/* The first call counts all postings, row by row, and open holds and what merchants are due, if ledger_totals_live has
 * not. */
enum status ledger_totals(struct ledger *ledger, struct ledger_totals *totals) EPURSE_MUST_USE;
/* The same for metrics, asked for again and again: without postings (0), and cards are counted where one has changed
 * its state since they were. Cheap, but for the first call, and where other servers write to the ledger. */
enum status ledger_totals_live(struct ledger *ledger, struct ledger_totals *totals) EPURSE_MUST_USE;
/* How many postings were made through this connection since it was opened; reads nothing. */
uint64_t ledger_postings_made(const struct ledger *ledger);

#endif
