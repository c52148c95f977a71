/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file of src/register/. */
#ifndef EPURSE_TESTS_REGISTER_SUITES_H
#define EPURSE_TESTS_REGISTER_SUITES_H

#include <check.h>

Suite *page_words_suite(void);
Suite *zvt_book_suite(void);
Suite *zvt_code_suite(void);

#endif
