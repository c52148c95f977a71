/* SPDX-License-Identifier: Apache-2.0
 * The chain of a card's promises: what a new one says about those before it, and where the shadow account then stands.
 */
#include "chain.h"

#include <string.h>

#include "announced.h"
#include "card.h"
#include "epurse/crypto.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_clock.h"
#include "epurse/ledger_payout.h"
#include "epurse/moment.h"
#include "heir.h"
#include "incident.h"
#include "payout.h"
#include "store.h"

static enum status chain_read_card(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  enum status status = card_number(ledger, promise->cid, &chain->card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_CHAIN);
  query_i64(&query, promise->last_atc);
  query_i64(&query, chain->card);
  bool found = query_row(&query);
  chain->card_state = (uint8_t)query_read_i64(&query);
  query_read_blob(&query, chain->expiry, DATE_SIZE);
  chain->purse_ceiling = query_read_i64(&query);
  chain->payment_ceiling = query_read_i64(&query);
  chain->last_atc = (uint32_t)query_read_i64(&query);
  query_read_blob(&query, chain->last_hash, CRYPTO_SHA256_SIZE);
  chain->captured_atc = (uint32_t)query_read_i64(&query);
  chain->held_atc = (uint32_t)query_read_i64(&query);
  chain->pin_failures = (uint32_t)query_read_i64(&query);
  chain->no_pin_single = query_read_i64(&query);
  chain->no_pin_total = query_read_i64(&query);
  chain->no_pin_sum = query_read_i64(&query);
  chain->announced_count = query_read_i64(&query);
  chain->announced_sum = query_read_i64(&query);
  chain->balance = query_read_i64(&query);
  chain->points = query_read_i64(&query);
  chain->suspended = query_read_i64(&query) > 0;
  status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_CARD_UNKNOWN : status;
}

/* Only a blocked card is worth the look. */
static enum status chain_read_forks(struct ledger *ledger, struct chain *chain) {
  if (chain->card_state != LEDGER_CARD_BLOCKED)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_INCIDENT_OF_CARD);
  query_i64(&query, chain->card);
  query_i64(&query, LEDGER_INCIDENT_FORK);
  chain->forked_before = query_row(&query);
  return query_end(&query);
}

/* Likewise: why it is blocked. */
static enum status chain_read_closed(struct ledger *ledger, struct chain *chain) {
  char reason[LEDGER_REASON_MAX + 1] = "";
  if (chain->card_state != LEDGER_CARD_BLOCKED)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_CARD_REASON);
  query_i64(&query, chain->card);
  if (query_row(&query))
    query_read_text(&query, reason, sizeof reason);
  chain->closed = strcmp(reason, LEDGER_REASON_CLOSED) == 0;
  return query_end(&query);
}

/* Whether this promise, or another one of its name, was seen. */
static enum status chain_recognise(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  struct promise_known known;
  enum status status = promise_known(ledger, booking_id(chain->card, promise->atc), chain->hash, &known);
  if (status != STATUS_OK)
    return status;
  if (known.same)
    return STATUS_EXISTS;
  if (known.booked || known.another)
    return STATUS_CARD_FORKED;
  chain->given_up = known.given_up;
  if (promise->atc <= chain->last_atc)
    return known.given_up ? STATUS_GIVEN_UP : STATUS_STALE;
  bool follows = promise->atc == chain->last_atc + 1;
  if (follows && !crypto_equal(promise->previous, chain->last_hash, sizeof chain->last_hash))
    return STATUS_CARD_FORKED;
  return chain->forked_before ? STATUS_CARD_FORKED : STATUS_OK;
}

/* Whether r opens a commitment. */
static enum status chain_prove(const uint8_t secret[SECRET_SIZE], const uint8_t commitment[CRYPTO_SHA256_SIZE]) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!crypto_sha256(secret, SECRET_SIZE, hash))
    return STATUS_CRYPTO_FAILED;
  return crypto_equal(hash, commitment, sizeof hash) ? STATUS_OK : STATUS_CARD_FORKED;
}

/* A card that was replaced may have committed what the replacement gave back, and its last r never came here. That is
 * no clone; but the money is gone to the new card, so it is refused all the same. */
static enum status chain_judge_late(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  struct booking named;
  bool replaced = false;
  enum status status = card_replaced(ledger, chain->card, &replaced);
  if (status != STATUS_OK || !replaced)
    return status == STATUS_OK ? STATUS_CARD_FORKED : status;
  status = booking_read(ledger, booking_id(chain->card, promise->last_atc), &named);
  if (status == STATUS_NOT_FOUND)
    return STATUS_CARD_FORKED;
  if (status == STATUS_OK)
    status = chain_prove(promise->last_secret, named.commitment);
  chain->late = status == STATUS_OK && (named.state == LEDGER_RELEASED || named.state == LEDGER_OWED);
  return status == STATUS_OK ? STATUS_CARD_FORKED : status;
}

/* A ledger that was restored from a backup lacks what was booked after that. Such a card is honest as far as anybody
 * can tell, and nothing of it can be settled here. */
static enum status chain_judge_unknown(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  int64_t restored_at = 0;
  if (promise->last_atc <= chain->captured_atc)
    return STATUS_CARD_FORKED;
  enum status status = booking_hash(ledger, booking_id(chain->card, promise->last_atc), hash);
  if (status != STATUS_NOT_FOUND)
    return status == STATUS_OK ? STATUS_CARD_FORKED : status;
  status = ledger_restored_at(ledger, &restored_at);
  if (status != STATUS_OK || restored_at == 0)
    return status == STATUS_OK ? STATUS_CARD_FORKED : status;
  chain->lost = true;
  chain->outcome = 0;
  return STATUS_OK;
}

/* A hold of the backup that lies below what receipts have brought in since: the first of those after it was promised
 * with the hold's outcome in it. Where that is not here either, nothing tells. */
static enum status chain_judge_below(struct ledger *ledger, struct chain *chain) {
  uint8_t record[PROMISE_SIZE];
  struct promise promise = {.last_atc = chain->held_atc};
  struct query query = query_begin(ledger, QUERY_BOOKING_AFTER);
  query_i64(&query, booking_id(chain->card, chain->held_atc));
  query_i64(&query, booking_id(chain->card, chain->captured_atc));
  bool found = query_row(&query);
  query_read_blob(&query, record, sizeof record);
  enum status status = query_end(&query);
  if (status == STATUS_OK && found)
    status = promise_decode(record, sizeof record, &promise);
  if (status != STATUS_OK || promise.last_atc < chain->held_atc)
    return status;
  chain->lost = true;
  chain->outcome = 0;
  return STATUS_OK;
}

/* The last committed transaction that the card names is either the one in hold, or the last one that was captured:
 * nothing else was ever authorised after that, and nothing before it can be the last. */
static enum status chain_conclude(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  static const uint8_t none[SECRET_SIZE] = {0};
  enum status status = STATUS_OK;
  struct booking captured;
  if (chain->held_atc != 0)
    status = booking_read(ledger, booking_id(chain->card, chain->held_atc), &chain->held);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_LEDGER_BROKEN : status;
  if (chain->held_atc != 0 && promise->last_atc == chain->held_atc) {
    chain->outcome = LEDGER_CAPTURED;
    return chain_prove(promise->last_secret, chain->held.commitment);
  }
  chain->outcome = chain->held_atc != 0 ? LEDGER_RELEASED : 0;
  if (promise->last_atc != chain->captured_atc) {
    status = chain_judge_late(ledger, promise, chain);
    return status == STATUS_CARD_FORKED && !chain->late ? chain_judge_unknown(ledger, promise, chain) : status;
  }
  if (chain->held_atc != 0 && chain->captured_atc > chain->held_atc) {
    status = chain_judge_below(ledger, chain);
    if (status != STATUS_OK || chain->lost)
      return status;
  }
  if (chain->captured_atc == 0)
    return crypto_equal(promise->last_secret, none, sizeof none) ? STATUS_OK : STATUS_CARD_FORKED;
  status = booking_read(ledger, booking_id(chain->card, chain->captured_atc), &captured);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_LEDGER_BROKEN : status;
  return chain_prove(promise->last_secret, captured.commitment);
}

/* Since one on-line transaction a card's off-line payments only grow, in number and sum together. */
static enum status chain_count_offline(const struct promise *promise, const struct chain *chain) {
  int64_t more = promise->offline_count - chain->announced_count;
  int64_t sum = (int64_t)promise->offline_sum - chain->announced_sum;
  return more >= 0 && sum >= more && (more > 0 || sum == 0) ? STATUS_OK : STATUS_CARD_FORKED;
}

/* What a renewal took from the shadow is on the card still, for all that the card knows; what it announces must lie in
 * what was kept. */
static enum status chain_foresee_renewed(struct ledger *ledger, struct chain *chain) {
  struct renewal part = {0};
  if (chain->card_state != LEDGER_CARD_BLOCKED || chain->balance < 0)
    return STATUS_OK;
  enum status status = renewal_read(ledger, chain->card, &part);
  chain->renewed = part.balance;
  chain->balance += part.balance;
  chain->points += part.points;
  return status;
}

/* A payout that is seen to be done may have ended the card. */
static enum status chain_foresee_closed(struct ledger *ledger, struct chain *chain) {
  bool closes = false;
  if (chain->outcome != LEDGER_CAPTURED || chain->held.type != TRANSACTION_PAYOUT)
    return STATUS_OK;
  enum status status = payout_closes(ledger, chain->held.id, &closes);
  if (closes && chain->card_state == LEDGER_CARD_ISSUED) {
    chain->card_state = LEDGER_CARD_BLOCKED;
    chain->closed = true;
  }
  return status;
}

/* Where the shadow will stand once the hold is settled, before anything is booked. */
static enum status chain_foresee(struct ledger *ledger, const struct promise *promise, struct chain *chain) {
  struct ledger_card now = {0};
  const struct booking *held = &chain->held;
  enum status status = promise->type == TRANSACTION_LOAD ? card_accounts(ledger, chain->card, &now) : STATUS_OK;
  if (status != STATUS_OK)
    return status;
  chain->balance -= promise->offline_sum - chain->announced_sum;
  chain->owed = now.owed;
  chain->points_owed = now.points_owed;
  bool credit = held->type == TRANSACTION_LOAD || (held->type == TRANSACTION_REFUND && !held->in_points);
  if (chain->outcome == LEDGER_CAPTURED && credit)
    chain->balance += held->amount;
  if (chain->outcome == LEDGER_CAPTURED && held->without_pin)
    chain->no_pin_sum += held->amount;
  if (chain->outcome == LEDGER_CAPTURED && held->type != TRANSACTION_POINTS_PURCHASE)
    chain->points += held->points;
  if (chain->outcome == LEDGER_CAPTURED && held->type == TRANSACTION_LOAD)
    chain->points_owed -= held->points;
  bool debit = held->type == TRANSACTION_PURCHASE || held->type == TRANSACTION_PAYOUT;
  if (chain->outcome == LEDGER_RELEASED && debit)
    chain->balance += held->amount;
  if (chain->outcome == LEDGER_RELEASED && held->type == TRANSACTION_POINTS_PURCHASE)
    chain->points += booking_held(held);
  if (chain->outcome == LEDGER_RELEASED && held->type == TRANSACTION_LOAD &&
      (held->tender == LEDGER_TENDER_OWED || !held->reversed))
    chain->owed += held->amount;
  status = chain_foresee_renewed(ledger, chain);
  return status == STATUS_OK ? chain_foresee_closed(ledger, chain) : status;
}

bool promise_is_ahead(const struct signed_promise *offer) {
  return moment_to_unix(offer->promise->time) > offer->now + LEDGER_CLOCK_SKEW;
}

enum status chain_read(struct ledger *ledger, const struct signed_promise *offer, struct chain *chain) {
  const struct promise *promise = offer->promise;
  memset(chain, 0, sizeof *chain);
  if (promise->type < TRANSACTION_PURCHASE || promise->type > TRANSACTION_OFFLINE_PURCHASE ||
      promise->last_atc >= promise->atc || !promise_amount_valid(promise))
    return STATUS_BAD_FORMAT;
  enum status status = record_hash(offer->record, PROMISE_SIZE, chain->hash);
  if (status == STATUS_OK)
    status = chain_read_card(ledger, promise, chain);
  if (status == STATUS_OK)
    status = chain_read_forks(ledger, chain);
  if (status == STATUS_OK)
    status = chain_read_closed(ledger, chain);
  if (status == STATUS_OK)
    status = chain_recognise(ledger, promise, chain);
  if (status == STATUS_OK)
    status = chain_conclude(ledger, promise, chain);
  if (status == STATUS_OK)
    status = chain_count_offline(promise, chain);
  if (status == STATUS_OK)
    status = chain_foresee(ledger, promise, chain);
  if (status != STATUS_OK)
    return status;
  chain->open = true;
  chain->atc = promise->atc;
  chain->in_step = promise->balance == chain->balance && promise->points == chain->points && !chain->lost;
  return chain->in_step ? STATUS_OK : STATUS_OUT_OF_STEP;
}

static enum status chain_note_fork(struct ledger *ledger, const struct signed_promise *offer,
                                   const struct chain *chain) {
  struct incident incident = {.kind = LEDGER_INCIDENT_FORK,
                              .card = chain->card,
                              .atc = offer->promise->atc,
                              .evidence = offer->record,
                              .evidence_len = PROMISE_SIZE,
                              .at = offer->now};
  if (chain->late) {
    incident.kind = LEDGER_INCIDENT_LATE_PROOF;
    incident.atc = offer->promise->last_atc;
    incident.evidence = offer->promise->last_secret;
    incident.evidence_len = SECRET_SIZE;
  }
  return chain->forked_before ? STATUS_OK : incident_note(ledger, &incident);
}

/* The card itself brings the r that did not come in its time: its merchant is paid as if a terminal had. */
static enum status chain_honour(struct ledger *ledger, const struct signed_promise *offer, const struct chain *chain) {
  struct booking named;
  enum status status = booking_read(ledger, booking_id(chain->card, offer->promise->last_atc), &named);
  if (status == STATUS_OK && named.state == LEDGER_RELEASED && booking_pays(&named) && !named.honoured)
    status = booking_honour(ledger, &named, offer->promise->last_secret, offer->now);
  return status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status chain_note_lost(struct ledger *ledger, const struct signed_promise *offer,
                                   const struct chain *chain) {
  const struct incident incident = {.kind = LEDGER_INCIDENT_LOST,
                                    .card = chain->card,
                                    .atc = offer->promise->atc,
                                    .evidence = offer->record,
                                    .evidence_len = PROMISE_SIZE,
                                    .at = offer->now};
  return incident_note(ledger, &incident);
}

enum status chain_settle(struct ledger *ledger, const struct signed_promise *offer, const struct chain *chain,
                         struct promise_verdict *standing) {
  if (chain->outcome == 0)
    return STATUS_OK;
  standing->settled_atc = chain->held_atc;
  standing->settled_state = LEDGER_CAPTURED;
  if (chain->outcome == LEDGER_CAPTURED)
    return booking_capture(ledger, &chain->held, offer->promise->last_secret, offer->now);
  return booking_release(ledger, &chain->held, offer->now, &standing->settled_state);
}

enum status chain_announce(struct ledger *ledger, const struct promise *promise, const struct chain *chain) {
  const struct offline_announced announced = {
      .card = chain->card, .since = promise->last_atc, .count = promise->offline_count, .sum = promise->offline_sum};
  return announced.count > chain->announced_count ? offline_announce(ledger, &announced) : STATUS_OK;
}

/* Only a card that has paid off-line is worth the look. */
static enum status chain_ask(struct ledger *ledger, const struct promise *promise, struct promise_verdict *standing) {
  struct ledger_offline_lack lack = {0};
  enum status status = STATUS_OK;
  if (promise->offline_count > 0)
    status = offline_lack_read(ledger, ledger->chain.card, &lack);
  standing->offline_lacking = lack.count + (uint32_t)(promise->offline_count - ledger->chain.announced_count);
  return status;
}

enum status ledger_promise_open(struct ledger *ledger, const struct signed_promise *offer,
                                struct promise_verdict *standing) {
  memset(standing, 0, sizeof *standing);
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (offer->promise->type == TRANSACTION_OFFLINE_PURCHASE)
    return STATUS_BAD_FORMAT;
  enum status status = chain_read(ledger, offer, &ledger->chain);
  if (status == STATUS_EXISTS) {
    standing->answered = true;
    return booking_transaction(ledger, booking_id(ledger->chain.card, offer->promise->atc), &standing->transaction);
  }
  if (status == STATUS_CARD_FORKED) {
    enum status noted = chain_note_fork(ledger, offer, &ledger->chain);
    if (noted == STATUS_OK && ledger->chain.late)
      noted = chain_honour(ledger, offer, &ledger->chain);
    return noted == STATUS_OK ? status : noted;
  }
  if (status == STATUS_OUT_OF_STEP && ledger->chain.lost) {
    enum status noted = chain_note_lost(ledger, offer, &ledger->chain);
    return noted == STATUS_OK ? status : noted;
  }
  if (status == STATUS_OK && promise_is_ahead(offer))
    return STATUS_CLOCK_OFF;
  standing->suspended = ledger->chain.suspended;
  standing->pin_failures = ledger->chain.pin_failures;
  if (status == STATUS_OK)
    status = chain_settle(ledger, offer, &ledger->chain, standing);
  return status == STATUS_OK ? chain_ask(ledger, offer->promise, standing) : status;
}
