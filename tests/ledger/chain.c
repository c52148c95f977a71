/* SPDX-License-Identifier: Apache-2.0
 * The chain of promises: gaps are life, late ones are stale, contradictions are clones. */
#include <string.h>

#include "epurse/ledger_incident.h"
#include "suites.h"
#include "world.h"

static void open_with_money(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 5000, RELOAD);
}

/* A fork that rolls its step back, is recorded all the same, and blocks the card for good. */
static void assert_forked(struct world *world, struct purse *purse) {
  struct ask ask = {.purse = purse};
  struct ledger_card card;
  struct ledger_incident incidents[2];
  size_t count = 0;
  ck_assert_int_eq(world_ask(world, &ask), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, "CARD_FORKED");
  ck_assert_int_eq(ledger_incident_list(world->ledger, 0, incidents, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(incidents[0].kind, LEDGER_INCIDENT_FORK);
  ck_assert_uint_eq(incidents[0].evidence_len, PROMISE_SIZE);
  ck_assert_mem_eq(incidents[0].evidence, purse->record, PROMISE_SIZE);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_incidents(world), 1);
}

START_TEST(gaps_are_allowed) {
  struct world world;
  struct purse purse;
  struct ask ask;
  open_with_money(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS); /* never reached the server */
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.transaction.atc, 4);
  world_close(&world);
}
END_TEST

/* The promise that tells of the commit is lost; the one after it tells again. */
START_TEST(gaps_take_no_outcome_along) {
  struct world world;
  struct purse purse;
  struct ask ask;
  open_with_money(&world, &purse);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  purse_promise(&purse, TRANSACTION_PURCHASE, 20, OTHER_POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 30, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_CAPTURED);
  ck_assert_uint_eq(world_state(&world, &purse, 3), 0);
  world_assert_merchant(&world, "KIOSK", 10, 0);
  world_close(&world);
}
END_TEST

START_TEST(late_promises_are_stale) {
  struct world world;
  struct purse purse, late;
  struct ask ask;
  open_with_money(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  late = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  memset(&ask, 0, sizeof ask);
  ask.purse = &late;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STALE);
  ck_assert_uint_eq(world_state(&world, &purse, 2), 0);
  ck_assert_uint_eq(world_incidents(&world), 0); /* not the card's fault */
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_close(&world);
}
END_TEST

START_TEST(two_promises_of_one_name_are_a_clone) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  open_with_money(&world, &purse);
  clone = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  purse_promise(&clone, TRANSACTION_PURCHASE, 11, POS);
  assert_forked(&world, &clone);
  world_assert_card(&world, &purse, 4990, 10, 0); /* the hold waits for its proof */
  world_close(&world);
}
END_TEST

static enum status act_swallow_fork(struct ledger *ledger, const void *what) {
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, what, &standing);
  return status == STATUS_CARD_FORKED ? STATUS_OK : STATUS_INTERNAL;
}

/* A server that answers the fork and commits its step. */
START_TEST(forks_are_kept_by_a_commit_too) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  struct ledger_card card;
  open_with_money(&world, &purse);
  clone = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  purse_promise(&clone, TRANSACTION_PURCHASE, 11, POS);
  const struct signed_promise offer = {.promise = &clone.promise, .record = clone.record, .now = world.now};
  ck_assert_int_eq(world_do(&world, act_swallow_fork, &offer), STATUS_OK);
  ck_assert_uint_eq(world_incidents(&world), 1);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

START_TEST(another_past_is_a_clone) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  open_with_money(&world, &purse);
  clone = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  purse_promise(&clone, TRANSACTION_PURCHASE, 11, POS); /* shown to nobody */
  purse_promise(&clone, TRANSACTION_PURCHASE, 12, POS);
  assert_forked(&world, &clone);
  world_close(&world);
}
END_TEST

/* An older image of a card: it does not know of what it committed. */
START_TEST(forgetting_a_commit_is_a_clone) {
  struct world world;
  struct purse purse, clone;
  open_with_money(&world, &purse);
  clone = purse;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  for (int i = 0; i < 5; i++)
    purse_promise(&clone, TRANSACTION_PURCHASE, 11, POS); /* beyond the gap */
  assert_forked(&world, &clone);
  world_close(&world);
}
END_TEST

START_TEST(committing_the_unauthorised_is_a_clone) {
  struct world world;
  struct purse purse;
  open_with_money(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  purse.last_atc = purse.atc;
  memcpy(purse.last_secret, purse.secret, SECRET_SIZE);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  assert_forked(&world, &purse);
  world_close(&world);
}
END_TEST

START_TEST(a_wrong_secret_is_a_clone) {
  struct world world;
  struct purse purse;
  open_with_money(&world, &purse);
  if (_i == 1) /* of the open hold, or of the last one captured */
    world_commit(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  purse.promise.last_secret[31] ^= 1;
  purse_encode(&purse);
  assert_forked(&world, &purse);
  world_close(&world);
}
END_TEST

/* r of the right transaction under the number of another one. */
START_TEST(a_wrong_number_is_a_clone) {
  struct world world;
  struct purse purse;
  open_with_money(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  purse.promise.last_atc--;
  purse_encode(&purse);
  assert_forked(&world, &purse);
  world_close(&world);
}
END_TEST

/* Whichever of the two comes next and fits: neither is believed, and what is in hold waits for r. */
START_TEST(forked_is_forked_for_good) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  open_with_money(&world, &purse);
  clone = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  purse_promise(&clone, TRANSACTION_PURCHASE, 11, POS);
  assert_forked(&world, &clone);
  purse_promise(&purse, TRANSACTION_PURCHASE, 12, OTHER_POS); /* follows, and says that 10 was aborted */
  memset(&ask, 0, sizeof ask);
  ask.purse = &purse;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_HELD);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

START_TEST(a_commit_before_the_first_is_a_clone) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  purse_promise(&purse, TRANSACTION_LOAD, 10, RELOAD);
  purse.promise.last_secret[0] = 1; /* last_atc is 0 */
  purse_encode(&purse);
  assert_forked(&world, &purse);
  world_close(&world);
}
END_TEST

/* What it says after it was released must stay released. */
START_TEST(committing_the_released_is_a_clone) {
  struct world world;
  struct purse purse, clone;
  struct ask ask;
  open_with_money(&world, &purse);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  clone = purse;
  ck_assert(purse_commit(&clone, ask.transaction.authorisation));
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask); /* "I did not commit" */
  purse_promise(&clone, TRANSACTION_PURCHASE, 10, POS);
  purse_promise(&clone, TRANSACTION_PURCHASE, 10, POS);
  purse_promise(&clone, TRANSACTION_PURCHASE, 10, POS); /* "I did" */
  assert_forked(&world, &clone);
  world_close(&world);
}
END_TEST

START_TEST(out_of_step_books_nothing) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  open_with_money(&world, &purse);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  if (_i == 0)
    purse.promise.balance++;
  else
    purse.promise.points++;
  purse_encode(&purse);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OUT_OF_STEP);
  ck_assert_uint_eq(ask.standing.settled_atc, 0);
  ck_assert_str_eq(ask.transaction.reason, "OUT_OF_STEP");
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_HELD); /* not settled by such a promise */
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_assert_clean(&world);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 20, OTHER_POS); /* a straight one settles it */
  world_assert_merchant(&world, "KIOSK", 30, 0);
  world_close(&world);
}
END_TEST

START_TEST(refuses_what_makes_no_sense) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  open_with_money(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  purse.promise.last_atc = purse.promise.atc;
  purse_encode(&purse);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_BAD_FORMAT);
  purse_promise(&purse, TRANSACTION_PURCHASE, 0, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_BAD_FORMAT);
  purse_promise(&purse, TRANSACTION_PURCHASE, UINT32_C(0x80000000), POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_BAD_FORMAT);
  memset(purse.cid, 0x99, CID_SIZE);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

static enum status act_decline_other(struct ledger *ledger, const void *what) {
  const struct purse *purses = what;
  const struct ledger_signer signer = {.sign = purse_sign};
  const struct signed_promise first = {.promise = &purses[0].promise, .record = purses[0].record, .now = WORLD_NOW};
  const struct signed_promise second = {.promise = &purses[1].promise, .record = purses[1].record, .now = WORLD_NOW};
  struct promise_verdict standing;
  struct ledger_transaction transaction;
  enum status status = ledger_promise_open(ledger, &first, &standing);
  return status == STATUS_OK ? ledger_decline(ledger, &second, STATUS_WRONG_PIN, &signer, &transaction) : status;
}

START_TEST(answers_only_what_was_opened) {
  struct world world;
  struct purse purses[2];
  world_open(&world);
  for (uint32_t i = 0; i < 2; i++) {
    world_issue(&world, i + 1, &purses[i]);
    purse_promise(&purses[i], TRANSACTION_LOAD, 10, RELOAD);
  }
  ck_assert_int_eq(world_do(&world, act_decline_other, purses), STATUS_INTERNAL);
  ck_assert_uint_eq(world_state(&world, &purses[1], 1), 0);
  world_close(&world);
}
END_TEST

Suite *chain_suite(void) {
  Suite *suite = suite_create("chain");
  TCase *tests = tcase_create("promises");
  tcase_add_test(tests, gaps_are_allowed);
  tcase_add_test(tests, gaps_take_no_outcome_along);
  tcase_add_test(tests, late_promises_are_stale);
  tcase_add_test(tests, two_promises_of_one_name_are_a_clone);
  tcase_add_test(tests, forks_are_kept_by_a_commit_too);
  tcase_add_test(tests, another_past_is_a_clone);
  tcase_add_test(tests, forgetting_a_commit_is_a_clone);
  tcase_add_test(tests, committing_the_unauthorised_is_a_clone);
  tcase_add_loop_test(tests, a_wrong_secret_is_a_clone, 0, 2);
  tcase_add_test(tests, a_wrong_number_is_a_clone);
  tcase_add_test(tests, forked_is_forked_for_good);
  tcase_add_test(tests, a_commit_before_the_first_is_a_clone);
  tcase_add_test(tests, committing_the_released_is_a_clone);
  tcase_add_loop_test(tests, out_of_step_books_nothing, 0, 2);
  tcase_add_test(tests, refuses_what_makes_no_sense);
  tcase_add_test(tests, answers_only_what_was_opened);
  suite_add_tcase(suite, tests);
  return suite;
}
