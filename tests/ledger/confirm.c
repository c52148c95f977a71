/* SPDX-License-Identifier: Apache-2.0
 * The proof r: it captures once, only the right one, and one that comes against the card's word is not lost. */
#include <string.h>

#include "epurse/ledger_incident.h"
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

START_TEST(captures_once) {
  struct world world;
  struct purse purse;
  struct ledger_totals before, after;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  ck_assert_int_eq(ledger_totals(world.ledger, &before), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  ck_assert_int_eq(ledger_totals(world.ledger, &after), STATUS_OK);
  ck_assert_uint_eq(before.postings, 4);
  ck_assert_uint_eq(after.postings, 4);
  world_assert_merchant(&world, "KIOSK", 10, 0);
  world_close(&world);
}
END_TEST

START_TEST(takes_only_the_right_secret) {
  struct world world;
  struct purse purse;
  struct ask ask;
  uint8_t wrong[SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  memcpy(wrong, purse.secret, SECRET_SIZE);
  wrong[0] ^= 1;
  ck_assert_int_eq(world_confirm(&world, &purse, 2, wrong), STATUS_PROOF_MISMATCH);
  ck_assert_int_eq(world_confirm(&world, &purse, 1, purse.secret), STATUS_PROOF_MISMATCH);
  ck_assert_int_eq(world_confirm(&world, &purse, 3, purse.secret), STATUS_NOT_FOUND);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_HELD);
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

/* The card's word stands where it is, and the merchant is paid all the same, by the issuer, once. */
START_TEST(honours_what_the_card_denied) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_card card;
  struct ledger_incident incident;
  struct ledger_transaction transaction;
  uint8_t secret[SECRET_SIZE];
  size_t count = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1000, POS, &ask);
  memcpy(secret, purse.secret, SECRET_SIZE);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, OTHER_POS, &ask); /* "I did not commit" */
  world_assert_merchant(&world, "SHOP", 0, 0);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(world_confirm(&world, &purse, 2, secret), STATUS_OK);
    world_assert_merchant(&world, "SHOP", 1000, 0);
    world_assert_card(&world, &purse, 4980, 20, 0);
  }
  ck_assert_int_eq(ledger_incident_list(world.ledger, 0, &incident, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_LATE_PROOF);
  ck_assert_uint_eq(incident.evidence_len, SECRET_SIZE);
  ck_assert_mem_eq(incident.evidence, secret, SECRET_SIZE);
  ck_assert_uint_eq(world_incidents(&world), 1);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_int_eq(card.points, 0); /* none are granted */
  ck_assert_int_eq(ledger_transaction_find(world.ledger, purse.cid, 2, &transaction), STATUS_OK);
  ck_assert_uint_eq(transaction.state, LEDGER_RELEASED);
  ck_assert(transaction.honoured && transaction.has_secret);
  ck_assert_mem_eq(transaction.secret, secret, SECRET_SIZE);
  world_close(&world);
}
END_TEST

/* The same with points: no money moves. */
START_TEST(honours_points_that_the_card_denied) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_card card;
  uint8_t secret[SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  world_authorise(&world, &purse, TRANSACTION_POINTS_PURCHASE, 50, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  memcpy(secret, purse.secret, SECRET_SIZE);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, OTHER_POS, &ask);
  ck_assert_int_eq(world_confirm(&world, &purse, 3, secret), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.points, 100);
  world_close(&world);
}
END_TEST

/* One payment of each card: with a shop that keeps secrets back an opened card could else have any number paid. */
START_TEST(honours_one_payment_of_a_card) {
  struct world world;
  struct purse purse;
  struct ask ask;
  uint8_t secrets[2][SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  for (int i = 0; i < 2; i++) {
    world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1000, OTHER_POS, &ask);
    memcpy(secrets[i], purse.secret, SECRET_SIZE);
  }
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask);
  ck_assert_int_eq(world_confirm(&world, &purse, 3, secrets[1]), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(world_confirm(&world, &purse, 2, secrets[0]), STATUS_LEDGER_BROKEN);
  ck_assert_uint_eq(world_incidents(&world), 2); /* a person sees both */
  world_assert_merchant(&world, "KIOSK", 1000, 0);
  world_close(&world);
}
END_TEST

/* Of a load nobody lost anything: what the card denied is owed to it, or was given back. */
START_TEST(late_proof_of_a_load_is_recorded) {
  struct world world;
  struct purse purse;
  struct ask ask;
  uint8_t secret[SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  memcpy(secret, purse.secret, SECRET_SIZE);
  if (_i == 1)
    ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 1, RELOAD, &ask);
  ck_assert_uint_eq(world_state(&world, &purse, 1), _i == 1 ? LEDGER_RELEASED : LEDGER_OWED);
  ck_assert_int_eq(world_confirm(&world, &purse, 1, secret), STATUS_LEDGER_BROKEN);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_card(&world, &purse, 0, 1, _i == 1 ? 0 : 5000);
  world_close(&world);
}
END_TEST

START_TEST(proof_of_the_declined_is_recorded) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(world_confirm(&world, &purse, 1, purse.secret), STATUS_LEDGER_BROKEN);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_close(&world);
}
END_TEST

/* A card that was found to be cloned, or lost, still pays for what it bought. */
START_TEST(captures_for_blocked_cards) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  clone = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  purse_promise(&clone, TRANSACTION_PURCHASE, 11, OTHER_POS);
  memset(&ask, 0, sizeof ask);
  ask.purse = &clone;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_FORKED);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  world_assert_merchant(&world, "KIOSK", 10, 0);
  world_close(&world);
}
END_TEST

Suite *confirm_suite(void) {
  Suite *suite = suite_create("confirm");
  TCase *tests = tcase_create("proofs");
  tcase_add_test(tests, captures_once);
  tcase_add_test(tests, takes_only_the_right_secret);
  tcase_add_test(tests, honours_what_the_card_denied);
  tcase_add_test(tests, honours_points_that_the_card_denied);
  tcase_add_test(tests, honours_one_payment_of_a_card);
  tcase_add_loop_test(tests, late_proof_of_a_load_is_recorded, 0, 2);
  tcase_add_test(tests, proof_of_the_declined_is_recorded);
  tcase_add_test(tests, captures_for_blocked_cards);
  suite_add_tcase(suite, tests);
  return suite;
}
