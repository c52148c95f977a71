/* SPDX-License-Identifier: Apache-2.0
 * Up to which amount the issuer's cards may pay without a PIN, as the server said last: kept in the terminal's
 * folder. */
#ifndef EPURSE_TERMINAL_NO_PIN_H
#define EPURSE_TERMINAL_NO_PIN_H

#include <stdint.h>

struct terminal;

/* Reads what was kept; nothing that makes sense there: 0, the PIN is always asked for. */
void no_pin_load(struct terminal *terminal);
/* Takes the server's signed word, minor units, and keeps it where it is news. Where the folder does not take it the
 * next run asks for the PIN once more. */
void no_pin_learn(struct terminal *terminal, int64_t single);

#endif
