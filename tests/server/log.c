/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/log.c: one event, one line, whatever comes from outside. */
#include "http/log.h"

#include <string.h>
#include <unistd.h>

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

Suite *log_suite(void) {
  Suite *suite = suite_create("log");
  TCase *all = tcase_create("log");

  tcase_add_test(all, line_has_time_level_and_event);
  tcase_add_test(all, less_important_lines_are_left_out);
  tcase_add_test(all, line_breaks_from_outside_make_no_lines);
  tcase_add_test(all, levels_have_names);
  tcase_add_test(all, card_numbers_are_masked);
  suite_add_tcase(suite, all);
  return suite;
}
