/* SPDX-License-Identifier: Apache-2.0
 * Tests of secrets by descriptor and file, and of the process that keeps them. */
#include "epurse/secret.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "suites.h"

#define CAPACITY 9

/* Puts text into a pipe; the answer is the end to read from. */
static int pipe_of(const char *text, size_t len) {
  int ends[2];

  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(write(ends[1], text, len), (int)len);
  ck_assert_int_eq(close(ends[1]), 0);
  return ends[0];
}

static const struct {
  const char *line, *secret;
  enum status status;
} lines[] = {
    {"12345678\n", "12345678", STATUS_OK}, {"1\n", "1", STATUS_OK},         {"no end", "no end", STATUS_OK},
    {"dos\r\n", "dos", STATUS_OK},         {" a b ", " a b ", STATUS_OK},   {"123456789\n", "", STATUS_BAD_LENGTH},
    {"\n", "", STATUS_BAD_LENGTH},         {"\r\n", "", STATUS_BAD_LENGTH}, {"", "", STATUS_CANCELLED}};

START_TEST(a_line_is_read_from_a_descriptor) {
  char text[CAPACITY + 1] = "untouched";
  int fd = pipe_of(lines[_i].line, strlen(lines[_i].line));

  ck_assert_int_eq(secret_from_fd(fd, text, CAPACITY), lines[_i].status);
  ck_assert_str_eq(text, lines[_i].secret);
  ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_nul_is_not_taken_for_an_end) {
  char text[CAPACITY];
  int fd = pipe_of("12\00034\n", 6);

  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_BAD_LENGTH);
  ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(the_rest_stays_for_the_next_reader) {
  char text[CAPACITY], long_line[] = "a line that is too long by far\nnext\n";
  int fd = pipe_of("first\nsecond\n", 13);

  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_OK);
  ck_assert_str_eq(text, "first");
  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_OK);
  ck_assert_str_eq(text, "second");
  ck_assert_int_eq(close(fd), 0);
  fd = pipe_of(long_line, strlen(long_line));
  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_BAD_LENGTH);
  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_OK);
  ck_assert_str_eq(text, "next");
  ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_closed_descriptor_is_an_error) {
  char text[CAPACITY];
  int fd = pipe_of("x\n", 2);

  ck_assert_int_eq(close(fd), 0);
  ck_assert_int_eq(secret_from_fd(fd, text, sizeof text), STATUS_STORE_FAILED);
}
END_TEST

START_TEST(a_secret_is_read_from_a_private_file) {
  char text[CAPACITY];

  scratch_write("passphrase", 0600, "12345678\n", 9);
  ck_assert_int_eq(secret_from_file("passphrase", text, sizeof text), STATUS_OK);
  ck_assert_str_eq(text, "12345678");
  ck_assert_int_eq(chmod("passphrase", 0644), 0);
  ck_assert_int_eq(secret_from_file("passphrase", text, sizeof text), STATUS_KEY_EXPOSED);
  ck_assert_int_eq(secret_from_file("missing", text, sizeof text), STATUS_NOT_FOUND);
}
END_TEST

static const struct {
  const char *data;
  size_t len;
} bad_files[] = {{"", 0}, {"\n", 1}, {"123456789", 9}, {"12\0003", 4}};

START_TEST(a_file_without_a_secret_is_refused) {
  char text[CAPACITY] = "before";

  scratch_write("passphrase", 0600, bad_files[_i].data, bad_files[_i].len);
  ck_assert_int_eq(secret_from_file("passphrase", text, sizeof text), STATUS_BAD_LENGTH);
  ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_hardened_process_leaves_nothing_behind) {
  struct rlimit core;
  struct sigaction action;
  int ends[2], fd = -1;
  struct stat facts;

  process_harden();
  ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
  ck_assert_uint_eq(core.rlim_cur, 0);
  ck_assert_uint_eq(core.rlim_max, 0);
  ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
  ck_assert_int_eq(sigaction(SIGPIPE, NULL, &action), 0);
  ck_assert(action.sa_handler == SIG_IGN);
  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(close(ends[0]), 0);
  ck_assert_int_eq(write(ends[1], "x", 1), -1); /* and we live */
  ck_assert_int_eq(close(ends[1]), 0);
  fd = open("new", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  ck_assert_int_eq(fstat(fd, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 0777, 0600);
  ck_assert_int_eq(close(fd), 0);
}
END_TEST

Suite *secret_suite(void) {
  Suite *suite = suite_create("secret");
  TCase *tests = tcase_create("secret");

  tcase_add_checked_fixture(tests, scratch_enter, scratch_leave);
  tcase_add_loop_test(tests, a_line_is_read_from_a_descriptor, 0, sizeof lines / sizeof lines[0]);
  tcase_add_test(tests, a_nul_is_not_taken_for_an_end);
  tcase_add_test(tests, the_rest_stays_for_the_next_reader);
  tcase_add_test(tests, a_closed_descriptor_is_an_error);
  tcase_add_test(tests, a_secret_is_read_from_a_private_file);
  tcase_add_loop_test(tests, a_file_without_a_secret_is_refused, 0, sizeof bad_files / sizeof bad_files[0]);
  tcase_add_test(tests, a_hardened_process_leaves_nothing_behind);
  suite_add_tcase(suite, tests);
  return suite;
}
