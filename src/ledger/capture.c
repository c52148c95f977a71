/* SPDX-License-Identifier: Apache-2.0
 * Captured purchases: what a settlement closes. */
#include "capture.h"

#include "store.h"

enum status capture_add(struct ledger *ledger, const struct booking *booking, int64_t now) {
  if (!booking_pays(booking))
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_CAPTURE_ADD);
  query_i64(&query, booking->id);
  query_i64(&query, booking->merchant);
  query_i64(&query, booking->type);
  query_i64(&query, booking->amount);
  query_i64(&query, booking->points);
  query_i64(&query, now);
  return query_run(&query);
}
