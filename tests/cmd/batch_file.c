/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/cmd/perso/batch_file.c: results that are read again, cut lines, other people's files. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/perso/batch_file.h"
#include "epurse/record.h"
#include "suites.h"

#define HEADER "reference,cid,chip_serial,expiry,status,time\n"

static char folder[64], list_path[96], path[96];
static struct batch_list list;
static char problem[CSV_PROBLEM];

static void put(const char *file, const char *text, mode_t mode) {
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  ck_assert_int_eq(fchmod(fd, mode), 0);
  close(fd);
}

static void get(char text[1024]) {
  int fd = open(path, O_RDONLY);
  ck_assert_int_ge(fd, 0);
  ssize_t len = read(fd, text, 1023);
  ck_assert_int_ge(len, 0);
  text[len] = 0;
  close(fd);
}

static void set_up(void) {
  snprintf(folder, sizeof folder, "/tmp/epurse-batch.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(list_path, sizeof list_path, "%s/list.csv", folder);
  snprintf(path, sizeof path, "%s/list.results.csv", folder);
  put(list_path, "reference\nA\n\"B, two\"\nC\n", 0600);
  ck_assert_int_eq(batch_list_read(list_path, &list, problem), STATUS_OK);
}

static void tear_down(void) {
  batch_list_clear(&list);
  unlink(list_path);
  unlink(path);
  rmdir(folder);
}

START_TEST(what_is_noted_is_read_again) {
  struct batch_file file, other;
  static const uint8_t expiry[DATE_SIZE] = {0x20, 0x31, 0x11, 0x26};
  char text[1024];
  struct stat facts;
  ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_OK);
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 0777, 0600);
  memcpy(list.entries[0].chip_serial, "CHIP0001", CHIP_SERIAL_SIZE);
  memcpy(list.entries[1].chip_serial, "CHIP0002", CHIP_SERIAL_SIZE);
  list.entries[0].state = list.entries[1].state = list.entries[2].state = BATCH_BEGUN;
  for (size_t i = 0; i < 3; i++)
    ck_assert_int_eq(batch_results_add(&file, &list.entries[i], NULL), STATUS_OK);
  list.entries[0].state = BATCH_ISSUED;
  ck_assert_int_eq(cid_parse("9999990000000014", list.entries[0].cid), STATUS_OK);
  ck_assert_int_eq(batch_results_add(&file, &list.entries[0], expiry), STATUS_OK);
  list.entries[2].state = BATCH_FREE;
  ck_assert_int_eq(batch_results_add(&file, &list.entries[2], NULL), STATUS_OK);
  ck_assert_int_eq(batch_results_open(path, &list, &other, problem), STATUS_READER_BUSY);
  batch_file_close(&file);
  batch_file_close(&file);
  get(text);
  ck_assert_ptr_nonnull(strstr(text, HEADER "\"A\",,4348495030303031,,begun,20"));
  ck_assert_ptr_nonnull(strstr(text, "\n\"A\",9999990000000014,4348495030303031,2031-11-26,issued,20"));
  batch_list_clear(&list);
  ck_assert_int_eq(batch_list_read(list_path, &list, problem), STATUS_OK);
  ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_OK);
  ck_assert_int_eq(list.entries[0].state, BATCH_ISSUED);
  ck_assert_int_eq(list.entries[1].state, BATCH_BEGUN);
  ck_assert_mem_eq(list.entries[1].chip_serial, "CHIP0002", CHIP_SERIAL_SIZE);
  ck_assert_int_eq(list.entries[2].state, BATCH_FREE);
  list.entries[0].state = BATCH_VERIFIED;
  ck_assert_int_eq(batch_results_add(&file, &list.entries[0], expiry), STATUS_OK);
  batch_file_close(&file);
  ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_OK);
  ck_assert_int_eq(list.entries[0].state, BATCH_VERIFIED);
  ck_assert_uint_eq(list.entries[0].cid[7], 0x14);
  batch_file_close(&file);
}
END_TEST

/* A crash while a line was written: it was not durable, so nothing was done behind it. */
START_TEST(a_line_that_was_cut_goes_away) {
  static const char whole[] = HEADER "\"A\",,4348495030303031,,begun,2026-11-26T23:09:35Z\n";
  struct batch_file file;
  char text[1024];
  for (size_t cut = 0; cut < sizeof whole - 1; cut++) {
    char part[sizeof whole];
    snprintf(part, sizeof part, "%.*s", (int)cut, whole);
    put(path, part, 0600);
    list.entries[0].state = BATCH_FREE;
    ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_OK);
    ck_assert_int_eq(list.entries[0].state, BATCH_FREE);
    batch_file_close(&file);
    get(text);
    ck_assert_str_eq(text, HEADER);
  }
}
END_TEST

START_TEST(refuses_files_that_are_none_of_its_own) {
  static const struct {
    const char *text, *problem;
  } foreign[] = {
      {"name,colour\n", "it is no file of a batch's results"},
      {HEADER "\"A\",,xyz,,begun,2026-11-26T23:09:35Z\n", "line 2: it is no result"},
      {HEADER "\"A\",,4348495030303031,,eaten,2026-11-26T23:09:35Z\n", "line 2: it is no result"},
      {HEADER "\"Z\",,4348495030303031,,begun,2026-11-26T23:09:35Z\n", "line 2: reference 'Z' does not stand"}};
  struct batch_file file;
  for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
    put(path, foreign[i].text, 0600);
    ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_BAD_FORMAT);
    ck_assert_msg(strncmp(problem, foreign[i].problem, strlen(foreign[i].problem)) == 0, "%s", problem);
  }
  put(path, HEADER, 0644);
  ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_KEY_EXPOSED);
  ck_assert_int_eq(batch_pins_open(path, &file, problem), STATUS_KEY_EXPOSED);
  put(path, HEADER, 0600);
  ck_assert_int_eq(batch_pins_open(path, &file, problem), STATUS_BAD_FORMAT);
}
END_TEST

/* A list whose last line has no end, or whatever a wrong name names, stays as it is. */
START_TEST(foreign_files_are_not_touched) {
  static const char *const foreign[] = {"reference\nA\nB", "a letter without an end"};
  struct batch_file file;
  char text[1024];
  for (size_t i = 0; i < 2; i++) {
    put(path, foreign[i], 0600);
    ck_assert_int_eq(batch_results_open(path, &list, &file, problem), STATUS_BAD_FORMAT);
    ck_assert_int_eq(batch_pins_open(path, &file, problem), STATUS_BAD_FORMAT);
    ck_assert_str_eq(problem, "it is no file of PINs");
    get(text);
    ck_assert_str_eq(text, foreign[i]);
  }
}
END_TEST

START_TEST(pins_are_noted_with_reference_and_number) {
  static const uint8_t cid[CID_SIZE] = {0x99, 0x99, 0x99, 0, 0, 0, 0, 0x14};
  struct batch_file file;
  char text[1024];
  ck_assert_int_eq(batch_pins_open(path, &file, problem), STATUS_OK);
  ck_assert_int_eq(batch_pins_add(&file, &list.entries[1], cid, "4711"), STATUS_OK);
  batch_file_close(&file);
  get(text);
  ck_assert_str_eq(text, "reference,cid,pin\n\"B, two\",9999990000000014,4711\n");
}
END_TEST

/* An editor that writes no last line end takes nobody's PIN; what a crash cut off before its PIN goes as ever. */
START_TEST(a_pin_without_its_line_end_stays) {
  static const struct {
    const char *before, *after;
  } cases[] = {
      {"\"A\",9999990000000014,1234\n\"C\",9999990000000022,4711",
       "\"A\",9999990000000014,1234\n\"C\",9999990000000022,4711\n"},
      {"\"B, two\",9999990000000014,471100", "\"B, two\",9999990000000014,471100\n"},
      {"\"A\",9999990000000014,471", ""},
      {"\"A\",9999990000000014,", ""},
      {"\"A\",9999990000", ""},
  };
  struct batch_file file;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[1024], whole[256];
    snprintf(whole, sizeof whole, "reference,cid,pin\n%s", cases[i].before);
    put(path, whole, 0600);
    ck_assert_int_eq(batch_pins_open(path, &file, problem), STATUS_OK);
    batch_file_close(&file);
    get(text);
    snprintf(whole, sizeof whole, "reference,cid,pin\n%s", cases[i].after);
    ck_assert_str_eq(text, whole);
  }
}
END_TEST

Suite *batch_file_suite(void) {
  Suite *suite = suite_create("batch_file");
  TCase *tests = tcase_create("batch_file");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, foreign_files_are_not_touched);
  tcase_add_test(tests, what_is_noted_is_read_again);
  tcase_add_test(tests, a_line_that_was_cut_goes_away);
  tcase_add_test(tests, refuses_files_that_are_none_of_its_own);
  tcase_add_test(tests, pins_are_noted_with_reference_and_number);
  tcase_add_test(tests, a_pin_without_its_line_end_stays);
  suite_add_tcase(suite, tests);
  return suite;
}
