/* SPDX-License-Identifier: Apache-2.0
 * What went wrong, in one sentence on stderr, which stays known for --json. */
#ifndef EPURSE_CMD_PROBLEM_H
#define EPURSE_CMD_PROBLEM_H

#include <stdbool.h>

/* Says "PROGRAM: sentence" on stderr. The first sentence of a run is the one that problem_said answers: what comes
 * behind it explains it. For the thread of main. */
void problem_say(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* That sentence, without the program's name, in UTF-8 whatever it quotes; "" where nothing was said. */
const char *problem_said(void);
/* Forgets it: the next sentence is about something else. */
void problem_forget(void);

/* Whether a text is UTF-8 (RFC 3629): no surrogates, no overlong forms. */
bool problem_is_utf8(const char *text);

#endif
