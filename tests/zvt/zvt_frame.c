/* SPDX-License-Identifier: Apache-2.0
 * ZVT frames: whole, in pieces, with either length, and what is none. */
#include "zvt/zvt_frame.h"

#include <string.h>

#include "suites.h"

#define CUT(text, frame, used) zvt_frame_cut((const uint8_t *)(text), sizeof(text) - 1, (frame), (used))

START_TEST(frame_is_cut_off_what_follows) {
  struct zvt_frame frame;
  size_t used = 0;
  ck_assert_int_eq(CUT("\x06\x20\x03\x00\x00\x00\x80\x00\x00", &frame, &used), ZVT_WHOLE);
  ck_assert_int_eq(frame.class, 0x06);
  ck_assert_int_eq(frame.instruction, 0x20);
  ck_assert_uint_eq(frame.len, 3);
  ck_assert_uint_eq(used, 6);
}
END_TEST

START_TEST(frame_in_pieces_waits_for_each) {
  uint8_t bytes[ZVT_FRAME_MAX] = {0x06, 0xD3, 0xFF, 0x2C, 0x01};
  struct zvt_frame frame;
  size_t used = 0, whole = 5 + 300;
  for (size_t len = 0; len < whole; len++)
    ck_assert_int_eq(zvt_frame_cut(bytes, len, &frame, &used), ZVT_MORE);
  ck_assert_int_eq(zvt_frame_cut(bytes, whole, &frame, &used), ZVT_WHOLE);
  ck_assert_uint_eq(frame.len, 300);
  ck_assert_uint_eq(used, whole);
}
END_TEST

START_TEST(frame_of_another_protocol_is_broken) {
  struct zvt_frame frame;
  size_t used = 0;
  ck_assert_int_eq(CUT("GET / HTTP/1.1\r\n", &frame, &used), ZVT_BROKEN);
  ck_assert_int_eq(CUT("\x16\x03\x01", &frame, &used), ZVT_BROKEN);
  ck_assert_int_eq(CUT("\x10\x02\x06\x00", &frame, &used), ZVT_BROKEN); /* of a serial line */
  ck_assert_int_eq(CUT("\x06\x01\xFF\xFF\xFF", &frame, &used), ZVT_BROKEN);
}
END_TEST

static void there_and_back(size_t len, size_t head) {
  uint8_t data[ZVT_DATA_MAX], bytes[ZVT_FRAME_MAX];
  struct zvt_frame sent = {0x06, 0xD1, data, len}, got;
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  size_t used = 0;
  memset(data, 'x', sizeof data);
  zvt_frame_write(&writer, &sent);
  ck_assert(!writer.failed);
  ck_assert_uint_eq(writer.len, head + len);
  ck_assert_int_eq(zvt_frame_cut(bytes, writer.len, &got, &used), ZVT_WHOLE);
  ck_assert_uint_eq(got.len, len);
  ck_assert_uint_eq(used, writer.len);
  ck_assert_mem_eq(got.data, data, len);
}

START_TEST(frame_is_written_with_the_length_that_suffices) {
  there_and_back(0, 3);
  there_and_back(254, 3);
  there_and_back(255, 5);
  there_and_back(ZVT_DATA_MAX, 5);
}
END_TEST

START_TEST(bcd_is_read_and_written) {
  uint8_t bytes[6];
  uint64_t value = 0;
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  zvt_bcd_write(&writer, 123456789012, 6);
  ck_assert_mem_eq(bytes, "\x12\x34\x56\x78\x90\x12", 6);
  ck_assert(zvt_bcd_read(bytes, 6, &value));
  ck_assert_uint_eq(value, 123456789012);
  ck_assert(!zvt_bcd_read((const uint8_t *)"\x1A", 1, &value));
  ck_assert(!zvt_bcd_read((const uint8_t *)"\xA1", 1, &value));
}
END_TEST

Suite *zvt_frame_suite(void) {
  Suite *suite = suite_create("zvt_frame");
  TCase *tests = tcase_create("zvt_frame");
  tcase_add_test(tests, frame_is_cut_off_what_follows);
  tcase_add_test(tests, frame_in_pieces_waits_for_each);
  tcase_add_test(tests, frame_of_another_protocol_is_broken);
  tcase_add_test(tests, frame_is_written_with_the_length_that_suffices);
  tcase_add_test(tests, bcd_is_read_and_written);
  suite_add_tcase(suite, tests);
  return suite;
}
