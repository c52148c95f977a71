/* SPDX-License-Identifier: Apache-2.0
 * Settlement: closed once, by statements over the merchants and what was captured since the last one; read a page at a
 * time. */
#include "epurse/settlement.h"

#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/ledger_incarnation.h"
#include "limit.h"
#include "store.h"

/* ---- closed ---- */

static enum status settlement_next(struct ledger *ledger, struct ledger_settlement *next) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_NEXT);
  (void)query_row(&query);
  next->number = query_read_i64(&query);
  next->first_capture = query_read_i64(&query);
  next->last_capture = query_read_i64(&query);
  return query_end(&query);
}

/* Whether something is to be paid out, purchases or not. */
static enum status settlement_wanted(struct ledger *ledger, const struct ledger_settlement *next) {
  if (next->last_capture >= next->first_capture)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_WAITS);
  (void)query_row(&query);
  bool waits = query_read_i64(&query) != 0;
  enum status status = query_end(&query);
  return status == STATUS_OK && !waits ? STATUS_NOTHING_TO_SETTLE : status;
}

static enum status settlement_add_lines(struct ledger *ledger, const struct ledger_settlement *next) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_ADD_LINES);
  query_i64(&query, next->number);
  return query_run(&query);
}

static enum status settlement_transfer(struct ledger *ledger, const struct ledger_settlement *next) {
  static const enum query_name transfers[] = {QUERY_SETTLEMENT_HANDED, QUERY_SETTLEMENT_CREDITS, QUERY_SETTLEMENT_FEES,
                                              QUERY_SETTLEMENT_SET_OFFS, QUERY_SETTLEMENT_PAYOUTS};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < sizeof transfers / sizeof transfers[0]; i++) {
    struct query query = query_begin(ledger, transfers[i]);
    query_i64(&query, next->closed_at);
    query_i64(&query, next->number);
    status = query_run(&query);
  }
  return status;
}

/* What cardholders wanted on a bank account. */
static enum status settlement_order(struct ledger *ledger, const struct ledger_settlement *next) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_ORDER);
  query_i64(&query, next->number);
  enum status status = query_run(&query);
  if (status != STATUS_OK)
    return status;
  query = query_begin(ledger, QUERY_SETTLEMENT_ORDERED);
  query_i64(&query, next->closed_at);
  query_i64(&query, next->number);
  return query_run(&query);
}

static enum status settlement_seal(struct ledger *ledger, const struct ledger_settlement *next) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_ADD);
  query_i64(&query, next->number);
  query_i64(&query, next->closed_at);
  query_i64(&query, next->first_capture);
  query_i64(&query, next->last_capture);
  return query_run(&query);
}

enum status ledger_settlement_close(struct ledger *ledger, int64_t now, struct ledger_settlement *closed) {
  struct ledger_settlement next = {.closed_at = now};
  struct ledger_incarnation incarnation;
  memset(closed, 0, sizeof *closed);
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  enum status status = ledger_incarnation(ledger, &incarnation);
  if (status == STATUS_OK && incarnation.exported < 0)
    status = STATUS_SETTLEMENT_UNRESUMED;
  if (status == STATUS_OK)
    status = settlement_next(ledger, &next);
  if (status == STATUS_OK)
    status = settlement_wanted(ledger, &next);
  if (status == STATUS_OK)
    status = settlement_add_lines(ledger, &next);
  if (status == STATUS_OK)
    status = settlement_transfer(ledger, &next);
  if (status == STATUS_OK)
    status = settlement_order(ledger, &next);
  if (status == STATUS_OK)
    status = limit_set_off(ledger, next.number);
  if (status == STATUS_OK)
    status = settlement_seal(ledger, &next);
  return status == STATUS_OK ? ledger_settlement_find(ledger, next.number, closed) : status;
}

/* ---- read ---- */

static void sums_read(struct query *query, struct ledger_sums *sums) {
  sums->purchases = query_read_i64(query);
  sums->gross = query_read_i64(query);
  sums->payouts = query_read_i64(query);
  sums->credit = query_read_i64(query);
  sums->fee = query_read_i64(query);
  sums->loads = query_read_i64(query);
  sums->set_off = query_read_i64(query);
  sums->net = query_read_i64(query);
  sums->points_granted = query_read_i64(query);
  sums->points_purchases = query_read_i64(query);
  sums->points_redeemed = query_read_i64(query);
  sums->points_value = query_read_i64(query);
}

static void settlement_read(struct query *query, struct ledger_settlement *settlement) {
  settlement->number = query_read_i64(query);
  settlement->closed_at = query_read_i64(query);
  settlement->first_capture = query_read_i64(query);
  settlement->last_capture = query_read_i64(query);
  settlement->merchants = query_read_i64(query);
  sums_read(query, &settlement->sums);
  settlement->incarnation = (uint32_t)query_read_i64(query);
  settlement->brought_in = query_read_i64(query);
  settlement->transfers = query_read_i64(query);
  settlement->transferred = query_read_i64(query);
}

enum status ledger_settlement_find(struct ledger *ledger, int64_t number, struct ledger_settlement *settlement) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_FIND);
  query_i64(&query, number);
  bool found = query_row(&query);
  settlement_read(&query, settlement);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_settlement_list(struct ledger *ledger, int64_t after, struct ledger_settlement *settlements,
                                   size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_LIST);
  query_i64(&query, after);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    settlement_read(&query, &settlements[*count]);
  return query_end(&query);
}

static void line_read(struct query *query, struct ledger_settlement_line *line) {
  memset(line, 0, sizeof *line);
  query_read_text(query, line->merchant, sizeof line->merchant);
  query_read_text(query, line->name, sizeof line->name);
  line->fee_rate = (uint32_t)query_read_i64(query);
  query_read_text(query, line->iban, sizeof line->iban);
  query_read_text(query, line->bic, sizeof line->bic);
  sums_read(query, &line->sums);
}

enum status ledger_settlement_lines(struct ledger *ledger, const struct ledger_line_place *after,
                                    struct ledger_settlement_line *lines, size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_LINES);
  query_i64(&query, after->number);
  query_text(&query, after->merchant);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    line_read(&query, &lines[*count]);
  return query_end(&query);
}

enum status ledger_settlement_accounts_fix(struct ledger *ledger, int64_t number) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_ACCOUNTS_FIX);
  query_i64(&query, number);
  return query_run(&query);
}

static void capture_read(struct ledger *ledger, struct query *query, struct ledger_capture *capture) {
  memset(capture, 0, sizeof *capture);
  capture->number = query_read_i64(query);
  int64_t id = query_read_i64(query);
  card_cid(ledger, booking_card(id), capture->cid);
  capture->atc = booking_atc(id);
  query_read_text(query, capture->merchant, sizeof capture->merchant);
  query_read_blob(query, capture->tid, TID_SIZE);
  capture->type = (uint8_t)query_read_i64(query);
  capture->amount = (uint32_t)query_read_i64(query);
  capture->points = (int32_t)query_read_i64(query);
  capture->created_at = query_read_i64(query);
  capture->captured_at = query_read_i64(query);
  capture->brought_in = query_read_i64(query) != 0;
  query_read_text(query, capture->reference, sizeof capture->reference);
}

enum status ledger_capture_list(struct ledger *ledger, const struct ledger_capture_range *range,
                                struct ledger_capture *captures, size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_CAPTURES);
  query_i64(&query, range->after);
  query_i64(&query, range->last);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    capture_read(ledger, &query, &captures[*count]);
  return query_end(&query);
}

static void transfer_read(struct ledger *ledger, struct query *query, struct ledger_settlement_transfer *transfer) {
  memset(transfer, 0, sizeof *transfer);
  transfer->number = query_read_i64(query);
  card_cid(ledger, booking_card(transfer->number), transfer->cid);
  transfer->atc = booking_atc(transfer->number);
  transfer->amount = (uint32_t)query_read_i64(query);
  query_read_text(query, transfer->account.iban, sizeof transfer->account.iban);
  query_read_text(query, transfer->account.name, sizeof transfer->account.name);
}

enum status ledger_settlement_transfers(struct ledger *ledger, const struct ledger_transfer_place *after,
                                        struct ledger_settlement_transfer *transfers, size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_TRANSFER_LIST);
  query_i64(&query, after->settlement);
  query_i64(&query, after->number);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    transfer_read(ledger, &query, &transfers[*count]);
  return query_end(&query);
}
