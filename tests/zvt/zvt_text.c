/* SPDX-License-Identifier: Apache-2.0
 * Texts in the characters of registers. */
#include "zvt/zvt_frame.h"

#include "suites.h"

static void becomes(const char *utf8, enum zvt_charset charset, const char *bytes) {
  char out[32];
  zvt_text(utf8, charset, out, sizeof out);
  ck_assert_str_eq(out, bytes);
}

START_TEST(text_in_code_page_437) {
  becomes("B\xC3\xA4"
          "ckerei Stra\xC3\x9F"
          "e",
          ZVT_CP437,
          "B\x84"
          "ckerei Stra\xE1"
          "e");
  becomes("5\xE2\x80\xAF"
          "000 \xE2\x82\xAC",
          ZVT_CP437, "5 000 EUR");
  becomes("\xE4\xBD\xA0!", ZVT_CP437, "?!");
}
END_TEST

START_TEST(text_in_iso_8859_15) {
  becomes("B\xC3\xA4r 5 \xE2\x82\xAC", ZVT_ISO8859_15, "B\xE4r 5 \xA4");
  becomes("\xC2\xA4", ZVT_ISO8859_15, "?"); /* ISO 8859-1 had it there */
}
END_TEST

START_TEST(text_of_strangers) {
  char out[4];
  becomes("a\x1B[2J\n", ZVT_CP437, "a [2J ");
  becomes("a\xC3", ZVT_CP437, "a?");
  becomes("\xFF\x80z", ZVT_ISO8859_15, "??z");
  becomes("\x80\x80\x80\x80", ZVT_CP437, "????");
  ck_assert_uint_eq(zvt_text("longer", ZVT_CP437, out, sizeof out), 3);
  ck_assert_str_eq(out, "lon");
}
END_TEST

Suite *zvt_text_suite(void) {
  Suite *suite = suite_create("zvt_text");
  TCase *tests = tcase_create("zvt_text");
  tcase_add_test(tests, text_in_code_page_437);
  tcase_add_test(tests, text_in_iso_8859_15);
  tcase_add_test(tests, text_of_strangers);
  suite_add_tcase(suite, tests);
  return suite;
}
