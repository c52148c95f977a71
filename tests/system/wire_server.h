/* SPDX-License-Identifier: Apache-2.0
 * The same operations, attacked between terminal and server. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_SERVER_H
#define EPURSE_TESTS_SYSTEM_WIRE_SERVER_H

#include "wire_card.h"

/* How much of it is run, by lot. */
struct line_share {
  unsigned first; /* one of so many bytes of the first request */
  unsigned bytes; /* one of so many of the other messages */
  unsigned rest;  /* one of so many of everything else */
  bool delays;    /* each costs the terminal's patience: some seconds */
};
struct line_plan {
  struct line_attack *attacks; /* owned: line_plan_free */
  size_t count;
};
void line_plan_make(struct line_plan *plan, const struct line_tape *tape, const struct line_share *share,
                    uint64_t *seed);
void line_plan_free(struct line_plan *plan);

/* Records it once, plans, and runs every attack of the plan. */
void wire_server_attack(const struct wire_operation *operation, const struct line_share *share);

#endif
