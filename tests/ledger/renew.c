/* SPDX-License-Identifier: Apache-2.0
 * A new card has at once what nothing can take away from the old one any more, and the rest when its window has
 * passed. */
#include "epurse/ledger_renewal.h"

#include <string.h>

#include "acts.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_offline.h"
#include "epurse/ledger_pending.h"
#include "offline_scene.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

#define WINDOW  1209600    /* 14 days, in seconds */
#define OFFLINE 2000       /* what a card may pay off-line in all */
#define EXPIRED 1956528000 /* the day after the cards' last one, 2031-12-31 */

struct renewing {
  struct ledger_renewing what;
  struct ledger_renewal done;
};

static enum status renew_step(struct ledger *ledger, void *context) {
  struct renewing *renewing = context;
  return ledger_card_renew(ledger, &renewing->what, &renewing->done);
}

/* `desk` NULL: on the word of administrators. */
static enum status renew_by(struct world *world, const struct purse *old, const struct purse *new, const char *desk,
                            struct ledger_renewal *done) {
  struct renewing renewing = {.what = {.desk = (const uint8_t *)desk,
                                       .approved = desk == NULL,
                                       .window = WINDOW,
                                       .offline_total = OFFLINE,
                                       .now = world->now}};
  memcpy(renewing.what.cid, old->cid, CID_SIZE);
  memcpy(renewing.what.new_cid, new->cid, CID_SIZE);
  enum status status = ledger_transact(world->ledger, renew_step, &renewing);
  *done = renewing.done;
  return status;
}

/* Three cards; the first has 50.00 and 100 points. */
struct pair {
  struct world world;
  struct purse old, new, third;
};

static void pair_open(struct pair *pair) {
  world_open(&pair->world);
  world_issue(&pair->world, 1, &pair->old);
  world_issue(&pair->world, 2, &pair->new);
  world_issue(&pair->world, 3, &pair->third);
  world_complete(&pair->world, &pair->old, TRANSACTION_LOAD, 6000, RELOAD);
  world_complete(&pair->world, &pair->old, TRANSACTION_PURCHASE, 1000, POS);
}

static void pair_block(struct pair *pair) {
  ck_assert_int_eq(world_do(&pair->world, act_block, pair->old.cid), STATUS_OK);
}

static void expect(struct pair *pair, const char *desk, enum status status) {
  struct ledger_renewal done;
  ck_assert_int_eq(renew_by(&pair->world, &pair->old, &pair->new, desk, &done), status);
}

static struct ledger_renewal renew(struct pair *pair) {
  struct ledger_renewal done;
  ck_assert_int_eq(renew_by(&pair->world, &pair->old, &pair->new, NULL, &done), STATUS_OK);
  world_assert_clean(&pair->world);
  return done;
}

static void look_at_moves(const struct pair *pair, bool renewed, bool replaced) {
  struct ledger_card_moves moves;
  ck_assert_int_eq(ledger_card_moves(pair->world.ledger, pair->old.cid, &moves), STATUS_OK);
  ck_assert(moves.renewed == renewed && moves.replaced == replaced);
}

START_TEST(gives_at_once_what_is_sure) {
  struct pair pair;
  pair_open(&pair);
  pair_block(&pair);
  look_at_moves(&pair, false, false);
  pair.world.now = WORLD_NOW + 60;
  for (int i = 0; i < 2; i++) { /* asked again: told again */
    struct ledger_renewal done = renew(&pair);
    ck_assert_int_eq(done.at, WORLD_NOW + 60);
    ck_assert_int_eq(done.balance, 3000);
    ck_assert_int_eq(done.owed, 0);
    ck_assert_int_eq(done.points, 100);
    ck_assert_int_eq(done.kept, 2000);
    ck_assert_int_eq(done.points_kept, 0);
    ck_assert_int_eq(done.rest_at, WORLD_NOW + WINDOW);
    world_assert_card(&pair.world, &pair.old, 2000, 0, 0);
    world_assert_card(&pair.world, &pair.new, 0, 0, 3000);
    pair.world.now++;
  }
  look_at_moves(&pair, true, false);
  owed_load(&pair.world, &pair.new, 3000, RELOAD);
  ck_assert_uint_eq(pair.new.points, 100);
  pair.world.now = WORLD_NOW + WINDOW;
  for (int i = 0; i < 2; i++) {
    struct ledger_renewal done = renew(&pair);
    ck_assert_int_eq(done.balance, 5000);
    ck_assert_int_eq(done.points, 100);
    ck_assert_int_eq(done.kept, 0);
    ck_assert_int_eq(done.rest_at, 0);
  }
  look_at_moves(&pair, true, true);
  owed_load(&pair.world, &pair.new, 2000, RELOAD);
  ck_assert_uint_eq(pair.new.balance, 5000);
  world_assert_agrees(&pair.world, &pair.new);
  world_assert_card(&pair.world, &pair.old, 0, 0, 0);
  world_close(&pair.world);
}
END_TEST

static void report(void *context, const char *line) {
  (void)context;
  ck_abort_msg("%s", line);
}

static enum status watch_step(struct ledger *ledger, void *context) {
  return ledger_watch(ledger, context);
}

/* A pass of the watch over all cards, too, knows where the money went. */
START_TEST(the_watch_knows_renewals) {
  struct pair pair;
  bool in_step = false;
  struct ledger_watch slice = {.cards = 1, .report = report};
  pair_open(&pair);
  pair_block(&pair);
  (void)renew(&pair);
  ck_assert_int_eq(ledger_watch_begin(pair.world.ledger, &in_step), STATUS_OK);
  while (!slice.passed)
    ck_assert_int_eq(in_step ? ledger_transact(pair.world.ledger, watch_step, &slice)
                             : ledger_watch(pair.world.ledger, &slice),
                     STATUS_OK);
  world_close(&pair.world);
}
END_TEST

/* What waits is told of the new card, though no load of its own stands behind it. */
START_TEST(what_is_owed_is_listed) {
  struct pair pair;
  struct ledger_hold owed[2];
  size_t count = 0;
  pair_open(&pair);
  pair_block(&pair);
  (void)renew(&pair);
  ck_assert_int_eq(ledger_owed_list(pair.world.ledger, &(struct ledger_look){.cards = 100}, owed, 2, &count),
                   STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_mem_eq(owed[0].cid, pair.new.cid, CID_SIZE);
  ck_assert_int_eq(owed[0].amount, 3000);
  world_close(&pair.world);
}
END_TEST

/* An open hold: its proof may come, and with it everything is otherwise. 1: it does. */
START_TEST(waits_for_a_hold) {
  struct pair pair;
  pair_open(&pair);
  world_commit(&pair.world, &pair.old, TRANSACTION_PURCHASE, 1500, POS);
  pair_block(&pair);
  struct ledger_renewal done = renew(&pair);
  ck_assert_int_eq(done.balance, 0);
  ck_assert_int_eq(done.points, 0);
  ck_assert_int_eq(done.kept, 5000);
  ck_assert_int_eq(done.points_kept, 100);
  if (_i == 1)
    ck_assert_int_eq(world_confirm(&pair.world, &pair.old, 3, pair.old.secret), STATUS_OK);
  pair.world.now = WORLD_NOW + WINDOW;
  done = renew(&pair);
  ck_assert_int_eq(done.balance, _i == 1 ? 3500 : 5000);
  ck_assert_int_eq(done.points, _i == 1 ? 250 : 100);
  ck_assert_int_eq(done.kept, 0);
  world_assert_merchant(&pair.world, "SHOP", _i == 1 ? 2500 : 1000, 0);
  world_close(&pair.world);
}
END_TEST

/* ---- off-line ---- */

static enum status bring(struct world *world, const struct purse *purse) {
  const struct offline_limits limits = {.single = 2000, .total = OFFLINE, .count = 5};
  struct paid paid = {.promise = purse->promise};
  memcpy(paid.record, purse->record, sizeof paid.record);
  return offline_bring_by(world, &paid, POS, &limits);
}

/* The old card had paid off-line: in the window out of what was kept for it, afterwards at the issuer's risk. */
START_TEST(pays_what_comes_off_line) {
  struct pair pair;
  bool late = _i == 1;
  pair_open(&pair);
  purse_promise(&pair.old, TRANSACTION_OFFLINE_PURCHASE, 1800, POS);
  pair_block(&pair);
  (void)renew(&pair);
  if (late) {
    pair.world.now = WORLD_NOW + WINDOW;
    (void)renew(&pair);
  }
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring(&pair.world, &pair.old), late ? STATUS_CARD_FORKED : STATUS_OK);
  world_assert_clean(&pair.world);
  world_assert_merchant(&pair.world, "SHOP", 2800, 0);
  ck_assert_uint_eq(world_incidents(&pair.world), late ? 1 : 0);
  pair.world.now = WORLD_NOW + WINDOW;
  struct ledger_renewal done = renew(&pair);
  ck_assert_int_eq(done.balance, late ? 5000 : 3200);
  world_close(&pair.world);
}
END_TEST

/* An opened card says that it paid more than was kept for it, on-line or (1) off-line when all had gone: nothing is
 * booked that the accounts do not hold. */
START_TEST(books_no_more_than_was_kept) {
  struct pair pair;
  struct ask ask = {.purse = &pair.old};
  bool offline = _i == 1;
  pair_open(&pair);
  struct purse opened = pair.old;
  pair_block(&pair);
  (void)renew(&pair);
  if (offline) {
    pair.world.now = WORLD_NOW + WINDOW;
    (void)renew(&pair);
    opened.balance = 3000;
    purse_promise(&opened, TRANSACTION_OFFLINE_PURCHASE, 1800, POS);
    ck_assert_int_eq(bring(&pair.world, &opened), STATUS_CARD_FORKED);
  } else {
    purse_promise(&opened, TRANSACTION_OFFLINE_PURCHASE, 2000, POS);
    purse_promise(&opened, TRANSACTION_OFFLINE_PURCHASE, 2000, POS);
    purse_promise(&opened, TRANSACTION_PURCHASE, 100, POS);
    ask.purse = &opened;
    ck_assert_int_eq(world_ask(&pair.world, &ask), STATUS_OK);
    ck_assert_int_eq(ask.outcome, STATUS_OUT_OF_STEP);
  }
  world_close(&pair.world);
}
END_TEST

/* ---- whose word ---- */

START_TEST(renews_what_expired) {
  struct pair pair;
  struct ledger_card card;
  pair_open(&pair);
  pair.world.now = EXPIRED - 1;
  expect(&pair, NULL, STATUS_CARD_NOT_BLOCKED);
  pair.world.now = EXPIRED;
  expect(&pair, DESK, STATUS_APPROVAL_WAITS);
  struct ledger_renewal done = renew(&pair);
  ck_assert_int_eq(done.balance, 3000);
  ck_assert_int_eq(done.rest_at, EXPIRED + WINDOW);
  ck_assert_int_eq(ledger_card_find(pair.world.ledger, pair.old.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, "RENEWED");
  pair.world.now = EXPIRED + WINDOW; /* counted from the last day, not from the block */
  ck_assert_int_eq(renew(&pair).balance, 5000);
  world_close(&pair.world);
}
END_TEST

/* A payout at the desk of all that was on it; then what is said of it. */
static void empty_at(struct pair *pair, const char *tid, uint8_t wish) {
  const struct world_wish wanted = {pair->old.atc + 1, tid, wish};
  struct ledger_fate fate;
  world_complete(&pair->world, &pair->old, TRANSACTION_PAYOUT, pair->old.balance, tid);
  ck_assert_int_eq(world_settle_payout(&pair->world, &pair->old, &wanted, &fate), STATUS_OK);
}

START_TEST(renews_what_was_emptied_at_the_desk) {
  struct pair pair;
  struct ledger_renewal done;
  pair_open(&pair);
  expect(&pair, DESK, STATUS_CARD_NOT_BLOCKED);
  empty_at(&pair, DESK, PAYOUT_WISH_BACK);
  expect(&pair, RELOAD, STATUS_CARD_NOT_BLOCKED);
  expect(&pair, NULL, STATUS_CARD_NOT_BLOCKED); /* an administrator blocks it first */
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.new, DESK, &done), STATUS_OK);
  ck_assert_int_eq(done.balance, 0);
  ck_assert_int_eq(done.owed, 5000);
  ck_assert_int_eq(done.points, 100);
  ck_assert_int_eq(done.kept, 0);
  ck_assert_int_eq(done.rest_at, 0);
  owed_load(&pair.world, &pair.new, 5000, RELOAD);
  ck_assert_uint_eq(pair.new.points, 100);
  world_assert_agrees(&pair.world, &pair.new);
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.new, DESK, &done), STATUS_OK); /* told again */
  world_close(&pair.world);
}
END_TEST

/* Its holder was there then: a day later the desk alone moves nothing, and a person blocks the card first. */
START_TEST(what_was_emptied_long_ago_waits) {
  struct pair pair;
  struct ledger_renewal done;
  pair_open(&pair);
  empty_at(&pair, DESK, PAYOUT_WISH_BACK);
  pair.world.now += 24 * 60 * 60 + 1;
  expect(&pair, DESK, STATUS_CARD_NOT_BLOCKED);
  world_assert_card(&pair.world, &pair.old, 0, 0, 5000);
  pair_block(&pair);
  expect(&pair, DESK, STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(renew(&pair).owed, 5000);
  world_close(&pair.world);
  pair_open(&pair);
  empty_at(&pair, DESK, PAYOUT_WISH_BACK);
  pair.world.now += 24 * 60 * 60; /* its line was down */
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.new, DESK, &done), STATUS_OK);
  world_close(&pair.world);
}
END_TEST

static enum status act_suspend(struct ledger *ledger, const void *what) {
  const struct purse *purse = what;
  return ledger_card_suspend(ledger, purse->cid, "asked", WORLD_NOW);
}

/* What the issuer keeps back of a card that it suspects does not leave by the desk's hand alone. */
START_TEST(a_desk_renews_no_suspended_card) {
  struct pair pair;
  pair_open(&pair);
  empty_at(&pair, DESK, PAYOUT_WISH_BACK);
  ck_assert_int_eq(world_do(&pair.world, act_suspend, &pair.old), STATUS_OK);
  expect(&pair, DESK, STATUS_CARD_NOT_BLOCKED);
  world_assert_card(&pair.world, &pair.old, 0, 0, 5000);
  world_assert_card(&pair.world, &pair.new, 0, 0, 0);
  pair.world.now = EXPIRED;
  expect(&pair, DESK, STATUS_APPROVAL_WAITS);
  world_close(&pair.world);
}
END_TEST

/* 0: handed out; 1: emptied elsewhere; 2: the holder went on with the card; 3: there was something on it. */
START_TEST(a_desk_takes_nothing_that_the_card_did_not_sign) {
  struct pair pair;
  pair_open(&pair);
  if (_i == 3)
    world_complete(&pair.world, &pair.old, TRANSACTION_PAYOUT, 100, DESK);
  else
    empty_at(&pair, _i == 1 ? RELOAD : DESK, _i == 0 ? PAYOUT_WISH_PAY : PAYOUT_WISH_BACK);
  if (_i == 2)
    world_complete(&pair.world, &pair.old, TRANSACTION_LOAD, 100, RELOAD);
  expect(&pair, DESK, STATUS_CARD_NOT_BLOCKED);
  pair_block(&pair);
  expect(&pair, DESK, STATUS_APPROVAL_WAITS);
  world_assert_card(&pair.world, &pair.new, 0, 0, 0);
  world_close(&pair.world);
}
END_TEST

START_TEST(refuses_what_it_must) {
  struct pair pair;
  struct ledger_renewal done;
  struct purse nobody;
  pair_open(&pair);
  cid_make(123456, 59, nobody.cid);
  ck_assert_int_eq(renew_by(&pair.world, &nobody, &pair.new, NULL, &done), STATUS_CARD_UNKNOWN);
  expect(&pair, NULL, STATUS_CARD_NOT_BLOCKED);
  pair_block(&pair);
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &nobody, NULL, &done), STATUS_NEW_CARD_NOT_ISSUED);
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.old, NULL, &done), STATUS_NEW_CARD_NOT_ISSUED);
  (void)renew(&pair);
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.third, NULL, &done), STATUS_CARD_REPLACED);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.third, NULL, &done), STATUS_CARD_REPLACED);
  world_assert_card(&pair.world, &pair.third, 0, 0, 0);
  world_close(&pair.world);
}
END_TEST

/* Two promises of one name: nobody knows where else its money was promised. */
START_TEST(a_forked_card_waits) {
  struct pair pair;
  struct ask ask = {.purse = &pair.old};
  pair_open(&pair);
  struct purse copy = pair.old;
  world_complete(&pair.world, &pair.old, TRANSACTION_PURCHASE, 100, POS);
  purse_promise(&copy, TRANSACTION_PURCHASE, 200, POS);
  ask.purse = &copy;
  (void)world_ask(&pair.world, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_CARD_FORKED);
  pair_block(&pair);
  struct ledger_renewal done = renew(&pair);
  ck_assert_int_eq(done.balance, 0);
  ck_assert_int_eq(done.points, 0);
  ck_assert_int_eq(done.kept, 4900);
  world_close(&pair.world);
}
END_TEST

/* The new card is lost too before the rest comes: it goes where the first part went. */
START_TEST(the_rest_follows) {
  struct pair pair;
  struct ledger_renewal done;
  pair_open(&pair);
  pair_block(&pair);
  (void)renew(&pair);
  ck_assert_int_eq(world_do(&pair.world, act_block, pair.new.cid), STATUS_OK);
  ck_assert_int_eq(renew_by(&pair.world, &pair.new, &pair.third, NULL, &done), STATUS_OK);
  ck_assert_int_eq(done.owed, 3000);
  ck_assert_int_eq(done.points, 100);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(renew_by(&pair.world, &pair.old, &pair.third, NULL, &done), STATUS_OK);
  world_assert_clean(&pair.world);
  owed_load(&pair.world, &pair.third, 5000, RELOAD);
  ck_assert_uint_eq(pair.third.points, 100);
  world_assert_agrees(&pair.world, &pair.third);
  world_close(&pair.world);
}
END_TEST

/* The old card turns up: dead, and no clone. */
START_TEST(meets_the_old_card_again) {
  struct pair pair;
  struct ask ask = {.purse = &pair.old};
  pair_open(&pair);
  pair_block(&pair);
  (void)renew(&pair);
  purse_promise(&pair.old, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_eq(world_ask(&pair.world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&pair.world), 0);
  world_assert_card(&pair.world, &pair.old, 2000, 0, 0);
  world_close(&pair.world);
}
END_TEST

/* Whoever has the database cannot make of it what it was not. */
START_TEST(the_audit_knows_renewals) {
  static const char *const tampers[] = {
      "DROP TRIGGER renewal_fixed; UPDATE renewal SET balance = balance + 1",
      "DROP TRIGGER renewal_fixed; UPDATE renewal SET points_owed = points_owed + 1",
      "DROP TRIGGER renewal_kept; DELETE FROM renewal",
      "DROP TRIGGER renewal_fixed; UPDATE renewal SET at = at - 1000000",
  };
  struct pair pair;
  pair_open(&pair);
  pair_block(&pair);
  (void)renew(&pair);
  ck_assert_int_eq(world_tamper(&pair.world, "UPDATE renewal SET balance = 0"), PLACE_REFUSED);
  ck_assert_int_eq(world_tamper(&pair.world, "DELETE FROM renewal"), PLACE_REFUSED);
  ck_assert_int_eq(world_tamper(&pair.world, tampers[_i]), PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&pair.world), 0);
  world_discard(&pair.world);
}
END_TEST

Suite *renew_suite(void) {
  Suite *suite = suite_create("renew");
  TCase *tests = tcase_create("renewal");
  tcase_add_test(tests, gives_at_once_what_is_sure);
  tcase_add_test(tests, the_watch_knows_renewals);
  tcase_add_test(tests, what_is_owed_is_listed);
  tcase_add_loop_test(tests, waits_for_a_hold, 0, 2);
  tcase_add_loop_test(tests, pays_what_comes_off_line, 0, 2);
  tcase_add_loop_test(tests, books_no_more_than_was_kept, 0, 2);
  tcase_add_test(tests, renews_what_expired);
  tcase_add_test(tests, renews_what_was_emptied_at_the_desk);
  tcase_add_test(tests, what_was_emptied_long_ago_waits);
  tcase_add_test(tests, a_desk_renews_no_suspended_card);
  tcase_add_loop_test(tests, a_desk_takes_nothing_that_the_card_did_not_sign, 0, 4);
  tcase_add_test(tests, refuses_what_it_must);
  tcase_add_test(tests, a_forked_card_waits);
  tcase_add_test(tests, the_rest_follows);
  tcase_add_test(tests, meets_the_old_card_again);
  tcase_add_loop_test(tests, the_audit_knows_renewals, 0, 4);
  suite_add_tcase(suite, tests);
  return suite;
}
