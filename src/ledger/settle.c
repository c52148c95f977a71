/* SPDX-License-Identifier: Apache-2.0
 * What a transaction books: at its hold, at its proof, at its abort, at its refund. docs/ledger.md has the table. */
#include "booking.h"
#include "capture.h"
#include "incident.h"
#include "limit.h"
#include "payout.h"
#include "posting.h"
#include "store.h"

/* From where to where the amount goes; the hold lies in between. */
struct route {
  int64_t source, hold, target;
};

static int64_t tender_account(const struct booking *booking) {
  return booking->tender == LEDGER_TENDER_OWED ? account_of_card(booking_card(booking->id), ACCOUNT_OWED)
                                               : account_of_merchant(booking->merchant, ACCOUNT_TENDER);
}

static struct route booking_route(const struct booking *booking) {
  int64_t card = booking_card(booking->id);
  struct route route = {.hold = account_of_card(card, ACCOUNT_HOLD)};
  if (booking->in_points)
    return (struct route){.source = account_of_issuer(ACCOUNT_POINTS_ISSUER),
                          .hold = account_of_card(card, ACCOUNT_POINTS_HOLD),
                          .target = account_of_card(card, ACCOUNT_POINTS)};
  switch (booking->type) {
  case TRANSACTION_LOAD:
  case TRANSACTION_REFUND: /* the merchant owes what it gives back, as it does what it was paid for a load */
    route.source = tender_account(booking);
    route.target = account_of_card(card, ACCOUNT_CARD);
    break;
  case TRANSACTION_PAYOUT:
    route.source = account_of_card(card, ACCOUNT_CARD);
    route.target = account_of_card(card, ACCOUNT_PAID_OUT);
    break;
  case TRANSACTION_POINTS_PURCHASE:
    route.source = account_of_card(card, ACCOUNT_POINTS);
    route.hold = account_of_card(card, ACCOUNT_POINTS_HOLD);
    route.target = account_of_merchant(booking->merchant, ACCOUNT_POINTS_ISSUER);
    break;
  default:
    route.source = account_of_card(card, ACCOUNT_CARD);
    route.target = account_of_merchant(booking->merchant, ACCOUNT_MERCHANT);
  }
  return route;
}

static enum status booking_move(struct ledger *ledger, const struct booking *booking,
                                enum posting_transition transition, int64_t debit, int64_t credit, int64_t at) {
  struct posting posting = {.booking = booking->id,
                            .transition = transition,
                            .debit = debit,
                            .credit = credit,
                            .amount = booking_held(booking),
                            .at = at};
  return posting.amount > 0 ? posting_add(ledger, &posting) : STATUS_OK;
}

static enum status booking_set_state(struct ledger *ledger, int64_t id, uint8_t state, const uint8_t *secret,
                                     int64_t now) {
  struct query query = query_begin(ledger, QUERY_BOOKING_SETTLE);
  query_i64(&query, state);
  query_blob(&query, secret, SECRET_SIZE);
  query_i64(&query, now);
  query_i64(&query, id);
  if (state != LEDGER_REFUNDED)
    ledger->step_moves.holds--;
  return query_run(&query);
}

enum status booking_hold(struct ledger *ledger, const struct booking *booking, int64_t now) {
  struct route route = booking_route(booking);
  return booking_move(ledger, booking, POSTING_HOLD, route.source, route.hold, now);
}

/* A refund takes what its sale had granted. */
static enum status booking_take_points(struct ledger *ledger, const struct booking *booking, int64_t now) {
  struct posting posting = {.booking = booking->id,
                            .transition = POSTING_GRANT,
                            .debit = account_of_card(booking_card(booking->id), ACCOUNT_POINTS),
                            .credit = account_of_issuer(ACCOUNT_POINTS_ISSUER),
                            .amount = -(int64_t)booking->points,
                            .at = now};
  return booking->points < 0 ? posting_add(ledger, &posting) : STATUS_OK;
}

/* A purchase earns points; a load brings those of a card that this one replaced. */
static enum status booking_grant(struct ledger *ledger, const struct booking *booking, int64_t now) {
  int64_t card = booking_card(booking->id);
  bool load = booking->type == TRANSACTION_LOAD;
  if (booking->type == TRANSACTION_REFUND)
    return booking_take_points(ledger, booking, now);
  struct posting posting = {.booking = booking->id,
                            .transition = POSTING_GRANT,
                            .debit = load ? account_of_card(card, ACCOUNT_POINTS_OWED)
                                          : account_of_merchant(booking->merchant, ACCOUNT_POINTS_ISSUER),
                            .credit = account_of_card(card, ACCOUNT_POINTS),
                            .amount = booking->points,
                            .at = now};
  return booking->points > 0 ? posting_add(ledger, &posting) : STATUS_OK;
}

/* The merchant's tender account keeps the debt; a person collects it. */
enum status booking_note_reversed(struct ledger *ledger, const struct booking *booking, int64_t now) {
  struct incident incident = {.kind = LEDGER_INCIDENT_REVERSED_CREDIT,
                              .card = booking_card(booking->id),
                              .atc = booking_atc(booking->id),
                              .evidence = NULL,
                              .evidence_len = 0,
                              .at = now};
  return incident_note(ledger, &incident);
}

enum status booking_capture(struct ledger *ledger, const struct booking *booking, const uint8_t secret[SECRET_SIZE],
                            int64_t now) {
  struct route route = booking_route(booking);
  enum status status = booking_set_state(ledger, booking->id, LEDGER_CAPTURED, secret, now);
  if (status == STATUS_OK && booking->type == TRANSACTION_PAYOUT)
    status = account_need(ledger, route.target);
  if (status == STATUS_OK)
    status = booking_move(ledger, booking, POSTING_SETTLE, route.hold, route.target, now);
  if (status == STATUS_OK)
    status = booking_grant(ledger, booking, now);
  if (status == STATUS_OK)
    status = capture_add(ledger, booking, now);
  if (status == STATUS_OK && booking->type == TRANSACTION_LOAD && booking->reversed)
    status = booking_note_reversed(ledger, booking, now);
  if (status == STATUS_OK && booking->type == TRANSACTION_PAYOUT)
    status = payout_captured(ledger, booking, now);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_HOT_CAPTURED);
  query_i64(&query, booking_atc(booking->id));
  query_i64(&query, booking->without_pin ? booking->amount : 0);
  purse_change_take(ledger, &query, booking_card(booking->id));
  query_i64(&query, booking_card(booking->id));
  return query_run(&query);
}

/* What a card pays without its PIN counts together, with the server or without. */
static enum status no_pin_count(struct ledger *ledger, const struct booking *booking) {
  struct query query = query_begin(ledger, QUERY_CARD_NO_PIN);
  query_i64(&query, booking->amount);
  query_i64(&query, booking_card(booking->id));
  return query_run(&query);
}

enum status booking_capture_offline(struct ledger *ledger, const struct booking *booking, int64_t now) {
  static const uint8_t no_secret[SECRET_SIZE] = {0};
  int64_t owed = account_of_card(booking_card(booking->id), ACCOUNT_POINTS_OWED);
  const struct posting grant = {.booking = booking->id,
                                .transition = POSTING_GRANT,
                                .debit = account_of_merchant(booking->merchant, ACCOUNT_POINTS_ISSUER),
                                .credit = owed,
                                .amount = booking->points,
                                .at = now};
  struct route route = booking_route(booking);
  route.source = account_of_card(booking_card(booking->id), ACCOUNT_OFFLINE);
  enum status status = booking_move(ledger, booking, POSTING_HOLD, route.source, route.hold, now);
  if (status == STATUS_OK)
    status = booking_set_state(ledger, booking->id, LEDGER_CAPTURED, no_secret, now);
  if (status == STATUS_OK)
    status = booking_move(ledger, booking, POSTING_SETTLE, route.hold, route.target, now);
  if (status == STATUS_OK && booking->points > 0)
    status = account_need(ledger, owed);
  if (status == STATUS_OK && booking->points > 0)
    status = posting_add(ledger, &grant);
  if (status == STATUS_OK)
    status = purse_change_write(ledger);
  if (status == STATUS_OK && booking->without_pin)
    status = no_pin_count(ledger, booking);
  return status == STATUS_OK ? capture_add(ledger, booking, now) : status;
}

/* A load whose tender the terminal has not given back is still the cardholder's money: it becomes owed. */
enum status booking_release(struct ledger *ledger, const struct booking *booking, int64_t now, uint8_t *state) {
  struct route route = booking_route(booking);
  bool owed = booking->type == TRANSACTION_LOAD && booking->tender != LEDGER_TENDER_OWED && !booking->reversed;
  int64_t back = owed ? account_of_card(booking_card(booking->id), ACCOUNT_OWED) : route.source;
  *state = owed ? LEDGER_OWED : LEDGER_RELEASED;
  enum status status = booking_set_state(ledger, booking->id, *state, NULL, now);
  if (status == STATUS_OK)
    status = booking_move(ledger, booking, POSTING_SETTLE, route.hold, back, now);
  if (status == STATUS_OK && !booking_pays(booking) && !owed)
    status = limit_give_back(ledger, booking);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_HOT_RELEASED);
  purse_change_take(ledger, &query, booking_card(booking->id));
  query_i64(&query, booking_card(booking->id));
  return query_run(&query);
}

static enum status honour_look(struct ledger *ledger, const struct booking *booking) {
  struct query query = query_begin(ledger, QUERY_HONOUR_OF_CARD);
  query_i64(&query, booking_card(booking->id));
  bool found = query_row(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && found ? STATUS_EXISTS : status;
}

/* No points are granted: the card said that it did not pay. */
enum status booking_honour(struct ledger *ledger, const struct booking *booking, const uint8_t secret[SECRET_SIZE],
                           int64_t now) {
  bool points = booking->type == TRANSACTION_POINTS_PURCHASE;
  struct booking paid = *booking;
  if (booking->state != LEDGER_RELEASED || !booking_pays(booking))
    return STATUS_INTERNAL;
  enum status status = honour_look(ledger, booking);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_HONOUR_ADD);
  query_i64(&query, booking_card(booking->id));
  query_i64(&query, booking->id);
  query_blob(&query, secret, SECRET_SIZE);
  query_i64(&query, account_of_issuer(points ? ACCOUNT_POINTS_RISK : ACCOUNT_RISK));
  query_i64(&query, booking_route(booking).target);
  query_i64(&query, booking_held(booking));
  query_i64(&query, now);
  status = query_run(&query);
  if (!points)
    paid.points = 0;
  return status == STATUS_OK ? capture_add(ledger, &paid, now) : status;
}

enum status booking_refund(struct ledger *ledger, const struct booking *booking, int64_t now) {
  struct route route = booking_route(booking);
  enum status status = booking_set_state(ledger, booking->id, LEDGER_REFUNDED, NULL, now);
  if (status != STATUS_OK)
    return status;
  int64_t owed = account_of_card(booking_card(booking->id), ACCOUNT_OWED);
  status = booking_move(ledger, booking, POSTING_REFUND, owed, route.source, now);
  return status == STATUS_OK ? limit_give_back(ledger, booking) : status;
}
