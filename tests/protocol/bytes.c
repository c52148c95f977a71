/* SPDX-License-Identifier: Apache-2.0
 * Cursors that never overrun, and hexadecimal. */
#include "epurse/bytes.h"
#include "suites.h"

#include <string.h>

START_TEST(numbers_are_big_endian) {
  uint8_t bytes[6];

  bytes_put_u16(bytes, 0x0102);
  bytes_put_u32(bytes + 2, 0xFFFEFD00);
  ck_assert_mem_eq(bytes, "\x01\x02\xFF\xFE\xFD\x00", 6);
  ck_assert_uint_eq(bytes_u16(bytes), 0x0102);
  ck_assert_uint_eq(bytes_u32(bytes + 2), 0xFFFEFD00);
}
END_TEST

START_TEST(reader_reads_in_order) {
  static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct bytes_reader reader = bytes_reader(data, sizeof data);
  uint8_t two[2];

  ck_assert_uint_eq(bytes_read_u8(&reader), 1);
  ck_assert_uint_eq(bytes_read_u16(&reader), 0x0203);
  ck_assert_uint_eq(bytes_read_u32(&reader), 0x04050607);
  bytes_read(&reader, two, 2);
  ck_assert_mem_eq(two, data + 7, 2);
  ck_assert(!bytes_read_all(&reader));
  ck_assert_ptr_eq(bytes_read_view(&reader, 1), data + 9);
  ck_assert(bytes_read_all(&reader));
}
END_TEST

START_TEST(reader_stays_failed_and_yields_zeros) {
  static const uint8_t data[] = {0xFF, 0xFF, 0xFF};
  struct bytes_reader reader = bytes_reader(data, sizeof data);
  uint8_t two[2] = {0xA5, 0xA5};

  ck_assert_uint_eq(bytes_read_u32(&reader), 0); /* not FFFFFF00 */
  ck_assert(reader.failed);
  ck_assert_uint_eq(bytes_read_u8(&reader), 0); /* though three bytes are there */
  ck_assert_uint_eq(bytes_read_u16(&reader), 0);
  ck_assert_ptr_null(bytes_read_view(&reader, 1));
  bytes_read(&reader, two, 2);
  ck_assert_mem_eq(two, "\0\0", 2);
  ck_assert(!bytes_read_all(&reader));
}
END_TEST

START_TEST(reader_takes_a_length_that_would_wrap) {
  static const uint8_t data[] = {1};
  struct bytes_reader reader = bytes_reader(data, sizeof data);

  ck_assert_ptr_null(bytes_read_view(&reader, SIZE_MAX));
  ck_assert(reader.failed);
}
END_TEST

START_TEST(an_empty_reader_is_all_read) {
  struct bytes_reader reader = bytes_reader(NULL, 0);

  ck_assert(bytes_read_all(&reader));
  bytes_read(&reader, NULL, 0);
  ck_assert(bytes_read_all(&reader));
}
END_TEST

START_TEST(writer_stops_at_its_capacity) {
  uint8_t buffer[8];
  struct bytes_writer writer = bytes_writer(buffer, 7);

  memset(buffer, 0xA5, sizeof buffer);
  bytes_write_u8(&writer, 1);
  bytes_write_u16(&writer, 0x0203);
  bytes_write_u32(&writer, 0x04050607);
  ck_assert(!writer.failed);
  ck_assert_uint_eq(writer.len, 7);
  bytes_write(&writer, NULL, 0);
  ck_assert(!writer.failed);
  bytes_write_u8(&writer, 8);
  ck_assert(writer.failed);
  ck_assert_uint_eq(writer.len, 7);
  ck_assert_mem_eq(buffer, "\1\2\3\4\5\6\7\xA5", 8);
}
END_TEST

START_TEST(writer_stays_failed) {
  uint8_t buffer[4] = {0};
  struct bytes_writer writer = bytes_writer(buffer, sizeof buffer);

  bytes_write(&writer, (const uint8_t *)"12345", 5);
  ck_assert(writer.failed);
  bytes_write_u8(&writer, 1); /* would fit */
  ck_assert_uint_eq(writer.len, 0);
  ck_assert_mem_eq(buffer, "\0\0\0\0", 4);
}
END_TEST

START_TEST(hex_goes_both_ways) {
  static const uint8_t data[] = {0x00, 0x9F, 0xA0, 0xFF};
  char text[9];
  uint8_t back[4];
  size_t len = 0;

  bytes_to_hex(data, sizeof data, text);
  ck_assert_str_eq(text, "009fa0ff");
  ck_assert_int_eq(bytes_from_hex(text, back, sizeof back, &len), STATUS_OK);
  ck_assert_uint_eq(len, 4);
  ck_assert_mem_eq(back, data, 4);
  ck_assert_int_eq(bytes_from_hex(" 00:9F A0\tfF\n", back, sizeof back, &len), STATUS_OK);
  ck_assert_mem_eq(back, data, 4);
  bytes_to_hex(data, 0, text);
  ck_assert_str_eq(text, "");
  ck_assert_int_eq(bytes_from_hex("", NULL, 0, &len), STATUS_OK);
  ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(hex_refuses_the_rest) {
  static const char *const texts[] = {"0",     "012",      "0g", "g0",  "0 1", "0x01",
                                      "01-02", "\xC3\xA4", "/0", "0:1", "@0",  "`0"};
  uint8_t out[8];
  size_t len = 0;

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    ck_assert_msg(bytes_from_hex(texts[i], out, sizeof out, &len) == STATUS_BAD_FORMAT, "%s", texts[i]);
  ck_assert_int_eq(bytes_from_hex("0102", out, 1, &len), STATUS_BAD_LENGTH);
}
END_TEST

/* What a forged card keeps as a terminal's name cannot steer the screen. */
START_TEST(shows_a_strangers_bytes) {
  char text[4 * 8 + 1];
  bytes_to_text("T0000001", 8, text);
  ck_assert_str_eq(text, "T0000001");
  bytes_to_text("\x1B[2J\\\x7F\x9B\n", 8, text);
  ck_assert_str_eq(text, "\\x1B[2J\\x5C\\x7F\\x9B\\x0A");
  bytes_to_text("AB\0\x1B....", 8, text);
  ck_assert_str_eq(text, "AB");
  bytes_to_text("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, text);
  ck_assert_uint_eq(strlen(text), 32);
}
END_TEST

START_TEST(letters_match_in_either_case) {
  ck_assert(bytes_text_has("Virtual PCD 00 00", "VIRTUAL"));
  ck_assert(bytes_text_has("Virtual PCD 00 00", "pcd 00 00"));
  ck_assert(bytes_text_has("aab", "AB"));
  ck_assert(bytes_text_has("", ""));
  ck_assert(bytes_text_has("x", ""));
  ck_assert(!bytes_text_has("Virtual", "Virtual 1"));
  ck_assert(!bytes_text_has("", "a"));
  ck_assert(!bytes_text_has("@[`{", "`{@["));
  ck_assert(!bytes_text_has("@", "`"));
}
END_TEST

SUITE_OF(bytes, numbers_are_big_endian, reader_reads_in_order, reader_stays_failed_and_yields_zeros,
         reader_takes_a_length_that_would_wrap, an_empty_reader_is_all_read, writer_stops_at_its_capacity,
         writer_stays_failed, hex_goes_both_ways, hex_refuses_the_rest, shows_a_strangers_bytes,
         letters_match_in_either_case)
