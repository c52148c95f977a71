/* SPDX-License-Identifier: Apache-2.0
 * The invariants while running: silent whatever is booked in between, and loud within one pass. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_audit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "ledger/sqlite.h"
#include "ledger/store.h"
#include "suites.h"
#include "world.h"

#define CARDS  6
#define ROUNDS 300

static bool in_step; /* as ledger_watch_begin said last */

static enum status watch_step(struct ledger *ledger, void *context) {
  return ledger_watch(ledger, context);
}

static enum status watch(struct world *world, uint32_t cards, struct lines *lines, bool *passed) {
  struct ledger_watch slice = {.cards = cards, .report = lines_add, .context = lines};
  enum status status =
      in_step ? ledger_transact(world->ledger, watch_step, &slice) : ledger_watch(world->ledger, &slice);
  *passed = slice.passed;
  return status;
}

/* A whole pass in slices of so many cards; STATUS_OK, or what ended it. */
static enum status watch_pass(struct world *world, uint32_t cards, struct lines *lines) {
  enum status status = STATUS_OK;
  bool passed = false;
  memset(lines, 0, sizeof *lines);
  for (unsigned slices = 0; status == STATUS_OK && !passed; slices++) {
    ck_assert_uint_lt(slices, 100);
    status = watch(world, cards, lines, &passed);
  }
  return status;
}

static enum status fail_step(struct ledger *ledger, void *context) {
  struct ledger_confirmation *confirmation = context;
  struct ledger_transaction transaction;
  enum status status = ledger_confirm(ledger, confirmation, &transaction);
  return status == STATUS_OK ? STATUS_CANCELLED : status;
}

/* Slices of one card between any two bookings: loads, payments, holds that stay open, steps that are taken back, cards
 * that are issued behind the pass. */
START_TEST(says_nothing_of_a_sound_ledger) {
  struct world world;
  struct purse purses[CARDS * 2];
  struct lines lines = {0};
  unsigned passes = 0;
  size_t cards = CARDS;
  bool passed = false;
  world_open(&world);
  ck_assert_int_eq(ledger_watch_begin(world.ledger, &in_step), STATUS_OK);
  for (uint32_t i = 0; i < CARDS; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 20000, RELOAD);
  }
  for (unsigned round = 0; round < ROUNDS; round++) {
    struct purse *purse = &purses[round * 7 % cards];
    ck_assert_int_eq(watch(&world, 1, &lines, &passed), STATUS_OK);
    passes += passed;
    world_commit(&world, purse, round % 3 == 0 ? TRANSACTION_LOAD : TRANSACTION_PURCHASE, 50 + round,
                 round % 3 == 0 ? RELOAD : POS);
    if (round % 2 == 0) { /* captured, and that is taken back; the next promise captures it */
      struct ledger_confirmation confirmation = {.atc = purse->atc, .now = world.now};
      memcpy(confirmation.cid, purse->cid, CID_SIZE);
      memcpy(confirmation.secret, purse->secret, SECRET_SIZE);
      ck_assert_int_eq(ledger_transact(world.ledger, fail_step, &confirmation), STATUS_CANCELLED);
    }
    if (round % 40 == 39 && cards < CARDS * 2) {
      world_issue(&world, (uint32_t)cards + 1, &purses[cards]);
      world_complete(&world, &purses[cards], TRANSACTION_LOAD, 9000, RELOAD);
      cards++;
    }
  }
  ck_assert_uint_gt(passes, 20);
  ck_assert_uint_eq(lines.count, 0);
  world_close(&world);
}
END_TEST

/* Card 1 has 4000 and 100 points, 200 of them in hold; card 2 has 300. */
static void open_used(struct world *world) {
  struct purse purse;
  struct ask ask;
  world_open(world);
  world_issue(world, 1, &purse);
  world_complete(world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  world_authorise(world, &purse, TRANSACTION_PURCHASE, 200, OTHER_POS, &ask);
  world_issue(world, 2, &purse);
  world_complete(world, &purse, TRANSACTION_LOAD, 300, RELOAD);
}

static const struct {
  const char *sql, *line;
} attempts[] = {
    {"UPDATE card_counters SET balance = balance + 1 WHERE id = 1", "account 17 has 3801, its postings make 3800"},
    {"UPDATE card_counters SET balance = balance - 1 WHERE id = 2", "account 33 has 299, its postings make 300"},
    {"UPDATE account SET balance = balance + 1 WHERE id = -20", "money does not sum to zero but to 1"},
    {"UPDATE account SET balance = balance - 3 WHERE id = -10", "points do not sum to zero but to -3"},
    {"UPDATE card_counters SET balance = balance + 1 WHERE id = 1; UPDATE card_counters SET balance = balance - 1 "
     "WHERE id = 2",
     "account 17 has 3801"},
    {"PRAGMA ignore_check_constraints = ON; UPDATE account SET balance = -7 WHERE id = 35",
     "account 35 has -7, outside 0 to"},
    {"UPDATE account SET floor = -100 WHERE id = 35; UPDATE account SET balance = -7 WHERE id = 35",
     "account 35 has -7, outside -100 to"},
    {"UPDATE card_counters SET held_atc = 0 WHERE id = 1", "200 and 0 points in hold are not those of its open hold 0"},
    {"UPDATE card_counters SET held_atc = 1 WHERE id = 2", "0 and 0 points in hold are not those of its open hold 1"},
    {"PRAGMA ignore_check_constraints = ON; UPDATE card_counters SET balance = -7 WHERE id = 2",
     "account 33 has -7, outside 0 to"},
    {"DROP TRIGGER booking_settled_once; UPDATE booking SET state = 1, secret = NULL WHERE id = (1 << 32) | 2",
     "account 18 has 200, its postings make 1200"},
    {"DROP TRIGGER booking_fixed; UPDATE booking SET amount = 4999 WHERE id = (1 << 32) | 1",
     "account 17 has 3800, its postings make 3799"},
    {"DROP TRIGGER capture_fixed; UPDATE capture SET amount = amount - 1", "money does not sum to zero but to -1"},
    {"DROP TRIGGER capture_fixed; UPDATE capture SET points = points + 1", "points do not sum to zero but to -1"},
};

START_TEST(finds_it_within_a_pass) {
  struct world world;
  struct lines lines;
  open_used(&world);
  ck_assert_int_eq(ledger_watch_begin(world.ledger, &in_step), STATUS_OK);
  ck_assert_int_eq(watch_pass(&world, 1, &lines), STATUS_OK);
  ck_assert_int_eq(world_tamper(&world, attempts[_i].sql), PLACE_DONE);
  for (uint32_t cards = 1; cards <= 5; cards += 4) {
    world_reopen(&world);
    ck_assert_int_eq(ledger_watch_begin(world.ledger, &in_step), STATUS_OK);
    ck_assert_int_eq(watch_pass(&world, cards, &lines), STATUS_LEDGER_BROKEN);
    ck_assert_msg(strstr(lines.text, attempts[_i].line) != NULL, "%s: %s", attempts[_i].sql, lines.text);
  }
  world_discard(&world);
}
END_TEST

/* ---- many captures, and no settlement for long ---- */

#define CAPTURES "5000"
#define DUE      (1000 + 5000)

/* The issuer's risk paid for them all. */
static const char captures[] =
    "WITH RECURSIVE run(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM run WHERE n < " CAPTURES ") "
    "INSERT INTO capture (booking, merchant, type, amount, points, at) SELECT c.booking, c.merchant, 1, 1, 0, c.at "
    "FROM run, (SELECT booking, merchant, at FROM capture WHERE number = 1) AS c; "
    "UPDATE account SET balance = balance - " CAPTURES " WHERE id = -1";

static void open_unsettled(struct world *world) {
  open_used(world);
  ck_assert_int_eq(world_tamper(world, captures), PLACE_DONE);
  ck_assert_int_eq(ledger_watch_begin(world->ledger, &in_step), STATUS_OK);
}

static enum status close_step(struct ledger *ledger, void *context) {
  return ledger_settlement_close(ledger, WORLD_NOW, context);
}

/* So many slices, whatever is done between them by `meddle` before the one of that number; the pass ends with the
 * last. */
static unsigned slices_of_a_pass(struct world *world, unsigned meddled, void (*meddle)(struct world *world)) {
  struct lines lines = {.count = 0};
  unsigned slices = 0;
  for (bool passed = false; !passed; slices++) {
    if (slices == meddled)
      meddle(world);
    ck_assert_int_eq(watch(world, 10, &lines, &passed), STATUS_OK);
    ck_assert_uint_lt(slices, 50);
  }
  return slices;
}

static void meddle_pay(struct world *world) {
  struct purse purse;
  world_issue(world, 3, &purse);
  world_complete(world, &purse, TRANSACTION_LOAD, 700, RELOAD);
  world_complete(world, &purse, TRANSACTION_PURCHASE, 600, POS);
}

static void meddle_close(struct world *world) {
  struct ledger_settlement closed;
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, DUE + 600);
}

/* No slice goes through all of them, for which payments would wait; nor is anything counted twice or lost. */
START_TEST(goes_through_what_is_due_by_and_by) {
  struct world world;
  open_unsettled(&world);
  unsigned slices = slices_of_a_pass(&world, 3, meddle_pay);
  if (in_step)
    ck_assert_uint_eq(slices, 2 + 4); /* 1400 captures at most; and all accounts, those of cards apart */
  unsigned again = slices_of_a_pass(&world, 3, meddle_close);
  if (in_step)
    ck_assert_uint_eq(again, 3 + 2 + 2); /* it began anew, and nothing was due any more */
  world_discard(&world);
}
END_TEST

START_TEST(finds_it_among_what_is_due) {
  struct world world;
  struct lines lines;
  open_unsettled(&world);
  ck_assert_int_eq(watch_pass(&world, 10, &lines), STATUS_OK);
  ck_assert_int_eq(
      world_tamper(&world, "DROP TRIGGER capture_fixed; UPDATE capture SET amount = 3 WHERE number = 3000"),
      PLACE_DONE);
  ck_assert_int_eq(ledger_watch_begin(world.ledger, &in_step), STATUS_OK);
  ck_assert_int_eq(watch_pass(&world, 10, &lines), STATUS_LEDGER_BROKEN);
  ck_assert_msg(strstr(lines.text, "money does not sum to zero but to 2") != NULL, "%s", lines.text);
  world_discard(&world);
}
END_TEST

static enum status totals_step(struct ledger *ledger, void *context) {
  return ledger_totals(ledger, context);
}

/* In a step all is added up, outside of one what came since the last time. */
static void assert_totals(struct world *world, int64_t due) {
  struct ledger_totals whole, quick;
  ck_assert_int_eq(ledger_totals(world->ledger, &quick), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, totals_step, &whole), STATUS_OK);
  ck_assert_mem_eq(&quick, &whole, sizeof whole);
  ck_assert_int_eq(quick.merchants_due, due);
}

static enum status pay_and_fail(struct ledger *ledger, void *context) {
  struct ledger_totals totals;
  enum status status = fail_step(ledger, context);
  ck_assert_int_eq(ledger_totals(ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, DUE + 600 + 50);
  return status;
}

/* Metrics of a ledger that nobody settles: the same as all that is added up. */
START_TEST(totals_follow_what_is_due) {
  struct world world;
  struct purse purse;
  open_unsettled(&world);
  assert_totals(&world, DUE);
  meddle_pay(&world);
  assert_totals(&world, DUE + 600);
  world_issue(&world, 4, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 500, RELOAD);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 50, POS);
  struct ledger_confirmation confirmation = {.atc = purse.atc, .now = world.now};
  memcpy(confirmation.cid, purse.cid, CID_SIZE);
  memcpy(confirmation.secret, purse.secret, SECRET_SIZE);
  ck_assert_int_eq(ledger_transact(world.ledger, pay_and_fail, &confirmation), STATUS_CANCELLED);
  assert_totals(&world, DUE + 600);
  meddle_close(&world);
  assert_totals(&world, 0);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  assert_totals(&world, 50);
  world_discard(&world);
}
END_TEST

static int count_work(void *work) {
  ++*(unsigned *)work;
  return 0;
}

/* SQLite's work for them, in thousands of its instructions, and for a merchant whose terminal gets new keys: payments
 * wait. */
START_TEST(totals_do_not_add_it_all_again) {
  struct world world;
  struct ledger_totals totals;
  struct ledger_merchant merchant;
  unsigned work = 0;
  open_unsettled(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  sqlite3_progress_handler(world.ledger->store->database, 1000, count_work, &work);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(ledger_merchant_terms(world.ledger, "SHOP", &merchant), STATUS_OK);
  sqlite3_progress_handler(world.ledger->store->database, 0, NULL, NULL);
  ck_assert_uint_lt(work, 10);
  ck_assert_str_eq(merchant.name, "The shop");
  ck_assert_uint_eq(merchant.points_rate, 10);
  ck_assert_int_eq(ledger_merchant_terms(world.ledger, "NOBODY", &merchant), STATUS_NOT_FOUND);
  world_discard(&world);
}
END_TEST

START_TEST(runs_where_it_was_told) {
  struct world world;
  struct lines lines = {0};
  bool passed = false;
  struct ledger_watch slice = {.cards = 1, .report = lines_add, .context = &lines};
  world_open(&world);
  ck_assert_int_eq(ledger_watch_begin(world.ledger, &in_step), STATUS_OK);
  if (in_step)
    ck_assert_int_eq(ledger_watch(world.ledger, &slice), STATUS_INTERNAL);
  ck_assert_int_eq(watch(&world, 0, &lines, &passed), STATUS_INTERNAL);
  ck_assert_int_eq(watch(&world, 1, &lines, &passed), STATUS_OK);
  world_close(&world);
}
END_TEST

Suite *watch_suite(void) {
  Suite *suite = suite_create("watch");
  TCase *tests = tcase_create("invariants");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, says_nothing_of_a_sound_ledger);
  tcase_add_loop_test(tests, finds_it_within_a_pass, 0, sizeof attempts / sizeof attempts[0]);
  tcase_add_test(tests, runs_where_it_was_told);
  tcase_add_test(tests, goes_through_what_is_due_by_and_by);
  tcase_add_test(tests, finds_it_among_what_is_due);
  tcase_add_test(tests, totals_follow_what_is_due);
  if (place_is_file())
    tcase_add_test(tests, totals_do_not_add_it_all_again);
  suite_add_tcase(suite, tests);
  return suite;
}
