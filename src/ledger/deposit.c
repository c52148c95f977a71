/* SPDX-License-Identifier: Apache-2.0
 * Deposits of cards: taken once, when a card is issued; given back once, with the payout that closes it. */
#include "deposit.h"

#include "booking.h"
#include "card.h"
#include "epurse/amount.h"
#include "posting.h"
#include "store.h"
#include "terminal.h"

static enum status deposit_held(struct ledger *ledger, int64_t card, int64_t *minor) {
  struct query query = query_begin(ledger, QUERY_ACCOUNT_BALANCE);
  query_i64(&query, account_of_card(card, ACCOUNT_DEPOSIT));
  *minor = query_row(&query) ? query_read_i64(&query) : 0;
  return query_end(&query);
}

static enum status deposit_note(struct ledger *ledger, const struct transfer *taken, int64_t desk) {
  struct query query = query_begin(ledger, QUERY_DEPOSIT_ADD);
  query_i64(&query, taken->subject);
  query_i64(&query, desk);
  query_i64(&query, taken->amount);
  query_i64(&query, taken->at);
  return query_run(&query);
}

enum status ledger_card_deposit(struct ledger *ledger, const uint8_t desk[TID_SIZE], const uint8_t cid[CID_SIZE],
                                int64_t minor, int64_t now) {
  struct terminal_brief terminal;
  int64_t card = 0;
  if (minor <= 0 || minor > AMOUNT_MAX_ON_CARD)
    return STATUS_BAD_AMOUNT;
  enum status status = card_number(ledger, cid, &card);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, desk, &terminal);
  const struct transfer taken = {.kind = TRANSFER_DEPOSIT,
                                 .subject = card,
                                 .debit = account_of_issuer(ACCOUNT_DEPOSITS),
                                 .credit = account_of_card(card, ACCOUNT_DEPOSIT),
                                 .amount = minor,
                                 .at = now};
  if (status == STATUS_OK)
    status = deposit_note(ledger, &taken, terminal.number);
  if (status == STATUS_OK)
    status = account_need(ledger, taken.credit);
  return status == STATUS_OK ? transfer_add(ledger, &taken) : status;
}

enum status deposit_give_back(struct ledger *ledger, int64_t booking, int64_t account, int64_t now) {
  struct transfer back = {.kind = TRANSFER_DEPOSIT_BACK,
                          .subject = booking,
                          .debit = account_of_card(booking_card(booking), ACCOUNT_DEPOSIT),
                          .credit = account,
                          .at = now};
  enum status status = deposit_held(ledger, booking_card(booking), &back.amount);
  return status == STATUS_OK ? transfer_add(ledger, &back) : status;
}

enum status deposit_given(struct ledger *ledger, int64_t booking, int64_t *minor) {
  struct query query = query_begin(ledger, QUERY_DEPOSIT_GIVEN);
  query_i64(&query, booking);
  *minor = query_row(&query) ? query_read_i64(&query) : 0;
  return query_end(&query);
}

enum status ledger_payout_deposit(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc, int64_t *minor) {
  int64_t card = 0;
  enum status status = card_number(ledger, cid, &card);
  return status == STATUS_OK ? deposit_given(ledger, booking_id(card, atc), minor) : status;
}

enum status deposit_goes_over(struct ledger *ledger, int64_t card, int64_t successor, int64_t now) {
  struct transfer over = {.kind = TRANSFER_REPLACEMENT,
                          .subject = card,
                          .debit = account_of_card(card, ACCOUNT_DEPOSIT),
                          .credit = account_of_card(successor, ACCOUNT_DEPOSIT),
                          .at = now};
  enum status status = deposit_held(ledger, card, &over.amount);
  if (status == STATUS_OK && over.amount > 0)
    status = account_need(ledger, over.credit);
  return status == STATUS_OK ? transfer_add(ledger, &over) : status;
}

enum status ledger_deposit_list(struct ledger *ledger, const struct ledger_deposit_span *span, const uint8_t *after,
                                struct ledger_deposit_sums *sums, size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_DEPOSIT_LIST);
  query_i64(&query, span->since);
  query_i64(&query, span->until);
  query_blob(&query, after == NULL ? (const uint8_t *)"" : after, after == NULL ? 0 : TID_SIZE);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count) {
    struct ledger_deposit_sums *sum = &sums[*count];
    query_read_blob(&query, sum->tid, TID_SIZE);
    sum->cards = query_read_i64(&query);
    sum->taken = query_read_i64(&query);
    sum->given_back = query_read_i64(&query);
    sum->transferred = query_read_i64(&query);
  }
  return query_end(&query);
}
