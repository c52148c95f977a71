/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/register/. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {zvt_book_suite, zvt_code_suite, page_words_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
