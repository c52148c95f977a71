/* SPDX-License-Identifier: Apache-2.0
 * What a load, refund or payout takes of the limits of its terminal and merchant, and gives back. */
#ifndef LEDGER_LIMIT_H
#define LEDGER_LIMIT_H

#include "booking.h"

struct ledger;
struct ledger_offline_allowance;
struct ledger_settings;

/* As the database has them. */
enum limit_kind {
  LIMIT_TERMINAL_LOADS = 1,
  LIMIT_LOAD_CREDIT = 2,
  LIMIT_TERMINAL_REFUNDS = 3,
  LIMIT_MERCHANT_REFUNDS = 4,
  LIMIT_OFFLINE_SUM = 5,
  LIMIT_OFFLINE_COUNT = 6,
  LIMIT_TERMINAL_PAYOUTS = 7,
  LIMIT_DESK_OFFLINE = 8,      /* of the cards that a desk certifies; nobody uses it up */
  LIMIT_DESK_OFFLINE_NEVER = 9 /* a row of no limit alone means "none", which the table cannot say */
};

/* A load, refund or payout that asks, or has asked. */
struct limit_load {
  bool refund;
  bool payout;
  bool in_points;             /* of a refund: the merchant owes nothing for it */
  int64_t terminal, merchant; /* numbers */
  int64_t amount;             /* minor units */
  int64_t day;                /* since 1970-01-01, the issuer's */
};

/* Whether there is room for it: reads only. STATUS_TERMINAL_LIMIT, STATUS_MERCHANT_LIMIT, STATUS_REFUND_LIMIT,
 * STATUS_PAYOUT_LIMIT. */
enum status limit_check(struct ledger *ledger, const struct limit_load *load) EPURSE_MUST_USE;
/* Takes it for what has no promise and is never given back; after limit_check, in the same step, and after the
 * merchant's account was moved: what it owes is read there. */
enum status limit_take_for_good(struct ledger *ledger, const struct limit_load *load) EPURSE_MUST_USE;
/* Takes it, under the promise of its booking; as limit_take_for_good. */
enum status limit_take(struct ledger *ledger, const struct limit_load *load, int64_t booking) EPURSE_MUST_USE;
/* An off-line payment that no promise of its card confirms yet: the sum and the count of the day of payment->terminal.
 * STATUS_TERMINAL_LIMIT: there is no room for it, and nothing is taken. */
enum status limit_take_offline(struct ledger *ledger, const struct limit_load *payment) EPURSE_MUST_USE;
/* The tender of a load went back, after which so does what it took. */
enum status limit_give_back(struct ledger *ledger, const struct booking *booking) EPURSE_MUST_USE;
/* What the lines of a settlement set off is not owed any more. */
enum status limit_set_off(struct ledger *ledger, int64_t settlement) EPURSE_MUST_USE;
/* For all who have no limit of their own. */
enum status limit_default(struct ledger *ledger, const struct ledger_settings *settings) EPURSE_MUST_USE;
/* Of a terminal's day off-line, whatever is used of it; no limit is no allowance. */
enum status limit_allowance(struct ledger *ledger, int64_t terminal,
                            struct ledger_offline_allowance *allowance) EPURSE_MUST_USE;
/* The usual ones for off-line payments. */
enum status limit_default_offline(struct ledger *ledger) EPURSE_MUST_USE;

#endif
