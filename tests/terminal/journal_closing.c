/* SPDX-License-Identifier: Apache-2.0
 * Closings and shifts in the journal. */
#include "epurse/journal_closing.h"

#include "epurse/terminal.h"
#include "epurse/terminal_closing.h"
#include "journal_place.h"

/* They follow each other, and an entry that is counted is not counted again: then nothing of the new one is kept. */
START_TEST(closings_count_once) {
  struct journal *journal = open_journal();
  struct journal_entry one = sample_entry(), other = sample_entry(), read;
  struct journal_closing closing = {.number = 2, .body = "two", .hash = {2}}, found;
  struct journal_closing_marks marks;
  ck_assert_int_eq(journal_begin(journal, &one), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &other), STATUS_OK);
  ck_assert_int_eq(journal_closing_find(journal, JOURNAL_CLOSINGS, 0, &found), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_CLOSINGS, &closing, &one.id, 1),
                   STATUS_INTERNAL); /* there is no first one */
  closing = (struct journal_closing){.number = 1, .body = "one", .hash = {1}};
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_CLOSINGS, &closing, &one.id, 1), STATUS_OK);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_CLOSINGS, 1, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, one.id);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_CLOSINGS, 1, one.id, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_CLOSINGS, 0, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, other.id);
  const int64_t both[] = {other.id, one.id};
  closing = (struct journal_closing){.number = 2, .body = "two", .hash = {2}};
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_CLOSINGS, &closing, both, 2), STATUS_INTERNAL);
  ck_assert_int_eq(journal_closing_find(journal, JOURNAL_CLOSINGS, 0, &found), STATUS_OK);
  ck_assert_int_eq(found.number, 1);
  ck_assert_str_eq(found.body, "one");
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_CLOSINGS, 0, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, other.id);
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_CLOSINGS, &closing, both, 1), STATUS_OK);
  ck_assert_int_eq(journal_closing_marks(journal, JOURNAL_CLOSINGS, &marks), STATUS_OK);
  ck_assert_int_eq(marks.last_number, 2);
  ck_assert_int_eq(marks.astray, 0);
  journal_close(&journal);
}
END_TEST

/* One at a time; what was known before it is in none; each follows the last one, and its entries are in it alone. */
START_TEST(shifts_count_once) {
  struct journal *journal = open_journal();
  struct journal_entry before = sample_entry(), within = sample_entry(), read;
  struct journal_shift shift = {.begun = 7, .drawer_float = 5000, .cashier = "Anna"}, found;
  struct journal_closing end = {.number = 1, .body = "one", .hash = {1}};
  struct journal_closing_marks marks;
  ck_assert_int_eq(journal_begin(journal, &before), STATUS_OK);
  ck_assert_int_eq(journal_shift_find(journal, 0, &found), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_SHIFTS, &end, NULL, 0),
                   STATUS_INTERNAL); /* it has not begun */
  ck_assert_int_eq(journal_shift_begin(journal, &shift, &before.id, 1), STATUS_OK);
  ck_assert_int_eq(shift.number, 1);
  ck_assert_int_eq(journal_shift_begin(journal, &shift, NULL, 0), STATUS_INTERNAL); /* it runs */
  ck_assert_int_eq(journal_begin(journal, &within), STATUS_OK);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_SHIFTS, 0, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, within.id);
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_SHIFTS, &end, &before.id, 1), STATUS_INTERNAL);
  ck_assert_int_eq(journal_shift_find(journal, 0, &found), STATUS_OK);
  ck_assert_str_eq(found.cashier, "Anna");
  ck_assert_int_eq(found.drawer_float, 5000);
  ck_assert_int_eq(journal_closing_keep(journal, JOURNAL_SHIFTS, &end, &within.id, 1), STATUS_OK);
  ck_assert_int_eq(journal_shift_find(journal, 0, &found), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_shift_find(journal, 1, &found), STATUS_OK);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_SHIFTS, 1, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, within.id);
  ck_assert_int_eq(journal_next_counted(journal, JOURNAL_CLOSINGS, 0, 0, &read), STATUS_OK); /* that is another chain */
  ck_assert_int_eq(journal_closing_marks(journal, JOURNAL_SHIFTS, &marks), STATUS_OK);
  ck_assert_int_eq(marks.last_number, 1);
  ck_assert_int_eq(marks.astray, 0);
  journal_close(&journal);
}
END_TEST

/* A closing that is asked for by its number is made once: whose answer was lost is told it again, with its own
 * drawer. */
START_TEST(the_closing_that_was_meant_is_made_once) {
  struct terminal terminal = {.journal = open_journal(), .currency = currency_by_code("EUR"), .tid = "POS00001"};
  struct closing first = {.number = 1, .has_drawer = true, .drawer_counted = 500}, again = {.number = 1},
                 far = {.number = 3};
  uint8_t hash[CRYPTO_SHA256_SIZE], same[CRYPTO_SHA256_SIZE];
  ck_assert_int_eq(closing_make(&terminal, &first, hash), STATUS_OK);
  ck_assert_int_eq(closing_make(&terminal, &again, same), STATUS_OK);
  ck_assert_int_eq(again.number, 1);
  ck_assert_int_eq(again.drawer_counted, 500);
  ck_assert_mem_eq(hash, same, sizeof hash);
  ck_assert_int_eq(closing_make(&terminal, &far, same), STATUS_NOT_FOUND);
  struct closing next = {.number = 0};
  ck_assert_int_eq(closing_shifts(&terminal, &next), STATUS_OK);
  ck_assert_int_eq(next.next, 2);
  ck_assert_int_eq(closing_make(&terminal, &next, same), STATUS_OK);
  ck_assert_int_eq(next.number, 2);
  journal_close(&terminal.journal);
}
END_TEST

/* Who looked at one shift does not end another one that was begun by another door since. */
START_TEST(the_shift_that_was_meant_is_ended) {
  struct terminal terminal = {.journal = open_journal(), .currency = currency_by_code("EUR"), .tid = "POS00001"};
  struct closing shift = {.drawer_float = 500}, meant = {.number = 1, .drawer_counted = 500}, none = {.number = 2};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  ck_assert_int_eq(shift_begin(&terminal, &shift), STATUS_OK);
  ck_assert_int_eq(shift_end(&terminal, &none, hash), STATUS_NOT_FOUND);
  ck_assert_int_eq(shift_end(&terminal, &meant, hash), STATUS_OK);
  ck_assert_int_eq(shift_begin(&terminal, &shift), STATUS_OK);
  ck_assert_int_eq(shift.number, 2);
  ck_assert_int_eq(shift_end(&terminal, &meant, hash), STATUS_NOT_FOUND);
  ck_assert_int_eq(shift_running(&terminal, &shift), STATUS_OK);
  meant.number = 0; /* whichever runs */
  ck_assert_int_eq(shift_end(&terminal, &meant, hash), STATUS_OK);
  ck_assert_int_eq(meant.number, 2);
  journal_close(&terminal.journal);
}
END_TEST

void journal_closing_tests(TCase *tests) {
  tcase_add_test(tests, closings_count_once);
  tcase_add_test(tests, shifts_count_once);
  tcase_add_test(tests, the_closing_that_was_meant_is_made_once);
  tcase_add_test(tests, the_shift_that_was_meant_is_ended);
}
