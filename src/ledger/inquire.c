/* SPDX-License-Identifier: Apache-2.0
 * What became of a promise, told to a terminal that it names; and the word that a load's tender is given back. */
#include <string.h>

#include "booking.h"
#include "bring.h"
#include "card.h"
#include "deposit.h"
#include "epurse/crypto.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_clock.h"
#include "epurse/ledger_payout.h"
#include "incident.h"
#include "payout.h"
#include "store.h"
#include "terminal.h"

/* A question about a promise, and what is found. */
struct asked {
  const struct ledger_inquiry *inquiry;
  int64_t id;                       /* card << 32 | atc */
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of the promise */
  struct terminal_brief terminal;   /* that asks */
  bool blocked;                     /* the card */
  struct promise_known known;
};

/* Only cards that were issued have promises. */
static enum status inquire_card(struct ledger *ledger, struct asked *asked) {
  const struct promise *promise = asked->inquiry->offer.promise;
  struct card_brief brief;
  int64_t card = 0;
  enum status status = card_number(ledger, promise->cid, &card);
  if (status == STATUS_OK)
    status = card_brief(ledger, card, &brief);
  if (status == STATUS_OK && brief.state != LEDGER_CARD_ISSUED && brief.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  asked->id = booking_id(card, promise->atc);
  asked->blocked = status == STATUS_OK && brief.state == LEDGER_CARD_BLOCKED;
  return status;
}

/* The terminal that the promise names, or, where `colleagues`, another one of its merchant. */
static enum status inquire_terminal(struct ledger *ledger, struct asked *asked, bool colleagues) {
  const uint8_t *named = asked->inquiry->offer.promise->tid;
  struct terminal_brief brief;
  enum status status = terminal_brief(ledger, asked->inquiry->tid, &asked->terminal);
  if (status != STATUS_OK || memcmp(named, asked->inquiry->tid, TID_SIZE) == 0)
    return status;
  status = colleagues ? terminal_brief(ledger, named, &brief) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && brief.merchant != asked->terminal.merchant))
    status = STATUS_NOT_PERMITTED;
  return status;
}

static enum status inquire_open(struct ledger *ledger, const struct ledger_inquiry *inquiry, bool colleagues,
                                struct asked *asked) {
  *asked = (struct asked){.inquiry = inquiry};
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (inquiry->offer.promise->type == TRANSACTION_OFFLINE_PURCHASE)
    return STATUS_BAD_FORMAT; /* its promise is its outcome */
  enum status status = record_hash(inquiry->offer.record, PROMISE_SIZE, asked->hash);
  if (status == STATUS_OK)
    status = inquire_card(ledger, asked);
  if (status == STATUS_OK)
    status = inquire_terminal(ledger, asked, colleagues);
  return status == STATUS_OK ? promise_known(ledger, asked->id, asked->hash, &asked->known) : status;
}

/* Two promises of one name: the card is a copy, or opened. One such contradiction is enough. */
static enum status inquire_fork(struct ledger *ledger, const struct asked *asked) {
  const struct signed_promise *offer = &asked->inquiry->offer;
  const struct incident incident = {.kind = LEDGER_INCIDENT_FORK,
                                    .card = booking_card(asked->id),
                                    .atc = offer->promise->atc,
                                    .evidence = offer->record,
                                    .evidence_len = PROMISE_SIZE,
                                    .at = offer->now};
  return asked->blocked ? STATUS_OK : incident_note(ledger, &incident);
}

/* A ledger that took the place of a younger one may have lost what it authorised until then: it cannot say never. */
static enum status inquire_lost(struct ledger *ledger, const struct asked *asked) {
  int64_t restored_at = 0;
  enum status status = ledger_restored_at(ledger, &restored_at);
  int64_t promised_at = moment_to_unix(asked->inquiry->offer.promise->time);
  bool lost = restored_at != 0 && promised_at <= restored_at + LEDGER_CLOCK_SKEW;
  return status == STATUS_OK && lost ? STATUS_OUT_OF_STEP : status;
}

/* Said only after it was stored, so that it stays true. */
static enum status inquire_never(struct ledger *ledger, const struct asked *asked) {
  enum status status = STATUS_OK;
  if (asked->known.given_up)
    return STATUS_OK;
  if (asked->known.booked || asked->known.another)
    status = inquire_fork(ledger, asked);
  else
    status = inquire_lost(ledger, asked);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_NEVER_SEEN_ADD);
  query_i64(&query, asked->id);
  query_blob(&query, asked->hash, sizeof asked->hash);
  query_i64(&query, asked->terminal.number);
  query_blob(&query, asked->inquiry->offer.record, PROMISE_SIZE);
  query_i64(&query, asked->inquiry->offer.now);
  return query_run(&query);
}

static enum status inquire_answer(struct ledger *ledger, const struct asked *asked, struct ledger_fate *fate) {
  struct ledger_transaction transaction;
  memset(fate, 0, sizeof *fate);
  memcpy(fate->hash, asked->hash, sizeof fate->hash);
  if (!asked->known.same)
    return STATUS_OK;
  enum status status = booking_transaction(ledger, asked->id, &transaction);
  fate->state = transaction.honoured ? LEDGER_CAPTURED : transaction.state;
  fate->has_secret = transaction.has_secret;
  memcpy(fate->secret, transaction.secret, sizeof fate->secret);
  return status;
}

enum status ledger_promise_inquire(struct ledger *ledger, const struct ledger_inquiry *inquiry,
                                   struct ledger_fate *fate) {
  struct asked asked;
  enum status status = inquire_open(ledger, inquiry, true, &asked);
  if (status == STATUS_OK && !asked.known.same)
    status = inquire_never(ledger, &asked);
  return status == STATUS_OK ? inquire_answer(ledger, &asked, fate) : status;
}

/* ---- receipts ---- */

/* A hold of the backup that was captured before the restoration, perhaps: a settlement that was forgotten may have paid
 * it out. Of cash that was handed out handed_at tells that. */
static enum status receipt_note(struct ledger *ledger, const struct asked *asked, const struct booking *before) {
  const struct signed_promise *offer = &asked->inquiry->offer;
  bool cash = before->type == TRANSACTION_PAYOUT && !promise_is_transfer(offer->promise);
  int64_t restored_at = 0;
  if (before->state != LEDGER_HELD || cash)
    return STATUS_OK;
  enum status status = ledger_restored_at(ledger, &restored_at);
  bool held_then = restored_at != 0 && before->created_at <= restored_at;
  return status == STATUS_OK && held_then ? brought_in_note(ledger, asked->id, offer->now) : status;
}

static enum status receipt_confirm(struct ledger *ledger, const struct asked *asked,
                                   const struct ledger_confirmation *confirmation) {
  struct booking before;
  enum status status = booking_read(ledger, asked->id, &before);
  if (status == STATUS_OK)
    status = ledger_confirm(ledger, confirmation, NULL);
  return status == STATUS_OK ? receipt_note(ledger, asked, &before) : status;
}

static enum status receipt_take(struct ledger *ledger, const struct asked *asked) {
  const struct ledger_inquiry *inquiry = asked->inquiry;
  const struct bringing bringing = {.inquiry = inquiry, .id = asked->id, .hash = asked->hash};
  struct ledger_confirmation confirmation = {
      .atc = inquiry->offer.promise->atc, .tid = inquiry->tid, .now = inquiry->offer.now};
  memcpy(confirmation.cid, inquiry->offer.promise->cid, CID_SIZE);
  memcpy(confirmation.secret, inquiry->receipt->secret, SECRET_SIZE);
  if (asked->known.same) {
    enum status status = receipt_confirm(ledger, asked, &confirmation);
    return status == STATUS_OK ? bring_account(ledger, &bringing) : status;
  }
  if (asked->known.given_up)
    return STATUS_GIVEN_UP;
  if (!asked->known.booked && !asked->known.another)
    return bring_receipt(ledger, &bringing);
  enum status status = inquire_fork(ledger, asked);
  return status == STATUS_OK ? STATUS_CARD_FORKED : status;
}

enum status ledger_receipt_bring(struct ledger *ledger, const struct ledger_inquiry *inquiry,
                                 struct ledger_fate *fate) {
  struct asked asked;
  enum status status = inquire_open(ledger, inquiry, true, &asked);
  if (status == STATUS_OK)
    status = receipt_take(ledger, &asked);
  asked.known.same = status == STATUS_OK;
  return status == STATUS_OK ? inquire_answer(ledger, &asked, fate) : status;
}

enum status ledger_never_seen_list(struct ledger *ledger, const struct ledger_never_seen *after,
                                   struct ledger_never_seen *rows, size_t capacity, size_t *count) {
  static const uint8_t none[CRYPTO_SHA256_SIZE] = {0};
  int64_t card = 0;
  *count = 0;
  if (after != NULL && card_number(ledger, after->cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  struct query query = query_begin(ledger, QUERY_NEVER_SEEN_LIST);
  query_i64(&query, after == NULL ? 0 : booking_id(card, after->atc));
  query_blob(&query, after == NULL ? none : after->hash, CRYPTO_SHA256_SIZE);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count) {
    struct ledger_never_seen *row = &rows[*count];
    int64_t id = query_read_i64(&query);
    memset(row, 0, sizeof *row);
    card_cid(ledger, booking_card(id), row->cid);
    row->atc = booking_atc(id);
    query_read_blob(&query, row->hash, sizeof row->hash);
    query_read_blob(&query, row->tid, TID_SIZE);
    query_read_blob(&query, row->promise, PROMISE_SIZE);
    row->at = query_read_i64(&query);
  }
  return query_end(&query);
}

/* ---- reversals ---- */

static enum status reverse_remember(struct ledger *ledger, int64_t booking, int64_t terminal, int64_t now) {
  struct query query = query_begin(ledger, QUERY_REVERSAL_ADD);
  query_i64(&query, booking);
  query_i64(&query, terminal);
  query_i64(&query, now);
  return query_run(&query);
}

/* Whether something that was owed to the card has been loaded since, or is about to be. */
static enum status reverse_look_claimed(struct ledger *ledger, int64_t booking, bool *claimed) {
  struct query query = query_begin(ledger, QUERY_REVERSAL_CLAIMED);
  query_i64(&query, booking);
  query_i64(&query, booking_id(booking_card(booking), UINT32_MAX));
  query_i64(&query, LEDGER_TENDER_OWED);
  *claimed = query_row(&query);
  return query_end(&query);
}

/* Whether the card has it: credited, or, of what was owed, loaded since by a claim. What is owed has no name on it:
 * what was loaded first may be this, and what is still there another's, which came later. Then it stays owed: the
 * holder has it either way. */
static enum status reverse_look(struct ledger *ledger, const struct booking *booking, bool *credited) {
  struct ledger_card balances = {0};
  *credited = booking->state == LEDGER_CAPTURED;
  if (booking->state != LEDGER_OWED)
    return STATUS_OK;
  enum status status = card_balances(ledger, booking_card(booking->id), &balances);
  if (status == STATUS_OK)
    status = reverse_look_claimed(ledger, booking->id, credited);
  *credited = *credited || balances.owed < booking->amount;
  return status;
}

static enum status reverse_booking(struct ledger *ledger, const struct ledger_reversal *reversal,
                                   const struct booking *booking, int64_t terminal) {
  int64_t now = reversal->inquiry.offer.now;
  if (booking->tender == LEDGER_TENDER_OWED)
    return STATUS_BAD_FORMAT;
  if (booking->reversed)
    return STATUS_OK;
  bool credited = false;
  enum status status = reverse_look(ledger, booking, &credited);
  if (status == STATUS_OK && credited && !reversal->given_back)
    return STATUS_LOAD_CREDITED;
  if (status == STATUS_OK)
    status = reverse_remember(ledger, booking->id, terminal, now);
  if (status == STATUS_OK && credited)
    return booking_note_reversed(ledger, booking, now);
  if (status == STATUS_OK && booking->state == LEDGER_OWED)
    status = booking_refund(ledger, booking, now);
  return status;
}

enum status ledger_load_reverse(struct ledger *ledger, const struct ledger_reversal *reversal,
                                struct ledger_fate *fate) {
  struct asked asked;
  struct booking booking;
  memset(fate, 0, sizeof *fate);
  if (reversal->inquiry.offer.promise->type != TRANSACTION_LOAD)
    return STATUS_BAD_FORMAT;
  enum status status = inquire_open(ledger, &reversal->inquiry, false, &asked);
  if (status == STATUS_OK && !asked.known.same)
    status = inquire_never(ledger, &asked);
  else if (status == STATUS_OK)
    status = booking_read(ledger, asked.id, &booking);
  if (status == STATUS_OK && asked.known.same)
    status = reverse_booking(ledger, reversal, &booking, asked.terminal.number);
  if (status != STATUS_OK && status != STATUS_LOAD_CREDITED)
    return status;
  enum status answered = inquire_answer(ledger, &asked, fate);
  return answered == STATUS_OK ? status : answered;
}

/* ---- payouts ---- */

static enum status payout_decide(struct ledger *ledger, const struct ledger_reversal *wanted,
                                 const struct booking *booking, struct ledger_fate *fate) {
  int64_t now = wanted->inquiry.offer.now;
  enum payout_outcome outcome = PAYOUT_NONE;
  enum status status = payout_read(ledger, booking->id, &outcome);
  bool cash = !promise_is_transfer(wanted->inquiry.offer.promise); /* else nobody hands it out */
  if (status == STATUS_OK && outcome == PAYOUT_NONE && cash && booking->state == LEDGER_CAPTURED) {
    outcome = wanted->wish == PAYOUT_WISH_BACK ? PAYOUT_BACK : PAYOUT_PAY;
    status = payout_say(ledger, booking, outcome, now);
  }
  if (status == STATUS_OK && wanted->wish == PAYOUT_WISH_DONE)
    status = payout_handed(ledger, booking->id, now);
  fate->pay = outcome == PAYOUT_PAY;
  fate->back = outcome == PAYOUT_BACK;
  return status == STATUS_OK ? deposit_given(ledger, booking->id, &fate->deposit) : status;
}

enum status ledger_payout_settle(struct ledger *ledger, const struct ledger_reversal *wanted,
                                 struct ledger_fate *fate) {
  struct asked asked;
  struct booking booking;
  memset(fate, 0, sizeof *fate);
  if (wanted->inquiry.offer.promise->type != TRANSACTION_PAYOUT || wanted->wish < PAYOUT_WISH_PAY ||
      wanted->wish > PAYOUT_WISH_DONE)
    return STATUS_BAD_FORMAT;
  enum status status = inquire_open(ledger, &wanted->inquiry, false, &asked);
  if (status == STATUS_OK && wanted->inquiry.receipt != NULL) {
    status = receipt_take(ledger, &asked);
    asked.known.same = status == STATUS_OK;
  } else if (status == STATUS_OK && !asked.known.same) {
    status = inquire_never(ledger, &asked);
  }
  if (status == STATUS_OK)
    status = inquire_answer(ledger, &asked, fate);
  if (status == STATUS_OK && asked.known.same)
    status = booking_read(ledger, asked.id, &booking);
  return status == STATUS_OK && asked.known.same ? payout_decide(ledger, wanted, &booking, fate) : status;
}
