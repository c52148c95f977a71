/* SPDX-License-Identifier: Apache-2.0
 * The command line. */
#include "plan.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

static const struct {
  const char *word, *sentence;
} parts[] = {
#define PART(name, word, sentence) {word, sentence},
    PLAN_PARTS(PART)
#undef PART
};

const char *plan_word(enum plan_part part) {
  return parts[part].word;
}

static const char usage[] =
    "Usage: epurse-bench [OPTION...]\n"
    "Measures a real epursed with real purchases; docs/performance.md says how.\n\n"
    "  --cards=N             cards in the ledger (1000000)\n"
    "  --active=N            of them with a card core that pays (4096)\n"
    "  --connections=N       that carry the load, a terminal each (64)\n"
    "  --crowd=N             terminals that ask all at once in the part `overload` (1536)\n"
    "  --idle=N              open connections in the part `idle` (1000)\n"
    "  --batch=N             confirmations in one message, 1 to 32 (32)\n"
    "  --servers=N           beside each other on one PostgreSQL; terminals are shared out among them (1)\n"
    "  --seconds=S           of each part (10)\n"
    "  --soak-seconds=S      of the part `soak` (600)\n"
    "  --rate=N              take N payments per second for the peak in the parts that follow it\n"
    "  --parts=WORD,...      which parts (all but `soak` and `failover`)\n"
    "  --store=URL           postgresql://... of an empty database, instead of SQLite\n"
    "  --store-pid-file=FILE PostgreSQL's postmaster.pid: counts what its processes use\n"
    "  --failover=COMMAND    what the part `failover` runs, like a primary's death and a standby's promotion\n"
    "  --set=SECTION.KEY=V   a line of epursed.conf; may be repeated\n"
    "  --server-cpus=LIST    processors of the server, like 1 or 0,1\n"
    "  --own-cpus=LIST       processors of this program while it measures\n"
    "  --awake               keep the server's processors from halting where they have nothing to do\n"
    "  --threads=N           that make messages and check answers between the parts (2)\n"
    "  --programs=DIR        where epursed and epurse-admin are (.)\n"
    "  --folder=DIR          where the world is made: a real disk (.)\n"
    "  --json=FILE           where the report goes\n"
    "  --from=FILE           measure nothing, take the report from there\n"
    "  --draw=DIR            where charts of the report go, as SVG\n"
    "  --references          each order names one of the merchant's\n"
    "  --no-audit            leave the ledger's own check at the end out\n"
    "  --keep                leave the world's folder\n"
    "Parts:\n";

static void help(void) {
  fputs(usage, stdout);
  for (size_t i = 0; i < PLAN_PART_COUNT; i++)
    printf("  %-10s %s\n", parts[i].word, parts[i].sentence);
  exit(EXIT_SUCCESS);
}

static void take_parts(const char *list, struct plan *plan) {
  char text[128], *rest = text;
  must((size_t)snprintf(text, sizeof text, "%s", list) < sizeof text, "too many parts: %s", list);
  memset(plan->parts, 0, sizeof plan->parts);
  for (const char *word = strsep(&rest, ","); word != NULL; word = strsep(&rest, ",")) {
    size_t i = 0;
    while (i < PLAN_PART_COUNT && strcmp(parts[i].word, word) != 0)
      i++;
    must(i < PLAN_PART_COUNT, "there is no part '%s'", word);
    plan->parts[i] = true;
  }
}

static double number(const char *text, double least, double most) {
  char *end = NULL;
  double value = strtod(text, &end);
  must(end != text && *end == '\0' && value >= least && value <= most, "'%s' is not from %g to %g", text, least, most);
  return value;
}

static void add_setting(struct plan *plan, const char *text) {
  const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
  must(dot != NULL && equals != NULL && dot < equals, "--set wants SECTION.KEY=VALUE, not '%s'", text);
  must(plan->setting_count < PLAN_SETTINGS_MAX, "too many --set");
  plan->settings[plan->setting_count++] = text;
}

enum letter {
  CARDS = 256,
  ACTIVE,
  CONNECTIONS,
  CROWD,
  IDLE,
  BATCH,
  SERVERS,
  FAILOVER,
  SECONDS,
  SOAK_SECONDS,
  RATE,
  PARTS,
  STORE,
  STORE_PID_FILE,
  SET,
  SERVER_CPUS,
  OWN_CPUS,
  THREADS,
  PROGRAMS,
  FOLDER,
  JSON,
  FROM,
  DRAW,
  REFERENCES,
  NO_AUDIT,
  AWAKE,
  KEEP,
  HELP
};

static void take_place(int letter, struct plan *plan) {
  switch (letter) {
  case FAILOVER:
    plan->failover = optarg;
    break;
  case PROGRAMS:
    plan->programs = optarg;
    break;
  case FOLDER:
    plan->folder = optarg;
    break;
  case JSON:
    plan->json = optarg;
    break;
  case FROM:
    plan->from = optarg;
    break;
  case DRAW:
    plan->draw = optarg;
    break;
  case REFERENCES:
    plan->references = true;
    break;
  case NO_AUDIT:
    plan->audit = false;
    break;
  case AWAKE:
    plan->awake = true;
    break;
  case KEEP:
    plan->keep = true;
    break;
  case HELP:
    help();
    break;
  default:
    exit(EXIT_FAILURE); /* getopt has said why */
  }
}

static void take(int letter, struct plan *plan) {
  switch (letter) {
  case CARDS:
    plan->cards = (unsigned)number(optarg, 2, 99999999);
    break;
  case ACTIVE:
    plan->active = (unsigned)number(optarg, 1, 1000000);
    break;
  case CONNECTIONS:
    plan->connections = (unsigned)number(optarg, 1, 4096);
    break;
  case CROWD:
    plan->crowd = (unsigned)number(optarg, 1, 20000);
    break;
  case IDLE:
    plan->idle = (unsigned)number(optarg, 0, 20000);
    break;
  case BATCH:
    plan->batch = (unsigned)number(optarg, 1, 32);
    break;
  case SERVERS:
    plan->servers = (unsigned)number(optarg, 1, PLAN_SERVERS_MAX);
    break;
  case SECONDS:
    plan->seconds = number(optarg, 0.1, 200);
    break;
  case SOAK_SECONDS:
    plan->soak_seconds = number(optarg, 1, 36000);
    break;
  case RATE:
    plan->rate = number(optarg, 1, 1e6);
    break;
  case PARTS:
    take_parts(optarg, plan);
    break;
  case STORE:
    plan->store = optarg;
    break;
  case STORE_PID_FILE:
    plan->store_pid_file = optarg;
    break;
  case SET:
    add_setting(plan, optarg);
    break;
  case SERVER_CPUS:
    plan->server_cpus = optarg;
    break;
  case OWN_CPUS:
    plan->own_cpus = optarg;
    break;
  case THREADS:
    plan->threads = (unsigned)number(optarg, 1, 256);
    break;
  default:
    take_place(letter, plan);
  }
}

static const struct option options[] = {{"cards", required_argument, NULL, CARDS},
                                        {"active", required_argument, NULL, ACTIVE},
                                        {"connections", required_argument, NULL, CONNECTIONS},
                                        {"crowd", required_argument, NULL, CROWD},
                                        {"idle", required_argument, NULL, IDLE},
                                        {"batch", required_argument, NULL, BATCH},
                                        {"servers", required_argument, NULL, SERVERS},
                                        {"failover", required_argument, NULL, FAILOVER},
                                        {"seconds", required_argument, NULL, SECONDS},
                                        {"soak-seconds", required_argument, NULL, SOAK_SECONDS},
                                        {"rate", required_argument, NULL, RATE},
                                        {"parts", required_argument, NULL, PARTS},
                                        {"store", required_argument, NULL, STORE},
                                        {"store-pid-file", required_argument, NULL, STORE_PID_FILE},
                                        {"set", required_argument, NULL, SET},
                                        {"server-cpus", required_argument, NULL, SERVER_CPUS},
                                        {"own-cpus", required_argument, NULL, OWN_CPUS},
                                        {"threads", required_argument, NULL, THREADS},
                                        {"programs", required_argument, NULL, PROGRAMS},
                                        {"folder", required_argument, NULL, FOLDER},
                                        {"json", required_argument, NULL, JSON},
                                        {"from", required_argument, NULL, FROM},
                                        {"draw", required_argument, NULL, DRAW},
                                        {"references", no_argument, NULL, REFERENCES},
                                        {"no-audit", no_argument, NULL, NO_AUDIT},
                                        {"awake", no_argument, NULL, AWAKE},
                                        {"keep", no_argument, NULL, KEEP},
                                        {"help", no_argument, NULL, HELP},
                                        {NULL, 0, NULL, 0}};

void plan_parse(int argc, char **argv, struct plan *plan) {
  int letter = 0;
  *plan = (struct plan){.cards = 1000000,
                        .active = 4096,
                        .connections = 64,
                        .crowd = 1536,
                        .idle = 1000,
                        .batch = 32,
                        .servers = 1,
                        .threads = 2,
                        .seconds = 10,
                        .soak_seconds = 600,
                        .store = "sqlite",
                        .audit = true,
                        .programs = ".",
                        .folder = "."};
  for (size_t i = 0; i < PLAN_PART_COUNT; i++)
    plan->parts[i] = i != PLAN_SOAK && i != PLAN_FAILOVER;
  while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1)
    take(letter, plan);
  must(optind == argc, "there is no operand '%s'", argc > optind ? argv[optind] : "");
  must(plan->servers == 1 || strcmp(plan->store, "sqlite") != 0, "several servers want --store=postgresql://...");
  must(plan->failover != NULL || !plan->parts[PLAN_FAILOVER], "the part `failover` wants a command: --failover");
  must(!plan->awake || plan->server_cpus != NULL, "--awake wants --server-cpus");
  must(plan->active < plan->cards, "more active cards than cards");
  must(plan->active >= plan->connections, "a terminal without a card: --active below --connections");
}

unsigned plan_cpu_count(const char *cpus) {
  unsigned count = 0;
  for (const char *at = cpus; at != NULL && *at != '\0';) {
    char *end = NULL;
    unsigned long first = strtoul(at, &end, 10), last = first;
    if (*end == '-')
      last = strtoul(end + 1, &end, 10);
    must(end != at && last >= first && last < 1024 && (*end == ',' || *end == '\0'), "no list of processors: %s", cpus);
    count += (unsigned)(last - first) + 1;
    at = *end == ',' ? end + 1 : end;
  }
  return count;
}
