/* SPDX-License-Identifier: Apache-2.0
 * Corrupt parties against the real server and the real card application. A test's name says what they gain. */
#include "attack.h"

#include <stdlib.h>
#include <unistd.h>

#include "flow_world.h"
#include "run.h"

static Suite *attack_suite(void) {
  Suite *suite = suite_create("attack");
  TCase *tests = tcase_create("attack");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  attack_card_tests(tests);
  attack_channel_tests(tests);
  attack_copy_tests(tests);
  attack_terminal_tests(tests);
  attack_issuer_tests(tests);
  attack_pin_tests(tests);
  attack_defect_tests(tests);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {attack_suite};
  if (access("/dev/shm", W_OK) == 0)
    (void)!setenv("TMPDIR", "/dev/shm", 0);
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
