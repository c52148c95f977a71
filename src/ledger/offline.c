/* SPDX-License-Identifier: Apache-2.0
 * Off-line purchases that are brought in: each is booked once, in any order. */
#include "epurse/ledger_offline.h"

#include <string.h>

#include "announced.h"
#include "booking.h"
#include "bring.h"
#include "card.h"
#include "chain.h"
#include "epurse/certificate.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_clock.h"
#include "epurse/moment.h"
#include "heir.h"
#include "incident.h"
#include "limit.h"
#include "neighbours.h"
#include "store.h"
#include "terminal.h"

/* What a stored promise came to; the schema has the same numbers. */
enum outcome { OUTCOME_PAID = 1, OUTCOME_WAITS = 2, OUTCOME_REVOKED = 3, OUTCOME_RISK = 4, OUTCOME_FORKED = 5 };

/* A payment that is being brought in. */
struct bring {
  const struct ledger_offline *payment;
  const struct promise *promise;
  int64_t card, id;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  struct terminal_brief named, bringer;
  bool known;           /* stored before, as: */
  enum outcome outcome; /* and now */
  int64_t brought_by;   /* the terminal that did */
  int64_t day;          /* that counts it, 0: none */
  bool confirmed;       /* a later promise of the card names it, or counts it */
  bool replaced;        /* the card: what nobody had brought in by then was given back */
  bool unissued;        /* no card was ever issued with its key */
  bool late;            /* its stretch of a card in use: likewise */
  bool distrusted;      /* the card: blocked, or its number given up */
  uint32_t last_atc;    /* highest that was seen of the card */
};

/* ---- whose it is ---- */

/* A card's limits and its last day are its issuer's word, and a promise beyond them is nobody's payment. */
static enum status bring_check_limits(const struct ledger *ledger, const struct bring *bring,
                                      const struct ledger_certification *card) {
  const struct promise *promise = bring->promise;
  const struct offline_limits *limits = &bring->payment->limits;
  if (promise->currency != ledger->currency)
    return STATUS_WRONG_CURRENCY;
  if (date_passed(card->expiry, promise->time))
    return STATUS_CARD_EXPIRED;
  bool within = promise->amount <= card->payment_ceiling && promise->amount <= limits->single &&
                (uint64_t)promise->offline_sum + promise->amount <= limits->total &&
                promise->offline_count < limits->count;
  return within ? STATUS_OK : STATUS_ABOVE_LIMIT;
}

/* It is booked to the terminal that it names: whoever brings it gains nothing. */
static enum status bring_check_terminal(struct ledger *ledger, struct bring *bring) {
  enum status status = terminal_brief(ledger, bring->promise->tid, &bring->named);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, bring->payment->tid, &bring->bringer);
  uint8_t role = bring->bringer.role;
  bool may = role == ROLE_POS || role == ROLE_PERSO || role == ROLE_ADMIN;
  if (status == STATUS_OK && (bring->named.role != ROLE_POS || !may))
    status = STATUS_NOT_PERMITTED;
  return status;
}

static enum status bring_find(struct ledger *ledger, struct bring *bring) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_FIND);
  query_i64(&query, bring->id);
  query_blob(&query, bring->hash, sizeof bring->hash);
  bring->known = query_row(&query);
  bring->outcome = (enum outcome)query_read_i64(&query);
  bring->brought_by = query_read_i64(&query);
  bring->late = query_read_i64(&query) == 0 && bring->outcome == OUTCOME_RISK;
  return query_end(&query);
}

/* A certified key of a number that is no card's, or of before the card's own: tills cannot know. */
static enum status bring_check_issued(struct ledger *ledger, const struct ledger_card *card, struct bring *bring) {
  int64_t restored_at = 0;
  bool reserved = card->state == LEDGER_CARD_RESERVED;
  bring->unissued = bring->payment->superseded || reserved || card->state == LEDGER_CARD_RETIRED;
  if (!card->certified)
    return STATUS_CARD_UNKNOWN;
  enum status status = reserved ? ledger_restored_at(ledger, &restored_at) : STATUS_OK;
  return restored_at != 0 && card->reserved_at <= restored_at ? STATUS_CARD_UNKNOWN : status;
}

static enum status bring_open(struct ledger *ledger, struct bring *bring) {
  struct ledger_card card = {0};
  enum status status = card_number(ledger, bring->promise->cid, &bring->card);
  if (status == STATUS_OK)
    status = ledger_card_find(ledger, bring->promise->cid, &card);
  if (status == STATUS_OK)
    status = bring_check_issued(ledger, &card, bring);
  if (status == STATUS_OK)
    status = bring_check_limits(ledger, bring, &card.certification);
  if (status == STATUS_OK)
    status = bring_check_terminal(ledger, bring);
  if (status == STATUS_OK)
    status = record_hash(bring->payment->offer.record, PROMISE_SIZE, bring->hash);
  if (status == STATUS_OK)
    status = card_replaced(ledger, bring->card, &bring->replaced);
  bring->id = booking_id(bring->card, bring->promise->atc);
  bring->last_atc = card.last_atc;
  bring->distrusted = card.state == LEDGER_CARD_BLOCKED || card.state == LEDGER_CARD_RETIRED;
  return status == STATUS_OK ? bring_find(ledger, bring) : status;
}

/* ---- whether it is of the card's chain ---- */

/* The promise before it and the one after it, where they are here, name each other by their hashes. */
static enum status bring_check_neighbours(struct ledger *ledger, struct bring *bring) {
  struct neighbours found;
  enum status status = neighbours_read(ledger, bring->id, bring->promise, bring->hash, &found);
  bring->confirmed = found.after;
  return status == STATUS_OK && !found.fit ? STATUS_CARD_FORKED : status;
}

/* A promise counts all that its card has paid off-line since the same on-line transaction, so that one that is not the
 * next confirms it too: the next one may never have come here. It is no other money than the card's, which has
 * announced it. */
static enum status bring_look_counted(struct ledger *ledger, struct bring *bring) {
  const struct promise *promise = bring->promise;
  uint8_t record[PROMISE_SIZE];
  struct promise later;
  struct query query = query_begin(ledger, QUERY_OFFLINE_NEXT);
  query_i64(&query, bring->id);
  query_i64(&query, booking_id(bring->card, UINT32_MAX));
  while (query_row(&query)) {
    query_read_blob(&query, record, sizeof record);
    bool counted = promise_decode(record, sizeof record, &later) == STATUS_OK && later.last_atc == promise->last_atc &&
                   later.offline_count > promise->offline_count &&
                   later.offline_sum >= (int64_t)promise->offline_sum + promise->amount;
    bring->confirmed = bring->confirmed || counted;
  }
  return query_end(&query);
}

/* Whether another promise of its name is the card's. */
static enum status bring_check_name(struct ledger *ledger, const struct bring *bring) {
  struct promise_known known;
  enum status status = promise_known(ledger, bring->id, bring->hash, &known);
  bool another = known.another || (known.booked && !known.same);
  return status == STATUS_OK && another ? STATUS_CARD_FORKED : status;
}

/* Whether the shadow is known to be right: nothing was ever forgotten, or the card was in step since, and nothing that
 * had been forgotten of it came back. */
static enum status bring_look_whole(struct ledger *ledger, const struct bring *bring, bool *whole) {
  int64_t restored_at = 0;
  enum status status = ledger_restored_at(ledger, &restored_at);
  *whole = status == STATUS_OK && restored_at == 0;
  if (status != STATUS_OK || *whole)
    return status;
  struct query query = query_begin(ledger, QUERY_OFFLINE_WHOLE);
  query_i64(&query, booking_id(bring->card, bring->promise->last_atc));
  query_i64(&query, restored_at);
  query_i64(&query, booking_id(bring->card, 0));
  query_i64(&query, booking_id(bring->card, UINT32_MAX));
  *whole = query_row(&query);
  return query_end(&query);
}

/* A card signs what it has. One whose word is not what the shadow has, though that is right, has been opened. */
static enum status bring_accuse(struct ledger *ledger, const struct bring *bring) {
  bool whole = bring->replaced;
  enum status status = whole ? STATUS_OK : bring_look_whole(ledger, bring, &whole);
  return status != STATUS_OK ? status : whole ? STATUS_CARD_FORKED : STATUS_OUT_OF_STEP;
}

/* Newer than all that was seen: it tells how what was before it ended, and announces itself. */
static enum status bring_first(struct ledger *ledger, struct bring *bring) {
  const struct signed_promise *offer = &bring->payment->offer;
  const struct promise *promise = bring->promise;
  struct promise_verdict verdict = {0};
  struct chain chain;
  enum status status = chain_read(ledger, offer, &chain);
  if (status == STATUS_OK && promise->amount > chain.balance - chain.renewed)
    status = STATUS_OUT_OF_STEP;
  if (status == STATUS_OUT_OF_STEP)
    status = bring_accuse(ledger, bring);
  if (status == STATUS_OK)
    status = chain_settle(ledger, offer, &chain, &verdict);
  if (status != STATUS_OK)
    return status;
  const struct offline_announced announced = {.card = bring->card,
                                              .since = promise->last_atc,
                                              .count = promise->offline_count + 1,
                                              .sum = (int64_t)promise->offline_sum + promise->amount};
  status = offline_announce(ledger, &announced);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_OFFLINE_SEEN);
  query_i64(&query, promise->atc);
  query_blob(&query, bring->hash, sizeof bring->hash);
  query_i64(&query, bring->card);
  return query_run(&query);
}

/* The holder has got it back, and is not asked again: the proof is good for the issuer's risk, up to what was given
 * back. */
static enum status bring_check_late(struct ledger *ledger, struct bring *bring, int64_t released) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_LATE);
  query_i64(&query, booking_id(bring->card, 0));
  query_i64(&query, booking_id(bring->card, UINT32_MAX));
  query_i64(&query, bring->promise->last_atc);
  (void)query_row(&query);
  bring->late = query_read_i64(&query) + bring->promise->amount <= released;
  enum status status = query_end(&query);
  return status == STATUS_OK && !bring->late ? STATUS_CARD_FORKED : status;
}

/* Whether what was announced since the same on-line transaction has room for it, in number and in money. */
static enum status bring_check_room(struct ledger *ledger, struct bring *bring) {
  const struct promise *promise = bring->promise;
  int64_t restored_at = 0;
  struct query query = query_begin(ledger, QUERY_OFFLINE_WINDOW);
  query_i64(&query, bring->card);
  query_i64(&query, promise->last_atc);
  bool found = query_row(&query);
  int64_t count = query_read_i64(&query), sum = query_read_i64(&query);
  int64_t more = query_read_i64(&query) - 1, room = query_read_i64(&query) - promise->amount;
  int64_t released = query_read_i64(&query);
  enum status status = query_end(&query);
  bool fits = found && promise->offline_count < count && (int64_t)promise->offline_sum + promise->amount <= sum &&
              more >= 0 && room >= more && (more > 0 || room == 0);
  if (status != STATUS_OK || fits)
    return status;
  if (released > 0 && !bring->replaced)
    return bring_check_late(ledger, bring, released);
  status = ledger_restored_at(ledger, &restored_at);
  return status == STATUS_OK ? (restored_at == 0 ? STATUS_CARD_FORKED : STATUS_OUT_OF_STEP) : status;
}

/* That a till took it is the word of one that is revoked, and counts for nothing: the card may have signed it for the
 * thief. */
static bool bring_is_hearsay(const struct bring *bring) {
  return bring->bringer.revoked && !bring->named.revoked && !bring->known && !bring->confirmed;
}

static enum status bring_judge(struct ledger *ledger, struct bring *bring) {
  enum status status = bring_check_name(ledger, bring);
  if (status == STATUS_OK)
    status = bring_check_neighbours(ledger, bring);
  if (status == STATUS_OK && !bring->confirmed)
    status = bring_look_counted(ledger, bring);
  if (status == STATUS_OK && !bring->known && bring->promise->atc > bring->last_atc)
    status = bring_is_hearsay(bring) ? STATUS_OFFLINE_WAITS : bring_first(ledger, bring);
  return status == STATUS_OK ? bring_check_room(ledger, bring) : status;
}

/* ---- what it comes to ---- */

/* Of what no promise confirms, that its terminal took it is the word of whoever brings it: a till of its merchant,
 * which gets the money; or another terminal, whose own day it uses. */
static enum status bring_limit(struct ledger *ledger, struct bring *bring) {
  const struct signed_promise *offer = &bring->payment->offer;
  bool own = bring->bringer.merchant == bring->named.merchant;
  const struct limit_load payment = {.terminal = own ? bring->named.number : bring->bringer.number,
                                     .merchant = bring->named.merchant,
                                     .amount = bring->promise->amount,
                                     .day = (offer->now + offer->zone) / SECONDS_PER_DAY};
  enum status status = limit_take_offline(ledger, &payment);
  bring->day = status == STATUS_OK ? payment.day : 0;
  return status;
}

static enum status bring_next_settlement(struct ledger *ledger, int64_t *number) {
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_NEXT);
  (void)query_row(&query);
  *number = query_read_i64(&query);
  return query_end(&query);
}

static enum status bring_store(struct ledger *ledger, const struct bring *bring) {
  int64_t settlement = 0;
  enum status status = bring->outcome == OUTCOME_RISK ? bring_next_settlement(ledger, &settlement) : STATUS_OK;
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_OFFLINE_ADD);
  query_i64(&query, bring->id);
  query_blob(&query, bring->hash, sizeof bring->hash);
  query_i64(&query, bring->promise->last_atc);
  query_i64(&query, bring->promise->amount);
  query_i64(&query, bring->named.number);
  query_i64(&query, bring->named.merchant);
  query_i64(&query, bring->bringer.number);
  query_i64(&query, bring->outcome);
  query_i64(&query, bring->day);
  query_i64(&query, settlement);
  query_blob(&query, bring->payment->offer.record, PROMISE_SIZE);
  query_i64(&query, bring->payment->offer.now);
  return query_run(&query);
}

static enum status bring_note(struct ledger *ledger, const struct bring *bring, enum ledger_incident_kind kind) {
  const struct incident incident = {.kind = kind,
                                    .card = bring->card,
                                    .atc = bring->promise->atc,
                                    .evidence = bring->payment->offer.record,
                                    .evidence_len = PROMISE_SIZE,
                                    .at = bring->payment->offer.now};
  return incident_note(ledger, &incident);
}

/* No till that keeps to the rules takes more of one card than its total, before a list denies the card. */
static enum status bring_check_risk(struct ledger *ledger, const struct bring *bring) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_RISK);
  query_i64(&query, booking_id(bring->card, 0));
  query_i64(&query, booking_id(bring->card, UINT32_MAX));
  query_i64(&query, bring->named.number);
  (void)query_row(&query);
  int64_t paid = query_read_i64(&query);
  enum status status = query_end(&query);
  bool fits = paid + bring->promise->amount <= bring->payment->limits.total;
  return status == STATUS_OK && !fits ? STATUS_TERMINAL_LIMIT : status;
}

/* The shop took it in good faith: the issuer pays, not the card. */
static enum status bring_forked(struct ledger *ledger, struct bring *bring) {
  enum status status = bring_note(ledger, bring, bring->replaced ? LEDGER_INCIDENT_LATE_PROOF : LEDGER_INCIDENT_FORK);
  enum status room = bring->named.revoked ? STATUS_TERMINAL_REVOKED : STATUS_OK;
  if (status == STATUS_OK && room == STATUS_OK)
    room = bring_check_risk(ledger, bring);
  if (status == STATUS_OK && room == STATUS_OK)
    room = bring_limit(ledger, bring);
  if (room != STATUS_OK && room != STATUS_TERMINAL_LIMIT && room != STATUS_TERMINAL_REVOKED)
    status = room;
  bring->outcome = room == STATUS_OK ? OUTCOME_RISK : OUTCOME_FORKED;
  if (status == STATUS_OK)
    status = bring_store(ledger, bring);
  return status == STATUS_OK ? STATUS_CARD_FORKED : status;
}

/* What does not fit is not kept: it is as late another day. Holder and shop both have the money now, so that a person
 * is to see who they are, also where it is too much to be paid. */
static enum status bring_late(struct ledger *ledger, struct bring *bring) {
  enum status status = bring->named.revoked ? STATUS_TERMINAL_REVOKED : STATUS_OK;
  if (status == STATUS_OK)
    status = bring_note(ledger, bring, LEDGER_INCIDENT_LATE_OFFLINE);
  if (status == STATUS_OK)
    status = bring_check_risk(ledger, bring);
  if (status == STATUS_OK)
    status = bring_limit(ledger, bring);
  bring->outcome = OUTCOME_RISK;
  if (status == STATUS_OK)
    status = bring_store(ledger, bring);
  return status == STATUS_TERMINAL_LIMIT ? STATUS_OFFLINE_WAITS : status;
}

/* It is not kept, so that the till that it names may bring it, which nothing was taken from. What the card has signed
 * against itself counts, once. */
static enum status bring_hearsay(struct ledger *ledger, const struct bring *bring, enum status judged) {
  if (judged != STATUS_CARD_FORKED)
    return STATUS_OFFLINE_WAITS;
  enum status status = STATUS_OK;
  if (!bring->distrusted)
    status = bring_note(ledger, bring, LEDGER_INCIDENT_FORK);
  return status == STATUS_OK ? judged : status;
}

/* A purchase that is captured as it begins; nobody signed for it but the card. */
static enum status bring_book(struct ledger *ledger, const struct bring *bring, struct booking *booking) {
  static const uint8_t none[1] = {0};
  const struct signed_promise *offer = &bring->payment->offer;
  int64_t points = (int64_t)bring->promise->amount * bring->named.points_rate / 100;
  struct query query = query_begin(ledger, QUERY_OFFLINE_BOOK);
  query_i64(&query, bring->id);
  query_i64(&query, bring->promise->amount);
  query_i64(&query, points < INT32_MAX ? points : INT32_MAX);
  query_i64(&query, bring->named.number);
  query_i64(&query, bring->named.merchant);
  query_blob(&query, bring->hash, sizeof bring->hash);
  query_blob(&query, offer->record, PROMISE_SIZE);
  query_blob(&query, none, 0);
  query_i64(&query, offer->now);
  ledger->step_moves.holds++;
  enum status status = query_run(&query);
  return status == STATUS_OK ? booking_read(ledger, bring->id, booking) : status;
}

static enum status bring_draw(struct ledger *ledger, const struct bring *bring) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_PAY);
  query_i64(&query, bring->promise->amount);
  query_i64(&query, bring->card);
  query_i64(&query, bring->promise->last_atc);
  return query_run(&query);
}

/* Older than the last restoration: a settlement that was forgotten may have paid it out. */
static enum status bring_again_note(struct ledger *ledger, const struct bring *bring) {
  int64_t restored_at = 0;
  enum status status = ledger_restored_at(ledger, &restored_at);
  bool again = restored_at != 0 && moment_to_unix(bring->promise->time) <= restored_at + LEDGER_CLOCK_SKEW;
  return status == STATUS_OK && again ? brought_in_note(ledger, bring->id, bring->payment->offer.now) : status;
}

static enum status bring_pay(struct ledger *ledger, struct bring *bring) {
  struct booking booking;
  int64_t now = bring->payment->offer.now;
  enum status status = bring_book(ledger, bring, &booking);
  if (status == STATUS_OK)
    status = bring_draw(ledger, bring);
  if (status == STATUS_OK)
    status = booking_capture_offline(ledger, &booking, now);
  return status == STATUS_OK ? bring_again_note(ledger, bring) : status;
}

/* It stays among what waits, or leaves it. */
static enum status bring_keep(struct ledger *ledger, const struct bring *bring) {
  if (!bring->known)
    return bring_store(ledger, bring);
  if (bring->outcome != OUTCOME_PAID)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_OFFLINE_PAID);
  query_i64(&query, bring->id);
  query_blob(&query, bring->hash, sizeof bring->hash);
  return query_run(&query);
}

static enum status bring_decide(struct ledger *ledger, struct bring *bring) {
  enum status status = STATUS_OK;
  bring->outcome = OUTCOME_PAID;
  if (bring->named.revoked)
    bring->outcome = bring->known ? OUTCOME_WAITS : OUTCOME_REVOKED;
  else if (!bring->confirmed && !bring->known)
    status = bring_limit(ledger, bring);
  else if (!bring->confirmed)
    bring->outcome = OUTCOME_WAITS;
  if (status == STATUS_TERMINAL_LIMIT) {
    bring->outcome = OUTCOME_WAITS;
    status = STATUS_OK;
  }
  if (status == STATUS_OK && bring->outcome == OUTCOME_PAID)
    status = bring_pay(ledger, bring);
  return status == STATUS_OK ? bring_keep(ledger, bring) : status;
}

static enum status bring_answer(const struct bring *bring) {
  switch (bring->outcome) {
  case OUTCOME_PAID:
    return bring->known && bring->brought_by != bring->bringer.number ? STATUS_OFFLINE_KNOWN : STATUS_OK;
  case OUTCOME_WAITS:
    return bring->named.revoked ? STATUS_TERMINAL_REVOKED : STATUS_OFFLINE_WAITS;
  case OUTCOME_REVOKED:
    return STATUS_TERMINAL_REVOKED;
  default:
    if (bring->late)
      return bring->brought_by != bring->bringer.number ? STATUS_OFFLINE_KNOWN : STATUS_OK;
    return STATUS_CARD_FORKED;
  }
}

enum status ledger_offline_bring(struct ledger *ledger, const struct ledger_offline *payment) {
  struct bring bring = {.payment = payment, .promise = payment->offer.promise};
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (bring.promise->type != TRANSACTION_OFFLINE_PURCHASE)
    return STATUS_BAD_FORMAT;
  enum status status = bring_open(ledger, &bring);
  if (status != STATUS_OK || (bring.known && bring.outcome != OUTCOME_WAITS))
    return status == STATUS_OK ? bring_answer(&bring) : status;
  if (!bring.known && promise_is_ahead(&payment->offer))
    return STATUS_CLOCK_OFF;
  status = bring.unissued ? STATUS_CARD_FORKED : bring_judge(ledger, &bring);
  if ((status == STATUS_OK || status == STATUS_CARD_FORKED) && bring_is_hearsay(&bring))
    return bring_hearsay(ledger, &bring, status);
  if (status == STATUS_CARD_FORKED)
    return bring.known ? STATUS_OFFLINE_WAITS : bring_forked(ledger, &bring);
  if (status == STATUS_OK && bring.late && !bring.known)
    return bring_late(ledger, &bring);
  if (status == STATUS_OK && !bring.late)
    status = bring_decide(ledger, &bring);
  return status == STATUS_OK ? bring_answer(&bring) : status;
}
