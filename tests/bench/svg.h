/* SPDX-License-Identifier: Apache-2.0
 * A picture of lines, bars and words, light or dark as the reader's screen is. */
#ifndef EPURSE_TESTS_BENCH_SVG_H
#define EPURSE_TESTS_BENCH_SVG_H

#include <stdio.h>

/* The plot's edges within the picture. */
#define SVG_LEFT   70
#define SVG_RIGHT  690
#define SVG_TOP    60
#define SVG_BOTTOM 300

/* Colours, a class of the picture's own each. */
enum svg_ink { SVG_FIRST, SVG_SECOND, SVG_THIRD, SVG_FOURTH, SVG_FIFTH, SVG_SIXTH, SVG_INK_COUNT };

/* The file `path` with its title, and a line about how it was measured; what cannot be written ends the program. */
FILE *svg_begin(const char *path, const char *title, const char *note);
void svg_end(FILE *file, const char *path);

/* anchor: "start", "middle" or "end". */
void svg_text(FILE *file, double x, double y, const char *anchor, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A thin line of the plot, with a word at its left or below it. */
void svg_grid_y(FILE *file, double y, const char *word);
void svg_grid_x(FILE *file, double x, const char *word);
void svg_bar(FILE *file, double x, double y, double width, double height, enum svg_ink ink);
/* From point to point, with a dot at each. */
struct svg_point {
  double x, y;
};
void svg_curve(FILE *file, const struct svg_point *points, size_t count, enum svg_ink ink);
/* A square of that colour and what it stands for. */
void svg_key(FILE *file, double x, double y, enum svg_ink ink, const char *word);

#endif
