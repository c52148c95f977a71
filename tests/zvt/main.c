/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/zvt/. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {zvt_field_suite, zvt_frame_suite, zvt_text_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
