/* SPDX-License-Identifier: Apache-2.0
 * Runs the ledger's suites. */
#include "run.h"
#include "suites.h"
#include "world.h"

int main(void) {
  static Suite *(*const suites[])(void) = {
      store_suite,      merchant_suite, terminal_suite, card_suite,      purchase_suite, points_suite,  load_suite,
      chain_suite,      confirm_suite,  bounds_suite,   audit_suite,     random_suite,   crash_suite,   backup_suite,
      restore_suite,    pending_suite,  watch_suite,    group_suite,     limit_suite,    renew_suite,   replace_suite,
      settlement_suite, servers_suite,  inquire_suite,  reference_suite, refund_suite,   offline_suite, deny_suite,
      mixed_suite,      payout_suite,   approval_suite, doubt_suite,     deposit_suite,  beside_suite,  layer_suite,
      announced_suite,  forgotten_suite};
  world_pattern_make();
  int code = run_suites(suites, sizeof suites / sizeof suites[0]);
  world_pattern_remove();
  return code;
}
