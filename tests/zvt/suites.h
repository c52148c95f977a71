/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file of src/zvt/. */
#ifndef EPURSE_TESTS_ZVT_SUITES_H
#define EPURSE_TESTS_ZVT_SUITES_H

#include <check.h>

Suite *zvt_field_suite(void);
Suite *zvt_frame_suite(void);
Suite *zvt_text_suite(void);

#endif
