/* SPDX-License-Identifier: Apache-2.0
 * Which text may name a payment or load. */
#include "epurse/reference.h"

#include <stddef.h>

bool reference_valid(const char *text) {
  size_t len = 0;
  while (len <= REFERENCE_MAX && text[len] > 0x20 && text[len] < 0x7F)
    len++;
  return len > 0 && len <= REFERENCE_MAX && text[len] == '\0';
}
