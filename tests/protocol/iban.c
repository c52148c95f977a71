/* SPDX-License-Identifier: Apache-2.0
 * Bank account numbers: the examples of the banks, and each of them with one sign wrong. */
#include "epurse/iban.h"

#include <string.h>

#include "suites.h"

static const char *const ibans[] = {"DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947",
                                    "FR1420041010050500013M02606", "MT84MALT011000012345MTLCAST001S"};

START_TEST(takes_examples) {
  ck_assert(iban_valid(ibans[_i]));
}
END_TEST

/* ISO 7064 MOD 97-10 finds every single wrong digit, and every two neighbours in the wrong order. */
START_TEST(finds_wrong_signs) {
  for (size_t i = 0; i < strlen(ibans[_i]); i++) {
    char text[IBAN_MAX + 1];
    strcpy(text, ibans[_i]);
    text[i] = text[i] == '7' ? '8' : text[i] == 'Q' ? 'X' : text[i] <= '9' ? '7' : 'Q';
    ck_assert_msg(!iban_valid(text), "%s", text);
    strcpy(text, ibans[_i]);
    if (i + 1 < strlen(text) && text[i] != text[i + 1]) {
      text[i] = ibans[_i][i + 1];
      text[i + 1] = ibans[_i][i];
      ck_assert_msg(!iban_valid(text), "%s", text);
    }
  }
}
END_TEST

START_TEST(refuses_other_forms) {
  static const char *const wrong[] = {"", "DE89", "DE89 3704 0044 0532 0130 00", "de89370400440532013000",
                                      "DE893704004405320130000000000000000", "00893704004405320130",
                                      "DEXX370400440532013000",
                                      /* right but for the length, the country, the check digits 00, 01 and 99 */
                                      "DE5137040044053201300", "DE813704004405320130000", "XX46370400440532013000",
                                      "DE00370400440532000052", "DE01370400440532000034", "DE99370400440532000016"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_msg(!iban_valid(wrong[i]), "%s", wrong[i]);
}
END_TEST

START_TEST(reads_what_people_write) {
  static const char *const written[] = {"DE89 3704 0044 0532 0130 00", "de89370400440532013000",
                                        " De89 3704 0044 0532 0130 00 "};
  static const char *const wrong[] = {"",
                                      " ",
                                      "DE89-3704-0044-0532-0130-00",
                                      "DE89\t370400440532013000",
                                      "de88 3704 0044 0532 0130 00",
                                      "DE893704004405320130000000000000000"};
  char iban[IBAN_MAX + 1], bic[BIC_MAX + 1];
  for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
    ck_assert_msg(iban_read(written[i], iban), "%s", written[i]);
    ck_assert_str_eq(iban, "DE89370400440532013000");
  }
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_msg(!iban_read(wrong[i], iban), "%s", wrong[i]);
  ck_assert(bic_read("coba de ff xxx", bic));
  ck_assert_str_eq(bic, "COBADEFFXXX");
  ck_assert(!bic_read("COBADEFFXXXX", bic));
}
END_TEST

START_TEST(knows_bics) {
  static const char *const right[] = {"COBADEFF", "COBADEFFXXX", "DNBANOKK"};
  static const char *const wrong[] = {"",         "COBADEF",      "COBADEFFX",  "COBA1EFF",
                                      "cobadeff", "COBADEFFXXXX", "COBADEFF   "};
  for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
    ck_assert(bic_valid(right[i]));
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_msg(!bic_valid(wrong[i]), "%s", wrong[i]);
}
END_TEST

START_TEST(knows_names) {
  static const char *const right[] = {"A", "Jos\xC3\xA9 M\xC3\xBCller-L\xC3\xBC & S\xC3\xB6hne", "\xE5\xBC\xA0"};
  static const char *const wrong[] = {"", "A\nB", "\x1B[2J", "A\x7F", "A\xC2\x9B", "A\xC3", "\xFF"};
  char text[HOLDER_MAX + 2] = "";
  for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
    ck_assert_msg(holder_valid(right[i]), "%s", right[i]);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    ck_assert_msg(!holder_valid(wrong[i]), "%zu", i);
  memset(text, 'A', HOLDER_MAX + 1);
  ck_assert(!holder_valid(text));
  ck_assert(holder_valid(text + 1));
}
END_TEST

Suite *iban_suite(void) {
  Suite *suite = suite_create("iban");
  TCase *all = tcase_create("iban");

  tcase_add_loop_test(all, takes_examples, 0, 5);
  tcase_add_loop_test(all, finds_wrong_signs, 0, 5);
  tcase_add_test(all, refuses_other_forms);
  tcase_add_test(all, reads_what_people_write);
  tcase_add_test(all, knows_bics);
  tcase_add_test(all, knows_names);
  suite_add_tcase(suite, all);
  return suite;
}
