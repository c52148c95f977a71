/* SPDX-License-Identifier: Apache-2.0
 * What became of a promise: the same to every asking of it, and what was never seen is never authorised. */
#include <string.h>

#include "suites.h"
#include "world.h"

static void assert_fate(struct world *world, const struct purse *purse, uint32_t atc, uint8_t state,
                        const uint8_t *secret) {
  struct ledger_transaction transaction;
  struct ledger_fate fate;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  ck_assert_int_eq(ledger_transaction_find(world->ledger, purse->cid, atc, &transaction), STATUS_OK);
  const char *tid = transaction.type == TRANSACTION_LOAD ? RELOAD : POS;
  ck_assert_int_eq(record_hash(transaction.promise, PROMISE_SIZE, hash), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(world_inquire(world, purse, atc, tid, &fate), STATUS_OK);
    ck_assert_uint_eq(fate.state, state);
    ck_assert_mem_eq(fate.hash, hash, sizeof hash);
    ck_assert_int_eq(fate.has_secret, secret != NULL);
    if (secret != NULL)
      ck_assert_mem_eq(fate.secret, secret, SECRET_SIZE);
  }
}

START_TEST(tells_each_fate) {
  struct world world;
  struct purse purse;
  struct ask ask;
  uint8_t denied[SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 300, RELOAD, &ask);
  assert_fate(&world, &purse, 1, LEDGER_HELD, NULL);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  assert_fate(&world, &purse, 1, LEDGER_OWED, NULL);
  assert_fate(&world, &purse, 2, LEDGER_CAPTURED, purse.secret);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  assert_fate(&world, &purse, 1, LEDGER_REFUNDED, NULL);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 9999, POS, &ask);
  assert_fate(&world, &purse, 3, LEDGER_DECLINED, NULL);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  assert_fate(&world, &purse, 4, LEDGER_HELD, NULL);
  memcpy(denied, purse.secret, SECRET_SIZE);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, POS, &ask);
  assert_fate(&world, &purse, 4, LEDGER_RELEASED, NULL);
  ck_assert_int_eq(world_confirm(&world, &purse, 4, denied), STATUS_OK);
  assert_fate(&world, &purse, 4, LEDGER_CAPTURED, denied); /* the issuer pays: it is as good */
  world_assert_merchant(&world, "SHOP", 10, 0);
  world_close(&world);
}
END_TEST

/* Whoever is told so may act on it: the request that was under way comes too late. */
START_TEST(never_seen_is_never_authorised) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  struct ledger_fate fate;
  bool load = _i == 1;
  const char *tid = load ? RELOAD : POS;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_commit(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, load ? TRANSACTION_LOAD : TRANSACTION_PURCHASE, 100, tid);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(world_inquire(&world, &purse, 2, tid, &fate), STATUS_OK);
    ck_assert_uint_eq(fate.state, 0);
    ck_assert(!fate.has_secret);
    ck_assert_mem_eq(fate.hash, purse.hash, sizeof purse.hash);
  }
  world_reopen(&world);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
    ck_assert_uint_eq(ask.transaction.state, LEDGER_DECLINED);
    ck_assert_str_eq(ask.transaction.reason, "GIVEN_UP");
  }
  world_assert_card(&world, &purse, 5000, 0, 0); /* what the promise says of the load before it holds */
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* The card has been elsewhere since: there is nothing to decline, and the answer is the same. */
START_TEST(never_seen_and_overtaken) {
  struct world world;
  struct purse purse, before;
  struct ask ask = {.purse = &before};
  struct ledger_fate fate;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  before = purse;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, OTHER_POS, &(struct ask){.purse = &purse});
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STALE);
  ck_assert_int_eq(world_inquire(&world, &before, 2, POS, &fate), STATUS_OK);
  ck_assert_uint_eq(fate.state, 0);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_GIVEN_UP);
  ck_assert_uint_eq(world_state(&world, &purse, 2), 0);
  world_assert_card(&world, &purse, 4980, 20, 0); /* an older promise settles nothing */
  world_close(&world);
}
END_TEST

START_TEST(tells_none_but_the_named_merchant) {
  struct world world;
  struct purse purse, stranger;
  struct ask ask;
  struct ledger_fate fate;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 300, RELOAD, &ask);
  ck_assert_int_eq(world_inquire(&world, &purse, 1, OTHER_RELOAD, &fate), STATUS_OK);
  ck_assert_uint_eq(fate.state, LEDGER_HELD);
  ck_assert_int_eq(world_inquire(&world, &purse, 1, POS, &fate), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(world_inquire(&world, &purse, 1, "UNKNOWN1", &fate), STATUS_NOT_FOUND);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, "UNKNOWN1");
  ck_assert_int_eq(world_inquire(&world, &purse, 2, POS, &fate), STATUS_NOT_PERMITTED);
  memset(&stranger, 0, sizeof stranger);
  cid_make(123456, 2, stranger.cid); /* still in the pool */
  purse_promise(&stranger, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_inquire(&world, &stranger, 1, POS, &fate), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

/* Two promises of one (CID, ATC), whichever came first: a fork. The second one is answered by its own name. */
START_TEST(another_promise_of_that_name_is_a_fork) {
  struct world world;
  struct purse purse, twin;
  struct ask ask = {.purse = &twin};
  struct ledger_fate fate;
  struct ledger_card card;
  bool asked_first = _i == 1;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  twin = purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  purse_promise(&twin, TRANSACTION_PURCHASE, 101, POS);
  if (asked_first) {
    ck_assert_int_eq(world_inquire(&world, &purse, 2, POS, &fate), STATUS_OK);
    ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_FORKED);
    ck_assert_uint_eq(world_state(&world, &purse, 2), 0);
  } else {
    ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
    ck_assert_int_eq(ask.outcome, STATUS_OK);
    for (int i = 0; i < 2; i++) {
      ck_assert_int_eq(world_inquire(&world, &purse, 2, POS, &fate), STATUS_OK);
      ck_assert_uint_eq(fate.state, 0);
      ck_assert_mem_eq(fate.hash, purse.hash, sizeof purse.hash);
    }
    ck_assert_int_eq(world_inquire(&world, &twin, 2, POS, &fate), STATUS_OK);
    ck_assert_uint_eq(fate.state, LEDGER_HELD);
  }
  ck_assert_uint_eq(world_incidents(&world), 1);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

/* The schema itself does not let it be otherwise. */
START_TEST(rows_cannot_be_taken_back) {
  static const char *const attempts[] = {
      "DELETE FROM never_seen",
      "UPDATE never_seen SET at = 1",
      "DELETE FROM honour",
      "UPDATE honour SET amount = 1",
      "INSERT INTO never_seen SELECT id, hash, terminal, promise, 1 FROM booking WHERE state = 1",
      "INSERT INTO honour SELECT id >> 32, id, zeroblob(32), -1, -20, amount, 1 FROM booking WHERE state = 1",
      "INSERT INTO booking (id, state, type, amount, points, terminal, merchant, tender, reference, reason, hash, "
      "promise, authorisation, created_at) SELECT n.booking, 1, 1, 1, 0, n.terminal, 1, 0, '', '', n.hash, "
      "n.promise, n.promise, 1 FROM never_seen n"};
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_fate fate;
  uint8_t secret[SECRET_SIZE];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, POS, &ask);
  memcpy(secret, purse.secret, SECRET_SIZE);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20, POS, &ask);
  ck_assert_int_eq(world_confirm(&world, &purse, 2, secret), STATUS_OK);
  world_issue(&world, 2, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_inquire(&world, &purse, 1, POS, &fate), STATUS_OK);
  ck_assert_uint_lt((unsigned)_i, sizeof attempts / sizeof attempts[0]);
  ck_assert_int_eq(world_tamper(&world, attempts[_i]), PLACE_REFUSED);
  world_close(&world);
}
END_TEST
#define ATTEMPTS 7

static enum status act_list(struct world *world, struct ledger_never_seen rows[3], size_t *count) {
  struct ledger_never_seen after;
  size_t more = 0;
  enum status status = ledger_never_seen_list(world->ledger, NULL, rows, 2, count);
  after = rows[*count - 1];
  if (status == STATUS_OK)
    status = ledger_never_seen_list(world->ledger, &after, rows + *count, 1, &more);
  *count += more;
  return status;
}

START_TEST(lists_what_was_never_seen) {
  struct world world;
  struct purse purses[3];
  struct ledger_never_seen rows[3];
  struct ledger_fate fate;
  size_t count = 0;
  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 1, POS);
    ck_assert_int_eq(world_inquire(&world, &purses[i], 1, POS, &fate), STATUS_OK);
  }
  ck_assert_int_eq(act_list(&world, rows, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  for (size_t i = 0; i < count; i++) {
    ck_assert_mem_eq(rows[i].cid, purses[i].cid, CID_SIZE);
    ck_assert_uint_eq(rows[i].atc, 1);
    ck_assert_mem_eq(rows[i].hash, purses[i].hash, CRYPTO_SHA256_SIZE);
    ck_assert_mem_eq(rows[i].promise, purses[i].record, PROMISE_SIZE);
    ck_assert_mem_eq(rows[i].tid, POS, TID_SIZE);
    ck_assert_int_eq(rows[i].at, WORLD_NOW);
  }
  world_close(&world);
}
END_TEST

Suite *inquire_suite(void) {
  Suite *suite = suite_create("inquire");
  TCase *tests = tcase_create("inquiries");
  tcase_add_test(tests, tells_each_fate);
  tcase_add_loop_test(tests, never_seen_is_never_authorised, 0, 2);
  tcase_add_test(tests, never_seen_and_overtaken);
  tcase_add_test(tests, tells_none_but_the_named_merchant);
  tcase_add_loop_test(tests, another_promise_of_that_name_is_a_fork, 0, 2);
  tcase_add_loop_test(tests, rows_cannot_be_taken_back, 0, ATTEMPTS);
  tcase_add_test(tests, lists_what_was_never_seen);
  suite_add_tcase(suite, tests);
  return suite;
}
