/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/message. */
#include "run.h"
#include "suites.h"

int main(void) {
  Suite *(*const suites[])(void) = {base64url_suite, card_body_suite,        desk_body_suite,    jws_suite,
                                    message_suite,   transaction_body_suite, pin_envelope_suite, offline_body_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
