/* SPDX-License-Identifier: Apache-2.0
 * The suites about what is left of secrets, a file each. */
#ifndef EPURSE_TESTS_SYSTEM_SECRETS_H
#define EPURSE_TESTS_SYSTEM_SECRETS_H

#include <check.h>

Suite *secrets_frames_suite(void);
Suite *secrets_session_suite(void);
Suite *secrets_terminal_suite(void);

#endif
