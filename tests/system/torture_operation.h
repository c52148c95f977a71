/* SPDX-License-Identifier: Apache-2.0
 * The operations of the engine: all that anybody does with a card, from each state that makes a difference to it. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_OPERATION_H
#define EPURSE_TESTS_SYSTEM_TORTURE_OPERATION_H

#include "torture_sequence.h"

struct operation {
  const char *name;
  struct call call;
  /* Brings about what the operation begins with; NULL: the beginning itself. */
  void (*prelude)(struct sequence *sequence);
  enum card_state fate; /* CARD_BLOCKED, CARD_EXPIRED: the card dies of it; 0: it lives */
  bool once;            /* a purchase or load that is wanted once: how often it was made is counted */
  bool rare;            /* left out where only a share of the faults is tried */
};
const struct operation *operation_at(size_t index); /* NULL behind the last */

#endif
