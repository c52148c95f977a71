/* SPDX-License-Identifier: Apache-2.0
 * Money: what a cashier may type, sums that do not wrap, and how amounts are written. */
#include "epurse/amount.h"
#include "suites.h"

#include <string.h>

#define EUR 978
#define JPY 392
#define BHD 48

static struct amount of(int64_t minor, uint16_t currency) {
  return (struct amount){.minor = minor, .currency = currency};
}

static const struct {
  const char *text, *currency;
  char mark;
  int64_t minor;
} good[] = {
    {"12", "EUR", '.', 1200},
    {"12.5", "EUR", '.', 1250},
    {"12.50", "EUR", '.', 1250},
    {"12,50", "EUR", ',', 1250},
    {"0.01", "EUR", '.', 1},
    {"0.10", "EUR", '.', 10},
    {"00012", "EUR", '.', 1200},
    {"21474836.47", "EUR", '.', 0x7FFFFFFF},
    {"1", "JPY", '.', 1},
    {"2147483647", "JPY", '.', 0x7FFFFFFF},
    {"1.234", "BHD", '.', 1234},
    {"0.001", "BHD", '.', 1},
    {"2147483.647", "BHD", '.', 0x7FFFFFFF},
};

START_TEST(good_amounts_are_read) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    const struct currency *currency = currency_by_code(good[i].currency);
    struct amount amount = of(-1, 0);

    ck_assert_msg(amount_parse(good[i].text, currency, good[i].mark, &amount) == STATUS_OK, "%s", good[i].text);
    ck_assert_msg(amount.minor == good[i].minor, "%s: %jd", good[i].text, (intmax_t)amount.minor);
    ck_assert_uint_eq(amount.currency, currency->numeric);
  }
}
END_TEST

static const struct {
  const char *text, *currency;
  char mark;
} bad[] = {
    {"", "EUR", '.'},
    {"0", "EUR", '.'},
    {"0.00", "EUR", '.'},
    {"-1", "EUR", '.'},
    {"+1", "EUR", '.'},
    {"1e3", "EUR", '.'},
    {"0x10", "EUR", '.'},
    {"1.234", "EUR", '.'},
    {"1.230", "EUR", '.'},
    {"12,50", "EUR", '.'},
    {"12.50", "EUR", ','},
    {"1,234.50", "EUR", '.'},
    {"1.2.3", "EUR", '.'},
    {".", "EUR", '.'},
    {".50", "EUR", '.'},
    {"12.", "EUR", '.'},
    {" 12", "EUR", '.'},
    {"12 ", "EUR", '.'},
    {"12\n", "EUR", '.'},
    {"12 EUR", "EUR", '.'},
    {"21474836.48", "EUR", '.'},
    {"21474837", "EUR", '.'},
    {"99999999999999999999999999", "EUR", '.'},
    {"18446744073709551617", "EUR", '.'},
    {"1.0", "JPY", '.'},
    {"1.", "JPY", '.'},
    {"2147483648", "JPY", '.'},
    {"0", "JPY", '.'},
    {"1.2345", "BHD", '.'},
    {"2147483.648", "BHD", '.'},
    {"0.0001", "BHD", '.'},
    {"\xD9\xA1", "EUR", '.'},
    {"NaN", "EUR", '.'},
    {"inf", "EUR", '.'},
};

START_TEST(bad_amounts_are_refused_and_write_nothing) {
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct amount amount = of(-7, 7);

    ck_assert_msg(amount_parse(bad[i].text, currency_by_code(bad[i].currency), bad[i].mark, &amount) ==
                      STATUS_BAD_AMOUNT,
                  "%s", bad[i].text);
    ck_assert_int_eq(amount.minor, -7);
    ck_assert_uint_eq(amount.currency, 7);
  }
}
END_TEST

START_TEST(programs_write_minor_units) {
  static const char *const wrong[] = {
      "", "0", "000", "-1", "+1", "1.0", "1,0", " 1", "1 ", "1e3", "2147483648", "99999999999999999999", "\xD9\xA1"};
  struct amount amount = of(-7, 7);

  ck_assert_int_eq(amount_parse_minor("1250", currency_by_code("EUR"), &amount), STATUS_OK);
  ck_assert_int_eq(amount.minor, 1250);
  ck_assert_uint_eq(amount.currency, EUR);
  ck_assert_int_eq(amount_parse_minor("2147483647", currency_by_code("JPY"), &amount), STATUS_OK);
  ck_assert_int_eq(amount.minor, AMOUNT_MAX_ON_CARD);
  amount = of(-7, 7);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ck_assert_msg(amount_parse_minor(wrong[i], currency_by_code("EUR"), &amount) == STATUS_BAD_AMOUNT, "%s", wrong[i]);
    ck_assert_int_eq(amount.minor, -7);
  }
}
END_TEST

/* What a drawer or a limit may be, and what is no amount at all and must not be taken for it. */
START_TEST(nothing_is_a_nought) {
  static const char *const noughts[] = {"0", "00", "0.00", "0,00", "0.0"};
  static const char *const others[] = {"",     ".",    ",",  "..", ".,", "0.",   ".0", "0..0", "0.0.0",
                                       "0,.0", "0.,0", "-0", " 0", "0 ", "0.01", "10", "x",    "0x0"};

  for (size_t i = 0; i < sizeof noughts / sizeof noughts[0]; i++)
    ck_assert_msg(amount_is_nothing(noughts[i]), "'%s'", noughts[i]);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    ck_assert_msg(!amount_is_nothing(others[i]), "'%s'", others[i]);
}
END_TEST

START_TEST(sums_do_not_wrap) {
  struct amount sum = of(5, 5);

  ck_assert_int_eq(amount_add(of(INT64_MAX, EUR), of(1, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_add(of(INT64_MIN, EUR), of(-1, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_add(of(INT64_MIN, EUR), of(INT64_MIN, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_subtract(of(INT64_MIN, EUR), of(1, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_subtract(of(0, EUR), of(INT64_MIN, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_subtract(of(INT64_MAX, EUR), of(-1, EUR), &sum), AMOUNT_OVERFLOW);
  ck_assert_int_eq(amount_add(of(1, EUR), of(1, JPY), &sum), AMOUNT_CURRENCIES);
  ck_assert_int_eq(amount_subtract(of(1, EUR), of(1, JPY), &sum), AMOUNT_CURRENCIES);
  ck_assert_int_eq(sum.minor, 5); /* never written */
  ck_assert_uint_eq(sum.currency, 5);
}
END_TEST

START_TEST(sums_reach_the_bounds) {
  struct amount sum = {0};

  ck_assert_int_eq(amount_add(of(INT64_MAX - 1, EUR), of(1, EUR), &sum), AMOUNT_OK);
  ck_assert_int_eq(sum.minor, INT64_MAX);
  ck_assert_uint_eq(sum.currency, EUR);
  ck_assert_int_eq(amount_subtract(of(-1, EUR), of(INT64_MAX, EUR), &sum), AMOUNT_OK);
  ck_assert_int_eq(sum.minor, INT64_MIN);
  ck_assert_int_eq(amount_subtract(of(-1, EUR), of(INT64_MIN, EUR), &sum), AMOUNT_OK);
  ck_assert_int_eq(sum.minor, INT64_MAX);
  ck_assert_int_eq(amount_add(of(-3, JPY), of(1, JPY), &sum), AMOUNT_OK);
  ck_assert_int_eq(sum.minor, -2);
}
END_TEST

static const struct amount_format german = {",", "."};
static const struct amount_format french = {",", "\xE2\x80\xAF"}; /* U+202F */
static const struct {
  int64_t minor;
  uint16_t currency;
  const struct amount_format *format;
  const char *text;
} printed[] = {
    {123450, EUR, NULL, "1234.50 EUR"},
    {123450, EUR, &german, "1.234,50 EUR"},
    {123456789, EUR, &french,
     "1\xE2\x80\xAF"
     "234\xE2\x80\xAF"
     "567,89 EUR"},
    {0, EUR, NULL, "0.00 EUR"},
    {5, EUR, NULL, "0.05 EUR"},
    {-5, EUR, &german, "-0,05 EUR"},
    {-123456, EUR, &german, "-1.234,56 EUR"},
    {100000, EUR, &german, "1.000,00 EUR"},
    {99999, EUR, &german, "999,99 EUR"},
    {1234, JPY, &german, "1.234 JPY"},
    {0, JPY, NULL, "0 JPY"},
    {1234, BHD, NULL, "1.234 BHD"},
    {1, BHD, NULL, "0.001 BHD"},
    {123450, 999, NULL, "123450 #999"},
    {7, 1, NULL, "7 #001"},
    {INT64_MIN, EUR, NULL, "-92233720368547758.08 EUR"},
    {INT64_MAX, EUR, &french,
     "92\xE2\x80\xAF"
     "233\xE2\x80\xAF"
     "720\xE2\x80\xAF"
     "368\xE2\x80\xAF"
     "547\xE2\x80\xAF"
     "758,07 EUR"},
};

START_TEST(amounts_are_written) {
  for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
    char text[AMOUNT_TEXT_MAX];
    size_t len = amount_print(of(printed[i].minor, printed[i].currency), printed[i].format, text, sizeof text);

    ck_assert_str_eq(text, printed[i].text);
    ck_assert_uint_eq(len, strlen(printed[i].text));
  }
}
END_TEST

START_TEST(a_short_buffer_is_not_overrun) {
  static const char whole[] = "-1.234,56 EUR";

  for (size_t capacity = 0; capacity <= sizeof whole; capacity++) {
    char text[32];

    memset(text, 'x', sizeof text);
    size_t len = amount_print(of(-123456, EUR), &german, text, capacity);
    ck_assert_uint_eq(len, capacity >= sizeof whole ? sizeof whole - 1 : 0);
    for (size_t i = capacity; i < sizeof text; i++)
      ck_assert_int_eq(text[i], 'x');
  }
}
END_TEST

START_TEST(text_max_suffices) {
  static const struct amount_format wide = {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"};
  char text[AMOUNT_TEXT_MAX];

  ck_assert_uint_gt(amount_print(of(INT64_MIN, JPY), &wide, text, sizeof text), 0);
  ck_assert_uint_gt(amount_print(of(INT64_MIN, BHD), &wide, text, sizeof text), 0);
}
END_TEST

SUITE_OF(amount, good_amounts_are_read, bad_amounts_are_refused_and_write_nothing, programs_write_minor_units,
         nothing_is_a_nought, sums_do_not_wrap, sums_reach_the_bounds, amounts_are_written,
         a_short_buffer_is_not_overrun, text_max_suffices)
