/* SPDX-License-Identifier: Apache-2.0
 * The tear and crash engine's program: which plans, how many, from which seed; counts as TAP. */
#include "torture.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "torture_plan.h"
#include "torture_server.h"
#include "torture_till.h"
#include "torture_world.h"

struct torture *torture;

#define DAY ((time_t)24 * 60 * 60)

struct options {
  struct single_choice single;
  bool singles;
  uint64_t seed;
  unsigned rounds;
  bool verbose;
  const char *steps; /* the file for what the trace saw */
};

static const char usage[] =
    "usage: torture [--operation NAME] [--fault NAME] [--nth N] [--way N | --ways N] [--stride N] [--no-singles]\n"
    "               [--seed N] [--rounds N] [--negative] [--budget N] [--verbose] [--steps FILE]\n"
    "Every single fault of every operation, --ways N ways to go on after each (5: all of them), then --rounds N "
    "random\n"
    "ones from --seed on. --negative takes the card's atomic commit apart: then violations must be found. --budget N: "
    "enough after N of them. Behind -- another plan begins, in the same world.\n";

static const struct option names[] = {
    {"operation", required_argument, NULL, 'o'}, {"fault", required_argument, NULL, 'f'},
    {"nth", required_argument, NULL, 'n'},       {"way", required_argument, NULL, 'w'},
    {"ways", required_argument, NULL, 'W'},      {"budget", required_argument, NULL, 'b'},
    {"stride", required_argument, NULL, 'd'},    {"no-singles", no_argument, NULL, 'S'},
    {"seed", required_argument, NULL, 's'},      {"rounds", required_argument, NULL, 'r'},
    {"negative", no_argument, NULL, 'N'},        {"steps", required_argument, NULL, 'T'},
    {"verbose", no_argument, NULL, 'v'},         {NULL, 0, NULL, 0}};

static bool option_take(struct options *options, int name, const char *value) {
  unsigned long number = value != NULL ? strtoul(value, NULL, 10) : 0;
  switch (name) {
  case 'o':
    options->single.operation = value;
    return true;
  case 'f':
    options->single.kind = fault_by_words(value);
    return options->single.kind != FAULT_NONE;
  case 'n':
    options->single.nth = (unsigned)number;
    return true;
  case 'w':
    options->single.way = (int)number;
    return number < WAY_COUNT;
  case 'W':
    options->single.ways = (unsigned)number;
    return number > 0 && number <= WAY_COUNT;
  case 'd':
    options->single.stride = (unsigned)number;
    return number > 0;
  case 'S':
    options->singles = false;
    return true;
  case 's':
    options->seed = strtoull(value, NULL, 10);
    return true;
  case 'r':
    options->rounds = (unsigned)number;
    return true;
  case 'N':
    torture->negative = true;
    return true;
  case 'b':
    options->single.budget = (unsigned)number;
    return true;
  case 'T':
    options->steps = value;
    return true;
  case 'v':
    options->verbose = true;
    return true;
  default:
    return false;
  }
}

/* Does it with a server whose cards hold that long. */
static bool beginning_call(const struct call *call, unsigned years) {
  server_validity(years);
  bool made = server_start();
  if (!made)
    return false;
  till_run(call, 0);
  made = report_done(&torture->report);
  if (!made)
    printf("Bail out! the beginning cannot be made: %s\n", status_name(torture->report.status));
  return server_stop() && made;
}

/* The beginning of every run: a cardholder's card with money and points, another one with money, one that is raw, and
 * one with money that a thief opened.
 * Both shops have their list for payments off-line.
 * It is noon, so that no run crosses midnight. */
static bool beginning_make(void) {
  static const struct call calls[] = {
      {.till = TILL_DESK, .verb = VERB_ISSUE},
      {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = 20000},
      {.till = TILL_POS, .verb = VERB_PAY, .amount = 2000, .offline = OFFLINE_USE_AUTO}, /* TORTURE_SALE */
      {.till = TILL_DESK, .verb = VERB_ISSUE, .whose = WHOSE_OTHER},
      {.till = TILL_RELOAD2, .verb = VERB_LOAD, .amount = 5000, .cash = true, .whose = WHOSE_OTHER},
      {.till = TILL_POS2, .verb = VERB_PAY, .amount = 100, .offline = OFFLINE_USE_AUTO, .whose = WHOSE_OTHER},
      {.till = TILL_DESK, .verb = VERB_ISSUE, .whose = WHOSE_OPENED},
      {.till = TILL_RELOAD2, .verb = VERB_LOAD, .amount = 5000, .cash = true, .whose = WHOSE_OPENED}};
  bool negative = torture->negative, made = true;
  torture->negative = false;
  torture->pins[0] = TORTURE_PIN;
  for (size_t i = 0; made && i < sizeof calls / sizeof calls[0]; i++)
    made = beginning_call(&calls[i], calls[i].whose == WHOSE_OTHER ? 0 : 5);
  torture->negative = negative;
  return made && world_keep();
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One TAP line; with --negative it is the other way round. */
static bool tell(unsigned number, const char *what, const struct plan_tally *tally, double since) {
  bool ok = torture->negative ? tally->violated > 0 : tally->violated == 0 && tally->runs > 0;
  printf("%s %u - %s%s\n", ok ? "ok" : "not ok", number, what,
         torture->negative ? ", commits taken apart: it is caught" : "");
  printf("# %s: fault points %u, runs %u, violations %u, %.1f s\n", what, tally->points, tally->runs, tally->violated,
         seconds() - since);
  fflush(stdout);
  return ok;
}

static void tally_add(struct plan_tally *sum, const struct plan_tally *tally) {
  sum->points += tally->points;
  sum->runs += tally->runs;
  sum->violated += tally->violated;
  for (enum fault_kind kind = FAULT_NONE; kind < FAULT_COUNT; kind++)
    sum->of_kind[kind] += tally->of_kind[kind];
}

/* A fault that happens nowhere would be a hole in the engine. */
static bool tell_kinds(const struct options *options, unsigned *number, const struct plan_tally *sum) {
  bool ok = true;
  if (options->single.operation != NULL || options->single.kind != FAULT_NONE || options->single.stride > 1 ||
      torture->negative)
    return true;
  for (enum fault_kind kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
    printf("# %s: fault points %u\n", fault_words(kind), sum->of_kind[kind]);
    ok = ok && sum->of_kind[kind] > 0;
  }
  printf("%s %u - each kind of fault happened somewhere\n", ok ? "ok" : "not ok", ++*number);
  return ok;
}

static bool singles_run(const struct options *options, unsigned *number, struct plan_tally *sum) {
  bool ok = true;
  const struct operation *operation;
  for (size_t i = 0; (operation = operation_at(i)) != NULL; i++) {
    struct plan_tally tally = {0};
    double since = seconds();
    if (options->single.operation != NULL ? strcmp(options->single.operation, operation->name) != 0
                                          : operation->rare && options->single.stride > 1)
      continue;
    struct single_choice choice = options->single;
    choice.first = (unsigned)i;
    single_run(operation, &choice, &tally);
    ok = tell(++*number, operation->name, &tally, since) && ok;
    tally_add(sum, &tally);
  }
  return tell_kinds(options, number, sum) && ok;
}

static bool randoms_run(const struct options *options, unsigned *number, struct plan_tally *sum) {
  struct plan_tally tally = {0};
  char what[80];
  double since = seconds();
  if (options->rounds == 0)
    return true;
  for (unsigned i = 0; i < options->rounds; i++) {
    tally.violated += !random_run(options->seed + i, options->verbose);
    tally.runs++;
  }
  snprintf(what, sizeof what, "random, two or three faults, seeds from %" PRIu64, options->seed);
  tally_add(sum, &tally);
  return tell(++*number, what, &tally, since);
}

static bool plans_run(const struct options *options) {
  unsigned number = 0;
  struct plan_tally sum = {0};
  double since = seconds();
  bool ok = true;
  if (options->singles)
    ok = singles_run(options, &number, &sum) && ok;
  ok = randoms_run(options, &number, &sum) && ok;
  if (torture->given_back > 0)
    printf("# charges given back whose claim had been loaded elsewhere: %u, each an incident that the merchant bears\n",
           torture->given_back);
  printf("# of an opened card: lies noticed %u, payments honoured %u, off-line ones that nobody pays %u\n",
         torture->lies, torture->honoured, torture->unpaid);
  if (torture->overwritten > 0)
    printf("# off-line payments that only their card knew of, until it made another one: %u, held for it\n",
           torture->overwritten);
  printf("# together: fault points %u, runs %u, violations %u, %.1f s\n1..%u\n", sum.points, sum.runs, sum.violated,
         seconds() - since, number);
  return ok && number > 0;
}

/* What is counted in all runs of a plan. */
static void counts_begin(void) {
  torture->given_back = torture->lies = torture->honoured = torture->unpaid = torture->overwritten = 0;
}

/* The options up to "--", or to the end; false: not understood. */
static bool options_take(struct options *options, int argc, char **argv) {
  int name;
  *options = (struct options){.singles = true, .seed = 1, .single = {.ways = WAY_COUNT, .way = -1, .stride = 1}};
  torture->negative = false;
  optind = 0; /* from the beginning again */
  while ((name = getopt_long(argc, argv, "+", names, NULL)) != -1)
    if (!option_take(options, name, optarg))
      return false;
  return optind == argc;
}

static bool plan_run(const struct options *options, unsigned number) {
  counts_begin();
  bool ok = plans_run(options);
  if (options->steps != NULL && !trace_write(&torture->trace, options->steps)) {
    printf("Bail out! the steps cannot be written to %s\n", options->steps);
    ok = false;
  }
  printf("# plan %u: %s\n", number, ok ? "passed" : "failed");
  fflush(stdout);
  return ok;
}

static bool world_begin(void) {
  return world_make() && server_prepare(world_path("issuer"), "server passphrase") && till_prepare() &&
         beginning_make();
}

int main(int argc, char **argv) {
  struct options options;
  bool ok = true, begun = false, made = false;
  torture = mmap(NULL, sizeof *torture, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (torture == MAP_FAILED)
    return EXIT_FAILURE;
  torture->clock = (time(NULL) / DAY + 1) * DAY + DAY / 2;
  for (int first = 0, end, number = 1; first < argc; first = end, number++) {
    for (end = first + 1; end < argc && strcmp(argv[end], "--") != 0; end++)
      ;
    if (!options_take(&options, end - first, argv + first)) {
      fputs(usage, stderr);
      ok = false;
      break;
    }
    made = begun ? made : world_begin();
    begun = true;
    ok = made && plan_run(&options, (unsigned)number) && ok;
  }
  if (begun)
    world_remove();
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
