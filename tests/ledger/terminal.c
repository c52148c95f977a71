/* SPDX-License-Identifier: Apache-2.0
 * Terminals: added, renewed, revoked, and each of their messages taken once. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_terminal.h"
#include "suites.h"
#include "world.h"

static enum status act_add(struct ledger *ledger, const void *what) {
  return ledger_terminal_add(ledger, what);
}

static enum status act_renew(struct ledger *ledger, const void *what) {
  return ledger_terminal_renew(ledger, what);
}

static enum status act_accept(struct ledger *ledger, const void *what) {
  const uint64_t *seq = what;
  return ledger_terminal_accept(ledger, (const uint8_t *)POS, *seq);
}

static enum status accept_seq(struct world *world, uint64_t seq) {
  return world_do(world, act_accept, &seq);
}

START_TEST(adds_and_finds) {
  struct world world;
  struct ledger_terminal terminal, found;
  world_open(&world);
  world_terminal(&terminal, "NEW00001", ROLE_ADMIN, "SHOP");
  terminal.sig_public[64] = 0xAB;
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_OK);
  ck_assert_int_eq(ledger_terminal_find(world.ledger, terminal.tid, &found), STATUS_OK);
  ck_assert_mem_eq(found.sig_public, terminal.sig_public, sizeof found.sig_public);
  ck_assert_mem_eq(found.ecka_public, terminal.ecka_public, sizeof found.ecka_public);
  ck_assert_mem_eq(found.expiry, terminal.expiry, sizeof found.expiry);
  ck_assert_uint_eq(found.role, ROLE_ADMIN);
  ck_assert_str_eq(found.merchant, "SHOP");
  ck_assert(!found.revoked);
  ck_assert_int_eq(ledger_terminal_find(world.ledger, (const uint8_t *)"NEW00002", &found), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

/* Its answer may have been lost: whoever asks again is told the same, and with anything else that the name is taken. */
START_TEST(is_added_once) {
  struct world world;
  struct ledger_terminal terminal, other[5];
  world_open(&world);
  world_terminal(&terminal, "NEW00001", ROLE_RELOAD, "SHOP");
  for (size_t i = 0; i < 5; i++)
    other[i] = terminal;
  other[0].role = ROLE_POS;
  memcpy(other[1].merchant, "OTHER", sizeof "OTHER");
  other[2].ecka_public[64] ^= 1;
  other[3].sig_public[64] ^= 1;
  other[4].expiry[0] ^= 1;
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_OK);
  for (size_t i = 0; i < 5; i++)
    ck_assert_int_eq(world_do(&world, act_add, &other[i]), STATUS_EXISTS);
  ck_assert_int_eq(world_do(&world, act_revoke, "NEW00001"), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_EXISTS);
  world_close(&world);
}
END_TEST

START_TEST(refuses_wrong_ones) {
  struct world world;
  struct ledger_terminal terminal;
  world_open(&world);
  world_terminal(&terminal, "NEW00001", ROLE_POS, "NOBODY");
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_NOT_FOUND);
  world_terminal(&terminal, "NEW 0001", ROLE_POS, "SHOP");
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_BAD_FORMAT);
  world_terminal(&terminal, "NEW00001", ROLE_SERVER, "SHOP");
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_BAD_FORMAT);
  world_terminal(&terminal, "NEW00001", ROLE_POS, "SHOP");
  terminal.expiry[2] = 0x13;
  ck_assert_int_eq(world_do(&world, act_add, &terminal), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

START_TEST(renews_until_revoked) {
  struct world world;
  struct ledger_terminal terminal, found;
  world_open(&world);
  ck_assert_int_eq(accept_seq(&world, 7), STATUS_OK);
  world_terminal(&terminal, POS, ROLE_POS, "SHOP");
  memset(terminal.sig_public, 0x99, sizeof terminal.sig_public);
  ck_assert_int_eq(world_do(&world, act_renew, &terminal), STATUS_OK);
  ck_assert_int_eq(ledger_terminal_find(world.ledger, terminal.tid, &found), STATUS_OK);
  ck_assert_mem_eq(found.sig_public, terminal.sig_public, sizeof found.sig_public);
  ck_assert_uint_eq(found.last_seq, 7); /* its numbers go on */
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_renew, &terminal), STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(accept_seq(&world, 8), STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(ledger_terminal_find(world.ledger, terminal.tid, &found), STATUS_OK);
  ck_assert(found.revoked);
  ck_assert_int_eq(world_do(&world, act_revoke, "NOBODY01"), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(takes_each_number_once) {
  static const struct {
    uint64_t seq;
    enum status status;
  } messages[] = {{0, STATUS_BAD_FORMAT},
                  {1, STATUS_OK},
                  {1, STATUS_REPLAYED},
                  {3, STATUS_OK},
                  {2, STATUS_OK}, /* overtaken on the way */
                  {2, STATUS_REPLAYED},
                  {3, STATUS_REPLAYED},
                  {66, STATUS_OK},
                  {2, STATUS_REPLAYED}, /* left of the window */
                  {3, STATUS_REPLAYED}, /* its last bit */
                  {4, STATUS_OK},
                  {4, STATUS_REPLAYED},
                  {1000, STATUS_OK},
                  {937, STATUS_OK},
                  {936, STATUS_REPLAYED},
                  {66, STATUS_REPLAYED},
                  {INT64_MAX, STATUS_OK},
                  {INT64_MAX, STATUS_REPLAYED},
                  {(uint64_t)INT64_MAX - 63, STATUS_OK},
                  {(uint64_t)INT64_MAX + 1, STATUS_BAD_FORMAT},
                  {UINT64_MAX, STATUS_BAD_FORMAT}};
  struct world world;
  world_open(&world);
  for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
    ck_assert_msg(accept_seq(&world, messages[i].seq) == messages[i].status, "message %zu", i);
    if (i == 7)
      world_reopen(&world); /* the window is in the file */
  }
  world_close(&world);
}
END_TEST

static enum status act_accept_then_fail(struct ledger *ledger, const void *what) {
  enum status status = act_accept(ledger, what);
  return status == STATUS_OK ? STATUS_CRYPTO_FAILED : status;
}

/* A message whose step failed may be sent again. */
START_TEST(gives_number_back_on_rollback) {
  struct world world;
  const uint64_t seq = 5;
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_accept_then_fail, &seq), STATUS_CRYPTO_FAILED);
  ck_assert_int_eq(accept_seq(&world, seq), STATUS_OK);
  ck_assert_int_eq(accept_seq(&world, seq), STATUS_REPLAYED);
  world_close(&world);
}
END_TEST

/* By the key that all terminals of the world have. */
static enum status act_check(struct ledger *ledger, const void *what) {
  struct ledger_terminal any;
  world_terminal(&any, what, ROLE_POS, "SHOP");
  return ledger_terminal_check(ledger, what, any.sig_public);
}

static enum status act_hear(struct ledger *ledger, const void *what) {
  const uint64_t *seq = what;
  return ledger_terminal_hear(ledger, (const uint8_t *)POS, *seq);
}

static enum status act_hear_nobody(struct ledger *ledger, const void *what) {
  (void)what;
  return ledger_terminal_hear(ledger, (const uint8_t *)"NOBODY01", 1);
}

static void assert_last(struct world *world, uint64_t last, uint64_t unheard) {
  struct ledger_terminal found;
  ck_assert_int_eq(ledger_terminal_find(world->ledger, (const uint8_t *)POS, &found), STATUS_OK);
  ck_assert_uint_eq(found.last_seq, last);
  ck_assert(ledger_terminal_is_unheard(&found, unheard));
  ck_assert(unheard == 1 || !ledger_terminal_is_unheard(&found, unheard - 1));
  ck_assert(last == 0 || !ledger_terminal_is_unheard(&found, last));
}

/* Payments take no number: the highest is noted, none is refused, and those that are taken count on from there. */
START_TEST(hears_of_payments) {
  const uint64_t first = WORLD_NOW * UINT64_C(1000), later = first + 600000;
  const uint64_t numbers[] = {first, first, first - 70, 1};
  struct world world;
  world_open(&world);
  assert_last(&world, 0, 1);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    ck_assert_int_eq(world_do(&world, act_hear, &numbers[i]), STATUS_OK);
    assert_last(&world, first, later);
  }
  ck_assert_int_eq(accept_seq(&world, first), STATUS_REPLAYED);
  ck_assert_int_eq(accept_seq(&world, first - 63), STATUS_OK);
  ck_assert_int_eq(accept_seq(&world, first - 64), STATUS_REPLAYED);
  ck_assert_int_eq(accept_seq(&world, first + 1), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_hear, &later), STATUS_OK);
  assert_last(&world, later, later + 600000);
  ck_assert_int_eq(accept_seq(&world, first + 2), STATUS_REPLAYED);
  const uint64_t none = 0, too_high = (uint64_t)INT64_MAX + 1;
  ck_assert_int_eq(world_do(&world, act_hear, &none), STATUS_BAD_FORMAT);
  ck_assert_int_eq(world_do(&world, act_hear, &too_high), STATUS_BAD_FORMAT);
  ck_assert_int_eq(world_do(&world, act_hear_nobody, NULL), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

/* r may be brought by one that was revoked, and it was heard of then. */
START_TEST(checks_who_may_send) {
  const uint64_t seq = 5;
  struct world world;
  struct ledger_terminal renewed;
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_check, POS), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_check, "NOBODY01"), STATUS_NOT_FOUND);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_check, POS), STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(world_do(&world, act_check, OTHER_POS), STATUS_OK);
  world_terminal(&renewed, OTHER_POS, ROLE_POS, "SHOP");
  renewed.sig_public[64] ^= 1;
  ck_assert_int_eq(world_do(&world, act_renew, &renewed), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_check, OTHER_POS), STATUS_NOT_AUTHENTICATED);
  ck_assert_int_eq(world_do(&world, act_hear, &seq), STATUS_OK);
  assert_last(&world, seq, seq + 600000);
  world_close(&world);
}
END_TEST

START_TEST(lists_in_pages) {
  struct world world;
  struct ledger_terminal terminals[3];
  size_t count = 0;
  world_open(&world);
  ck_assert_int_eq(ledger_terminal_list(world.ledger, NULL, terminals, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  ck_assert_mem_eq(terminals[0].tid, DESK, TID_SIZE);
  ck_assert_mem_eq(terminals[2].tid, OTHER_RELOAD, TID_SIZE);
  ck_assert_int_eq(ledger_terminal_list(world.ledger, terminals[2].tid, terminals, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_mem_eq(terminals[1].tid, OTHER_POS, TID_SIZE);
  world_close(&world);
}
END_TEST

Suite *terminal_suite(void) {
  Suite *suite = suite_create("terminal");
  TCase *tests = tcase_create("terminals");
  tcase_add_test(tests, adds_and_finds);
  tcase_add_test(tests, is_added_once);
  tcase_add_test(tests, refuses_wrong_ones);
  tcase_add_test(tests, renews_until_revoked);
  tcase_add_test(tests, takes_each_number_once);
  tcase_add_test(tests, gives_number_back_on_rollback);
  tcase_add_test(tests, hears_of_payments);
  tcase_add_test(tests, checks_who_may_send);
  tcase_add_test(tests, lists_in_pages);
  suite_add_tcase(suite, tests);
  return suite;
}
