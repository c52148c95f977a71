/* SPDX-License-Identifier: Apache-2.0
 * Accounts and the two ways to change them, each of which takes from one what it gives to another: a posting, of a
 * transaction, and a transfer, of none. */
#include "posting.h"

#include "store.h"

int64_t account_of_card(int64_t card, enum account_kind kind) {
  return card * ACCOUNTS_OF_ONE + (int64_t)kind;
}

int64_t account_of_merchant(int64_t merchant, enum account_kind kind) {
  return -(merchant * ACCOUNTS_OF_ONE + (int64_t)kind);
}

int64_t account_of_issuer(enum account_kind kind) {
  return -(int64_t)kind;
}

enum status account_open(struct ledger *ledger, int64_t account, int64_t lowest, int64_t highest) {
  struct query query = query_begin(ledger, QUERY_ACCOUNT_OPEN);
  query_i64(&query, account);
  query_i64(&query, lowest);
  query_i64(&query, highest);
  return query_run(&query);
}

enum status account_need(struct ledger *ledger, int64_t account) {
  struct query query = query_begin(ledger, QUERY_ACCOUNT_NEED);
  query_i64(&query, account);
  query_i64(&query, ACCOUNT_BOUND);
  return query_run(&query);
}

void purse_change_take(struct ledger *ledger, struct query *query, int64_t card) {
  const struct purse_change none = {0};
  const struct purse_change *change = ledger->change.card == card ? &ledger->change : &none;
  query_i64(query, change->balance);
  query_i64(query, change->held);
  query_i64(query, change->points);
  query_i64(query, change->points_held);
  if (ledger->change.card == card)
    ledger->change = none;
}

enum status purse_change_write(struct ledger *ledger) {
  int64_t card = ledger->change.card;
  if (card == 0)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_CARD_HOT_MOVED);
  purse_change_take(ledger, &query, card);
  query_i64(&query, card);
  return query_run(&query);
}

/* Where a card's row has it, or NULL. */
static int64_t *purse_sum(struct purse_change *change, int64_t account) {
  switch (account > 0 ? account % ACCOUNTS_OF_ONE : 0) {
  case ACCOUNT_CARD:
    return &change->balance;
  case ACCOUNT_HOLD:
    return &change->held;
  case ACCOUNT_POINTS:
    return &change->points;
  case ACCOUNT_POINTS_HOLD:
    return &change->points_held;
  default:
    return NULL;
  }
}

/* What purchases bring merchants is their sum in `capture`, until a settlement puts that on their accounts. */
static bool account_is_sum(int64_t account) {
  int64_t kind = -account % ACCOUNTS_OF_ONE;
  return account < -ACCOUNTS_OF_ONE && (kind == ACCOUNT_MERCHANT || kind == ACCOUNT_POINTS_ISSUER);
}

static enum status account_move(struct ledger *ledger, int64_t account, int64_t amount) {
  int64_t *sum = purse_sum(&ledger->change, account), card = account / ACCOUNTS_OF_ONE;
  if (account_is_sum(account))
    return STATUS_OK;
  if (sum != NULL) {
    enum status status = ledger->change.card != card ? purse_change_write(ledger) : STATUS_OK;
    ledger->change.card = card;
    *sum += amount;
    return status;
  }
  struct query query = query_begin(ledger, QUERY_ACCOUNT_MOVE);
  query_i64(&query, account);
  query_i64(&query, amount);
  return query_run(&query);
}

enum status posting_add(struct ledger *ledger, const struct posting *posting) {
  enum status status = account_move(ledger, posting->debit, -posting->amount);
  if (status == STATUS_OK)
    status = account_move(ledger, posting->credit, posting->amount);
  if (status == STATUS_OK)
    ledger->step_moves.postings++;
  return status;
}

enum status transfer_add(struct ledger *ledger, const struct transfer *transfer) {
  if (transfer->amount == 0)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_TRANSFER_ADD);
  query_i64(&query, (int64_t)transfer->kind);
  query_i64(&query, transfer->subject);
  query_i64(&query, transfer->debit);
  query_i64(&query, transfer->credit);
  query_i64(&query, transfer->amount);
  query_i64(&query, transfer->at);
  return query_run(&query);
}
