/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/print/. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {document_suite, escpos_suite, receipt_suite, printer_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
