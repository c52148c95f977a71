/* SPDX-License-Identifier: Apache-2.0
 * The table of currencies: found by number and by letters, each once. */
#include "epurse/amount.h"
#include "suites.h"

static const struct currency known[] = {{978, 2, "EUR"}, {840, 2, "USD"}, {392, 0, "JPY"}, {48, 3, "BHD"},
                                        {756, 2, "CHF"}, {410, 0, "KRW"}, {414, 3, "KWD"}, {156, 2, "CNY"}};

START_TEST(known_currencies_are_there) {
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    const struct currency *row = currency_by_code(known[i].code);

    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->numeric, known[i].numeric);
    ck_assert_uint_eq(row->exponent, known[i].exponent);
    ck_assert_ptr_eq(currency_by_number(known[i].numeric), row);
  }
}
END_TEST

START_TEST(every_number_and_code_stands_once) {
  unsigned rows = 0;

  for (unsigned number = 0; number <= 0xFFFF; number++) {
    const struct currency *row = currency_by_number((uint16_t)number);

    if (row != NULL) {
      rows++;
      ck_assert_uint_le(number, 999);
      ck_assert_uint_eq(row->numeric, number);
      ck_assert_msg(currency_by_code(row->code) == row, "%s", row->code); /* the first of that code */
    }
  }
  ck_assert_uint_gt(rows, 140);
}
END_TEST

START_TEST(others_are_not) {
  static const char *const codes[] = {"", "E", "EU", "EURO", "eur", "XXX", "XAU", "XTS", "EU ", "978"};

  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    ck_assert_msg(currency_by_code(codes[i]) == NULL, "%s", codes[i]);
  ck_assert_ptr_null(currency_by_number(0));
  ck_assert_ptr_null(currency_by_number(999));
}
END_TEST

SUITE_OF(currency, known_currencies_are_there, every_number_and_code_stands_once, others_are_not)
