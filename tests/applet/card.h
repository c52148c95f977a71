/* SPDX-License-Identifier: Apache-2.0
 * The applet behind the C card's contract, for the tests of this folder. */
#ifndef EPURSE_TESTS_APPLET_CARD_H
#define EPURSE_TESTS_APPLET_CARD_H

/* Starts the bridge with a shell command; before any card is made. */
void applet_start(const char *command);
void applet_stop(void);

#endif
