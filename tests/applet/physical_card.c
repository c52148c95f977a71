/* SPDX-License-Identifier: Apache-2.0
 * Runs the core's suites on the card in a reader: those of which nearly all tests ask the card, and not its memory. */
#include "run.h"

#include "card/suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      select_suite, channel_suite, roll_suite,   perso_suite,  pin_suite, promise_suite,   purse_suite,
      no_pin_suite, offline_suite, refund_suite, payout_suite, log_suite, lifecycle_suite,
  };
  return run_suites(suites, sizeof suites / sizeof *suites);
}
