/* SPDX-License-Identifier: Apache-2.0
 * The ZVT server's book: what it keeps, its numbers, what is open. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "register/zvt_state.h"
#include "suites.h"
#include "world/folder.h"

static void path_in(const char *folder, char path[1300]) {
  snprintf(path, 1300, "%s/zvt.json", folder);
}

START_TEST(book_is_read_as_it_was_written) {
  struct zvt_book book, again;
  char folder[1024], path[1300];
  ck_assert(folder_make(NULL, "zvt book", folder, sizeof folder));
  path_in(folder, path);
  ck_assert_int_eq(book_open(path, &book), STATUS_OK);
  ck_assert_uint_eq(strlen(book.series), 16);
  book.number = 7;
  book.last = (struct zvt_entry){.number = 7, .kind = TILL_SALE, .amount = 1250, .time = 3, .told = true};
  book.open[book.open_count++] = (struct zvt_entry){.number = 5, .kind = TILL_REFUND, .sale = 2};
  book.registered = true;
  book.config = 0xBE;
  ck_assert_int_eq(book_save(&book), STATUS_OK);
  ck_assert_int_eq(book_open(path, &again), STATUS_OK);
  ck_assert_str_eq(again.series, book.series);
  ck_assert_uint_eq(again.last.number, 7);
  ck_assert_int_eq(again.last.amount, 1250);
  ck_assert(again.last.told && again.registered && !again.blocks);
  ck_assert_uint_eq(again.open_count, 1);
  ck_assert_uint_eq(again.open[0].sale, 2);
  ck_assert_uint_eq(again.config, 0xBE);
  ck_assert(folder_remove(folder));
}
END_TEST

START_TEST(book_that_is_damaged_is_refused) {
  struct zvt_book book;
  char folder[1024], path[1300];
  ck_assert(folder_make(NULL, "zvt book", folder, sizeof folder));
  path_in(folder, path);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("{\"series\":\"00\"}", file);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(book_open(path, &book), STATUS_BAD_CONFIG);
  ck_assert(folder_remove(folder));
}
END_TEST

START_TEST(book_finds_the_newest_of_a_receipt) {
  struct zvt_book book = {.number = 3};
  ck_assert_uint_eq(book_receipt(0), 0);
  ck_assert_uint_eq(book_receipt(1), 1);
  ck_assert_uint_eq(book_receipt(9999), 9999);
  ck_assert_uint_eq(book_receipt(10000), 1);
  ck_assert_uint_eq(book_find(&book, 3), 3);
  ck_assert_uint_eq(book_find(&book, 1), 1);
  ck_assert_uint_eq(book_find(&book, 4), 0);
  ck_assert_uint_eq(book_find(&book, 0), 0);
  book.number = 10002;
  ck_assert_uint_eq(book_find(&book, 3), 10002);
  ck_assert_uint_eq(book_find(&book, 4), 4);
  book.number = 0;
  ck_assert_uint_eq(book_find(&book, 1), 0);
}
END_TEST

START_TEST(book_gives_the_open_one_for_the_same) {
  struct zvt_book book = {.open_count = 2};
  struct zvt_entry found, wanted = {.kind = TILL_SALE, .amount = 300};
  book.open[0] = (struct zvt_entry){.number = 1, .kind = TILL_SALE, .amount = 300};
  book.open[1] = (struct zvt_entry){.number = 2, .kind = TILL_SALE, .amount = 100};
  ck_assert(book_take_open(&book, &wanted, &found));
  ck_assert_uint_eq(found.number, 1);
  ck_assert_uint_eq(book.open_count, 1);
  ck_assert_uint_eq(book.open[0].number, 2);
  ck_assert(!book_take_open(&book, &wanted, &found));
}
END_TEST

Suite *zvt_book_suite(void) {
  Suite *suite = suite_create("zvt_book");
  TCase *tests = tcase_create("zvt_book");
  tcase_add_test(tests, book_is_read_as_it_was_written);
  tcase_add_test(tests, book_that_is_damaged_is_refused);
  tcase_add_test(tests, book_finds_the_newest_of_a_receipt);
  tcase_add_test(tests, book_gives_the_open_one_for_the_same);
  suite_add_tcase(suite, tests);
  return suite;
}
