/* SPDX-License-Identifier: Apache-2.0
 * The terminal's flows with the real server and a real card application: what section 7 of the design promises, counted
 * in cents on both sides. */
#include "flow.h"
#include "flow_world.h"
#include "run.h"

static Suite *flow_suite(void) {
  Suite *suite = suite_create("flow");
  TCase *tests = tcase_create("flow");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  flow_plain_tests(tests);
  flow_desk_tests(tests);
  flow_pin_tests(tests);
  flow_bank_tests(tests);
  flow_tear_tests(tests);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {flow_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
