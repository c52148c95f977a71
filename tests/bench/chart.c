/* SPDX-License-Identifier: Apache-2.0
 * Charts of a report. */
#include "chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "must.h"
#include "svg.h"

#define POINTS_MAX 32
#define PATH_ROOM  1024

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

/* Under what conditions: the date, the store, the cards, whether others were at work. */
static void note_of(const json_t *report, char note[256]) {
  const json_t *machine = json_object_get(report, "machine"), *plan = json_object_get(report, "plan");
  snprintf(note, 256, "%.10s, %s, %lld x %s, server on processor %s, load %.0f before, %.0f after",
           json_string_value(json_object_get(report, "begun")),
           strncmp(json_string_value(json_object_get(plan, "store")), "sqlite", 6) == 0 ? "SQLite" : "PostgreSQL",
           (long long)json_integer_value(json_object_get(machine, "processors")),
           json_string_value(json_object_get(machine, "processor")),
           json_string_value(json_object_get(plan, "server_cpus")),
           json_number_value(json_array_get(json_object_get(machine, "load_before"), 0)),
           json_number_value(json_array_get(json_object_get(machine, "load_after"), 0)));
}

/* Logarithmic, from 10^low to 10^high over the plot's height. */
static double height_of(double value, double low, double high) {
  double share = value > 0 ? (log10(value) - low) / (high - low) : 0;
  return SVG_BOTTOM - fmin(fmax(share, 0), 1) * (SVG_BOTTOM - SVG_TOP);
}

/* ---- latency by load ---- */

static void curve_draw(FILE *file, const json_t *points, const char *name, enum svg_ink ink) {
  struct svg_point drawn[POINTS_MAX];
  size_t i = 0;
  const json_t *point = NULL;
  json_array_foreach(points, i, point) drawn[i] =
      (struct svg_point){SVG_LEFT + number(point, "share") * (SVG_RIGHT - SVG_LEFT),
                         height_of(number(json_object_get(point, "latency_ms"), name), 0, 3)};
  svg_curve(file, drawn, i, ink);
}

static void draw_latency(const json_t *report, const char *path, const char *note) {
  static const char *const milliseconds[] = {"1", "10", "100", "1000 ms"};
  const json_t *points = json_object_get(json_object_get(json_object_get(report, "parts"), "curve"), "points");
  if (json_array_size(points) == 0 || json_array_size(points) > POINTS_MAX)
    return;
  FILE *file = svg_begin(path, "Latency of a purchase by load", note);
  for (int i = 0; i <= 3; i++)
    svg_grid_y(file, height_of(pow(10, i), 0, 3), milliseconds[i]);
  for (int i = 0; i <= 10; i += 2) {
    char word[16];
    snprintf(word, sizeof word, "%d %%", 10 * i);
    svg_grid_x(file, SVG_LEFT + i / 10.0 * (SVG_RIGHT - SVG_LEFT), word);
  }
  svg_text(file, (SVG_LEFT + SVG_RIGHT) / 2.0, SVG_BOTTOM + 38, "middle", "of the peak, purchases at even distances");
  curve_draw(file, points, "p99", SVG_SECOND);
  curve_draw(file, points, "p50", SVG_FIRST);
  svg_key(file, SVG_LEFT + 12, SVG_TOP + 16, SVG_SECOND, "99 of 100 are faster");
  svg_key(file, SVG_LEFT + 12, SVG_TOP + 36, SVG_FIRST, "half are faster");
  svg_end(file, path);
}

/* ---- cost by cards ---- */

static void draw_cards(const json_t *report, const char *path, const char *note) {
  const json_t *runs = json_object_get(report, "growth"), *run = NULL;
  double first = number(json_array_get(runs, 0), "server_us_per_payment"), most = 1.4;
  size_t count = json_array_size(runs), i = 0;
  if (count == 0 || first <= 0)
    return;
  json_array_foreach(runs, i, run) most = fmax(most, number(run, "server_us_per_payment") / first * 1.1);
  FILE *file = svg_begin(path, "Cost of a payment by number of cards", note);
  double height = SVG_BOTTOM - SVG_TOP, room = (double)(SVG_RIGHT - SVG_LEFT) / (double)count;
  svg_grid_y(file, SVG_BOTTOM, "0");
  svg_grid_y(file, SVG_BOTTOM - height / most, "1.0");
  json_array_foreach(runs, i, run) {
    double ratio = number(run, "server_us_per_payment") / first, x = SVG_LEFT + room * (double)i;
    svg_bar(file, x + room * 0.25, SVG_BOTTOM - ratio / most * height, room * 0.5, ratio / most * height,
            i == 0 ? SVG_FOURTH : SVG_FIRST);
    svg_text(file, x + room / 2, SVG_BOTTOM - ratio / most * height - 6, "middle", "%.2f", ratio);
    double cards = number(run, "cards");
    svg_text(file, x + room / 2, SVG_BOTTOM + 18, "middle", cards < 1e6 ? "%.0f thousand" : "%.0f million",
             cards / (cards < 1e6 ? 1e3 : 1e6));
  }
  svg_text(file, (SVG_LEFT + SVG_RIGHT) / 2.0, SVG_BOTTOM + 38, "middle",
           "cards in the ledger; the server's processor time for a payment, to the first run's");
  svg_end(file, path);
}

/* ---- where the time goes ---- */

struct share {
  const char *of, *mode, *word;
  enum svg_ink ink;
};

static const struct share shares[] = {{"lines", "user", "lines: TLS, HTTP", SVG_FIRST},
                                      {"lines", "kernel", "their sockets", SVG_FOURTH},
                                      {"workers", "user", "workers: signatures, PIN, JSON", SVG_SECOND},
                                      {"workers", "kernel", "their waiting", SVG_FIFTH},
                                      {"writer", "user", "writer: ledger", SVG_THIRD},
                                      {"writer", "kernel", "its disk", SVG_SIXTH}};
#define SHARE_COUNT (sizeof shares / sizeof shares[0])

static void draw_time(const json_t *report, const char *path, const char *note) {
  const json_t *peak = json_object_get(json_object_get(report, "parts"), "peak");
  const json_t *times = json_object_get(peak, "server_threads_us");
  double values[SHARE_COUNT], sum = 0, x = SVG_LEFT;
  double best = 1e6 / number(json_object_get(report, "limit"), "two_verify_one_sign_per_core");
  for (size_t i = 0; i < SHARE_COUNT; i++)
    sum += values[i] = number(json_object_get(times, shares[i].of), shares[i].mode);
  if (sum <= 0)
    return;
  FILE *file = svg_begin(path, "Where the server's time for a payment goes", note);
  double scale = (SVG_RIGHT - SVG_LEFT) / fmax(sum, best);
  for (size_t i = 0; i < SHARE_COUNT; i++) {
    svg_bar(file, x, SVG_TOP + 10, values[i] * scale, 60, shares[i].ink);
    x += values[i] * scale;
    char word[96];
    snprintf(word, sizeof word, "%s, %.0f %%", shares[i].word, 100 * values[i] / sum);
    svg_key(file, i % 2 == 0 ? SVG_LEFT : SVG_LEFT + 330, SVG_TOP + 180 + 24.0 * (double)(i / 2), shares[i].ink, word);
  }
  svg_bar(file, SVG_LEFT, SVG_TOP + 100, best * scale, 30, SVG_SECOND);
  svg_text(file, SVG_LEFT + best * scale + 8, SVG_TOP + 120, "start",
           "2 verifications and 1 signature at OpenSSL's best: %.0f %%", 100 * best / sum);
  svg_end(file, path);
}

static void path_of(const char *folder, const char *name, char path[PATH_ROOM]) {
  must((size_t)snprintf(path, PATH_ROOM, "%s/%s", folder, name) < PATH_ROOM, "the folder's name is too long");
}

void chart_draw(const json_t *report, const char *folder) {
  static const struct {
    const char *name;
    void (*draw)(const json_t *report, const char *path, const char *note);
  } charts[] = {{"bench-latency.svg", draw_latency}, {"bench-cards.svg", draw_cards}, {"bench-time.svg", draw_time}};
  char note[256], path[PATH_ROOM];
  path_of(folder, "bench-till.svg", path);
  chart_draw_till(report, path);
  if (json_object_get(report, "plan") == NULL) /* of tills alone */
    return;
  note_of(report, note);
  for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
    path_of(folder, charts[i].name, path);
    charts[i].draw(report, path, note);
  }
}
