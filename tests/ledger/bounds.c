/* SPDX-License-Identifier: Apache-2.0
 * What the database itself refuses, whoever asks: another program on the file while the ledger is closed. */
#include <stdio.h>

#include "suites.h"
#include "world.h"

/* Card 1: 5000 loaded (transaction 1), 1000 paid (2), 200 in hold (3). Merchants: 1 SHOP, 2 KIOSK, 3 BANK. */
static void open_used(struct world *world) {
  struct purse purse;
  struct ask ask;
  world_open(world);
  world_issue(world, 1, &purse);
  world_complete(world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, &purse, TRANSACTION_PURCHASE, 1000, OTHER_POS);
  world_authorise(world, &purse, TRANSACTION_PURCHASE, 200, OTHER_POS, &ask);
}

#define POST(transition, debit, credit, amount)                                                                        \
  "INSERT INTO posting VALUES ((1 << 32) | 3, " #transition ", " #debit ", " #credit ", " #amount ", 0)"

START_TEST(refuses) {
  static const char *const attempts[] = {
      /* balances leave their bounds */
      POST(2, 17, -36, 3801),  /* the card falls below zero */
      POST(2, -53, 17, 46201), /* the card rises above its ceiling */
      POST(2, 18, 17, 201),    /* the hold falls below zero */
      POST(2, 19, 17, 1),      /* nothing is owed */
      POST(2, -36, 17, 1001),  /* the merchant falls below zero */
      POST(2, 24, -10, 1),     /* no points are there */
      "UPDATE account SET balance = -1 WHERE id = 17",
      "UPDATE account SET balance = 50001 WHERE id = 17",
      /* postings that are none */
      POST(2, 18, -36, 0),
      POST(2, 18, -36, -5),
      POST(2, 18, 18, 5),
      POST(2, -10, 17, 5),                                            /* points become money */
      POST(2, 18, -4711, 5),                                          /* no such account */
      POST(9, 18, -36, 5),                                            /* no such transition */
      POST(1, 17, 18, 1),                                             /* this transition was booked */
      "INSERT INTO posting VALUES ((7 << 32) | 3, 2, 18, -36, 5, 0)", /* no such transaction */
      "INSERT OR REPLACE INTO posting VALUES ((1 << 32) | 3, 1, 17, 18, 1, 0)",
      /* append only */
      "UPDATE posting SET amount = 1",
      "DELETE FROM posting WHERE transition = 2",
      "DELETE FROM booking",
      "UPDATE booking SET amount = 1 WHERE id = (1 << 32) | 3",
      "UPDATE booking SET authorisation = x'00'",
      "UPDATE booking SET state = 1, secret = NULL WHERE id = (1 << 32) | 2", /* captured is captured */
      "UPDATE booking SET state = 3, secret = NULL WHERE id = (1 << 32) | 2",
      "UPDATE booking SET state = 2 WHERE id = (1 << 32) | 3", /* captured without proof */
      ("INSERT INTO booking SELECT (1 << 32) | 9, 2, type, amount, points, terminal, merchant, tender, reference, "
       "reason, hash, commitment, promise, authorisation, secret, 0, 0, NULL, 0 FROM booking WHERE state = 2 LIMIT 1"),
      "DELETE FROM incident",
      "UPDATE incident SET at = 0",
      /* cards go one way */
      "UPDATE card SET state = 1",
      "UPDATE card SET state = 4",
      "DELETE FROM card",
      "INSERT INTO card (id, state, chip_serial, reserved_at) SELECT 40, 1, chip_serial, 0 FROM card WHERE id = 1",
  };
  struct world world;
  open_used(&world);
  char sql[1024];
  ck_assert_uint_eq((unsigned)_i < sizeof attempts / sizeof attempts[0], 1);
  ck_assert_int_eq(
      world_tamper(&world, "INSERT INTO incident (kind, card, atc, evidence, at) VALUES (3, 1, 1, x'', 5)"),
      PLACE_DONE);
  (void)snprintf(sql, sizeof sql, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; %s", attempts[_i]);
  ck_assert_msg(world_tamper(&world, sql) == PLACE_REFUSED, "%s", attempts[_i]);
  world_close(&world);
}
END_TEST
#define ATTEMPTS 32

START_TEST(has_the_bounds_it_should) {
  static const char *const fine[] = {POST(2, 18, -36, 200), POST(2, -53, 17, 46200), POST(2, 17, -36, 3800)};
  struct world world;
  open_used(&world);
  ck_assert_int_eq(world_tamper(&world, fine[_i]), PLACE_DONE); /* so the refusals above have their own reason */
  world_discard(&world);
}
END_TEST

Suite *bounds_suite(void) {
  Suite *suite = suite_create("bounds");
  TCase *tests = tcase_create("database");
  tcase_add_loop_test(tests, refuses, 0, ATTEMPTS);
  tcase_add_loop_test(tests, has_the_bounds_it_should, 0, 3);
  suite_add_tcase(suite, tests);
  return suite;
}
