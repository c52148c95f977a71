/* SPDX-License-Identifier: Apache-2.0
 * Runs the suites of src/card. */
#include "run.h"

#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      card_suite,    memory_suite,  select_suite, channel_suite, roll_suite,      perso_suite,
      pin_suite,     promise_suite, purse_suite,  cost_suite,    known_suite,     no_pin_suite,
      offline_suite, refund_suite,  payout_suite, log_suite,     lifecycle_suite, tear_suite,
  };
  return run_suites(suites, sizeof suites / sizeof *suites);
}
