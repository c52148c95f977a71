/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/config. */
#include "run.h"
#include "suites.h"

int main(void) {
  Suite *(*const suites[])(void) = {settings_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
