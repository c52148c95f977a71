/* SPDX-License-Identifier: Apache-2.0
 * Sums that do not wrap. */
#include "reply_sum.h"

#include <limits.h>

_Static_assert(sizeof(json_int_t) == sizeof(long long), "LLONG_MAX is its bound");

bool reply_sum(json_int_t *sum, const json_int_t *addends, size_t count) {
  json_int_t all = *sum;

  for (size_t i = 0; i < count; i++) {
    bool beyond = addends[i] > 0 ? all > LLONG_MAX - addends[i] : all < LLONG_MIN - addends[i];
    if (beyond)
      return false;
    all += addends[i];
  }
  *sum = all;
  return true;
}
