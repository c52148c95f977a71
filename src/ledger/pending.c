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

static enum status bookings_list(struct ledger *ledger, enum query_name name, const struct ledger_hold *after,
                                 struct ledger_hold *holds, size_t capacity, size_t *count) {
  int64_t card = 0;
  *count = 0;
  if (after != NULL && card_number(ledger, after->cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  struct query query = query_begin(ledger, name);
  query_i64(&query, after == NULL ? 0 : booking_id(card, after->atc));
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    pending_read(ledger, &query, &holds[*count]);
  return query_end(&query);
}

enum status ledger_hold_list(struct ledger *ledger, const struct ledger_hold *after, struct ledger_hold *holds,
                             size_t capacity, size_t *count) {
  return bookings_list(ledger, QUERY_HOLD_LIST, after, holds, capacity, count);
}

enum status ledger_payout_list(struct ledger *ledger, const struct ledger_hold *after, struct ledger_hold *payouts,
                               size_t capacity, size_t *count) {
  return bookings_list(ledger, QUERY_PAYOUT_LIST, after, payouts, capacity, count);
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

enum status ledger_owed_list(struct ledger *ledger, const uint8_t *after, struct ledger_hold *owed, size_t capacity,
                             size_t *count) {
  int64_t card = 0;
  size_t found = 0;
  *count = 0;
  if (after != NULL && card_number(ledger, after, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  struct query query = query_begin(ledger, QUERY_OWED_LIST);
  query_i64(&query, account_of_card(card, ACCOUNT_OWED));
  query_i64(&query, (int64_t)capacity);
  for (; found < capacity && query_row(&query); found++) {
    card_cid(ledger, query_read_i64(&query), owed[found].cid);
    owed[found].amount = query_read_i64(&query);
  }
  enum status status = query_end(&query);
  for (size_t i = 0; status == STATUS_OK && i < found; i++) {
    status = card_number(ledger, owed[i].cid, &card);
    if (status == STATUS_OK)
      status = owed_since(ledger, card, owed[i].amount, &owed[i]);
  }
  *count = status == STATUS_OK ? found : 0;
  return status;
}
