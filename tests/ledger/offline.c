/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments that are brought in: booked once, in any order, whoever brings them; what contradicts a card's
 * chain is paid by the issuer's risk. */
#include <stdio.h>

#include "acts.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_incident.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "offline_scene.h"
#include "suites.h"

#define DAY (24 * 60 * 60)

/* ---- booked ---- */

START_TEST(books_what_a_card_paid) {
  struct world world;
  struct purse purse;
  struct ledger_transaction transaction;
  struct ledger_card card;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_agrees(&world, &purse);
  ck_assert_int_eq(ledger_transaction_find(world.ledger, purse.cid, 2, &transaction), STATUS_OK);
  ck_assert_uint_eq(transaction.type, TRANSACTION_OFFLINE_PURCHASE);
  ck_assert_uint_eq(transaction.state, LEDGER_CAPTURED);
  ck_assert(!transaction.has_secret);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.points, 0);
  ck_assert_int_eq(card.points_owed, 100); /* the card has not heard of them */
  world_complete(&world, &purse, TRANSACTION_LOAD, 1, RELOAD);
  ck_assert_uint_eq(purse.points, 100);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

START_TEST(books_it_once) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_OFFLINE_KNOWN);
  ck_assert_int_eq(offline_bring_by(&world, &one, OTHER_POS, &offline_usual),
                   STATUS_OFFLINE_KNOWN); /* another merchant's */
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  struct paid two = offline_pay(&purse, 500, POS);
  ck_assert_int_eq(offline_bring_by(&world, &two, OFFLINE_OTHER_TILL, &offline_usual),
                   STATUS_OK); /* a till's disk died */
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OFFLINE_KNOWN);
  world_assert_merchant(&world, "SHOP", 1500, 0);
  world_close(&world);
}
END_TEST

/* It names its terminal: another merchant's, or a desk, brings it in, and it is booked where it was paid. */
START_TEST(whoever_brings_it_gains_nothing) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS), two = offline_pay(&purse, 500, POS);
  ck_assert_int_eq(offline_bring_by(&world, &one, OTHER_POS, &offline_usual), STATUS_OK);
  ck_assert_int_eq(offline_bring_by(&world, &two, DESK, &offline_usual), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OFFLINE_KNOWN);
  ck_assert_int_eq(offline_bring_by(&world, &one, RELOAD, &offline_usual), STATUS_NOT_PERMITTED);
  world_assert_merchant(&world, "SHOP", 1500, 0);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Each of the six orders of three payments at two merchants. */
START_TEST(books_in_any_order) {
  static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  const int *order = orders[_i];
  struct paid paid[] = {offline_pay(&purse, 1000, POS), offline_pay(&purse, 700, OTHER_POS),
                        offline_pay(&purse, 30, POS)};
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(offline_bring(&world, &paid[order[i]]), STATUS_OK);
    world_assert_clean(&world);
  }
  ck_assert_uint_eq(offline_lacking(&world, &purse).count, 0);
  world_assert_merchant(&world, "SHOP", 1030, 0);
  world_assert_merchant(&world, "KIOSK", 700, 0);
  world_assert_agrees(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 50, OTHER_POS);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- refused ---- */

START_TEST(keeps_the_limits_of_the_certificate) {
  static const struct offline_limits low[] = {{999, 5000, 5}, {2500, 1499, 5}, {2500, 5000, 1}};
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  (void)offline_pay(&purse, 500, POS);
  struct paid two = offline_pay(&purse, 1000, POS);
  for (size_t i = 0; i < sizeof low / sizeof low[0]; i++)
    ck_assert_int_eq(offline_bring_by(&world, &two, POS, &low[i]), STATUS_ABOVE_LIMIT);
  world_assert_merchant(&world, "SHOP", 0, 0);
  struct paid reload = offline_pay(&purse, 10, RELOAD);
  ck_assert_int_eq(offline_bring(&world, &reload), STATUS_NOT_PERMITTED);
  struct paid foreign = two;
  foreign.promise.currency = 840;
  ck_assert_int_eq(offline_bring(&world, &foreign), STATUS_WRONG_CURRENCY);
  memset(foreign.promise.cid, 0x99, CID_SIZE);
  ck_assert_int_eq(offline_bring(&world, &foreign), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK);
  world_close(&world);
}
END_TEST

/* The card's money stays held; the till is not paid. */
START_TEST(does_not_pay_a_revoked_terminal) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_TERMINAL_REVOKED);
  world_assert_merchant(&world, "SHOP", 0, 0);
  ck_assert_int_eq(offline_lacking(&world, &purse).sum, 1000);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  world_assert_card(&world, &purse, 8990, 0, 0);
  world_close(&world);
}
END_TEST

/* ---- contradictions ---- */

/* Two of one (CID, ATC): the first is the card's, as long as nothing says otherwise; the shops are both paid. */
START_TEST(pays_the_second_of_two_by_risk) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = offline_pay(&purse, 1000, POS);
  struct paid two = offline_pay(&twin, 900, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 900, 0);
  world_assert_card(&world, &purse, 9000, 0, 0);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  world_assert_merchant(&world, "KIOSK", 0, 0); /* paid out, the risk's too */
  world_close(&world);
}
END_TEST

static enum status close_number(struct ledger *ledger, void *context) {
  return ledger_settlement_close(ledger, WORLD_NOW, context);
}

/* On either side of a cut, and by itself: each is in one settlement. */
START_TEST(what_the_risk_pays_is_in_one_settlement) {
  struct world world;
  struct purse purse, third;
  struct ledger_settlement closed;
  struct ledger_totals totals;
  offline_begin(&world, &purse);
  world_issue(&world, 2, &third);
  world_complete(&world, &third, TRANSACTION_LOAD, 5000, RELOAD);
  struct purse twins[2] = {purse, purse};
  struct paid one = offline_pay(&purse, 1000, POS);
  struct paid two = offline_pay(&twins[0], 900, OTHER_POS), three = offline_pay(&twins[1], 800, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 1900);
  ck_assert_int_eq(offline_bring(&world, &three), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "KIOSK", 800, 0);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, 800);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 800);
  ck_assert_int_lt(closed.last_capture, closed.first_capture);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_NOTHING_TO_SETTLE);
  world_complete(&world, &third, TRANSACTION_PURCHASE, 7, POS);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 7);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, 0);
  world_close(&world);
}
END_TEST

/* The one that the successor names is the card's, though it comes last. */
START_TEST(believes_the_successor) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = offline_pay(&purse, 1000, POS);
  struct paid other = offline_pay(&twin, 1000, OTHER_POS);
  struct paid next = offline_pay(&purse, 20, POS);
  ck_assert_int_eq(offline_bring(&world, &next), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &other), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK); /* the card is blocked by now */
  world_assert_merchant(&world, "SHOP", 1020, 0);
  world_assert_merchant(&world, "KIOSK", 1000, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Of an opened card: a balance that it does not have, an amount above its balance. The shop kept to the rules, and is
 * paid. */
START_TEST(a_made_up_balance_is_the_issuers_risk) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  if (_i == 0)
    purse.balance += 1;
  if (_i == 1)
    purse.points += 1;
  if (_i == 2)
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 9900, OTHER_POS);
  struct paid one = offline_pay(&purse, 1000, POS);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &one), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_card(&world, &purse, _i == 2 ? 100 : 10000, 0, 0); /* what is its holder's stays */
  purse.balance = 10000;
  purse.offline_count = 0;
  purse.offline_sum = 0;
  struct paid two = offline_pay(&purse, 2500, POS), three = offline_pay(&purse, 2500, POS);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &three), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "SHOP", 3500, 0); /* within the card's total */
  world_close(&world);
}
END_TEST

/* More than the card ever announced, at an ATC that was skipped. */
START_TEST(does_not_exceed_what_was_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  offline_begin(&world, &purse);
  struct purse twin = purse;
  purse.atc += 2;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  struct paid made = offline_pay(&twin, 1000, POS);
  ck_assert_int_eq(offline_bring(&world, &made), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_assert_card(&world, &purse, 9990, 10, 0);
  world_close(&world);
}
END_TEST

/* ---- the terminal's day ---- */

/* The next one waits until its card confirms it. */
START_TEST(a_terminal_is_paid_so_much_in_a_day) {
  struct world world;
  struct purse purse, other;
  offline_begin(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 1000, RELOAD);
  offline_use_up(&world, &purse, POS);
  world_assert_merchant(&world, "SHOP", 100000, 0);
  struct paid more = offline_pay(&other, 100, POS);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &more), STATUS_OFFLINE_WAITS);
  world.now += DAY;
  ck_assert_int_eq(offline_bring(&world, &more), STATUS_OFFLINE_WAITS);
  world_complete(&world, &other, TRANSACTION_PURCHASE, 5, OTHER_POS); /* names it */
  offline_lapse(&world, world.now + 1);                               /* somebody did bring it in */
  ck_assert_int_eq(offline_bring(&world, &more), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100100, 0);
  world_assert_agrees(&world, &other);
  world_close(&world);
}
END_TEST

/* A till's day is used up; then a card with 10.00 pays 6.00 there. That waits, and what the card promised next has come
 * to nobody. */
static struct paid pay_and_lose_one(struct world *world, struct purse *other) {
  struct purse purse;
  offline_begin(world, &purse);
  world_issue(world, 2, other);
  world_complete(world, other, TRANSACTION_LOAD, 1000, RELOAD);
  offline_use_up(world, &purse, POS);
  struct paid waits = offline_pay(other, 600, POS);
  ck_assert_int_eq(offline_bring(world, &waits), STATUS_OFFLINE_WAITS);
  purse_promise(other, TRANSACTION_PURCHASE, 5, POS);
  return waits;
}

/* _i: the one after that is off-line, or on-line. It counts what waits. */
START_TEST(a_later_promise_confirms_it_too) {
  struct world world;
  struct purse other;
  struct paid waits = pay_and_lose_one(&world, &other);
  if (_i == 0) {
    struct paid later = offline_pay(&other, 30, OTHER_POS);
    ck_assert_int_eq(offline_bring(&world, &later), STATUS_OK);
  } else {
    world_complete(&world, &other, TRANSACTION_PURCHASE, 30, OTHER_POS);
  }
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &waits), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100600, 0);
  world_assert_merchant(&world, "KIOSK", 30, 0);
  world_assert_agrees(&world, &other);
  ck_assert_uint_eq(offline_lacking(&world, &other).count, 0);
  world_close(&world);
}
END_TEST

/* _i: what an opened card signs to have it paid: a balance that it has not; as if it had not paid; more than it has.
 * None of that is of its chain, so that none confirms it. */
START_TEST(what_is_not_of_the_chain_confirms_nothing) {
  struct world world;
  struct purse other;
  struct paid waits = pay_and_lose_one(&world, &other);
  if (_i == 0)
    other.balance += 600;
  if (_i == 1) {
    other.balance += 600;
    other.offline_count = 0;
    other.offline_sum = 0;
  }
  struct paid lie = offline_pay(&other, _i == 2 ? 401 : 30, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &lie), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &waits), STATUS_OFFLINE_WAITS);
  world_assert_merchant(&world, "SHOP", 100000, 0);
  world_assert_card(&world, &other, 400, 0, 0);
  world_close(&world);
}
END_TEST

/* What confirms itself so is the card's own, which it has announced: never more than it had, whatever it signs. */
START_TEST(what_is_confirmed_is_the_cards) {
  struct world world;
  struct purse other;
  struct paid waits = pay_and_lose_one(&world, &other);
  struct paid last = offline_pay(&other, 400, POS); /* waits too, and confirms the first: its card has nothing left */
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &last), STATUS_OFFLINE_WAITS);
  ck_assert_int_eq(offline_bring(&world, &waits), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100600, 0);
  world_assert_card(&world, &other, 0, 0, 0);
  (void)offline_pay(&other, 1, POS);
  struct paid made_up = offline_pay(&other, 500, POS);
  ck_assert_int_eq(offline_bring(&world, &made_up), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &last), STATUS_OFFLINE_WAITS);
  world_assert_merchant(&world, "SHOP", 100600, 0); /* the till's day bounds the issuer's risk */
  world_close(&world);
}
END_TEST

/* An opened card's made-up payments at a till that has never met it, brought in by a till of somebody else: what they
 * use up is that one's day. */
START_TEST(a_stranger_uses_up_its_own_day) {
  struct world world;
  struct purse purse, opened;
  offline_begin(&world, &purse);
  world_issue(&world, 2, &opened);
  world_complete(&world, &opened, TRANSACTION_LOAD, 1000, RELOAD);
  offline_use_up(&world, &purse, OTHER_POS);
  struct paid more = offline_pay(&opened, 100, POS);
  ck_assert_int_eq(offline_bring_by(&world, &more, OTHER_POS, &offline_usual), STATUS_OFFLINE_WAITS);
  struct paid own = offline_pay(&purse, 100, POS);
  ck_assert_int_eq(offline_bring(&world, &own), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100100, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* Another till of the shop was stolen, and says that this one took it: that is nobody's word, until the card's own next
 * promise confirms it. The till that took it is paid whatever the other one has said before. */
START_TEST(a_revoked_bringer_is_not_believed) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS), two = offline_pay(&purse, 700, POS);
  ck_assert_int_eq(world_do(&world, act_revoke, OFFLINE_OTHER_TILL), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring_by(&world, &two, OFFLINE_OTHER_TILL, &offline_usual), STATUS_OFFLINE_WAITS);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_assert_card(&world, &purse, 10000, 0, 0);
  world_assert_clean(&world);
  if (_i == 0) {
    ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK);
    ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_OK); /* two names it */
  } else {
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
    ck_assert_int_eq(offline_bring_by(&world, &two, OFFLINE_OTHER_TILL, &offline_usual), STATUS_OK);
    ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  }
  world_assert_merchant(&world, "SHOP", 1700, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Nor by the issuer's risk; but the card has signed against itself. The till that took it is paid as it would have
 * been. */
START_TEST(a_revoked_bringer_is_paid_no_risk) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = offline_pay(&purse, 1000, POS);
  struct paid two = offline_pay(&twin, 900, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_revoke, OFFLINE_OTHER_TILL), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring_by(&world, &two, OFFLINE_OTHER_TILL, &offline_usual), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_assert_clean(&world);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "KIOSK", 900, 0);
  world_close(&world);
}
END_TEST

/* ---- the audit ---- */

#define OPEN_UP                                                                                                        \
  "DROP TRIGGER offline_promise_fixed; DROP TRIGGER offline_promise_once; DROP TRIGGER offline_promise_kept; "         \
  "DROP TRIGGER offline_window_grows; DROP TRIGGER offline_window_moves; DROP TRIGGER incident_kept; "                 \
  "PRAGMA ignore_check_constraints = ON; "

/* Each by itself, on a ledger with a payment that is booked, one that is lacking and one that the risk paid. */
static enum status certify_step(struct ledger *ledger, void *context) {
  struct purse *purse = context;
  struct ledger_certification certification;
  uint8_t chip[CHIP_SERIAL_SIZE];
  world_chip(1, chip);
  world_certification(&certification);
  enum status status = ledger_card_reserve(ledger, chip, WORLD_NOW, purse->cid);
  return status == STATUS_OK ? ledger_card_certify(ledger, purse->cid, &certification) : status;
}

static enum status restored_step(struct ledger *ledger, void *context) {
  const struct world *world = context;
  return ledger_restoration_note(ledger, world->now);
}

static enum status issue_step(struct ledger *ledger, void *context) {
  const struct purse *purse = context;
  return ledger_card_issue(ledger, purse->cid, WORLD_NOW);
}

/* A ledger that was restored may have forgotten that it issued the card: its payment waits at its till until the desk
 * has said so. */
START_TEST(what_may_have_been_issued_is_not_accused) {
  struct world world;
  struct purse purse = {.balance = 10000};
  world_open(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, certify_step, &purse), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world.ledger, restored_step, &world), STATUS_OK);
  struct paid paid = offline_pay(&purse, 1000, POS);
  ck_assert_int_eq(offline_bring(&world, &paid), STATUS_CARD_UNKNOWN);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_RESERVED);
  ck_assert_int_eq(ledger_transact(world.ledger, issue_step, &purse), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &paid), STATUS_OUT_OF_STEP);
  world_close(&world);
}
END_TEST

/* The audit finds nothing wrong with what the risk paid of it. */
START_TEST(what_was_not_issued_is_paid_by_risk) {
  struct world world;
  struct purse purse = {.balance = 10000};
  world_open(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, certify_step, &purse), STATUS_OK);
  struct paid paid = offline_pay(&purse, 1000, POS);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &paid), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_RETIRED);
  ck_assert_int_eq(ledger_transact(world.ledger, issue_step, &purse), STATUS_CARD_BLOCKED);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

START_TEST(the_audit_sees_what_is_tampered) {
  static const char *const attempts[] = {
      "UPDATE offline_window SET paid_sum = paid_sum + 1",
      "UPDATE offline_window SET sum = sum - 1",
      "UPDATE offline_promise SET outcome = 2 WHERE outcome = 1",
      "UPDATE offline_promise SET amount = amount + 1 WHERE outcome = 1",
      "UPDATE offline_promise SET amount = amount + 1 WHERE outcome = 4",
      "UPDATE offline_promise SET day = 0",
      "DELETE FROM offline_promise WHERE outcome = 4",
      "DELETE FROM incident",
  };
  struct world world;
  struct purse purse;
  char sql[512];
  offline_begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = offline_pay(&purse, 1000, POS), other = offline_pay(&twin, 900, OTHER_POS);
  (void)offline_pay(&purse, 50, POS);
  struct paid last = offline_pay(&purse, 20, POS);
  ck_assert_int_eq(offline_bring(&world, &last), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &other), STATUS_CARD_FORKED);
  world_assert_clean(&world);
  (void)snprintf(sql, sizeof sql, "%s%s", OPEN_UP, attempts[_i]);
  ck_assert_int_eq(world_tamper(&world, sql), PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

Suite *offline_suite(void) {
  Suite *suite = suite_create("off-line payments");
  TCase *tests = tcase_create("brought in");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, books_what_a_card_paid);
  tcase_add_test(tests, books_it_once);
  tcase_add_test(tests, whoever_brings_it_gains_nothing);
  tcase_add_loop_test(tests, books_in_any_order, 0, 6);
  tcase_add_test(tests, keeps_the_limits_of_the_certificate);
  tcase_add_test(tests, does_not_pay_a_revoked_terminal);
  tcase_add_test(tests, pays_the_second_of_two_by_risk);
  tcase_add_test(tests, what_the_risk_pays_is_in_one_settlement);
  tcase_add_test(tests, believes_the_successor);
  tcase_add_loop_test(tests, a_made_up_balance_is_the_issuers_risk, 0, 3);
  tcase_add_test(tests, does_not_exceed_what_was_announced);
  tcase_add_test(tests, a_terminal_is_paid_so_much_in_a_day);
  tcase_add_loop_test(tests, a_later_promise_confirms_it_too, 0, 2);
  tcase_add_loop_test(tests, what_is_not_of_the_chain_confirms_nothing, 0, 3);
  tcase_add_test(tests, what_is_confirmed_is_the_cards);
  tcase_add_test(tests, a_stranger_uses_up_its_own_day);
  tcase_add_loop_test(tests, a_revoked_bringer_is_not_believed, 0, 2);
  tcase_add_test(tests, a_revoked_bringer_is_paid_no_risk);
  tcase_add_test(tests, what_may_have_been_issued_is_not_accused);
  tcase_add_test(tests, what_was_not_issued_is_paid_by_risk);
  if (place_is_file())
    tcase_add_loop_test(tests, the_audit_sees_what_is_tampered, 0, 8);
  suite_add_tcase(suite, tests);
  return suite;
}
