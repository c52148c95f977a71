/* SPDX-License-Identifier: Apache-2.0
 * Runs a folder's Check suites and prints TAP. */
#include "run.h"

#include <stdlib.h>

int run_suites(Suite *(*const make[])(void), size_t count) {
  SRunner *runner = srunner_create(NULL);
  for (size_t i = 0; i < count; i++)
    srunner_add_suite(runner, make[i]());
  srunner_set_tap(runner, "-");
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
