/* SPDX-License-Identifier: Apache-2.0
 * Characters of UTF-8: each has one form, and what is none is said to be. */
#include "epurse/utf8.h"

#include <string.h>

#include "suites.h"

static const struct {
  const char *text;
  size_t used;
  uint32_t code;
} samples[] = {
    {"", 1, 0}, /* the end of a text, which its NUL is */
    {"a", 1, 'a'},
    {"\x7F", 1, 0x7F},
    {"\xC2\x80", 2, 0x80},
    {"\xDF\xBF", 2, 0x7FF},
    {"\xE0\xA0\x80", 3, 0x800},
    {"\xED\x9F\xBF", 3, 0xD7FF},
    {"\xEE\x80\x80", 3, 0xE000},
    {"\xEF\xBF\xBD", 3, 0xFFFD}, /* the sign itself is a character */
    {"\xF0\x90\x80\x80", 4, 0x10000},
    {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
    {"\x80", 0, UTF8_NONE},
    {"\xC0\x80", 0, UTF8_NONE}, /* overlong */
    {"\xC1\xBF", 0, UTF8_NONE},
    {"\xE0\x9F\xBF", 0, UTF8_NONE},
    {"\xF0\x8F\xBF\xBF", 0, UTF8_NONE},
    {"\xED\xA0\x80", 0, UTF8_NONE}, /* surrogates */
    {"\xED\xBF\xBF", 0, UTF8_NONE},
    {"\xF4\x90\x80\x80", 0, UTF8_NONE},
    {"\xF5\x80\x80\x80", 0, UTF8_NONE},
    {"\xFF", 0, UTF8_NONE},
    {"\xC3", 0, UTF8_NONE}, /* cut */
    {"\xC3(", 0, UTF8_NONE},
    {"\xE2\x82", 0, UTF8_NONE},
    {"\xF0\x9F\x98", 0, UTF8_NONE},
};

START_TEST(a_character_has_one_form) {
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    uint32_t code = 1;
    ck_assert_msg(utf8_take(samples[i].text, UTF8_MAX, &code) == samples[i].used, "sample %zu", i);
    ck_assert_uint_eq(code, samples[i].code);
  }
}
END_TEST

START_TEST(nothing_is_read_behind_the_end) {
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
    for (size_t len = 1; len < samples[i].used; len++) {
      uint32_t code = 1;
      ck_assert_uint_eq(utf8_take(samples[i].text, len, &code), 0);
      ck_assert_uint_eq(code, UTF8_NONE);
    }
}
END_TEST

SUITE_OF(utf8, a_character_has_one_form, nothing_is_read_behind_the_end)
