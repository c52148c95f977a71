/* SPDX-License-Identifier: Apache-2.0
 * The ledger's suites, one per file. */
#ifndef TESTS_LEDGER_SUITES_H
#define TESTS_LEDGER_SUITES_H

#include <check.h>

Suite *store_suite(void);
Suite *merchant_suite(void);
Suite *terminal_suite(void);
Suite *card_suite(void);
Suite *purchase_suite(void);
Suite *points_suite(void);
Suite *limit_suite(void);
Suite *load_suite(void);
Suite *pending_suite(void);
Suite *chain_suite(void);
Suite *confirm_suite(void);
Suite *inquire_suite(void);
Suite *bounds_suite(void);
Suite *audit_suite(void);
Suite *random_suite(void);
Suite *crash_suite(void);
Suite *renew_suite(void);
Suite *replace_suite(void);
Suite *settlement_suite(void);
Suite *backup_suite(void);
Suite *restore_suite(void);
Suite *watch_suite(void);
Suite *group_suite(void);
Suite *servers_suite(void);
Suite *reference_suite(void);
Suite *payout_suite(void);
Suite *refund_suite(void);
Suite *announced_suite(void);
Suite *offline_suite(void);
Suite *deny_suite(void);
Suite *deposit_suite(void);
Suite *mixed_suite(void);
Suite *approval_suite(void);
Suite *doubt_suite(void);
Suite *layer_suite(void);
Suite *beside_suite(void);
Suite *forgotten_suite(void);

#endif
