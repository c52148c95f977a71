/* SPDX-License-Identifier: Apache-2.0
 * Money: integers in minor units of an ISO 4217 currency. Nothing here wraps, rounds or mixes. Freestanding. */
#ifndef EPURSE_AMOUNT_H
#define EPURSE_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

/* The largest amount that a card or one message carries, in minor units: it fits four bytes with the sign bit
 * free, so that a Java Card can compare it as two unsigned shorts. */
#define AMOUNT_MAX_ON_CARD INT64_C(0x7FFFFFFF)

struct amount {
  int64_t minor;     /* minor units: cents for EUR, yen for JPY */
  uint16_t currency; /* ISO 4217 numeric code as a number: 978 is EUR */
};

/* A currency's row of ISO 4217. */
struct currency {
  uint16_t numeric; /* 978 */
  uint8_t exponent; /* digits after the decimal mark: 2 for EUR, 0 for JPY, 3 for BHD */
  char code[4];     /* "EUR" */
};

/* The row of a numeric code or of three letters; NULL where it is not in the table. Static. */
const struct currency *currency_by_number(uint16_t numeric);
/* Capital letters, as ISO 4217 has them. */
const struct currency *currency_by_code(const char *code);

enum amount_result {
  AMOUNT_OK = 0,
  AMOUNT_OVERFLOW,  /* the result does not fit int64 */
  AMOUNT_CURRENCIES /* the two are not of one currency */
};

/* *sum = a + b, *difference = a - b; on failure the output is not written. */
enum amount_result amount_add(struct amount a, struct amount b, struct amount *sum) EPURSE_MUST_USE;
/* The difference may be negative. */
enum amount_result amount_subtract(struct amount a, struct amount b, struct amount *difference) EPURSE_MUST_USE;

/* Reads what a cashier types: digits, with at most `exponent` decimals after `decimal_mark` ('.' or ','); no
 * sign, no grouping, no exponent, no blanks. Greater than zero and at most AMOUNT_MAX_ON_CARD.
 * STATUS_BAD_AMOUNT otherwise, and *amount is not written. "12", "12.5" and "12.50" are all fine for EUR. */
enum status amount_parse(const char *text, const struct currency *currency, char decimal_mark,
                         struct amount *amount) EPURSE_MUST_USE;
/* Reads what a program writes: minor units, digits only, whatever the locale. Bounds and statuses likewise. */
enum status amount_parse_minor(const char *text, const struct currency *currency,
                               struct amount *amount) EPURSE_MUST_USE;
/* Whether a text is nothing, as people type an amount of it, which amount_parse refuses: noughts, and on both sides of
 * '.' or ',' where there is one. "0", "0.00"; not "", ".", "0.". */
bool amount_is_nothing(const char *text) EPURSE_MUST_USE;

/* How a locale writes numbers; fill it from localeconv(). Strings are borrowed; `group` may be "". */
struct amount_format {
  const char *decimal_mark; /* "." */
  const char *group;        /* thousands separator, UTF-8, e.g. "," or U+202F */
};

/* Writes e.g. "1,234.50 EUR"; negative with a leading "-". Uses integer arithmetic only. `format` NULL: "."
 * and no grouping. A currency that is not in the table: minor units and its number, "123450 #999". Answers the
 * length, or 0 where capacity bytes (with NUL) do not suffice. */
size_t amount_print(struct amount amount, const struct amount_format *format, char *text, size_t capacity);

#define AMOUNT_TEXT_MAX 64 /* bytes that amount_print needs at most, with group marks of up to 4 bytes */

#endif
