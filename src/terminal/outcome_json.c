/* SPDX-License-Identifier: Apache-2.0
 * What happened to a card, for machines: in minor units, by the names of docs/epurse-json.schema.json. */
#include "epurse/outcome_json.h"

#include <string.h>

#include "epurse/amount.h"
#include "epurse/outcome.h"
#include "epurse/record.h"

void outcome_json_add(json_t *object, const struct outcome *outcome) {
  static const uint8_t none[CID_SIZE];
  char cid[17], time[21];
  const struct currency *currency = currency_by_number(outcome->amount.currency);
  if (outcome->reference[0] != 0)
    json_object_set_new(object, "reference", json_string(outcome->reference));
  if (outcome->amount.minor != 0 || outcome->type == TRANSACTION_PAYOUT) {
    json_object_set_new(object, "amount", json_integer(outcome->amount.minor));
    json_object_set_new(object, "currency", json_string(currency != NULL ? currency->code : ""));
  }
  if (outcome->deposit > 0)
    json_object_set_new(object, "deposit", json_integer(outcome->deposit));
  if (outcome->limit > 0)
    json_object_set_new(object, "limit", json_integer(outcome->limit));
  if (outcome->balance_before >= 0)
    json_object_set_new(object, "balance_before", json_integer(outcome->balance_before));
  if (memcmp(outcome->cid, none, sizeof none) == 0)
    return;
  cid_print(outcome->cid, cid);
  json_object_set_new(object, "cid", json_string(cid));
  json_object_set_new(object, "atc", json_integer(outcome->atc));
  if (outcome->balance_after >= 0) {
    json_object_set_new(object, "balance_after", json_integer(outcome->balance_after));
    json_object_set_new(object, "points", json_integer(outcome->points));
    json_object_set_new(object, "points_after", json_integer(outcome->points_after));
    json_object_set_new(object, "confirmed", json_boolean(outcome->confirmed));
    json_object_set_new(object, "finished_before", json_boolean(outcome->finished_before));
    if (outcome->offline)
      json_object_set_new(object, "offline", json_true());
    if (outcome->without_pin)
      json_object_set_new(object, "without_pin", json_true());
    if (outcome->wanted > 0)
      json_object_set_new(object, "left", json_integer(outcome->wanted - outcome->amount.minor));
  } else if (outcome->points_after >= 0) { /* refused for want of them */
    json_object_set_new(object, "points_after", json_integer(outcome->points_after));
  }
  if (moment_valid(outcome->time)) {
    moment_print(outcome->time, time);
    json_object_set_new(object, "time", json_string(time));
  }
  if (outcome->tender_reference[0] != 0)
    json_object_set_new(object, "tender_reference", json_string(outcome->tender_reference));
  if (outcome->number > 0)
    json_object_set_new(object, "number", json_integer(outcome->number));
  if (outcome->receipt_path[0] != 0)
    json_object_set_new(object, "receipt", json_string(outcome->receipt_path));
  if (outcome->receipt_lost)
    json_object_set_new(object, "receipt_lost", json_true());
}
