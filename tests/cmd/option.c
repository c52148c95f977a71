/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/cmd/frame/option.c: rows fill a struct, in any order, from argv and environment; nonsense is refused. */
#include <check.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/frame/option.h"
#include "cmd/frame/problem.h"
#include "suites.h"

struct sample {
  bool json;
  const char *reader, *trace, *why;
  int64_t wait, fd, in, out;
};

static enum status run_nothing(void *context, char **arguments) {
  (void)context;
  (void)arguments;
  return STATUS_OK;
}

static const struct option_row rows[] = {
    {"json", 'j', NULL, NULL, OPTION_FLAG, offsetof(struct sample, json), 0, 0, "JSON"},
    {"reader", 'r', "SPEC", "EPURSE_TEST_READER", OPTION_TEXT, offsetof(struct sample, reader), 0, 0, "reader"},
    {"trace", 0, "FILE", NULL, OPTION_OPTIONAL_TEXT, offsetof(struct sample, trace), 0, 0, "trace"},
    {"why", 0, "TEXT", NULL, OPTION_ANY_TEXT, offsetof(struct sample, why), 0, 0, "why"},
    {"wait", 'w', "SECONDS", NULL, OPTION_OPTIONAL_NUMBER, offsetof(struct sample, wait), 0, 100, "wait"},
    {"fd", 0, "FD", NULL, OPTION_NUMBER, offsetof(struct sample, fd), 0, 9, "descriptor"},
    {"in-fd", 0, "FD", NULL, OPTION_FD_IN, offsetof(struct sample, in), 0, 1023, "read from it"},
    {"out-fd", 0, "FD", NULL, OPTION_FD_OUT, offsetof(struct sample, out), 0, 1023, "write to it"},
    {0}};
static const struct verb verbs[] = {{"pay", "AMOUNT", 1, "pay", run_nothing}, {"log", "", 0, "log", run_nothing}, {0}};
static const struct program with_verbs = {"sample", "A sample.", {rows}, verbs, NULL, 0};
static const struct program with_files = {"sample", "A sample.", {rows}, NULL, "FILE...", 1};

#define ARGV_MAX 12
struct result {
  struct sample sample;
  const struct verb *verb;
  char **operands;
  enum status status;
  char words[ARGV_MAX][64];
  char *argv[ARGV_MAX + 1];
};

/* Splits a line into words, as a shell without quotes, and parses it. */
static void parse(struct result *result, const struct program *program, const char *line) {
  int argc = 0;
  memset(result, 0, sizeof *result);
  while (*line != 0 && argc < ARGV_MAX) {
    size_t len = strcspn(line, " ");
    ck_assert_uint_lt(len, sizeof result->words[0]);
    memcpy(result->words[argc], line, len);
    result->argv[argc] = result->words[argc];
    argc++;
    line += len + (line[len] == ' ');
  }
  result->status = option_parse(program, argc, result->argv, &result->sample, &result->verb, &result->operands);
}

START_TEST(options_stand_before_and_behind_the_verb) {
  struct result result;
  parse(&result, &with_verbs, "sample -j pay --reader=Omnikey 12.50 --fd 3");
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_str_eq(result.verb->name, "pay");
  ck_assert_str_eq(result.operands[0], "12.50");
  ck_assert(result.sample.json);
  ck_assert_str_eq(result.sample.reader, "Omnikey");
  ck_assert_int_eq(result.sample.fd, 3);
}
END_TEST

START_TEST(optional_arguments) {
  struct result result;
  parse(&result, &with_verbs, "sample --wait --trace log");
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_int_eq(result.sample.wait, -1);
  ck_assert_str_eq(result.sample.trace, "");
  parse(&result, &with_verbs, "sample --wait=7 --trace=x log");
  ck_assert_int_eq(result.sample.wait, 7);
  ck_assert_str_eq(result.sample.trace, "x");
}
END_TEST

START_TEST(the_environment_speaks_where_the_option_does_not) {
  struct result result;
  setenv("EPURSE_TEST_READER", "from environment", 1);
  parse(&result, &with_verbs, "sample log");
  ck_assert_str_eq(result.sample.reader, "from environment");
  parse(&result, &with_verbs, "sample -r argv log");
  ck_assert_str_eq(result.sample.reader, "argv");
  unsetenv("EPURSE_TEST_READER");
  parse(&result, &with_verbs, "sample log");
  ck_assert_ptr_null(result.sample.reader);
}
END_TEST

/* A file that the program opens later could have the number of a descriptor that is not open. */
START_TEST(a_descriptor_is_open_and_the_right_way_round) {
  const int reading = open("/dev/null", O_RDONLY), writing = open("/dev/null", O_WRONLY),
            both = open("/dev/null", O_RDWR), name = open("/dev/null", O_PATH), closed = dup(reading);
  const struct {
    const char *option;
    int fd;
    enum status status;
  } cases[] = {{"in", reading, STATUS_OK},   {"in", both, STATUS_OK},        {"in", writing, STATUS_USAGE},
               {"in", closed, STATUS_USAGE}, {"in", name, STATUS_USAGE},     {"out", writing, STATUS_OK},
               {"out", both, STATUS_OK},     {"out", reading, STATUS_USAGE}, {"out", closed, STATUS_USAGE},
               {"out", name, STATUS_USAGE}};
  (void)close(closed);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct result result;
    char line[64];
    snprintf(line, sizeof line, "sample --%s-fd %d log", cases[i].option, cases[i].fd);
    parse(&result, &with_verbs, line);
    ck_assert_msg(result.status == cases[i].status, "%zu: %s", i, line);
  }
  (void)close(reading);
  (void)close(writing);
  (void)close(both);
  (void)close(name);
}
END_TEST

START_TEST(files_are_operands) {
  struct result result;
  parse(&result, &with_files, "sample -j one two");
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_str_eq(result.operands[0], "one");
  ck_assert_str_eq(result.operands[1], "two");
  ck_assert_ptr_null(result.operands[2]);
}
END_TEST

static const struct {
  const struct program *program;
  const char *line;
} refused[] = {
    {&with_verbs, "sample"},
    {&with_verbs, "sample buy"},
    {&with_verbs, "sample pay"},
    {&with_verbs, "sample pay 1 2"},
    {&with_verbs, "sample pay -1"},
    {&with_verbs, "sample log extra"},
    {&with_verbs, "sample --nonsense log"},
    {&with_verbs, "sample -x log"},
    {&with_verbs, "sample --fd"},
    {&with_verbs, "sample --fd=10 log"},
    {&with_verbs, "sample --fd=-1 log"},
    {&with_verbs, "sample --fd=3x log"},
    {&with_verbs, "sample --fd= log"},
    {&with_verbs, "sample --wait=101 log"},
    {&with_verbs, "sample --wait=99999999999999999999 log"},
    {&with_verbs, "sample --json=yes log"},
    {&with_files, "sample"},
    {&with_files, "sample -j"},
};

START_TEST(nonsense_is_refused) {
  struct result result;
  parse(&result, refused[_i].program, refused[_i].line);
  ck_assert_msg(result.status == STATUS_USAGE, "'%s' was taken", refused[_i].line);
}
END_TEST

/* The text in the place of "%s". */
static void place_put(const char *place, const char *text, char line[128]) {
  const char *at = strstr(place, "%s");
  snprintf(line, 128, "%.*s%s%s", (int)(at - place), place, text, at + 2);
}

/* What is no UTF-8 is refused wherever it stands: option, environment, verb, argument; but for a text that stops
 * nothing. */
START_TEST(texts_are_utf8) {
  static const char *const bad[] = {
      "M\374nchen",           "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
      "\xF8\x88\x80\x80\x80", "a\x80",    "\xC3",         "\xE2\x82",     "\xF0\x9F\x98"};
  static const char *const good[] = {"M\xC3\xBCnchen", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "x"};
  static const char *const places[] = {"sample log --reader=%s", "sample log --trace=%s", "sample pay %s",
                                       "sample pay 1 --reader %s", "sample log --wait=%s"};
  struct result result;
  char line[128];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    for (size_t place = 0; place < sizeof places / sizeof places[0]; place++) {
      place_put(places[place], bad[i], line);
      parse(&result, &with_verbs, line);
      ck_assert_int_eq(result.status, STATUS_USAGE);
    }
    snprintf(line, sizeof line, "sample log --why=%s", bad[i]);
    parse(&result, &with_verbs, line);
    ck_assert_int_eq(result.status, STATUS_OK);
    ck_assert_str_eq(result.sample.why, bad[i]);
    snprintf(line, sizeof line, "sample %s", bad[i]);
    parse(&result, &with_files, line);
    ck_assert_int_eq(result.status, STATUS_USAGE);
    ck_assert_int_eq(setenv("EPURSE_TEST_READER", bad[i], 1), 0);
    parse(&result, &with_verbs, "sample log");
    ck_assert_int_eq(result.status, STATUS_USAGE);
    ck_assert_int_eq(unsetenv("EPURSE_TEST_READER"), 0);
  }
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    snprintf(line, sizeof line, "sample pay %s --reader=%s", good[i], good[i]);
    parse(&result, &with_verbs, line);
    ck_assert_int_eq(result.status, STATUS_OK);
    ck_assert_str_eq(result.sample.reader, good[i]);
  }
}
END_TEST

START_TEST(as_much_of_a_text_is_kept_as_can_be) {
  static const char *const texts[][2] = {{"lost", "lost"},
                                         {"M\xC3\xBCnchen \xF0\x9F\x98\x80", "M\xC3\xBCnchen \xF0\x9F\x98\x80"},
                                         {"M\374nchen", "M?nchen"},
                                         {"a\nb\tc\x7F\xC2\x9B", "a b c  "},
                                         {"\xED\xA0\x80\xC3", "????"},
                                         {"0123456789012345", "012345678901234"},
                                         {"01234567890123\xC3\xBC", "01234567890123"},
                                         {"0123456789012\xC3\xBC", "0123456789012\xC3\xBC"}};
  char kept[16];
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    bool whole = problem_text_keep(texts[i][0], kept, sizeof kept);
    ck_assert_str_eq(kept, texts[i][1]);
    ck_assert_int_eq(whole, strcmp(texts[i][0], texts[i][1]) == 0);
  }
}
END_TEST

Suite *option_suite(void) {
  Suite *suite = suite_create("option");
  TCase *tcase = tcase_create("option");
  tcase_add_test(tcase, options_stand_before_and_behind_the_verb);
  tcase_add_test(tcase, optional_arguments);
  tcase_add_test(tcase, the_environment_speaks_where_the_option_does_not);
  tcase_add_test(tcase, a_descriptor_is_open_and_the_right_way_round);
  tcase_add_test(tcase, files_are_operands);
  tcase_add_loop_test(tcase, nonsense_is_refused, 0, (int)(sizeof refused / sizeof refused[0]));
  tcase_add_test(tcase, texts_are_utf8);
  tcase_add_test(tcase, as_much_of_a_text_is_kept_as_can_be);
  suite_add_tcase(suite, tcase);
  return suite;
}
