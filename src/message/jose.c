/* SPDX-License-Identifier: Apache-2.0
 * The compact serialization taken apart. */
#include "jose.h"

#include <string.h>

bool jose_split(const char *text, size_t len, struct jose_part *parts, size_t count) {
  const char *end = text + len;
  size_t found = 0;

  while (found < count) {
    const char *dot = memchr(text, '.', (size_t)(end - text));
    parts[found].text = text;
    parts[found].len = (size_t)((dot != NULL ? dot : end) - text);
    found++;
    if (dot == NULL)
      return found == count;
    text = dot + 1;
  }
  return false;
}
