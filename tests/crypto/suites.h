/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file of src/crypto. */
#ifndef EPURSE_TESTS_CRYPTO_SUITES_H
#define EPURSE_TESTS_CRYPTO_SUITES_H

#include <check.h>

Suite *aes_suite(void);
Suite *digest_suite(void);
Suite *p256_suite(void);
Suite *p256_key_suite(void);
Suite *secret_suite(void);
Suite *tally_suite(void);

#endif
