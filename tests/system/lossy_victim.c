/* SPDX-License-Identifier: Apache-2.0
 * The server on the lossy disk, the terminal on the lossy disk, and the bank. */
#include "lossy_victim.h"

#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow_world.h"
#include "run.h"

#define TOLD_FD 200 /* out of the way of Check, which takes the first ones that are free */

static const char *folder_of_programs(void) {
  const char *folder = getenv("top_builddir");
  return folder != NULL ? folder : ".";
}

static void count_name(char path[256]) {
  snprintf(path, 256, "%s/events", flow_world.folder);
}

unsigned long victim_events(void) {
  char path[256];
  unsigned long events = 0;
  count_name(path);
  FILE *file = fopen(path, "r");
  if (file != NULL) {
    ck_assert_int_eq(fscanf(file, "%lu", &events), 1);
    fclose(file);
  }
  (void)unlink(path);
  return events;
}

static void preload(const char *prefix, bool no_sync) {
  char library[512], count[256];
  count_name(count);
  setenv("LOSSY_COUNT", count, 1);
  snprintf(library, sizeof library, "%s/tests/system/lossy_disk.so", folder_of_programs());
  ck_assert_int_eq(access(library, R_OK), 0);
  setenv("LD_PRELOAD", library, 1);
  setenv("LOSSY_PREFIX", prefix, 1);
  if (no_sync)
    setenv("LOSSY_NOSYNC", "1", 1);
}

/* ---- the server ---- */

static void arm_name(char path[256]) {
  snprintf(path, 256, "%s/armed", flow_world.folder);
}

void victim_server_start(bool no_sync) {
  static const char *const names[] = {"LOSSY_ARM", "LOSSY_COUNT", "LOSSY_PREFIX", "LOSSY_NOSYNC", "LD_PRELOAD"};
  char prefix[256], armed[256];
  snprintf(prefix, sizeof prefix, "%s/issuer/ledger.db", flow_world.folder);
  arm_name(armed);
  setenv("LOSSY_ARM", armed, 1);
  preload(prefix, no_sync);
  bool started = installation_start(&flow_world);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) /* only the server's disk loses */
    unsetenv(names[i]);
  ck_assert(started);
}

/* Written aside and renamed: the server never reads half of it. */
void victim_server_arm(const struct plan *plan) {
  char path[256], aside[300];
  arm_name(path);
  snprintf(aside, sizeof aside, "%s.new", path);
  FILE *file = fopen(aside, "w");
  ck_assert_ptr_nonnull(file);
  fprintf(file, "%lu %s %lu", plan->at, plan->mode, plan->seed);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(rename(aside, path), 0);
}

void victim_server_disarm(void) {
  char path[256];
  arm_name(path);
  (void)unlink(path);
}

bool victim_server_stop(void) {
  int result = 0;
  victim_server_disarm();
  ck_assert_int_gt(flow_world.server, 1);
  (void)kill(flow_world.server, SIGTERM);
  ck_assert_int_eq(waitpid(flow_world.server, &result, 0), flow_world.server);
  bool killed = WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL;
  bool ended = WIFEXITED(result) && (WEXITSTATUS(result) == 0 || WEXITSTATUS(result) == 74); /* after a failed sync */
  ck_assert_msg(killed || ended, "the server ended with %d", result);
  return killed;
}

/* ---- the terminal ---- */

static int told_fd = -1;

static enum status till_show(void *context, const struct outcome *outcome) {
  struct told told = {.shown = true, .confirmed = outcome->confirmed, .receipt = outcome->receipt_path[0] != 0};
  (void)context;
  if (told_fd >= 0)
    (void)!write(told_fd, &told, sizeof told);
  return STATUS_OK;
}

/* As flow_pay and flow_load do it, but a terminal that cannot even be opened is an ending like any other. */
static enum status task_do(struct flow_card *card, const struct task *task, struct outcome *outcome) {
  const struct payment payment = {.amount = {task->minor, 978}, .tender = task->load ? victim_bank() : NULL};
  struct terminal *terminal = NULL;
  char path[256], problem[256];
  snprintf(path, sizeof path, "%s/%s", flow_world.folder, task->load ? "reload" : "pos");
  enum status status = terminal_open(path, &terminal, problem);
  if (status != STATUS_OK)
    return status;
  card->asked = 0;
  card->dialogue.show = till_show;
  status = task->load ? load_run(terminal, &card->reader, &payment, &card->dialogue, outcome)
                      : purchase_run(terminal, &card->reader, &payment, &card->dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

static void task_run(struct flow_card *card, const struct task *task, struct told *told) {
  struct outcome outcome = {.confirmed = false};
  told->status = task_do(card, task, &outcome);
  told->returned = true;
  told->shown = told->status == STATUS_OK;
  told->confirmed = outcome.confirmed;
  told->receipt = outcome.receipt_path[0] != 0;
}

void victim_none(struct flow_card *card, const struct task *task, struct told *told) {
  *told = (struct told){.returned = false};
  task_run(card, task, told);
}

bool victim_is_till(int argc, char **argv) {
  return argc == 6 && strcmp(argv[1], "till") == 0;
}

/* Check's assertions, which the world's functions make, want a test around them. */
static char **till_words;

START_TEST(till) {
  struct flow_card card;
  struct told told = {.returned = false};
  const struct task task = {.load = strcmp(till_words[4], "load") == 0, .minor = strtol(till_words[5], NULL, 10)};
  snprintf(flow_world.folder, sizeof flow_world.folder, "%s", till_words[2]);
  told_fd = TOLD_FD;
  flow_card_attach(&card, till_words[3]);
  task_run(&card, &task, &told);
  ck_assert_int_eq(write(told_fd, &told, sizeof told), sizeof told);
  flow_card_release(&card);
}
END_TEST

int victim_till_main(char **argv) {
  Suite *suite = suite_create("till");
  TCase *tests = tcase_create("till");
  SRunner *runner = srunner_create(suite);
  till_words = argv;
  tcase_add_test(tests, till);
  suite_add_tcase(suite, tests);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed;
}

static void till_exec(const struct plan *plan, const char *prefix, const char *card, const struct task *task) {
  char text[64], minor[32];
  snprintf(text, sizeof text, "%lu %s %lu", plan->at, plan->mode, plan->seed);
  snprintf(minor, sizeof minor, "%" PRId64, task->minor);
  setenv("LOSSY_PLAN", text, 1);
  unsetenv("CK_RUN_CASE");
  unsetenv("CK_RUN_SUITE");
  preload(prefix, plan->no_sync);
  execl("/proc/self/exe", "till", "till", flow_world.folder, card, task->load ? "load" : "pay", minor, (char *)NULL);
  _exit(127);
}

void victim_till(const struct plan *plan, const char *prefix, const char *card, const struct task *task,
                 struct told *told) {
  struct told part;
  int ends[2], result = 0;
  *told = (struct told){.returned = false};
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = run_fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    if (dup2(ends[1], TOLD_FD) != TOLD_FD)
      _exit(127);
    till_exec(plan, prefix, card, task);
  }
  close(ends[1]);
  while (read(ends[0], &part, sizeof part) == sizeof part)
    *told = part;
  close(ends[0]);
  close(ends[0]);
  ck_assert_int_eq(waitpid(child, &result, 0), child);
  told->struck = WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL;
  ck_assert_msg(told->struck || result == 0, "the terminal ended with %d", result);
}

/* ---- the bank ---- */

static void book_name(char path[256]) {
  snprintf(path, 256, "%s/bank", flow_world.folder);
}

static void book_write(const char *order, char what) {
  char path[256];
  book_name(path);
  FILE *book = fopen(path, "a");
  ck_assert_ptr_nonnull(book);
  fprintf(book, "%c %s\n", what, order);
  ck_assert_int_eq(fclose(book), 0);
}

/* The last thing that happened to an order: 'P' paid, 'K' kept, 'R' reversed, 0: never heard of. */
static char book_read(const char *order) {
  char path[256], line[128], what = 0;
  book_name(path);
  FILE *book = fopen(path, "r");
  if (book == NULL)
    return 0;
  while (fgets(line, sizeof line, book) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line + 2, order) == 0)
      what = line[0];
  }
  fclose(book);
  return what;
}

static enum status bank_last(void *context, const char *order, struct tender_result *result) {
  char what = book_read(order);
  (void)context;
  *result = (struct tender_result){.outcome = what == 0     ? TENDER_DECLINED
                                              : what == 'R' ? TENDER_REVERSED
                                                            : TENDER_PAID,
                                   .reference = "bank"};
  return STATUS_OK;
}

static enum status bank_authorise(void *context, const char *order, struct amount amount,
                                  struct tender_result *result) {
  (void)amount;
  if (book_read(order) == 0)
    book_write(order, 'P');
  return bank_last(context, order, result);
}

static enum status bank_confirm(void *context, const char *order) {
  (void)context;
  book_write(order, 'K');
  return STATUS_OK;
}

static enum status bank_reverse(void *context, const char *order, struct tender_result *result) {
  if (book_read(order) == 'P')
    book_write(order, 'R');
  return bank_last(context, order, result);
}

struct tender *victim_bank(void) {
  static struct tender bank = {.kind = "simulator",
                               .authorise = bank_authorise,
                               .confirm = bank_confirm,
                               .reverse = bank_reverse,
                               .last = bank_last};
  return &bank;
}
