/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/protocol. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      amount_suite,       apdu_suite,           bytes_suite,  certificate_suite, cid_suite,       command_suite,
      currency_suite,     fault_suite,          iban_suite,   moment_suite,      pin_block_suite, receipt_suite,
      receipt_text_suite, receipt_verify_suite, record_suite, scp03_suite,       scp11_suite,     securemsg_suite,
      sizes_suite,        status_suite,         tlv_suite,    transaction_suite, utf8_suite,
  };
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
