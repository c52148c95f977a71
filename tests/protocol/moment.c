/* SPDX-License-Identifier: Apache-2.0
 * Moments: both ways to seconds, over all years, and the digits that are none. */
#include "epurse/moment.h"
#include "suites.h"
#include "vector.h"

#include <string.h>
#include <time.h>

static const struct {
  int64_t seconds;
  const char *bcd, *text;
} rows[] = {
    {0, "19700101000000", "1970-01-01T00:00:00Z"},          {951782399, "20000228235959", "2000-02-28T23:59:59Z"},
    {951782400, "20000229000000", "2000-02-29T00:00:00Z"},  /* 2000 is a leap year */
    {4107542400, "21000301000000", "2100-03-01T00:00:00Z"}, /* 2100 is none */
    {4107542399, "21000228235959", "2100-02-28T23:59:59Z"}, {2147483647, "20380119031407", "2038-01-19T03:14:07Z"},
    {4294967296, "21060207062816", "2106-02-07T06:28:16Z"}, {253402300799, "99991231235959", "9999-12-31T23:59:59Z"},
};

START_TEST(known_moments) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t moment[MOMENT_SIZE];
    char text[21];

    moment_from_unix(rows[i].seconds, moment);
    ck_assert_hex(moment, sizeof moment, rows[i].bcd);
    ck_assert(moment_valid(moment));
    ck_assert_int_eq(moment_to_unix(moment), rows[i].seconds);
    moment_print(moment, text);
    ck_assert_str_eq(text, rows[i].text);
    date_print(moment, text);
    ck_assert_uint_eq(strlen(text), 10);
    ck_assert(strncmp(text, rows[i].text, 10) == 0);
  }
}
END_TEST

/* The C library is the second opinion, at steps that meet every hour, weekday, month and leap year. */
START_TEST(the_c_library_agrees) {
  for (int64_t seconds = 0; seconds <= 253402300799; seconds += 12345677) {
    uint8_t moment[MOMENT_SIZE];
    time_t at = (time_t)seconds;
    struct tm utc;
    char digits[16];

    moment_from_unix(seconds, moment);
    ck_assert_ptr_nonnull(gmtime_r(&at, &utc));
    ck_assert_uint_eq(strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &utc), 14);
    ck_assert_hex(moment, sizeof moment, digits);
    ck_assert_int_eq(moment_to_unix(moment), seconds);
  }
}
END_TEST

START_TEST(beyond_the_bounds_the_nearest) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(-1, moment);
  ck_assert_hex(moment, sizeof moment, "19700101000000");
  moment_from_unix(INT64_MIN, moment);
  ck_assert_hex(moment, sizeof moment, "19700101000000");
  moment_from_unix(253402300800, moment);
  ck_assert_hex(moment, sizeof moment, "99991231235959");
  moment_from_unix(INT64_MAX, moment);
  ck_assert_hex(moment, sizeof moment, "99991231235959");
  ck_assert_int_eq(moment_to_unix(vector("19691231235959").at), 0);
  ck_assert_int_eq(moment_to_unix(vector("00000101000000").at), 0);
}
END_TEST

static const char *const invalid[] = {
    "00000000000000", "20260001000000", "20261301000000", "20260100000000", "20260132000000", "20260431000000",
    "20260229000000", "21000229000000", "20240230000000", "20260101240000", "20260101006000", "20260101000060",
    "2026010100000A", "20260101A00000", "202601010A0000", "2A260101000000", "A0260101000000", "20261A01000000",
    "202601F1000000", "20260101F00000", "FFFFFFFFFFFFFF",
};

START_TEST(what_is_no_moment) {
  for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
    struct vector moment = vector(invalid[i]);

    ck_assert_msg(!moment_valid(moment.at), "%s", invalid[i]);
    ck_assert_msg(moment_to_unix(moment.at) == 0, "%s", invalid[i]);
  }
  ck_assert(moment_valid(vector("20240229235959").at));
}
END_TEST

START_TEST(dates) {
  ck_assert(date_valid(vector("20240229").at));
  ck_assert(date_valid(vector("20261231").at));
  ck_assert(!date_valid(vector("20260229").at));
  ck_assert(!date_valid(vector("20261301").at));
  ck_assert(!date_valid(vector("00000000").at));
  ck_assert(!date_valid(vector("2026121A").at));
}
END_TEST

START_TEST(a_date_passes_with_its_last_second) {
  ck_assert(!date_passed(vector("20261231").at, vector("20261231235959").at));
  ck_assert(date_passed(vector("20261231").at, vector("20270101000000").at));
  ck_assert(!date_passed(vector("20261231").at, vector("20260101000000").at));
  ck_assert(date_passed(vector("20261130").at, vector("20261201000000").at));
}
END_TEST

SUITE_OF(moment, known_moments, the_c_library_agrees, beyond_the_bounds_the_nearest, what_is_no_moment, dates,
         a_date_passes_with_its_last_second)
