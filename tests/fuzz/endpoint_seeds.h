/* SPDX-License-Identifier: Apache-2.0
 * Seeds of the target endpoints. */
#ifndef EPURSE_TESTS_FUZZ_ENDPOINT_SEEDS_H
#define EPURSE_TESTS_FUZZ_ENDPOINT_SEEDS_H

#include "target.h"
#include "world.h"

#define ENDPOINT_MESSAGES_MAX 13 /* of one input; more are not sent */

/* The lives of a card and a terminal as their messages tell them; each message that the server reads is in one of
 * them. */
void endpoint_seeds(const struct world *world, const struct fuzz_sink *sink);

#endif
