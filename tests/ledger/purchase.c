/* SPDX-License-Identifier: Apache-2.0
 * Purchases: held when authorised, the merchant's when proven, the card's again when not; and what is refused. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_pending.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

START_TEST(holds_then_captures) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_transaction found;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1250, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.transaction.state, LEDGER_HELD);
  world_assert_card(&world, &purse, 3750, 1250, 0);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_assert_clean(&world);
  world.now += 3;
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, 3750, 0, 0);
  world_assert_merchant(&world, "KIOSK", 1250, 0);
  ck_assert_int_eq(ledger_transaction_find(world.ledger, purse.cid, 2, &found), STATUS_OK);
  ck_assert_uint_eq(found.state, LEDGER_CAPTURED);
  ck_assert(found.has_secret);
  ck_assert_mem_eq(found.secret, purse.secret, SECRET_SIZE);
  ck_assert_mem_eq(found.promise, purse.record, PROMISE_SIZE);
  ck_assert_str_eq(found.merchant, "KIOSK");
  ck_assert_int_eq(found.created_at, WORLD_NOW);
  ck_assert_int_eq(found.settled_at, WORLD_NOW + 3);
  world_close(&world);
}
END_TEST

START_TEST(answers_the_same_promise_the_same) {
  struct world world;
  struct purse purse;
  struct ask first, second;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1250, POS, &first);
  world.now += 60; /* another time would be signed */
  second = first;
  memset(&second.transaction, 0, sizeof second.transaction);
  ck_assert_int_eq(world_ask(&world, &second), STATUS_OK);
  ck_assert(second.standing.answered);
  ck_assert_mem_eq(second.transaction.authorisation, first.transaction.authorisation, AUTHORISATION_SIZE);
  world_assert_card(&world, &purse, 3750, 1250, 0);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, purse.secret), STATUS_OK);
  ck_assert_int_eq(world_ask(&world, &second), STATUS_OK);
  ck_assert_uint_eq(second.transaction.state, LEDGER_CAPTURED);
  world_assert_card(&world, &purse, 3750, 0, 0);
  world_close(&world);
}
END_TEST

/* The next contact settles what a torn one left: here at another shop, and without any confirmation. */
START_TEST(next_promise_captures) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 1000, OTHER_POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 200, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.settled_atc, 2);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_CAPTURED);
  world_assert_merchant(&world, "KIOSK", 1000, 0);
  world_assert_card(&world, &purse, 3800, 200, 0);
  world_close(&world);
}
END_TEST

START_TEST(next_promise_releases) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1000, OTHER_POS, &ask); /* the card never got it */
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 200, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.settled_atc, 2);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_RELEASED);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_RELEASED);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_assert_card(&world, &purse, 4800, 200, 0);
  world_close(&world);
}
END_TEST

/* One refusal: a promise that is declined, is stored, and moves no money. */
static void refuse(uint8_t type, uint32_t amount, const char *tid, enum status reason) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct authorisation authorisation;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 21000, RELOAD);
  world_authorise(&world, &purse, type, amount, tid, &ask);
  ck_assert_int_eq(ask.outcome, reason);
  ck_assert_uint_eq(ask.transaction.state, LEDGER_DECLINED);
  ck_assert_str_eq(ask.transaction.reason, status_name(reason));
  ck_assert_int_eq(authorisation_decode(ask.transaction.authorisation, AUTHORISATION_SIZE, &authorisation), STATUS_OK);
  ck_assert_uint_eq(authorisation.decision, DECISION_DECLINED);
  ck_assert(!purse_commit(&purse, ask.transaction.authorisation));
  world_assert_card(&world, &purse, 21000, 0, 0);
  struct ask again = ask;
  ck_assert_int_eq(world_ask(&world, &again), STATUS_OK);
  ck_assert(again.standing.answered); /* the same no */
  ck_assert_str_eq(again.transaction.reason, status_name(reason));
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1, POS); /* and life goes on */
  world_assert_agrees(&world, &purse);
  world_close(&world);
}

START_TEST(refuses) {
  static const struct {
    uint8_t type;
    uint32_t amount;
    const char *tid;
    enum status reason;
  } refusals[] = {{TRANSACTION_PURCHASE, WORLD_PAYMENT_CEILING + 1, POS, STATUS_ABOVE_LIMIT},
                  {TRANSACTION_PURCHASE, 1, RELOAD, STATUS_NOT_PERMITTED},
                  {TRANSACTION_PURCHASE, 1, DESK, STATUS_NOT_PERMITTED},
                  {TRANSACTION_LOAD, 1, POS, STATUS_NOT_PERMITTED},
                  {TRANSACTION_LOAD, WORLD_PURSE_CEILING - 21000 + 1, RELOAD, STATUS_ABOVE_LIMIT},
                  {TRANSACTION_LOAD, INT32_MAX, RELOAD, STATUS_ABOVE_LIMIT},
                  {TRANSACTION_POINTS_PURCHASE, 1, POS, STATUS_INSUFFICIENT_POINTS}};
  refuse(refusals[_i].type, refusals[_i].amount, refusals[_i].tid, refusals[_i].reason);
}
END_TEST

START_TEST(pays_the_last_cent_and_no_more) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 101, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  world_assert_card(&world, &purse, 0, 0, 0);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  world_close(&world);
}
END_TEST

START_TEST(refuses_another_currency) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  purse_promise(&purse, TRANSACTION_LOAD, 100, RELOAD);
  purse.promise.currency = 840;
  purse_encode(&purse);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_WRONG_CURRENCY);
  world_close(&world);
}
END_TEST

START_TEST(refuses_expired_cards) {
  struct world world;
  struct purse purse;
  struct ask ask;
  uint8_t moment[MOMENT_SIZE] = {0x20, 0x31, 0x12, 0x31, 0x23, 0x59, 0x59};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world.now = moment_to_unix(moment); /* the last second of the last day */
  world_complete(&world, &purse, TRANSACTION_LOAD, 100, RELOAD);
  world.now++;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_CARD_EXPIRED);
  world_close(&world);
}
END_TEST

/* A blocked card pays nothing, but what it paid before still reaches the merchant. */
START_TEST(refuses_blocked_cards_but_settles) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 1000, RELOAD);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(ask.standing.settled_state, LEDGER_CAPTURED);
  world_assert_merchant(&world, "KIOSK", 300, 0);
  world_assert_card(&world, &purse, 700, 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(refuses_strange_terminals) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 1000, RELOAD);
  ck_assert_int_eq(world_do(&world, act_revoke, OTHER_POS), STATUS_OK);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_TERMINAL_REVOKED);
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, "UNKNOWN1");
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_NOT_FOUND); /* nobody to write the decline for */
  ck_assert_uint_eq(world_state(&world, &purse, 3), 0);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1, POS);
  world_close(&world);
}
END_TEST

static enum status broken_signer(void *context, struct authorisation *authorisation,
                                 uint8_t record[AUTHORISATION_SIZE]) {
  (void)context;
  (void)authorisation;
  (void)record;
  return STATUS_CRYPTO_FAILED;
}

static enum status act_purchase_unsigned(struct ledger *ledger, const void *what) {
  const struct ledger_signer signer = {.sign = broken_signer};
  struct promise_verdict standing;
  struct ledger_transaction transaction;
  enum status status = ledger_promise_open(ledger, what, &standing);
  return status == STATUS_OK ? ledger_purchase_authorise(ledger, what, &signer, &transaction) : status;
}

static enum status act_purchase_unopened(struct ledger *ledger, const void *what) {
  const struct ledger_signer signer = {.sign = purse_sign};
  struct ledger_transaction transaction;
  return ledger_purchase_authorise(ledger, what, &signer, &transaction);
}

START_TEST(books_nothing_unsigned_or_unopened) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, 1000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(world_do(&world, act_purchase_unsigned, &offer), STATUS_CRYPTO_FAILED);
  ck_assert_uint_eq(world_state(&world, &purse, 1), LEDGER_HELD); /* the settlement went with the step */
  ck_assert_int_eq(world_do(&world, act_purchase_unopened, &offer), STATUS_INTERNAL);
  ck_assert_uint_eq(world_state(&world, &purse, 2), 0);
  world_assert_card(&world, &purse, 0, 1000, 0);
  world_close(&world);
}
END_TEST

START_TEST(lists_transactions_and_holds) {
  struct world world;
  struct purse purses[3];
  struct ask ask;
  struct ledger_transaction transactions[2];
  struct ledger_hold holds[2];
  struct ledger_totals totals;
  size_t count = 0;
  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 1000, RELOAD);
    world.now++;
    world_authorise(&world, &purses[i], TRANSACTION_PURCHASE, i + 1, OTHER_POS, &ask);
  }
  ck_assert_int_eq(ledger_transaction_list(world.ledger, purses[1].cid, 0, transactions, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(transactions[0].atc, 2);
  ck_assert_uint_eq(transactions[1].atc, 1);
  ck_assert_int_eq(ledger_transaction_list(world.ledger, purses[1].cid, 2, transactions, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_mem_eq(transactions[0].cid, purses[1].cid, CID_SIZE);
  ck_assert_int_eq(ledger_hold_list(world.ledger, &(struct ledger_look){.cards = 100}, holds, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_mem_eq(holds[0].cid, purses[0].cid, CID_SIZE);
  ck_assert_int_eq(holds[1].created_at, WORLD_NOW + 2);
  struct ledger_look look = {.cards = 100};
  memcpy(look.after, holds[1].cid, CID_SIZE);
  ck_assert_int_eq(ledger_hold_list(world.ledger, &look, holds, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_int_eq(holds[0].amount, 3);
  ck_assert_mem_eq(holds[0].tid, OTHER_POS, TID_SIZE);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_uint_eq(totals.open_holds, 3);
  world_close(&world);
}
END_TEST

static void assert_told(struct world *world, const struct ask *ask) {
  const struct ledger_transaction *told = &ask->transaction;
  struct ledger_transaction kept;
  ck_assert_int_eq(ledger_transaction_find(world->ledger, ask->purse->cid, ask->purse->atc, &kept), STATUS_OK);
  ck_assert_mem_eq(told->cid, kept.cid, CID_SIZE);
  ck_assert_uint_eq(told->atc, kept.atc);
  ck_assert_uint_eq(told->state, kept.state);
  ck_assert_uint_eq(told->type, kept.type);
  ck_assert_uint_eq(told->amount, kept.amount);
  ck_assert_int_eq(told->points, kept.points);
  ck_assert_mem_eq(told->tid, kept.tid, TID_SIZE);
  ck_assert_str_eq(told->merchant, kept.merchant);
  ck_assert_str_eq(told->reason, kept.reason);
  ck_assert_uint_eq(told->tender.kind, kept.tender.kind);
  ck_assert_str_eq(told->tender.reference, kept.tender.reference);
  ck_assert_mem_eq(told->promise, kept.promise, PROMISE_SIZE);
  ck_assert_mem_eq(told->authorisation, kept.authorisation, AUTHORISATION_SIZE);
  ck_assert_int_eq(told->created_at, kept.created_at);
  ck_assert_int_eq(told->settled_at, kept.settled_at);
  ck_assert(!told->has_secret && !kept.has_secret && !told->honoured && !kept.honoured);
  ck_assert_uint_eq(told->sale_atc, kept.sale_atc);
  ck_assert_int_eq(told->in_points, kept.in_points);
}

/* The answer is not read again after it was written. */
START_TEST(tells_what_it_keeps) {
  struct world world;
  struct purse purse;
  struct ask ask;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  assert_told(&world, &ask);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1000, POS, &ask); /* with points */
  ck_assert_uint_eq(ask.transaction.state, LEDGER_HELD);
  assert_told(&world, &ask);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 5001, POS, &ask);
  ck_assert_uint_eq(ask.transaction.state, LEDGER_DECLINED);
  assert_told(&world, &ask);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  purse_refund(&purse, &(struct purse_sale){.atc = purse.atc}, 400, POS);
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_ne(ask.transaction.sale_atc, 0);
  assert_told(&world, &ask);
  world_close(&world);
}
END_TEST

Suite *purchase_suite(void) {
  Suite *suite = suite_create("purchase");
  TCase *tests = tcase_create("purchases");
  tcase_add_test(tests, holds_then_captures);
  tcase_add_test(tests, answers_the_same_promise_the_same);
  tcase_add_test(tests, next_promise_captures);
  tcase_add_test(tests, next_promise_releases);
  tcase_add_loop_test(tests, refuses, 0, 7);
  tcase_add_test(tests, pays_the_last_cent_and_no_more);
  tcase_add_test(tests, refuses_another_currency);
  tcase_add_test(tests, refuses_expired_cards);
  tcase_add_test(tests, refuses_blocked_cards_but_settles);
  tcase_add_test(tests, refuses_strange_terminals);
  tcase_add_test(tests, books_nothing_unsigned_or_unopened);
  tcase_add_test(tests, lists_transactions_and_holds);
  tcase_add_test(tests, tells_what_it_keeps);
  suite_add_tcase(suite, tests);
  return suite;
}
