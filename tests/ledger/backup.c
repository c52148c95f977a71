/* SPDX-License-Identifier: Apache-2.0
 * A copy that is taken while the ledger works: whole, proved, and with everything that was booked before it was done.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/ledger_backup.h"
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

#define PAYMENTS 40

static void note_line(void *context, const char *line) {
  unsigned *lines = context;
  (*lines)++;
  (void)fprintf(stderr, "# %s\n", line);
}

static void copy_name(const struct world *world, char path[96]) {
  (void)snprintf(path, 96, "%s/copy.db", world->directory);
}

static bool there(const char *path, const char *suffix) {
  char name[256];
  (void)snprintf(name, sizeof name, "%s%s", path, suffix);
  return access(name, F_OK) == 0;
}

/* What a copy is called until it is proved. */
static void half_name(const char *path, char half[192]) {
  const char *name = strrchr(path, '/') + 1;
  (void)snprintf(half, 192, "%.*s.%s.unproved", (int)(name - path), path, name);
}

static bool half_there(const char *path) {
  char half[192];
  half_name(path, half);
  return there(half, "") || there(half, "-wal") || there(half, "-journal");
}

/* The copy in place of the world's own file: what the functions of the world see then. */
static void look_into(const struct world *world, const char *path, struct world *other) {
  *other = *world;
  (void)snprintf(other->path, sizeof other->path, "%s", path);
  ck_assert_int_eq(ledger_open(path, &other->ledger), STATUS_OK);
}

START_TEST(copies_while_it_works) {
  struct world world, other;
  struct purse purse;
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  struct ledger_totals totals;
  struct stat facts;
  char path[96];
  unsigned lines = 0, steps = 0;
  uint64_t copied = 0, pages = 0;
  bool done = false;
  world_open(&world);
  copy_name(&world, path);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 20000, RELOAD);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_OK);
  for (; !done; steps++) { /* a payment between any two pages */
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
    ck_assert_int_eq(ledger_backup_step(backup, 1, &done), STATUS_OK);
    ck_assert(done || half_there(path));
    ck_assert(!there(path, ""));
  }
  ck_assert_uint_gt(steps, 20);
  ledger_backup_progress(backup, &copied, &pages);
  ck_assert_uint_eq(copied, pages);
  uint32_t in_copy = purse.atc;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS); /* after it was done: not in there */
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_OK);
  ledger_backup_end(&backup);
  ck_assert_uint_eq(lines, 0);
  ck_assert(there(path, "") && !half_there(path) && !there(path, "-wal"));
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 07777, 0600);
  ck_assert_uint_eq((uint64_t)facts.st_size, copy.bytes);
  look_into(&world, path, &other);
  world_assert_clean(&other);
  ck_assert_int_eq(ledger_totals(other.ledger, &totals), STATUS_OK);
  ck_assert_uint_eq(totals.postings, copy.postings);
  for (uint32_t atc = 1; atc <= in_copy; atc++)
    ck_assert_uint_eq(world_state(&other, &purse, atc), LEDGER_CAPTURED);
  ck_assert_uint_eq(world_state(&other, &purse, in_copy + 1), 0);
  ledger_close(&other.ledger);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_EXISTS);
  ck_assert_ptr_null(backup);
  (void)unlink(path);
  world_close(&world);
}
END_TEST

/* Given up, or left by a crash: neither is ever taken for a copy, and the next one begins anew. */
START_TEST(a_half_copy_is_none) {
  struct world world;
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  char path[96], half[192];
  unsigned lines = 0;
  bool done = false;
  world_open(&world);
  copy_name(&world, path);
  half_name(path, half);
  int file = open(half, O_WRONLY | O_CREAT, 0644);
  ck_assert_int_eq((int)write(file, "half", 4), 4);
  (void)close(file);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_OK);
  ck_assert_int_eq(ledger_backup_step(backup, 3, &done), STATUS_OK);
  ck_assert(!done);
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_INTERNAL);
  ledger_backup_end(&backup);
  ck_assert_ptr_null(backup);
  ck_assert(!there(path, "") && !half_there(path));
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_OK);
  ck_assert_int_eq(ledger_backup_step(backup, 100000, &done), STATUS_OK);
  ck_assert(done);
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_OK);
  ledger_backup_end(&backup);
  (void)unlink(path);
  world_close(&world);
}
END_TEST

/* A ledger that contradicts itself has no good copy. */
START_TEST(a_broken_ledger_is_not_copied) {
  struct world world;
  struct purse purse;
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  char path[96];
  unsigned lines = 0;
  bool done = false;
  world_open(&world);
  copy_name(&world, path);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 20000, RELOAD);
  ck_assert_int_eq(world_tamper(&world, "UPDATE card_counters SET balance = balance - 1 WHERE id = 1"), PLACE_DONE);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_OK);
  ck_assert_int_eq(ledger_backup_step(backup, 100000, &done), STATUS_OK);
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_LEDGER_BROKEN);
  ck_assert_uint_gt(lines, 0);
  ledger_backup_end(&backup);
  ck_assert(!there(path, "") && !half_there(path));
  world_discard(&world);
}
END_TEST

/* The name is taken while the copy is made: what stands there is somebody's backup, and stays. */
START_TEST(replaces_nothing) {
  struct world world;
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  struct stat facts;
  char path[96];
  unsigned lines = 0;
  bool done = false;
  world_open(&world);
  copy_name(&world, path);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_OK);
  ck_assert_int_eq(ledger_backup_step(backup, 100000, &done), STATUS_OK);
  int file = open(path, O_WRONLY | O_CREAT, 0600);
  ck_assert_int_eq((int)write(file, "theirs", 6), 6);
  (void)close(file);
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_EXISTS);
  ledger_backup_end(&backup);
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_int_eq((int)facts.st_size, 6);
  (void)unlink(path);
  world_close(&world);
}
END_TEST

static enum status copy_whole(struct world *world, const char *path) {
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  unsigned lines = 0;
  bool done = false;
  enum status status = ledger_backup_begin(world->ledger, path, &backup);
  if (status == STATUS_OK)
    status = ledger_backup_step(backup, 100000, &done);
  if (status == STATUS_OK)
    status = ledger_backup_finish(backup, &copy, note_line, &lines);
  ledger_backup_end(&backup);
  return status;
}

/* Whatever a finished copy is called, no later one takes it for its own leavings. */
START_TEST(removes_no_other_copy) {
  static const char *const suffixes[] = {".new", ".part", ".unproved"};
  struct world world;
  char path[96], other[192];
  world_open(&world);
  copy_name(&world, path);
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    (void)snprintf(other, sizeof other, "%s%s", path, suffixes[i]);
    ck_assert_int_eq(copy_whole(&world, other), STATUS_OK);
  }
  half_name(path, other);
  ck_assert_int_eq(copy_whole(&world, other), STATUS_BAD_FORMAT);
  ck_assert_int_eq(copy_whole(&world, path), STATUS_OK);
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    ck_assert(there(path, suffixes[i]));
    (void)snprintf(other, sizeof other, "%s%s", path, suffixes[i]);
    (void)unlink(other);
  }
  (void)unlink(path);
  world_close(&world);
}
END_TEST

/* PostgreSQL has tools of its own. */
START_TEST(copies_files_alone) {
  struct world world;
  struct ledger_backup *backup = NULL;
  char path[128];
  world_open(&world);
  (void)snprintf(path, sizeof path, "%s/copy", world.directory);
  ck_assert_int_eq(ledger_backup_begin(world.ledger, path, &backup), STATUS_BACKUP_ELSEWHERE);
  ck_assert_ptr_null(backup);
  ck_assert_int_ne(access(path, F_OK), 0);
  world_close(&world);
}
END_TEST

Suite *backup_suite(void) {
  Suite *suite = suite_create("backup");
  TCase *tests = tcase_create("copies");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 60);
  if (!place_is_file()) {
    tcase_add_test(tests, copies_files_alone);
    return suite;
  }
  tcase_add_test(tests, copies_while_it_works);
  tcase_add_test(tests, a_half_copy_is_none);
  tcase_add_test(tests, a_broken_ledger_is_not_copied);
  tcase_add_test(tests, replaces_nothing);
  tcase_add_test(tests, removes_no_other_copy);
  return suite;
}
