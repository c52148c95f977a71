/* SPDX-License-Identifier: Apache-2.0
 * Refunds: which sale a promise gives back, whether it may, and what becomes of the sale's points. */
#include "refund.h"

#include "booking.h"
#include "store.h"

/* What was given back of it so far, or is on its way back to its card. */
static enum status refund_sum(struct ledger *ledger, int64_t sale, int64_t *sum) {
  struct query query = query_begin(ledger, QUERY_REFUND_SUM);
  query_i64(&query, sale);
  (void)query_row(&query);
  *sum = query_read_i64(&query);
  return query_end(&query);
}

static enum status refund_check_sale(const struct refund_wish *wish, const struct booking *sale) {
  uint8_t type = wish->promise->sale_in_points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE;
  if (sale->type != type)
    return STATUS_SALE_UNKNOWN;
  if (sale->merchant != wish->merchant)
    return STATUS_SALE_OF_ANOTHER;
  if (sale->state != LEDGER_CAPTURED)
    return STATUS_SALE_NOT_CAPTURED;
  return wish->window > 0 && wish->now - sale->created_at > wish->window ? STATUS_SALE_TOO_OLD : STATUS_OK;
}

/* The sale's points that belong to the first `amount` of it: each part's are the difference of two of these, so that
 * the parts sum to the whole. */
static int64_t refund_share(const struct booking *sale, int64_t amount) {
  int64_t points = sale->points < 0 ? -(int64_t)sale->points : sale->points;
  return points * amount / sale->amount;
}

/* What was granted goes back as far as it is still there. */
static enum status refund_points(const struct refund_wish *wish, const struct booking *sale, int64_t before,
                                 struct refund *refund) {
  int64_t part = refund_share(sale, before + wish->promise->amount) - refund_share(sale, before);
  refund->in_points = sale->type == TRANSACTION_POINTS_PURCHASE;
  if (refund->in_points)
    refund->points = part;
  else
    refund->points = -(part < wish->points ? part : wish->points);
  return refund->points > INT32_MAX - wish->points ? STATUS_ABOVE_LIMIT : STATUS_OK;
}

enum status refund_judge(struct ledger *ledger, const struct refund_wish *wish, struct refund *refund) {
  struct booking sale;
  int64_t before = 0;
  *refund = (struct refund){.sale = booking_id(wish->card, wish->promise->sale_atc)};
  enum status status = booking_read(ledger, refund->sale, &sale);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_SALE_UNKNOWN : status;
  status = refund_check_sale(wish, &sale);
  if (status == STATUS_OK)
    status = refund_sum(ledger, refund->sale, &before);
  if (status == STATUS_OK && wish->promise->amount > sale.amount - before)
    status = STATUS_REFUND_EXCEEDS;
  return status == STATUS_OK ? refund_points(wish, &sale, before, refund) : status;
}
