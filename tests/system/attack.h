/* SPDX-License-Identifier: Apache-2.0
 * The corrupt parties, by who they are; all tests run in one world. */
#ifndef EPURSE_TESTS_SYSTEM_ATTACK_H
#define EPURSE_TESTS_SYSTEM_ATTACK_H

#include <check.h>

void attack_card_tests(TCase *tests);     /* attack_card.c: an opened card */
void attack_channel_tests(TCase *tests);  /* attack_channel.c: what a card only says */
void attack_copy_tests(TCase *tests);     /* attack_copy.c: two cards of one identity, a card of another issuer */
void attack_terminal_tests(TCase *tests); /* attack_terminal.c: stolen terminal keys, terminals out of their role */
void attack_issuer_tests(TCase *tests);   /* attack_issuer.c: inside the issuer; old and foreign authorisations */
void attack_pin_tests(TCase *tests);      /* attack_pin.c: whoever attacks other people's PINs */
void attack_defect_tests(TCase *tests);   /* attack_defect.c: what was found wrong in other purses */

#endif
