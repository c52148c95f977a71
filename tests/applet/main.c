/* SPDX-License-Identifier: Apache-2.0
 * Runs the C card's suites against the applet. Its argument is the command that starts the bridge. */
#include "run.h"

#include <stdlib.h>

#include "card/suites.h"

#include "card.h"

int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {
      select_suite, channel_suite, roll_suite,   perso_suite,  pin_suite, promise_suite,   purse_suite,
      no_pin_suite, offline_suite, refund_suite, payout_suite, log_suite, lifecycle_suite, tear_suite,
  };
  if (argc != 2)
    return EXIT_FAILURE;
  applet_start(argv[1]);
  int code = run_suites(suites, sizeof suites / sizeof *suites);
  applet_stop();
  return code;
}
