/* SPDX-License-Identifier: Apache-2.0
 * Characters of the code page PC858. */
#ifndef EPURSE_PRINT_PC858_H
#define EPURSE_PRINT_PC858_H

#include <stdbool.h>
#include <stdint.h>

/* The byte of a character of Unicode: its own, that of the letter without the mark, or '?'. Never a control
 * character. */
char pc858_of(uint32_t code);
/* Whether that is the character itself. */
bool pc858_has(uint32_t code);

#endif
