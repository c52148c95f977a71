/* SPDX-License-Identifier: Apache-2.0
 * ZVT fields: of real registers' frames, and what is refused. */
#include "zvt/zvt_frame.h"

#include "suites.h"

#define READ(text, fields) zvt_fields_read((const uint8_t *)(text), sizeof(text) - 1, (fields))

START_TEST(fields_of_a_payment) {
  struct zvt_fields fields;
  ck_assert_int_eq(READ("\x04\x00\x00\x00\x00\x10\x00\x49\x09\x78\x19\x40", &fields), STATUS_OK);
  ck_assert(fields.has_amount && fields.has_currency && !fields.has_receipt && !fields.has_service);
  ck_assert_uint_eq(fields.amount, 1000);
  ck_assert_uint_eq(fields.currency, 978);
}
END_TEST

START_TEST(fields_of_a_reversal_and_a_repeat) {
  struct zvt_fields fields;
  ck_assert_int_eq(READ("\x87\x01\x23", &fields), STATUS_OK);
  ck_assert(fields.has_receipt);
  ck_assert_uint_eq(fields.receipt, 123);
  ck_assert_int_eq(READ("\x03\x02\x06\x04\x26\x02\x06\xD3", &fields), STATUS_OK);
  ck_assert(fields.has_service);
  ck_assert_uint_eq(fields.service, 2);
  ck_assert_uint_eq(fields.tlv_len, 4);
}
END_TEST

START_TEST(fields_that_are_none) {
  struct zvt_fields fields;
  ck_assert_int_eq(READ("", &fields), STATUS_OK);
  ck_assert_int_eq(READ("\x04\x00\x00\x00\x00\x10", &fields), STATUS_BAD_FORMAT);     /* cut short */
  ck_assert_int_eq(READ("\x04\x00\x00\x00\x00\x10\x0A", &fields), STATUS_BAD_FORMAT); /* no digit */
  ck_assert_int_eq(READ("\x49\x09\x78\x49\x09\x78", &fields), STATUS_BAD_FORMAT);     /* twice */
  ck_assert_int_eq(READ("\xDC\x00", &fields), STATUS_BAD_FORMAT);                     /* not known */
  ck_assert_int_eq(READ("\x06\x05\x26\x04", &fields), STATUS_BAD_FORMAT);             /* container cut short */
  ck_assert_int_eq(READ("\x06\x03\x26\x04\x0A", &fields), STATUS_BAD_FORMAT);         /* object cut short */
  ck_assert_int_eq(READ("\x3C\xF0\xF0\x05", &fields), STATUS_BAD_FORMAT);             /* no length */
  ck_assert_int_eq(READ("\x8B\xF0\xF3"
                        "ab",
                        &fields),
                   STATUS_BAD_FORMAT); /* text cut short */
}
END_TEST

START_TEST(fields_that_are_written_are_read) {
  uint8_t data[64];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  struct zvt_fields fields;
  zvt_put_byte(&writer, ZVT_RESULT, 0);
  zvt_put_bcd(&writer, ZVT_AMOUNT, 1250, 6);
  zvt_put_var(&writer, ZVT_CARD_NAME, 2, "Purse", 5);
  zvt_put_var(&writer, ZVT_TEXT, 3, "paid", 4);
  ck_assert(!writer.failed);
  ck_assert_mem_eq(data, "\x27\x00\x04\x00\x00\x00\x00\x12\x50\x8B\xF0\xF5Purse\x3C\xF0\xF0\xF4paid", writer.len);
  ck_assert_int_eq(zvt_fields_read(data, writer.len, &fields), STATUS_OK);
  ck_assert_uint_eq(fields.amount, 1250);
}
END_TEST

START_TEST(fields_of_a_bank_are_read_as_far_as_they_are_known) {
  static const char answer[] =
      "\x27\x00\x04\x00\x00\x00\x00\x10\x00\x0B\x00\x47\x11\x87\x00\x17\x0D\x11\x29\xDC\x01\x29";
  struct zvt_fields fields;
  ck_assert_int_eq(READ(answer, &fields), STATUS_BAD_FORMAT);
  ck_assert_int_eq(zvt_fields_skim((const uint8_t *)answer, sizeof answer - 1, &fields), STATUS_OK);
  ck_assert(fields.has_result && fields.has_amount && fields.has_trace && fields.has_receipt && fields.has_date);
  ck_assert(!fields.has_time && !fields.has_terminal && !fields.has_original && fields.text == NULL);
  ck_assert_uint_eq(fields.result, 0);
  ck_assert_uint_eq(fields.trace, 4711);
  ck_assert_uint_eq(fields.date, 1129);
  ck_assert_int_eq(zvt_fields_skim((const uint8_t *)"\x27\x00\x27\x05", 4, &fields), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(objects_may_have_long_lengths) {
  static const uint8_t data[] = {0x1F, 0x07, 0x82, 0x00, 0x01, 0x02, 0x07, 0x81, 0x01, 'a', 0x07, 0x05, 'b'};
  struct bytes_reader reader = bytes_reader(data, sizeof data);
  const uint8_t *value = NULL;
  uint32_t tag = 0;
  size_t len = 0;
  ck_assert(zvt_object_next(&reader, &tag, &value, &len) && tag == 0x1F07 && len == 1 && value[0] == 2);
  ck_assert(zvt_object_next(&reader, &tag, &value, &len) && tag == 0x07 && len == 1 && value[0] == 'a');
  ck_assert(!zvt_object_next(&reader, &tag, &value, &len)); /* cut short */
}
END_TEST

Suite *zvt_field_suite(void) {
  Suite *suite = suite_create("zvt_field");
  TCase *tests = tcase_create("zvt_field");
  tcase_add_test(tests, fields_of_a_payment);
  tcase_add_test(tests, fields_of_a_reversal_and_a_repeat);
  tcase_add_test(tests, fields_that_are_none);
  tcase_add_test(tests, fields_that_are_written_are_read);
  tcase_add_test(tests, fields_of_a_bank_are_read_as_far_as_they_are_known);
  tcase_add_test(tests, objects_may_have_long_lengths);
  suite_add_tcase(suite, tests);
  return suite;
}
