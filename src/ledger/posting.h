/* SPDX-License-Identifier: Apache-2.0
 * Accounts and the two ways to change them, each of which takes from one what it gives to another: a posting, of a
 * transaction, and a transfer, of none. A posting has no row: the view `posting` tells it from its transaction. */
#ifndef LEDGER_POSTING_H
#define LEDGER_POSTING_H

#include <stdint.h>

#include "epurse/status.h"

struct ledger;
struct query;

#define ACCOUNTS_OF_ONE 16 /* numbers for the accounts of one card or merchant; the issuer has those from -1 down */
/* The last four bits of an account's number (without sign). From 8 on they hold points. */
enum account_kind {
  ACCOUNT_RISK = 1,     /* of the issuer, which has no card: what it paid for payments that their cards had denied */
  ACCOUNT_CARD = 1,     /* shadow of a card: 0 .. its purse ceiling; as kinds 2, 8 and 9 of one, on the card's row */
  ACCOUNT_HOLD = 2,     /* of a card: authorised, outcome unknown */
  ACCOUNT_OWED = 3,     /* to a card: loads that were paid for and not credited */
  ACCOUNT_MERCHANT = 4, /* what the issuer owes a merchant; as kind 10 of one, moved by settlements, from `capture` */
  ACCOUNT_OFFLINE = 4,  /* of a card: paid off-line as it announced, and not brought in */
  ACCOUNT_TENDER = 5,   /* of a merchant: negative is what it owes for loads */
  ACCOUNT_PAID_OUT = 5, /* of a card: left it in a payout, and nobody said pay yet */
  ACCOUNT_CASH = 6,     /* of a merchant: what the issuer owes it for payouts to cardholders */
  ACCOUNT_TRANSFER = 6, /* of a card: left it in a payout to a bank account, and no settlement has ordered it yet */
  ACCOUNT_PAYOUT = 6,   /* of the issuer: what was ordered to be paid out to merchants and cardholders */
  ACCOUNT_DEPOSITS = 5, /* of the issuer: below zero, what its desks took as deposits of cards */
  ACCOUNT_FEE = 7,      /* of the issuer: what merchants paid for its service */
  ACCOUNT_DEPOSIT = 7,  /* of a card: what its holder gets back when it is closed */
  ACCOUNT_POINTS = 8,
  ACCOUNT_POINTS_HOLD = 9,
  ACCOUNT_POINTS_ISSUER = 10, /* where points come from, of a merchant's purchases with it: may go negative */
  ACCOUNT_POINTS_OWED = 11,   /* to a card that replaced another one: its points, until a load brings them */
  ACCOUNT_POINTS_RISK = 12    /* of the issuer: the same in points */
};

#define ACCOUNT_BOUND (INT64_C(1) << 62) /* far from what int64 holds, and from any purse */

int64_t account_of_card(int64_t card, enum account_kind kind);         /* positive */
int64_t account_of_merchant(int64_t merchant, enum account_kind kind); /* negative */
int64_t account_of_issuer(enum account_kind kind);                     /* negative */

/* A new account with a balance of 0. */
enum status account_open(struct ledger *ledger, int64_t account, int64_t lowest, int64_t highest) EPURSE_MUST_USE;

/* Opens one that only some cards have, from 0 upwards, unless it is there. */
enum status account_need(struct ledger *ledger, int64_t account) EPURSE_MUST_USE;

enum posting_transition {
  POSTING_HOLD = 1,
  POSTING_SETTLE = 2, /* captured or released */
  POSTING_GRANT = 3,  /* points for a purchase, or those of a replaced card */
  POSTING_REFUND = 4  /* a tender given back after its load had become owed; or what was said of a payout */
};

struct posting {
  int64_t booking;
  enum posting_transition transition;
  int64_t debit, credit;
  int64_t amount; /* minor units or points, greater than 0 */
  int64_t at;
};
/* STATUS_LEDGER_BROKEN: a bound does not allow it. What it moves on the card's row is written by the next statement
 * that takes it (purse_change_take), or by purse_change_write. */
enum status posting_add(struct ledger *ledger, const struct posting *posting) EPURSE_MUST_USE;

/* Binds the four sums that wait for this card: of its balance, hold, points, points in hold. */
void purse_change_take(struct ledger *ledger, struct query *query, int64_t card);
/* What waits, by a statement of its own. */
enum status purse_change_write(struct ledger *ledger) EPURSE_MUST_USE;

/* What moves outside of any transaction; `subject` is the old card, or the settlement. */
enum transfer_kind {
  TRANSFER_REPLACEMENT = 1,
  TRANSFER_FEE = 2,
  TRANSFER_SET_OFF = 3,
  TRANSFER_PAYOUT = 4,
  TRANSFER_CREDIT = 5,      /* what a merchant is owed besides its sales: to its account */
  TRANSFER_HOLDER = 6,      /* what a card paid out to a bank account: ordered */
  TRANSFER_DEPOSIT = 7,     /* `subject` is the card, which is issued */
  TRANSFER_DEPOSIT_BACK = 8 /* `subject` is the payout that closes its card */
};

struct transfer {
  enum transfer_kind kind;
  int64_t subject;
  int64_t debit, credit;
  int64_t amount; /* minor units or points; 0: there is nothing to book */
  int64_t at;
};
/* STATUS_LEDGER_BROKEN: a bound does not allow it, or the same was booked before. */
enum status transfer_add(struct ledger *ledger, const struct transfer *transfer) EPURSE_MUST_USE;

#endif
