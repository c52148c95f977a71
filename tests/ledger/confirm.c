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

START_TEST(late_proof_is_recorded_loudly) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_card card;
  struct ledger_incident incident;
  uint8_t secret[SECRET_SIZE];
  size_t count = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  memcpy(secret, purse.secret, SECRET_SIZE);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, OTHER_POS, &ask); /* "I did not commit" */
  ck_assert_int_eq(world_confirm(&world, &purse, 2, secret), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, secret), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(ledger_incident_list(world.ledger, 0, &incident, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_LATE_PROOF);
  ck_assert_uint_eq(incident.evidence_len, SECRET_SIZE);
  ck_assert_mem_eq(incident.evidence, secret, SECRET_SIZE);
  ck_assert_uint_eq(world_incidents(&world), 1);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_RELEASED);
  world_assert_merchant(&world, "KIOSK", 0, 0);
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
  tcase_add_test(tests, late_proof_is_recorded_loudly);
  tcase_add_test(tests, proof_of_the_declined_is_recorded);
  tcase_add_test(tests, captures_for_blocked_cards);
  suite_add_tcase(suite, tests);
  return suite;
}
