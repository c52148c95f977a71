/* SPDX-License-Identifier: Apache-2.0
 * The bulk of the cards: issued, at rest, never driven. Written into the store by SQL while no server runs, each a copy
 * of one card that the ledger issued itself. */
#ifndef EPURSE_TESTS_BENCH_FILL_H
#define EPURSE_TESTS_BENCH_FILL_H

#include "world.h"

/* `template_serial`: of an issued card without transactions, the only one so far. Afterwards card numbers up to
 * plan->cards exist: all are cards like it, but for `active` of them at least, evenly spread, which lie in the pool. */
void fill_cards(const struct world *world, uint32_t template_serial, unsigned active);

#endif
