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

Suite *zvt_field_suite(void) {
  Suite *suite = suite_create("zvt_field");
  TCase *tests = tcase_create("zvt_field");
  tcase_add_test(tests, fields_of_a_payment);
  tcase_add_test(tests, fields_of_a_reversal_and_a_repeat);
  tcase_add_test(tests, fields_that_are_none);
  tcase_add_test(tests, fields_that_are_written_are_read);
  suite_add_tcase(suite, tests);
  return suite;
}
