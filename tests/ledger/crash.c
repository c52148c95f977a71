/* SPDX-License-Identifier: Apache-2.0
 * Killed in the middle, and a disk that is full: what was acknowledged is there, what was not is whole or absent. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faulty_disk.h"
#include "ledger/store.h"
#include "run.h"
#include "suites.h"
#include "world.h"

#define ROUNDS 20

/* What the child tells once the ledger has answered: this much is durable. */
struct acknowledged {
  uint32_t atc;
  bool captured;
};

static void child_tell(int pipe_end, uint32_t atc, bool captured) {
  struct acknowledged told;
  memset(&told, 0, sizeof told);
  told.atc = atc;
  told.captured = captured;
  if (write(pipe_end, &told, sizeof told) != sizeof told)
    _exit(1);
}

/* Loads and pays until it is killed. */
static void child_run(struct world *world, struct purse *purse, int pipe_end) {
  if (ledger_open(world->path, &world->ledger) != STATUS_OK)
    _exit(1);
  world_commit(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
  child_tell(pipe_end, purse->atc, false);
  for (;;) {
    if (world_confirm(world, purse, purse->atc, purse->secret) != STATUS_OK)
      _exit(1);
    child_tell(pipe_end, purse->atc, true);
    world_commit(world, purse, TRANSACTION_PURCHASE, 1, OTHER_POS);
    child_tell(pipe_end, purse->atc, false);
  }
}

static unsigned parent_check(struct world *world, const struct purse *purse, int pipe_end) {
  struct acknowledged told;
  unsigned count = 0;
  while (read(pipe_end, &told, sizeof told) == sizeof told) {
    uint8_t state = world_state(world, purse, told.atc);
    ck_assert_uint_ne(state, 0);
    if (told.captured)
      ck_assert_uint_eq(state, LEDGER_CAPTURED);
    count++;
  }
  return count;
}

/* What a child asserts is not in the file that tells how the test went, which a killed one would leave with half a
 * message. */
START_TEST(a_child_writes_no_message_of_the_test) {
  int messages = run_messages(), outcome = 0;
  ck_assert_int_ge(messages, 0);
  off_t before = lseek(messages, 0, SEEK_CUR);
  pid_t child = run_fork();
  if (child == 0) {
    ck_assert_int_eq(messages, messages);
    _exit(0);
  }
  pid_t ended = waitpid(child, &outcome, 0);
  off_t after = lseek(messages, 0, SEEK_CUR);
  ck_assert_int_eq(ended, child);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_gt(before, 0);
  ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(survives_kill) {
  struct world world;
  unsigned acknowledged = 0;
  world_open(&world);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    struct purse purse;
    int ends[2], outcome = 0;
    const struct timespec pause = {.tv_nsec = 20000000 + (long)(round * 7919 % 40) * 1000000};
    world_issue(&world, round + 1, &purse);
    ledger_close(&world.ledger);
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = run_fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
      child_run(&world, &purse, ends[1]);
    (void)close(ends[1]);
    struct pollfd first = {.fd = ends[0], .events = POLLIN}; /* however busy the machine is, it is killed at work */
    ck_assert_int_eq(poll(&first, 1, 60000), 1);
    (void)nanosleep(&pause, NULL);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &outcome, 0), child);
    ck_assert(WIFSIGNALED(outcome));
    ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
    acknowledged += parent_check(&world, &purse, ends[0]);
    (void)close(ends[0]);
    world_assert_clean(&world);
  }
  ck_assert_uint_ge(acknowledged, ROUNDS);
  world_close(&world);
}
END_TEST

#define FRAME 536 /* bytes of the write-ahead log for a page, with its header */

static void limit_file_size(rlim_t size) {
  struct rlimit limit;
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = size;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static rlim_t wal_size(const struct world *world) {
  char path[PLACE_MAX + 8];
  struct stat status;
  (void)snprintf(path, sizeof path, "%s-wal", world->path);
  ck_assert_int_eq(stat(path, &status), 0);
  return (rlim_t)status.st_size;
}

/* The disk fills up in the middle of a commit. */
START_TEST(full_disk_books_nothing) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  rlim_t full = wal_size(&world) + (rlim_t)_i * FRAME; /* room for so many pages more */
  limit_file_size(full);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  limit_file_size(RLIM_INFINITY);
  ck_assert_uint_eq(world_state(&world, &purse, 2), 0);
  world_assert_card(&world, &purse, 5000, 0, 0);
  world_assert_clean(&world);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK); /* room again: the same promise */
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_reopen(&world);
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_close(&world);
}
END_TEST

/* ---- a disk that fails ---- */

/* Whether that commit is on the disk nobody knows: nothing more is written until the file was opened anew. */
START_TEST(failed_sync_stops_the_ledger) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  faulty_install();
  world_reopen(&world);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  faulty_disk->sync_fails = true;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  faulty_disk->sync_fails = false; /* the disk says that all is well again */
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  world_reopen(&world);
  world_assert_clean(&world);
  uint8_t state = world_state(&world, &purse, 2);
  ck_assert(state == 0 || state == LEDGER_HELD); /* whole or absent */
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_close(&world);
}
END_TEST

/* One commit for many: where it fails, none of them was. */
START_TEST(failed_sync_takes_the_whole_group) {
  struct world world;
  struct purse purses[3], clone;
  struct ask asks[4];
  struct asking rooms[4];
  struct ledger_job jobs[4];
  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  clone = purses[2];
  purse_promise(&clone, TRANSACTION_PURCHASE, 20, OTHER_POS);
  world_commit(&world, &purses[2], TRANSACTION_PURCHASE, 30, OTHER_POS);
  faulty_install();
  world_reopen(&world);
  for (size_t i = 0; i < 4; i++) {
    if (i < 2)
      purse_promise(&purses[i], TRANSACTION_PURCHASE, 10, OTHER_POS);
    asks[i] = (struct ask){.purse = i < 2 ? &purses[i] : i == 2 ? &clone : &purses[0]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  faulty_disk->sync_fails = true;
  ledger_transact_group(world.ledger, jobs, 4);
  faulty_disk->sync_fails = false;
  for (size_t i = 0; i < 4; i++) /* the clone too: that it is one was to be kept */
    ck_assert_int_eq(jobs[i].status, STATUS_STORE_FAILED);
  world_reopen(&world);
  world_assert_clean(&world);
  uint8_t first = world_state(&world, &purses[0], 2), second = world_state(&world, &purses[1], 2);
  ck_assert(first == 0 || first == LEDGER_HELD);
  ck_assert_uint_eq(first, second); /* whole or absent, all of it */
  ck_assert_uint_eq(world_incidents(&world), first == 0 ? 0 : 1);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(world_ask(&world, &asks[i]), STATUS_OK);
    world_assert_card(&world, &purses[i], 4990, 10, 0);
  }
  world_close(&world);
}
END_TEST

/* Eight cards, and a payment of 0.10 with each of them, to be booked in one commit; `faulty`: of a disk that can
 * fail. */
struct eight {
  struct world world;
  struct purse purses[8];
  struct ask asks[8];
  struct asking rooms[8];
  struct ledger_job jobs[8];
};

static void eight_open(struct eight *eight, bool faulty) {
  struct world *world = &eight->world;
  world_open(world);
  if (faulty) {
    faulty_install();
    world_reopen(world);
  }
  for (uint32_t i = 0; i < 8; i++) {
    world_issue(world, i + 1, &eight->purses[i]);
    world_complete(world, &eight->purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    purse_promise(&eight->purses[i], TRANSACTION_PURCHASE, 10, OTHER_POS);
    eight->asks[i] = (struct ask){.purse = &eight->purses[i]};
    eight->jobs[i] = world_ask_job(world, &eight->asks[i], &eight->rooms[i]);
  }
}

/* However many pages eight payments touch. */
START_TEST(a_commit_is_written_in_one_piece) {
  struct eight eight;
  eight_open(&eight, true);
  faulty_disk->log_writes = 0;
  ledger_transact_group(eight.world.ledger, eight.jobs, 8);
  ck_assert_uint_eq(faulty_disk->log_writes, 1);
  for (size_t i = 0; i < 8; i++)
    ck_assert_int_eq(eight.jobs[i].status, STATUS_OK);
  world_reopen(&eight.world);
  for (size_t i = 0; i < 8; i++)
    world_assert_card(&eight.world, &eight.purses[i], 4990, 10, 0);
  world_assert_clean(&eight.world);
  world_close(&eight.world);
}
END_TEST

static enum status take_back(struct ledger *ledger, void *context) {
  const struct ledger_job *job = context;
  enum status status = job->step(ledger, job->context);
  return status == STATUS_OK ? STATUS_CANCELLED : status;
}

/* SQLite has room for a few pages only, so that it writes them to its log before the commit, reads them from there,
 * writes them over, and leaves behind what a step that is taken back wrote; and one of those writes fails. The same
 * again goes well. */
START_TEST(pages_before_their_commit_are_whole_or_absent) {
  struct eight eight;
  eight_open(&eight, true);
  struct ledger_job taken_back = eight.jobs[3];
  eight.jobs[3].step = take_back;
  eight.jobs[3].context = &taken_back;
  ck_assert_int_eq(eight.world.ledger->driver->script(eight.world.ledger->store, "PRAGMA cache_size = 3"), STATUS_OK);
  faulty_disk->log_writes = 0;
  const unsigned failing = (unsigned)_i * 5; /* of 72 in all */
  faulty_disk->log_fails_at = failing;
  ledger_transact_group(eight.world.ledger, eight.jobs, 8);
  unsigned writes = faulty_disk->log_writes;
  faulty_disk->log_fails_at = FAULTY_NEVER;
  for (size_t i = 0; i < 8; i++) {
    bool booked = eight.jobs[i].status == STATUS_OK;
    ck_assert_uint_eq(world_state(&eight.world, &eight.purses[i], 2), booked ? LEDGER_HELD : 0);
    ck_assert(i == 3 ? !booked : booked == (writes <= failing));
  }
  ledger_transact_group(eight.world.ledger, eight.jobs, 8);
  ck_assert_int_eq(eight.jobs[3].status, STATUS_CANCELLED);
  world_reopen(&eight.world);
  for (size_t i = 0; i < 8; i++)
    world_assert_card(&eight.world, &eight.purses[i], i == 3 ? 5000 : 4990, i == 3 ? 0 : 10, 0);
  printf("# write %u fails, of %u\n", failing, writes);
  world_close(&eight.world); /* and it is clean */
}
END_TEST

/* In the midst of a group the disk is full: what went well before is lost with the rest, and nobody is told otherwise.
 */
START_TEST(full_disk_takes_the_whole_group) {
  struct eight eight;
  ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  eight_open(&eight, false);
  limit_file_size(wal_size(&eight.world) + FRAME);
  ledger_transact_group(eight.world.ledger, eight.jobs, 8);
  limit_file_size(RLIM_INFINITY);
  for (size_t i = 0; i < 8; i++) {
    ck_assert_int_eq(eight.jobs[i].status, STATUS_STORE_FAILED);
    ck_assert_uint_eq(world_state(&eight.world, &eight.purses[i], 2), 0);
  }
  ledger_transact_group(eight.world.ledger, eight.jobs, 8);
  for (size_t i = 0; i < 8; i++) {
    ck_assert_int_eq(eight.jobs[i].status, STATUS_OK);
    world_assert_card(&eight.world, &eight.purses[i], 4990, 10, 0);
  }
  world_close(&eight.world);
}
END_TEST

Suite *crash_suite(void) {
  Suite *suite = suite_create("crash");
  TCase *tests = tcase_create("crashes");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, a_child_writes_no_message_of_the_test);
  tcase_add_test(tests, survives_kill);
  if (place_is_file()) {
    tcase_add_loop_test(tests, full_disk_books_nothing, 0, 4);
    tcase_add_test(tests, failed_sync_stops_the_ledger);
    tcase_add_test(tests, failed_sync_takes_the_whole_group);
    tcase_add_test(tests, full_disk_takes_the_whole_group);
    tcase_add_test(tests, a_commit_is_written_in_one_piece);
    tcase_add_loop_test(tests, pages_before_their_commit_are_whole_or_absent, 0, 16);
  }
  suite_add_tcase(suite, tests);
  return suite;
}
