/* SPDX-License-Identifier: Apache-2.0
 * The suites of tests/config, one for each file. */
#ifndef EPURSE_TESTS_CONFIG_SUITES_H
#define EPURSE_TESTS_CONFIG_SUITES_H

#include <check.h>

Suite *settings_suite(void);

#endif
