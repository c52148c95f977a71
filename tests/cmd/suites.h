/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder. */
#ifndef EPURSE_TESTS_CMD_SUITES_H
#define EPURSE_TESTS_CMD_SUITES_H

#include <check.h>

Suite *answer_suite(void);
Suite *batch_file_suite(void);
Suite *batch_list_suite(void);
Suite *option_suite(void);
Suite *pain_id_suite(void);
Suite *preparation_suite(void);
Suite *reply_sum_suite(void);
Suite *sepa_text_suite(void);

#endif
