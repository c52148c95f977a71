/* SPDX-License-Identifier: Apache-2.0
 * Two cards behind one contract: each command goes to the card core and to the applet, and both must answer the
 * same. */
#ifndef EPURSE_TESTS_APPLET_BOTH_H
#define EPURSE_TESTS_APPLET_BOTH_H

#include <stdint.h>

/* How many commands were answered by both, the same, since the process began. */
uint32_t both_compared(void);

#endif
