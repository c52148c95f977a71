/* SPDX-License-Identifier: Apache-2.0
 * Characters of UTF-8 (RFC 3629). Freestanding. */
#ifndef EPURSE_UTF8_H
#define EPURSE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX  4      /* bytes of a character */
#define UTF8_NONE 0xFFFD /* stands for what is no character */

/* How many bytes the character takes that `text` begins with, at most `len`, at least 1 of which are there; *code is
 * its number. 0: it is none, and *code UTF8_NONE: a foreign byte, a cut or overlong form, a surrogate. Of a text that
 * ends with NUL, `len` may be UTF8_MAX: nothing behind its end is read. */
size_t utf8_take(const char *text, size_t len, uint32_t *code);

#endif
