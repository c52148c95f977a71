/* SPDX-License-Identifier: Apache-2.0
 * Accounts and the two ways to change them, each of which takes from one what it gives to another: a posting, of a
 * transaction, and a transfer, of none. */
#include "posting.h"

#include "store.h"

int64_t account_of_card(int64_t card, enum account_kind kind) {
  return card * 16 + (int64_t)kind;
}

int64_t account_of_merchant(int64_t merchant, enum account_kind kind) {
  return -(merchant * 16 + (int64_t)kind);
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

enum status posting_add(struct ledger *ledger, const struct posting *posting) {
  struct query query = query_begin(ledger, QUERY_POSTING_ADD);
  query_i64(&query, posting->booking);
  query_i64(&query, (int64_t)posting->transition);
  query_i64(&query, posting->debit);
  query_i64(&query, posting->credit);
  query_i64(&query, posting->amount);
  query_i64(&query, posting->at);
  enum status status = query_run(&query);
  if (status == STATUS_OK)
    ledger->step_postings++;
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
