/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments that cards announce: held until they are brought in, and owed to the card when nobody does that. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_incident.h"
#include "offline_scene.h"
#include "suites.h"

START_TEST(holds_what_is_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  struct paid two = offline_pay(&purse, 200, OTHER_POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.offline_lacking, 2);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  world_assert_card(&world, &purse, 8500, 300, 0);
  ck_assert_int_eq(offline_lacking(&world, &purse).sum, 1200);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK); /* late, and the hold of the purchase stays */
  world_assert_card(&world, &purse, 8500, 300, 0);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask); /* a window of its own: nothing since */
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_uint_eq(offline_lacking(&world, &purse).count, 0);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 500, 0);
  world_close(&world);
}
END_TEST

/* What is held pays for nothing else. */
START_TEST(does_not_spend_what_is_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 2500, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 7501, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* A card that announces less than before has an older image. */
START_TEST(an_announcement_never_falls) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  offline_begin(&world, &purse);
  (void)offline_pay(&purse, 1000, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20000, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  purse.offline_count = 0;
  purse.offline_sum = 0;
  purse.balance += 1000;
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

static enum status act_inquire(struct ledger *ledger, const void *what) {
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, what, &standing);
  ck_assert_uint_eq(standing.offline_lacking, 1);
  return status == STATUS_OK ? ledger_load_check(ledger, what, LEDGER_TENDER_BANK) : status;
}

/* The bank is to be asked for a load, and does not pay: nothing is kept of that promise, so what it counts cannot make
 * a fork of what the card had paid before it. */
START_TEST(an_inquiry_announces_nothing) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  purse_promise(&purse, TRANSACTION_LOAD, 50, RELOAD);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(world_do(&world, act_inquire, &offer), STATUS_OK);
  ck_assert_uint_eq(offline_lacking(&world, &purse).count, 0);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, OTHER_POS);
  world_assert_agrees(&world, &purse);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_ISSUED);
  world_close(&world);
}
END_TEST

/* The on-line one that the card had open is told by the off-line one, as by any later promise. */
START_TEST(tells_how_the_one_before_ended) {
  struct world world;
  struct purse purse;
  struct ask ask;
  offline_begin(&world, &purse);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 400, OTHER_POS); /* its r never came */
  struct paid one = offline_pay(&purse, 100, POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_CAPTURED);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 400, OTHER_POS, &ask); /* not committed */
  struct paid two = offline_pay(&purse, 100, POS);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 4), LEDGER_RELEASED);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- nobody brings it in ---- */

/* What nobody brought in is the holder's, on the new card; a later proof is the issuer's risk. */
START_TEST(gives_back_with_the_replacement) {
  struct world world;
  struct purse purse, fresh;
  struct ask ask;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20000, OTHER_POS, &ask);
  struct paid two = offline_pay(&purse, 100, POS); /* that the server never heard of */
  world_issue(&world, 2, &fresh);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  struct ledger_replacing what = {.window = 0, .now = world.now};
  memcpy(what.cid, purse.cid, CID_SIZE);
  memcpy(what.new_cid, fresh.cid, CID_SIZE);
  ck_assert_int_eq(world_do(&world, act_replace, &what), STATUS_OK);
  world_assert_card(&world, &fresh, 0, 0, 10000);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_CARD_FORKED);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "SHOP", 1100, 0);
  world_close(&world);
}
END_TEST

/* Overwritten on the card, and its till is gone: it is owed to the card, which goes on; the till that turns up is paid
 * by risk. */
START_TEST(what_nobody_brings_in_is_owed) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS), two = offline_pay(&purse, 200, POS);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK);
  offline_lapse(&world, world.now + 1); /* more may still be said of this stretch */
  ck_assert_int_eq(offline_lacking(&world, &purse).sum, 1000);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  offline_lapse(&world, world.now);
  world_assert_card(&world, &purse, 8795, 0, 0);
  offline_lapse(&world, world.now + 1);
  world_assert_card(&world, &purse, 8795, 0, 1000);
  ck_assert_uint_eq(offline_lacking(&world, &purse).count, 0);
  world_assert_clean(&world);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_OFFLINE_KNOWN);
  world_assert_merchant(&world, "SHOP", 1200, 0);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_ISSUED);
  ck_assert_uint_eq(world_incidents(&world), 1); /* once */
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* Shop and holder together: each time a person is told, and no till is paid more of one card than its off-line
 * total. */
START_TEST(a_holder_and_a_till_gain_so_much) {
  struct world world;
  struct purse purse;
  struct ledger_incident incidents[4];
  size_t count = 0;
  offline_begin(&world, &purse);
  for (int i = 0; i < 3; i++) {
    struct paid late = offline_pay(&purse, 2500, POS);
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
    offline_lapse(&world, world.now + 1);
    for (int again = 0; again < 2; again++)
      ck_assert_int_eq(offline_bring(&world, &late), i < 2 ? STATUS_OK : STATUS_OFFLINE_WAITS);
  }
  world_assert_card(&world, &purse, 10000 - 3 * 2505, 0, 7500);
  world_assert_merchant(&world, "SHOP", 5000, 0);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_ISSUED);
  ck_assert_int_eq(ledger_incident_list(world.ledger, 0, incidents, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(incidents[i].kind, LEDGER_INCIDENT_LATE_OFFLINE);
    ck_assert_uint_eq(incidents[i].atc, 2 + 2 * i);
    ck_assert_mem_eq(incidents[i].cid, purse.cid, CID_SIZE);
  }
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* What a revoked till has taken too. */
START_TEST(what_is_not_paid_out_is_owed) {
  struct world world;
  struct purse purse;
  offline_begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_TERMINAL_REVOKED);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  offline_lapse(&world, world.now + 1);
  world_assert_card(&world, &purse, 8995, 0, 1000);
  ck_assert_int_eq(offline_bring_by(&world, &one, OFFLINE_OTHER_TILL, &offline_usual), STATUS_TERMINAL_REVOKED);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_close(&world);
}
END_TEST

Suite *announced_suite(void) {
  Suite *suite = suite_create("announced off-line payments");
  TCase *tests = tcase_create("announced");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, holds_what_is_announced);
  tcase_add_test(tests, does_not_spend_what_is_announced);
  tcase_add_test(tests, an_announcement_never_falls);
  tcase_add_test(tests, an_inquiry_announces_nothing);
  tcase_add_test(tests, tells_how_the_one_before_ended);
  tcase_add_test(tests, gives_back_with_the_replacement);
  tcase_add_test(tests, what_nobody_brings_in_is_owed);
  tcase_add_test(tests, a_holder_and_a_till_gain_so_much);
  tcase_add_test(tests, what_is_not_paid_out_is_owed);
  suite_add_tcase(suite, tests);
  return suite;
}
