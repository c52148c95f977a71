/* SPDX-License-Identifier: Apache-2.0
 * The folder in which all of it lives: issuer, terminals, cards; made once by the real programs, then put back to the
 * same beginning before each run. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_WORLD_H
#define EPURSE_TESTS_SYSTEM_TORTURE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/card.h"
#include "torture.h"

/* Makes it, in memory where the machine has such a place. False: what is wrong has been said. */
bool world_make(void);
void world_remove(void);

/* Keeps what there is now as the beginning; and goes back to it. */
bool world_keep(void);
bool world_reset(void);

/* A name below the folder; the answer lives until the eighth call after it. */
const char *world_path(const char *name);
/* The card's file. */
const char *world_card(enum whose whose);
/* What it holds. False: it cannot be read. */
bool world_card_memory(enum whose whose, struct card_memory *memory);
uint32_t world_card_atc(enum whose whose);
int64_t world_card_balance(enum whose whose); /* minor units */
const uint8_t *world_serial(enum whose whose);

#endif
