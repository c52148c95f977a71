/* SPDX-License-Identifier: Apache-2.0
 * A transaction that a restoration made this ledger forget, booked from its whole receipt: as it was authorised
 * then. */
#include "bring.h"

#include "announced.h"
#include "booking.h"
#include "card.h"
#include "epurse/crypto.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_payout.h"
#include "epurse/moment.h"
#include "heir.h"
#include "incident.h"
#include "limit.h"
#include "neighbours.h"
#include "payout.h"
#include "reference.h"
#include "refund.h"
#include "store.h"
#include "terminal.h"

struct brought {
  const struct bringing *what;
  const struct promise *promise;
  const struct ledger_receipt *receipt;
  struct terminal_brief terminal; /* that the promise names */
  struct card_brief card;
  int64_t at;                         /* unix seconds: when it was authorised */
  struct refund refund;               /* of a refund: its sale */
  struct offline_announced announced; /* off-line payments that its promise counts */
  int64_t left;                       /* of a payout: minor units that stay on the card */
  int64_t more;                       /* minor units of them that nothing has announced here */
};

/* Only what is older than the last restoration can have been forgotten. */
static enum status bring_open(struct ledger *ledger, const struct bringing *what, struct brought *brought) {
  int64_t restored_at = 0;
  *brought = (struct brought){.what = what,
                              .promise = what->inquiry->offer.promise,
                              .receipt = what->inquiry->receipt,
                              .at = moment_to_unix(what->inquiry->receipt->authorisation->time)};
  enum status status = ledger_restored_at(ledger, &restored_at);
  if (status == STATUS_OK && (restored_at == 0 || brought->at > restored_at))
    status = STATUS_NOT_FOUND;
  if (status == STATUS_OK)
    status = terminal_brief(ledger, brought->promise->tid, &brought->terminal);
  return status == STATUS_OK ? card_brief(ledger, booking_card(what->id), &brought->card) : status;
}

static enum status bring_note(struct ledger *ledger, const struct brought *brought, enum ledger_incident_kind kind) {
  const struct incident incident = {.kind = kind,
                                    .card = booking_card(brought->what->id),
                                    .atc = brought->promise->atc,
                                    .evidence = brought->what->inquiry->offer.record,
                                    .evidence_len = PROMISE_SIZE,
                                    .at = brought->what->inquiry->offer.now};
  return incident_note(ledger, &incident);
}

/* Those next to it may be another word of the card, which was believed while this one was forgotten. The receipt is as
 * good as it was: the fork is noted, and it is booked where the card has it. */
static enum status bring_look_forked(struct ledger *ledger, const struct brought *brought) {
  struct neighbours found;
  enum status status = neighbours_read(ledger, brought->what->id, brought->promise, brought->what->hash, &found);
  return status == STATUS_OK && !found.fit ? bring_note(ledger, brought, LEDGER_INCIDENT_FORK) : status;
}

/* All that the card had has gone to another one, once: what came to it now would be nobody's, what it paid is the other
 * one's. A person sets that right, with the receipt, which its terminal keeps. */
static enum status bring_check_replaced(struct ledger *ledger, const struct brought *brought) {
  bool replaced = false;
  enum status status = card_replaced(ledger, booking_card(brought->what->id), &replaced);
  if (status == STATUS_OK && replaced)
    status = bring_note(ledger, brought, LEDGER_INCIDENT_LATE_PROOF);
  return status == STATUS_OK && replaced ? STATUS_CARD_REPLACED : status;
}

/* A terminal of another role now than then is no reason to book what the audit would find. */
static enum status bring_check_role(const struct ledger *ledger, const struct brought *brought) {
  bool load = brought->promise->type == TRANSACTION_LOAD || brought->promise->type == TRANSACTION_PAYOUT;
  uint8_t role = brought->terminal.role;
  if (brought->promise->type > TRANSACTION_PAYOUT)
    return STATUS_BAD_FORMAT;
  if (brought->promise->currency != ledger->currency)
    return STATUS_WRONG_CURRENCY;
  bool permitted = load ? role == ROLE_RELOAD || role == ROLE_PERSO : role == ROLE_POS;
  return permitted ? STATUS_OK : STATUS_NOT_PERMITTED;
}

/* ---- the hold before it ---- */

/* What the promise proves of a hold that the backup has. What it does not prove waits for the card's next promise, or
 * for a receipt of its own. */
static enum status bring_settle_hold(struct ledger *ledger, const struct brought *brought) {
  const struct promise *promise = brought->promise;
  struct booking held;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = booking_read(ledger, booking_id(booking_card(brought->what->id), promise->last_atc), &held);
  if (status != STATUS_OK || held.state != LEDGER_HELD)
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  if (!crypto_sha256(promise->last_secret, SECRET_SIZE, hash))
    return STATUS_CRYPTO_FAILED;
  if (!crypto_equal(hash, held.commitment, sizeof hash))
    return STATUS_OK;
  return booking_capture(ledger, &held, promise->last_secret, brought->what->inquiry->offer.now);
}

/* ---- room ---- */

/* What its promise announces comes out of the purse before it; less than is known here is another card's word. */
static enum status bring_check_announced(struct ledger *ledger, struct brought *brought) {
  const struct promise *promise = brought->promise;
  struct offline_announced known = {.card = booking_card(brought->what->id), .since = promise->last_atc};
  enum status status = offline_announced_read(ledger, &known);
  brought->announced = (struct offline_announced){
      .card = known.card, .since = known.since, .count = promise->offline_count, .sum = promise->offline_sum};
  int64_t more = brought->announced.count - known.count;
  brought->more = brought->announced.sum - known.sum;
  bool fits = more >= 0 && brought->more >= more && (more > 0 || brought->more == 0);
  return status == STATUS_OK && !fits ? STATUS_OUT_OF_STEP : status;
}

/* Of its sale no more is given back than is left; a sale that was forgotten too comes first. */
static enum status bring_check_sale(struct ledger *ledger, struct brought *brought, const struct ledger_card *now) {
  const struct refund_wish wish = {.promise = brought->promise,
                                   .card = booking_card(brought->what->id),
                                   .merchant = brought->terminal.merchant,
                                   .now = brought->at,
                                   .points = now->points};
  enum status status = refund_judge(ledger, &wish, &brought->refund);
  if (status == STATUS_SALE_UNKNOWN || status == STATUS_SALE_NOT_CAPTURED)
    return STATUS_OUT_OF_STEP;
  int64_t money = brought->refund.in_points ? 0 : brought->promise->amount;
  bool room =
      money + now->balance <= brought->card.purse_ceiling && now->points + brought->receipt->authorisation->points >= 0;
  return status == STATUS_OK && !room ? STATUS_OUT_OF_STEP : status;
}

/* Receipts come in any order: what was paid with a load waits for that load. */
static enum status bring_check_room(struct ledger *ledger, struct brought *brought) {
  const struct promise *promise = brought->promise;
  const int64_t amount = promise->amount, points = brought->receipt->authorisation->points;
  struct ledger_card now;
  enum status status = bring_check_announced(ledger, brought);
  if (status == STATUS_OK)
    status = card_balances(ledger, booking_card(brought->what->id), &now);
  if (status != STATUS_OK)
    return status;
  now.balance -= brought->more;
  if (now.balance < 0)
    return STATUS_OUT_OF_STEP;
  if (promise->type == TRANSACTION_REFUND)
    return bring_check_sale(ledger, brought, &now);
  bool room = amount <= now.balance;
  brought->left = now.balance - amount;
  if (amount == 0) /* it closed an empty card, as nothing else may be of 0 */
    room = now.balance == 0;
  if (promise->type == TRANSACTION_POINTS_PURCHASE)
    room = -points <= now.points;
  if (promise->type == TRANSACTION_LOAD)
    room = amount + now.balance <= brought->card.purse_ceiling && points <= now.points_owed &&
           (brought->receipt->tender.kind != LEDGER_TENDER_OWED || amount <= now.owed);
  return room ? STATUS_OK : STATUS_OUT_OF_STEP;
}

static bool bring_limited(const struct brought *brought) {
  uint8_t type = brought->promise->type;
  return type == TRANSACTION_REFUND || type == TRANSACTION_PAYOUT ||
         (type == TRANSACTION_LOAD && brought->receipt->tender.kind != LEDGER_TENDER_OWED);
}

static struct limit_load bring_load(const struct brought *brought) {
  return (struct limit_load){.refund = brought->promise->type == TRANSACTION_REFUND,
                             .payout = brought->promise->type == TRANSACTION_PAYOUT,
                             .in_points = brought->refund.in_points,
                             .terminal = brought->terminal.number,
                             .merchant = brought->terminal.merchant,
                             .amount = brought->promise->amount,
                             .day = (brought->at + brought->what->inquiry->offer.zone) / SECONDS_PER_DAY};
}

static enum status bring_check_terms(const struct brought *brought) {
  const struct ledger_payout_terms *terms = brought->receipt->payout;
  if (terms == NULL || terms->account == NULL)
    return STATUS_OK;
  if (!promise_is_transfer(brought->promise))
    return STATUS_BAD_FORMAT;
  return payout_account_valid(terms->account) ? STATUS_OK : STATUS_IBAN_INVALID;
}

static enum status bring_check(struct ledger *ledger, struct brought *brought) {
  enum status status = bring_check_role(ledger, brought);
  if (status == STATUS_OK)
    status = bring_check_terms(brought);
  if (status == STATUS_OK)
    status = bring_check_room(ledger, brought);
  const struct limit_load load = bring_load(brought);
  return status == STATUS_OK && bring_limited(brought) ? limit_check(ledger, &load) : status;
}

/* ---- the rows ---- */

static enum status bring_insert(struct ledger *ledger, const struct brought *brought) {
  const struct promise *promise = brought->promise;
  const struct ledger_receipt *receipt = brought->receipt;
  uint8_t kept[BOOKING_AUTHORISATION_SIZE];
  booking_shorten(receipt->record, kept);
  struct query query = query_begin(ledger, QUERY_BOOKING_ADD);
  query_i64(&query, brought->what->id);
  query_i64(&query, LEDGER_HELD);
  query_i64(&query, promise->type);
  query_i64(&query, promise->amount);
  query_i64(&query, receipt->authorisation->points);
  query_i64(&query, brought->terminal.number);
  query_i64(&query, brought->terminal.merchant);
  query_i64(&query, receipt->tender.kind);
  query_text(&query, receipt->tender.reference);
  query_text(&query, "");
  query_blob(&query, brought->what->hash, CRYPTO_SHA256_SIZE);
  query_blob(&query, brought->what->inquiry->offer.record, PROMISE_SIZE);
  query_blob(&query, kept, sizeof kept);
  query_i64(&query, brought->at);
  query_i64(&query, brought->refund.sale);
  query_i64(&query, brought->refund.in_points);
  ledger->step_moves.holds++;
  return query_run(&query);
}

/* The card's row: its last promise may be a later one, from a contact since. */
static enum status bring_advance(struct ledger *ledger, const struct brought *brought) {
  struct query query = query_begin(ledger, QUERY_CARD_HOT_BROUGHT);
  query_i64(&query, booking_atc(brought->what->id));
  query_blob(&query, brought->what->hash, CRYPTO_SHA256_SIZE);
  query_i64(&query, booking_card(brought->what->id));
  return query_run(&query);
}

/* The name of the sale, where nothing else has taken it meanwhile. */
static enum status bring_name(struct ledger *ledger, const struct brought *brought, const struct booking *booking) {
  const struct reference_wish wish = {.merchant = brought->terminal.merchant,
                                      .reference = brought->what->inquiry->offer.reference,
                                      .booking = *booking};
  enum status status = reference_judge(ledger, &wish);
  if (status == STATUS_OK)
    return reference_take(ledger, &wish);
  bool taken = status == STATUS_REFERENCE_DONE || status == STATUS_REFERENCE_HELD || status == STATUS_REFERENCE_USED;
  return taken ? STATUS_OK : status;
}

enum status brought_in_note(struct ledger *ledger, int64_t booking, int64_t now) {
  struct query query = query_begin(ledger, QUERY_BROUGHT_IN_ADD);
  query_i64(&query, booking);
  query_i64(&query, now);
  return query_run(&query);
}

/* What its holder wanted, as its terminal kept it. That it is a transfer its card has signed: without its account it
 * waits for that, and nobody hands it out. */
static enum status bring_terms(struct ledger *ledger, const struct brought *brought) {
  const struct ledger_payout_terms *terms = brought->receipt->payout;
  const struct ledger_account *account = terms != NULL ? terms->account : NULL;
  enum status status = STATUS_OK;
  bool closes = (terms != NULL && terms->closes) || brought->promise->amount == 0;
  if (closes && brought->left == 0)
    status = payout_to_close(ledger, brought->what->id);
  if (status != STATUS_OK || !promise_is_transfer(brought->promise))
    return status;
  return account != NULL ? payout_to_account(ledger, brought->what->id, account)
                         : payout_to_nowhere(ledger, brought->what->id);
}

static enum status bring_book(struct ledger *ledger, const struct brought *brought) {
  const struct limit_load load = bring_load(brought);
  struct booking booking;
  enum status status = brought->more > 0 ? offline_announce(ledger, &brought->announced) : STATUS_OK;
  if (status == STATUS_OK)
    status = bring_insert(ledger, brought);
  if (status == STATUS_OK)
    status = bring_advance(ledger, brought);
  if (status == STATUS_OK)
    status = booking_read(ledger, brought->what->id, &booking);
  if (status == STATUS_OK)
    status = bring_name(ledger, brought, &booking);
  if (status == STATUS_OK)
    status = booking_hold(ledger, &booking, brought->at);
  if (status == STATUS_OK && bring_limited(brought))
    status = limit_take(ledger, &load, brought->what->id);
  if (status == STATUS_OK && brought->promise->type == TRANSACTION_PAYOUT)
    status = bring_terms(ledger, brought);
  if (status == STATUS_OK)
    status = booking_capture(ledger, &booking, brought->receipt->secret, brought->what->inquiry->offer.now);
  bool handed_out = brought->promise->type == TRANSACTION_PAYOUT && !promise_is_transfer(brought->promise);
  if (status != STATUS_OK || handed_out) /* of which handed_at tells a settlement */
    return status;
  return brought_in_note(ledger, brought->what->id, brought->what->inquiry->offer.now);
}

enum status bring_account(struct ledger *ledger, const struct bringing *bringing) {
  const struct brought brought = {.promise = bringing->inquiry->offer.promise, .receipt = bringing->inquiry->receipt};
  const struct ledger_payout_terms *terms = brought.receipt->payout;
  enum status status = bring_check_terms(&brought);
  if (status != STATUS_OK || terms == NULL || terms->account == NULL)
    return status;
  return payout_account_comes(ledger, bringing->id, terms->account, bringing->inquiry->offer.now);
}

enum status bring_receipt(struct ledger *ledger, const struct bringing *bringing) {
  struct brought brought;
  enum status status = bring_open(ledger, bringing, &brought);
  if (status == STATUS_OK)
    status = bring_look_forked(ledger, &brought);
  if (status == STATUS_OK)
    status = bring_check_replaced(ledger, &brought);
  if (status == STATUS_OK)
    status = bring_settle_hold(ledger, &brought);
  if (status == STATUS_OK)
    status = bring_check(ledger, &brought);
  return status == STATUS_OK ? bring_book(ledger, &brought) : status;
}
