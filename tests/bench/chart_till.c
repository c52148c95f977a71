/* SPDX-License-Identifier: Apache-2.0
 * The chart of a sale over slow lines: by epurse-pos as a process, by epurse-tilld on a line that is kept. */
#include <math.h>
#include <stdio.h>

#include "chart.h"
#include "svg.h"

#define BARS 3

static const struct {
  const char *way, *span, *word;
  enum svg_ink ink;
} bars[BARS] = {{"alone", "result_ms", "epurse-pos pay, from its start to the result", SVG_SECOND},
                {"alone", "card_ms", "epurse-pos pay, from its card", SVG_FIFTH},
                {"kept", "card_ms", "epurse-tilld, from the card to the result", SVG_FIRST}};

static double median(const json_t *line, int bar) {
  const json_t *span = json_object_get(json_object_get(line, bars[bar].way), bars[bar].span);
  return json_number_value(json_object_get(span, "p50"));
}

static void note_of(const json_t *report, char note[256]) {
  const json_t *machine = json_object_get(report, "machine"), *lines = json_object_get(report, "till");
  const json_t *alone = json_object_get(json_array_get(lines, 0), "alone");
  snprintf(note, 256, "%.10s, %lld x %s, medians of %lld sales, load %.0f before, %.0f after",
           json_string_value(json_object_get(report, "begun")),
           (long long)json_integer_value(json_object_get(machine, "processors")),
           json_string_value(json_object_get(machine, "processor")),
           (long long)json_integer_value(json_object_get(alone, "sales")),
           json_number_value(json_array_get(json_object_get(machine, "load_before"), 0)),
           json_number_value(json_array_get(json_object_get(machine, "load_after"), 0)));
}

static void line_draw(FILE *file, const json_t *line, double left, double room, double scale) {
  double width = room / (BARS + 1);
  for (int bar = 0; bar < BARS; bar++) {
    double value = median(line, bar), x = left + width * (bar + 0.5);
    svg_bar(file, x, SVG_BOTTOM - value * scale, width * 0.85, value * scale, bars[bar].ink);
    svg_text(file, x + width * 0.42, SVG_BOTTOM - value * scale - 5, "middle", "%.0f", value);
  }
  svg_text(file, left + room / 2, SVG_BOTTOM + 18, "middle", "%.0f ms",
           json_number_value(json_object_get(line, "link_ms")));
}

void chart_draw_till(const json_t *report, const char *path) {
  const json_t *lines = json_object_get(report, "till"), *line = NULL;
  double most = 100, count = (double)json_array_size(lines);
  char note[256];
  size_t i = 0;
  if (json_array_size(lines) == 0)
    return;
  json_array_foreach(lines, i, line) for (int bar = 0; bar < BARS; bar++) most = fmax(most, median(line, bar));
  note_of(report, note);
  FILE *file = svg_begin(path, "A sale over slow lines", note);
  double step = most > 400 ? 200 : most > 200 ? 100 : 50, room = (SVG_RIGHT - SVG_LEFT) / count;
  double scale = (SVG_BOTTOM - SVG_TOP) / (ceil(most / step) * step);
  for (double at = 0; at <= ceil(most / step) * step; at += step) {
    char word[24];
    snprintf(word, sizeof word, at > 0 ? "%.0f ms" : "%.0f", at);
    svg_grid_y(file, SVG_BOTTOM - at * scale, word);
  }
  json_array_foreach(lines, i, line) line_draw(file, line, SVG_LEFT + room * (double)i, room, scale);
  for (int bar = 0; bar < BARS; bar++)
    svg_key(file, SVG_LEFT + 12, SVG_TOP + 16 + 20 * bar, bars[bar].ink, bars[bar].word);
  svg_text(file, (SVG_LEFT + SVG_RIGHT) / 2.0, SVG_BOTTOM + 38, "middle", "the line to the back-end, there and back");
  svg_end(file, path);
}
