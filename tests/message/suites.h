/* SPDX-License-Identifier: Apache-2.0
 * The suites of tests/message, one for each file. */
#ifndef EPURSE_TESTS_MESSAGE_SUITES_H
#define EPURSE_TESTS_MESSAGE_SUITES_H

#include <check.h>

Suite *base64url_suite(void);
Suite *card_body_suite(void);
Suite *desk_body_suite(void);
Suite *jws_suite(void);
Suite *message_suite(void);
Suite *transaction_body_suite(void);
Suite *offline_body_suite(void);
Suite *pin_envelope_suite(void);

#endif
