/* SPDX-License-Identifier: Apache-2.0
 * Secrets: wiped, compared, made. */
#include "epurse/crypto.h"
#include "suites.h"

#include <string.h>

START_TEST(wipe_overwrites_just_that) {
  uint8_t bytes[8];

  memset(bytes, 0xA5, sizeof bytes);
  crypto_wipe(bytes + 2, 4);
  ck_assert_mem_eq(bytes, ((const uint8_t[]){0xA5, 0xA5, 0, 0, 0, 0, 0xA5, 0xA5}), sizeof bytes);
  crypto_wipe(bytes, 0);
  crypto_wipe(NULL, 0);
  ck_assert_uint_eq(bytes[0], 0xA5);
}
END_TEST

START_TEST(equal_sees_every_bit) {
  uint8_t a[16] = {0}, b[16] = {0};

  ck_assert(crypto_equal(a, b, sizeof a));
  for (size_t bit = 0; bit < sizeof a * 8; bit++) {
    b[bit / 8] = (uint8_t)(1U << bit % 8);
    ck_assert(!crypto_equal(a, b, sizeof a));
    ck_assert(crypto_equal(a, b, bit / 8)); /* up to there they are equal */
    b[bit / 8] = 0;
  }
  ck_assert(crypto_equal(NULL, NULL, 0));
}
END_TEST

START_TEST(random_differs_and_stays_in_bounds) {
  uint8_t a[34] = {0}, b[34] = {0};

  ck_assert(crypto_random(a + 1, 32));
  ck_assert(crypto_random(b + 1, 32));
  ck_assert_mem_ne(a, b, sizeof a);
  ck_assert_uint_eq(a[0], 0);
  ck_assert_uint_eq(a[33], 0);
  ck_assert(crypto_random(NULL, 0));
}
END_TEST

Suite *secret_suite(void) {
  Suite *suite = suite_create("secret");
  TCase *tests = tcase_create("secret");

  tcase_add_test(tests, wipe_overwrites_just_that);
  tcase_add_test(tests, equal_sees_every_bit);
  tcase_add_test(tests, random_differs_and_stays_in_bounds);
  suite_add_tcase(suite, tests);
  return suite;
}
