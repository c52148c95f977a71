/* SPDX-License-Identifier: Apache-2.0
 * The parts of a measurement that only ask: loads, peak, 70 % of it, ten minutes of it. */
#include "parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gauge.h"
#include "latency.h"
#include "must.h"

#define STEADY_SHARE 0.7
#define WARM_SECONDS 2.0

static double rounded(double value, double steps) {
  return round(value * steps) / steps;
}

static json_t *latency_report(const struct latency *latency) {
  return json_pack("{s:I, s:f, s:f, s:f, s:f}", "count", (json_int_t)latency->count, "p50", latency->p50, "p99",
                   latency->p99, "p999", latency->p999, "max", latency->most);
}

static json_t *time_report(const struct server_time *time, uint64_t orders) {
  return json_pack("{s:f, s:f}", "user", rounded((double)time->user / 1000 / (double)orders, 10), "kernel",
                   rounded((double)time->kernel / 1000 / (double)orders, 10));
}

static json_t *times_report(const struct server_times *times, uint64_t orders) {
  return json_pack("{s:o, s:o, s:o}", "lines", time_report(&times->lines, orders), "workers",
                   time_report(&times->workers, orders), "writer", time_report(&times->writer, orders));
}

json_t *part_report(const struct drive_result *result) {
  struct latency latency = latency_of(&result->samples, 0, 1e9);
  json_t *report = json_pack(
      "{s:f, s:I, s:I, s:f, s:f, s:o, s:f}", "seconds", rounded(result->seconds, 1000), "payments",
      (json_int_t)result->orders, "messages", (json_int_t)result->messages, "payments_per_second",
      rounded((double)result->orders / result->seconds, 10), "round_trips_per_payment",
      rounded((double)result->messages / (double)result->orders, 1000), "latency_ms", latency_report(&latency),
      "generator_us_per_payment", rounded((double)result->own_cpu / 1000 / (double)result->orders, 10));
  if (result->server_cpu > 0 && result->orders > 0) {
    double cpu = (double)result->server_cpu / 1000 / (double)result->orders;
    json_object_set_new(report, "server_us_per_payment", json_real(rounded(cpu, 10)));
    json_object_set_new(report, "server_threads_us", times_report(&result->times, result->orders));
    json_object_set_new(report, "server_cores",
                        json_real(rounded((double)result->server_cpu / 1e9 / result->seconds, 1000)));
  }
  if (result->store_cpu > 0 && result->orders > 0) {
    double cpu = (double)result->store_cpu / 1000 / (double)result->orders;
    json_object_set_new(report, "store_us_per_payment", json_real(rounded(cpu, 10)));
  }
  if (result->refused > 0 || result->missed > 0) {
    struct latency refusals = latency_of(&result->refusals, 0, 1e9);
    json_object_set_new(report, "refused", json_integer((json_int_t)result->refused));
    json_object_set_new(report, "refusal_ms", latency_report(&refusals));
    json_object_set_new(report, "no_terminal_free", json_integer((json_int_t)result->missed));
  }
  return report;
}

/* Enough for so many seconds at that rate, evenly over the terminals. */
static void prepare_for(const struct prepare *prepare, double rate, double seconds) {
  size_t each = (size_t)(rate * seconds / (double)prepare->tills->count * 1.1) + 16;
  fprintf(stderr, "epurse-bench: making %zu purchases\n", each * prepare->tills->count);
  prepare_purchases(prepare, each, seconds);
}

static void need_peak(const struct stage *stage) {
  must(stage->peak > 0, "the peak is not known: ask for the part `peak`, or say --rate");
}

json_t *part_loads(struct stage *stage) {
  const struct drive_wish request = {.seconds = 3600, .all = true};
  uint32_t ceiling = stage->world.service.configuration.purse_ceiling;
  struct drive bank_drive;
  struct drive_result result;
  json_t *report = NULL;
  drive_open(&bank_drive, &stage->banks, &stage->server);
  prepare_loads(&stage->loads, ceiling);
  drive_run(&bank_drive, &request, &result);
  report = part_report(&result);
  drive_result_free(&result);
  judge_answers(&stage->loads, &stage->judged);
  drive_close(&bank_drive);
  return report;
}

static void peak_tick(void *context, double elapsed) {
  gauge_look(context, elapsed);
}

/* All that was answered counts here, also behind the end. */
static void report_gauge(json_t *report, const struct gauge *gauge, const struct drive_result *result) {
  json_object_set_new(report, "steps_per_commit",
                      json_real(rounded((double)gauge->steps / (double)gauge->commits, 100)));
  json_object_set_new(report, "log_bytes_per_payment",
                      json_integer((json_int_t)((double)gauge->wal / (double)result->samples.count)));
}

json_t *part_peak(struct stage *stage) {
  struct gauge gauge;
  const struct drive_wish warm = {.seconds = WARM_SECONDS};
  const struct drive_wish request = {.seconds = stage->plan->seconds, .tick = peak_tick, .context = &gauge};
  struct drive_result result;
  prepare_for(&stage->purchases, 2000, WARM_SECONDS);
  drive_run(&stage->shop_drive, &warm, &result);
  double rate = (double)result.orders / result.seconds;
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  prepare_for(&stage->purchases, rate * 1.4, stage->plan->seconds);
  gauge_begin(&gauge, &stage->server, stage->shops.list[0].tls);
  drive_run(&stage->shop_drive, &request, &result);
  gauge_end(&gauge);
  json_t *report = part_report(&result);
  report_gauge(report, &gauge, &result);
  if (stage->plan->rate <= 0)
    stage->peak = (double)result.orders / result.seconds;
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}

json_t *part_steady(struct stage *stage) {
  need_peak(stage);
  const struct drive_wish request = {.rate = stage->peak * STEADY_SHARE, .seconds = stage->plan->seconds};
  struct drive_result result;
  prepare_for(&stage->purchases, request.rate, request.seconds);
  drive_run(&stage->shop_drive, &request, &result);
  json_t *report = part_report(&result);
  json_object_set_new(report, "asked_per_second", json_real(rounded(request.rate, 10)));
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}

/* ---- latency by load ---- */

static json_t *curve_point(struct stage *stage, double share) {
  const struct drive_wish request = {.rate = stage->peak * share, .seconds = stage->plan->seconds / 2};
  struct drive_result result;
  prepare_for(&stage->purchases, request.rate, request.seconds);
  drive_run(&stage->shop_drive, &request, &result);
  json_t *point = part_report(&result);
  json_object_set_new(point, "share", json_real(share));
  json_object_set_new(point, "asked_per_second", json_real(rounded(request.rate, 10)));
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return point;
}

json_t *part_curve(struct stage *stage) {
  static const double loads[] = {0.1, 0.3, 0.5, 0.7, 0.8, 0.9};
  need_peak(stage);
  json_t *points = json_array();
  for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
    json_array_append_new(points, curve_point(stage, loads[i]));
  return json_pack("{s:o}", "points", points);
}

/* ---- soak ---- */

#define SOAK_SLICES 20

struct soak {
  const struct stage *stage;
  double slice; /* seconds */
  size_t seen;
  long resident[SOAK_SLICES + 1]; /* kB, at the end of each slice; [0] at the beginning */
};

static void soak_tick(void *context, double elapsed) {
  struct soak *soak = context;
  if (soak->seen > SOAK_SLICES || elapsed < soak->slice * (double)soak->seen)
    return;
  soak->resident[soak->seen++] = server_memory(&soak->stage->server).resident;
}

static json_t *soak_slices(const struct soak *soak, const struct drive_result *result) {
  json_t *slices = json_array();
  for (size_t i = 0; i < SOAK_SLICES; i++) {
    double from = soak->slice * (double)i;
    struct latency latency = latency_of(&result->samples, from, from + soak->slice);
    json_array_append_new(slices, json_pack("{s:f, s:o, s:I}", "from", from, "latency_ms", latency_report(&latency),
                                            "resident_kB", (json_int_t)soak->resident[i + 1 < soak->seen ? i + 1 : i]));
  }
  return slices;
}

json_t *part_soak(struct stage *stage) {
  need_peak(stage);
  struct soak soak = {.stage = stage, .slice = stage->plan->soak_seconds / SOAK_SLICES};
  const struct drive_wish request = {
      .rate = stage->peak * STEADY_SHARE, .seconds = stage->plan->soak_seconds, .tick = soak_tick, .context = &soak};
  struct drive_result result;
  prepare_for(&stage->purchases, request.rate, request.seconds);
  drive_run(&stage->shop_drive, &request, &result);
  json_t *report = part_report(&result);
  json_object_set_new(report, "asked_per_second", json_real(rounded(request.rate, 10)));
  json_object_set_new(report, "resident_kB_at_first", json_integer(soak.resident[0]));
  json_object_set_new(report, "slices", soak_slices(&soak, &result));
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}
