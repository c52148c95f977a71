/* SPDX-License-Identifier: Apache-2.0
 * The journal and its processes: two that write, one that dies, one that has claimed it; and the numbers of
 * messages. */
#include "journal_place.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

/* What a child writes into the pipe for each thing that it was told is durable. */
struct told {
  int64_t id, value;
};

static void tell(int pipe_end, int64_t id, int64_t value) {
  const struct told told = {id, value};
  if (write(pipe_end, &told, sizeof told) != (ssize_t)sizeof told)
    _exit(1);
}

static pid_t start(void (*work)(int pipe_end), int *reading) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = run_fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    close(ends[0]);
    work(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  *reading = ends[0];
  return child;
}

#define DRAWS 100

static void draw(int pipe_end) {
  struct journal *journal = NULL;
  int64_t seq = 0;
  if (journal_open(journal_path, &journal) != STATUS_OK)
    _exit(2);
  for (int i = 0; i < DRAWS; i++) {
    if (journal_next_seq(journal, &seq) != STATUS_OK)
      _exit(3);
    tell(pipe_end, 0, seq);
  }
  journal_close(&journal);
}

static void collect(int reading, int64_t numbers[DRAWS]) {
  struct told told;
  for (int i = 0; i < DRAWS; i++) {
    ck_assert_int_eq(read(reading, &told, sizeof told), (ssize_t)sizeof told);
    numbers[i] = told.value;
    if (i > 0)
      ck_assert_int_gt(numbers[i], numbers[i - 1]);
  }
  close(reading);
}

START_TEST(sequence_grows_across_processes) {
  int64_t now = (int64_t)time(NULL) * 1000, one[DRAWS], other[DRAWS], last = 0;
  int reading_one, reading_other, result;
  pid_t first = start(draw, &reading_one), second = start(draw, &reading_other);
  collect(reading_one, one);
  collect(reading_other, other);
  ck_assert_int_eq(waitpid(first, &result, 0), first);
  ck_assert_int_eq(result, 0);
  ck_assert_int_eq(waitpid(second, &result, 0), second);
  ck_assert_int_eq(result, 0);
  ck_assert_int_ge(one[0], now);
  ck_assert_int_ge(other[0], now);
  for (int i = 0; i < DRAWS; i++)
    for (int k = 0; k < DRAWS; k++)
      ck_assert_int_ne(one[i], other[k]);
  struct journal *journal = open_journal();
  ck_assert_int_eq(journal_next_seq(journal, &last), STATUS_OK);
  ck_assert_int_gt(last, one[DRAWS - 1]);
  ck_assert_int_gt(last, other[DRAWS - 1]);
  journal_close(&journal);
}
END_TEST

/* Begins entries and walks each through its states, telling each step when it is durable. */
static void walk(int pipe_end) {
  struct journal *journal = NULL;
  if (journal_open(journal_path, &journal) != STATUS_OK)
    _exit(2);
  for (;;) {
    struct journal_entry entry = sample_entry();
    if (journal_begin(journal, &entry) != STATUS_OK)
      _exit(3);
    tell(pipe_end, entry.id, JOURNAL_INTENT);
    for (entry.state = JOURNAL_PROMISED; entry.state <= JOURNAL_COMMITTED; entry.state++) {
      if (journal_update(journal, &entry) != STATUS_OK)
        _exit(4);
      tell(pipe_end, entry.id, entry.state);
    }
  }
}

/* The state of an entry on disk; 0 where it is not there. */
static int state_of(struct journal *journal, int64_t id) {
  struct journal_entry entry;
  return journal_next_open(journal, id - 1, &entry) == STATUS_OK && entry.id == id ? (int)entry.state : 0;
}

START_TEST(killed_process_takes_nothing_back) {
  struct told told, last = {0, 0};
  int reading, result;
  const struct timespec life = {0, (5 + 11 * _i) * 1000000L};
  pid_t child = start(walk, &reading);
  ck_assert_int_eq(read(reading, &last, sizeof last), (ssize_t)sizeof last); /* it runs */
  nanosleep(&life, NULL);
  ck_assert_int_eq(kill(child, SIGKILL), 0);
  ck_assert_int_eq(waitpid(child, &result, 0), child);
  ck_assert(WIFSIGNALED(result));
  while (read(reading, &told, sizeof told) == (ssize_t)sizeof told)
    last = told;
  close(reading);
  struct journal *journal = open_journal();
  for (int64_t id = 1; id < last.id; id++)
    ck_assert_int_eq(state_of(journal, id), JOURNAL_COMMITTED);
  ck_assert_int_ge(state_of(journal, last.id), (int)last.value);
  ck_assert_int_le(state_of(journal, last.id), (int)last.value + 1); /* one step may have been done and not told */
  journal_close(&journal);
}
END_TEST

static void hold(int pipe_end) {
  struct journal *journal = NULL;
  if (journal_open(journal_path, &journal) != STATUS_OK || journal_claim(journal) != STATUS_OK)
    _exit(2);
  tell(pipe_end, 0, 0);
  pause();
}

/* Opens it beside who has it, and reads that entry: the seconds that took. */
static int64_t read_beside(int64_t id) {
  struct journal *beside = NULL;
  struct journal_entry read;
  struct timespec begun, ended;
  ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &begun), 0);
  ck_assert_int_eq(journal_open(journal_path, &beside), STATUS_OK);
  ck_assert_int_eq(journal_next_any(beside, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, id);
  journal_close(&beside);
  ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &ended), 0);
  return (int64_t)ended.tv_sec - begun.tv_sec;
}

/* A till that waits for a PIN has its journal for as long as a person types: what was done is told meanwhile, and at
 * once. How fast that is the fastest tells. */
START_TEST(claimed_journal_can_be_read) {
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry();
  int64_t seconds = INT64_MAX;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  ck_assert_int_eq(journal_claim(journal), STATUS_OK);
  for (int i = 0; i < 5 && seconds >= 4; i++)
    seconds = read_beside(entry.id);
  ck_assert_int_lt(seconds, 4);
  journal_release(journal);
  journal_close(&journal);
}
END_TEST

START_TEST(claimed_journal_is_another_ones) {
  struct journal *journal = open_journal();
  struct told told;
  int reading;
  int64_t seq = 0;
  pid_t child = start(hold, &reading);
  ck_assert_int_eq(read(reading, &told, sizeof told), (ssize_t)sizeof told);
  ck_assert_int_eq(journal_claim(journal), STATUS_READER_BUSY);
  ck_assert_int_eq(kill(child, SIGKILL), 0);
  ck_assert_int_eq(waitpid(child, NULL, 0), child);
  close(reading);
  ck_assert_int_eq(journal_claim(journal), STATUS_OK); /* the dead hold nothing */
  ck_assert_int_eq(journal_claim(journal), STATUS_OK); /* nests */
  ck_assert_int_eq(journal_next_seq(journal, &seq), STATUS_OK);
  journal_release(journal);
  journal_release(journal);
  journal_close(&journal);
}
END_TEST

/* A message that is slow on its way stays within the 64 that the server remembers, whatever time goes by. */
START_TEST(numbers_of_one_run_are_neighbours) {
  struct journal *journal = open_journal();
  int64_t first = 0, second = 0;
  ck_assert_int_eq(journal_next_seq(journal, &first), STATUS_OK);
  (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
  ck_assert_int_eq(journal_next_seq(journal, &second), STATUS_OK);
  ck_assert_int_eq(second, first + 1);
  journal_close(&journal);
}
END_TEST

static void set_back(int milliseconds) {
  sqlite3 *db = NULL;
  char sql[100];
  snprintf(sql, sizeof sql, "UPDATE sequence SET value = value - %d", milliseconds);
  ck_assert_int_eq(sqlite3_open(journal_path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

/* One that lives on does not fall behind the clock for ever: the audit holds the server's window against it. */
START_TEST(numbers_of_a_long_run_follow_the_clock) {
  struct journal *journal = open_journal();
  int64_t first = 0, seq = 0;
  ck_assert_int_eq(journal_next_seq(journal, &first), STATUS_OK);
  set_back(JOURNAL_SEQ_BEHIND_MS - 60000);
  ck_assert_int_eq(journal_next_seq(journal, &seq), STATUS_OK);
  ck_assert_int_eq(seq, first - JOURNAL_SEQ_BEHIND_MS + 60001);
  set_back(70000);
  ck_assert_int_eq(journal_next_seq(journal, &seq), STATUS_OK);
  ck_assert_int_ge(seq, first);
  journal_close(&journal);
}
END_TEST

void journal_process_tests(TCase *tests) {
  tcase_add_test(tests, sequence_grows_across_processes);
  tcase_add_loop_test(tests, killed_process_takes_nothing_back, 0, 12);
  tcase_add_test(tests, claimed_journal_can_be_read);
  tcase_add_test(tests, claimed_journal_is_another_ones);
  tcase_add_test(tests, numbers_of_one_run_are_neighbours);
  tcase_add_test(tests, numbers_of_a_long_run_follow_the_clock);
}
