/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/log.c: one event, one line, whatever comes from outside. */
#include "http/log.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/record.h"
#include "suites.h"

/* What a log wrote into a pipe. */
static size_t drain(int reader, char *text, size_t capacity) {
  ssize_t len = read(reader, text, capacity - 1);

  ck_assert_int_ge(len, 0);
  text[len] = '\0';
  return (size_t)len;
}

START_TEST(line_has_time_level_and_event) {
  int ends[2];
  char text[2048];

  ck_assert_int_eq(pipe(ends), 0);
  struct log log = {.fd = ends[1], .level = LOG_INFO};
  log_line(&log, LOG_WARNING, "thing", "a=%d b=%s", 7, "x");
  drain(ends[0], text, sizeof text);
  ck_assert_ptr_nonnull(strstr(text, "Z level=warning event=thing a=7 b=x\n"));
  ck_assert_int_eq(strncmp(text, "time=20", 7), 0);
}
END_TEST

START_TEST(less_important_lines_are_left_out) {
  int ends[2];
  char text[2048];

  ck_assert_int_eq(pipe(ends), 0);
  struct log log = {.fd = ends[1], .level = LOG_WARNING};
  log_line(&log, LOG_INFO, "quiet", "%s", "");
  log_line(&log, LOG_ERROR, "loud", "%s", "");
  drain(ends[0], text, sizeof text);
  ck_assert_ptr_null(strstr(text, "quiet"));
  ck_assert_ptr_nonnull(strstr(text, "level=error event=loud"));
}
END_TEST

START_TEST(line_breaks_from_outside_make_no_lines) {
  int ends[2];
  char text[4096], long_text[3000];

  ck_assert_int_eq(pipe(ends), 0);
  struct log log = {.fd = ends[1], .level = LOG_INFO};
  log_line(&log, LOG_INFO, "thing", "path=%s", "/x\nlevel=error event=forged\r\x1b[2J\x7f");
  drain(ends[0], text, sizeof text);
  ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
  ck_assert_ptr_nonnull(strstr(text, "/x?level=error event=forged??[2J?\n"));
  memset(long_text, 'y', sizeof long_text - 1);
  long_text[sizeof long_text - 1] = '\0';
  log_line(&log, LOG_INFO, "thing", "path=%s", long_text);
  size_t len = drain(ends[0], text, sizeof text);
  ck_assert_uint_le(len, 1024);
  ck_assert_ptr_eq(strchr(text, '\n'), text + len - 1);
}
END_TEST

START_TEST(levels_have_names) {
  enum log_level level = LOG_ERROR;

  ck_assert_int_eq(log_level_by_name("debug", &level), STATUS_OK);
  ck_assert_int_eq(level, LOG_DEBUG);
  ck_assert_int_eq(log_level_by_name("Debug", &level), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(card_numbers_are_masked) {
  uint8_t cid[CID_SIZE];
  char text[LOG_CID_SIZE], whole[17];

  cid_make(999999, 123456789, cid);
  log_cid(cid, text);
  cid_print(cid, whole);
  ck_assert_int_eq(strncmp(text, "999999******", 12), 0);
  ck_assert_str_eq(text + 12, whole + 12);
}
END_TEST

/* What waits is written together and in order, before what does not wait; what is not INFO or less never waits. */
START_TEST(lines_of_requests_are_written_together) {
  static struct log_room room = {.lock = PTHREAD_MUTEX_INITIALIZER};
  int ends[2];
  char text[PIPE_BUF + 1];

  ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
  struct log log = {.fd = ends[1], .level = LOG_INFO, .room = &room};
  log_line_soon(&log, LOG_INFO, "one", "n=%d", 1);
  log_line_soon(&log, LOG_DEBUG, "none", "n=%d", 0);
  log_line_soon(&log, LOG_INFO, "two", "n=%d", 2);
  ck_assert_int_eq((int)read(ends[0], text, sizeof text - 1), -1);
  log_flush(&log);
  size_t len = drain(ends[0], text, sizeof text);
  ck_assert(strstr(text, "event=one n=1\n") < strstr(text, "event=two n=2\n"));
  ck_assert_ptr_null(strstr(text, "none"));
  ck_assert_int_eq(text[len - 1], '\n');
  log_line_soon(&log, LOG_INFO, "three", "n=%d", 3);
  log_line_soon(&log, LOG_WARNING, "four", "n=%d", 4);
  log_line_soon(&log, LOG_INFO, "five", "n=%d", 5);
  log_line(&log, LOG_INFO, "six", "n=%d", 6);
  drain(ends[0], text, sizeof text);
  ck_assert(strstr(text, "event=three") < strstr(text, "event=four"));
  ck_assert(strstr(text, "event=five") < strstr(text, "event=six"));
  ck_assert_int_eq((int)read(ends[0], text, sizeof text - 1), -1);
  log_flush(&log); /* nothing waits */
  ck_assert_int_eq((int)read(ends[0], text, sizeof text - 1), -1);
}
END_TEST

/* A reader of the pipe gets whole lines, each once, however many there are. */
START_TEST(lines_that_find_no_room_do_not_wait) {
  static struct log_room room = {.lock = PTHREAD_MUTEX_INITIALIZER};
  int ends[2];
  static char text[16384];
  size_t lines = 0;

  ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
  struct log log = {.fd = ends[1], .level = LOG_INFO, .room = &room};
  for (int i = 0; i < 100; i++)
    log_line_soon(&log, LOG_INFO, "many", "n=%d", i);
  ssize_t before = read(ends[0], text, sizeof text - 1);
  ck_assert_int_gt((int)before, 0);
  ck_assert_int_eq(text[before - 1], '\n');
  log_flush(&log);
  ck_assert_int_gt((int)read(ends[0], text + before, sizeof text - 1 - (size_t)before), 0);
  for (const char *at = text; (at = strstr(at, "event=many n=")) != NULL; at++, lines++)
    ck_assert_int_eq(atoi(at + 13), (int)lines);
  ck_assert_uint_eq(lines, 100);
}
END_TEST

Suite *log_suite(void) {
  Suite *suite = suite_create("log");
  TCase *all = tcase_create("log");

  tcase_add_test(all, line_has_time_level_and_event);
  tcase_add_test(all, less_important_lines_are_left_out);
  tcase_add_test(all, line_breaks_from_outside_make_no_lines);
  tcase_add_test(all, lines_of_requests_are_written_together);
  tcase_add_test(all, lines_that_find_no_room_do_not_wait);
  tcase_add_test(all, levels_have_names);
  tcase_add_test(all, card_numbers_are_masked);
  suite_add_tcase(suite, all);
  return suite;
}
