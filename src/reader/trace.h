/* SPDX-License-Identifier: Apache-2.0
 * The APDU trace: one line each way, without anything that must stay secret. */
#ifndef EPURSE_TERMINAL_TRACE_H
#define EPURSE_TERMINAL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whether the data of this command, and of its answer, stays out of the trace: PINs, keys, challenges and cryptograms
 * in the clear, and everything under secure messaging. Decided by the instruction in whatever class it comes. */
bool trace_blanks(const uint8_t *command, size_t len);

/* "A>> (4+0008) 00A40400 08 F045505552534501 00": header and Lc, data, Le; with `blank` a count instead of the data. */
void trace_command(FILE *out, const uint8_t *command, size_t len, bool blank);

/* "A<< (0015+2) (4ms) 6F0D... 9000 done". */
void trace_answer(FILE *out, const uint8_t *answer, size_t len, long milliseconds, bool blank);

/* "A<< (12ms) CARD_LOST": no answer came. */
void trace_failure(FILE *out, const char *name, long milliseconds);

#endif
