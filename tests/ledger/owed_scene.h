/* SPDX-License-Identifier: Apache-2.0
 * Refunds that are owed because the card is not there, and a load that collects what is owed. */
#ifndef TESTS_LEDGER_OWED_SCENE_H
#define TESTS_LEDGER_OWED_SCENE_H

#include "world.h"

/* Of the card's sale of that number. */
struct owing {
  uint32_t atc, amount;
  uint8_t wish;           /* names it */
  const char *reference;  /* likewise, or NULL */
  const char *tid;        /* where; NULL: at POS */
  uint8_t heir[CID_SIZE]; /* set: the card that it is owed to */
};
enum status owed_refund(struct world *world, const struct purse *purse, struct owing *owing);

/* A load of what is owed, and of nothing else, confirmed. */
void owed_load(struct world *world, struct purse *purse, uint32_t amount, const char *tid);

#endif
