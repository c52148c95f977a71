/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, a file each. */
#ifndef TESTS_SERVER_SUITES_H
#define TESTS_SERVER_SUITES_H

#include <check.h>

Suite *admin_suite(void);
Suite *again_suite(void);
Suite *replay_suite(void);
Suite *backup_suite(void);
Suite *certification_suite(void);
Suite *clock_suite(void);
Suite *configuration_suite(void);
Suite *confirmation_suite(void);
Suite *offline_suite(void);
Suite *deny_suite(void);
Suite *approval_suite(void);
Suite *renew_suite(void);
Suite *connection_suite(void);
Suite *contact_suite(void);
Suite *cost_suite(void);
Suite *worker_pool_suite(void);
Suite *desk_suite(void);
Suite *disk_suite(void);
Suite *envelope_suite(void);
Suite *flood_suite(void);
Suite *handshake_suite(void);
Suite *http_suite(void);
Suite *inquiry_suite(void);
Suite *keyring_suite(void);
Suite *late_suite(void);
Suite *load_suite(void);
Suite *log_suite(void);
Suite *metrics_suite(void);
Suite *no_pin_suite(void);
Suite *pending_suite(void);
Suite *pin_change_suite(void);
Suite *pinstore_suite(void);
Suite *purchase_suite(void);
Suite *rate_suite(void);
Suite *payout_suite(void);
Suite *refund_suite(void);
Suite *routes_suite(void);
Suite *settlement_suite(void);
Suite *terminals_suite(void);
Suite *watch_suite(void);
Suite *writer_suite(void);

#endif
