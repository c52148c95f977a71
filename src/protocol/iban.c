/* SPDX-License-Identifier: Apache-2.0
 * Bank accounts by number: IBAN with its check digits, BIC by its form. */
#include "epurse/iban.h"

#include <stddef.h>

#define IBAN_MIN 15 /* the shortest in use, Norway's */

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

bool iban_valid(const char *text) {
  size_t len = length(text, IBAN_MAX);
  unsigned remainder = 0;

  if (len < IBAN_MIN || !is_letter(text[0]) || !is_letter(text[1]) || !is_digit(text[2]) || !is_digit(text[3]))
    return false;
  for (size_t i = 0; i < len; i++) /* the first four stand last */
    remainder = remainder_take(remainder, text[(i + 4) % len]);
  return remainder == 1;
}

bool bic_valid(const char *text) {
  size_t len = length(text, BIC_MAX);

  return (len == 8 || len == 11) && is_letter(text[4]) && is_letter(text[5]);
}
