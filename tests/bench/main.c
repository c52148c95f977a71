/* SPDX-License-Identifier: Apache-2.0
 * epurse-bench: payments per second of the real server, and what the machine could do at most. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "awake.h"
#include "bare.h"
#include "chart.h"
#include "epurse/ledger.h"
#include "fill.h"
#include "must.h"
#include "parts.h"
#include "processors.h"
#include "report.h"

#define BANKS         32
#define CROWD_CARDS   2   /* of each terminal */
#define STORE_SECONDS 2.0 /* of each measurement of the bare store */

/* The one card that the bulk is copied from. */
static uint32_t template_make(struct stage *stage) {
  struct ledger *ledger = world_ledger(&stage->world);
  struct purses purses = {.count = 1, .series = 0};
  purses_make(&stage->world, ledger, &purses);
  purses_free(&purses);
  ledger_close(&ledger);
  return 1; /* the pool had one number */
}

static void crowd_plan(struct stage *stage) {
  if (!stage->plan->parts[PLAN_OVERLOAD])
    return;
  stage->crowd.count = stage->plan->crowd;
  stage->crowd_purses.count = stage->crowd.count * CROWD_CARDS;
}

static void people_make(struct stage *stage) {
  struct ledger *ledger = world_ledger(&stage->world);
  const struct world *world = &stage->world;
  stage->shops = (struct tills){.name = "POS", .role = ROLE_POS, .count = stage->plan->connections};
  stage->banks = (struct tills){.name = "REL", .role = ROLE_RELOAD, .count = BANKS};
  stage->crowd = (struct tills){.name = "CRO", .role = ROLE_POS};
  stage->purses = (struct purses){.count = stage->plan->active, .series = 1};
  stage->crowd_purses = (struct purses){.series = 2};
  crowd_plan(stage);
  tills_merchants(ledger);
  tills_make(world, ledger, &stage->shops);
  tills_make(world, ledger, &stage->banks);
  tills_make(world, ledger, &stage->crowd);
  purses_make(world, ledger, &stage->purses);
  purses_make(world, ledger, &stage->crowd_purses);
  ledger_close(&ledger);
  stage->loads = (struct prepare){world, &stage->banks, &stage->purses};
  stage->purchases = (struct prepare){world, &stage->shops, &stage->purses};
  stage->crowd_loads = (struct prepare){world, &stage->banks, &stage->crowd_purses};
  stage->crowd_purchases = (struct prepare){world, &stage->crowd, &stage->crowd_purses};
}

static void world_fill(struct stage *stage, json_t *report) {
  int64_t begin = clock_now();
  world_make(stage->plan, &stage->world);
  crowd_plan(stage);
  fill_cards(&stage->world, template_make(stage), stage->plan->active + (unsigned)stage->crowd_purses.count);
  people_make(stage);
  json_object_set_new(report, "seconds_to_make_the_world", json_real((double)(clock_now() - begin) / 1e9));
  fprintf(stderr, "epurse-bench: %u cards made in %.1f s\n", stage->plan->cards, (double)(clock_now() - begin) / 1e9);
}

static void parts_run(struct stage *stage, json_t *report) {
  json_t *(*const run[])(struct stage *) = {part_loads,   part_peak,     part_steady, part_curve, part_overload,
                                            part_restart, part_failover, part_idle,   part_soak};
  json_t *parts = json_object_get(report, "parts");
  server_start(&stage->server, &stage->world);
  awake_begin(stage->plan->awake ? stage->plan->server_cpus : NULL);
  drive_open(&stage->shop_drive, &stage->shops, &stage->server);
  for (enum plan_part part = 0; part < PLAN_PART_COUNT; part++) {
    if (!stage->plan->parts[part] && part != PLAN_LOADS) /* without loads nobody can pay */
      continue;
    fprintf(stderr, "epurse-bench: %s\n", plan_word(part));
    json_object_set_new(parts, plan_word(part), run[part](stage));
  }
  awake_end();
  drive_close(&stage->shop_drive);
  part_end(stage);
  json_object_set_new(report, "server_memory_peak_kB", json_integer(server_memory(&stage->server).peak));
}

static void ledger_judge(struct stage *stage, json_t *report) {
  struct purses nobody = {.count = 0};
  const struct prepare banks = {&stage->world, &stage->banks, &nobody};
  const struct prepare sets[] = {stage->purchases, stage->crowd_purchases, banks};
  fprintf(stderr, "epurse-bench: the ledger is checked\n");
  double seconds = judge_ledger(&stage->world, sets, sizeof sets / sizeof sets[0]);
  json_object_set_new(report, "ledger_check_seconds", json_real(seconds));
  json_object_set_new(report, "audited", json_boolean(stage->plan->audit));
  json_object_set_new(report, "checked_orders", json_integer((json_int_t)stage->judged.orders));
  json_object_set_new(report, "checked_proofs", json_integer((json_int_t)stage->judged.proofs));
  json_object_set_new(report, "checked_alone", json_integer((json_int_t)stage->judged.alone));
}

static void stage_free(struct stage *stage) {
  tills_free(&stage->shops);
  tills_free(&stage->banks);
  tills_free(&stage->crowd);
  purses_free(&stage->purses);
  purses_free(&stage->crowd_purses);
  world_close(&stage->world);
}

static void files_allow(void) {
  struct rlimit files = {0};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
}

static void store_measure(const struct stage *stage, struct store_limit *limit) {
  double seconds = stage->plan->seconds < STORE_SECONDS ? stage->plan->seconds : STORE_SECONDS;
  char path[256];
  snprintf(path, sizeof path, "%s/bare.db", stage->world.installation.folder);
  store_limit_measure(bare_is_postgres(stage->plan->store) ? stage->plan->store : path, seconds, limit);
}

static json_t *measure(const struct plan *plan) {
  static struct stage stage;
  struct limit before = {0}, after = {0}, limit;
  struct store_limit store = {0};
  json_t *report = report_begin(plan);
  must(report != NULL, "no memory for a report");
  stage.plan = plan;
  stage.peak = plan->rate;
  world_fill(&stage, report);
  bool limits = plan->parts[PLAN_PEAK]; /* which are the peak's */
  if (limits)
    limit_measure(plan, &before);
  parts_run(&stage, report);
  if (limits)
    limit_measure(plan, &after);
  report_end(report);
  server_stop(&stage.server);
  if (limits)
    store_measure(&stage, &store);
  ledger_judge(&stage, report);
  if (limits) {
    limit = limit_mean(&before, &after);
    report_limits(report, &limit, &store, plan->server_cpus != NULL ? plan_cpu_count(plan->server_cpus) : 1);
  }
  report_print(report);
  stage_free(&stage);
  return report;
}

int main(int argc, char **argv) {
  struct plan plan;
  plan_parse(argc, argv, &plan);
  signal(SIGPIPE, SIG_IGN);
  must_end_on_signals();
  files_allow();
  json_t *report = plan.from != NULL ? json_load_file(plan.from, 0, NULL) : measure(&plan);
  must(report != NULL, "%s is no report", plan.from);
  if (plan.json != NULL)
    report_write(report, plan.json);
  if (plan.draw != NULL)
    chart_draw(report, plan.draw);
  json_decref(report);
  return EXIT_SUCCESS;
}
