/* SPDX-License-Identifier: Apache-2.0
 * PIN blocks of ISO 9564-1 format 2. */
#include "epurse/command.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

static const struct {
  const char *digits, *block;
} good[] = {
    {"1234", "241234FFFFFFFFFF"},       {"00000", "2500000FFFFFFFFF"},       {"987654", "26987654FFFFFFFF"},
    {"1234567", "271234567FFFFFFF"},    {"12345678", "2812345678FFFFFF"},    {"123456789", "29123456789FFFFF"},
    {"1234567890", "2A1234567890FFFF"}, {"12345678901", "2B12345678901FFF"}, {"123456789012", "2C123456789012FF"},
};

START_TEST(good_pins_go_both_ways) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    uint8_t block[PIN_BLOCK_SIZE];
    char digits[PIN_MAX + 1];

    ck_assert_int_eq(pin_block_encode(good[i].digits, block), STATUS_OK);
    ck_assert_hex(block, sizeof block, good[i].block);
    ck_assert_int_eq(pin_block_decode(block, digits), STATUS_OK);
    ck_assert_str_eq(digits, good[i].digits);
  }
}
END_TEST

START_TEST(other_texts_are_refused_and_leave_nothing) {
  static const char *const texts[] = {"",
                                      "1",
                                      "123",
                                      "1234567890123",
                                      "12a4",
                                      "12 4",
                                      " 1234",
                                      "1234 ",
                                      "-1234",
                                      "12.4",
                                      "\xD9\xA1\xD9\xA1\xD9\xA1\xD9\xA1",
                                      "123456789012x"};
  static const uint8_t zeros[PIN_BLOCK_SIZE];

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    uint8_t block[PIN_BLOCK_SIZE];

    ck_assert_msg(pin_block_encode(texts[i], block) == STATUS_BAD_FORMAT, "%s", texts[i]);
    ck_assert_mem_eq(block, zeros, sizeof zeros);
  }
}
END_TEST

START_TEST(other_blocks_are_refused_and_leave_nothing) {
  static const char *const blocks[] = {
      "041234FFFFFFFFFF", "141234FFFFFFFFFF", "341234FFFFFFFFFF", "23123FFFFFFFFFFF",  "20FFFFFFFFFFFFFF",
      "2D1234567890123F", "2F12345678901234", "24123AFFFFFFFFFF", "24123FFFFFFFFFFF",  "241234FFFFFFFFF0",
      "2412345FFFFFFFFF", "25123FFFFFFFFFFF", "2C123456789012F0", "2C123456789012 0F", "0000000000000000",
      "FFFFFFFFFFFFFFFF", "2CA23456789012FF", "24FFFFFFFFFFFFFF",
  };
  static const char zeros[PIN_MAX + 1];

  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
    char digits[PIN_MAX + 1];

    memset(digits, 'x', sizeof digits);
    ck_assert_msg(pin_block_decode(vector(blocks[i]).at, digits) == STATUS_BAD_FORMAT, "%s", blocks[i]);
    ck_assert_mem_eq(digits, zeros, sizeof zeros);
  }
}
END_TEST

/* A block that decodes is the only one for its PIN: a changed bit is refused, or is the block of another PIN. */
START_TEST(one_block_per_pin) {
  struct vector block = vector("26987654FFFFFFFF");

  for (size_t bit = 0; bit < block.len * 8; bit++) {
    char digits[PIN_MAX + 1];
    uint8_t again[PIN_BLOCK_SIZE];

    block.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    if (pin_block_decode(block.at, digits) == STATUS_OK) {
      ck_assert_str_ne(digits, "987654");
      ck_assert_int_eq(pin_block_encode(digits, again), STATUS_OK);
      ck_assert_mem_eq(again, block.at, sizeof again);
    }
    block.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
}
END_TEST

SUITE_OF(pin_block, good_pins_go_both_ways, other_texts_are_refused_and_leave_nothing,
         other_blocks_are_refused_and_leave_nothing, one_block_per_pin)
