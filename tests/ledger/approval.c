/* SPDX-License-Identifier: Apache-2.0
 * Two administrators: what waits, who may give it, that it is done once, and that it lapses. */
#include "epurse/ledger_approval.h"

#include <string.h>

#include "acts.h"
#include "suites.h"
#include "world.h"

#define FIRST  POS /* any two terminals: roles are the server's business */
#define SECOND RELOAD

static enum status ask_step(struct ledger *ledger, const void *what) {
  int64_t number = 0;
  return ledger_approval_ask(ledger, what, &number);
}

static enum status ask(struct world *world, const char *tid, const char *body) {
  const struct ledger_approval_asking asking = {
      .tid = (const uint8_t *)tid, .type = "limit", .body = body, .now = WORLD_NOW};
  return world_do(world, ask_step, &asking);
}

static enum status decide_step(struct ledger *ledger, const void *what) {
  return ledger_approval_decide(ledger, what);
}

static enum status decide(struct world *world, const struct ledger_approval *approval, const char *tid, bool give,
                          int64_t now) {
  const struct ledger_approval_decision decision = {
      .number = approval->number, .hash = approval->hash, .tid = (const uint8_t *)tid, .give = give, .now = now};
  return world_do(world, decide_step, &decision);
}

static void find(struct world *world, int64_t number, struct ledger_approval *approval) {
  ck_assert_int_eq(ledger_approval_find(world->ledger, number, approval), STATUS_OK);
}

START_TEST(waits_as_it_was_asked_for) {
  struct world world;
  struct ledger_approval approval;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  world_open(&world);
  ck_assert_int_eq(ledger_approval_find(world.ledger, 1, &approval), STATUS_NOT_FOUND);
  ck_assert_int_eq(ask(&world, FIRST, "{\"a\":1}"), STATUS_OK);
  ck_assert_int_eq(ask(&world, FIRST, "{\"a\":1}"), STATUS_OK); /* the same again */
  ck_assert_int_eq(ask(&world, SECOND, "{\"a\":1}"), STATUS_OK);
  ck_assert_int_eq(ask(&world, "NOBODY01", "{}"), STATUS_NOT_FOUND);
  find(&world, 1, &approval);
  ck_assert_str_eq(approval.type, "limit");
  ck_assert_str_eq(approval.body, "{\"a\":1}");
  ck_assert_mem_eq(approval.asked_by, FIRST, TID_SIZE);
  ck_assert_int_eq(approval.asked_at, WORLD_NOW);
  ck_assert_int_eq(approval.state, LEDGER_APPROVAL_WAITS);
  ck_assert(crypto_sha256((const uint8_t *)"limit\n{\"a\":1}", 13, hash));
  ck_assert_mem_eq(approval.hash, hash, sizeof hash);
  ck_assert_int_eq(ledger_approval_next(world.ledger, 1, true, WORLD_NOW, &approval), STATUS_OK);
  ck_assert_int_eq(approval.number, 2);
  ck_assert_int_eq(ledger_approval_next(world.ledger, 2, false, WORLD_NOW, &approval), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(is_given_once_by_another) {
  struct world world;
  struct ledger_approval approval, other;
  world_open(&world);
  ck_assert_int_eq(ask(&world, FIRST, "{}"), STATUS_OK);
  ck_assert_int_eq(ask(&world, FIRST, "[]"), STATUS_OK);
  find(&world, 1, &approval);
  find(&world, 2, &other);
  ck_assert_int_eq(decide(&world, &approval, FIRST, true, WORLD_NOW), STATUS_APPROVAL_OWN);
  memcpy(other.hash, approval.hash, sizeof other.hash);
  ck_assert_int_eq(decide(&world, &other, SECOND, true, WORLD_NOW), STATUS_PROOF_MISMATCH);
  ck_assert_int_eq(decide(&world, &approval, SECOND, true, WORLD_NOW + 1), STATUS_OK);
  ck_assert_int_eq(decide(&world, &approval, SECOND, true, WORLD_NOW), STATUS_APPROVAL_ENDED);
  ck_assert_int_eq(decide(&world, &approval, SECOND, false, WORLD_NOW), STATUS_APPROVAL_ENDED);
  find(&world, 1, &approval);
  ck_assert_int_eq(approval.state, LEDGER_APPROVAL_GIVEN);
  ck_assert_mem_eq(approval.decided_by, SECOND, TID_SIZE);
  ck_assert_int_eq(approval.decided_at, WORLD_NOW + 1);
  find(&world, 2, &other);
  ck_assert_int_eq(decide(&world, &other, FIRST, false, WORLD_NOW), STATUS_OK); /* taken back */
  find(&world, 2, &other);
  ck_assert_int_eq(other.state, LEDGER_APPROVAL_REFUSED);
  ck_assert_int_eq(ledger_approval_next(world.ledger, 0, true, WORLD_NOW, &other), STATUS_NOT_FOUND);
  ck_assert_int_eq(ask(&world, FIRST, "{}"), STATUS_OK); /* a new one */
  find(&world, 3, &other);
  world_close(&world);
}
END_TEST

START_TEST(lapses) {
  struct world world;
  struct ledger_approval approval, next;
  const int64_t last = WORLD_NOW + LEDGER_APPROVAL_SECONDS;
  world_open(&world);
  ck_assert_int_eq(ask(&world, FIRST, "{}"), STATUS_OK);
  find(&world, 1, &approval);
  ck_assert(!ledger_approval_lapsed(&approval, last));
  ck_assert_int_eq(ledger_approval_next(world.ledger, 0, true, last, &next), STATUS_OK);
  ck_assert(ledger_approval_lapsed(&approval, last + 1));
  ck_assert_int_eq(ledger_approval_next(world.ledger, 0, true, last + 1, &next), STATUS_NOT_FOUND);
  ck_assert_int_eq(decide(&world, &approval, SECOND, true, last + 1), STATUS_APPROVAL_ENDED);
  ck_assert_int_eq(decide(&world, &approval, SECOND, true, last), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(lapses_with_whoever_asked) {
  struct world world;
  struct ledger_approval approval, next;
  world_open(&world);
  ck_assert_int_eq(ask(&world, FIRST, "{}"), STATUS_OK);
  ck_assert_int_eq(ask(&world, SECOND, "{}"), STATUS_OK);
  find(&world, 1, &approval);
  ck_assert(!ledger_approval_lapsed(&approval, WORLD_NOW));
  ck_assert_int_eq(world_do(&world, act_revoke, FIRST), STATUS_OK);
  ck_assert_int_eq(decide(&world, &approval, SECOND, true, WORLD_NOW), STATUS_APPROVAL_ENDED);
  find(&world, 1, &approval);
  ck_assert(approval.state == LEDGER_APPROVAL_WAITS && ledger_approval_lapsed(&approval, WORLD_NOW));
  ck_assert_int_eq(ledger_approval_next(world.ledger, 0, true, WORLD_NOW, &next), STATUS_OK);
  ck_assert_int_eq(next.number, 2); /* what the other one asked for waits as before */
  world_close(&world);
}
END_TEST

START_TEST(the_schema_keeps_it) {
  static const char *const tampers[] = {
      "UPDATE approval SET body = '[]'",
      "UPDATE approval SET asked_by = asked_by + 1",
      "DELETE FROM approval",
      "UPDATE approval SET state = 2",
      "UPDATE approval SET state = 2, decided_by = asked_by",
      "INSERT INTO approval SELECT 7, type, body, hash, asked_by, asked_at, 2, asked_by + 1, 1 FROM approval",
      "UPDATE approval_rule SET needed = 1",
      "UPDATE approval_rule SET needed = 1, approval = 1",
      "DELETE FROM approval_rule",
  };
  struct world world;
  int64_t needed = 0;
  world_open(&world);
  ck_assert_int_eq(ledger_approvals_needed(world.ledger, &needed), STATUS_OK);
  ck_assert_int_eq(needed, 1);
  ck_assert_int_eq(ask(&world, FIRST, "{}"), STATUS_OK);
  ck_assert_int_eq(world_tamper(&world, "UPDATE approval_rule SET needed = 2"), PLACE_DONE);
  for (size_t i = 0; i < sizeof tampers / sizeof tampers[0]; i++)
    ck_assert_msg(world_tamper(&world, tampers[i]) == PLACE_REFUSED, "%s", tampers[i]);
  ck_assert_int_eq(ledger_approvals_needed(world.ledger, &needed), STATUS_OK);
  ck_assert_int_eq(needed, 2);
  world_close(&world);
}
END_TEST

static enum status change_step(struct ledger *ledger, const void *what) {
  const int64_t *numbers = what;
  return ledger_approvals_change(ledger, numbers[0], numbers[1]);
}

static enum status change(struct world *world, int64_t needed, int64_t approval) {
  const int64_t numbers[] = {needed, approval};
  return world_do(world, change_step, numbers);
}

/* The number of one that asked for that, and was given. */
static int64_t given(struct world *world, const char *type, const char *body) {
  const struct ledger_approval_asking asking = {
      .tid = (const uint8_t *)FIRST, .type = type, .body = body, .now = WORLD_NOW};
  struct ledger_approval approval;
  int64_t number = 0;
  ck_assert_int_eq(world_do(world, ask_step, &asking), STATUS_OK);
  while (ledger_approval_next(world->ledger, number, false, WORLD_NOW, &approval) == STATUS_OK)
    number = approval.number;
  find(world, number, &approval);
  ck_assert_int_eq(decide(world, &approval, SECOND, true, WORLD_NOW), STATUS_OK);
  return number;
}

/* Whoever goes round the server is asked by the schema which approval it was: of this, given, and not used before. */
START_TEST(two_become_one_by_an_approval_alone) {
  struct world world;
  int64_t needed = 0;
  world_open(&world);
  int64_t other = given(&world, "limit", "{\"needed\":1}"), up = given(&world, "approval-rule", "{\"needed\":2}");
  ck_assert_int_eq(change(&world, 2, up), STATUS_OK);
  ck_assert(change(&world, 1, up) != STATUS_OK);
  ck_assert(change(&world, 1, other) != STATUS_OK);
  ck_assert(change(&world, 1, 99) != STATUS_OK);
  ck_assert_int_eq(ledger_approvals_needed(world.ledger, &needed), STATUS_OK);
  ck_assert_int_eq(needed, 2);
  int64_t down = given(&world, "approval-rule", "{\"needed\":1}");
  ck_assert_int_eq(change(&world, 1, down), STATUS_OK);
  up = given(&world, "approval-rule", "{\"needed\":2}");
  ck_assert_int_eq(change(&world, 2, up), STATUS_OK);
  ck_assert(change(&world, 1, down) != STATUS_OK); /* used up */
  ck_assert_int_eq(ledger_approvals_needed(world.ledger, &needed), STATUS_OK);
  ck_assert_int_eq(needed, 2);
  world_close(&world);
}
END_TEST

Suite *approval_suite(void) {
  Suite *suite = suite_create("approval");
  TCase *tests = tcase_create("two administrators");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, waits_as_it_was_asked_for);
  tcase_add_test(tests, is_given_once_by_another);
  tcase_add_test(tests, lapses);
  tcase_add_test(tests, lapses_with_whoever_asked);
  tcase_add_test(tests, the_schema_keeps_it);
  tcase_add_test(tests, two_become_one_by_an_approval_alone);
  suite_add_tcase(suite, tests);
  return suite;
}
