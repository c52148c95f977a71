/* SPDX-License-Identifier: Apache-2.0
 * What a ledger is inside: the connection, and what the running step has opened. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "chain.h"
#include "driver.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_incident.h"
#include "query.h"

#define LEDGER_INCIDENTS_MAX 32 /* of one step: a whole message of off-line payments */

/* What captures up to the last one that was looked at come to, since the last settlement's. */
struct due {
  int64_t cut, last; /* numbers of captures: of the settlement, and of that one */
  int64_t money, points;
};

/* What a step has moved on a card's row and not yet written: it goes with the statement that writes that row anyway. */
struct purse_change {
  int64_t card; /* 0: nothing */
  int64_t balance, held, points, points_held;
};

/* What there is of postings and of open holds, or what a step adds. */
struct moves {
  int64_t postings, holds;
};

static inline void moves_add(struct moves *moves, struct moves more) {
  moves->postings += more.postings;
  moves->holds += more.holds;
}

struct ledger {
  const struct store_driver *driver;
  struct store *store;
  uint32_t issuer;
  uint16_t currency;
  uint32_t point_value;
  bool draws;              /* card numbers, instead of taking the lowest */
  bool stepping;           /* inside ledger_transact */
  enum status step_status; /* the first failure of the store in this step: it will not be committed */
  struct chain chain;      /* what ledger_promise_open found, in this step */
  struct purse_change change;
  struct ledger_incident incidents[LEDGER_INCIDENTS_MAX]; /* of this step, not yet written */
  size_t incident_count;
  bool postings_counted, holds_counted, cards_counted;
  int64_t
      postings_before; /* of moves.postings: those that were there when the ledger was opened, once they are counted */
  uint64_t cards[LEDGER_CARD_RETIRED + 1];
  struct moves moves, step_moves;
  int64_t watch_cursor; /* where the driver keeps none */
  int64_t watch_cut;    /* the last settlement's last capture, when the pass began with what is due */
  struct due due;
};

/* STATUS_LEDGER_BUSY: others have it open. In a step whoever opens it next reads what the step wrote. */
enum status store_sole(struct ledger *ledger);

#endif
