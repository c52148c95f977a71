/* SPDX-License-Identifier: Apache-2.0
 * The suites of tests/keys, one for each file. */
#ifndef EPURSE_TESTS_KEYS_SUITES_H
#define EPURSE_TESTS_KEYS_SUITES_H

#include <check.h>

Suite *key_suite(void);
Suite *keyfile_suite(void);
Suite *pkcs8_suite(void);
Suite *prompt_suite(void);
Suite *secret_suite(void);
Suite *x509_suite(void);

#endif
