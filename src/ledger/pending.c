/* SPDX-License-Identifier: Apache-2.0
 * What waits for an end: open holds, and loads that were paid for and are owed to their cards. */
#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/ledger_pending.h"
#include "posting.h"
#include "store.h"

/* A row of PENDING_COLUMNS. */
static void pending_read(struct ledger *ledger, struct query *query, struct ledger_hold *pending) {
  int64_t id = query_read_i64(query);
  card_cid(ledger, booking_card(id), pending->cid);
  pending->atc = booking_atc(id);
  pending->type = (uint8_t)query_read_i64(query);
  pending->amount = query_read_i64(query);
  query_read_blob(query, pending->tid, TID_SIZE);
  query_read_text(query, pending->merchant, sizeof pending->merchant);
  pending->reversed = query_read_i64(query) != 0;
  pending->card_state = (uint8_t)query_read_i64(query);
  pending->created_at = query_read_i64(query);
  query_read_text(query, pending->reference, sizeof pending->reference);
}

/* Card numbers, after the first up to the last one. */
struct slice {
  int64_t first, last;
};

static enum status slice_begin(struct ledger *ledger, struct ledger_look *look, struct slice *slice) {
  static const uint8_t none[CID_SIZE];
  *slice = (struct slice){0};
  if (memcmp(look->after, none, CID_SIZE) != 0 && card_number(ledger, look->after, &slice->first) != STATUS_OK)
    return STATUS_NOT_FOUND;
  struct query query = query_begin(ledger, QUERY_CARD_LAST);
  (void)query_row(&query);
  slice->last = query_read_i64(&query);
  look->ended = slice->last - slice->first <= look->cards;
  if (!look->ended)
    slice->last = slice->first + look->cards;
  return query_end(&query);
}

/* Where it found as many as it may, there can be more in the slice. */
static void slice_end(struct ledger *ledger, struct ledger_look *look, const struct slice *slice,
                      const struct ledger_hold *rows, bool full) {
  if (full)
    memcpy(look->after, rows->cid, CID_SIZE);
  else if (slice->last > slice->first)
    card_cid(ledger, slice->last, look->after);
  look->ended = look->ended && !full;
}

static enum status bookings_list(struct ledger *ledger, enum query_name name, struct ledger_look *look,
                                 struct ledger_hold *holds, size_t capacity, size_t *count) {
  struct slice slice;
  *count = 0;
  enum status status = slice_begin(ledger, look, &slice);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, name);
  query_i64(&query, booking_id(slice.first, UINT32_MAX));
  query_i64(&query, booking_id(slice.last, UINT32_MAX));
  query_i64(&query, (int64_t)capacity);
  for (; *count < capacity && query_row(&query); ++*count)
    pending_read(ledger, &query, &holds[*count]);
  status = query_end(&query);
  if (status == STATUS_OK)
    slice_end(ledger, look, &slice, &holds[capacity - 1], *count == capacity);
  return status;
}

enum status ledger_hold_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *holds,
                             size_t capacity, size_t *count) {
  return bookings_list(ledger, QUERY_HOLD_LIST, look, holds, capacity, count);
}

enum status ledger_payout_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *payouts,
                               size_t capacity, size_t *count) {
  return bookings_list(ledger, QUERY_PAYOUT_LIST, look, payouts, capacity, count);
}

/* Owed for no load of its own, but for what a card had that it replaced. */
static enum status owed_for_another(struct ledger *ledger, int64_t card, struct ledger_hold *owed) {
  struct query query = query_begin(ledger, QUERY_OWED_REPLACED);
  query_i64(&query, card);
  bool found = query_row(&query);
  memset(owed, 0, sizeof *owed);
  card_cid(ledger, card, owed->cid);
  owed->type = TRANSACTION_LOAD;
  owed->created_at = query_read_i64(&query);
  owed->card_state = (uint8_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_LEDGER_BROKEN : status;
}

/* The oldest of the newest loads that together make up what the card is owed. */
static enum status owed_since(struct ledger *ledger, int64_t card, int64_t balance, struct ledger_hold *owed) {
  struct query query = query_begin(ledger, QUERY_OWED_OLDEST);
  query_i64(&query, booking_id(card, 0));
  query_i64(&query, booking_id(card, UINT32_MAX));
  query_i64(&query, balance);
  bool found = query_row(&query);
  pending_read(ledger, &query, owed);
  enum status status = query_end(&query);
  if (status == STATUS_OK && !found)
    status = owed_for_another(ledger, card, owed);
  owed->amount = balance;
  return status;
}

static enum status owed_find(struct ledger *ledger, const struct slice *slice, struct ledger_hold *owed,
                             size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_OWED_LIST);
  query_i64(&query, account_of_card(slice->first, ACCOUNT_OWED));
  query_i64(&query, account_of_card(slice->last, ACCOUNT_OWED));
  query_i64(&query, (int64_t)capacity);
  for (; *count < capacity && query_row(&query); ++*count) {
    card_cid(ledger, query_read_i64(&query), owed[*count].cid);
    owed[*count].amount = query_read_i64(&query);
  }
  return query_end(&query);
}

enum status ledger_owed_list(struct ledger *ledger, struct ledger_look *look, struct ledger_hold *owed, size_t capacity,
                             size_t *count) {
  struct slice slice;
  int64_t card = 0;
  size_t found = 0;
  *count = 0;
  enum status status = slice_begin(ledger, look, &slice);
  if (status == STATUS_OK)
    status = owed_find(ledger, &slice, owed, capacity, &found);
  for (size_t i = 0; status == STATUS_OK && i < found; i++) {
    status = card_number(ledger, owed[i].cid, &card);
    if (status == STATUS_OK)
      status = owed_since(ledger, card, owed[i].amount, &owed[i]);
  }
  if (status != STATUS_OK)
    return status;
  *count = found;
  slice_end(ledger, look, &slice, &owed[capacity - 1], found == capacity);
  return STATUS_OK;
}
