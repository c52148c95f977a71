/* SPDX-License-Identifier: Apache-2.0
 * Loads: pending until the card proves the credit; else owed to it, or given back; never lost. */
#include <string.h>

#include "epurse/ledger_incident.h"
#include "owed_scene.h"
#include "suites.h"

/* A load that was charged and authorised, and that the card aborted with its next promise (a purchase of 1). */
static void abort_load(struct world *world, struct purse *purse, uint32_t amount) {
  struct ask ask;
  world_authorise(world, purse, TRANSACTION_LOAD, amount, RELOAD, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world_authorise(world, purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask);
  ck_assert_uint_ne(ask.standing.settled_atc, 0);
}

START_TEST(pending_then_credited) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  ask.tender.kind = LEDGER_TENDER_CASH;
  strcpy(ask.tender.reference, "receipt 4711");
  purse_promise(&purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.transaction.tender.kind, LEDGER_TENDER_CASH);
  ck_assert_str_eq(ask.transaction.tender.reference, "receipt 4711");
  world_assert_card(&world, &purse, 0, 5000, 0);
  world_assert_merchant(&world, "BANK", 0, -5000);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(&world, &purse, 1, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, 5000, 0, 0);
  world_assert_merchant(&world, "BANK", 0, -5000);
  world_close(&world);
}
END_TEST

START_TEST(fills_to_the_ceiling) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, WORLD_PURSE_CEILING - 1, RELOAD);
  world_commit(&world, &purse, TRANSACTION_LOAD, 1, DESK); /* settles the one before */
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, WORLD_PURSE_CEILING, 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(uncredited_is_owed_and_loaded_later) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  abort_load(&world, &purse, 5000);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_OWED);
  world_assert_card(&world, &purse, 99, 1, 5000);
  world_assert_merchant(&world, "BANK", 0, -5100);
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  ask.tender.kind = LEDGER_TENDER_OWED;
  purse_promise(&purse, TRANSACTION_LOAD, 5001, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_TENDER_DECLINED); /* more than it is owed */
  purse_promise(&purse, TRANSACTION_LOAD, 3000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world_assert_card(&world, &purse, 100, 3000, 2000);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, RELOAD); /* torn again: the debt stands as before */
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_RELEASED);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, 5100, 0, 0);
  world_assert_merchant(&world, "BANK", 0, -5100); /* it owes what it was paid, once */
  world_close(&world);
}
END_TEST

START_TEST(reversed_then_aborted_goes_back) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, OTHER_RELOAD), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, RELOAD), STATUS_OK);
  world_assert_card(&world, &purse, 100, 5000, 0); /* the hold waits for the card's word */
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_RELEASED);
  world_assert_card(&world, &purse, 99, 1, 0);
  world_assert_merchant(&world, "BANK", 0, -100);
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

START_TEST(reversed_but_committed_is_the_merchants_debt) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_incidents(&world), 0); /* nobody knows yet */
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK); /* the card is honest: not blocked */
  world_assert_merchant(&world, "BANK", 0, -5000);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

START_TEST(reversed_after_capture_is_an_incident_once) {
  struct world world;
  struct purse purse;
  struct ledger_incident incident;
  size_t count = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  world_assert_card(&world, &purse, 5000, 0, 0);
  world_assert_merchant(&world, "BANK", 0, -5000);
  ck_assert_int_eq(ledger_incident_list(world.ledger, 0, &incident, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_REVERSED_CREDIT);
  ck_assert_mem_eq(incident.cid, purse.cid, CID_SIZE);
  ck_assert_uint_eq(incident.atc, 1);
  ck_assert_int_eq(ledger_incident_list(world.ledger, incident.number, &incident, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  world_close(&world);
}
END_TEST

/* The terminal was off-line when the card turned up elsewhere; its reversal comes late. */
START_TEST(reversed_late_takes_the_debt_back) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  abort_load(&world, &purse, 5000);
  world_assert_card(&world, &purse, 99, 1, 5000);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_REFUNDED);
  world_assert_card(&world, &purse, 99, 1, 0);
  world_assert_merchant(&world, "BANK", 0, -100);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, RELOAD), STATUS_OK);
  world_assert_merchant(&world, "BANK", 0, -100);
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

START_TEST(reversed_when_the_debt_is_gone) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  abort_load(&world, &purse, 5000);
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  ask.tender.kind = LEDGER_TENDER_OWED;
  purse_promise(&purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_OWED);
  world_assert_merchant(&world, "BANK", 0, -5100);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

/* What the card was owed for it is on the card; what it is owed now is a sale's that a shop gave back since, and not
 * this terminal's to take, which nobody asks for the card or its PIN. */
START_TEST(reversed_when_another_debt_is_there) {
  struct world world;
  struct purse purse;
  struct owing owing = {.atc = 2, .amount = 5000, .wish = 1};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 9000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5000, POS);
  abort_load(&world, &purse, 5000);
  owed_load(&world, &purse, 5000, RELOAD);
  ck_assert_int_eq(owed_refund(&world, &purse, &owing), STATUS_OK);
  ck_assert_int_eq(world_may_reverse(&world, &purse, 3, RELOAD), STATUS_LOAD_CREDITED);
  world_assert_card(&world, &purse, 9000, 0, 5000);
  ck_assert_uint_eq(world_incidents(&world), 0);
  ck_assert_int_eq(world_reverse(&world, &purse, 3, RELOAD), STATUS_OK); /* and says that it has */
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_card(&world, &purse, 9000, 0, 5000);
  world_assert_merchant(&world, "BANK", 0, -14000);
  owed_load(&world, &purse, 5000, RELOAD);
  world_close(&world);
}
END_TEST

/* The authorise request is still on its way when the terminal gives up and gives the money back. */
START_TEST(reversed_before_it_was_known) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, OTHER_RELOAD), STATUS_NOT_PERMITTED); /* somebody else's word */
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_GIVEN_UP);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_GIVEN_UP);
  ck_assert_uint_eq(world_state(&world, &purse, 1), LEDGER_DECLINED);
  world_assert_merchant(&world, "BANK", 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(refuses_strange_reversals) {
  struct world world;
  struct purse purse, stranger;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_reverse(&world, &purse, 2, POS), STATUS_BAD_FORMAT); /* not a load */
  ck_assert_int_eq(world_reverse(&world, &purse, 1, "UNKNOWN1"), STATUS_NOT_FOUND);
  memset(&stranger, 0, sizeof stranger);
  purse_promise(&stranger, TRANSACTION_LOAD, 1, RELOAD);
  ck_assert_int_eq(world_reverse(&world, &stranger, 1, RELOAD), STATUS_CARD_UNKNOWN);
  cid_make(123456, 2, stranger.cid); /* still in the pool */
  stranger.atc = 0;
  purse_promise(&stranger, TRANSACTION_LOAD, 1, RELOAD);
  ck_assert_int_eq(world_reverse(&world, &stranger, 1, RELOAD), STATUS_CARD_UNKNOWN);
  world_assert_card(&world, &purse, 4999, 0, 0);
  world_close(&world);
}
END_TEST

/* Before the bank is asked: the same verdicts, and not a trace. */
START_TEST(checks_without_booking) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  purse_promise(&purse, TRANSACTION_LOAD, WORLD_PURSE_CEILING - 100, RELOAD);
  struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_OK);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_OWED), STATUS_TENDER_DECLINED);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_NONE), STATUS_BAD_FORMAT);
  world_assert_card(&world, &purse, 0, 100, 0); /* nothing was settled */
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_EXISTS);
  purse_promise(&purse, TRANSACTION_LOAD, WORLD_PURSE_CEILING - 99, RELOAD);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_ABOVE_LIMIT);
  purse.promise.balance++;
  purse_encode(&purse);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_OUT_OF_STEP);
  purse.promise.previous[0] ^= 1;
  purse_encode(&purse);
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

static enum status act_inquire(struct ledger *ledger, const void *what) {
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, what, &standing);
  return status == STATUS_OK ? ledger_load_check(ledger, what, LEDGER_TENDER_BANK) : status;
}

/* An inquiry may settle what is open; the load itself then finds it settled. */
START_TEST(inquires_then_loads) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  purse_promise(&purse, TRANSACTION_LOAD, 50, RELOAD);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(world_do(&world, act_inquire, &offer), STATUS_OK);
  world_assert_card(&world, &purse, 100, 0, 0);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.settled_atc, 0);
  world_assert_card(&world, &purse, 100, 50, 0);
  world_close(&world);
}
END_TEST

Suite *load_suite(void) {
  Suite *suite = suite_create("load");
  TCase *tests = tcase_create("loads");
  tcase_add_test(tests, pending_then_credited);
  tcase_add_test(tests, fills_to_the_ceiling);
  tcase_add_test(tests, uncredited_is_owed_and_loaded_later);
  tcase_add_test(tests, reversed_then_aborted_goes_back);
  tcase_add_test(tests, reversed_but_committed_is_the_merchants_debt);
  tcase_add_test(tests, reversed_after_capture_is_an_incident_once);
  tcase_add_test(tests, reversed_late_takes_the_debt_back);
  tcase_add_test(tests, reversed_when_the_debt_is_gone);
  tcase_add_test(tests, reversed_when_another_debt_is_there);
  tcase_add_test(tests, reversed_before_it_was_known);
  tcase_add_test(tests, refuses_strange_reversals);
  tcase_add_test(tests, checks_without_booking);
  tcase_add_test(tests, inquires_then_loads);
  suite_add_tcase(suite, tests);
  return suite;
}
