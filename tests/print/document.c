/* SPDX-License-Identifier: Apache-2.0
 * Documents as plain text: how lines break, and what never gets onto paper. */
#include <stdlib.h>
#include <string.h>

#include "epurse/print.h"
#include "suites.h"

/* What a document of one element becomes. */
static void is(struct print_document *document, unsigned columns, const char *wanted) {
  char *text = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_text(document, columns, &text, &len), STATUS_OK);
  ck_assert_uint_eq(len, strlen(wanted));
  ck_assert_mem_eq(text, wanted, len);
  free(text);
  print_document_free(&document);
  ck_assert_ptr_null(document);
}

static struct print_document *line(enum print_align align, unsigned style, const char *text) {
  struct print_document *document = NULL;
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_line(document, align, style, text);
  return document;
}

START_TEST(lines_are_aligned) {
  is(line(PRINT_LEFT, PRINT_BOLD, "abc"), 10, "abc\n");
  is(line(PRINT_CENTRE, PRINT_PLAIN, "abcd"), 10, "   abcd\n");
  is(line(PRINT_RIGHT, PRINT_PLAIN, "äöü"), 10, "       äöü\n");
  is(line(PRINT_CENTRE, PRINT_PLAIN, ""), 10, "\n");
}
END_TEST

START_TEST(long_lines_break_at_blanks) {
  is(line(PRINT_LEFT, PRINT_PLAIN, "one two three"), 8, "one two\nthree\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "one two three"), 7, "one two\nthree\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "onetwothree"), 4, "onet\nwoth\nree\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "a\nb\n"), 4, "a\nb\n");
  is(line(PRINT_LEFT, PRINT_DOUBLE, "one two three"), 16, "one two\nthree\n");
}
END_TEST

/* As French writes them: a mark stays with the word before it, a word within its quotation marks. */
START_TEST(no_line_begins_with_a_mark) {
  is(line(PRINT_LEFT, PRINT_PLAIN, "imprimée ici ; le"), 12, "imprimée\nici ; le\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "imprimée ici ; le"), 14, "imprimée ici ;\nle\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "total : 1"), 5, "total\n: 1\n"); /* where it must */
  is(line(PRINT_LEFT, PRINT_PLAIN, "un « mot » dit"), 6, "un\n« mot\n» dit\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "un « mot » dit"), 8, "un\n« mot »\ndit\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "one :two"), 5, "one\n:two\n");
}
END_TEST

START_TEST(double_names_break_at_their_hyphen) {
  is(line(PRINT_LEFT, PRINT_DOUBLE, "Konditorei Müller-Lüdenscheidt & Söhne"), 32,
     "Konditorei\nMüller-\nLüdenscheidt &\nSöhne\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "an A-B-C"), 7, "an\nA-B-C\n");
  is(line(PRINT_LEFT, PRINT_PLAIN, "2026-12-01"), 7, "2026-12\n-01\n"); /* a number is none */
}
END_TEST

START_TEST(pairs_take_the_whole_width) {
  struct print_document *document = NULL;
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_pair(document, PRINT_PLAIN, "Balance", "1.00 €");
  print_pair(document, PRINT_PLAIN, "A long name of it", "1.00 EUR");
  print_rule(document);
  is(document, 20, "Balance       1.00 €\nA long name of it\n            1.00 EUR\n--------------------\n");
}
END_TEST

START_TEST(what_people_typed_commands_no_printer) {
  is(line(PRINT_LEFT, PRINT_PLAIN,
          "a\x1B@b\x07"
          "c\x7F"),
     20, "a?@b?c?\n");
  is(line(PRINT_LEFT, PRINT_PLAIN,
          "a\xC2\x9B"
          "b\xFF"
          "c\xE2\x82"),
     20, "a?b?c??\n");
  is(line(PRINT_LEFT, PRINT_PLAIN,
          "1\xE2\x80\xAF"
          "234\xC2\xA0"
          "x"),
     20, "1 234 x\n");
  is(line(PRINT_LEFT, PRINT_PLAIN,
          "a\xE2\x80\xAE"
          "b"),
     20, "a?b\n"); /* nor turns it round */
}
END_TEST

START_TEST(a_code_has_words_instead) {
  struct print_document *document = NULL;
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_qr(document, "EPR1:X", "no code");
  print_cut(document);
  print_drawer(document);
  is(document, 20, "      no code\n\n");
}
END_TEST

Suite *document_suite(void) {
  Suite *suite = suite_create("document");
  TCase *cases = tcase_create("text");
  tcase_add_test(cases, lines_are_aligned);
  tcase_add_test(cases, long_lines_break_at_blanks);
  tcase_add_test(cases, no_line_begins_with_a_mark);
  tcase_add_test(cases, double_names_break_at_their_hyphen);
  tcase_add_test(cases, pairs_take_the_whole_width);
  tcase_add_test(cases, what_people_typed_commands_no_printer);
  tcase_add_test(cases, a_code_has_words_instead);
  suite_add_tcase(suite, cases);
  return suite;
}
