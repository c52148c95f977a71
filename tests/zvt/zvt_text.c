/* SPDX-License-Identifier: Apache-2.0
 * Texts in the characters of registers. */
#include "zvt/zvt_frame.h"

#include <stdio.h>
#include <string.h>

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

static void is_read(const char *bytes, enum zvt_charset charset, const char *utf8) {
  char out[16];
  zvt_text_read((const uint8_t *)bytes, strlen(bytes), charset, out, sizeof out);
  ck_assert_str_eq(out, utf8);
}

START_TEST(text_that_comes_is_read) {
  is_read("H\x84ndler\x1B", ZVT_CP437, "H\xC3\xA4ndler ");
  is_read("5 \xA4\xE4\x90", ZVT_ISO8859_15, "5 \xE2\x82\xAC\xC3\xA4 ");
  is_read("\xFE", ZVT_CP437, "?");
  is_read("12345678901234\x84", ZVT_CP437, "12345678901234"); /* half a character is none */
}
END_TEST

static void is_masked(const char *text, const char *masked) {
  char out[64];
  snprintf(out, sizeof out, "%s", text);
  zvt_text_mask(out);
  ck_assert_str_eq(out, masked);
}

START_TEST(card_numbers_are_hidden) {
  is_masked("4111111111111111", "############1111");
  is_masked("Karte 4111 1111 1111 1111!", "Karte #### #### #### 1111!");
  is_masked("a 6759-1234-5678.9012 345 b", "a ####-####-####.###2 345 b");
  is_masked("123456789012", "########9012"); /* the shortest */
  is_masked("12345678901 ####1234", "12345678901 ####1234");
  is_masked("TA-Nr 004711  Beleg 0017", "TA-Nr 004711  Beleg 0017");
  is_masked("29.11.2026 19:31 12345678    0042", "29.11.2026 19:31 12345678    0042");
  is_masked("", "");
}
END_TEST

Suite *zvt_text_suite(void) {
  Suite *suite = suite_create("zvt_text");
  TCase *tests = tcase_create("zvt_text");
  tcase_add_test(tests, text_in_code_page_437);
  tcase_add_test(tests, text_in_iso_8859_15);
  tcase_add_test(tests, text_of_strangers);
  tcase_add_test(tests, text_that_comes_is_read);
  tcase_add_test(tests, card_numbers_are_hidden);
  suite_add_tcase(suite, tests);
  return suite;
}
