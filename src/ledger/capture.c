/* SPDX-License-Identifier: Apache-2.0
 * Purchases in the order of their captures, and what they come to for each merchant: what a settlement closes. */
#include "capture.h"

#include "store.h"

enum status capture_tally(struct ledger *ledger, const struct booking *booking) {
  bool points = booking->type == TRANSACTION_POINTS_PURCHASE;
  struct query query = query_begin(ledger, points ? QUERY_TALLY_POINTS : QUERY_TALLY_PURCHASE);
  query_i64(&query, points ? booking_held(booking) : booking->points);
  if (points)
    query_i64(&query, booking->amount);
  query_i64(&query, booking->merchant);
  return query_run(&query);
}

enum status capture_add(struct ledger *ledger, const struct booking *booking) {
  if (!booking_pays(booking))
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_CAPTURE_ADD);
  query_i64(&query, booking->id);
  enum status status = query_run(&query);
  return status == STATUS_OK ? capture_tally(ledger, booking) : status;
}
