/* SPDX-License-Identifier: Apache-2.0
 * What orders and a bank's texts may look like. */
#include <string.h>

#include "tender_driver.h"

#define PRINTABLE_FIRST 0x20
#define DELETE          0x7F
#define C1_LEAD         0xC2 /* U+0080 to U+009F in UTF-8: C2 80 to C2 9F */
#define C1_END          0xA0

bool tender_order_valid(const char *order) {
  size_t len = strlen(order);

  for (size_t i = 0; i < len; i++)
    if (order[i] <= PRINTABLE_FIRST || order[i] >= DELETE)
      return false;
  return len > 0 && len <= TENDER_ORDER_MAX;
}

bool tender_text_copy(char *field, unsigned capacity, const char *text) {
  size_t len = strlen(text);

  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)text[i];
    bool c1 = c == C1_LEAD && (unsigned char)text[i + 1] < C1_END;
    if (c < PRINTABLE_FIRST || c == DELETE || c1)
      return false;
  }
  if (len >= capacity)
    return false;
  memcpy(field, text, len + 1);
  return true;
}
