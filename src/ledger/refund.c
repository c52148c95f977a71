/* SPDX-License-Identifier: Apache-2.0
 * Refunds: which sale a promise gives back, whether it may, and what becomes of the sale's points. */
#include "refund.h"

#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/moment.h"
#include "heir.h"
#include "limit.h"
#include "posting.h"
#include "reference.h"
#include "store.h"
#include "terminal.h"

/* What was given back of it so far, or is on its way back to its card. */
static enum status refund_sum(struct ledger *ledger, int64_t sale, int64_t *sum) {
  struct query query = query_begin(ledger, QUERY_REFUND_SUM);
  query_i64(&query, sale);
  (void)query_row(&query);
  *sum = query_read_i64(&query);
  return query_end(&query);
}

static enum status refund_check_sale(const struct refund_wish *wish, const struct booking *sale) {
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

/* It is not booked: it may have been brought in all the same, and wait. */
static enum status refund_absent(struct ledger *ledger, int64_t sale, int64_t merchant) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_OF_MERCHANT);
  query_i64(&query, sale);
  query_i64(&query, merchant);
  bool waits = query_row(&query);
  enum status status = query_end(&query);
  return status != STATUS_OK ? status : waits ? STATUS_SALE_NOT_CAPTURED : STATUS_SALE_UNKNOWN;
}

enum status refund_judge(struct ledger *ledger, const struct refund_wish *wish, struct refund *refund) {
  struct booking sale;
  int64_t before = 0;
  *refund = (struct refund){.sale = booking_id(wish->card, wish->promise->sale_atc)};
  enum status status = booking_read(ledger, refund->sale, &sale);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? refund_absent(ledger, refund->sale, wish->merchant) : status;
  uint8_t type = wish->promise->sale_in_points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE;
  status = sale.type == type ? refund_check_sale(wish, &sale) : STATUS_SALE_UNKNOWN;
  if (status == STATUS_OK)
    status = refund_sum(ledger, refund->sale, &before);
  if (status == STATUS_OK && wish->promise->amount > sale.amount - before)
    status = STATUS_REFUND_EXCEEDS;
  return status == STATUS_OK ? refund_points(wish, &sale, before, refund) : status;
}

/* ---- without the card ---- */

/* STATUS_EXISTS: it was booked before, and *card is whom it is owed to. */
static enum status owe_recognise(struct ledger *ledger, const struct ledger_owed_refund *owed, int64_t terminal,
                                 int64_t *card) {
  struct query query = query_begin(ledger, QUERY_OWED_REFUND_FIND);
  query_i64(&query, terminal);
  query_blob(&query, owed->wish, sizeof owed->wish);
  bool found = query_row(&query);
  *card = found ? query_read_i64(&query) : *card;
  enum status status = query_end(&query);
  return status == STATUS_OK && found ? STATUS_EXISTS : status;
}

/* Likewise by its caller's name; what else that stands for is not given back again. */
static enum status owe_named(struct ledger *ledger, const struct ledger_owed_refund *owed, int64_t merchant,
                             int64_t *card) {
  const struct reference_wish wish = {.merchant = merchant,
                                      .reference = owed->reference,
                                      .booking = {.type = TRANSACTION_REFUND, .amount = owed->amount}};
  struct ledger_named_refund before;
  int64_t owed_to = 0;
  if (owed->reference == NULL || owed->reference[0] == '\0')
    return STATUS_OK;
  enum status status = reference_owed_refund(ledger, merchant, owed->reference, &owed_to, &before);
  if (status == STATUS_NOT_FOUND)
    return reference_judge(ledger, &wish);
  if (status == STATUS_OK)
    *card = owed_to;
  return status != STATUS_OK ? status : before.amount == owed->amount ? STATUS_EXISTS : STATUS_REFERENCE_USED;
}

static enum status owe_name(struct ledger *ledger, const struct ledger_owed_refund *owed,
                            const struct terminal_brief *terminal) {
  if (owed->reference == NULL || owed->reference[0] == '\0')
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_OWED_REFERENCE_ADD);
  query_i64(&query, terminal->merchant);
  query_text(&query, owed->reference);
  query_i64(&query, terminal->number);
  query_blob(&query, owed->wish, sizeof owed->wish);
  return query_run(&query);
}

/* Who shows no card is told of no sale but its merchant's own: whoever holds a till's key would read all others' by
 * number. */
static enum status owe_judge(struct ledger *ledger, const struct ledger_owed_refund *owed, int64_t id,
                             const struct terminal_brief *terminal) {
  const struct refund_wish wish = {.merchant = terminal->merchant, .window = owed->window, .now = owed->now};
  struct booking sale;
  int64_t before = 0;
  enum status status = booking_read(ledger, id, &sale);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? refund_absent(ledger, id, terminal->merchant) : status;
  if (sale.merchant != terminal->merchant)
    return STATUS_SALE_UNKNOWN;
  if (sale.type == TRANSACTION_POINTS_PURCHASE)
    return STATUS_REFUND_NEEDS_CARD;
  status = sale.type == TRANSACTION_PURCHASE ? refund_check_sale(&wish, &sale) : STATUS_SALE_UNKNOWN;
  if (status == STATUS_OK)
    status = refund_sum(ledger, id, &before);
  return status == STATUS_OK && (int64_t)owed->amount > sale.amount - before ? STATUS_REFUND_EXCEEDS : status;
}

static enum status owe_book(struct ledger *ledger, const struct ledger_owed_refund *owed, int64_t id, int64_t card,
                            const struct terminal_brief *terminal) {
  const struct limit_load load = {.refund = true,
                                  .terminal = terminal->number,
                                  .merchant = terminal->merchant,
                                  .amount = owed->amount,
                                  .day = (owed->now + owed->zone) / SECONDS_PER_DAY};
  enum status status = limit_check(ledger, &load);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_OWED_REFUND_ADD);
  query_i64(&query, id);
  query_i64(&query, card);
  query_i64(&query, terminal->number);
  query_i64(&query, terminal->merchant);
  query_i64(&query, load.day);
  query_blob(&query, owed->wish, sizeof owed->wish);
  query_i64(&query, account_of_merchant(terminal->merchant, ACCOUNT_TENDER));
  query_i64(&query, account_of_card(card, ACCOUNT_OWED));
  query_i64(&query, owed->amount);
  query_i64(&query, owed->now);
  status = query_run(&query);
  return status == STATUS_OK ? limit_take_for_good(ledger, &load) : status;
}

enum status ledger_refund_owe(struct ledger *ledger, const struct ledger_owed_refund *owed, uint8_t heir[CID_SIZE]) {
  struct terminal_brief terminal;
  int64_t card = 0;
  memset(heir, 0, CID_SIZE);
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (owed->amount == 0 || owed->amount > INT32_MAX)
    return STATUS_BAD_FORMAT;
  enum status status = terminal_brief(ledger, owed->tid, &terminal);
  if (status == STATUS_OK)
    status = terminal.revoked ? STATUS_TERMINAL_REVOKED : terminal.role == ROLE_POS ? STATUS_OK : STATUS_NOT_PERMITTED;
  if (status == STATUS_OK && card_number(ledger, owed->cid, &card) != STATUS_OK)
    status = STATUS_SALE_UNKNOWN;
  if (status != STATUS_OK)
    return status;
  int64_t id = booking_id(card, owed->atc);
  status = owe_recognise(ledger, owed, terminal.number, &card);
  if (status == STATUS_OK)
    status = owe_named(ledger, owed, terminal.merchant, &card);
  if (status == STATUS_OK)
    status = owe_judge(ledger, owed, id, &terminal);
  if (status == STATUS_OK)
    status = card_heir(ledger, &card);
  if (status == STATUS_OK)
    status = owe_book(ledger, owed, id, card, &terminal);
  if (status == STATUS_OK)
    status = owe_name(ledger, owed, &terminal);
  if (status == STATUS_OK || status == STATUS_EXISTS)
    card_cid(ledger, card, heir);
  return status == STATUS_EXISTS ? STATUS_OK : status;
}
