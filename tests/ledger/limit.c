/* SPDX-License-Identifier: Apache-2.0
 * Limits of exposure: what a terminal loads in a day and a merchant may owe; counted once, given back once, never in
 * the way of a purchase or of what a card is owed. */
#include "epurse/ledger_limit.h"

#include <string.h>

#include "acts.h"
#include "epurse/certificate.h"
#include "epurse/ledger_approval.h"
#include "epurse/ledger_merchant.h"
#include "epurse/settlement.h"
#include "suites.h"
#include "world.h"

#define DAY (24 * 60 * 60)

/* ---- set ---- */

static enum status act_loads(struct ledger *ledger, const void *what) {
  return ledger_terminal_limit(ledger, (const uint8_t *)RELOAD, *(const int64_t *)what);
}

static enum status act_credit(struct ledger *ledger, const void *what) {
  return ledger_merchant_limit(ledger, "BANK", *(const int64_t *)what);
}

static void set_loads(struct world *world, int64_t loads) {
  ck_assert_int_eq(world_do(world, act_loads, &loads), STATUS_OK);
}

static void set_credit(struct world *world, int64_t credit) {
  ck_assert_int_eq(world_do(world, act_credit, &credit), STATUS_OK);
}

/* ---- looked at ---- */

static int64_t loads_used(struct world *world, const char *tid) {
  struct ledger_limit limit;
  int64_t day = (world->now + world->zone) / DAY;
  ck_assert_int_eq(ledger_terminal_limit_read(world->ledger, (const uint8_t *)tid, day, &limit), STATUS_OK);
  return limit.used;
}

static int64_t credit_used(struct world *world) {
  struct ledger_limit limit;
  ck_assert_int_eq(ledger_merchant_limit_read(world->ledger, "BANK", &limit), STATUS_OK);
  return limit.used;
}

static enum status load(struct world *world, struct purse *purse, uint32_t amount, const char *tid) {
  struct ask ask;
  world_authorise(world, purse, TRANSACTION_LOAD, amount, tid, &ask);
  if (ask.outcome == STATUS_OK)
    ck_assert(purse_commit(purse, ask.transaction.authorisation));
  return ask.outcome;
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
}

/* ---- tests ---- */

START_TEST(a_terminal_loads_so_much_in_a_day) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  set_loads(&world, 5000);
  ck_assert_int_eq(load(&world, &purse, 3000, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 2001, RELOAD), STATUS_TERMINAL_LIMIT);
  ck_assert_int_eq(load(&world, &purse, 2000, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_TERMINAL_LIMIT);
  ck_assert_int_eq(load(&world, &purse, 1, OTHER_RELOAD), STATUS_OK); /* another terminal's is another */
  ck_assert_int_eq(loads_used(&world, RELOAD), 5000);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 4000, POS); /* never a purchase */
  world.now += DAY;
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK); /* tomorrow */
  ck_assert_int_eq(credit_used(&world), 10001);
  world_close(&world);
}
END_TEST

/* 23:30 and 00:30 in Vienna are two days, and one in London. */
START_TEST(the_day_is_the_issuers) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  set_loads(&world, 5000);
  world.now = WORLD_NOW - WORLD_NOW % DAY + 21 * 60 * 60 + 30 * 60;
  world.zone = 2 * 60 * 60;
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_TERMINAL_LIMIT);
  world.now += 60 * 60;
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(a_merchant_has_so_much_credit) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  set_credit(&world, 5000);
  ck_assert_int_eq(load(&world, &purse, 3000, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 2001, OTHER_RELOAD), STATUS_MERCHANT_LIMIT);
  ck_assert_int_eq(load(&world, &purse, 2000, DESK), STATUS_OK);
  world.now += DAY;
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_MERCHANT_LIMIT); /* a debt has no day */
  set_credit(&world, 6000);
  ck_assert_int_eq(load(&world, &purse, 1000, RELOAD), STATUS_OK);
  set_credit(&world, 100); /* below what is owed: nothing more */
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_MERCHANT_LIMIT);
  set_credit(&world, LEDGER_LIMIT_NONE);
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_OK);
  world_close(&world);
}
END_TEST

/* The same promise again is the same load; a promise that was declined took nothing. */
START_TEST(a_repetition_counts_once) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  set_loads(&world, 5000);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 3000, RELOAD, &ask);
  for (int i = 0; i < 3; i++) {
    struct ask again = {.purse = &purse};
    ck_assert_int_eq(world_ask(&world, &again), STATUS_OK);
    ck_assert(again.standing.answered);
    ck_assert_mem_eq(again.transaction.authorisation, ask.transaction.authorisation, AUTHORISATION_SIZE);
  }
  ck_assert_int_eq(loads_used(&world, RELOAD), 3000);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(load(&world, &purse, 2500, RELOAD), STATUS_TERMINAL_LIMIT);
  ck_assert_int_eq(loads_used(&world, RELOAD), 3000);
  ck_assert_int_eq(credit_used(&world), 3000);
  world_close(&world);
}
END_TEST

/* Given back with the tender, of the day when it was taken: never authorised again meanwhile, and once. */
START_TEST(what_is_given_back_may_be_loaded) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  set_loads(&world, 5000);
  set_credit(&world, 5000);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, purse.atc, RELOAD), STATUS_OK);
  ck_assert_int_eq(loads_used(&world, RELOAD), 5000);              /* the card may have it */
  ck_assert_int_eq(load(&world, &purse, 4000, RELOAD), STATUS_OK); /* it has not */
  ck_assert_int_eq(loads_used(&world, RELOAD), 4000);
  ck_assert_int_eq(credit_used(&world), 4000);
  world_close(&world);
}
END_TEST

/* What is owed was paid for and stays counted; to collect it takes nothing more; given back later it goes. */
START_TEST(what_is_owed_is_counted_once) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  set_loads(&world, 5000);
  set_credit(&world, 5000);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, RELOAD);
  struct ask claim = {.purse = &purse, .tender.kind = LEDGER_TENDER_OWED};
  ck_assert_int_eq(world_ask(&world, &claim), STATUS_OK);
  ck_assert_int_eq(claim.outcome, STATUS_OK);
  ck_assert_int_eq(loads_used(&world, RELOAD), 5000);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, POS, &ask); /* torn: owed again */
  world_assert_card(&world, &purse, 0, 0, 5000);
  ck_assert_int_eq(loads_used(&world, RELOAD), 5000);
  world.now += DAY;
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 1), LEDGER_REFUNDED);
  ck_assert_int_eq(credit_used(&world), 0);
  ck_assert_int_eq(loads_used(&world, RELOAD), 0);
  world.now -= DAY;
  ck_assert_int_eq(loads_used(&world, RELOAD), 0);
  world_close(&world);
}
END_TEST

static enum status act_add_merchant(struct ledger *ledger, const void *what) {
  return ledger_merchant_add(ledger, what);
}

/* What its sales paid of its debt is credit again. */
START_TEST(a_settlement_sets_off) {
  struct world world;
  struct purse purse;
  struct ledger_terminal terminal;
  begin(&world, &purse);
  set_credit(&world, 5000);
  world_terminal(&terminal, "POS00009", ROLE_POS, "BANK");
  ck_assert_int_eq(world_do(&world, act_terminal, &terminal), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1500, "POS00009");
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_MERCHANT_LIMIT);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  ck_assert_int_eq(credit_used(&world), 3500);
  world_assert_merchant(&world, "BANK", 0, -3500);
  ck_assert_int_eq(load(&world, &purse, 1500, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_MERCHANT_LIMIT);
  world_close(&world);
}
END_TEST

START_TEST(refuses_what_is_no_limit) {
  static const int64_t strange[] = {-2, INT64_MIN, LEDGER_LIMIT_MAX + 1, INT64_MAX};
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
    ck_assert_int_eq(world_do(&world, act_loads, &strange[i]), STATUS_BAD_FORMAT);
    ck_assert_int_eq(world_do(&world, act_credit, &strange[i]), STATUS_BAD_FORMAT);
  }
  set_loads(&world, 100);
  set_loads(&world, LEDGER_LIMIT_DEFAULT); /* which is none here */
  set_loads(&world, LEDGER_LIMIT_DEFAULT);
  ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK);
  world_close(&world);
}
END_TEST

/* ---- what a desk's cards pay off-line ---- */

static enum status act_two(struct ledger *ledger, const void *what) {
  (void)what;
  return ledger_approvals_set(ledger, 2);
}

static enum status act_administrator(struct ledger *ledger, const void *what) {
  struct ledger_terminal terminal;
  world_terminal(&terminal, what, ROLE_ADMIN, "BANK");
  return ledger_terminal_add(ledger, &terminal);
}

static void look_at_desk(struct world *world, int64_t total) {
  int64_t is = 1;
  ck_assert_int_eq(ledger_desk_offline_limit_read(world->ledger, (const uint8_t *)DESK, &is), STATUS_OK);
  ck_assert_int_eq(is, total);
}

/* A desk is the issuer's while its merchant has an administrator. */
START_TEST(a_desk_is_the_issuers_while_it_administers) {
  static const char first[] = "ADMIN001";
  struct world world;
  world_open(&world);
  look_at_desk(&world, LEDGER_OFFLINE_ISSUERS); /* one is enough */
  ck_assert_int_eq(world_do(&world, act_two, NULL), STATUS_OK);
  look_at_desk(&world, LEDGER_OFFLINE_NEVER);
  ck_assert_int_eq(world_do(&world, act_administrator, first), STATUS_OK);
  look_at_desk(&world, LEDGER_OFFLINE_ISSUERS);
  ck_assert_int_eq(world_do(&world, act_revoke, first), STATUS_OK);
  look_at_desk(&world, LEDGER_OFFLINE_NEVER);
  world_close(&world);
}
END_TEST

static enum status act_desk(struct ledger *ledger, const void *what) {
  return ledger_desk_offline_limit(ledger, (const uint8_t *)DESK, *(const int64_t *)what);
}

/* What was said of a desk is told apart from what holds where nothing was. */
START_TEST(a_desks_own_is_what_was_set) {
  static const int64_t said[] = {LEDGER_OFFLINE_ISSUERS, 700, LEDGER_OFFLINE_NEVER, LEDGER_OFFLINE_ISSUERS};
  struct world world;
  int64_t own = 0;
  world_open(&world);
  ck_assert_int_eq(ledger_desk_offline_limit_own(world.ledger, (const uint8_t *)DESK, &own), STATUS_OK);
  ck_assert_int_eq(own, LEDGER_OFFLINE_UNSET);
  for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
    ck_assert_int_eq(world_do(&world, act_desk, &said[i]), STATUS_OK);
    ck_assert_int_eq(ledger_desk_offline_limit_own(world.ledger, (const uint8_t *)DESK, &own), STATUS_OK);
    ck_assert_int_eq(own, said[i]);
  }
  ck_assert_int_eq(ledger_desk_offline_limit_own(world.ledger, (const uint8_t *)"NOTHERE1", &own), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

/* A ledger is made with limits for all; one's own goes before them. */
START_TEST(all_have_the_issuers) {
  const struct ledger_settings settings = {
      .currency = 978, .issuer = 123456, .pool_size = 5, .terminal_loads = 700, .load_credit = 900};
  struct world world;
  struct purse purse;
  struct ledger_limit limit;
  begin(&world, &purse);
  ledger_close(&world.ledger);
  place_remove(world.path);
  place_make(world.directory, world.path);
  ck_assert_int_eq(ledger_create(world.path, &settings), STATUS_OK);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  const struct ledger_merchant merchant = {.id = "BANK", .name = "Bank"};
  struct ledger_terminal terminal;
  world_terminal(&terminal, RELOAD, ROLE_RELOAD, "BANK");
  ck_assert_int_eq(world_do(&world, act_add_merchant, &merchant), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_terminal, &terminal), STATUS_OK);
  ck_assert_int_eq(ledger_terminal_limit_read(world.ledger, (const uint8_t *)RELOAD, 0, &limit), STATUS_OK);
  ck_assert_int_eq(limit.allowed, 700);
  ck_assert_int_eq(ledger_merchant_limit_read(world.ledger, "BANK", &limit), STATUS_OK);
  ck_assert_int_eq(limit.allowed, 900);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(load(&world, &purse, 701, RELOAD), STATUS_TERMINAL_LIMIT);
  set_loads(&world, LEDGER_LIMIT_NONE);
  ck_assert_int_eq(load(&world, &purse, 900, RELOAD), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, 1, RELOAD), STATUS_MERCHANT_LIMIT);
  world_close(&world);
}
END_TEST

/* The database holds the bound by itself, and the audit sees what was used changed by hand. */
START_TEST(the_audit_counts_anew) {
  static const char *const lies[] = {
      "UPDATE limit_use SET used = used - 1 WHERE kind = 1", "UPDATE limit_use SET used = used - 1 WHERE kind = 2",
      "UPDATE limit_reservation SET returned = 1", "UPDATE limit_use SET day = day + 1 WHERE kind = 1"};
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    struct world world;
    struct purse purse;
    begin(&world, &purse);
    set_loads(&world, 5000);
    ck_assert_int_eq(load(&world, &purse, 5000, RELOAD), STATUS_OK);
    ck_assert_uint_eq(world_contradictions(&world), 0);
    ck_assert_int_eq(world_tamper(&world, "UPDATE limit_use SET used = used + 1 WHERE kind = 1"), PLACE_REFUSED);
    ck_assert_int_eq(world_tamper(&world, "DELETE FROM limit_use"), PLACE_REFUSED);
    ck_assert_int_eq(world_tamper(&world, lies[i]), PLACE_DONE);
    ck_assert_uint_gt(world_contradictions(&world), 0);
    world_discard(&world);
  }
}
END_TEST

Suite *limit_suite(void) {
  Suite *suite = suite_create("limit");
  TCase *tests = tcase_create("limits");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, a_terminal_loads_so_much_in_a_day);
  tcase_add_test(tests, the_day_is_the_issuers);
  tcase_add_test(tests, a_merchant_has_so_much_credit);
  tcase_add_test(tests, a_repetition_counts_once);
  tcase_add_test(tests, what_is_given_back_may_be_loaded);
  tcase_add_test(tests, what_is_owed_is_counted_once);
  tcase_add_test(tests, a_settlement_sets_off);
  tcase_add_test(tests, refuses_what_is_no_limit);
  tcase_add_test(tests, a_desk_is_the_issuers_while_it_administers);
  tcase_add_test(tests, a_desks_own_is_what_was_set);
  tcase_add_test(tests, all_have_the_issuers);
  tcase_add_test(tests, the_audit_counts_anew);
  suite_add_tcase(suite, tests);
  return suite;
}
