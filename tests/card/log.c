/* SPDX-License-Identifier: Apache-2.0
 * The two rings: their order, their wrap, and that neither pushes the other out (R14). */
#include <string.h>

#include "bench.h"
#include "suites.h"

static uint16_t read_from(struct bench *bench, uint8_t sfi, uint8_t number) {
  return host_secure(&bench->host, HOST_APDU(0x00, INS_READ_RECORD, number, (uint8_t)(sfi << 3 | 5)));
}

/* Reads the whole ring as the desk does; the answer is how many records there are. */
static size_t read_all(struct bench *bench, uint8_t sfi, struct log_record *records) {
  size_t count = 0;
  host_open(&bench->host, &bench->desk);
  while (read_from(bench, sfi, (uint8_t)(count + 1)) == SW_OK) {
    ck_assert_uint_gt(bench->host.answer.len, 0);
    ck_assert_uint_eq(bench->host.answer.len % LOG_RECORD_SIZE, 0);
    for (size_t at = 0; at < bench->host.answer.len; at += LOG_RECORD_SIZE, count++)
      ck_assert_int_eq(log_record_decode(bench->host.answer.data + at, LOG_RECORD_SIZE, &records[count]), STATUS_OK);
  }
  ck_assert_uint_eq(bench->host.answer.sw, SW_END_OF_FILE);
  return count;
}

START_TEST(empty_rings) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  for (int number = 0; number <= 255; number += 51) {
    uint16_t sw = number == 0 ? SW_RECORD_NOT_FOUND : SW_END_OF_FILE;
    ck_assert_uint_eq(read_from(&bench, SFI_LOAD_LOG, (uint8_t)number), sw);
    ck_assert_uint_eq(read_from(&bench, SFI_PURCHASE_LOG, (uint8_t)number), sw);
  }
}
END_TEST

START_TEST(a_record_says_what_happened) {
  struct bench bench;
  struct log_record records[PURCHASE_LOG_RECORDS];
  bench_make(&bench);
  bench_load(&bench, 5000);
  bench_pay(&bench, 1250, 12);
  ck_assert_uint_eq(read_all(&bench, SFI_LOAD_LOG, records), 1);
  ck_assert_uint_eq(records[0].type, TRANSACTION_LOAD);
  ck_assert_uint_eq(records[0].atc, 1);
  ck_assert_uint_eq(records[0].amount, 5000);
  ck_assert_uint_eq(records[0].balance, 5000);
  ck_assert_mem_eq(records[0].tid, bench.reload.tid, TID_SIZE);
  ck_assert_uint_eq(read_all(&bench, SFI_PURCHASE_LOG, records), 1);
  ck_assert_uint_eq(records[0].type, TRANSACTION_PURCHASE);
  ck_assert_uint_eq(records[0].atc, 2);
  ck_assert_uint_eq(records[0].amount, 1250);
  ck_assert_uint_eq(records[0].currency, BENCH_CURRENCY);
  ck_assert_uint_eq(records[0].balance, 3750);
  ck_assert_int_eq(records[0].points, 12);
  ck_assert_mem_eq(records[0].tid, bench.pos.tid, TID_SIZE);
  ck_assert_mem_eq(records[0].time, issuer_now, MOMENT_SIZE);
}
END_TEST

START_TEST(only_whole_records_and_as_many_as_fit) {
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 5000);
  for (uint32_t i = 0; i < 9; i++)
    bench_pay(&bench, 1, 0);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(read_from(&bench, SFI_PURCHASE_LOG, 1), SW_OK);
  ck_assert_uint_eq(bench.host.answer.len, 7 * LOG_RECORD_SIZE);
  ck_assert_uint_eq(read_from(&bench, SFI_PURCHASE_LOG, 8), SW_OK);
  ck_assert_uint_eq(bench.host.answer.len, 2 * LOG_RECORD_SIZE);
  ck_assert_uint_eq(read_from(&bench, SFI_PURCHASE_LOG, 9), SW_OK);
  ck_assert_uint_eq(bench.host.answer.len, LOG_RECORD_SIZE);
  ck_assert_uint_eq(read_from(&bench, SFI_PURCHASE_LOG, 10), SW_END_OF_FILE);
}
END_TEST

START_TEST(rings_wrap_and_stay_apart) {
  struct bench bench;
  struct log_record records[PURCHASE_LOG_RECORDS + 1];
  bench_make(&bench);
  for (uint32_t i = 1; i <= LOAD_LOG_RECORDS + 1; i++)
    bench_load(&bench, 100 * i);
  for (uint32_t i = 1; i <= PURCHASE_LOG_RECORDS + 1; i++)
    bench_pay(&bench, i, 0);
  ck_assert_uint_eq(read_all(&bench, SFI_PURCHASE_LOG, records), PURCHASE_LOG_RECORDS);
  for (uint32_t i = 0; i < PURCHASE_LOG_RECORDS; i++) {
    ck_assert_uint_eq(records[i].amount, PURCHASE_LOG_RECORDS + 1 - i);
    ck_assert_uint_eq(records[i].atc, LOAD_LOG_RECORDS + 1 + PURCHASE_LOG_RECORDS + 1 - i);
  }
  ck_assert_uint_eq(read_all(&bench, SFI_LOAD_LOG, records), LOAD_LOG_RECORDS);
  for (uint32_t i = 0; i < LOAD_LOG_RECORDS; i++)
    ck_assert_uint_eq(records[i].amount, 100 * (LOAD_LOG_RECORDS + 1 - i));
}
END_TEST

START_TEST(what_did_not_happen_is_not_logged) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct log_record records[PURCHASE_LOG_RECORDS];
  bench_make(&bench);
  bench_load(&bench, 5000);
  bench_promise(&bench, 100);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .decision = DECISION_DECLINED}, order);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  bench_promise(&bench, 200);
  ck_assert_uint_eq(read_all(&bench, SFI_PURCHASE_LOG, records), 0);
}
END_TEST

SUITE_OF(log, empty_rings, a_record_says_what_happened, only_whole_records_and_as_many_as_fit,
         rings_wrap_and_stay_apart, what_did_not_happen_is_not_logged)
