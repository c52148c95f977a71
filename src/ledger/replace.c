/* SPDX-License-Identifier: Apache-2.0
 * A blocked card's money goes to another card, once all that could still prove otherwise has had its time. */
#include <string.h>

#include "announced.h"
#include "booking.h"
#include "card.h"
#include "deposit.h"
#include "heir.h"
#include "payout.h"
#include "posting.h"
#include "store.h"

struct replacing {
  const struct ledger_replacing *what;
  int64_t card, successor;
  struct renewal part; /* what went to another card before */
};

static enum status replace_find(struct ledger *ledger, struct replacing *replacing) {
  const struct ledger_replacing *what = replacing->what;
  struct card_brief old;
  enum status status = card_number(ledger, what->cid, &replacing->card);
  if (status == STATUS_OK)
    status = card_brief(ledger, replacing->card, &old);
  if (status == STATUS_OK && old.state == LEDGER_CARD_ISSUED)
    status = STATUS_CARD_NOT_BLOCKED;
  if (status == STATUS_OK && old.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK && card_number(ledger, what->new_cid, &replacing->successor) != STATUS_OK)
    status = STATUS_NEW_CARD_NOT_ISSUED;
  return status == STATUS_OK ? renewal_read(ledger, replacing->card, &replacing->part) : status;
}

/* The rest goes where the first part went. */
static enum status replace_check_part(struct ledger *ledger, const struct replacing *replacing) {
  int64_t heir = replacing->part.successor;
  enum status status = heir != 0 ? card_heir(ledger, &heir) : STATUS_OK;
  return status == STATUS_OK && heir != 0 && heir != replacing->successor ? STATUS_CARD_REPLACED : status;
}

static enum status replace_check_new(struct ledger *ledger, const struct replacing *replacing) {
  struct card_brief brief;
  enum status status = card_brief(ledger, replacing->successor, &brief);
  if (status == STATUS_CARD_UNKNOWN || (status == STATUS_OK && brief.state != LEDGER_CARD_ISSUED))
    status = STATUS_NEW_CARD_NOT_ISSUED;
  return status;
}

static enum status replace_check_window(struct ledger *ledger, const struct replacing *replacing,
                                        struct ledger_replacement *done) {
  struct query query = query_begin(ledger, QUERY_CARD_BLOCKED_AT);
  query_i64(&query, replacing->card);
  (void)query_row(&query);
  int64_t blocked_at = query_read_i64(&query);
  int64_t since = replacing->part.successor != 0 ? replacing->part.since : blocked_at;
  done->earliest = since + replacing->what->window;
  enum status status = query_end(&query);
  return status == STATUS_OK && done->earliest > replacing->what->now ? STATUS_REPLACEMENT_TOO_EARLY : status;
}

/* No proof came in the time that it had: the card's money is the holder's. */
static enum status replace_settle(struct ledger *ledger, const struct replacing *replacing,
                                  struct ledger_replacement *done) {
  struct ledger_card card;
  struct booking held;
  uint8_t state = 0;
  enum status status = offline_release(ledger, replacing->card);
  if (status == STATUS_OK)
    status = payout_put_back(ledger, replacing->card, replacing->what->now);
  if (status == STATUS_OK)
    status = ledger_card_find(ledger, replacing->what->cid, &card);
  done->settled_atc = status == STATUS_OK ? card.held_atc : 0;
  if (status != STATUS_OK || card.held_atc == 0)
    return status;
  status = booking_read(ledger, booking_id(replacing->card, card.held_atc), &held);
  if (status == STATUS_NOT_FOUND)
    status = STATUS_LEDGER_BROKEN;
  return status == STATUS_OK ? booking_release(ledger, &held, replacing->what->now, &state) : status;
}

/* The account that points wait in is made for the cards that need one. */
static enum status replace_open_points(struct ledger *ledger, int64_t card) {
  int64_t account = account_of_card(card, ACCOUNT_POINTS_OWED);
  struct query query = query_begin(ledger, QUERY_ACCOUNT_BALANCE);
  query_i64(&query, account);
  bool found = query_row(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? account_open(ledger, account, 0, ACCOUNT_BOUND) : status;
}

static enum status replace_move(struct ledger *ledger, const struct replacing *replacing,
                                struct ledger_replacement *done) {
  struct ledger_card had = {.balance = 0};
  enum status status = card_balances(ledger, replacing->card, &had);
  if (status == STATUS_OK && had.points + had.points_owed > 0)
    status = replace_open_points(ledger, replacing->successor);
  const struct {
    enum account_kind from, to;
    int64_t amount;
  } moves[] = {{ACCOUNT_CARD, ACCOUNT_OWED, had.balance},
               {ACCOUNT_OWED, ACCOUNT_OWED, had.owed},
               {ACCOUNT_POINTS, ACCOUNT_POINTS_OWED, had.points},
               {ACCOUNT_POINTS_OWED, ACCOUNT_POINTS_OWED, had.points_owed}};
  for (size_t i = 0; status == STATUS_OK && i < sizeof moves / sizeof moves[0]; i++) {
    struct transfer transfer = {.kind = TRANSFER_REPLACEMENT,
                                .subject = replacing->card,
                                .debit = account_of_card(replacing->card, moves[i].from),
                                .credit = account_of_card(replacing->successor, moves[i].to),
                                .amount = moves[i].amount,
                                .at = replacing->what->now};
    status = transfer_add(ledger, &transfer);
  }
  if (status == STATUS_OK)
    status = deposit_goes_over(ledger, replacing->card, replacing->successor, replacing->what->now);
  done->at = replacing->what->now;
  done->balance = had.balance;
  done->owed = had.owed;
  done->points = had.points + had.points_owed;
  return status;
}

static enum status replace_note(struct ledger *ledger, const struct replacing *replacing,
                                const struct ledger_replacement *done) {
  struct query query = query_begin(ledger, QUERY_REPLACEMENT_ADD);
  query_i64(&query, replacing->card);
  query_i64(&query, replacing->successor);
  query_i64(&query, done->balance);
  query_i64(&query, done->owed);
  query_i64(&query, done->points);
  query_i64(&query, done->settled_atc);
  query_i64(&query, done->at);
  return query_run(&query);
}

enum status ledger_card_replace(struct ledger *ledger, const struct ledger_replacing *what,
                                struct ledger_replacement *done) {
  struct replacing replacing = {.what = what};
  int64_t before = 0;
  memset(done, 0, sizeof *done);
  if (!ledger->stepping || what->window < 0)
    return STATUS_INTERNAL;
  enum status status = replace_find(ledger, &replacing);
  if (status == STATUS_OK)
    status = replacement_read(ledger, replacing.card, &before, done);
  if (status == STATUS_OK && before != 0)
    return before == replacing.successor ? STATUS_OK : STATUS_CARD_REPLACED;
  if (status == STATUS_OK)
    status = replace_check_part(ledger, &replacing);
  if (status == STATUS_OK)
    status = replace_check_new(ledger, &replacing);
  if (status == STATUS_OK)
    status = replace_check_window(ledger, &replacing, done);
  if (status == STATUS_OK)
    status = replace_settle(ledger, &replacing, done);
  if (status == STATUS_OK)
    status = replace_move(ledger, &replacing, done);
  return status == STATUS_OK ? replace_note(ledger, &replacing, done) : status;
}
