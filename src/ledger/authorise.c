/* SPDX-License-Identifier: Apache-2.0
 * What the issuer says to a promise: yes, with a hold and a signature; or no, with a signature. */
#include <stdio.h>
#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/command.h"
#include "epurse/ledger_payout.h"
#include "epurse/moment.h"
#include "limit.h"
#include "payout.h"
#include "posting.h"
#include "reference.h"
#include "refund.h"
#include "store.h"
#include "terminal.h"

/* All that one answer is made from. */
struct answer {
  const struct signed_promise *offer;
  const struct ledger_signer *signer;
  struct ledger_tender tender;
  const struct ledger_payout_terms *payout; /* of a payout; else NULL */
  struct terminal_brief terminal;
  enum status reason;   /* STATUS_OK approves */
  int64_t points;       /* change of the card's counter */
  bool named;           /* it takes the offer's reference */
  struct refund refund; /* of a refund that is approved */
};

static enum status answer_check_opened(const struct ledger *ledger, const struct signed_promise *offer, bool in_step) {
  const struct chain *chain = &ledger->chain;
  int64_t card = 0;
  bool opened = ledger->stepping && chain->open && chain->atc == offer->promise->atc &&
                card_number(ledger, offer->promise->cid, &card) == STATUS_OK && card == chain->card;
  return opened && (!in_step || chain->in_step) ? STATUS_OK : STATUS_INTERNAL;
}

/* What speaks against any approval. */
static enum status answer_check_card(const struct ledger *ledger, const struct signed_promise *offer,
                                     const struct chain *chain) {
  uint8_t now[MOMENT_SIZE];
  moment_from_unix(offer->now, now);
  if (chain->card_state != LEDGER_CARD_ISSUED)
    return chain->closed ? STATUS_CARD_CLOSED : STATUS_CARD_BLOCKED;
  if (date_passed(chain->expiry, now))
    return STATUS_CARD_EXPIRED;
  if (chain->given_up)
    return STATUS_GIVEN_UP;
  if (offer->promise->currency != ledger->currency)
    return STATUS_WRONG_CURRENCY;
  return STATUS_OK;
}

static enum status answer_check_terminal(struct ledger *ledger, const struct signed_promise *offer,
                                         struct terminal_brief *terminal) {
  enum status status = terminal_brief(ledger, offer->promise->tid, terminal);
  if (status != STATUS_OK)
    return status;
  if (terminal->revoked)
    return STATUS_TERMINAL_REVOKED;
  bool load = offer->promise->type == TRANSACTION_LOAD || offer->promise->type == TRANSACTION_PAYOUT;
  bool permitted = load ? terminal->role == ROLE_RELOAD || terminal->role == ROLE_PERSO : terminal->role == ROLE_POS;
  return permitted ? STATUS_OK : STATUS_NOT_PERMITTED;
}

/* What a price costs in points: rounded up, so that a part of a point is not given away. */
static int64_t answer_price(const struct ledger *ledger, const struct promise *promise) {
  return ((int64_t)promise->amount + ledger->point_value - 1) / ledger->point_value;
}

/* The card counts too, and begins anew with every right PIN; here only those count that were seen here. Whoever does
 * not know the PIN learns nothing of balance and limits. */
static enum status answer_check_pin(const struct promise *promise, const struct chain *chain) {
  bool payment = promise->type == TRANSACTION_PURCHASE || promise->type == TRANSACTION_POINTS_PURCHASE;
  if (promise->pin_verified || !payment)
    return STATUS_OK;
  return promise->amount <= chain->no_pin_single && chain->no_pin_sum + promise->amount <= chain->no_pin_total
             ? STATUS_OK
             : STATUS_PIN_NEEDED;
}

static enum status answer_check_limits(const struct ledger *ledger, const struct promise *promise,
                                       const struct chain *chain) {
  bool credit = promise->type == TRANSACTION_LOAD || (promise->type == TRANSACTION_REFUND && !promise->sale_in_points);
  if (credit)
    return promise->amount + chain->balance > chain->purse_ceiling ? STATUS_ABOVE_LIMIT : STATUS_OK;
  if (promise->type == TRANSACTION_REFUND)
    return STATUS_OK;
  if (promise->amount > chain->payment_ceiling && promise->type != TRANSACTION_PAYOUT)
    return STATUS_ABOVE_LIMIT;
  if (promise->type == TRANSACTION_POINTS_PURCHASE)
    return answer_price(ledger, promise) > chain->points ? STATUS_INSUFFICIENT_POINTS : STATUS_OK;
  return promise->amount > chain->balance ? STATUS_INSUFFICIENT_BALANCE : STATUS_OK;
}

/* Granted per 100 minor units, rounded down, and never beyond what the counter holds. */
static int64_t answer_points(const struct ledger *ledger, const struct promise *promise, uint32_t rate) {
  if (promise->type == TRANSACTION_POINTS_PURCHASE)
    return -answer_price(ledger, promise);
  /* Those of a card that this one replaced come with its next load. */
  int64_t granted =
      promise->type == TRANSACTION_LOAD ? ledger->chain.points_owed : (int64_t)promise->amount * rate / 100;
  int64_t room = INT32_MAX - ledger->chain.points;
  return granted < room ? granted : room;
}

static enum status answer_sign(const struct answer *answer, const uint8_t hash[CRYPTO_SHA256_SIZE],
                               uint8_t record[AUTHORISATION_SIZE]) {
  const struct promise *promise = answer->offer->promise;
  struct authorisation authorisation = {.type = promise->type,
                                        .atc = promise->atc,
                                        .amount = promise->amount,
                                        .currency = promise->currency,
                                        .decision = answer->reason == STATUS_OK ? DECISION_APPROVED : DECISION_DECLINED,
                                        .points = (int32_t)answer->points};
  memcpy(authorisation.cid, promise->cid, CID_SIZE);
  memcpy(authorisation.tid, promise->tid, TID_SIZE);
  memcpy(authorisation.promise_hash, hash, CRYPTO_SHA256_SIZE);
  moment_from_unix(answer->offer->now, authorisation.time);
  return answer->signer->sign(answer->signer->context, &authorisation, record);
}

static enum status answer_insert(struct ledger *ledger, const struct answer *answer,
                                 const uint8_t record[AUTHORISATION_SIZE], int64_t id) {
  const struct promise *promise = answer->offer->promise;
  uint8_t kept[BOOKING_AUTHORISATION_SIZE];
  booking_shorten(record, kept);
  struct query query = query_begin(ledger, QUERY_BOOKING_ADD);
  query_i64(&query, id);
  query_i64(&query, answer->reason == STATUS_OK ? LEDGER_HELD : LEDGER_DECLINED);
  query_i64(&query, promise->type);
  query_i64(&query, promise->amount);
  query_i64(&query, answer->points);
  query_i64(&query, answer->terminal.number);
  query_i64(&query, answer->terminal.merchant);
  query_i64(&query, answer->tender.kind);
  query_text(&query, answer->tender.reference);
  query_text(&query, answer->reason == STATUS_OK ? "" : status_name(answer->reason));
  query_blob(&query, ledger->chain.hash, CRYPTO_SHA256_SIZE);
  query_blob(&query, answer->offer->record, PROMISE_SIZE);
  query_blob(&query, kept, sizeof kept);
  query_i64(&query, answer->offer->now);
  query_i64(&query, answer->reason == STATUS_OK ? answer->refund.sale : 0);
  query_i64(&query, answer->reason == STATUS_OK && answer->refund.in_points);
  ledger->step_moves.holds += answer->reason == STATUS_OK;
  return query_run(&query);
}

/* A decline leaves a hold alone that its promise did not settle (STATUS_OUT_OF_STEP). */
static enum status answer_advance(struct ledger *ledger, const struct answer *answer) {
  const struct chain *chain = &ledger->chain;
  uint32_t held = chain->in_step ? 0 : chain->held_atc;
  enum status status = chain->in_step ? chain_announce(ledger, answer->offer->promise, chain) : STATUS_OK;
  if (status != STATUS_OK)
    return status;
  if (answer->reason == STATUS_OK)
    held = chain->atc;
  struct query query = query_begin(ledger, QUERY_CARD_HOT_SEEN);
  query_i64(&query, chain->atc);
  query_blob(&query, chain->hash, CRYPTO_SHA256_SIZE);
  query_i64(&query, held);
  query_i64(&query, answer->offer->pin_right);
  purse_change_take(ledger, &query, chain->card);
  query_i64(&query, chain->card);
  return query_run(&query);
}

/* What a load or refund takes of its limits. What is owed to a card was counted when it was paid for. */
static struct limit_load answer_load(const struct answer *answer) {
  const struct signed_promise *offer = answer->offer;
  return (struct limit_load){.refund = offer->promise->type == TRANSACTION_REFUND,
                             .payout = offer->promise->type == TRANSACTION_PAYOUT,
                             .in_points = answer->refund.in_points,
                             .terminal = answer->terminal.number,
                             .merchant = answer->terminal.merchant,
                             .amount = offer->promise->amount,
                             .day = (offer->now + offer->zone) / SECONDS_PER_DAY};
}

static bool answer_limited(const struct answer *answer) {
  uint8_t type = answer->offer->promise->type;
  return type == TRANSACTION_REFUND || type == TRANSACTION_PAYOUT ||
         (type == TRANSACTION_LOAD && answer->tender.kind != LEDGER_TENDER_OWED);
}

/* What answer_insert writes of a hold, as booking_hold takes it. */
static enum status answer_hold(struct ledger *ledger, const struct answer *answer, int64_t id) {
  const struct promise *promise = answer->offer->promise;
  const struct limit_load load = answer_load(answer);
  const struct booking booking = {.id = id,
                                  .state = LEDGER_HELD,
                                  .type = promise->type,
                                  .tender = answer->tender.kind,
                                  .amount = promise->amount,
                                  .points = (int32_t)answer->points,
                                  .terminal = answer->terminal.number,
                                  .merchant = answer->terminal.merchant,
                                  .sale = answer->refund.sale,
                                  .in_points = answer->refund.in_points};
  enum status status = booking_hold(ledger, &booking, answer->offer->now);
  return status == STATUS_OK && answer_limited(answer) ? limit_take(ledger, &load, id) : status;
}

static struct reference_wish answer_wish(const struct ledger *ledger, const struct answer *answer) {
  const struct promise *promise = answer->offer->promise;
  return (struct reference_wish){.merchant = answer->terminal.merchant,
                                 .reference = answer->offer->reference,
                                 .payout = answer->payout,
                                 .booking = {.id = booking_id(ledger->chain.card, promise->atc),
                                             .type = promise->type,
                                             .tender = answer->tender.kind,
                                             .amount = promise->amount}};
}

/* What was written, as booking_transaction reads it. */
static void answer_tell(const struct answer *answer, const uint8_t record[AUTHORISATION_SIZE],
                        struct ledger_transaction *transaction) {
  const struct promise *promise = answer->offer->promise;
  bool approved = answer->reason == STATUS_OK;
  *transaction = (struct ledger_transaction){.atc = promise->atc,
                                             .state = approved ? LEDGER_HELD : LEDGER_DECLINED,
                                             .type = promise->type,
                                             .amount = promise->amount,
                                             .points = (int32_t)answer->points,
                                             .tender = answer->tender,
                                             .created_at = answer->offer->now,
                                             .sale_atc = approved ? booking_atc(answer->refund.sale) : 0,
                                             .in_points = approved && answer->refund.in_points};
  memcpy(transaction->cid, promise->cid, CID_SIZE);
  memcpy(transaction->tid, promise->tid, TID_SIZE);
  memcpy(transaction->merchant, answer->terminal.merchant_name, sizeof transaction->merchant);
  if (!approved)
    (void)snprintf(transaction->reason, sizeof transaction->reason, "%s", status_name(answer->reason));
  memcpy(transaction->promise, answer->offer->record, PROMISE_SIZE);
  memcpy(transaction->authorisation, record, AUTHORISATION_SIZE);
}

/* Signed first: where the signer fails nothing has been written. */
static enum status answer_book(struct ledger *ledger, const struct answer *answer,
                               struct ledger_transaction *transaction) {
  uint8_t record[AUTHORISATION_SIZE];
  int64_t id = booking_id(ledger->chain.card, ledger->chain.atc);
  enum status status = answer_sign(answer, ledger->chain.hash, record);
  if (status == STATUS_OK)
    status = answer_insert(ledger, answer, record, id);
  const struct reference_wish wish = answer_wish(ledger, answer);
  if (status == STATUS_OK && answer->named)
    status = reference_take(ledger, &wish);
  if (status == STATUS_OK && answer->reason == STATUS_OK)
    status = answer_hold(ledger, answer, id);
  if (status == STATUS_OK)
    status = answer_advance(ledger, answer);
  ledger->chain.open = false;
  answer_tell(answer, record, transaction);
  return status;
}

/* What this very sale came to before goes before all that could be said of the card now. */
static enum status answer_check_reference(struct ledger *ledger, const struct chain *chain, struct answer *answer) {
  struct reference_wish wish = answer_wish(ledger, answer);
  wish.booking.id = booking_id(chain->card, chain->atc);
  enum status status = reference_judge(ledger, &wish);
  answer->named = status == STATUS_OK;
  return status;
}

static enum status answer_check(struct ledger *ledger, const struct chain *chain, struct answer *answer) {
  enum status status = answer_check_card(ledger, answer->offer, chain);
  if (status == STATUS_OK)
    status = answer_check_terminal(ledger, answer->offer, &answer->terminal);
  if (status == STATUS_OK)
    status = answer_check_reference(ledger, chain, answer);
  if (status == STATUS_OK)
    status = answer_check_pin(answer->offer->promise, chain);
  if (status == STATUS_OK)
    status = answer_check_limits(ledger, answer->offer->promise, chain);
  return status;
}

enum status ledger_purchase_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                      const struct ledger_signer *signer, struct ledger_transaction *transaction) {
  struct answer answer = {.offer = offer, .signer = signer, .reason = STATUS_OK};
  const struct chain *chain = &ledger->chain;
  enum status status = answer_check_opened(ledger, offer, true);
  if (status == STATUS_OK && offer->promise->type != TRANSACTION_PURCHASE &&
      offer->promise->type != TRANSACTION_POINTS_PURCHASE)
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = answer_check(ledger, chain, &answer);
  if (status != STATUS_OK)
    return status;
  answer.points = answer_points(ledger, offer->promise, answer.terminal.points_rate);
  return answer_book(ledger, &answer, transaction);
}

/* ---- loads ---- */

static enum status load_check_reversal(struct ledger *ledger, const struct chain *chain, const struct answer *answer) {
  struct query query = query_begin(ledger, QUERY_REVERSAL_FIND);
  query_i64(&query, booking_id(chain->card, answer->offer->promise->atc));
  query_i64(&query, answer->terminal.number);
  bool found = query_row(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && found ? STATUS_TENDER_DECLINED : status;
}

static enum status load_check(struct ledger *ledger, const struct chain *chain, struct answer *answer) {
  const struct promise *promise = answer->offer->promise;
  uint8_t kind = answer->tender.kind;
  if (promise->type != TRANSACTION_LOAD || kind < LEDGER_TENDER_CASH || kind > LEDGER_TENDER_OWED)
    return STATUS_BAD_FORMAT;
  enum status status = answer_check(ledger, chain, answer);
  if (status == STATUS_OK && kind == LEDGER_TENDER_OWED && promise->amount > chain->owed)
    status = STATUS_TENDER_DECLINED;
  if (status == STATUS_OK)
    status = load_check_reversal(ledger, chain, answer);
  if (status != STATUS_OK || !answer_limited(answer))
    return status;
  const struct limit_load load = answer_load(answer);
  return limit_check(ledger, &load);
}

enum status ledger_load_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                  const struct ledger_tender *tender, const struct ledger_signer *signer,
                                  struct ledger_transaction *transaction) {
  struct answer answer = {.offer = offer, .signer = signer, .tender = *tender, .reason = STATUS_OK};
  if (strnlen(tender->reference, sizeof tender->reference) == sizeof tender->reference)
    return STATUS_BAD_FORMAT;
  enum status status = answer_check_opened(ledger, offer, true);
  if (status == STATUS_OK)
    status = load_check(ledger, &ledger->chain, &answer);
  if (status != STATUS_OK)
    return status;
  answer.points = answer_points(ledger, offer->promise, 0);
  return answer_book(ledger, &answer, transaction);
}

enum status ledger_load_check(struct ledger *ledger, const struct signed_promise *offer, uint8_t tender_kind) {
  struct answer answer = {.offer = offer, .tender = {.kind = tender_kind}, .reason = STATUS_OK};
  struct chain chain;
  enum status status = chain_read(ledger, offer, &chain);
  return status == STATUS_OK ? load_check(ledger, &chain, &answer) : status;
}

/* ---- refunds ---- */

static enum status refund_check(struct ledger *ledger, const struct chain *chain, int64_t window,
                                struct answer *answer) {
  struct refund_wish wish = {.promise = answer->offer->promise,
                             .card = chain->card,
                             .window = window,
                             .now = answer->offer->now,
                             .points = chain->points};
  enum status status = answer_check(ledger, chain, answer);
  wish.merchant = answer->terminal.merchant;
  if (status == STATUS_OK)
    status = refund_judge(ledger, &wish, &answer->refund);
  if (status != STATUS_OK)
    return status;
  const struct limit_load load = answer_load(answer);
  return limit_check(ledger, &load);
}

enum status ledger_refund_authorise(struct ledger *ledger, const struct signed_promise *offer, int64_t window,
                                    const struct ledger_signer *signer, struct ledger_transaction *transaction) {
  struct answer answer = {.offer = offer, .signer = signer, .reason = STATUS_OK};
  enum status status = answer_check_opened(ledger, offer, true);
  if (status == STATUS_OK && offer->promise->type != TRANSACTION_REFUND)
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = refund_check(ledger, &ledger->chain, window, &answer);
  if (status != STATUS_OK)
    return status;
  answer.points = answer.refund.points;
  return answer_book(ledger, &answer, transaction);
}

/* ---- payouts ---- */

enum status ledger_payout_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                    const struct ledger_payout_terms *terms, const struct ledger_signer *signer,
                                    struct ledger_transaction *transaction) {
  const struct ledger_account *account = terms->account;
  struct answer answer = {.offer = offer, .signer = signer, .payout = terms, .reason = STATUS_OK};
  enum status status = answer_check_opened(ledger, offer, true);
  if (status == STATUS_OK && offer->promise->type != TRANSACTION_PAYOUT)
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK && account != NULL && !payout_account_valid(account))
    status = STATUS_IBAN_INVALID;
  if (status == STATUS_OK && promise_is_transfer(offer->promise) != (account != NULL))
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = answer_check(ledger, &ledger->chain, &answer);
  if (status == STATUS_OK && terms->closes && offer->promise->amount != ledger->chain.balance)
    status = STATUS_BAD_AMOUNT;
  if (status == STATUS_OK && offer->promise->amount == 0 && !terms->closes)
    status = STATUS_PAYOUT_OF_NOTHING;
  if (status != STATUS_OK)
    return status;
  struct limit_load payout = answer_load(&answer);
  if (payout.amount == 0) /* where the day is used up, no deposit goes out either */
    payout.amount = 1;
  int64_t id = booking_id(ledger->chain.card, ledger->chain.atc);
  status = limit_check(ledger, &payout);
  if (status == STATUS_OK)
    status = answer_book(ledger, &answer, transaction);
  if (status == STATUS_OK && terms->closes)
    status = payout_to_close(ledger, id);
  return status == STATUS_OK && account != NULL ? payout_to_account(ledger, id, account) : status;
}

/* ---- declines ---- */

/* A decline carries the reference only where nothing else holds it. */
static enum status decline_look(struct ledger *ledger, struct answer *answer) {
  enum status status = answer_check_reference(ledger, &ledger->chain, answer);
  bool held = status == STATUS_REFERENCE_DONE || status == STATUS_REFERENCE_HELD || status == STATUS_REFERENCE_USED;
  return held ? STATUS_OK : status;
}

enum status ledger_decline(struct ledger *ledger, const struct signed_promise *offer, enum status reason,
                           const struct ledger_signer *signer, struct ledger_transaction *transaction) {
  struct answer answer = {.offer = offer, .signer = signer, .reason = reason};
  enum status status = answer_check_opened(ledger, offer, false);
  if (status == STATUS_OK && reason == STATUS_OK)
    status = STATUS_INTERNAL;
  if (status == STATUS_OK)
    status = terminal_brief(ledger, offer->promise->tid, &answer.terminal);
  if (status == STATUS_OK)
    status = decline_look(ledger, &answer);
  return status == STATUS_OK ? answer_book(ledger, &answer, transaction) : status;
}
