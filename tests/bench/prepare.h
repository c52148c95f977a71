/* SPDX-License-Identifier: Apache-2.0
 * Fills the queues of terminals with messages that are ready to be sent. */
#ifndef EPURSE_TESTS_BENCH_PREPARE_H
#define EPURSE_TESTS_BENCH_PREPARE_H

#include "purse.h"
#include "till.h"

/* Card number i pays at terminal i modulo their number. */
struct prepare {
  const struct world *world;
  struct tills *tills;
  struct purses *purses;
};

/* Every card loads `amount` minor units once. */
void prepare_loads(const struct prepare *prepare, uint32_t amount);

/* Until each queue holds `count` purchases, of 0.01 each, its cards by turns; behind plan->batch of them a confirmation
 * of what they came to. A message is dated `spread` seconds and more from now, as far back in the queue as it stands:
 * the server takes none that is off by more than MESSAGE_CLOCK_SKEW. */
void prepare_purchases(const struct prepare *prepare, size_t count, double spread);

/* Leaves nothing in the queues but confirmations of what the server approved and has not been told of. */
void prepare_end(const struct prepare *prepare);

#endif
