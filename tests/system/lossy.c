/* SPDX-License-Identifier: Apache-2.0
 * Power failures and bad disks under the real server, the terminals' journals and the card's file: what anybody was
 * told is never lost, nothing is half booked, and when the disk is well again everything goes on.
 *
 * Each case is one payment or one load with a fault at one event of one victim's disk. LOSSY_FULL=1 takes all events,
 * otherwise every so-many-th, beginning with LOSSY_SEED. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "flow_card.h"
#include "flow_world.h"
#include "lossy_victim.h"
#include "run.h"

#define PRICE  120
#define CHARGE 150
#define CHEAP  1
#define MORE   50
#define AMOUNTS                                                                                                        \
  40              /* never the same twice running: an end that the disk kept from being noted answers the same again   \
                   */
#define SAMPLED 2 /* events of each kind of case, where not all are taken */
#define NEVER   1000000000UL

enum victim { VICTIM_SERVER, VICTIM_TILL, VICTIM_CARD };
static const char *const victim_names[] = {"server", "terminal", "card"};

struct scene {
  struct flow_card card;
  enum victim victim;
  struct task task;
  struct plan plan;
  int64_t before;       /* on the card */
  unsigned receipts[2]; /* of pos, reload */
  bool struck;
  char violation[160];            /* "": all is well */
  unsigned endings[STATUS_COUNT]; /* of the faulty attempts of this kind of case that came to one */
};

static struct scene scene;

/* ---- what must hold ---- */

__attribute__((format(printf, 1, 2))) static bool violated(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(scene.violation, sizeof scene.violation, format, arguments);
  va_end(arguments);
  return false;
}

static int64_t moved(void) {
  return scene.task.load ? scene.task.minor : -scene.task.minor;
}

/* Receipts that are whole: a torn one would be empty or short. */
static unsigned receipts_count(const char *terminal) {
  char path[300], name[600];
  unsigned count = 0;
  struct stat facts;
  snprintf(path, sizeof path, "%s/%s/receipts", flow_world.folder, terminal);
  DIR *folder = opendir(path);
  if (folder == NULL)
    return 0;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    snprintf(name, sizeof name, "%s/%.250s", path, entry->d_name);
    size_t len = strlen(name);
    count += len > 8 && strcmp(name + len - 8, ".receipt") == 0 && stat(name, &facts) == 0 && facts.st_size > 400;
  }
  closedir(folder);
  return count;
}

/* What a server that was killed must still know, before anybody speaks to it again. */
static bool server_remembers(const struct told *told) {
  struct card_facts facts = flow_facts(scene.card.cid);
  int64_t held = facts.held, minor = scene.task.minor;
  bool open = held == minor, closed = held == 0;
  if (told->confirmed && !(closed && facts.balance == scene.before + moved()))
    return violated("confirmed, but the ledger has %lld and %lld in hold", (long long)facts.balance, (long long)held);
  bool authorised = scene.task.load
                        ? (open && facts.balance == scene.before) || (closed && facts.balance == scene.before + minor)
                        : (open || closed) && facts.balance == scene.before - minor;
  if (told->shown && !authorised)
    return violated("authorised, but the ledger has %lld and %lld in hold", (long long)facts.balance, (long long)held);
  bool none = closed && facts.balance == scene.before;
  if (!authorised && !none)
    return violated("half booked: %lld and %lld in hold", (long long)facts.balance, (long long)held);
  return true;
}

/* What the cashier does who was not told that it is done: the same again, with the same card. */
static bool done_at_last(struct told *told) {
  for (int i = 0; !told->shown && i < 3; i++)
    victim_none(&scene.card, &scene.task, told);
  return told->shown || violated("the same again ends with %s", status_name(told->status));
}

static unsigned open_entries(void) {
  return flow_recover("pos", NULL) + flow_recover("reload", victim_bank());
}

/* Where the card's r could not be written down the entry waits for its card: it comes back with another request. */
static bool met_again(int64_t *wanted) {
  struct told told;
  const struct task task = {.load = scene.task.load, .minor = scene.task.minor + MORE};
  victim_none(&scene.card, &task, &told);
  if (!told.shown)
    return violated("the next one at that terminal ends with %s", status_name(told.status));
  *wanted += task.load ? task.minor : -task.minor;
  scene.receipts[task.load]++;
  unsigned open = open_entries();
  return open == 0 || violated("%u entries stay open", open);
}

/* One honest contact later. */
static bool settled(const struct told *told) {
  struct outcome outcome;
  struct card_facts facts;
  int64_t wanted = scene.before + moved();
  if (open_entries() != 0 && !met_again(&wanted))
    return false;
  if (flow_card_balance(&scene.card) != wanted)
    return violated("the card has %lld instead of %lld", (long long)flow_card_balance(&scene.card), (long long)wanted);
  enum status status = flow_pay(&scene.card, "pos2", CHEAP, &outcome);
  if (status != STATUS_OK)
    return violated("the next payment ends with %s", status_name(status));
  facts = flow_facts(scene.card.cid);
  if (facts.balance != wanted - CHEAP || facts.held != 0 || facts.owed != 0)
    return violated("the ledger has %lld, %lld in hold, %lld owed instead of %lld", (long long)facts.balance,
                    (long long)facts.held, (long long)facts.owed, (long long)wanted - CHEAP);
  scene.receipts[scene.task.load]++;
  for (int i = 0; i < 2; i++) {
    unsigned count = receipts_count(i == 0 ? "pos" : "reload");
    bool none = i == scene.task.load && !told->receipt && count + 1 == scene.receipts[i];
    if (count != scene.receipts[i] && !none)
      return violated("%u receipts instead of %u", count, scene.receipts[i]);
    scene.receipts[i] = count;
  }
  flow_ledger_clean();
  return true;
}

/* ---- one case ---- */

static bool server_case(void) {
  struct told told;
  bool kills = strcmp(scene.plan.mode, "lost") == 0 || strcmp(scene.plan.mode, "some") == 0;
  victim_server_arm(&scene.plan);
  victim_none(&scene.card, &scene.task, &told);
  victim_server_disarm();
  scene.endings[told.status]++;
  if (kills) {
    scene.struck = victim_server_stop();
    victim_server_start(scene.plan.no_sync);
    if (!server_remembers(&told))
      return false;
  }
  bool failed = strcmp(scene.plan.mode, "EIO") == 0 && !told.confirmed;
  if (failed) { /* after a failed sync it ends: only a new start helps */
    ck_assert(!victim_server_stop());
    victim_server_start(scene.plan.no_sync);
  }
  if (!kills && !told.shown) /* there is room again */
    victim_none(&scene.card, &scene.task, &told);
  return done_at_last(&told) && settled(&told);
}

static bool till_case(void) {
  char prefix[300];
  struct told told;
  if (scene.victim == VICTIM_CARD)
    snprintf(prefix, sizeof prefix, "%s", scene.card.path);
  else
    snprintf(prefix, sizeof prefix, "%s/%s/", flow_world.folder, scene.task.load ? "reload" : "pos");
  flow_card_release(&scene.card);
  victim_till(&scene.plan, prefix, scene.card.path, &scene.task, &told);
  scene.struck = told.struck;
  scene.endings[told.status] += told.returned;
  flow_card_take(&scene.card);
  return done_at_last(&told) && settled(&told);
}

static bool one_case(unsigned long at) {
  static int64_t number;
  scene.task.minor = (scene.task.load ? CHARGE : PRICE) + ++number % AMOUNTS;
  scene.plan.at = at;
  scene.plan.seed = at * 31 + 7;
  scene.before = flow_card_balance(&scene.card);
  scene.violation[0] = '\0';
  scene.struck = false;
  return scene.victim == VICTIM_SERVER ? server_case() : till_case();
}

/* ---- all of a kind ---- */

static unsigned long events_of_case(void) {
  struct plan plan = scene.plan;
  scene.plan.mode = "lost";
  for (int i = 0; i < 2; i++) { /* the first time a till writes what it then keeps */
    ck_assert_msg(one_case(NEVER), "without a fault: %s", scene.violation);
    ck_assert(!scene.struck);
  }
  scene.plan = plan;
  return victim_events();
}

static void all_cases(enum victim victim, bool load, const char *mode) {
  const char *seed = getenv("LOSSY_SEED");
  bool full = getenv("LOSSY_FULL") != NULL;
  unsigned runs = 0, struck = 0;
  scene.victim = victim;
  scene.task = (struct task){.load = load};
  scene.plan = (struct plan){.mode = mode};
  unsigned long events = events_of_case();
  ck_assert_uint_gt(events, 1);
  memset(scene.endings, 0, sizeof scene.endings);
  unsigned long step = full || events < SAMPLED ? 1 : events / SAMPLED;
  unsigned long first = full ? 1 : 1 + (seed == NULL ? events / 7 : strtoul(seed, NULL, 10)) % step;
  for (unsigned long at = first; at <= events; at += step, runs++) {
    ck_assert_msg(one_case(at), "%s, %s, %s at event %lu of %lu: %s", victim_names[victim], load ? "load" : "payment",
                  mode, at, events, scene.violation);
    struck += scene.struck;
  }
  if (strcmp(mode, "lost") == 0 || strcmp(mode, "some") == 0)
    ck_assert_uint_gt(struck, runs / 2); /* the power did fail */
  printf("# %s, %s, %s: %lu events, %u cases, %u killed; ended", victim_names[victim], load ? "load" : "payment", mode,
         events, runs, struck);
  for (int status = 0; status < STATUS_COUNT; status++)
    if (scene.endings[status] > 0)
      printf(" %s %u", status_name((enum status)status), scene.endings[status]);
  printf("\n");
  fflush(stdout);
}

static const char *const modes[] = {"lost", "some", "ENOSPC", "EROFS", "EIO"};

static void open_scene(bool no_sync) {
  flow_world_begin();
  ck_assert(installation_quick_keys()); /* the server begins hundreds of times */
  ck_assert(!victim_server_stop());
  victim_server_start(no_sync);
  flow_card_issue(&scene.card, "lossy", WORLD_PURSE_CEILING / 2);
  scene.receipts[0] = receipts_count("pos");
  scene.receipts[1] = receipts_count("reload");
}

static void close_scene(void) {
  flow_card_remove(&scene.card);
  flow_world_end();
}

START_TEST(nothing_told_is_lost) {
  open_scene(false);
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    for (int load = 0; load < 2; load++)
      all_cases((enum victim)_i, load == 1, modes[i]);
  close_scene();
}
END_TEST

/* A disk that says "synced" and forgets: the same cases, and they must notice. */
START_TEST(a_lying_disk_is_noticed) {
  bool noticed = false;
  open_scene(true);
  scene.victim = (enum victim)_i;
  scene.task = (struct task){.load = false};
  scene.plan = (struct plan){.mode = "lost", .no_sync = true};
  unsigned long events = events_of_case();
  for (unsigned long at = events; !noticed && at >= 1; at--)
    noticed = !one_case(at);
  ck_assert_msg(noticed, "%s: a disk that keeps nothing, and nobody minds", victim_names[_i]);
  printf("# %s, nothing ever synced: %s\n", victim_names[_i], scene.violation);
  close_scene();
}
END_TEST

static Suite *lossy_suite(void) {
  Suite *suite = suite_create("lossy");
  TCase *tests = tcase_create("lossy");
  tcase_set_timeout(tests, 0);
  tcase_add_loop_test(tests, nothing_told_is_lost, 0, 3);
  tcase_add_loop_test(tests, a_lying_disk_is_noticed, 0, 3);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {lossy_suite};
  if (victim_is_till(argc, argv))
    return victim_till_main(argv);
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
