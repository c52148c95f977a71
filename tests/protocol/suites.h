/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file of src/protocol. */
#ifndef EPURSE_TESTS_PROTOCOL_SUITES_H
#define EPURSE_TESTS_PROTOCOL_SUITES_H

#include <check.h>

Suite *amount_suite(void);
Suite *apdu_suite(void);
Suite *bytes_suite(void);
Suite *certificate_suite(void);
Suite *cid_suite(void);
Suite *command_suite(void);
Suite *currency_suite(void);
Suite *fault_suite(void);
Suite *iban_suite(void);
Suite *moment_suite(void);
Suite *pin_block_suite(void);
Suite *receipt_suite(void);
Suite *receipt_text_suite(void);
Suite *receipt_verify_suite(void);
Suite *record_suite(void);
Suite *scp03_suite(void);
Suite *scp11_suite(void);
Suite *securemsg_suite(void);
Suite *sizes_suite(void);
Suite *status_suite(void);
Suite *tlv_suite(void);
Suite *transaction_suite(void);
Suite *utf8_suite(void);

/* Defines a suite of one case out of the tests named. */
#define SUITE_OF(name, ...)                                                                                            \
  Suite *name##_suite(void) {                                                                                          \
    const TTest *const tests[] = {__VA_ARGS__};                                                                        \
    Suite *suite = suite_create(#name);                                                                                \
    TCase *all = tcase_create(#name);                                                                                  \
    tcase_set_timeout(all, 240);                                                                                       \
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)                                                        \
      tcase_add_test(all, tests[i]);                                                                                   \
    suite_add_tcase(suite, all);                                                                                       \
    return suite;                                                                                                      \
  }

#endif
