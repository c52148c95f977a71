/* SPDX-License-Identifier: Apache-2.0
 * Moments on a card: UTC as packed BCD, so that a chip without arithmetic compares them with memcmp. Freestanding. */
#ifndef EPURSE_MOMENT_H
#define EPURSE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define MOMENT_SIZE 7 /* YYYYMMDDhhmmss, packed BCD, UTC */
#define DATE_SIZE   4 /* YYYYMMDD, packed BCD: the first four bytes of a moment; as in tag 5F24 of GP certificates */

#define SECONDS_PER_DAY (24 * 60 * 60)

/* From and to seconds since 1970-01-01 UTC, for the years 1970 to 9999; outside, the nearest bound. */
void moment_from_unix(int64_t unix_seconds, uint8_t moment[MOMENT_SIZE]);
/* `moment` must be valid; an invalid one yields 0. */
int64_t moment_to_unix(const uint8_t moment[MOMENT_SIZE]);

/* Whether every digit is BCD and month, day, hour, minute, second are in range. */
bool moment_valid(const uint8_t moment[MOMENT_SIZE]);
/* The same of a date: its month has that day. */
bool date_valid(const uint8_t date[DATE_SIZE]);

/* Whether `date`, the last day of validity, lies before the day of `moment`. */
bool date_passed(const uint8_t date[DATE_SIZE], const uint8_t moment[MOMENT_SIZE]);

/* "2026-11-23T17:40:06Z" with NUL: 21 bytes. */
void moment_print(const uint8_t moment[MOMENT_SIZE], char text[21]);
/* "2026-11-23" with NUL: 11 bytes. */
void date_print(const uint8_t date[DATE_SIZE], char text[11]);

#endif
