/* SPDX-License-Identifier: Apache-2.0
 * The chain of a card's promises: what a new one says about those before it, and where the shadow account then stands.
 */
#ifndef LEDGER_CHAIN_H
#define LEDGER_CHAIN_H

#include "booking.h"
#include "epurse/ledger_transaction.h"

struct chain {
  bool open;    /* read, and its promise may be authorised or declined in this step */
  bool in_step; /* with the shadow: may be authorised */
  int64_t card;
  uint32_t atc;                     /* of the promise */
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* its record_hash */

  uint8_t card_state; /* enum ledger_card_state */
  uint8_t expiry[DATE_SIZE];
  int64_t purse_ceiling, payment_ceiling;
  int64_t no_pin_single, no_pin_total; /* what the card may pay without its PIN; */
  int64_t no_pin_sum;                  /* and has, once its hold is settled, since the server saw its PIN */
  uint32_t last_atc, captured_atc, held_atc;
  uint8_t last_hash[CRYPTO_SHA256_SIZE];
  bool suspended;
  uint32_t pin_failures;
  int64_t announced_count, announced_sum; /* of off-line payments since the promise's last_atc, by promises before it */
  bool forked_before;
  bool closed;   /* it is blocked because it was paid out, all of it */
  bool lost;     /* the card committed what a restored ledger does not know */
  bool given_up; /* it was said that this promise was never seen */
  bool late;     /* it contradicts only what the card's replacement settled without it: it proves that hold */

  struct booking held; /* where held_atc is not 0 */
  uint8_t outcome;     /* what the promise makes of it: LEDGER_CAPTURED, LEDGER_RELEASED, 0: no hold */
  int64_t balance, points, owed, points_owed; /* as they stand once that is settled */
  int64_t renewed; /* of that balance: has gone to a new card, so that nothing is booked of it */
};

/* Whether it says a time that has not come: that of a terminal whose clock is off, or whose owner wants it to be
 * believed later that it was made later, as after a restoration. */
bool promise_is_ahead(const struct signed_promise *offer);
/* Reads and judges; writes nothing. STATUS_EXISTS: answered already; else as ledger_promise_open, and
 * STATUS_OUT_OF_STEP leaves *chain filled in. */
enum status chain_read(struct ledger *ledger, const struct signed_promise *offer, struct chain *chain) EPURSE_MUST_USE;
/* Books what the promise says of the hold before it, once it was read and is in step. */
enum status chain_settle(struct ledger *ledger, const struct signed_promise *offer, const struct chain *chain,
                         struct promise_verdict *standing) EPURSE_MUST_USE;
/* Holds the off-line payments that it counts. Only where the promise itself is kept: what counts fewer is a fork from
 * then on. */
enum status chain_announce(struct ledger *ledger, const struct promise *promise,
                           const struct chain *chain) EPURSE_MUST_USE;

#endif
