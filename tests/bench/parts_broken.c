/* SPDX-License-Identifier: Apache-2.0
 * The parts of a measurement in which something is too much or goes wrong: overload, a killed server, a thousand
 * connections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "latency.h"
#include "must.h"
#include "parts.h"

#define OVERLOAD_FACTOR   3
#define AFTER_SHARE       0.7
#define AFTER_SECONDS     5
#define RESTART_SHARE     0.5
#define RESTART_SECONDS   9.0
#define MESSAGES_TO_SPARE 32

static void need_peak(const struct stage *stage) {
  must(stage->peak > 0, "the peak is not known: ask for the part `peak`, or say --rate");
}

/* ---- overload ---- */

static void load_crowd(struct stage *stage) {
  struct drive drive;
  drive_open(&drive, &stage->banks, &stage->server);
  prepare_loads(&stage->crowd_loads, stage->world.service.configuration.purse_ceiling);
  drive_drain(&drive);
  judge_answers(&stage->crowd_loads, &stage->judged);
  drive_close(&drive);
}

/* The first full second after the overload in which 99 of 100 are answered within `bound` milliseconds; -1: none. */
static double recovered_after(const struct drive_samples *samples, double bound) {
  for (int second = 0; second < AFTER_SECONDS; second++) {
    struct latency latency = latency_of(samples, second, second + 1);
    if (latency.count > 0 && latency.p99 <= bound)
      return second;
  }
  return -1;
}

json_t *part_overload(struct stage *stage) {
  need_peak(stage);
  const struct drive_wish request = {
      .rate = stage->peak * OVERLOAD_FACTOR, .seconds = stage->plan->seconds, .impatient = true};
  const struct drive_wish after = {.rate = stage->peak * AFTER_SHARE, .seconds = AFTER_SECONDS};
  struct drive_result result;
  struct drive drive;
  size_t each = (size_t)(stage->peak * (request.seconds + AFTER_SECONDS) / (double)stage->crowd.count * 1.2) + 8;
  load_crowd(stage);
  fprintf(stderr, "epurse-bench: making %zu purchases for a crowd\n", each * stage->crowd.count);
  prepare_purchases(&stage->crowd_purchases, each, request.seconds);
  drive_open(&drive, &stage->crowd, &stage->server);
  drive_run(&drive, &request, &result);
  json_t *report = part_report(&result);
  json_object_set_new(report, "asked_per_second", json_real(request.rate));
  json_object_set_new(report, "terminals", json_integer((json_int_t)stage->crowd.count));
  drive_result_free(&result);
  drive_run(&drive, &after, &result);
  json_object_set_new(report, "after", part_report(&result));
  json_object_set_new(report, "p99_below_50_ms_after_seconds", json_real(recovered_after(&result.samples, 50)));
  drive_result_free(&result);
  drive_close(&drive);
  judge_answers(&stage->crowd_purchases, &stage->judged);
  return report;
}

/* ---- restart ---- */

struct restart {
  struct stage *stage;
  double at; /* seconds */
  bool done;
};

static void restart_tick(void *context, double elapsed) {
  struct restart *restart = context;
  if (restart->done || elapsed < restart->at)
    return;
  restart->done = true;
  server_kill(&restart->stage->server);
  server_launch(&restart->stage->server, &restart->stage->world);
}

json_t *part_restart(struct stage *stage) {
  need_peak(stage);
  double seconds = stage->plan->seconds < RESTART_SECONDS ? RESTART_SECONDS : stage->plan->seconds;
  struct restart restart = {.stage = stage, .at = seconds / 3};
  const struct drive_wish request = {
      .rate = stage->peak * RESTART_SHARE, .seconds = seconds, .tick = restart_tick, .context = &restart};
  struct drive_result result;
  prepare_purchases(&stage->purchases,
                    (size_t)(request.rate * seconds / (double)stage->shops.count) + MESSAGES_TO_SPARE, seconds);
  drive_run(&stage->shop_drive, &request, &result);
  json_t *report = part_report(&result);
  json_object_set_new(report, "asked_per_second", json_real(request.rate));
  json_object_set_new(report, "messages_cut_off", json_integer((json_int_t)result.broken));
  json_object_set_new(report, "messages_sent_again", json_integer((json_int_t)result.resent));
  json_object_set_new(report, "longest_silence_seconds", json_real(result.longest_silence));
  json_object_set_new(report, "caught_up_after_seconds",
                      json_real(result.caught_up > 0 ? result.caught_up - restart.at : -1));
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}

/* ---- failover ---- */

struct failover {
  const struct stage *stage;
  double at; /* seconds */
  pid_t process;
};

static void failover_tick(void *context, double elapsed) {
  struct failover *failover = context;
  if (failover->process > 0 || elapsed < failover->at)
    return;
  failover->process = fork();
  must(failover->process >= 0, "no process for the failover");
  if (failover->process == 0) {
    execlp("sh", "sh", "-c", failover->stage->plan->failover, (char *)NULL);
    _exit(127);
  }
}

static void failover_await(const struct failover *failover) {
  int code = -1;
  must(failover->process > 0 && waitpid(failover->process, &code, 0) == failover->process && WIFEXITED(code) &&
           WEXITSTATUS(code) == 0,
       "the command of --failover failed: %x", (unsigned)code);
}

json_t *part_failover(struct stage *stage) {
  need_peak(stage);
  struct failover failover = {.stage = stage, .at = stage->plan->seconds / 3};
  const struct drive_wish request = {.rate = stage->peak * RESTART_SHARE,
                                     .seconds = stage->plan->seconds,
                                     .wander = true,
                                     .tick = failover_tick,
                                     .context = &failover};
  struct drive_result result;
  prepare_purchases(&stage->purchases,
                    (size_t)(request.rate * request.seconds / (double)stage->shops.count) + MESSAGES_TO_SPARE,
                    request.seconds);
  drive_run(&stage->shop_drive, &request, &result);
  failover_await(&failover);
  json_t *report = part_report(&result);
  json_object_set_new(report, "asked_per_second", json_real(request.rate));
  json_object_set_new(report, "servers", json_integer((json_int_t)stage->server.count));
  json_object_set_new(report, "messages_cut_off", json_integer((json_int_t)result.broken));
  json_object_set_new(report, "messages_sent_again", json_integer((json_int_t)result.resent));
  json_object_set_new(report, "longest_silence_seconds", json_real(result.longest_silence));
  drive_result_free(&result);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}

/* ---- idle connections ---- */

json_t *part_idle(struct stage *stage) {
  size_t count = stage->plan->idle > stage->shops.count ? stage->plan->idle - stage->shops.count : 0;
  struct tills many = {.role = stage->shops.role, .count = count, .list = must_calloc(count, sizeof *many.list)};
  struct server_memory before = server_memory(&stage->server);
  const struct drive_wish request = {.seconds = stage->plan->seconds < 3 ? stage->plan->seconds : 3};
  struct drive idle;
  struct drive_result result;
  for (size_t i = 0; i < count; i++) { /* the same terminals once more, with nothing to say */
    many.list[i] = stage->shops.list[i % stage->shops.count];
    many.list[i].items = NULL;
    many.list[i].count = many.list[i].next = 0;
  }
  drive_open(&idle, &many, &stage->server);
  prepare_purchases(&stage->purchases,
                    (size_t)((stage->peak > 0 ? stage->peak : 500) * request.seconds / (double)stage->shops.count) +
                        MESSAGES_TO_SPARE,
                    request.seconds);
  drive_run(&stage->shop_drive, &request, &result);
  struct server_memory with = server_memory(&stage->server);
  json_t *report = part_report(&result);
  json_object_set_new(report, "connections", json_integer((json_int_t)(count + stage->shops.count)));
  json_object_set_new(report, "resident_kB_before", json_integer(before.resident));
  json_object_set_new(report, "resident_kB", json_integer(with.resident));
  json_object_set_new(report, "peak_kB", json_integer(with.peak));
  drive_result_free(&result);
  drive_close(&idle);
  free(many.list);
  judge_answers(&stage->purchases, &stage->judged);
  return report;
}

/* ---- the end ---- */

void part_end(struct stage *stage) {
  struct prepare *const sets[] = {&stage->purchases, &stage->crowd_purchases};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    struct drive drive;
    if (sets[i]->tills->count == 0)
      continue;
    prepare_end(sets[i]);
    drive_open(&drive, sets[i]->tills, &stage->server);
    drive_drain(&drive);
    drive_close(&drive);
    judge_answers(sets[i], &stage->judged);
  }
}
