/* SPDX-License-Identifier: Apache-2.0
 * Card numbers and terminal identifications. */
#include "epurse/record.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

/* Numbers with a right Luhn digit, known from card schemes' test documentation. */
static const char *const good[] = {"4111111111111111", "5555555555554444", "6011111111111117", "3530111333300000",
                                   "0000000000000000"};

START_TEST(good_numbers_go_both_ways) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    uint8_t cid[CID_SIZE];
    char text[17];

    ck_assert_int_eq(cid_parse(good[i], cid), STATUS_OK);
    cid_print(cid, text);
    ck_assert_str_eq(text, good[i]);
  }
}
END_TEST

START_TEST(every_wrong_digit_is_seen) {
  uint8_t cid[CID_SIZE];
  char text[17];

  memcpy(text, good[1], sizeof text);
  for (size_t i = 0; i < 16; i++) {
    for (char digit = '0'; digit <= '9'; digit++) {
      enum status expected = good[1][i] == digit ? STATUS_OK : STATUS_BAD_FORMAT;
      text[i] = digit;
      ck_assert_int_eq(cid_parse(text, cid), expected);
    }
    text[i] = good[1][i];
  }
}
END_TEST

START_TEST(other_texts_are_refused_and_write_nothing) {
  static const char *const texts[] = {"",
                                      "411111111111111",
                                      "41111111111111111",
                                      "4111 1111 1111 1111",
                                      "411111111111111a",
                                      "-411111111111111",
                                      "4111111111111111 "};
  uint8_t cid[CID_SIZE];

  memset(cid, 0xA5, sizeof cid);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    ck_assert_msg(cid_parse(texts[i], cid) == STATUS_BAD_FORMAT, "%s", texts[i]);
    ck_assert_uint_eq(cid[0], 0xA5);
  }
}
END_TEST

START_TEST(made_numbers_are_good) {
  for (uint32_t serial = 0; serial < 1000000000; serial += 12345679) {
    uint8_t cid[CID_SIZE], back[CID_SIZE];
    char text[17], expected[16];

    cid_make(971234, serial, cid);
    cid_print(cid, text);
    ck_assert_int_eq(cid_parse(text, back), STATUS_OK);
    ck_assert_mem_eq(back, cid, sizeof cid);
    ck_assert_int_eq(snprintf(expected, sizeof expected, "971234%09u", (unsigned)serial), 15);
    ck_assert_mem_eq(text, expected, 15);
  }
}
END_TEST

START_TEST(numbers_beyond_are_cut) {
  uint8_t a[CID_SIZE], b[CID_SIZE];

  cid_make(1971234, 1000000007, a);
  cid_make(971234, 7, b);
  ck_assert_mem_eq(a, b, sizeof a);
}
END_TEST

START_TEST(terminal_identifications) {
  ck_assert(tid_valid((const uint8_t *)"POS00001"));
  ck_assert(tid_valid((const uint8_t *)"!~:;#*_-"));
  ck_assert(!tid_valid((const uint8_t *)"POS 0001"));
  ck_assert(!tid_valid((const uint8_t *)"POS00\0001"));
  ck_assert(!tid_valid((const uint8_t *)"POS0000\x7F"));
  ck_assert(!tid_valid((const uint8_t *)"\xC3\xA4"
                                        "OS0001"));
}
END_TEST

SUITE_OF(cid, good_numbers_go_both_ways, every_wrong_digit_is_seen, other_texts_are_refused_and_write_nothing,
         made_numbers_are_good, numbers_beyond_are_cut, terminal_identifications)
