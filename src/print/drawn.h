/* SPDX-License-Identifier: Apache-2.0
 * Lines of text as pictures, for printers that lack their characters: FreeType's, in a font of the shop's machine. */
#ifndef EPURSE_PRINT_DRAWN_H
#define EPURSE_PRINT_DRAWN_H

#include "epurse/print.h"

#define PEN_ROWS_MAX    54                  /* dots of a line of double characters, with what is white below it */
#define PEN_PICTURE_MAX (72 * PEN_ROWS_MAX) /* bytes, on paper of 80 mm */

struct pen; /* opaque */
/* NULL: no such font, no memory, or built without FreeType. The caller's, to be closed. */
struct pen *pen_open(const char *font);
/* *pen becomes NULL. NULL is fine. */
void pen_close(struct pen **pen);

/* Draws a line, of at most as many characters as the paper has columns, of `len` bytes of UTF-8; what the font has not
 * got, as the code page would have it. `picture` gets rows as wide as the paper, eight dots a byte, the leftmost in the
 * highest bit; answers how many. */
unsigned pen_row(struct pen *pen, struct print_paper paper, enum print_align align, unsigned style, const char *text,
                 size_t len, uint8_t picture[PEN_PICTURE_MAX]);

#endif
