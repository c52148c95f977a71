/* SPDX-License-Identifier: Apache-2.0
 * Loyalty points: granted with purchases, paid with, and given back. */
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

static void assert_points(struct world *world, const struct purse *purse, int64_t points, int64_t held) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  ck_assert_int_eq(card.points, points);
  ck_assert_int_eq(card.points_held, held);
}

START_TEST(grants_when_captured) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_uint_eq(purse.points, 0); /* loads grant none */
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1259, POS, &ask);
  ck_assert_int_eq(ask.transaction.points, 125); /* 10 for each 1.00, rounded down */
  assert_points(&world, &purse, 0, 0);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_uint_eq(purse.points, 125);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  assert_points(&world, &purse, 125, 0);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, OTHER_POS); /* a shop that grants none */
  assert_points(&world, &purse, 125, 0);
  world_close(&world);
}
END_TEST

START_TEST(aborted_purchases_grant_none) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1000, POS, &ask);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  assert_points(&world, &purse, 10, 0);
  world_close(&world);
}
END_TEST

START_TEST(pays_with_points) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_totals totals;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5000, POS); /* 500 points, no money left */
  world_authorise(&world, &purse, TRANSACTION_POINTS_PURCHASE, 501, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_POINTS);
  world_authorise(&world, &purse, TRANSACTION_POINTS_PURCHASE, 200, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(ask.transaction.points, -200);
  assert_points(&world, &purse, 300, 200);
  world_assert_clean(&world);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  assert_points(&world, &purse, 300, 0);
  world_assert_merchant(&world, "SHOP", 5000, 0); /* money does not move */
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.points, 300);
  world_close(&world);
}
END_TEST

START_TEST(gives_points_back) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 4000, POS);
  world_authorise(&world, &purse, TRANSACTION_POINTS_PURCHASE, 400, POS, &ask); /* torn before the card had it */
  world_authorise(&world, &purse, TRANSACTION_POINTS_PURCHASE, 399, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_RELEASED);
  assert_points(&world, &purse, 1, 399);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_CAPTURED);
  assert_points(&world, &purse, 1, 0);
  world_close(&world);
}
END_TEST

Suite *points_suite(void) {
  Suite *suite = suite_create("points");
  TCase *tests = tcase_create("points");
  tcase_add_test(tests, grants_when_captured);
  tcase_add_test(tests, aborted_purchases_grant_none);
  tcase_add_test(tests, pays_with_points);
  tcase_add_test(tests, gives_points_back);
  suite_add_tcase(suite, tests);
  return suite;
}
