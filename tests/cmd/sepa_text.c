/* SPDX-License-Identifier: Apache-2.0
 * Names of shops in the characters that a bank takes. */
#include "cmd/admin/sepa_text.h"

#include <string.h>

#include "suites.h"

START_TEST(transliterates) {
  static const char *const names[][2] = {
      {"Purse Ltd (Main St. 1/2), 'A' + B?", "Purse Ltd (Main St. 1/2), 'A' + B?"},
      {"Kiosk \"Am Tor\", <K\u00E4se & Co>", "Kiosk .Am Tor., .Kase + Co."},
      {"Stra\u00DFe \u00C5s \u00FE \u017Di\u017Eek \u017F", "Strasse As th Zizek s"},
      {"\u0141\u00F3d\u017A \u0218tefan", "Lodz Stefan"},
      {"\u039A\u03B1\u03C6\u03AD \u03A8\u03C9\u03BC\u03AF \u0398\u03CE\u03C2", "Kafe PSomi THos"},
      {"\u041A\u0438\u043E\u0441\u043A \u0429\u044E\u044F \u0451\u0457\u0454\u045F", "Kiosk SHTyuya eiedz"},
      {"Cafe\u0301\u00A0X", "Cafe X"}, /* an accent by itself; a blank that does not break */
      {"a\uFFFEb\U0001F600c\x7F", "a.b.c."},
      {"  Bar  ", "Bar"},
      {"a_b@c~d", "a-b.c-d"},
      {"\u2019s \u2013 \u20AC5", "'s - E5"}};
  char out[SEPA_NAME_MAX + 1];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    ck_assert_msg(sepa_name(names[i][0], out, sizeof out), "%s", names[i][0]);
    ck_assert_str_eq(out, names[i][1]);
  }
}
END_TEST

START_TEST(cuts_what_is_long) {
  char text[2 * SEPA_NAME_MAX + 1] = "", out[SEPA_NAME_MAX + 1];
  for (size_t i = 0; i < 40; i++)
    strcat(text, "\u0449");
  ck_assert(sepa_name(text, out, sizeof out));
  ck_assert_uint_eq(strlen(out), SEPA_NAME_MAX);
}
END_TEST

START_TEST(refuses_what_is_no_name) {
  static const char *const wrong[] = {"",          " ",     "\uFFFE",   "\u4E2D\u6587",  "...",
                                      "M\xFCller", "a\xC3", "\xC0\x80", "a\xED\xA0\x80", "\xF4\x90\x80\x80"};
  char out[SEPA_NAME_MAX + 1];
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ck_assert_msg(!sepa_name(wrong[i], out, sizeof out), "%zu", i);
    ck_assert_str_eq(out, "");
  }
}
END_TEST

START_TEST(knows_identifications) {
  ck_assert(sepa_id_valid("KIOSK-1.A+B"));
  ck_assert(!sepa_id_valid("KIOSK_1"));
  ck_assert(!sepa_id_valid("KIOSK/1"));
}
END_TEST

Suite *sepa_text_suite(void) {
  Suite *suite = suite_create("sepa_text");
  TCase *all = tcase_create("sepa_text");
  tcase_add_test(all, transliterates);
  tcase_add_test(all, cuts_what_is_long);
  tcase_add_test(all, refuses_what_is_no_name);
  tcase_add_test(all, knows_identifications);
  suite_add_tcase(suite, all);
  return suite;
}
