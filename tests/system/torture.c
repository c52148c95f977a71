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

struct options {
  struct single_choice single;
  bool singles;
  uint64_t seed;
  unsigned rounds;
  bool verbose;
};

static const char usage[] =
    "usage: torture [--operation NAME] [--fault NAME] [--nth N] [--way N | --ways N] [--no-singles]\n"
    "               [--seed N] [--rounds N] [--negative] [--verbose]\n"
    "Every single fault of every operation, --ways N ways to go on after each (5: all of them), then --rounds N "
    "random\n"
    "ones from --seed on. --negative takes the card's atomic commit apart: then violations must be found.\n";

static const struct option names[] = {{"operation", required_argument, NULL, 'o'},
                                      {"fault", required_argument, NULL, 'f'},
                                      {"nth", required_argument, NULL, 'n'},
                                      {"way", required_argument, NULL, 'w'},
                                      {"ways", required_argument, NULL, 'W'},
                                      {"no-singles", no_argument, NULL, 'S'},
                                      {"seed", required_argument, NULL, 's'},
                                      {"rounds", required_argument, NULL, 'r'},
                                      {"negative", no_argument, NULL, 'N'},
                                      {"verbose", no_argument, NULL, 'v'},
                                      {NULL, 0, NULL, 0}};

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
    options->single.budget = 25;
    return true;
  case 'v':
    options->verbose = true;
    return true;
  default:
    return false;
  }
}

/* The beginning of every run: a cardholder's card with money and points, and one that is raw. */
static bool beginning_make(void) {
  static const struct call calls[] = {{.till = TILL_DESK, .verb = VERB_ISSUE},
                                      {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = 20000},
                                      {.till = TILL_POS, .verb = VERB_PAY, .amount = 2000}};
  bool negative = torture->negative, made = server_start();
  torture->negative = false;
  torture->pins[0] = TORTURE_PIN;
  for (size_t i = 0; made && i < sizeof calls / sizeof calls[0]; i++) {
    till_run(&calls[i], (unsigned)i);
    made = report_done(&torture->report);
    if (!made)
      printf("Bail out! the beginning cannot be made: %s\n", status_name(torture->report.status));
  }
  made = server_stop() && made && world_keep();
  torture->negative = negative;
  return made;
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

static bool singles_run(const struct options *options, unsigned *number, struct plan_tally *sum) {
  bool ok = true;
  const struct operation *operation;
  for (size_t i = 0; (operation = operation_at(i)) != NULL; i++) {
    struct plan_tally tally = {0, 0, 0};
    double since = seconds();
    if (options->single.operation != NULL && strcmp(options->single.operation, operation->name) != 0)
      continue;
    single_run(operation, &options->single, &tally);
    ok = tell(++*number, operation->name, &tally, since) && ok;
    sum->points += tally.points;
    sum->runs += tally.runs;
    sum->violated += tally.violated;
  }
  return ok;
}

static bool randoms_run(const struct options *options, unsigned *number, struct plan_tally *sum) {
  struct plan_tally tally = {0, 0, 0};
  char what[80];
  double since = seconds();
  if (options->rounds == 0)
    return true;
  for (unsigned i = 0; i < options->rounds; i++) {
    tally.violated += !random_run(options->seed + i, options->verbose);
    tally.runs++;
  }
  snprintf(what, sizeof what, "random, two or three faults, seeds from %" PRIu64, options->seed);
  sum->runs += tally.runs;
  sum->violated += tally.violated;
  return tell(++*number, what, &tally, since);
}

static int plans_run(const struct options *options) {
  unsigned number = 0;
  struct plan_tally sum = {0, 0, 0};
  double since = seconds();
  bool ok = true;
  if (options->singles)
    ok = singles_run(options, &number, &sum) && ok;
  ok = randoms_run(options, &number, &sum) && ok;
  printf("# together: fault points %u, runs %u, violations %u, %.1f s\n1..%u\n", sum.points, sum.runs, sum.violated,
         seconds() - since, number);
  return ok && number > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  struct options options = {.singles = true, .seed = 1, .single = {.ways = WAY_COUNT, .way = -1}};
  int name, code = EXIT_FAILURE;
  torture = mmap(NULL, sizeof *torture, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (torture == MAP_FAILED)
    return EXIT_FAILURE;
  while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
    if (!option_take(&options, name, optarg)) {
      fputs(usage, stderr);
      return 64;
    }
  if (world_make() && server_prepare(world_path("issuer"), "server passphrase") && till_prepare() && beginning_make())
    code = plans_run(&options);
  world_remove();
  return code;
}
