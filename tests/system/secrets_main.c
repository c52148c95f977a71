/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of what is left of secrets in memory. */
#include <sys/prctl.h>

#include "epurse/secret.h"
#include "run.h"
#include "secrets.h"

/* As every program begins; but its memory can be looked at. */
int main(void) {
  static Suite *(*const suites[])(void) = {secrets_frames_suite, secrets_session_suite, secrets_terminal_suite};
  process_harden();
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
    return 1;
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
