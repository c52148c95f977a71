/* SPDX-License-Identifier: Apache-2.0
 * Tests of answers: yes and no in any case, and nothing else taken for either. */
#include "cmd/frame/answer.h"
#include "suites.h"

#include <stddef.h>

static const struct {
  const char *line;
  enum answer answer;
} lines[] = {
    {"y", ANSWER_YES},        {"Y", ANSWER_YES},          {"yes", ANSWER_YES},
    {"Yes", ANSWER_YES},      {"YES\r", ANSWER_YES},      {" y ", ANSWER_YES},
    {"n", ANSWER_NO},         {"N", ANSWER_NO},           {"no", ANSWER_NO},
    {"NO\n", ANSWER_NO},      {"", ANSWER_NEITHER},       {" ", ANSWER_NEITHER},
    {"j", ANSWER_NEITHER},    {"ye", ANSWER_NEITHER},     {"yesterday", ANSWER_NEITHER},
    {"not", ANSWER_NEITHER},  {"y n", ANSWER_NEITHER},    {"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", ANSWER_NEITHER},
    {"\xFF", ANSWER_NEITHER}, {"\xFFyes", ANSWER_NEITHER}};

START_TEST(takes_yes_and_no_and_nothing_else) {
  ck_assert_msg(answer_read(lines[_i].line) == lines[_i].answer, "'%s'", lines[_i].line);
}
END_TEST

Suite *answer_suite(void) {
  Suite *suite = suite_create("answer");
  TCase *tests = tcase_create("answer");

  tcase_add_loop_test(tests, takes_yes_and_no_and_nothing_else, 0, (int)(sizeof lines / sizeof lines[0]));
  suite_add_tcase(suite, tests);
  return suite;
}
