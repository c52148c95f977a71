/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard/vcard.c: a card on a file, and power that fails at any write. */
#include <check.h>
#include <string.h>

#include "epurse/vcard.h"
#include "fixture.h"
#include "suites.h"

static struct bench bench;
static struct vcard *vcard;

static void setup(void) {
  bench_make(&bench);
  vcard = bench_power(&bench);
}

static void teardown(void) {
  vcard_close(&vcard);
  bench_remove(&bench);
}

static uint16_t select_purse(void) {
  return BENCH_SEND(vcard, 0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00);
}

START_TEST(new_card_is_raw) {
  const struct card_memory *memory = vcard_memory(vcard);
  ck_assert_int_eq(memory->state, CARD_INITIALISED);
  ck_assert_mem_eq(memory->chip_serial, bench.serial, CHIP_SERIAL_SIZE);
  ck_assert_mem_eq(memory->transport_key, bench.transport_key, CRYPTO_AES_KEY_SIZE);
  ck_assert_uint_eq(select_purse(), SW_OK);
}
END_TEST

START_TEST(create_never_overwrites) {
  ck_assert_int_eq(vcard_create(bench.path, bench.serial, bench.transport_key), STATUS_EXISTS);
  ck_assert_int_eq(vcard_create("/no such folder/card", bench.serial, bench.transport_key), STATUS_STORE_FAILED);
}
END_TEST

START_TEST(open_is_exclusive) {
  struct vcard *second = NULL;
  ck_assert_int_eq(vcard_open(bench.path, &second), STATUS_READER_BUSY);
  ck_assert_ptr_null(second);
}
END_TEST

START_TEST(without_power_it_is_mute) {
  vcard_power_off(vcard);
  ck_assert_uint_eq(select_purse(), 0);
  ck_assert_int_eq(vcard_power_on(vcard), STATUS_OK);
  ck_assert_uint_eq(select_purse(), SW_OK);
}
END_TEST

START_TEST(power_on_forgets_the_session) {
  struct securemsg channel;
  bench_open_channel(&bench, vcard, &channel);
  ck_assert_int_eq(vcard_power_on(vcard), STATUS_OK);
  ck_assert_uint_ne(bench_generate(vcard, &channel), SW_OK);
  ck_assert_mem_eq(vcard_memory(vcard)->sig_private, (uint8_t[CRYPTO_P256_PRIVATE_SIZE]){0}, CRYPTO_P256_PRIVATE_SIZE);
}
END_TEST

START_TEST(what_is_committed_outlives_the_process) {
  struct securemsg channel;
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], expected[CRYPTO_P256_PUBLIC_SIZE];
  bench_open_channel(&bench, vcard, &channel);
  ck_assert_uint_eq(bench_generate(vcard, &channel), SW_OK);
  memcpy(public_key, vcard_memory(vcard)->sig_public, sizeof public_key);
  vcard_close(&vcard);
  vcard = bench_power(&bench);
  ck_assert_mem_eq(vcard_memory(vcard)->sig_public, public_key, sizeof public_key);
  ck_assert(crypto_p256_public(vcard_memory(vcard)->sig_private, expected));
  ck_assert_mem_eq(expected, public_key, sizeof public_key);
}
END_TEST

/* Key pairs are made once with the power failing at the nth write or commit. Answers whether it failed. */
static bool generate_with_fault(uint32_t nth, bool after) {
  struct securemsg channel;
  bench_open_channel(&bench, vcard, &channel);
  vcard_fail_at(vcard, nth, after);
  uint16_t sw = bench_generate(vcard, &channel);
  ck_assert(sw == 0 || sw == SW_OK);
  if (sw == 0)
    ck_assert_uint_eq(select_purse(), 0); /* mute until power on */
  ck_assert_int_eq(vcard_power_on(vcard), STATUS_OK);
  ck_assert_uint_eq(select_purse(), SW_OK);
  return sw == 0;
}

START_TEST(power_failure_at_every_write) {
  bool after = _i == 1;
  struct card_memory before;
  uint32_t nth = 1, changed = 0;
  for (bool failed = true; failed; nth++) {
    memcpy(&before, vcard_memory(vcard), sizeof before);
    failed = generate_with_fault(nth, after);
    vcard_close(&vcard);
    vcard = bench_power(&bench); /* what counts is what is in the file */
    if (memcmp(&before, vcard_memory(vcard), sizeof before) != 0) {
      uint8_t expected[CRYPTO_P256_PUBLIC_SIZE];
      changed++;
      ck_assert(crypto_p256_public(vcard_memory(vcard)->sig_private, expected));
      ck_assert_mem_eq(expected, vcard_memory(vcard)->sig_public, sizeof expected);
      ck_assert(crypto_p256_public(vcard_memory(vcard)->ecka_private, expected));
      ck_assert_mem_eq(expected, vcard_memory(vcard)->ecka_public, sizeof expected);
    } else {
      ck_assert(failed);
    }
  }
  ck_assert_uint_gt(nth, 4);                 /* four keys at least are written before the commit */
  ck_assert_uint_eq(changed, after ? 2 : 1); /* the run without a fault; and the one that failed after its commit */
}
END_TEST

START_TEST(fault_can_be_taken_back) {
  struct securemsg channel;
  bench_open_channel(&bench, vcard, &channel);
  vcard_fail_at(vcard, 1, false);
  vcard_fail_at(vcard, 0, false);
  ck_assert_uint_eq(bench_generate(vcard, &channel), SW_OK);
}
END_TEST

Suite *vcard_suite(void) {
  Suite *suite = suite_create("vcard");
  TCase *tcase = tcase_create("vcard");
  tcase_set_timeout(tcase, 30);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, new_card_is_raw);
  tcase_add_test(tcase, create_never_overwrites);
  tcase_add_test(tcase, open_is_exclusive);
  tcase_add_test(tcase, without_power_it_is_mute);
  tcase_add_test(tcase, power_on_forgets_the_session);
  tcase_add_test(tcase, what_is_committed_outlives_the_process);
  tcase_add_loop_test(tcase, power_failure_at_every_write, 0, 2);
  tcase_add_test(tcase, fault_can_be_taken_back);
  suite_add_tcase(suite, tcase);
  return suite;
}
