/* SPDX-License-Identifier: Apache-2.0
 * The card in a reader, for what takes the place of a look into its memory. */
#ifndef EPURSE_TESTS_APPLET_PHYSICAL_H
#define EPURSE_TESTS_APPLET_PHYSICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/reader.h"

/* NULL: no card was made yet. Stays this test's. */
struct reader *physical_reader(void);

/* enum card_state, as far as the card's answers have told. */
uint8_t physical_state(void);

/* How many the card has had from the test, what looks behind it apart. */
unsigned long physical_commands(void);

/* Whether the program's test of that name can run on it; each program with a server says so itself. */
bool physical_wants(const char *test);

#endif
