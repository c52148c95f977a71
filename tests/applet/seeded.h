/* SPDX-License-Identifier: Apache-2.0
 * The card core's randomness as the applet's runtime makes it from a seed, so that both cards do the same. */
#ifndef EPURSE_TESTS_APPLET_SEEDED_H
#define EPURSE_TESTS_APPLET_SEEDED_H

#include <stddef.h>
#include <stdint.h>

#define SEED_SIZE 8

/* From now on random bytes, key pairs and the nonces of signatures follow from the seed: engine.Random and
 * engine.Curve. */
void seeded_begin(const uint8_t seed[SEED_SIZE]);
/* From now on they are the library's own again: the terminal's and the issuer's. */
void seeded_end(void);

#endif
