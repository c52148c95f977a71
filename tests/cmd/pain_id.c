/* SPDX-License-Identifier: Apache-2.0
 * Identifications of payment files: as long as a bank takes, and no longer. */
#include "cmd/admin/pain_id.h"

#include <string.h>

#include "epurse/ledger_incarnation.h"
#include "suites.h"

#define IBAN "GB82WEST12345698765432"

START_TEST(is_of_issuer_settlement_and_account) {
  const struct pain_name name = {.issuer = 42, .number = 12, .incarnation = "A1B2C3"};
  const struct pain_name older = {.issuer = 999999, .number = 12, .incarnation = ""};
  char id[TEXT_35], other[TEXT_35];
  ck_assert_int_eq(pain_message_identify(&name, IBAN, id), STATUS_OK);
  ck_assert_int_eq(strncmp(id, "EPURSE-000042-12.A1B2C3-", 24), 0);
  ck_assert_uint_eq(strlen(id), 28);
  ck_assert_int_eq(pain_message_identify(&name, "GB33BUKB20201555555555", other), STATUS_OK);
  ck_assert_int_eq(strncmp(id, other, 24), 0);
  ck_assert_str_ne(id, other);
  ck_assert_int_eq(pain_message_identify(&older, IBAN, id), STATUS_OK);
  ck_assert_int_eq(strncmp(id, "EPURSE-999999-12-", 17), 0);
}
END_TEST

/* The highest number that the ledger gives leaves two signs free; one more digit is refused, and not cut. */
START_TEST(fits_what_a_bank_takes) {
  struct pain_name name = {.issuer = 999999, .number = LEDGER_SETTLEMENT_LAST, .incarnation = "A1B2C3"};
  char id[TEXT_35];
  ck_assert_int_eq(pain_message_identify(&name, IBAN, id), STATUS_OK);
  ck_assert_uint_eq(strlen(id), 33);
  name.number = LEDGER_SETTLEMENT_LAST + 1;
  ck_assert_int_eq(pain_message_identify(&name, IBAN, id), STATUS_BAD_LENGTH);
  name.number = 20260502;
  ck_assert_int_eq(pain_message_identify(&name, IBAN, id), STATUS_BAD_LENGTH);
  name.number = INT64_MAX;
  ck_assert_int_eq(pain_message_identify(&name, IBAN, id), STATUS_BAD_LENGTH);
}
END_TEST

Suite *pain_id_suite(void) {
  Suite *suite = suite_create("pain_id");
  TCase *tests = tcase_create("pain_id");
  tcase_add_test(tests, is_of_issuer_settlement_and_account);
  tcase_add_test(tests, fits_what_a_bank_takes);
  suite_add_tcase(suite, tests);
  return suite;
}
