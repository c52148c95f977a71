/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/cmd. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {answer_suite,  batch_file_suite,  batch_list_suite, option_suite,
                                           pain_id_suite, preparation_suite, reply_sum_suite,  sepa_text_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
