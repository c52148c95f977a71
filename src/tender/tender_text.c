/* SPDX-License-Identifier: Apache-2.0
 * What orders and a bank's texts may look like; what people are told of how it was paid. */
#include <string.h>

#include "epurse/sentence.h"
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

const char *tender_said(const char *word) {
  static const char *const said[][2] = {
      {"cash", SENTENCE("cash")},
      {"manual", SENTENCE("bank card")},
      {"zvt", SENTENCE("bank card, by ZVT")},
      {"owed", SENTENCE("what was owed to the card")},
  };
  for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
    if (strcmp(word, said[i][0]) == 0)
      return said[i][1];
  return word;
}
