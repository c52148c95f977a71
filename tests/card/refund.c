/* SPDX-License-Identifier: Apache-2.0
 * Refunds: a sale is given back at a shop, without the PIN, on the server's order; its money, or its points. */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

static struct promise decoded(const struct bench *bench) {
  struct promise promise;
  ck_assert_int_eq(promise_decode(bench->promise, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert_int_eq(record_verify(bench->promise, PROMISE_SIZE, bench->request.sig_public), STATUS_OK);
  return promise;
}

static uint16_t ask(struct bench *bench, uint32_t amount, uint32_t sale_atc, bool points) {
  return bench_initialize(bench, &(struct bench_wish){.p1 = P1_INITIALIZE_REFUND,
                                                      .amount = amount,
                                                      .points = points,
                                                      .terminal = &bench->pos,
                                                      .sale_atc = sale_atc});
}

/* 50.00 loaded (1), 12.50 paid (2); the shop stands before the card, nobody has typed a PIN. */
static void sold(struct bench *bench) {
  bench_make(bench);
  bench_load(bench, 5000);
  bench_pay(bench, 1250, 12);
  host_open(&bench->host, &bench->pos);
}

START_TEST(a_refund_says_which_sale) {
  struct bench bench;
  sold(&bench);
  ck_assert_uint_eq(ask(&bench, 250, 2, false), SW_OK);
  struct promise promise = decoded(&bench);
  ck_assert_uint_eq(promise.type, TRANSACTION_REFUND);
  ck_assert_uint_eq(promise.sale_atc, 2);
  ck_assert_uint_eq(promise.atc, 3);
  ck_assert_uint_eq(promise.last_atc, 2);
  ck_assert_uint_eq(promise.amount, 250);
  ck_assert_uint_eq(promise.balance, 3750);
  ck_assert(!promise.pin_verified && !promise.sale_in_points);
  struct proof proof = bench_proof(&bench);
  ck_assert_uint_eq(proof.state, SLOT_PREPARED);
  ck_assert_uint_eq(proof.type, TRANSACTION_REFUND);
}
END_TEST

/* The money comes back, the points that were granted go; both rings stay what they are. */
START_TEST(a_sale_is_given_back) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], hash[CRYPTO_SHA256_SIZE];
  struct log_record line;
  sold(&bench);
  ck_assert_uint_eq(ask(&bench, 1250, 2, false), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = -12}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_OK);
  ck_assert(crypto_sha256(bench.host.answer.data, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, decoded(&bench).commitment, sizeof hash);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_OK); /* and once */
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
  ck_assert_uint_eq(bench_balance(&bench).points, 0);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.load_count), 2);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.purchase_count), 1);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_READ_RECORD, 1, SFI_LOAD_LOG << 3 | 5)), SW_OK);
  ck_assert_int_eq(log_record_decode(bench.host.answer.data, LOG_RECORD_SIZE, &line), STATUS_OK);
  ck_assert_uint_eq(line.type, TRANSACTION_REFUND);
  ck_assert_uint_eq(line.atc, 3);
  ck_assert_uint_eq(line.amount, 1250);
  ck_assert_uint_eq(line.balance, 5000);
  ck_assert_int_eq(line.points, -12);
}
END_TEST

/* In parts, and the next promise tells that the last of them was kept. */
START_TEST(a_sale_is_given_back_in_parts) {
  struct bench bench;
  sold(&bench);
  bench_refund(&bench, 1000, 2);
  bench_refund(&bench, 250, 2);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
  bench_promise(&bench, 1);
  ck_assert_uint_eq(decoded(&bench).last_atc, 4);
  ck_assert_uint_eq(decoded(&bench).sale_atc, 0);
}
END_TEST

/* Of a sale that was paid with points the points come back; the money stays, and no ceiling is in the way. */
START_TEST(a_sale_in_points_gives_points_back) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  bench_load(&bench, BENCH_PURSE_CEILING);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(ask(&bench, 900, 1, false), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(ask(&bench, 900, 1, true), SW_OK);
  ck_assert(decoded(&bench).sale_in_points);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = 90}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_OK);
  ck_assert_uint_eq(bench_balance(&bench).balance, BENCH_PURSE_CEILING);
  ck_assert_uint_eq(bench_balance(&bench).points, 90);
}
END_TEST

START_TEST(more_points_than_there_are_are_not_taken) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  sold(&bench);
  ck_assert_uint_eq(ask(&bench, 1250, 2, false), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = -13}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 3750);
  ck_assert_uint_eq(bench_balance(&bench).points, 12);
}
END_TEST

START_TEST(what_is_no_refund) {
  struct bench bench;
  uint8_t before[CARD_MEMORY_SIZE];
  sold(&bench);
  memcpy(before, bench.ram.committed, sizeof before);
  ck_assert_uint_eq(ask(&bench, 1250, 3, false), SW_WRONG_DATA); /* its own ATC would be 3 */
  ck_assert_uint_eq(ask(&bench, 1250, UINT32_MAX, false), SW_WRONG_DATA);
  ck_assert_uint_eq(ask(&bench, 1250, 0, false), SW_WRONG_LENGTH); /* no sale is named */
  ck_assert_uint_eq(ask(&bench, 0, 2, false), SW_WRONG_DATA);
  ck_assert_uint_eq(ask(&bench, BENCH_PURSE_CEILING - 3750 + 1, 2, false), SW_ABOVE_LIMIT);
  struct bench_wish wish = {P1_INITIALIZE_REFUND, 1, false, &bench.other_pos, NULL, 2};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_WRONG_DATA); /* another terminal's TID */
  wish = (struct bench_wish){P1_INITIALIZE_REFUND, 1, false, &bench.pos, BENCH_WRONG_PIN, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_WRONG_LENGTH); /* no PIN rides in it */
  host_open(&bench.host, &bench.reload);
  wish = (struct bench_wish){P1_INITIALIZE_REFUND, 1, false, &bench.reload, NULL, 2};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
  host_open(&bench.host, &bench.desk);
  wish.terminal = &bench.desk;
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
  bench_assert_kept(&bench, before);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(ask(&bench, BENCH_PURSE_CEILING - 3750, 2, false), SW_OK);
}
END_TEST

/* A zero sale on the wire, and a sale where none belongs. */
START_TEST(a_sale_is_named_in_refunds_alone) {
  struct bench bench;
  struct initialize initialize = {.amount = 1, .currency = BENCH_CURRENCY, .sale_atc = 1};
  uint8_t data[INITIALIZE_MAX];
  sold(&bench);
  memcpy(initialize.tid, bench.pos.tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  size_t len = initialize_encode(&initialize, data);
  ck_assert_uint_eq(len, INITIALIZE_REFUND_SIZE);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_WRONG_LENGTH);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 2, 0, data, len)), SW_OK);
  memset(data + INITIALIZE_SIZE, 0, 4);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 2, 0, data, len)), SW_WRONG_DATA);
}
END_TEST

/* An order for one kind does not serve another, whichever command brings it. */
START_TEST(kinds_are_not_mixed_up) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct authorisation draft;
  sold(&bench);
  ck_assert_uint_eq(ask(&bench, 1250, 2, false), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  order_draft(&(struct order_request){.promise = bench.promise}, &draft);
  draft.type = TRANSACTION_LOAD;
  order_sign(&bench.issuer, &draft, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 3750);
  bench_promise(&bench, 10);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_REFUND, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 3750);
}
END_TEST

SUITE_OF(refund, a_refund_says_which_sale, a_sale_is_given_back, a_sale_is_given_back_in_parts,
         a_sale_in_points_gives_points_back, more_points_than_there_are_are_not_taken, what_is_no_refund,
         a_sale_is_named_in_refunds_alone, kinds_are_not_mixed_up)
