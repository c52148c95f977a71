/* SPDX-License-Identifier: Apache-2.0
 * A million transactions through the one connection, with everything that reads meanwhile: at the end nothing that was
 * answered is lost or doubled, and neither SQLite nor the audit finds a fault.
 *
 * STRESS_TRANSACTIONS   how many
 * STRESS_WATCH          transactions between two cards of the watch; 0: no watch, to see what it costs */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "epurse/ledger_audit.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_totals.h"
#include "run.h"
#include "world.h"

#define TRANSACTIONS_DEFAULT 20000
#define CARDS_MAX            4000
#define TRANSACTIONS_A_CARD  250 /* the more cards, the more pages a checkpoint has to write */
#define PRICE                7
#define LOAD                 20000
#define WATCH_DEFAULT        5
#define BACKUP_PAGES         4
#define BACKUPS              3 /* of a run; each is audited in full */

/* The store is locked for every other process, so what reads while it is written is: this process's own questions, the
 * figures for metrics, the watch, the on-line backup. */
struct stress {
  struct world world;
  struct purse *purses;
  uint32_t cards;
  unsigned long wanted, done;        /* transactions */
  unsigned long watch;               /* of them between two cards of the watch; 0: never */
  unsigned long purchases, captured; /* of those: payments; captured by r at once, not by the next promise */
  unsigned long loads, reads, slices, passes, copies, strangers;
  struct ledger_backup *backup;
};

static uint64_t draw(uint64_t *seed) {
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return *seed * UINT64_C(2685821657736338717);
}

static void print_line(void *context, const char *line) {
  (void)context;
  (void)printf("# %s\n", line);
}

static enum status extend_step(struct ledger *ledger, void *context) {
  const struct stress *stress = context;
  return ledger_pool_extend(ledger, stress->cards);
}

static void stress_open(struct stress *stress) {
  const char *wanted = getenv("STRESS_TRANSACTIONS");
  memset(stress, 0, sizeof *stress);
  const char *watch = getenv("STRESS_WATCH");
  stress->watch = watch == NULL ? WATCH_DEFAULT : strtoul(watch, NULL, 10);
  stress->wanted = wanted == NULL ? TRANSACTIONS_DEFAULT : strtoul(wanted, NULL, 10);
  ck_assert_uint_gt(stress->wanted, 0);
  unsigned long cards = stress->wanted / TRANSACTIONS_A_CARD + 1;
  stress->cards = cards > CARDS_MAX ? CARDS_MAX : (uint32_t)cards;
  stress->purses = calloc(stress->cards, sizeof *stress->purses);
  ck_assert_ptr_nonnull(stress->purses);
  world_open(&stress->world);
  ck_assert_int_eq(ledger_transact(stress->world.ledger, extend_step, stress), STATUS_OK);
  bool in_step = false;
  if (stress->watch > 0)
    ck_assert_int_eq(ledger_watch_begin(stress->world.ledger, &in_step), STATUS_OK);
  for (uint32_t i = 0; i < stress->cards; i++)
    world_issue(&stress->world, i + 1, &stress->purses[i]);
}

/* Two thirds are confirmed, the rest is captured by the card's next promise. */
static void stress_transact(struct stress *stress, uint64_t chance) {
  struct purse *purse = &stress->purses[chance % stress->cards];
  bool load = purse->balance < PRICE;
  world_commit(&stress->world, purse, load ? TRANSACTION_LOAD : TRANSACTION_PURCHASE, load ? LOAD : PRICE,
               load ? RELOAD : OTHER_POS);
  stress->loads += load;
  stress->purchases += !load;
  if (chance / stress->cards % 3 != 0) {
    ck_assert_int_eq(world_confirm(&stress->world, purse, purse->atc, purse->secret), STATUS_OK);
    stress->captured++;
  }
  stress->done++;
}

/* ---- readers ---- */

static enum status watch_step(struct ledger *ledger, void *context) {
  return ledger_watch(ledger, context);
}

static void stress_watch(struct stress *stress) {
  struct ledger_watch slice = {.cards = 1, .report = print_line};
  ck_assert_int_eq(ledger_transact(stress->world.ledger, watch_step, &slice), STATUS_OK);
  stress->slices++;
  stress->passes += slice.passed;
}

/* Any transaction that was ever answered is there. */
static void stress_read(struct stress *stress, uint64_t chance) {
  const struct purse *purse = &stress->purses[chance % stress->cards];
  struct ledger_totals totals;
  struct ledger_card card;
  ck_assert_int_eq(ledger_totals(stress->world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(stress->world.ledger, purse->cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.last_atc, purse->atc);
  if (purse->atc > 0)
    ck_assert_uint_ne(world_state(&stress->world, purse, 1 + (uint32_t)(chance >> 32) % purse->atc), 0);
  stress->reads++;
}

/* Another process, a reader too, is refused, whatever is going on. */
static void stress_stranger(struct stress *stress) {
  int outcome = 0;
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    struct ledger *ledger = NULL;
    _exit(ledger_open(stress->world.path, &ledger) == STATUS_LEDGER_BUSY ? 0 : 1);
  }
  ck_assert_int_eq(waitpid(child, &outcome, 0), child);
  ck_assert(WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0);
  stress->strangers++;
}

static void stress_backup(struct stress *stress) {
  struct ledger_copy copy;
  char path[96];
  bool done = false;
  (void)snprintf(path, sizeof path, "%.64s/copy", stress->world.directory);
  if (stress->backup == NULL && stress->done < (stress->copies + 1) * stress->wanted / (BACKUPS + 1))
    return;
  if (stress->backup == NULL)
    ck_assert_int_eq(ledger_backup_begin(stress->world.ledger, path, &stress->backup), STATUS_OK);
  ck_assert_int_eq(ledger_backup_step(stress->backup, BACKUP_PAGES, &done), STATUS_OK);
  if (!done)
    return;
  ck_assert_int_eq(ledger_backup_finish(stress->backup, &copy, print_line, NULL), STATUS_OK);
  ledger_backup_end(&stress->backup);
  ck_assert_int_eq(unlink(path), 0);
  stress->copies++;
}

/* ---- the end ---- */

static void stress_judge(struct stress *stress) {
  struct world *world = &stress->world;
  struct ledger_merchant shop;
  struct ledger_card card;
  unsigned long missing = 0;
  world_reopen(world);
  for (uint32_t i = 0; i < stress->cards; i++) {
    const struct purse *purse = &stress->purses[i];
    struct ledger_transaction last;
    ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
    ck_assert_uint_eq(card.last_atc, purse->atc);
    if (purse->atc == 0)
      continue;
    ck_assert_int_eq(ledger_transaction_find(world->ledger, purse->cid, purse->atc, &last), STATUS_OK);
    missing += last.state == LEDGER_HELD && last.type == TRANSACTION_PURCHASE ? PRICE : 0;
    ck_assert_int_eq(card.balance + (last.state == LEDGER_HELD && last.type == TRANSACTION_LOAD ? LOAD : 0),
                     purse->balance);
  }
  ck_assert_int_eq(ledger_merchant_find(world->ledger, "KIOSK", &shop), STATUS_OK);
  ck_assert_int_eq(shop.balance, (int64_t)(stress->purchases * PRICE - missing));
  world_assert_clean(world); /* integrity_check is its first question */
}

START_TEST(a_million_transactions) {
  struct stress stress;
  struct timespec begin, end, before, after; /* on the wall; of this process alone */
  uint64_t seed = 20261126;
  stress_open(&stress);
  unsigned long each = stress.wanted / 20 + 1;
  (void)clock_gettime(CLOCK_MONOTONIC, &begin);
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  while (stress.done < stress.wanted) {
    stress_transact(&stress, draw(&seed));
    if (stress.watch > 0 && stress.done % stress.watch == 0)
      stress_watch(&stress);
    if (stress.done % 100 == 0)
      stress_read(&stress, draw(&seed));
    if (stress.done % each == 0)
      stress_stranger(&stress);
    stress_backup(&stress);
  }
  while (stress.backup != NULL)
    stress_backup(&stress);
  (void)clock_gettime(CLOCK_MONOTONIC, &end);
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  stress_judge(&stress);
  ck_assert_uint_ge(stress.copies, 1);
  if (stress.watch == WATCH_DEFAULT)
    ck_assert_uint_gt(stress.passes, 0);
  printf("# %lu transactions of %u cards in %ld s: %lu payments, %lu loads, %lu confirmed\n", stress.done, stress.cards,
         (long)(end.tv_sec - begin.tv_sec), stress.purchases, stress.loads, stress.captured);
  double cpu = (double)(after.tv_sec - before.tv_sec) * 1e6 + (double)(after.tv_nsec - before.tv_nsec) / 1e3;
  printf("# %.1f us of processor for a transaction, everything included\n", cpu / (double)stress.done);
  printf("# meanwhile: %lu reads, %lu slices of the watch in %lu passes, %lu backups audited, %lu processes refused\n",
         stress.reads, stress.slices, stress.passes, stress.copies, stress.strangers);
  world_discard(&stress.world);
  free(stress.purses);
}
END_TEST

static Suite *stress_suite(void) {
  Suite *suite = suite_create("stress");
  TCase *tests = tcase_create("stress");
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, a_million_transactions);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {stress_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
