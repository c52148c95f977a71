/* SPDX-License-Identifier: Apache-2.0
 * The page's words: amounts as cashiers type them. */
#include "register/page_state.h"
#include "suites.h"

#define BAD (-1)

/* Minor units; BAD: refused. */
static int64_t typed(enum page_language language, const char *text, const char *code) {
  struct amount amount = {0, 0};
  return page_amount_read(language, text, currency_by_code(code), &amount) ? amount.minor : BAD;
}

/* A dinar has a thousand parts: a thousand of them, typed with the mark of thousands, are not one. */
START_TEST(a_mark_of_thousands_is_no_decimal_mark) {
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1.000", "KWD"), 1000);
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1,000", "KWD"), BAD);
  ck_assert_int_eq(typed(PAGE_GERMAN, "1,000", "KWD"), 1000);
  ck_assert_int_eq(typed(PAGE_GERMAN, "1.000", "KWD"), BAD);
  ck_assert_int_eq(typed(PAGE_GERMAN, "1000", "KWD"), 1000000);
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1,5", "KWD"), 1500);
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1,000.500", "KWD"), BAD);
}
END_TEST

START_TEST(either_mark_is_a_cashiers) {
  for (enum page_language language = PAGE_ENGLISH; language <= PAGE_GERMAN; language++) {
    ck_assert_int_eq(typed(language, "12.50", "EUR"), 1250);
    ck_assert_int_eq(typed(language, "12,50", "EUR"), 1250);
    ck_assert_int_eq(typed(language, "1,000", "EUR"), BAD);
    ck_assert_int_eq(typed(language, "1.000", "EUR"), BAD);
    ck_assert_int_eq(typed(language, "1000", "JPY"), 1000);
  }
}
END_TEST

Suite *page_words_suite(void) {
  Suite *suite = suite_create("page_words");
  TCase *tests = tcase_create("page_words");
  tcase_add_test(tests, a_mark_of_thousands_is_no_decimal_mark);
  tcase_add_test(tests, either_mark_is_a_cashiers);
  suite_add_tcase(suite, tests);
  return suite;
}
