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

#define MOVE(account, amount) "INSERT INTO movement VALUES (" #account ", " #amount ")"
#define PURSE(change)         "UPDATE card_counters SET " change " WHERE id = 1"
#define TRANSFER(debit, credit, amount)                                                                                \
  "INSERT INTO transfer VALUES (99, 1, 1, " #debit ", " #credit ", " #amount ", 0)"

START_TEST(refuses) {
  static const char *const attempts[] = {
      /* balances leave their bounds */
      PURSE("balance = balance - 3801"),  /* the card falls below zero */
      PURSE("balance = balance + 46201"), /* the card rises above its ceiling */
      PURSE("held = held - 201"),         /* the hold falls below zero */
      MOVE(19, -1),                       /* nothing is owed */
      MOVE(-36, -1001),                   /* the merchant falls below zero */
      PURSE("points = points - 1"),       /* no points are there */
      PURSE("points_held = points_held - 1"),
      TRANSFER(17, 19, 3801),
      TRANSFER(24, -10, 1),
      /* movements that are none */
      TRANSFER(17, 19, 0),
      TRANSFER(17, 19, -5),
      TRANSFER(19, 19, 5),
      TRANSFER(-10, 19, 5),   /* points become money */
      TRANSFER(17, -4711, 5), /* no such account */
      TRANSFER(49, 19, 5),    /* no such card */
      MOVE(-4711, 5),         /* no such account */
      MOVE(17, 5),            /* it lies with the card */
      "INSERT INTO account VALUES (17, 0, 0, 50000)",
      /* append only */
      "DELETE FROM booking",
      "UPDATE booking SET amount = 1 WHERE id = (1 << 32) | 3",
      "UPDATE booking SET authorisation = x'00'",
      "UPDATE booking SET state = 1, secret = NULL WHERE id = (1 << 32) | 2", /* captured is captured */
      "UPDATE booking SET state = 3, secret = NULL WHERE id = (1 << 32) | 2",
      "UPDATE booking SET state = 2 WHERE id = (1 << 32) | 3", /* captured without proof */
      ("INSERT INTO booking SELECT (1 << 32) | 9, 2, type, amount, points, terminal, merchant, tender, reference, "
       "reason, hash, promise, authorisation, secret, 0, 0, NULL, 0 FROM booking WHERE state = 2 LIMIT 1"),
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
#define ATTEMPTS 31

START_TEST(has_the_bounds_it_should) {
  static const char *const fine[] = {PURSE("held = held - 200"), PURSE("balance = balance + 46200"),
                                     PURSE("balance = balance - 3800"), TRANSFER(17, 19, 3800), MOVE(-53, -1)};
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
  tcase_add_loop_test(tests, has_the_bounds_it_should, 0, 5);
  suite_add_tcase(suite, tests);
  return suite;
}
