/* SPDX-License-Identifier: Apache-2.0
 * Merchants: added once, found, listed. */
#include "epurse/ledger_merchant.h"
#include "suites.h"
#include "world.h"

#include <string.h>

static enum status act_add(struct ledger *ledger, const void *what) {
  return ledger_merchant_add(ledger, what);
}

START_TEST(adds_and_finds) {
  struct world world;
  struct ledger_merchant merchant = {.id = "BAKERY-15-CHARS", .name = "Bäckerei", .points_rate = 10000, .balance = 77};
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_add, &merchant), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_add, &merchant), STATUS_EXISTS);
  memset(&merchant, 0xFF, sizeof merchant);
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "BAKERY-15-CHARS", &merchant), STATUS_OK);
  ck_assert_str_eq(merchant.id, "BAKERY-15-CHARS");
  ck_assert_str_eq(merchant.name, "Bäckerei");
  ck_assert_uint_eq(merchant.points_rate, 10000);
  ck_assert_int_eq(merchant.balance, 0); /* not what the caller wished */
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "bakery", &merchant), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(refuses_names) {
  static const struct ledger_merchant wrong[] = {{.id = "", .name = "x"},
                                                 {.id = "A B", .name = "x"},
                                                 {.id = "A\x7F", .name = "x"},
                                                 {.id = "\xC3\x84", .name = "x"},
                                                 {.id = "A", .name = "x", .points_rate = 10001}};
  struct world world;
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_add, &wrong[_i]), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

START_TEST(lists_in_pages) {
  struct world world;
  struct ledger_merchant merchants[2];
  size_t count = 0;
  world_open(&world);
  ck_assert_int_eq(ledger_merchant_list(world.ledger, NULL, merchants, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(merchants[0].id, "BANK");
  ck_assert_str_eq(merchants[1].id, "KIOSK");
  ck_assert_int_eq(ledger_merchant_list(world.ledger, "KIOSK", merchants, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(merchants[0].id, "SHOP");
  ck_assert_uint_eq(merchants[0].points_rate, 10);
  world_close(&world);
}
END_TEST

Suite *merchant_suite(void) {
  Suite *suite = suite_create("merchant");
  TCase *tests = tcase_create("merchants");
  tcase_add_test(tests, adds_and_finds);
  tcase_add_loop_test(tests, refuses_names, 0, 5);
  tcase_add_test(tests, lists_in_pages);
  suite_add_tcase(suite, tests);
  return suite;
}
