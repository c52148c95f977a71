/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard/card_file.c: whatever happens to a commit, the file holds the image before it or the one after. */
#include "vcard/card_file.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "fixture.h"
#include "run.h"
#include "suites.h"

#define FILE_SIZE (CARD_FILE_SLOTS * CARD_FILE_SLOT_SIZE)

static struct bench bench;

static void setup(void) {
  bench_make(&bench);
}

static void teardown(void) {
  bench_remove(&bench);
}

/* An image that says which one it is, at both ends and all between. */
static void image_mark(struct card_memory *image, uint32_t number) {
  memset(image, (int)(number & 0xFF), sizeof *image);
  bytes_put_u32(image->atc, number);
  bytes_put_u32(image->load_log[LOAD_LOG_RECORDS - 1] + LOG_RECORD_SIZE - 4, number);
}

static uint32_t image_number(const struct card_memory *image) {
  uint32_t number = bytes_u32(image->atc);
  struct card_memory expected;
  image_mark(&expected, number);
  ck_assert_mem_eq(image, &expected, sizeof expected);
  return number;
}

static enum status open_number(uint32_t *number) {
  struct card_file file;
  struct card_memory image;
  enum status status = card_file_open(bench.path, &file, &image);
  if (status == STATUS_OK)
    *number = image_number(&image);
  card_file_close(&file);
  return status;
}

static void commit_number(uint32_t number) {
  struct card_file file;
  struct card_memory image;
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_OK);
  image_mark(&image, number);
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
}

static void file_read(uint8_t bytes[FILE_SIZE]) {
  FILE *file = fopen(bench.path, "rb");
  ck_assert_ptr_nonnull(file);
  size_t len = fread(bytes, 1, FILE_SIZE, file);
  memset(bytes + len, 0, FILE_SIZE - len);
  fclose(file);
}

static void file_write(const uint8_t *bytes, size_t len) {
  FILE *file = fopen(bench.path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
}

START_TEST(commit_is_read_back) {
  struct card_file file;
  struct card_memory image;
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_OK);
  for (uint32_t number = 1; number <= 5; number++) {
    image_mark(&image, number);
    ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
    card_file_close(&file);
    ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_OK);
    ck_assert_uint_eq(image_number(&image), number);
  }
  card_file_close(&file);
}
END_TEST

START_TEST(mode_is_0600_whatever_the_umask) {
  struct stat facts;
  struct card_file file;
  unlink(bench.path);
  umask(0);
  ck_assert_int_eq(card_file_create(bench.path, &file), STATUS_OK);
  card_file_close(&file);
  ck_assert_int_eq(stat(bench.path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 07777, 0600);
}
END_TEST

START_TEST(create_never_overwrites) {
  uint8_t before[FILE_SIZE], after[FILE_SIZE];
  struct card_file file;
  file_read(before);
  ck_assert_int_eq(card_file_create(bench.path, &file), STATUS_EXISTS);
  file_read(after);
  ck_assert_mem_eq(before, after, FILE_SIZE);
}
END_TEST

START_TEST(second_open_is_busy) {
  struct card_file first, second;
  struct card_memory image;
  ck_assert_int_eq(card_file_open(bench.path, &first, &image), STATUS_OK);
  ck_assert_int_eq(card_file_open(bench.path, &second, &image), STATUS_READER_BUSY);
  ck_assert_int_eq(second.fd, -1);
  card_file_close(&first);
  ck_assert_int_eq(card_file_open(bench.path, &second, &image), STATUS_OK);
  card_file_close(&second);
}
END_TEST

START_TEST(not_a_card_file) {
  struct card_file file;
  struct card_memory image;
  uint8_t zeros[FILE_SIZE] = {0};
  file_write(zeros, sizeof zeros);
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_BAD_FORMAT);
  file_write(zeros, 0);
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_BAD_FORMAT);
  ck_assert_int_eq(file.fd, -1);
  unlink(bench.path);
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_NOT_FOUND);
}
END_TEST

/* A commit is one write over the older slot: torn after any number of its bytes, the slot before it counts. */
START_TEST(torn_commit_leaves_the_one_before) {
  uint8_t before[FILE_SIZE], after[FILE_SIZE], torn[FILE_SIZE];
  uint32_t number = 0;
  commit_number(1);
  commit_number(2);
  file_read(before);
  commit_number(3);
  file_read(after);
  size_t first = 0, last = FILE_SIZE;
  while (before[first] == after[first])
    first++;
  while (before[last - 1] == after[last - 1])
    last--;
  ck_assert_uint_gt(last, first + sizeof(struct card_memory));
  for (size_t cut = first; cut <= last; cut = cut < last && cut + 61 > last ? last : cut + 61) {
    memcpy(torn, before, sizeof torn);
    memcpy(torn, after, cut);
    file_write(torn, sizeof torn);
    ck_assert_int_eq(open_number(&number), STATUS_OK);
    ck_assert_uint_eq(number, cut == last ? 3 : 2);
  }
}
END_TEST

/* And with pages that reached the disk in another order. */
START_TEST(torn_at_the_front_leaves_the_one_before) {
  uint8_t before[FILE_SIZE], after[FILE_SIZE];
  uint32_t number = 0;
  commit_number(1);
  commit_number(2);
  file_read(before);
  commit_number(3);
  file_read(after);
  for (size_t slot = 0; slot < FILE_SIZE; slot += CARD_FILE_SLOT_SIZE) {
    uint8_t torn[FILE_SIZE];
    memcpy(torn, after, sizeof torn);
    if (memcmp(before + slot, after + slot, CARD_FILE_SLOT_SIZE) == 0)
      continue;
    memcpy(torn + slot, before + slot, 512);
    file_write(torn, sizeof torn);
    ck_assert_int_eq(open_number(&number), STATUS_OK);
    ck_assert_uint_eq(number, 2);
  }
}
END_TEST

START_TEST(damage_to_one_slot_is_survived_to_both_is_told) {
  uint8_t whole[FILE_SIZE], damaged[FILE_SIZE];
  uint32_t number = 0;
  commit_number(7);
  commit_number(8);
  file_read(whole);
  for (size_t at = 0; at < CARD_FILE_HEADER_SIZE + 100; at += 7) {
    unsigned survivors = 0;
    for (size_t slot = 0; slot < CARD_FILE_SLOTS; slot++) {
      memcpy(damaged, whole, sizeof damaged);
      damaged[slot * CARD_FILE_SLOT_SIZE + at] ^= 0x10;
      file_write(damaged, sizeof damaged);
      ck_assert_int_eq(open_number(&number), STATUS_OK);
      survivors += number;
    }
    ck_assert_uint_eq(survivors, 15); /* 7 once, 8 once */
    damaged[at] ^= 0x10;              /* the other slot too */
    file_write(damaged, sizeof damaged);
    ck_assert_int_eq(open_number(&number), STATUS_BAD_FORMAT);
  }
}
END_TEST

/* Commits numbers for ever and says each one that is done. */
static void commit_for_ever(int done_fd, uint32_t number) {
  struct card_file file;
  struct card_memory image;
  if (card_file_open(bench.path, &file, &image) != STATUS_OK)
    _exit(1);
  for (;; number++) {
    image_mark(&image, number);
    if (card_file_commit(&file, &image) != STATUS_OK || write(done_fd, &number, sizeof number) != sizeof number)
      _exit(1);
  }
}

/* Lets a child commit for a while and kills it; answers the last number that it said was done. */
static uint32_t kill_one(uint32_t from, long nanoseconds) {
  int fds[2], how;
  uint32_t number, last = from - 1;
  ck_assert_int_eq(pipe(fds), 0);
  pid_t child = run_fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    close(fds[0]);
    commit_for_ever(fds[1], from);
  }
  close(fds[1]);
  ck_assert_int_eq(read(fds[0], &last, sizeof last), sizeof last); /* it runs */
  nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
  ck_assert_int_eq(kill(child, SIGKILL), 0);
  ck_assert_int_eq(waitpid(child, &how, 0), child);
  ck_assert(WIFSIGNALED(how));
  while (read(fds[0], &number, sizeof number) == sizeof number)
    last = number;
  close(fds[0]);
  return last;
}

START_TEST(kill_in_the_middle_of_commits) {
  uint32_t number = 0;
  commit_number(1);
  for (int round = 0; round < 25; round++) {
    uint32_t from = (uint32_t)(round + 1) * 100000;
    uint32_t said = kill_one(from, 700000L * (round % 5) + 37 * round);
    ck_assert_int_eq(open_number(&number), STATUS_OK);
    ck_assert_uint_ge(number, said);     /* what it said was done is there */
    ck_assert_uint_le(number, said + 1); /* and at most the one that was under way */
  }
}
END_TEST

/* ---- a key that the card has given up ---- */

static bool file_has_key(void) {
  static uint8_t bytes[FILE_SIZE];
  file_read(bytes);
  return memmem(bytes, sizeof bytes, bench.transport_key, sizeof bench.transport_key) != NULL;
}

/* Commits the raw card's image without its transport key, once, as if the process died right behind it. */
static void give_up_key(struct card_file *file, struct card_memory *image) {
  ck_assert_int_eq(card_file_open(bench.path, file, image), STATUS_OK);
  ck_assert(file->has_key);
  ck_assert(!file->old_key);
  ck_assert(file_has_key());
  memset(image->transport_key, 0, sizeof image->transport_key);
  ck_assert_int_eq(card_file_commit(file, image), STATUS_OK);
}

START_TEST(second_commit_takes_a_given_up_key_away) {
  struct card_file file;
  struct card_memory image;
  give_up_key(&file, &image);
  ck_assert(file.old_key);
  ck_assert(file_has_key());
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  ck_assert(!file.old_key);
  ck_assert(!file_has_key());
  card_file_close(&file);
}
END_TEST

START_TEST(opening_takes_a_given_up_key_away) {
  struct card_file file;
  struct card_memory image;
  struct vcard *vcard = NULL;
  give_up_key(&file, &image);
  card_file_close(&file);
  ck_assert(file_has_key());
  ck_assert_int_eq(card_file_open(bench.path, &file, &image), STATUS_OK);
  ck_assert(file.old_key); /* it is known without any commit */
  card_file_close(&file);
  ck_assert_int_eq(vcard_open(bench.path, &vcard), STATUS_OK);
  ck_assert_mem_eq(vcard_memory(vcard), &image, sizeof image);
  ck_assert(!file_has_key());
  vcard_close(&vcard);
}
END_TEST

/* The slot of before may be torn and hold the key all the same. */
START_TEST(given_up_key_in_a_torn_slot_goes_too) {
  static uint8_t bytes[FILE_SIZE];
  struct card_file file;
  struct card_memory image;
  struct vcard *vcard = NULL;
  give_up_key(&file, &image);
  unsigned older = 1 - file.newest;
  card_file_close(&file);
  file_read(bytes);
  bytes[older * CARD_FILE_SLOT_SIZE + CARD_FILE_HEADER_SIZE + CARD_MEMORY_SIZE - 1] ^= 1;
  file_write(bytes, sizeof bytes);
  ck_assert_int_eq(vcard_open(bench.path, &vcard), STATUS_OK);
  ck_assert(!file_has_key());
  vcard_close(&vcard);
}
END_TEST

Suite *card_file_suite(void) {
  Suite *suite = suite_create("card_file");
  TCase *tcase = tcase_create("card_file");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, commit_is_read_back);
  tcase_add_test(tcase, mode_is_0600_whatever_the_umask);
  tcase_add_test(tcase, create_never_overwrites);
  tcase_add_test(tcase, second_open_is_busy);
  tcase_add_test(tcase, not_a_card_file);
  tcase_add_test(tcase, torn_commit_leaves_the_one_before);
  tcase_add_test(tcase, torn_at_the_front_leaves_the_one_before);
  tcase_add_test(tcase, damage_to_one_slot_is_survived_to_both_is_told);
  tcase_add_test(tcase, kill_in_the_middle_of_commits);
  tcase_add_test(tcase, second_commit_takes_a_given_up_key_away);
  tcase_add_test(tcase, opening_takes_a_given_up_key_away);
  tcase_add_test(tcase, given_up_key_in_a_torn_slot_goes_too);
  suite_add_tcase(suite, tcase);
  return suite;
}
