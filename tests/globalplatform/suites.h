/* SPDX-License-Identifier: Apache-2.0
 * The suites of src/globalplatform. */
#ifndef EPURSE_TESTS_GLOBALPLATFORM_SUITES_H
#define EPURSE_TESTS_GLOBALPLATFORM_SUITES_H

#include <check.h>

Suite *cap_suite(void);
Suite *domain_channel_suite(void);
Suite *domain_keys_suite(void);

#endif
