/* SPDX-License-Identifier: Apache-2.0
 * Tests of configuration files: what is known is taken, everything else is refused with its line. */
#include "epurse/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"

#define FILE_NAME "test.conf"

static const struct settings_row rows[] = {
    {"server", "url", NULL, SETTING_TEXT, 0, 0},
    {"server", "timeout", "10", SETTING_NUMBER, 1, 120},
    {"server", "offset", "0", SETTING_NUMBER, INT64_MIN, INT64_MAX},
    {"files", "journal", "journal.db", SETTING_PATH, 0, 0},
    {"files", "passphrase", "", SETTING_PATH, 0, 0},
    {"shop", "name", "", SETTING_TEXT, 0, 0},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static char folder[64];

static void setup(void) {
  strcpy(folder, "/tmp/epurse config.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
}

static void teardown(void) {
  (void)unlink(FILE_NAME);
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert_int_eq(rmdir(folder), 0);
}

static void file_write(const char *text, size_t len) {
  FILE *file = fopen(FILE_NAME, "we");

  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
}

static enum status load(const char *text, struct settings **settings, char problem[256]) {
  file_write(text, strlen(text));
  return settings_load(FILE_NAME, rows, ROW_COUNT, settings, problem);
}

START_TEST(takes_what_is_given_and_fills_in_the_rest) {
  struct settings *settings = NULL;
  char problem[256], path[128];

  ck_assert_int_eq(load("# a till\n; and a remark\n\n[server]\nurl = https://127.0.0.1:8443\ntimeout=30\n"
                        "[files]\njournal : /var/lib/journal.db\n[shop]\nname =  Corner Bakery, B\xC3\xA4ker = good  \n"
                        "[server]\noffset = -9223372036854775808\n",
                        &settings, problem),
                   STATUS_OK);
  ck_assert_str_eq(problem, "");
  ck_assert_str_eq(settings_text(settings, "server", "url"), "https://127.0.0.1:8443");
  ck_assert_int_eq(settings_number(settings, "server", "timeout"), 30);
  ck_assert_int_eq(settings_number(settings, "server", "offset"), INT64_MIN);
  ck_assert_str_eq(settings_text(settings, "files", "journal"), "/var/lib/journal.db");
  ck_assert_str_eq(settings_text(settings, "files", "passphrase"), "");
  ck_assert_str_eq(settings_text(settings, "shop", "name"), "Corner Bakery, B\xC3\xA4ker = good");
  ck_assert_str_eq(settings_text(settings, "shop", "nothing"), "");
  ck_assert_int_eq(settings_number(settings, "nothing", "timeout"), 0);
  settings_free(&settings);
  ck_assert_ptr_null(settings);
  settings_free(&settings);
  ck_assert_int_eq(load("[server]\nurl = x", &settings, problem), STATUS_OK); /* no newline at the end */
  ck_assert_int_eq(settings_number(settings, "server", "timeout"), 10);
  (void)snprintf(path, sizeof path, "%s/journal.db", folder);
  ck_assert_str_eq(settings_text(settings, "files", "journal"), path);
  ck_assert_str_eq(settings_folder(settings), folder);
  settings_free(&settings);
}
END_TEST

START_TEST(paths_hang_on_the_files_own_folder) {
  struct settings *settings = NULL;
  char problem[256], file[128], path[128];

  file_write("[server]\nurl = x\n[files]\njournal = ../j.db\n", 42);
  (void)snprintf(file, sizeof file, "%s/" FILE_NAME, folder);
  (void)snprintf(path, sizeof path, "%s/../j.db", folder);
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert_int_eq(settings_load(file, rows, ROW_COUNT, &settings, problem), STATUS_OK);
  ck_assert_str_eq(settings_text(settings, "files", "journal"), path);
  settings_free(&settings);
  ck_assert_int_eq(chdir(folder), 0);
}
END_TEST

#define LONG_VALUE                                                                                                     \
  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"               \
  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

/* A file, and what the problem must name. */
static const struct {
  const char *text, *problem;
} refused[] = {
    {"[server]\nurl = x\nspeed = 1\n", "line 3: [server] speed is not known here"},
    {"[server]\nurl = x\n[servers]\ntimeout = 1\n", "line 4: [servers] timeout is not known here"},
    {"url = x\n", "line 1: [] url is not known here"},
    {"[server]\nURL = x\n", "line 2: [server] URL is not known here"},
    {"[server]\nurl = x\nurl = x\n", "line 3: [server] url is given twice"},
    {"[server]\nurl = x\n[server]\nurl = y\n", "line 4: [server] url is given twice"},
    {"[server]\nurl = x\n  y\n", "line 3: [server] url is given twice"}, /* a continued line */
    {"[server]\ntimeout = 10\n", "[server] url is missing"},
    {"[server]\nurl =\n", "[server] url is missing"},
    {"", "[server] url is missing"},
    {"[server]\nurl = x\ntimeout = 0\n", "[server] timeout must be a whole number from 1 to 120"},
    {"[server]\nurl = x\ntimeout = 121\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = 1.5\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = 1e1\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = 0x10\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = +5\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = 5 s\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout =\n", "[server] timeout must be"},
    {"[server]\nurl = x\ntimeout = -\n", "[server] timeout must be"},
    {"[server]\nurl = x\noffset = 9223372036854775808\n", "[server] offset must be"},
    {"[server\nurl = x\n", "line 1"},
    {"[server]\nurl = x\nnonsense\n", "line 3"},
    {"[server]\nurl = " LONG_VALUE "\n", "line 2: longer than"},
    {"[server]\nurl = x\n# " LONG_VALUE "\n", "line 3: longer than"},
};

START_TEST(refuses_and_says_why) {
  struct settings *settings = NULL;
  char problem[256];

  ck_assert_int_eq(load(refused[_i].text, &settings, problem), STATUS_BAD_CONFIG);
  ck_assert_ptr_null(settings);
  ck_assert_msg(strncmp(problem, refused[_i].problem, strlen(refused[_i].problem)) == 0, "says '%s' instead of '%s'",
                problem, refused[_i].problem);
}
END_TEST

START_TEST(refuses_what_is_not_text) {
  static const char text[] = "[server]\nurl = x\0y\n";
  struct settings *settings = NULL;
  char problem[256];

  file_write(text, sizeof text - 1);
  ck_assert_int_eq(settings_load(FILE_NAME, rows, ROW_COUNT, &settings, problem), STATUS_BAD_CONFIG);
  ck_assert_ptr_null(settings);
}
END_TEST

START_TEST(says_when_there_is_no_file) {
  struct settings *settings = NULL;
  char problem[256];

  ck_assert_int_eq(settings_load("missing.conf", rows, ROW_COUNT, &settings, problem), STATUS_NO_CONFIG);
  ck_assert_str_ne(problem, "");
  ck_assert_int_eq(settings_load(folder, rows, ROW_COUNT, &settings, problem), STATUS_NO_CONFIG);
  ck_assert_ptr_null(settings);
}
END_TEST

Suite *settings_suite(void) {
  Suite *suite = suite_create("settings");
  TCase *tests = tcase_create("settings");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, takes_what_is_given_and_fills_in_the_rest);
  tcase_add_test(tests, paths_hang_on_the_files_own_folder);
  tcase_add_loop_test(tests, refuses_and_says_why, 0, sizeof refused / sizeof refused[0]);
  tcase_add_test(tests, refuses_what_is_not_text);
  tcase_add_test(tests, says_when_there_is_no_file);
  suite_add_tcase(suite, tests);
  return suite;
}
