/* SPDX-License-Identifier: Apache-2.0
 * The suites of src/print/. */
#ifndef EPURSE_TESTS_PRINT_SUITES_H
#define EPURSE_TESTS_PRINT_SUITES_H

#include <check.h>

Suite *document_suite(void);
Suite *escpos_suite(void);
Suite *printer_suite(void);
Suite *receipt_suite(void);

#endif
