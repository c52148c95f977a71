/* SPDX-License-Identifier: Apache-2.0
 * Moments in packed BCD, and their way from and to seconds since 1970. */
#include "epurse/moment.h"

#include <string.h>

#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static uint8_t to_bcd(unsigned value) {
  return (uint8_t)(value / 10 << 4 | value % 10);
}

static unsigned from_bcd(uint8_t byte) {
  return (unsigned)(byte >> 4) * 10 + (byte & 0x0FU);
}

static bool bcd_valid(const uint8_t *bytes, unsigned len) {
  for (unsigned i = 0; i < len; i++)
    if (bytes[i] >> 4 > 9 || (bytes[i] & 0x0F) > 9)
      return false;
  return true;
}

static unsigned year_of(const uint8_t *date) {
  return from_bcd(date[0]) * 100 + from_bcd(date[1]);
}

static unsigned days_in_month(unsigned year, unsigned month) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Days from 1970-01-01 to the first of March of a year, the year taken to begin in March so that the leap day is its
 * last. */
static int64_t days_to_march(int64_t year) {
  return year * 365 + year / 4 - year / 100 + year / 400 - 719468;
}

/* Days from the first of March to the first of the month: 153 days in every five months. March is 0. */
static unsigned days_since_march(unsigned month) {
  return (153 * month + 2) / 5;
}

void moment_from_unix(int64_t unix_seconds, uint8_t moment[MOMENT_SIZE]) {
  int64_t bounded = unix_seconds < 0 ? 0 : unix_seconds > LAST_SECOND ? LAST_SECOND : unix_seconds;
  int64_t days = bounded / SECONDS_PER_DAY;
  unsigned second = (unsigned)(bounded % SECONDS_PER_DAY);
  int64_t year = 1970 + days / 366; /* at most a few too early */
  unsigned day, month;

  while (days_to_march(year + 1) <= days)
    year++;
  if (days_to_march(year) > days)
    year--;
  day = (unsigned)(days - days_to_march(year));
  month = (5 * day + 2) / 153;
  day -= days_since_march(month);
  if (month >= 10) /* January and February belong to the year that begins before them */
    year++;
  moment[0] = to_bcd((unsigned)(year / 100));
  moment[1] = to_bcd((unsigned)(year % 100));
  moment[2] = to_bcd(month >= 10 ? month - 9 : month + 3);
  moment[3] = to_bcd(day + 1);
  moment[4] = to_bcd(second / 3600);
  moment[5] = to_bcd(second / 60 % 60);
  moment[6] = to_bcd(second % 60);
}

int64_t moment_to_unix(const uint8_t moment[MOMENT_SIZE]) {
  unsigned month;
  int64_t year, seconds;

  if (!moment_valid(moment))
    return 0;
  month = from_bcd(moment[2]);
  year = (int64_t)year_of(moment) - (month <= 2 ? 1 : 0);
  seconds = days_to_march(year) + days_since_march(month <= 2 ? month + 9 : month - 3) + from_bcd(moment[3]) - 1;
  seconds = seconds * SECONDS_PER_DAY + from_bcd(moment[4]) * 3600 + from_bcd(moment[5]) * 60 + from_bcd(moment[6]);
  return seconds < 0 ? 0 : seconds;
}

bool date_valid(const uint8_t date[DATE_SIZE]) {
  unsigned month, day;

  if (!bcd_valid(date, DATE_SIZE))
    return false;
  month = from_bcd(date[2]);
  day = from_bcd(date[3]);
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year_of(date), month);
}

bool moment_valid(const uint8_t moment[MOMENT_SIZE]) {
  return date_valid(moment) && bcd_valid(moment + DATE_SIZE, MOMENT_SIZE - DATE_SIZE) && from_bcd(moment[4]) < 24 &&
         from_bcd(moment[5]) < 60 && from_bcd(moment[6]) < 60;
}

bool date_passed(const uint8_t date[DATE_SIZE], const uint8_t moment[MOMENT_SIZE]) {
  return memcmp(date, moment, DATE_SIZE) < 0;
}

void moment_print(const uint8_t moment[MOMENT_SIZE], char text[21]) {
  static const char shape[] = "YYyy-MM-DDThh:mm:ssZ";
  const uint8_t *byte = moment;

  for (unsigned i = 0; i < sizeof shape; i++) {
    if (shape[i] == '-' || shape[i] == 'T' || shape[i] == ':' || shape[i] == 'Z' || shape[i] == '\0') {
      text[i] = shape[i];
    } else {
      text[i++] = (char)('0' + (*byte >> 4));
      text[i] = (char)('0' + (*byte++ & 0x0F));
    }
  }
}

void date_print(const uint8_t date[DATE_SIZE], char text[11]) {
  static const char digits[] = "0123456789abcdef", shape[] = "YYyy-MM-DD";
  const uint8_t *byte = date;

  for (unsigned i = 0; i < sizeof shape; i++) {
    if (shape[i] == '-' || shape[i] == '\0') {
      text[i] = shape[i];
    } else {
      text[i++] = digits[*byte >> 4];
      text[i] = digits[*byte++ & 0x0F];
    }
  }
}
