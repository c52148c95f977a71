/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/terminal/. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      backend_suite,     codes_suite,  count_suite,       journal_suite, terminal_suite,    reader_choose_suite,
      reader_pcsc_suite, reader_suite, reader_wait_suite, renewal_suite, tender_hand_suite, tender_simulator_suite,
      tender_zvt_suite,  trace_suite,
  };
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
