/* SPDX-License-Identifier: Apache-2.0
 * The list of outcomes: every row is found again, and what is unlisted is not mistaken for a row. */
#include "epurse/status.h"
#include "suites.h"

#include <ctype.h>
#include <string.h>

START_TEST(every_name_leads_back) {
  for (int i = 0; i < STATUS_COUNT; i++)
    ck_assert_int_eq(status_by_name(status_name((enum status)i)), i);
  ck_assert_str_eq(status_name(STATUS_WRONG_PIN), "WRONG_PIN");
  ck_assert_int_eq(STATUS_OK, 0);
}
END_TEST

START_TEST(unknown_names_are_internal) {
  static const char *const names[] = {"", "WRONG", "WRONG_PIN ", "wrong_pin", "WRONG_PINS", "STATUS_OK"};

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    ck_assert_int_eq(status_by_name(names[i]), STATUS_INTERNAL);
  ck_assert_int_eq(status_by_name(NULL), STATUS_INTERNAL);
}
END_TEST

START_TEST(every_row_is_fit_to_print) {
  for (int i = 0; i < STATUS_COUNT; i++) {
    const char *sentence = status_sentence((enum status)i);
    int code = status_exit_code((enum status)i), http = status_http((enum status)i);

    ck_assert_uint_gt(strlen(sentence), 0);
    ck_assert_msg(!isupper((unsigned char)sentence[0]) || isupper((unsigned char)sentence[1]), "%s", sentence);
    ck_assert_msg(sentence[strlen(sentence) - 1] != '.', "%s", sentence);
    ck_assert_msg((code >= 0 && code <= 4) || (code >= 64 && code <= 78), "%s: %d", sentence, code);
    ck_assert_msg(http >= 200 && http <= 599, "%s: %d", sentence, http);
    ck_assert_msg((code == 0) == (i == STATUS_OK), "%s", sentence);
  }
}
END_TEST

START_TEST(out_of_range_is_internal) {
  ck_assert_str_eq(status_name(STATUS_COUNT), "INTERNAL");
  ck_assert_str_eq(status_name((enum status)1000), "INTERNAL");
  ck_assert_str_eq(status_sentence(STATUS_COUNT), status_sentence(STATUS_INTERNAL));
  ck_assert_int_eq(status_exit_code(STATUS_COUNT), 70);
  ck_assert_int_eq(status_http(STATUS_COUNT), 500);
  ck_assert_uint_eq(status_sw(STATUS_COUNT), 0x6F00);
}
END_TEST

START_TEST(rows_without_http_are_500) {
  ck_assert_int_eq(status_http(STATUS_NO_READER), 500);
  ck_assert_int_eq(status_http(STATUS_OK), 200);
  ck_assert_int_eq(status_http(STATUS_OVERLOADED), 503);
}
END_TEST

START_TEST(status_words_lead_back) {
  for (int i = 0; i < STATUS_COUNT; i++) {
    uint16_t sw = status_sw((enum status)i);
    ck_assert_msg(sw == 0 || status_of_sw(sw) == (enum status)i, "%s", status_name((enum status)i));
  }
}
END_TEST

START_TEST(every_wrong_pin_is_wrong_pin) {
  for (uint16_t left = 0; left <= 15; left++)
    ck_assert_int_eq(status_of_sw((uint16_t)(0x63C0 | left)), STATUS_WRONG_PIN);
  ck_assert_int_eq(status_of_sw(0x63BF), STATUS_CARD_REFUSED);
  ck_assert_int_eq(status_of_sw(0x63D0), STATUS_CARD_REFUSED);
}
END_TEST

START_TEST(all_other_status_words_are_refusals) {
  unsigned listed = 0, known = 0;

  for (int i = 0; i < STATUS_COUNT; i++)
    listed += status_sw((enum status)i) != 0;
  for (unsigned sw = 0; sw <= 0xFFFF; sw++)
    known += status_of_sw((uint16_t)sw) != STATUS_CARD_REFUSED;
  ck_assert_uint_eq(known, listed - 1 + 15); /* all rows but CARD_REFUSED's own, and 63C1 to 63CF */
  ck_assert_int_eq(status_of_sw(0), STATUS_CARD_REFUSED);
}
END_TEST

SUITE_OF(status, every_name_leads_back, unknown_names_are_internal, every_row_is_fit_to_print, out_of_range_is_internal,
         rows_without_http_are_500, status_words_lead_back, every_wrong_pin_is_wrong_pin,
         all_other_status_words_are_refusals)
