/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/crypto. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {aes_suite,      digest_suite, p256_suite,
                                           p256_key_suite, secret_suite, tally_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
