/* SPDX-License-Identifier: Apache-2.0
 * Limits of exposure: how much one terminal and one merchant can load before a person looks. They touch loads that
 * somebody was paid for, never a purchase, and not what is owed to a card.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_LIMIT_H
#define EPURSE_LEDGER_LIMIT_H

#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

#define LEDGER_LIMIT_DEFAULT (-1)   /* that of all who have none of their own (struct ledger_settings) */
#define LEDGER_LIMIT_NONE    0      /* as much as they like */
#define LEDGER_LIMIT_USUAL   200000 /* minor units of a currency with two decimals: what a new issuer begins with */
#define LEDGER_LIMIT_REFUNDS 50000  /* the same of refunds at a terminal */
#define LEDGER_LIMIT_PAYOUTS 50000  /* the same of payouts */
#define LEDGER_LIMIT_MAX     (INT64_C(1) << 53) /* what a JSON number carries whole */

/* Sets what a terminal may load in a day of the issuer's time zone, or what a merchant may owe for loads, from the next
 * load on: minor units, or one of the above. STATUS_NOT_FOUND, STATUS_BAD_FORMAT. */
enum status ledger_terminal_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t loads) EPURSE_MUST_USE;
/* Of the merchant with that identifier. */
enum status ledger_merchant_limit(struct ledger *ledger, const char *id, int64_t load_credit) EPURSE_MUST_USE;

/* What a terminal gives back of sales in a day; likewise. */
enum status ledger_terminal_refund_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                         int64_t refunds) EPURSE_MUST_USE;
/* What all terminals of a merchant give back of sales in a day; likewise. */
enum status ledger_merchant_refund_limit(struct ledger *ledger, const char *id, int64_t refunds) EPURSE_MUST_USE;

/* What a terminal pays out in a day; likewise. */
enum status ledger_terminal_payout_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                         int64_t payouts) EPURSE_MUST_USE;

/* Where a limit stands: what is used of it (of a terminal: on that day, counted from 1970-01-01), and what is allowed,
 * LEDGER_LIMIT_NONE included. STATUS_NOT_FOUND. */
struct ledger_limit {
  int64_t used, allowed; /* minor units */
};
/* Of a terminal. Its own limit if it has one, else the one of all. */
enum status ledger_terminal_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                       struct ledger_limit *limit) EPURSE_MUST_USE;
/* Of a merchant, whatever the day; likewise. */
enum status ledger_merchant_limit_read(struct ledger *ledger, const char *id,
                                       struct ledger_limit *limit) EPURSE_MUST_USE;
/* Of refunds at a terminal, on that day; likewise. */
enum status ledger_terminal_refund_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                              struct ledger_limit *limit) EPURSE_MUST_USE;
/* Of refunds at all terminals of a merchant, on that day; likewise. */
enum status ledger_merchant_refund_limit_read(struct ledger *ledger, const char *id, int64_t day,
                                              struct ledger_limit *limit) EPURSE_MUST_USE;
/* Of payouts of a terminal, on that day; likewise. */
enum status ledger_terminal_payout_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                              struct ledger_limit *limit) EPURSE_MUST_USE;

#define LEDGER_OFFLINE_ISSUERS (-1)
#define LEDGER_OFFLINE_NEVER   0
/* How much the cards that a desk certifies from now on may pay off-line in all, of what the issuer's may: minor units,
 * LEDGER_OFFLINE_ISSUERS, or LEDGER_OFFLINE_NEVER. Where nothing was set, the issuer's own desks (whose merchant is its
 * administrators', who are not revoked) and all desks where one administrator is enough have the issuer's, the others
 * never. STATUS_NOT_FOUND, STATUS_BAD_FORMAT. */
enum status ledger_desk_offline_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                      int64_t total) EPURSE_MUST_USE;
/* The same as it stands now: never set, it is what holds then. STATUS_NOT_FOUND. */
enum status ledger_desk_offline_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                           int64_t *total) EPURSE_MUST_USE;

#define LEDGER_OFFLINE_UNSET (-2)
/* The same as it was set for that desk; LEDGER_OFFLINE_UNSET: it never was. STATUS_NOT_FOUND. */
enum status ledger_desk_offline_limit_own(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                          int64_t *total) EPURSE_MUST_USE;

/* A terminal that asks about a card without a promise of that card's. */
struct ledger_asking {
  const uint8_t *tid, *cid;
  int64_t day;  /* since 1970-01-01, the issuer's */
  int64_t most; /* different cards that it may ask about in a day; 0: any */
};
/* Notes it, once for each card and day, also of a number that no card has. Inside a step. STATUS_CARDS_LIMIT: it has
 * asked about so many others, and nothing is noted; STATUS_CARD_UNKNOWN: no number of this issuer's; STATUS_NOT_FOUND:
 * no such terminal. */
enum status ledger_card_asked(struct ledger *ledger, const struct ledger_asking *asking) EPURSE_MUST_USE;

#endif
