/* SPDX-License-Identifier: Apache-2.0
 * Money that is added, read and written without ever wrapping or rounding. */
#include "epurse/amount.h"

#include <string.h>

enum amount_result amount_add(struct amount a, struct amount b, struct amount *sum) {
  if (a.currency != b.currency)
    return AMOUNT_CURRENCIES;
  if ((b.minor > 0 && a.minor > INT64_MAX - b.minor) || (b.minor < 0 && a.minor < INT64_MIN - b.minor))
    return AMOUNT_OVERFLOW;
  *sum = (struct amount){.minor = a.minor + b.minor, .currency = a.currency};
  return AMOUNT_OK;
}

enum amount_result amount_subtract(struct amount a, struct amount b, struct amount *difference) {
  if (a.currency != b.currency)
    return AMOUNT_CURRENCIES;
  if ((b.minor < 0 && a.minor > INT64_MAX + b.minor) || (b.minor > 0 && a.minor < INT64_MIN + b.minor))
    return AMOUNT_OVERFLOW;
  *difference = (struct amount){.minor = a.minor - b.minor, .currency = a.currency};
  return AMOUNT_OK;
}

/* Takes one more decimal digit into *minor; false where it is none or the amount grows too large. */
static bool minor_take(int64_t *minor, char digit) {
  if (digit < '0' || digit > '9')
    return false;
  *minor = *minor * 10 + (digit - '0');
  return *minor <= AMOUNT_MAX_ON_CARD;
}

enum status amount_parse(const char *text, const struct currency *currency, char decimal_mark, struct amount *amount) {
  const char *at = text;
  int64_t minor = 0;
  unsigned decimals = 0;

  while (*at != '\0' && *at != decimal_mark)
    if (!minor_take(&minor, *at++))
      return STATUS_BAD_AMOUNT;
  if (at == text || (*at == decimal_mark && (currency->exponent == 0 || at[1] == '\0')))
    return STATUS_BAD_AMOUNT; /* ".50", "12.", or decimals where the currency has none */
  for (at += *at != '\0'; *at != '\0'; decimals++)
    if (decimals == currency->exponent || !minor_take(&minor, *at++))
      return STATUS_BAD_AMOUNT;
  for (; decimals < currency->exponent; decimals++)
    if (!minor_take(&minor, '0'))
      return STATUS_BAD_AMOUNT;
  if (minor == 0)
    return STATUS_BAD_AMOUNT;
  *amount = (struct amount){.minor = minor, .currency = currency->numeric};
  return STATUS_OK;
}

enum status amount_parse_minor(const char *text, const struct currency *currency, struct amount *amount) {
  int64_t minor = 0;

  for (const char *at = text; *at != '\0'; at++)
    if (!minor_take(&minor, *at))
      return STATUS_BAD_AMOUNT;
  if (minor == 0)
    return STATUS_BAD_AMOUNT;
  *amount = (struct amount){.minor = minor, .currency = currency->numeric};
  return STATUS_OK;
}

static const char *noughts_end(const char *text) {
  while (*text == '0')
    text++;
  return text;
}

bool amount_is_nothing(const char *text) {
  const char *mark = noughts_end(text);

  if (mark == text || *mark == '\0')
    return mark > text;
  return (*mark == '.' || *mark == ',') && mark[1] == '0' && *noughts_end(mark + 1) == '\0';
}

/* Text that grows towards its front, so that digits can be written as they are divided off. */
struct backward {
  char *start, *at;
  bool failed;
};

static void put_text(struct backward *text, const char *what) {
  size_t len = 0;

  while (what[len] != '\0')
    len++;
  if (text->failed || len > (size_t)(text->at - text->start)) {
    text->failed = true;
    return;
  }
  text->at -= len;
  memcpy(text->at, what, len);
}

static void put_digit(struct backward *text, unsigned digit) {
  const char what[2] = {(char)('0' + digit), '\0'};
  put_text(text, what);
}

/* The number in decimal, at least `digits` wide, a group mark after every third digit. */
static void put_number(struct backward *text, uint64_t number, unsigned digits, const char *group) {
  for (unsigned i = 0; i < digits || number > 0; i++) {
    if (i > 0 && i % 3 == 0)
      put_text(text, group);
    put_digit(text, (unsigned)(number % 10));
    number /= 10;
  }
}

/* The code after the number: " EUR", or " #999" for a currency that is not in the table. */
static void put_currency(struct backward *text, const struct currency *currency, uint16_t numeric) {
  if (currency != NULL) {
    put_text(text, currency->code);
    put_text(text, " ");
  } else {
    put_number(text, numeric, 3, "");
    put_text(text, " #");
  }
}

size_t amount_print(struct amount amount, const struct amount_format *format, char *text, size_t capacity) {
  static const struct amount_format plain = {".", ""};
  const struct currency *currency = currency_by_number(amount.currency);
  uint64_t rest = amount.minor < 0 ? 0 - (uint64_t)amount.minor : (uint64_t)amount.minor;
  struct backward back = {text, text + capacity, false};
  size_t len = 0;

  if (format == NULL)
    format = &plain;
  if (capacity == 0)
    return 0;
  *--back.at = '\0';
  put_currency(&back, currency, amount.currency);
  if (currency != NULL && currency->exponent > 0) {
    for (unsigned i = 0; i < currency->exponent; i++) {
      put_digit(&back, (unsigned)(rest % 10));
      rest /= 10;
    }
    put_text(&back, format->decimal_mark);
  }
  put_number(&back, rest, 1, format->group);
  put_text(&back, amount.minor < 0 ? "-" : "");
  if (back.failed) {
    text[0] = '\0';
    return 0;
  }
  len = (size_t)(text + capacity - back.at) - 1;
  memmove(text, back.at, len + 1);
  return len;
}
