/* SPDX-License-Identifier: Apache-2.0
 * What a trace shows, and that no PIN digit, key or cryptogram gets into it. */
#include "reader/trace.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

/* The line that a command leaves; release it with free. */
static char *line_of_command(const uint8_t *command, size_t len) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  ck_assert_ptr_nonnull(out);
  trace_command(out, command, len, trace_blanks(command, len));
  fclose(out);
  return text;
}

static char *line_of_answer(const uint8_t *answer, size_t len, bool blank) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  ck_assert_ptr_nonnull(out);
  trace_answer(out, answer, len, 44, blank);
  fclose(out);
  return text;
}

START_TEST(shows_select_in_full) {
  const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, 0x05, 0xF0, 0x00, 0x00, 0x00, 0x01, 0x00};
  char *line = line_of_command(select, sizeof select);
  ck_assert_str_eq(line, "A>> (4+0005) 00A40400 05 F000000001 00\n");
  free(line);
}
END_TEST

START_TEST(shows_answer_with_meaning) {
  const uint8_t answer[] = {0x6F, 0x02, 0x84, 0x00, 0x90, 0x00};
  char *line = line_of_answer(answer, sizeof answer, false);
  ck_assert_ptr_nonnull(strstr(line, "A<< (0004+2) (44ms) 6F028400 9000 "));
  ck_assert_uint_gt(strlen(line), strlen("A<< (0004+2) (44ms) 6F028400 9000 \n"));
  free(line);
}
END_TEST

/* One command per loop turn that must stay dark, its data all A5. */
static const uint8_t dark[][2] = {{0x00, 0x20}, {0x00, 0x24}, {0x10, 0x20}, {0x80, 0x50}, {0x80, 0xE2}, {0x80, 0x82},
                                  {0x84, 0x54}, {0x04, 0xB2}, {0x0C, 0xCA}, {0x60, 0xCA}, {0x84, 0x82}};

START_TEST(blanks_secrets) {
  uint8_t command[5 + 8 + 1] = {dark[_i][0], dark[_i][1], 0x00, 0x80, 0x08};
  memset(command + 5, 0xA5, 8);
  char *line = line_of_command(command, sizeof command);
  ck_assert_msg(strstr(line, "A5") == NULL, "shown: %s", line);
  ck_assert_ptr_nonnull(strstr(line, "[8 bytes blanked]"));
  free(line);
}
END_TEST

/* A command that cannot be taken apart is no way around: Lc promises more than there is. */
START_TEST(blanks_damaged_verify) {
  const uint8_t command[] = {0x00, 0x20, 0x00, 0x80, 0x20, 0x24, 0x12, 0x34};
  char *line = line_of_command(command, sizeof command);
  ck_assert_ptr_null(strstr(line, "1234"));
  ck_assert_ptr_nonnull(strstr(line, "blanked"));
  free(line);
}
END_TEST

START_TEST(blanks_answer) {
  const uint8_t answer[] = {0xA5, 0xA5, 0x90, 0x00};
  char *line = line_of_answer(answer, sizeof answer, true);
  ck_assert_ptr_null(strstr(line, "A5"));
  ck_assert_ptr_nonnull(strstr(line, "[2 bytes blanked] 9000"));
  free(line);
}
END_TEST

START_TEST(survives_short_answer) {
  const uint8_t answer[] = {0x90};
  char *line = line_of_answer(answer, sizeof answer, false);
  ck_assert_str_eq(line, "A<< (44ms) no status word\n");
  free(line);
}
END_TEST

Suite *trace_suite(void) {
  Suite *suite = suite_create("trace");
  TCase *tc = tcase_create("trace");
  tcase_add_test(tc, shows_select_in_full);
  tcase_add_test(tc, shows_answer_with_meaning);
  tcase_add_loop_test(tc, blanks_secrets, 0, (int)(sizeof dark / sizeof dark[0]));
  tcase_add_test(tc, blanks_damaged_verify);
  tcase_add_test(tc, blanks_answer);
  tcase_add_test(tc, survives_short_answer);
  suite_add_tcase(suite, tc);
  return suite;
}
