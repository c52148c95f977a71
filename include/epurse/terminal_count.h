/* SPDX-License-Identifier: Apache-2.0
 * Counting: what a terminal has sold, given back, loaded and paid out, from the entries of its journal alone. */
#ifndef EPURSE_TERMINAL_COUNT_H
#define EPURSE_TERMINAL_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/reference.h"

struct journal_entry; /* journal.h */

/* What is summed apart; loads are by their tender. An entry is in one of them, or in one tender, or in none. */
enum count_kind {
  COUNT_SALE_PIN,        /* sales on-line for which the PIN was given */
  COUNT_SALE_NO_PIN,     /* without it */
  COUNT_SALE_OFFLINE,    /* by the card's promise only */
  COUNT_SALE_POINTS,     /* paid with points; the sum is the price */
  COUNT_REFUND,          /* in money, to the card */
  COUNT_REFUND_POINTS,   /* of what was paid with points; no money moves */
  COUNT_PAYOUT_CASH,     /* handed out, as the cashier has said */
  COUNT_PAYOUT_TRANSFER, /* to a bank account */
  COUNT_ELSEWHERE,       /* over, and another terminal or the server knows how; no money of this drawer */
  COUNT_KINDS
};
/* "sales_pin", "refunds", ...; static. */
const char *count_kind_name(enum count_kind kind);

struct count_sum {
  int64_t count, amount; /* amount in minor units */
};
#define COUNT_OPEN_MAX 32 /* so many of what is open are named by their numbers */
#define COUNT_TENDERS  8  /* kinds of tender; what is beyond goes into the last, as "other" */
struct count_tender {
  char kind[16]; /* "cash"; "owed": nothing was paid */
  struct count_sum sum;
};

/* What one cashier has done, in money; who was not named is not among them. */
#define COUNT_CASHIERS 24 /* what is beyond goes into the last, as "other" */
struct count_cashier {
  char name[CASHIER_MAX + 1];
  struct count_sum sales, refunds, loads, payouts;
};
/* Whether it can be one: letters, digits, '.', '-' and '_', at most CASHIER_MAX. */
bool cashier_valid(const char *name);

struct count {
  int64_t first, last; /* numbers of the entries that are known; 0: none */
  int64_t since;       /* when the first of them began, unix seconds */
  struct count_sum kinds[COUNT_KINDS];
  struct count_tender loads[COUNT_TENDERS];
  size_t load_count;
  struct count_cashier cashiers[COUNT_CASHIERS];
  size_t cashier_count;
  struct count_sum waiting; /* of all these: those that the server has not booked yet */
  struct count_sum open;    /* in none of these: begun, and not known how they end */
  int64_t open_numbers[COUNT_OPEN_MAX];
};

/* What an entry is to whoever counts. What is known stays as it is for good. */
enum count_fate {
  COUNT_OPEN = 1, /* nobody knows yet how it ends */
  COUNT_VOID,     /* it has come to nothing */
  COUNT_DONE,     /* it is done, and in a sum */
};
/* Void: it was cancelled, or its payout was put back. Done: the card has done it (a payout in cash: and the money was
 * handed out). Else open. */
enum count_fate count_fate(const struct journal_entry *entry);

/* Adds an entry; begin with a zeroed count, and give them in their order. */
void count_add(struct count *count, const struct journal_entry *entry);

/* What those entries put into the drawer: loads in cash less payouts in cash. */
int64_t count_drawer(const struct count *count);

#endif
