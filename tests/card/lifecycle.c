/* SPDX-License-Identifier: Apache-2.0
 * The arrows of the life cycle: expiry by signed time, the issuer's block order, and nothing back. */
#include <string.h>

#include "bench.h"
#include "suites.h"

static const uint8_t last_second[MOMENT_SIZE] = {0x20, 0x31, 0x11, 0x22, 0x23, 0x59, 0x59};
static const uint8_t day_after[MOMENT_SIZE] = {0x20, 0x31, 0x11, 0x23, 0x00, 0x00, 0x00};
static const uint8_t far_day[DATE_SIZE] = {0x20, 0x50, 0x01, 0x01};

static uint16_t block(struct bench *bench, const uint8_t order[BLOCK_ORDER_SIZE]) {
  return host_secure(&bench->host, HOST_DATA(0x80, INS_APPLICATION_BLOCK, 0, 0, order, BLOCK_ORDER_SIZE));
}

static uint16_t pay_at(struct bench *bench, const uint8_t time[MOMENT_SIZE], uint8_t decision) {
  uint8_t order[AUTHORISATION_SIZE];
  bench_promise(bench, 100);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise, .decision = decision, .time = time},
               order);
  return bench_settle(bench, INS_DEBIT_FOR_PURCHASE, order);
}

START_TEST(good_until_the_end_of_the_last_day) {
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 1000);
  ck_assert_uint_eq(pay_at(&bench, last_second, DECISION_APPROVED), SW_OK);
  terminal_expire(&bench.issuer, &bench.pos, far_day);
  terminal_expire(&bench.issuer, &bench.desk, far_day);
  ck_assert_uint_eq(pay_at(&bench, day_after, DECISION_APPROVED), SW_EXPIRED);
  ck_assert_uint_eq(bench.host.answer.len, 0);
  ck_assert_uint_eq(bench_balance(&bench).balance, 900);
  ck_assert_uint_eq(bench_proof(&bench).state, SLOT_ABORTED);
  ck_assert_mem_eq(bench_info(&bench).latest_time, day_after, MOMENT_SIZE);
}
END_TEST

START_TEST(a_refusal_past_the_last_day_expires_too) {
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 1000);
  ck_assert_uint_eq(pay_at(&bench, day_after, DECISION_DECLINED), SW_EXPIRED);
  ck_assert_uint_eq(host_select(&bench.host), SW_EXPIRED);
}
END_TEST

START_TEST(expiry_ends_the_session_and_the_same_order_does_nothing_later) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  bench_load(&bench, 1000);
  bench_promise(&bench, 100);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .time = day_after}, order);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_EXPIRED);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench.card.channel, CHANNEL_NONE);
}
END_TEST

START_TEST(the_clock_of_a_terminal_expires_nothing) {
  struct bench bench;
  struct initialize initialize = {.amount = 1, .currency = BENCH_CURRENCY};
  uint8_t data[INITIALIZE_MAX];
  bench_make(&bench);
  bench_load(&bench, 1000);
  memcpy(initialize.tid, bench.pos.tid, TID_SIZE);
  memcpy(initialize.time, day_after, MOMENT_SIZE);
  size_t len = initialize_encode(&initialize, data);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_OK);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
}
END_TEST

START_TEST(time_never_goes_back) {
  static const uint8_t past[MOMENT_SIZE] = {0x20, 0x26, 0x01, 0x01, 0x00, 0x00, 0x00};
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 1000);
  ck_assert_uint_eq(pay_at(&bench, past, DECISION_APPROVED), SW_OK);
  ck_assert_mem_eq(bench_info(&bench).latest_time, issuer_now, MOMENT_SIZE);
}
END_TEST

START_TEST(every_terminal_delivers_a_block_order) {
  for (int who = 0; who < 3; who++) {
    struct bench bench;
    uint8_t order[BLOCK_ORDER_SIZE];
    bench_make(&bench);
    const struct terminal *terminals[] = {&bench.pos, &bench.reload, &bench.desk};
    issuer_block(&bench.issuer, bench.cid, last_second, order);
    host_open(&bench.host, terminals[who]);
    ck_assert_uint_eq(block(&bench, order), SW_OK);
    ck_assert_uint_eq(block(&bench, order), SW_CONDITIONS_NOT_SATISFIED); /* the session went with it */
    ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
    ck_assert_mem_eq(bench.card.memory.latest_time, last_second, MOMENT_SIZE);
    bench_reset(&bench);
    ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
    ck_assert_uint_eq(bench.host.answer.data[14], CARD_BLOCKED);
  }
}
END_TEST

START_TEST(an_expired_card_can_be_blocked) {
  struct bench bench;
  uint8_t order[BLOCK_ORDER_SIZE];
  bench_make(&bench);
  bench_load(&bench, 1000);
  ck_assert_uint_eq(pay_at(&bench, day_after, DECISION_APPROVED), SW_EXPIRED);
  terminal_expire(&bench.issuer, &bench.pos, far_day);
  issuer_block(&bench.issuer, bench.cid, day_after, order);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(block(&bench, order), SW_OK);
  ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
}
END_TEST

START_TEST(orders_that_do_not_hold) {
  struct bench bench;
  struct block_order draft = {.key_version = 2};
  uint8_t order[BLOCK_ORDER_SIZE], cid[CID_SIZE];
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  cid_make(999001, 43, cid);
  issuer_block(&bench.issuer, cid, issuer_now, order);
  ck_assert_uint_eq(block(&bench, order), SW_WRONG_DATA); /* another card's */
  issuer_block(&bench.issuer, bench.cid, issuer_now, order);
  order[BLOCK_ORDER_SIZE - 1] ^= 0x01;
  ck_assert_uint_eq(block(&bench, order), SW_SECURITY_NOT_SATISFIED);
  memcpy(draft.cid, bench.cid, CID_SIZE);
  memcpy(draft.time, issuer_now, MOMENT_SIZE);
  block_order_encode(&draft, order);
  ck_assert_int_eq(record_sign(order, BLOCK_ORDER_TLV_SIZE, bench.issuer.server.private_key), STATUS_OK);
  ck_assert_uint_eq(block(&bench, order), SW_DATA_NOT_FOUND); /* a key version that the card does not know */
  draft.key_version = 1;
  block_order_encode(&draft, order);
  ck_assert_int_eq(record_sign(order, BLOCK_ORDER_TLV_SIZE, bench.issuer.master.private_key), STATUS_OK);
  ck_assert_uint_eq(block(&bench, order), SW_SECURITY_NOT_SATISFIED); /* not the server's key */
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
}
END_TEST

START_TEST(blocking_torn_is_done_or_not_done) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 3; n++) {
      struct bench bench;
      uint8_t order[BLOCK_ORDER_SIZE];
      bench_make(&bench);
      issuer_block(&bench.issuer, bench.cid, last_second, order);
      host_meet(&bench.host, &bench.pos);
      ram_cut(&bench.ram, n, faults[f]);
      ck_assert_uint_eq(block(&bench, order), 0);
      bench_repower(&bench);
      bool done = n == 3 && faults[f] == RAM_AFTER_COMMIT;
      ck_assert_uint_eq(host_select(&bench.host), done ? SW_BLOCKED : SW_OK);
      ck_assert_mem_eq(bench.card.memory.latest_time, done ? last_second : issuer_now, MOMENT_SIZE);
    }
}
END_TEST

SUITE_OF(lifecycle, good_until_the_end_of_the_last_day, a_refusal_past_the_last_day_expires_too,
         expiry_ends_the_session_and_the_same_order_does_nothing_later, the_clock_of_a_terminal_expires_nothing,
         time_never_goes_back, every_terminal_delivers_a_block_order, an_expired_card_can_be_blocked,
         orders_that_do_not_hold, blocking_torn_is_done_or_not_done)
