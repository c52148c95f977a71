/* SPDX-License-Identifier: Apache-2.0
 * The till's outcomes in ZVT's numbers: the register hears of a payment as everybody else does. */
#include "register/zvt_state.h"
#include "suites.h"

START_TEST(what_is_done_is_told_as_done) {
  for (int status = 0; status < STATUS_COUNT; status++) {
    struct till_result result = {.kind = TILL_SALE, .status = (enum status)status};
    ck_assert_msg((code_of(&result) == ZVT_OK) == till_is_done(&result), "%s", status_name(result.status));
    result.held = true;
    ck_assert_msg(code_of(&result) != ZVT_OK, "%s", status_name(result.status));
  }
}
END_TEST

Suite *zvt_code_suite(void) {
  Suite *suite = suite_create("zvt_code");
  TCase *tests = tcase_create("zvt_code");
  tcase_add_test(tests, what_is_done_is_told_as_done);
  suite_add_tcase(suite, tests);
  return suite;
}
