/* SPDX-License-Identifier: Apache-2.0
 * Transactions as rows: named, read, listed. */
#include "booking.h"

#include <string.h>

#include "card.h"
#include "store.h"

int64_t booking_id(int64_t card, uint32_t atc) {
  return card * (INT64_C(1) << 32) + atc;
}

int64_t booking_card(int64_t id) {
  return id >> 32;
}

uint32_t booking_atc(int64_t id) {
  return (uint32_t)(id & UINT32_MAX);
}

enum status booking_hash(struct ledger *ledger, int64_t id, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct query query = query_begin(ledger, QUERY_BOOKING_HASH);
  query_i64(&query, id);
  bool found = query_row(&query);
  query_read_blob(&query, hash, CRYPTO_SHA256_SIZE);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status promise_known(struct ledger *ledger, int64_t id, const uint8_t hash[CRYPTO_SHA256_SIZE],
                          struct promise_known *known) {
  uint8_t found[CRYPTO_SHA256_SIZE];
  struct query query = query_begin(ledger, QUERY_PROMISE_KNOWN);
  query_i64(&query, id);
  memset(known, 0, sizeof *known);
  while (query_row(&query)) {
    query_read_blob(&query, found, sizeof found);
    bool given_up = query_read_i64(&query) != 0;
    bool same = crypto_equal(found, hash, sizeof found);
    known->booked = known->booked || !given_up;
    known->same = known->same || (!given_up && same);
    known->given_up = known->given_up || (given_up && same);
    known->another = known->another || (given_up && !same);
  }
  return query_end(&query);
}

/* What the row does not say again: h, and whether it is a payment for which the card did not ask for its PIN. No r
 * opens the zeros of a promise that cannot be read. */
static void booking_read_promise(struct booking *booking, const uint8_t record[PROMISE_SIZE]) {
  struct promise promise;
  if (promise_decode(record, PROMISE_SIZE, &promise) != STATUS_OK)
    return;
  memcpy(booking->commitment, promise.commitment, sizeof booking->commitment);
  booking->without_pin = booking_pays(booking) && !promise.pin_verified;
}

enum status booking_read(struct ledger *ledger, int64_t id, struct booking *booking) {
  uint8_t promise[PROMISE_SIZE] = {0};
  struct query query = query_begin(ledger, QUERY_BOOKING_BRIEF);
  query_i64(&query, id);
  bool found = query_row(&query);
  memset(booking, 0, sizeof *booking);
  booking->id = id;
  booking->state = (uint8_t)query_read_i64(&query);
  booking->type = (uint8_t)query_read_i64(&query);
  booking->amount = (uint32_t)query_read_i64(&query);
  booking->points = (int32_t)query_read_i64(&query);
  booking->terminal = query_read_i64(&query);
  booking->merchant = query_read_i64(&query);
  booking->tender = (uint8_t)query_read_i64(&query);
  query_read_blob(&query, promise, PROMISE_SIZE);
  booking_read_promise(booking, promise);
  booking->reversed = query_read_i64(&query) != 0;
  booking->honoured = query_read_i64(&query) != 0;
  booking->sale = query_read_i64(&query);
  booking->in_points = query_read_i64(&query) != 0;
  booking->created_at = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

void booking_shorten(const uint8_t record[AUTHORISATION_SIZE], uint8_t kept[BOOKING_AUTHORISATION_SIZE]) {
  memcpy(kept, record, AUTHORISATION_HASH_AT);
  memcpy(kept + AUTHORISATION_HASH_AT, record + AUTHORISATION_HASH_AT + CRYPTO_SHA256_SIZE,
         BOOKING_AUTHORISATION_SIZE - AUTHORISATION_HASH_AT);
}

/* Whole again, with the hash in the next column; false where there is none, as of an off-line purchase. */
static bool authorisation_read(struct query *query, uint8_t record[AUTHORISATION_SIZE]) {
  uint8_t kept[BOOKING_AUTHORISATION_SIZE], *after = record + AUTHORISATION_HASH_AT + CRYPTO_SHA256_SIZE;
  bool there = query_read_bytes(query, kept, sizeof kept) > 0;
  memcpy(record, kept, AUTHORISATION_HASH_AT);
  query_read_blob(query, record + AUTHORISATION_HASH_AT, CRYPTO_SHA256_SIZE);
  memcpy(after, kept + AUTHORISATION_HASH_AT, sizeof kept - AUTHORISATION_HASH_AT);
  if (!there)
    memset(record, 0, AUTHORISATION_SIZE);
  return there;
}

static void transaction_read(struct ledger *ledger, struct query *query, struct ledger_transaction *transaction) {
  memset(transaction, 0, sizeof *transaction);
  int64_t id = query_read_i64(query);
  card_cid(ledger, booking_card(id), transaction->cid);
  transaction->atc = booking_atc(id);
  transaction->state = (uint8_t)query_read_i64(query);
  transaction->type = (uint8_t)query_read_i64(query);
  transaction->amount = (uint32_t)query_read_i64(query);
  transaction->points = (int32_t)query_read_i64(query);
  query_read_blob(query, transaction->tid, TID_SIZE);
  query_read_text(query, transaction->merchant, sizeof transaction->merchant);
  query_read_text(query, transaction->reason, sizeof transaction->reason);
  transaction->tender.kind = (uint8_t)query_read_i64(query);
  query_read_text(query, transaction->tender.reference, sizeof transaction->tender.reference);
  transaction->reversed = query_read_i64(query) != 0;
  query_read_blob(query, transaction->promise, PROMISE_SIZE);
  if (!authorisation_read(query, transaction->authorisation))
    transaction->type = TRANSACTION_OFFLINE_PURCHASE;
  transaction->has_secret = query_read_i64(query) != 0 && transaction->type != TRANSACTION_OFFLINE_PURCHASE;
  query_read_blob(query, transaction->secret, SECRET_SIZE);
  transaction->created_at = query_read_i64(query);
  transaction->settled_at = query_read_i64(query);
  transaction->honoured = query_read_i64(query) != 0;
  transaction->sale_atc = booking_atc(query_read_i64(query));
  transaction->in_points = query_read_i64(query) != 0;
}

enum status booking_transaction(struct ledger *ledger, int64_t id, struct ledger_transaction *transaction) {
  struct query query = query_begin(ledger, QUERY_BOOKING_FIND);
  query_i64(&query, id);
  bool found = query_row(&query);
  transaction_read(ledger, &query, transaction);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_transaction_find(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc,
                                    struct ledger_transaction *transaction) {
  int64_t card = 0;
  if (card_number(ledger, cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  return booking_transaction(ledger, booking_id(card, atc), transaction);
}

enum status ledger_transaction_list(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t before,
                                    struct ledger_transaction *transactions, size_t capacity, size_t *count) {
  int64_t card = 0;
  *count = 0;
  if (card_number(ledger, cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  struct query query = query_begin(ledger, QUERY_BOOKING_LIST);
  query_i64(&query, booking_id(card, 0));
  query_i64(&query, booking_id(card, before == 0 ? UINT32_MAX : before - 1));
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    transaction_read(ledger, &query, &transactions[*count]);
  return query_end(&query);
}

bool booking_pays(const struct booking *booking) {
  return booking->type == TRANSACTION_PURCHASE || booking->type == TRANSACTION_POINTS_PURCHASE;
}

/* What the hold holds: money, or the points that pay for it. */
int64_t booking_held(const struct booking *booking) {
  if (booking->in_points)
    return booking->points;
  return booking->type == TRANSACTION_POINTS_PURCHASE ? -(int64_t)booking->points : booking->amount;
}
