/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard. */
#include "run.h"
#include "suites.h"

int main(void) {
  Suite *(*const suites[])(void) = {card_file_suite, fresh_suite,         vcard_suite,
                                    tally_suite,     reader_direct_suite, vpcd_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
