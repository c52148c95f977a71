/* SPDX-License-Identifier: Apache-2.0
 * Tests of renewal.c and renewal_line.c: what is asked for by two programs, and again. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/terminal_renewal.h"
#include "place.h"
#include "suites.h"

static struct terminal terminal_of(const struct place *place) {
  struct terminal terminal = {.tid = "POS00001", .merchant = "BAKERY", .role = ROLE_POS, .sig = place->sig};

  snprintf(terminal.folder, sizeof terminal.folder, "%s", place->folder);
  return terminal;
}

/* The keys of one and the request of another would never fit together, and a request that is there stays. */
START_TEST(one_asks_at_a_time) {
  struct place place;
  char path[RENEWAL_PATH_MAX], made[256], file[256];

  place_make(&place, ROLE_POS, "https://localhost:1");
  struct terminal terminal = terminal_of(&place);
  place_path(&place, "renewal", made);
  place_path(&place, "renewal/sig.key", file);
  ck_assert_int_eq(mkdir(made, S_IRWXU), 0);
  int other = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ck_assert_int_ge(other, 0);
  ck_assert_int_eq(flock(other, LOCK_EX), 0);
  ck_assert_int_eq(renewal_ask(&terminal, path), STATUS_TILL_BUSY);
  ck_assert_int_ne(access(file, F_OK), 0);
  ck_assert_int_eq(close(other), 0);
  ck_assert_int_eq(renewal_ask(&terminal, path), STATUS_OK);
  ck_assert_int_eq(access(file, F_OK), 0);
  ck_assert_int_eq(access(path, F_OK), 0);
  ck_assert_int_eq(renewal_ask(&terminal, path), STATUS_OK);
  place_remove(&place);
}
END_TEST

static void brought(const char *path, int64_t ago) {
  const struct timespec at = {.tv_sec = time(NULL) - (time_t)ago};
  const struct timespec times[2] = {at, at};

  ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Also where the till's clock was ahead when it asked last. */
START_TEST(asked_again_after_some_minutes) {
  struct place place;
  char path[RENEWAL_PATH_MAX];

  place_make(&place, ROLE_POS, "https://localhost:1");
  struct terminal terminal = terminal_of(&place);
  ck_assert(!renewal_due(place.folder));
  ck_assert_int_eq(renewal_ask(&terminal, path), STATUS_OK);
  ck_assert(!renewal_due(place.folder));
  brought(path, 3600);
  ck_assert(renewal_due(place.folder));
  brought(path, -5 * 365 * INT64_C(86400));
  ck_assert(renewal_due(place.folder));
  place_remove(&place);
}
END_TEST

/* What a person has put beside the keys does not keep the terminal from its new ones. */
START_TEST(what_is_not_of_it_goes_with_it) {
  static const char *const names[] = {"renewed/sig.key", "renewed/request.json", "renewed/request.json.bak"};
  struct place place;
  char decided[256], path[256], key[256];

  place_make(&place, ROLE_POS, "https://localhost:1");
  place_path(&place, "renewed", decided);
  place_path(&place, "sig.key", key);
  ck_assert_int_eq(mkdir(decided, S_IRWXU), 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    place_path(&place, names[i], path);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fclose(file), 0);
  }
  ck_assert_int_eq(renewal_finish(place.folder), STATUS_OK);
  ck_assert_int_ne(access(decided, F_OK), 0);
  struct stat facts;
  ck_assert_int_eq(stat(key, &facts), 0);
  ck_assert_int_eq(facts.st_size, 0); /* the one that was decided on */
  place_remove(&place);
}
END_TEST

Suite *renewal_suite(void) {
  Suite *suite = suite_create("renewal");
  TCase *all = tcase_create("renewal");

  tcase_add_test(all, one_asks_at_a_time);
  tcase_add_test(all, asked_again_after_some_minutes);
  tcase_add_test(all, what_is_not_of_it_goes_with_it);
  suite_add_tcase(suite, all);
  return suite;
}
