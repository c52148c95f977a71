/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file. */
#ifndef EPURSE_TESTS_CARD_SUITES_H
#define EPURSE_TESTS_CARD_SUITES_H

#include <check.h>

Suite *card_suite(void);
Suite *memory_suite(void);
Suite *select_suite(void);
Suite *channel_suite(void);
Suite *roll_suite(void);
Suite *perso_suite(void);
Suite *pin_suite(void);
Suite *promise_suite(void);
Suite *purse_suite(void);
Suite *cost_suite(void);
Suite *known_suite(void);
Suite *no_pin_suite(void);
Suite *offline_suite(void);
Suite *refund_suite(void);
Suite *payout_suite(void);
Suite *log_suite(void);
Suite *lifecycle_suite(void);
Suite *tear_suite(void);

/* A suite of one case. */
#define SUITE_OF(name, ...)                                                                                            \
  Suite *name##_suite(void) {                                                                                          \
    const TTest *const tests[] = {__VA_ARGS__};                                                                        \
    Suite *suite = suite_create(#name);                                                                                \
    TCase *tests_of = tcase_create(#name);                                                                             \
    tcase_set_timeout(tests_of, 120);                                                                                  \
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)                                                          \
      tcase_add_test(tests_of, tests[i]);                                                                              \
    suite_add_tcase(suite, tests_of);                                                                                  \
    return suite;                                                                                                      \
  }

#endif
