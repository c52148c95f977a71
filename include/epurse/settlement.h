/* SPDX-License-Identifier: Apache-2.0
 * Settlement: the purchases captured since the last one are closed, for each merchant, into a numbered batch that never
 * changes again. Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_SETTLEMENT_H
#define EPURSE_SETTLEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/iban.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_payout.h"
#include "epurse/reference.h"
#include "epurse/status.h"

struct ledger;

/* Counts, minor units, points; of one merchant, or of all. gross + payouts + credit = fee + set_off + net. */
struct ledger_sums {
  int64_t purchases;        /* number of those with money */
  int64_t gross;            /* what they come to */
  int64_t payouts;          /* what it handed out to cardholders, and told */
  int64_t credit;           /* of tenders that were given back after they had been set off */
  int64_t fee;              /* gross * fee_rate / 10000, rounded down once for the merchant and batch */
  int64_t loads;            /* what the merchant owed for loads when it was closed */
  int64_t set_off;          /* as much of that as gross - fee + payouts + credit covers; the rest stays owed */
  int64_t net;              /* to be paid out */
  int64_t points_granted;   /* by the purchases with money */
  int64_t points_purchases; /* number of those with points; the issuer pays nothing for them */
  int64_t points_redeemed;  /* points that they took */
  int64_t points_value;     /* minor units that they stood for */
};

struct ledger_settlement {
  int64_t number; /* 1, 2, ...: none is left out, but those that a restoration forgot */
  int64_t closed_at;
  int64_t first_capture, last_capture; /* its purchases, by the number of their capture; none: last is first - 1 */
  int64_t merchants;                   /* how many lines it has */
  struct ledger_sums sums;
  int64_t transfers;    /* payouts of cards to bank accounts that it orders: how many, */
  int64_t transferred;  /* and what they come to; apart from the sums */
  int64_t brought_in;   /* of gross: what terminals brought in again after a restoration, perhaps paid out before it */
  uint32_t incarnation; /* of the ledger that closed it, see ledger_incarnation.h; 0: an older one, before these */
};

/* Closes: a line for each merchant that sold something, handed something out, or owes for loads; fee, set-off and
 * payout leave the merchant's account, whose balance is then 0. Work for each merchant, none for each purchase.
 * STATUS_NOTHING_TO_SETTLE: nothing was captured since the last one, and nothing else waits to be paid out: no payout
 * to a bank account or that was handed out, no credit, and nothing that the issuer's risk paid.
 * STATUS_SETTLEMENT_UNRESUMED: the ledger is a backup that was put back, and ledger_settlement_resume was not called
 * since. */
enum status ledger_settlement_close(struct ledger *ledger, int64_t now,
                                    struct ledger_settlement *closed) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status ledger_settlement_find(struct ledger *ledger, int64_t number,
                                   struct ledger_settlement *settlement) EPURSE_MUST_USE;
/* Up to `capacity` in order of number, those after `after` (0: from the first). */
enum status ledger_settlement_list(struct ledger *ledger, int64_t after, struct ledger_settlement *settlements,
                                   size_t capacity, size_t *count) EPURSE_MUST_USE;

/* A merchant's part, with its account as that was known then; where none was, as it was at the first export, or is
 * now. */
struct ledger_settlement_line {
  char merchant[MERCHANT_MAX + 1];
  char name[LEDGER_NAME_MAX + 1];
  uint32_t fee_rate;       /* basis points */
  char iban[IBAN_MAX + 1]; /* "": not known */
  char bic[BIC_MAX + 1];
  struct ledger_sums sums;
};
/* Where a page begins: behind `merchant` ("": from the first). */
struct ledger_line_place {
  int64_t number; /* of the settlement */
  const char *merchant;
};
/* In order of the merchants' identifiers. No such settlement: none. */
enum status ledger_settlement_lines(struct ledger *ledger, const struct ledger_line_place *after,
                                    struct ledger_settlement_line *lines, size_t capacity,
                                    size_t *count) EPURSE_MUST_USE;
/* Before a settlement leaves the house: accounts that were not known as it was closed, and are now, are its lines' for
 * good. */
enum status ledger_settlement_accounts_fix(struct ledger *ledger, int64_t number) EPURSE_MUST_USE;

/* A payout of a card to its holder's bank account. */
struct ledger_settlement_transfer {
  int64_t number; /* of the transaction in the ledger; they go up */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint32_t amount; /* minor units */
  struct ledger_account account;
};
/* Where a page begins: behind `number` (0: from the first). */
struct ledger_transfer_place {
  int64_t settlement, number;
};
/* In order of their numbers. No such settlement: none. */
enum status ledger_settlement_transfers(struct ledger *ledger, const struct ledger_transfer_place *after,
                                        struct ledger_settlement_transfer *transfers, size_t capacity,
                                        size_t *count) EPURSE_MUST_USE;

/* A purchase in a settlement. */
struct ledger_capture {
  int64_t number; /* of the capture: 1, 2, ... over all settlements */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  char merchant[MERCHANT_MAX + 1];
  uint8_t tid[TID_SIZE];
  uint8_t type;                      /* enum transaction_type: with money or with points */
  uint32_t amount;                   /* minor units: the price */
  int32_t points;                    /* granted, or, negative, taken */
  int64_t created_at, captured_at;   /* authorised; proved */
  char reference[REFERENCE_MAX + 1]; /* the caller's name of it; "": none */
  bool brought_in;                   /* again, after a restoration */
};
/* Those with a number above `after` and up to `last`, in order. */
struct ledger_capture_range {
  int64_t after, last;
};
/* Up to `capacity` of them; *count says how many. None: STATUS_OK. */
enum status ledger_capture_list(struct ledger *ledger, const struct ledger_capture_range *range,
                                struct ledger_capture *captures, size_t capacity, size_t *count) EPURSE_MUST_USE;

#endif
