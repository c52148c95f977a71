/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/globalplatform. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {cap_suite, domain_channel_suite, domain_keys_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
