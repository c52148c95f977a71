/* SPDX-License-Identifier: Apache-2.0
 * A settlement as replies tell of it. */
#include "settlement_body.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/settlement.h"

#define INCARNATION_SIZE 7 /* six digits and NUL */

/* Adds the sums to an object, which is stolen. */
static json_t *with_sums(json_t *object, const struct ledger_sums *sums) {
  json_t *added =
      json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "purchases",
                (json_int_t)sums->purchases, "gross", (json_int_t)sums->gross, "payouts", (json_int_t)sums->payouts,
                "credit", (json_int_t)sums->credit, "fee", (json_int_t)sums->fee, "loads", (json_int_t)sums->loads,
                "set_off", (json_int_t)sums->set_off, "net", (json_int_t)sums->net, "points_granted",
                (json_int_t)sums->points_granted, "points_purchases", (json_int_t)sums->points_purchases,
                "points_redeemed", (json_int_t)sums->points_redeemed, "points_value", (json_int_t)sums->points_value);

  if (json_object_update(object, added) != 0) {
    json_decref(object);
    object = NULL;
  }
  json_decref(added);
  return object;
}

json_t *settlement_body(const struct ledger_settlement *settlement) {
  char incarnation[INCARNATION_SIZE] = "";

  if (settlement->incarnation != 0)
    (void)snprintf(incarnation, sizeof incarnation, "%06" PRIX32, settlement->incarnation & 0xFFFFFF);
  return with_sums(json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "number", (json_int_t)settlement->number,
                             "incarnation", incarnation, "closed_at", (json_int_t)settlement->closed_at,
                             "first_capture", (json_int_t)settlement->first_capture, "last_capture",
                             (json_int_t)settlement->last_capture, "merchants", (json_int_t)settlement->merchants,
                             "brought_in", (json_int_t)settlement->brought_in, "transfers",
                             (json_int_t)settlement->transfers, "transferred", (json_int_t)settlement->transferred),
                   &settlement->sums);
}

json_t *settlement_line_body(const struct ledger_settlement_line *line) {
  return with_sums(json_pack("{s:s, s:s, s:I, s:s, s:s}", "merchant", line->merchant, "name", line->name, "fee_rate",
                             (json_int_t)line->fee_rate, "iban", line->iban, "bic", line->bic),
                   &line->sums);
}

json_t *settlement_capture_body(const struct ledger_capture *capture) {
  char cid[2 * CID_SIZE + 1], tid[TID_SIZE + 1] = "";
  const char *type = capture->type == TRANSACTION_POINTS_PURCHASE ? "points-purchase" : "purchase";

  cid_print(capture->cid, cid);
  memcpy(tid, capture->tid, TID_SIZE);
  return json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:b}", "number",
                   (json_int_t)capture->number, "cid", cid, "atc", (json_int_t)capture->atc, "merchant",
                   capture->merchant, "tid", tid, "type", type, "amount", (json_int_t)capture->amount, "points",
                   (json_int_t)capture->points, "created_at", (json_int_t)capture->created_at, "captured_at",
                   (json_int_t)capture->captured_at, "reference", capture->reference, "brought_in",
                   (int)capture->brought_in);
}

json_t *settlement_transfer_body(const struct ledger_settlement_transfer *transfer) {
  char cid[2 * CID_SIZE + 1];

  cid_print(transfer->cid, cid);
  return json_pack("{s:I, s:s, s:I, s:I, s:s, s:s}", "number", (json_int_t)transfer->number, "cid", cid, "atc",
                   (json_int_t)transfer->atc, "amount", (json_int_t)transfer->amount, "iban", transfer->account.iban,
                   "holder", transfer->account.name);
}
