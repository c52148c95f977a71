/* SPDX-License-Identifier: Apache-2.0
 * Known answers written as hexadecimal, for the tests. */
#include "vector.h"

#include <string.h>

static uint8_t nibble(char digit) {
  static const char digits[] = "0123456789abcdefABCDEF";
  const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

  ck_assert_ptr_nonnull(at);
  return (uint8_t)(at - digits < 16 ? at - digits : at - digits - 6);
}

struct vector vector(const char *hex) {
  struct vector out = {.len = 0};

  while (*hex != '\0') {
    if (*hex == ' ') {
      hex++;
      continue;
    }
    ck_assert_uint_lt(out.len, VECTOR_MAX);
    out.at[out.len++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
    hex += 2;
  }
  return out;
}
