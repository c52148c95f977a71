/* SPDX-License-Identifier: Apache-2.0
 * The issuer's desks: which of them a reserved card number belongs to, and how many each may reserve.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_DESK_H
#define EPURSE_LEDGER_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

struct ledger_desk {
  const uint8_t *tid; /* TID_SIZE: the desk that asks */
  int64_t per_day;    /* card numbers that it may reserve in a day of UTC, 0: any */
  int64_t open;       /* that it may have reserved and not yet issued or given up, 0: any */
  int64_t now;
};

/* As ledger_card_reserve, for a desk: the number is then that desk's. A chip's number that it has already counts once.
 * What a revoked desk left, or a ledger from before desks owned anything, goes to whoever reserves that chip.
 * STATUS_OTHER_DESK: another desk reserved it; STATUS_DESK_QUOTA; STATUS_CHIP_NOT_LISTED: not of the delivered chips;
 * STATUS_NOT_FOUND: no such terminal. */
enum status ledger_desk_reserve(struct ledger *ledger, const struct ledger_desk *desk,
                                const uint8_t chip_serial[CHIP_SERIAL_SIZE], uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;

/* Whether a desk may certify a number or give it up: STATUS_OTHER_DESK where another one reserved it. STATUS_OK also of
 * one that nobody has in reservation, which the state of its card refuses. STATUS_CARD_UNKNOWN: not this issuer's. */
enum status ledger_desk_holds(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                              const uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;

/* Whether it may report a card as made, whose keys are certified: the same, but that any desk finishes what a revoked
 * one left. */
enum status ledger_desk_finishes(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                 const uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;

/* The optional list of the chips that were delivered. Once there is one on it, no other chip gets a number that it has
 * not yet, and none gets a second one in the place of one that was certified and given up. *added is false where the
 * chip was on it before. */
enum status ledger_chip_add(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                            bool *added) EPURSE_MUST_USE;
/* How many are on it; 0: there is no list. */
enum status ledger_chip_count(struct ledger *ledger, int64_t *count) EPURSE_MUST_USE;

#endif
