/* SPDX-License-Identifier: Apache-2.0
 * What waits for an end: open holds, and what cards are owed.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_PENDING_H
#define EPURSE_LEDGER_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/reference.h"
#include "epurse/status.h"

struct ledger;

/* What waits for an end: an open hold, or what a card is owed; its age is now - created_at. */
struct ledger_hold {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t type;   /* enum transaction_type */
  int64_t amount; /* minor units */
  uint8_t tid[TID_SIZE];
  char merchant[MERCHANT_MAX + 1]; /* of that terminal */
  bool reversed;                   /* a load whose tender the terminal gave back */
  uint8_t card_state;              /* enum ledger_card_state */
  int64_t created_at;
  char reference[REFERENCE_MAX + 1]; /* the caller's name of it; "": none */
};
/* Where the lists below go on. They look through so many card numbers at a time, whatever they find, since payments
 * wait for whoever reads in a ledger of one file. */
struct ledger_look {
  uint8_t after[CID_SIZE]; /* the card after which they begin, zeroes: with the first; moved on by each look */
  uint32_t cards;          /* how many numbers at most, at least 1 */
  bool ended;              /* out: there is no card behind */
};

/* Open holds, in order of card, up to `capacity` of them; look->after is then the last one's card, or, where there are
 * fewer, the last number that was looked at. STATUS_NOT_FOUND: `after` is no card of this issuer's. */
enum status ledger_hold_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *holds,
                             size_t capacity, size_t *count) EPURSE_MUST_USE;
/* Likewise, of each card the oldest payout that it has committed and that is not over: nothing was said of it, or pay,
 * and nobody has confirmed that it was handed out. */
enum status ledger_payout_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *payouts,
                               size_t capacity, size_t *count) EPURSE_MUST_USE;
/* Likewise, the cards that are owed something: a row for each card, `amount` all
 * that it is owed, the rest of the row that of the oldest load which was paid for and is not credited yet; of several
 * the newest are taken to be the ones that are still owed. Where it is owed only what a card had that it replaced: atc
 * 0, tid and merchant empty, created_at the replacement's. */
enum status ledger_owed_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *owed, size_t capacity,
                             size_t *count) EPURSE_MUST_USE;

#endif
