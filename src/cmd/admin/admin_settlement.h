/* SPDX-License-Identifier: Apache-2.0
 * Settlements as the server tells of them, for the verbs that show and export them. */
#ifndef EPURSE_CMD_ADMIN_SETTLEMENT_H
#define EPURSE_CMD_ADMIN_SETTLEMENT_H

#include <stdio.h>

#include "admin.h"
#include "epurse/amount.h"

/* epurse/settlement.h says what they are; money in minor units of the terminal's currency. */
struct settlement_sums {
  json_int_t purchases, gross, payouts, credit, fee, loads, set_off, net;
  json_int_t points_granted, points_purchases, points_redeemed, points_value;
};
struct settlement_head {
  json_int_t number, closed_at, first_capture, last_capture, merchants, transfers, transferred, brought_in;
  char incarnation[7]; /* of the ledger that closed it; "": an older one */
  struct settlement_sums sums;
};
struct settlement_line {
  const char *merchant, *name, *iban, *bic; /* borrowed for the call */
  json_int_t fee_rate;
  struct settlement_sums sums;
};

/* STATUS_BAD_REPLY. */
enum status settlement_head_read(json_t *item, struct settlement_head *head) EPURSE_MUST_USE;

/* Number of a settlement as a person typed it. Says what is wrong. */
enum status settlement_number_read(const struct admin *admin, const char *text, json_int_t *number) EPURSE_MUST_USE;

/* Reads a settlement page by page; each line once, in order of the merchants' identifiers; says what is wrong.
 * STATUS_BAD_REPLY too where the lines do not make the settlement's sums. */
struct settlement_reading {
  struct admin *admin;
  json_int_t number;
  bool exported; /* it leaves the house: accounts that were not known as it was closed are fixed */
  enum status (*take)(void *context, const struct settlement_line *line, json_t *item); /* item: borrowed */
  void *context;
  struct settlement_head head; /* set, from the first page on */
  json_int_t issuer;           /* set */
};
enum status settlement_read(struct settlement_reading *reading) EPURSE_MUST_USE;

/* A payout of a card to a bank account that a settlement orders. */
struct holder_transfer {
  const char *cid, *iban, *holder; /* borrowed for the call */
  json_int_t number, atc, amount;
};
typedef enum status holder_transfer_take(void *context, const struct holder_transfer *transfer, json_t *item);
/* Reads those of a settlement that settlement_read has read, each once; says what is wrong. STATUS_BAD_REPLY too where
 * they do not make what its head says. */
enum status settlement_transfers_read(const struct settlement_reading *reading, holder_transfer_take *take,
                                      void *context) EPURSE_MUST_USE;

/* admin_settlement_pain.c: the transfers of a settlement as an ISO 20022 pain.001.001.09 file for the issuer's bank.
 * Says what is wrong. STATUS_NO_ACCOUNT: a merchant's account is not known; STATUS_NOTHING_TO_SETTLE: nothing is to be
 * paid out; STATUS_BAD_LENGTH: no message identification holds its number. With --date, or on the same day, the same
 * settlement makes the same bytes and the same message identification, so that a bank that gets it twice can tell. */
enum status settlement_pain(struct admin *admin, json_int_t number, FILE *out) EPURSE_MUST_USE;

/* "1234.50" of minor units, without the currency. */
void settlement_amount(char text[AMOUNT_TEXT_MAX], json_int_t minor, const struct currency *currency);
/* A settlement, or the item of it, as --json prints it: as the server tells it, its moment in words. The caller's. */
json_t *settlement_head_json(json_t *item, const struct settlement_head *head);
/* A moment of the server, "2026-11-26T22:44:28Z". */
void settlement_moment(char text[21], json_int_t seconds);

#endif
