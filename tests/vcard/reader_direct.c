/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard/reader_direct.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/reader.h"
#include "epurse/vcard.h"
#include "fixture.h"
#include "suites.h"

static struct bench bench;
static struct vcard *vcard;
static struct reader *reader;

static void setup(void) {
  bench_make(&bench);
  ck_assert_int_eq(vcard_open(bench.path, &vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(vcard, &reader), STATUS_OK);
}

static void teardown(void) {
  reader->shutdown(reader->context);
  free(reader);
  vcard_close(&vcard);
  bench_remove(&bench);
}

static enum status send_select(uint16_t *sw) {
  static const uint8_t select[] = {0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00};
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len = sizeof answer;
  enum status status = reader->transmit(reader->context, select, sizeof select, answer, &len);
  *sw = len >= 2 ? (uint16_t)(answer[len - 2] << 8 | answer[len - 1]) : 0;
  return status;
}

START_TEST(needs_to_be_connected) {
  uint16_t sw = 0;
  ck_assert_int_eq(send_select(&sw), STATUS_CARD_LOST);
  ck_assert_int_eq(reader->wait(reader->context, true, 0), STATUS_OK);
  ck_assert_int_eq(reader->connect(reader->context), STATUS_OK);
  ck_assert_int_eq(send_select(&sw), STATUS_OK);
  ck_assert_uint_eq(sw, SW_OK);
  reader->disconnect(reader->context);
  ck_assert_int_eq(send_select(&sw), STATUS_CARD_LOST);
}
END_TEST

START_TEST(reset_ends_the_session) {
  struct securemsg channel;
  ck_assert_int_eq(reader->connect(reader->context), STATUS_OK);
  bench_open_channel(&bench, vcard, &channel);
  ck_assert_int_eq(reader->reset(reader->context), STATUS_OK);
  ck_assert_uint_ne(bench_generate(vcard, &channel), SW_OK);
}
END_TEST

START_TEST(power_failure_looks_like_a_pulled_card) {
  struct securemsg channel;
  uint16_t sw = 0;
  ck_assert_int_eq(reader->connect(reader->context), STATUS_OK);
  bench_open_channel(&bench, vcard, &channel);
  vcard_fail_at(vcard, 1, false);
  ck_assert_uint_eq(bench_generate(vcard, &channel), 0);
  ck_assert_int_eq(send_select(&sw), STATUS_CARD_LOST);
  ck_assert_int_eq(reader->connect(reader->context), STATUS_OK);
  ck_assert_int_eq(send_select(&sw), STATUS_OK);
  ck_assert_uint_eq(sw, SW_OK);
}
END_TEST

START_TEST(small_buffer_is_refused_before_the_card_acts) {
  static const uint8_t select[] = {0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00};
  struct vcard_tally tally;
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len = sizeof answer - 1;
  ck_assert_int_eq(reader->connect(reader->context), STATUS_OK);
  ck_assert_int_eq(reader->transmit(reader->context, select, sizeof select, answer, &len), STATUS_INTERNAL);
  ck_assert_uint_eq(len, 0);
  vcard_tally(vcard, &tally);
  ck_assert_uint_eq(tally.commands, 0);
}
END_TEST

Suite *reader_direct_suite(void) {
  Suite *suite = suite_create("reader_direct");
  TCase *tcase = tcase_create("reader_direct");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, needs_to_be_connected);
  tcase_add_test(tcase, reset_ends_the_session);
  tcase_add_test(tcase, power_failure_looks_like_a_pulled_card);
  tcase_add_test(tcase, small_buffer_is_refused_before_the_card_acts);
  suite_add_tcase(suite, tcase);
  return suite;
}
