/* SPDX-License-Identifier: Apache-2.0
 * The page's words: amounts as cashiers type them, in each of its languages. */
#include <string.h>

#include "epurse/status.h"
#include "register/page_words.h"
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
  ck_assert_int_eq(typed(PAGE_FRENCH, "1,000", "KWD"), 1000);
  ck_assert_int_eq(typed(PAGE_FRENCH, "1.000", "KWD"), BAD);
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1,5", "KWD"), 1500);
  ck_assert_int_eq(typed(PAGE_ENGLISH, "1,000.500", "KWD"), BAD);
}
END_TEST

static void writes(enum page_language language, const char *shown, const char *typed_again) {
  const struct amount amount = {123450, currency_by_code("EUR")->numeric};
  char text[AMOUNT_TEXT_MAX];
  page_amount(language, amount, text);
  ck_assert_str_eq(text, shown);
  page_amount_to_type(language, amount, text);
  ck_assert_str_eq(text, typed_again);
  ck_assert_int_eq(typed(language, text, "EUR"), amount.minor);
}

START_TEST(an_amount_is_written_as_its_language_does) {
  writes(PAGE_ENGLISH, "1,234.50 EUR", "1234.50");
  writes(PAGE_GERMAN, "1.234,50 EUR", "1234,50");
  writes(PAGE_FRENCH, "1\u202f234,50 EUR", "1234,50");
}
END_TEST

START_TEST(a_language_is_known_by_its_tag) {
  for (enum page_language language = PAGE_ENGLISH; language < PAGE_LANGUAGES; language++)
    ck_assert_int_eq(page_language_of(page_language_tag(language)), language);
  ck_assert_int_eq(page_language_of("fr-CH;q=0.9"), PAGE_FRENCH);
  ck_assert_int_eq(page_language_of("it"), PAGE_LANGUAGES);
  ck_assert_int_eq(page_language_of(""), PAGE_LANGUAGES);
}
END_TEST

/* A word that was left out would be a null pointer; a sentence that was, English. */
START_TEST(every_word_is_there_in_every_language) {
  const char *sentence = status_sentence(STATUS_WRONG_PIN);
  for (enum page_language language = PAGE_ENGLISH; language < PAGE_LANGUAGES; language++) {
    for (enum page_word word = 0; word < PAGE_WORDS; word++)
      ck_assert_ptr_nonnull(page_word(language, word));
    ck_assert_int_eq(strcmp(page_sentence(language, sentence), sentence) == 0, language == PAGE_ENGLISH);
  }
}
END_TEST

START_TEST(either_mark_is_a_cashiers) {
  for (enum page_language language = PAGE_ENGLISH; language < PAGE_LANGUAGES; language++) {
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
  tcase_add_test(tests, an_amount_is_written_as_its_language_does);
  tcase_add_test(tests, a_language_is_known_by_its_tag);
  tcase_add_test(tests, every_word_is_there_in_every_language);
  suite_add_tcase(suite, tests);
  return suite;
}
