/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/keys. */
#include "run.h"
#include "suites.h"

int main(void) {
  Suite *(*const suites[])(void) = {key_suite, keyfile_suite, pkcs8_suite, prompt_suite, secret_suite, x509_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
