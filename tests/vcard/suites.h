/* SPDX-License-Identifier: Apache-2.0
 * The suites of this folder, one per file. */
#ifndef EPURSE_TESTS_VCARD_SUITES_H
#define EPURSE_TESTS_VCARD_SUITES_H

#include <check.h>

Suite *card_file_suite(void);
Suite *fresh_suite(void);
Suite *reader_direct_suite(void);
Suite *tally_suite(void);
Suite *vcard_suite(void);
Suite *vpcd_suite(void);

#endif
