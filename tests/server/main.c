/* SPDX-License-Identifier: Apache-2.0
 * Runs the tests of src/server. */
#include "run.h"
#include "suites.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      admin_suite,      backup_suite,  certification_suite, clock_suite,      configuration_suite, confirmation_suite,
      connection_suite, contact_suite, worker_pool_suite,   desk_suite,       envelope_suite,      flood_suite,
      handshake_suite,  http_suite,    inquiry_suite,       keyring_suite,    late_suite,          load_suite,
      log_suite,        metrics_suite, pending_suite,       pin_change_suite, pinstore_suite,      purchase_suite,
      rate_suite,       routes_suite,  settlement_suite,    terminals_suite,  watch_suite,         writer_suite,
      no_pin_suite,     refund_suite,  payout_suite,        offline_suite,    deny_suite,          approval_suite,
      renew_suite,      cost_suite,    again_suite,         replay_suite,     disk_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
