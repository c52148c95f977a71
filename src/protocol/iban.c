/* SPDX-License-Identifier: Apache-2.0
 * Bank accounts by number: IBAN with its check digits, BIC by its form; whose they are. */
#include "epurse/iban.h"

#include <stddef.h>
#include <stdint.h>

#include "epurse/utf8.h"

/* How long each country's is: the IBAN Registry that SWIFT keeps for ISO 13616. */
static const struct {
  char country[3];
  uint8_t length;
} countries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28},
    {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
    {"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
    {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28},
    {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

static bool is_digit(char sign) {
  return sign >= '0' && sign <= '9';
}

static bool is_letter(char sign) {
  return sign >= 'A' && sign <= 'Z';
}

/* Its length; 0 where it is too long or has anything but capitals and digits. */
static size_t length(const char *text, size_t max) {
  size_t len = 0;

  while (text[len] != '\0') {
    if (len == max || !(is_digit(text[len]) || is_letter(text[len])))
      return 0;
    len++;
  }
  return len;
}

/* A letter counts as two digits: A is 10, Z is 35. */
static unsigned remainder_take(unsigned remainder, char sign) {
  return is_digit(sign) ? (remainder * 10 + (unsigned)(sign - '0')) % 97
                        : (remainder * 100 + (unsigned)(sign - 'A') + 10) % 97;
}

/* 0: the country has none. */
static size_t country_length(const char *text) {
  for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
    if (text[0] == countries[i].country[0] && text[1] == countries[i].country[1])
      return countries[i].length;
  return 0;
}

/* 98 less a remainder: 00, 01 and 99 would leave the remainder of 97, 98 and 02. */
static bool check_digits_valid(const char *text) {
  if (!is_digit(text[2]) || !is_digit(text[3]))
    return false;
  unsigned digits = (unsigned)(text[2] - '0') * 10 + (unsigned)(text[3] - '0');
  return digits >= 2 && digits <= 98;
}

bool iban_valid(const char *text) {
  size_t len = length(text, IBAN_MAX);
  unsigned remainder = 0;

  if (len == 0 || len != country_length(text) || !check_digits_valid(text))
    return false;
  for (size_t i = 0; i < len; i++) /* the first four stand last */
    remainder = remainder_take(remainder, text[(i + 4) % len]);
  return remainder == 1;
}

bool bic_valid(const char *text) {
  size_t len = length(text, BIC_MAX);

  return (len == 8 || len == 11) && is_letter(text[4]) && is_letter(text[5]);
}

/* Without blanks, in capitals; false: it is longer than that. */
static bool tidy(const char *text, char *tidied, size_t max) {
  size_t len = 0;

  for (; *text != '\0'; text++) {
    if (*text == ' ')
      continue;
    if (len == max)
      return false;
    tidied[len++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
  }
  tidied[len] = '\0';
  return true;
}

bool iban_read(const char *text, char iban[IBAN_MAX + 1]) {
  return tidy(text, iban, IBAN_MAX) && iban_valid(iban);
}

bool bic_read(const char *text, char bic[BIC_MAX + 1]) {
  return tidy(text, bic, BIC_MAX) && bic_valid(bic);
}

bool holder_valid(const char *text) {
  size_t len = 0;
  uint32_t sign;

  while (text[len] != '\0') {
    size_t used = utf8_take(text + len, UTF8_MAX, &sign);
    if (used == 0 || sign < 0x20 || (sign >= 0x7F && sign < 0xA0) || len + used > HOLDER_MAX)
      return false;
    len += used;
  }
  return len > 0;
}
