/* SPDX-License-Identifier: Apache-2.0
 * Short APDUs of case 1 to 4, and what stands for itself: status words. */
#include "epurse/apdu.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

static const struct {
  const char *bytes;
  uint8_t lc;
  uint16_t le;
} good[] = {
    {"00A40400", 0, 0},       {"00B2012C00", 0, 256},       {"00B2012C01", 0, 1},        {"00B2012CFF", 0, 255},
    {"00A4040002AABB", 2, 0}, {"00A4040002AABB00", 2, 256}, {"00A4040002AABB10", 2, 16}, {"0020008001FF", 1, 0},
};

START_TEST(four_cases_go_both_ways) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    struct vector bytes = vector(good[i].bytes);
    struct apdu command;
    uint8_t back[APDU_COMMAND_MAX];

    ck_assert_int_eq(apdu_parse(bytes.at, bytes.len, &command), STATUS_OK);
    ck_assert_uint_eq(command.lc, good[i].lc);
    ck_assert_uint_eq(command.le, good[i].le);
    ck_assert_ptr_eq(command.data, good[i].lc > 0 ? bytes.at + 5 : NULL);
    ck_assert_hex(back, apdu_encode(&command, back, sizeof back), good[i].bytes);
    for (size_t capacity = 0; capacity < bytes.len; capacity++)
      ck_assert_uint_eq(apdu_encode(&command, back, capacity), 0);
  }
}
END_TEST

START_TEST(fields_are_those_of_the_header) {
  struct vector bytes = vector("80CA7F21");
  struct apdu command;

  ck_assert_int_eq(apdu_parse(bytes.at, bytes.len, &command), STATUS_OK);
  ck_assert_uint_eq(command.cla, 0x80);
  ck_assert_uint_eq(command.ins, 0xCA);
  ck_assert_uint_eq(command.p1, 0x7F);
  ck_assert_uint_eq(command.p2, 0x21);
}
END_TEST

static const char *const bad[] = {
    "",
    "00",
    "00A404",
    "00A4040001", /* one byte: Le, not an empty Lc */
    "00A4040002AA",
    "00A4040001AABBCC",
    "00A404000000",
    "00A40400000001AA",
    "00A404000000000000",
};

START_TEST(other_lengths_are_refused) {
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct vector bytes = vector(bad[i]);
    struct apdu command;
    enum status expected = i == 3 ? STATUS_OK : STATUS_BAD_LENGTH;

    ck_assert_msg(apdu_parse(bytes.at, bytes.len, &command) == expected, "%s", bad[i]);
  }
}
END_TEST

START_TEST(every_length_of_data) {
  uint8_t bytes[APDU_COMMAND_MAX + 1] = {0x80, 0xE2, 0, 0}, back[APDU_COMMAND_MAX];

  for (size_t lc = 1; lc <= APDU_DATA_MAX; lc++) {
    struct apdu command;

    bytes[4] = (uint8_t)lc;
    for (size_t len = 6; len <= sizeof bytes; len++) {
      enum status expected = len == 5 + lc || len == 6 + lc ? STATUS_OK : STATUS_BAD_LENGTH;
      ck_assert_int_eq(apdu_parse(bytes, len, &command), expected);
    }
    ck_assert_int_eq(apdu_parse(bytes, 6 + lc, &command), STATUS_OK);
    ck_assert_uint_eq(apdu_encode(&command, back, sizeof back), 6 + lc);
    ck_assert_mem_eq(back, bytes, 6 + lc);
  }
}
END_TEST

START_TEST(le_above_256_is_not_written) {
  struct apdu command = {.cla = 0, .ins = 0xB0, .le = 257};
  uint8_t bytes[APDU_COMMAND_MAX];

  ck_assert_uint_eq(apdu_encode(&command, bytes, sizeof bytes), 0);
}
END_TEST

START_TEST(responses_go_both_ways) {
  static struct apdu_response response;
  uint8_t bytes[APDU_RESPONSE_MAX + 1], back[APDU_RESPONSE_MAX];

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)i;
  for (size_t len = 2; len <= APDU_RESPONSE_MAX; len++) {
    ck_assert_int_eq(apdu_response_parse(bytes, len, &response), STATUS_OK);
    ck_assert_uint_eq(response.len, len - 2);
    ck_assert_uint_eq(response.sw, (unsigned)bytes[len - 2] << 8 | bytes[len - 1]);
    ck_assert_uint_eq(apdu_response_encode(&response, back), len);
    ck_assert_mem_eq(back, bytes, len);
  }
  ck_assert_int_eq(apdu_response_parse(bytes, 0, &response), STATUS_BAD_LENGTH);
  ck_assert_int_eq(apdu_response_parse(bytes, 1, &response), STATUS_BAD_LENGTH);
  ck_assert_int_eq(apdu_response_parse(bytes, APDU_RESPONSE_MAX + 1, &response), STATUS_BAD_LENGTH);
}
END_TEST

START_TEST(success_and_warnings_carry_data) {
  for (unsigned sw = 0; sw <= 0xFFFF; sw++) {
    bool expected = sw == 0x9000 || (sw >= 0x6200 && sw <= 0x63FF);
    ck_assert_int_eq(apdu_sw_has_data((uint16_t)sw), expected);
  }
}
END_TEST

static const struct {
  uint16_t sw;
  const char *text;
} words[] = {
    {0x9000, "done"},
    {0x63C0, "wrong PIN, 0 tries left"},
    {0x63C1, "wrong PIN, 1 try left"},
    {0x63C3, "wrong PIN, 3 tries left"},
    {0x63CF, "wrong PIN, 15 tries left"},
    {0x6100, "256 bytes remain"},
    {0x6110, "16 bytes remain"},
    {0x6C00, "wrong Le, right is 256"},
    {0x6C05, "wrong Le, right is 5"},
    {0x9401, "not enough money"},
    {0x1234, "unknown status word"},
};

START_TEST(words_have_a_meaning) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    char text[64];
    ck_assert_str_eq(apdu_sw_text(words[i].sw, text), words[i].text);
  }
}
END_TEST

START_TEST(every_word_has_a_text_that_fits) {
  for (unsigned sw = 0; sw <= 0xFFFF; sw++) {
    char text[64];
    size_t len = strlen(apdu_sw_text((uint16_t)sw, text));

    ck_assert_uint_gt(len, 0);
    ck_assert_uint_lt(len, sizeof text);
  }
}
END_TEST

SUITE_OF(apdu, four_cases_go_both_ways, fields_are_those_of_the_header, other_lengths_are_refused, every_length_of_data,
         le_above_256_is_not_written, responses_go_both_ways, success_and_warnings_carry_data, words_have_a_meaning,
         every_word_has_a_text_that_fits)
