/* SPDX-License-Identifier: Apache-2.0
 * BER-TLV: one encoding per object, and nothing beyond the bytes. */
#include "epurse/tlv.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

static const struct {
  const char *bytes;
  uint32_t tag;
  size_t len, header;
} good[] = {
    {"8000", 0x80, 0, 2},
    {"5F3701AA", 0x5F37, 1, 3},
    {"DF810100", 0xDF8101, 0, 4},
    {"7F2102AABB", 0x7F21, 2, 3},
};

START_TEST(good_objects_are_read) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    struct vector bytes = vector(good[i].bytes);
    struct bytes_reader reader = bytes_reader(bytes.at, bytes.len);
    struct tlv tlv;

    ck_assert_int_eq(tlv_next(&reader, &tlv), STATUS_OK);
    ck_assert_uint_eq(tlv.tag, good[i].tag);
    ck_assert_uint_eq(tlv.len, good[i].len);
    ck_assert_ptr_eq(tlv.value, bytes.at + good[i].header);
    ck_assert_ptr_eq(tlv.whole, bytes.at);
    ck_assert_uint_eq(tlv.whole_len, bytes.len);
    ck_assert(bytes_read_all(&reader));
    ck_assert_uint_eq(tlv_header_size(good[i].tag, good[i].len), good[i].header);
  }
}
END_TEST

/* Each stands before enough bytes, so that it is the length or the tag that is refused. */
static const char *const bad[] = {"8080",     "8081",   "808100", "80817F", "80820001", "80820080", "808200FF",
                                  "80830001", "808400", "8085",   "80FF",   "DF818101", "DFFFFF01", "1F808000"};
/* Each ends too early. */
static const char *const cut[] = {"80",     "5F",   "5F37",   "DF81", "DF8101", "8001",
                                  "8002AA", "8081", "808180", "8082", "808210", "80821000"};

static void check_refused(const char *text, struct bytes_reader reader) {
  struct tlv tlv;

  ck_assert_msg(tlv_next(&reader, &tlv) == STATUS_BAD_FORMAT, "%s", text);
  ck_assert_uint_eq(reader.left, 0);
  ck_assert(reader.failed);
  ck_assert_int_eq(tlv_next(&reader, &tlv), STATUS_BAD_FORMAT);
}

START_TEST(bad_objects_are_refused) {
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct vector bytes = vector(bad[i]);
    check_refused(bad[i], bytes_reader(bytes.at, VECTOR_MAX));
  }
  for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
    struct vector bytes = vector(cut[i]);
    check_refused(cut[i], bytes_reader(bytes.at, bytes.len));
  }
}
END_TEST

START_TEST(lengths_are_written_shortest_and_read_back) {
  static uint8_t buffer[70000], value[65535];
  static const size_t lens[] = {0, 1, 127, 128, 255, 256, 65535};
  static const uint32_t tags[] = {0x42, 0x5F37, 0xDF8101};

  for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
    for (size_t j = 0; j < 3; j++) {
      struct bytes_writer writer = bytes_writer(buffer, sizeof buffer);
      struct bytes_reader reader;
      struct tlv tlv;

      tlv_write(&writer, tags[j], value, lens[i]);
      ck_assert(!writer.failed);
      ck_assert_uint_eq(writer.len, tlv_header_size(tags[j], lens[i]) + lens[i]);
      reader = bytes_reader(buffer, writer.len);
      ck_assert_int_eq(tlv_next(&reader, &tlv), STATUS_OK);
      ck_assert_uint_eq(tlv.tag, tags[j]);
      ck_assert_uint_eq(tlv.len, lens[i]);
      for (size_t len = 0; len < writer.len && len < 300; len++) { /* every truncation */
        reader = bytes_reader(buffer, len);
        ck_assert_int_eq(tlv_next(&reader, &tlv), STATUS_BAD_FORMAT);
      }
    }
  }
}
END_TEST

START_TEST(what_cannot_be_written_fails) {
  static uint8_t buffer[70000];
  struct bytes_writer writer = bytes_writer(buffer, sizeof buffer);

  tlv_write_header(&writer, 0x80, 65536);
  ck_assert(writer.failed);
  writer = bytes_writer(buffer, sizeof buffer);
  tlv_write_header(&writer, 0x1F818101, 1);
  ck_assert(writer.failed);
  writer = bytes_writer(buffer, 3);
  tlv_write(&writer, 0x80, buffer, 2);
  ck_assert(writer.failed);
}
END_TEST

START_TEST(find_walks_side_by_side) {
  struct vector bytes = vector("8001AA 7F2103 810155 8101BB 8101CC");
  struct tlv tlv;

  ck_assert_int_eq(tlv_find(bytes.at, bytes.len, 0x81, &tlv), STATUS_OK);
  ck_assert_uint_eq(tlv.value[0], 0xBB); /* the first at this level, not the one inside 7F21 */
  ck_assert_int_eq(tlv_find(bytes.at, bytes.len, 0x7F21, &tlv), STATUS_OK);
  ck_assert_uint_eq(tlv.len, 3);
  ck_assert_int_eq(tlv_find(bytes.at, bytes.len, 0x82, &tlv), STATUS_NOT_FOUND);
  ck_assert_int_eq(tlv_find(bytes.at, 0, 0x80, &tlv), STATUS_NOT_FOUND);
}
END_TEST

START_TEST(find_stops_at_damage) {
  struct vector bytes = vector("8001AA 8180 8201BB");
  struct tlv tlv;

  ck_assert_int_eq(tlv_find(bytes.at, bytes.len, 0x80, &tlv), STATUS_OK);
  ck_assert_int_eq(tlv_find(bytes.at, bytes.len, 0x82, &tlv), STATUS_BAD_FORMAT);
}
END_TEST

SUITE_OF(tlv, good_objects_are_read, bad_objects_are_refused, lengths_are_written_shortest_and_read_back,
         what_cannot_be_written_fails, find_walks_side_by_side, find_stops_at_damage)
