/* SPDX-License-Identifier: Apache-2.0
 * SVG 1.1, colours by classes. */
#include "svg.h"

#include <stdarg.h>

#include "must.h"

static const char style[] =
    "<style>\n"
    "  text { fill: #1c2128 } .title { font-size: 16px; font-weight: 600 } .note { fill: #57606a }\n"
    "  .grid { stroke: #d0d7de } .s { fill: none; stroke-width: 2 }\n"
    "  .f0 { fill: #1f5fa8 } .f1 { fill: #d1642b } .f2 { fill: #2e7d32 } .f3 { fill: #7cafe0 }\n"
    "  .f4 { fill: #eeb08a } .f5 { fill: #8fca92 } .s0 { stroke: #1f5fa8 } .s1 { stroke: #d1642b }\n"
    "  .s2 { stroke: #2e7d32 }\n"
    "  @media (prefers-color-scheme: dark) {\n"
    "    text { fill: #e6edf3 } .note { fill: #9da7b3 } .grid { stroke: #30363d }\n"
    "    .f0 { fill: #58a6ff } .f1 { fill: #f0883e } .f2 { fill: #56d364 } .f3 { fill: #264a73 }\n"
    "    .f4 { fill: #7a4420 } .f5 { fill: #245c2b } .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e }\n"
    "    .s2 { stroke: #56d364 }\n"
    "  }\n"
    "</style>\n";

FILE *svg_begin(const char *path, const char *title, const char *note) {
  FILE *file = fopen(path, "w");
  must(file != NULL, "%s cannot be written", path);
  fprintf(file,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 380\" role=\"img\" aria-labelledby=\"t d\" "
          "font-family=\"system-ui, sans-serif\" font-size=\"13\">\n"
          "<!-- SPDX-License-Identifier: Apache-2.0; drawn by epurse-bench -->\n"
          "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n%s"
          "<text class=\"title\" x=\"%d\" y=\"26\">%s</text>\n<text class=\"note\" x=\"%d\" y=\"368\">%s</text>\n",
          title, note, style, SVG_LEFT, title, SVG_LEFT, note);
  return file;
}

void svg_end(FILE *file, const char *path) {
  fputs("</svg>\n", file);
  must(fclose(file) == 0, "%s cannot be written", path);
}

void svg_text(FILE *file, double x, double y, const char *anchor, const char *format, ...) {
  va_list arguments;
  fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
  va_start(arguments, format);
  vfprintf(file, format, arguments);
  va_end(arguments);
  fputs("</text>\n", file);
}

void svg_grid_y(FILE *file, double y, const char *word) {
  fprintf(file, "<path class=\"grid\" d=\"M%d %.1f H%d\"/>", SVG_LEFT, y, SVG_RIGHT);
  svg_text(file, SVG_LEFT - 8, y + 4, "end", "%s", word);
}

void svg_grid_x(FILE *file, double x, const char *word) {
  fprintf(file, "<path class=\"grid\" d=\"M%.1f %d V%d\"/>", x, SVG_TOP, SVG_BOTTOM);
  svg_text(file, x, SVG_BOTTOM + 18, "middle", "%s", word);
}

void svg_bar(FILE *file, double x, double y, double width, double height, enum svg_ink ink) {
  fprintf(file, "<rect class=\"f%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", (int)ink, x, y, width,
          height);
}

void svg_curve(FILE *file, const struct svg_point *points, size_t count, enum svg_ink ink) {
  fprintf(file, "<path class=\"s s%d\" d=\"", (int)ink);
  for (size_t i = 0; i < count; i++)
    fprintf(file, "%s%.1f %.1f ", i == 0 ? "M" : "L", points[i].x, points[i].y);
  fputs("\"/>\n", file);
  for (size_t i = 0; i < count; i++)
    fprintf(file, "<circle class=\"f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n", (int)ink, points[i].x, points[i].y);
}

void svg_key(FILE *file, double x, double y, enum svg_ink ink, const char *word) {
  svg_bar(file, x, y - 10, 11, 11, ink);
  svg_text(file, x + 17, y, "start", "%s", word);
}
