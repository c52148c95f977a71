/* SPDX-License-Identifier: Apache-2.0
 * Every attack on an operation, made from what it looked like when nobody attacked. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_PLAN_H
#define EPURSE_TESTS_SYSTEM_WIRE_PLAN_H

#include "wire_reader.h"

/* How much of it is run. With one of `bytes` positions altered, and one of `rest` of everything else, taken by lot. */
struct wire_share {
  unsigned bytes, rest;
  unsigned bits; /* how many different alterations of a byte: 1 or 8 */
};
struct wire_plan {
  struct wire_attack *attacks; /* owned: wire_plan_free */
  size_t count;
};
void wire_plan_make(struct wire_plan *plan, const struct tape *tape, const struct wire_share *share, uint64_t *seed);
void wire_plan_free(struct wire_plan *plan);

#endif
