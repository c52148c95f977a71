/* SPDX-License-Identifier: Apache-2.0
 * Seeds of the target endpoints. */
#ifndef EPURSE_TESTS_FUZZ_ENDPOINT_SEEDS_H
#define EPURSE_TESTS_FUZZ_ENDPOINT_SEEDS_H

#include "target.h"
#include "world.h"

/* The lives of a card and a terminal as their messages tell them. */
void endpoint_seeds(const struct world *world, const struct fuzz_sink *sink);

#endif
