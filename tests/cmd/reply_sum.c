/* SPDX-License-Identifier: Apache-2.0
 * Sums over what a back-end says, which may lie. */
#include "cmd/admin/reply_sum.h"

#include <limits.h>

#include "suites.h"

START_TEST(adds_up) {
  const json_int_t addends[] = {5, -7, LLONG_MAX, -5};
  json_int_t sum = 7;
  ck_assert(!reply_sum(&sum, addends, 3)); /* on the way, too */
  ck_assert_int_eq(sum, 7);
  ck_assert(reply_sum(&sum, addends, 2));
  ck_assert_int_eq(sum, 5);
  ck_assert(reply_sum(&sum, NULL, 0));
  ck_assert_int_eq(sum, 5);
}
END_TEST

START_TEST(never_wraps) {
  static const json_int_t edges[][3] = {{LLONG_MAX, 1, 0},         {LLONG_MAX, LLONG_MAX, 0}, {LLONG_MIN, -1, 0},
                                        {LLONG_MIN, LLONG_MIN, 0}, {LLONG_MAX, 0, 1},         {LLONG_MIN, LLONG_MAX, 1},
                                        {-1, LLONG_MIN, 0},        {0, LLONG_MIN, 1}};
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    json_int_t sum = edges[i][0];
    ck_assert_int_eq(reply_sum(&sum, &edges[i][1], 1), edges[i][2]);
    if (edges[i][2] == 0)
      ck_assert_int_eq(sum, edges[i][0]);
  }
}
END_TEST

Suite *reply_sum_suite(void) {
  Suite *suite = suite_create("reply_sum");
  TCase *tests = tcase_create("reply_sum");
  tcase_add_test(tests, adds_up);
  tcase_add_test(tests, never_wraps);
  suite_add_tcase(suite, tests);
  return suite;
}
