/* SPDX-License-Identifier: Apache-2.0
 * The file of codes, where something is wrong with disk, clock, or the file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/terminal_cashier.h"
#include "place.h"
#include "suites.h"

static struct place place;

static void set_up(void) {
  place_make_empty(&place);
  ck_assert_int_eq(cashier_set(place.folder, "Anna", "annas code"), STATUS_OK);
}

static void tear_down(void) {
  place_remove(&place);
}

/* FOLDER/supervisor: Anna's hash with `behind` it. */
static void counted(const char *behind) {
  char path[256], hash[200] = "";
  place_path(&place, "supervisor", path);
  FILE *file = fopen(path, "re");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fscanf(file, "Anna %199s", hash), 1);
  fclose(file);
  file = fopen(path, "we");
  ck_assert_ptr_nonnull(file);
  fprintf(file, "Anna %s%s\n", hash, behind);
  fclose(file);
}

static enum status says(enum code_door door, const char *code) {
  return cashier_check(place.folder, door, "Anna", code);
}

/* A disk that is full counts nothing: whoever guesses then does not see which one was right. */
START_TEST(what_is_not_counted_tells_nothing) {
  char path[256];
  place_path(&place, "supervisor.new", path);
  ck_assert_int_eq(mkdir(path, 0700), 0); /* nothing can be written there */
  ck_assert_int_eq(says(CODE_NET, "another code"), STATUS_STORE_FAILED);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_STORE_FAILED);
  ck_assert_int_eq(rmdir(path), 0);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_OK);
  ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* A clock that was set back, or begins anew with each start, does not end the rest: it begins by that clock. */
START_TEST(a_clock_set_back_ends_no_rest) {
  char behind[64];
  snprintf(behind, sizeof behind, " net 5 %lld", (long long)time(NULL) + 86400);
  counted(behind);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_WRONG_CASHIER);
  ck_assert_int_eq(says(CODE_PAGE, "annas code"), STATUS_OK);
  snprintf(behind, sizeof behind, " net 5 %lld", (long long)time(NULL) - CODE_REST_S);
  counted(behind);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_OK);
  snprintf(behind, sizeof behind, " net 5 %lld", (long long)time(NULL) + 86400);
  counted(behind);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_WRONG_CASHIER);
  ck_assert_int_eq(says(CODE_NET, "annas code"), STATUS_WRONG_CASHIER);
}
END_TEST

/* What nobody can read lets nobody in, nor any new code be set; and says what to do. */
START_TEST(a_line_that_is_none_says_what_to_do) {
  static const char *const wrong[] = {" 0 0", " net", " net 1", " street 1 2", "\n\n", "\nAnna $y$"};
  char path[256];
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    counted(wrong[i]);
    ck_assert_int_eq(says(CODE_PROGRAM, "annas code"), STATUS_BAD_CODES);
    ck_assert_int_eq(cashier_set(place.folder, "Bert", "berts code"), STATUS_BAD_CODES);
    ck_assert(cashiers_are_set(place.folder));
  }
  place_path(&place, "supervisor", path);
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(cashier_set(place.folder, "Anna", "annas code"), STATUS_OK);
  ck_assert_int_eq(says(CODE_PROGRAM, "annas code"), STATUS_OK);
}
END_TEST

Suite *codes_suite(void) {
  Suite *suite = suite_create("codes");
  TCase *tests = tcase_create("codes");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, what_is_not_counted_tells_nothing);
  tcase_add_test(tests, a_clock_set_back_ends_no_rest);
  tcase_add_test(tests, a_line_that_is_none_says_what_to_do);
  suite_add_tcase(suite, tests);
  return suite;
}
