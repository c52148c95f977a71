/* SPDX-License-Identifier: Apache-2.0
 * What went wrong, in one sentence on stderr, which stays known for --json. */
#ifndef EPURSE_CMD_PROBLEM_H
#define EPURSE_CMD_PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Says "PROGRAM: sentence" on stderr, in the language of people (language.h), from the English format. The first
 * sentence of a run is the one that problem_said answers: what comes behind it explains it; that one is English. For
 * the thread of main. */
void problem_say(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same where an English sentence that can be retold (retold.h) is among the arguments, mostly that of a status: it
 * is translated as well; "": none is. */
void problem_say_with(const char *program, const char *sentence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problem_say_list(const char *program, const char *sentence, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* Says why something could not be opened: the sentence of the status, and the problem that goes with it, "" or a text
 * that may name the file and end by that sentence itself. */
void problem_open(const char *program, const char *sentence, const char *problem);
/* That sentence, without the program's name, in UTF-8 whatever it quotes; "" where nothing was said. */
const char *problem_said(void);
/* Forgets it: the next sentence is about something else. */
void problem_forget(void);

/* Whether a text is UTF-8 (RFC 3629): no surrogates, no overlong forms. */
bool problem_is_utf8(const char *text);
/* Copies what can be kept of a text: a foreign byte becomes a question mark, a control character (ISO/IEC 6429) a
 * blank, and it is cut to whole letters of at most size - 1 bytes. False: that is another text. */
bool problem_text_keep(const char *text, char *kept, size_t size);

#endif
