/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file of src/terminal/. */
#ifndef EPURSE_TESTS_TERMINAL_SUITES_H
#define EPURSE_TESTS_TERMINAL_SUITES_H

#include <check.h>

Suite *backend_suite(void);
Suite *codes_suite(void);
Suite *count_suite(void);
Suite *journal_suite(void);
Suite *reader_choose_suite(void);
Suite *reader_pcsc_suite(void);
Suite *reader_suite(void);
Suite *reader_wait_suite(void);
Suite *renewal_suite(void);
Suite *tender_hand_suite(void);
Suite *tender_simulator_suite(void);
Suite *tender_zvt_suite(void);
Suite *terminal_suite(void);
Suite *trace_suite(void);

#endif
