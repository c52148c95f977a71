/* SPDX-License-Identifier: Apache-2.0
 * Characters of UTF-8. */
#include "epurse/utf8.h"

size_t utf8_take(const char *text, size_t len, uint32_t *code) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const uint8_t first = (uint8_t)text[0];
  const size_t more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  uint32_t value = more == 0 ? first : first & (0x3FU >> more);
  *code = UTF8_NONE;
  if ((first >= 0x80 && first < 0xC2) || first > 0xF4)
    return 0;
  for (size_t i = 1; i <= more; i++) {
    if (i >= len || ((uint8_t)text[i] & 0xC0) != 0x80)
      return 0;
    value = value << 6 | ((uint8_t)text[i] & 0x3F);
  }
  if (value < least[more] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
    return 0;
  *code = value;
  return more + 1;
}
