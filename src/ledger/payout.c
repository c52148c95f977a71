/* SPDX-License-Identifier: Apache-2.0
 * Payouts that the card has committed: handed out, owed back to the card, or transferred; one of them, once. */
#include "payout.h"

#include <string.h>

#include "card.h"
#include "deposit.h"
#include "epurse/ledger_payout.h"
#include "posting.h"
#include "store.h"

enum status payout_read(struct ledger *ledger, int64_t booking, enum payout_outcome *outcome) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_FIND);
  query_i64(&query, booking);
  *outcome = query_row(&query) ? (enum payout_outcome)query_read_i64(&query) : PAYOUT_NONE;
  return query_end(&query);
}

static int64_t payout_target(const struct booking *booking, enum payout_outcome outcome) {
  int64_t card = booking_card(booking->id);
  if (outcome == PAYOUT_PAY)
    return account_of_merchant(booking->merchant, ACCOUNT_CASH);
  return account_of_card(card, outcome == PAYOUT_TRANSFER ? ACCOUNT_TRANSFER : ACCOUNT_OWED);
}

/* With what closes its card the deposit goes the same way. */
static enum status payout_deposit(struct ledger *ledger, const struct posting *posting) {
  bool closes = false;
  enum status status = payout_closes(ledger, posting->booking, &closes);
  return status == STATUS_OK && closes ? deposit_give_back(ledger, posting->booking, posting->credit, posting->at)
                                       : status;
}

enum status payout_say(struct ledger *ledger, const struct booking *booking, enum payout_outcome outcome, int64_t now) {
  int64_t card = booking_card(booking->id);
  const struct posting posting = {.booking = booking->id,
                                  .transition = POSTING_REFUND,
                                  .debit = account_of_card(card, ACCOUNT_PAID_OUT),
                                  .credit = payout_target(booking, outcome),
                                  .amount = booking->amount,
                                  .at = now};
  struct query query = query_begin(ledger, QUERY_PAYOUT_ADD);
  query_i64(&query, booking->id);
  query_i64(&query, (int64_t)outcome);
  query_i64(&query, now);
  enum status status = query_run(&query);
  if (status == STATUS_OK && outcome != PAYOUT_BACK)
    status = account_need(ledger, posting.credit);
  if (status == STATUS_OK && posting.amount > 0)
    status = posting_add(ledger, &posting);
  return status == STATUS_OK && outcome != PAYOUT_BACK ? payout_deposit(ledger, &posting) : status;
}

enum status payout_to_account(struct ledger *ledger, int64_t booking, const struct ledger_account *account) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_ACCOUNT_ADD);
  query_i64(&query, booking);
  query_text(&query, account->iban);
  query_text(&query, account->name);
  return query_run(&query);
}

bool payout_account_valid(const struct ledger_account *account) {
  size_t len = strnlen(account->name, sizeof account->name);
  return iban_valid(account->iban) && len > 0 && len <= HOLDER_MAX;
}

/* Where it goes; "" and "": into the hand. */
static enum status payout_account(struct ledger *ledger, int64_t booking, struct ledger_account *account) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_ACCOUNT_FIND);
  query_i64(&query, booking);
  *account = (struct ledger_account){.iban = ""};
  if (query_row(&query)) {
    query_read_text(&query, account->iban, sizeof account->iban);
    query_read_text(&query, account->name, sizeof account->name);
  }
  return query_end(&query);
}

enum status payout_same(struct ledger *ledger, int64_t booking, const struct ledger_payout_terms *terms, bool *same) {
  static const struct ledger_account hand = {.iban = ""};
  const struct ledger_account *wanted = terms->account != NULL ? terms->account : &hand;
  struct ledger_account account;
  bool closes = false;
  enum status status = payout_account(ledger, booking, &account);
  if (status == STATUS_OK)
    status = payout_closes(ledger, booking, &closes);
  *same = closes == terms->closes && strcmp(account.iban, wanted->iban) == 0 && strcmp(account.name, wanted->name) == 0;
  return status;
}

enum status payout_to_nowhere(struct ledger *ledger, int64_t booking) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_NOWHERE_ADD);
  query_i64(&query, booking);
  return query_run(&query);
}

enum status payout_account_comes(struct ledger *ledger, int64_t booking, const struct ledger_account *account,
                                 int64_t now) {
  struct booking there;
  struct query query = query_begin(ledger, QUERY_PAYOUT_NOWHERE_FIND);
  query_i64(&query, booking);
  bool waits = query_row(&query);
  enum status status = query_end(&query);
  if (status != STATUS_OK || !waits)
    return status;
  status = booking_read(ledger, booking, &there);
  if (status == STATUS_OK)
    status = payout_to_account(ledger, booking, account);
  return status == STATUS_OK ? payout_say(ledger, &there, PAYOUT_TRANSFER, now) : status;
}

enum status payout_to_close(struct ledger *ledger, int64_t booking) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_CLOSE_ADD);
  query_i64(&query, booking);
  return query_run(&query);
}

enum status payout_closes(struct ledger *ledger, int64_t booking, bool *closes) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_CLOSE_FIND);
  query_i64(&query, booking);
  *closes = query_row(&query);
  return query_end(&query);
}

enum status payout_captured(struct ledger *ledger, const struct booking *booking, int64_t now) {
  struct ledger_account account;
  enum status status = payout_account(ledger, booking->id, &account);
  bool closes = false;
  if (status == STATUS_OK && account.iban[0] != '\0')
    status = payout_say(ledger, booking, PAYOUT_TRANSFER, now);
  if (status == STATUS_OK)
    status = payout_closes(ledger, booking->id, &closes);
  return status == STATUS_OK && closes ? card_block(ledger, booking_card(booking->id), LEDGER_REASON_CLOSED, now)
                                       : status;
}

enum status payout_handed(struct ledger *ledger, int64_t booking, int64_t now) {
  struct query query = query_begin(ledger, QUERY_PAYOUT_HANDED);
  query_i64(&query, now);
  query_i64(&query, booking);
  return query_run(&query);
}

enum status payout_put_back(struct ledger *ledger, int64_t card, int64_t now) {
  for (;;) {
    struct booking booking;
    struct query query = query_begin(ledger, QUERY_PAYOUT_OPEN);
    query_i64(&query, booking_id(card, 0));
    query_i64(&query, booking_id(card, UINT32_MAX));
    bool found = query_row(&query);
    int64_t id = query_read_i64(&query);
    enum status status = query_end(&query);
    if (status != STATUS_OK || !found)
      return status;
    status = booking_read(ledger, id, &booking);
    if (status == STATUS_OK)
      status = payout_say(ledger, &booking, PAYOUT_BACK, now);
    if (status != STATUS_OK)
      return status;
  }
}
