/* SPDX-License-Identifier: Apache-2.0
 * The applet behind the C card's contract, for the tests of this folder. */
#ifndef EPURSE_TESTS_APPLET_CARD_H
#define EPURSE_TESTS_APPLET_CARD_H

#include <stdint.h>

#include "card/ram.h"

/* Starts the bridge with a shell command; before any card is made. */
void applet_start(const char *command);
void applet_stop(void);

/* What its chip did since it was last asked: engine.Tally.Count, in its order. */
#define APPLET_COUNTS 14
void applet_counts(struct ram *ram, uint32_t counts[APPLET_COUNTS]);

#endif
