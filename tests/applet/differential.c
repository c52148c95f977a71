/* SPDX-License-Identifier: Apache-2.0
 * Runs the card core's suites, and commands at random, on both cards at once. APPLET_RUNTIME starts the applet's
 * runtime. */
#include "run.h"

#include "card/suites.h"

Suite *wild_suite(void);

int main(void) {
  static Suite *(*const suites[])(void) = {
      wild_suite,    card_suite,  select_suite, channel_suite, known_suite,  roll_suite,   perso_suite, pin_suite,
      promise_suite, purse_suite, no_pin_suite, offline_suite, refund_suite, payout_suite, log_suite,   lifecycle_suite,
  };
  return run_suites(suites, sizeof suites / sizeof *suites);
}
