/* SPDX-License-Identifier: Apache-2.0
 * INITIALIZE: what a promise says, the chain that promises make, and every reason to refuse one. */
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

static uint16_t request(struct bench *bench, uint8_t p1, uint32_t amount) {
  const struct terminal *terminal = p1 == P1_INITIALIZE_LOAD ? &bench->reload : &bench->pos;
  return bench_initialize(bench, &(struct bench_wish){p1, amount, false, terminal, NULL, 0});
}

/* A session with the PIN verified. */
static void enter(struct bench *bench, const struct terminal *terminal) {
  host_open(&bench->host, terminal);
  ck_assert_uint_eq(bench_verify(bench, BENCH_PIN), SW_OK);
}

START_TEST(a_promise_says_it_all) {
  struct bench bench;
  static const uint8_t zeros[32];
  bench_make(&bench);
  bench_load(&bench, 3000);
  bench_promise(&bench, 1250);
  struct promise promise = decoded(&bench);
  ck_assert_uint_eq(promise.type, TRANSACTION_PURCHASE);
  ck_assert(promise.pin_verified);
  ck_assert_mem_eq(promise.cid, bench.cid, CID_SIZE);
  ck_assert_uint_eq(promise.atc, 2);
  ck_assert_uint_eq(promise.amount, 1250);
  ck_assert_uint_eq(promise.currency, BENCH_CURRENCY);
  ck_assert_uint_eq(promise.balance, 3000);
  ck_assert_uint_eq(promise.points, 0);
  ck_assert_mem_eq(promise.tid, bench.pos.tid, TID_SIZE);
  ck_assert_mem_eq(promise.time, issuer_now, MOMENT_SIZE);
  ck_assert_uint_eq(promise.last_atc, 1);
  ck_assert_mem_ne(promise.last_secret, zeros, 32);
  ck_assert_mem_ne(promise.commitment, zeros, 32);
  ck_assert_uint_eq(promise.offline_count, 0);
  ck_assert_uint_eq(promise.offline_sum, 0);
  ck_assert_uint_eq(promise.pin_changes, 0);
  ck_assert_uint_eq(promise.sale_atc, 0);
  ck_assert_uint_eq(bench_proof(&bench).state, SLOT_PREPARED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 3000); /* a promise moves nothing */
}
END_TEST

START_TEST(promises_make_a_chain) {
  struct bench bench;
  uint8_t hash[32] = {0};
  bench_make(&bench);
  for (uint32_t atc = 1; atc <= 6; atc++) {
    enter(&bench, &bench.reload);
    ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, atc), SW_OK);
    struct promise promise = decoded(&bench);
    ck_assert_uint_eq(promise.atc, atc);
    ck_assert_mem_eq(promise.previous, hash, sizeof hash);
    ck_assert_uint_eq(promise.last_atc, atc > 3 ? 3 : 0); /* the third is kept, the others are not */
    ck_assert_int_eq(record_hash(bench.promise, PROMISE_SIZE, hash), STATUS_OK);
    if (atc == 3) {
      uint8_t order[AUTHORISATION_SIZE];
      issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
      ck_assert_uint_eq(bench_settle(&bench, INS_CREDIT_FOR_LOAD, order), SW_OK);
    }
  }
}
END_TEST

/* The last r in a promise is the one that the commitment of that ATC hid. */
START_TEST(the_last_secret_opens_its_commitment) {
  struct bench bench;
  uint8_t hash[32];
  bench_make(&bench);
  bench_load(&bench, 1000);
  struct promise committed = decoded(&bench);
  bench_promise(&bench, 10); /* not kept */
  bench_promise(&bench, 10);
  struct promise promise = decoded(&bench);
  ck_assert_uint_eq(promise.last_atc, 1);
  ck_assert(crypto_sha256(promise.last_secret, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, committed.commitment, sizeof hash);
}
END_TEST

START_TEST(the_pin_rides_along) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.reload);
  struct bench_wish load = {P1_INITIALIZE_LOAD, 100, false, &bench.reload, BENCH_WRONG_PIN, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &load), 0x63C4);
  load.pin = NULL;
  ck_assert_uint_eq(bench_initialize(&bench, &load), SW_SECURITY_NOT_SATISFIED);
  load.pin = BENCH_PIN;
  ck_assert_uint_eq(bench_initialize(&bench, &load), SW_OK);
  ck_assert_uint_eq(decoded(&bench).atc, 1);
  load.pin = NULL; /* verified for the session now */
  ck_assert_uint_eq(bench_initialize(&bench, &load), SW_OK);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

/* Whether a PIN rides along is seen by the length, which is looked at last. */
START_TEST(riding_goes_by_length) {
  uint8_t data[INITIALIZE_MAX + 1] = {0, 0, 0, 1, 0x03, 0xD2, 0};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.reload);
  for (size_t len = 1; len <= sizeof data; len++) {
    uint16_t wanted = len <= INITIALIZE_SIZE  ? SW_SECURITY_NOT_SATISFIED
                      : len == INITIALIZE_MAX ? SW_WRONG_DATA /* no TID in it */
                                              : SW_WRONG_LENGTH;
    ck_assert_msg(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 0, 0, data, len)) == wanted,
                  "%zu bytes: %04X", len, bench.host.answer.sw);
  }
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

START_TEST(the_fifth_wrong_riding_pin_blocks) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.reload);
  struct bench_wish load = {P1_INITIALIZE_LOAD, 100, false, &bench.reload, BENCH_WRONG_PIN, 0};
  for (unsigned left = 4; left > 0; left--)
    ck_assert_uint_eq(bench_initialize(&bench, &load), SW_WRONG_PIN | left);
  ck_assert_uint_eq(bench_initialize(&bench, &load), SW_WRONG_PIN); /* 63C0, and whose card it was */
  ck_assert_uint_eq(bench_pin_record(&bench, &bench.reload).tries_left, 0);
  ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
}
END_TEST

/* Nobody learns of balance or limits before the PIN has been right. */
START_TEST(limits_are_told_after_the_pin) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  struct bench_wish pay = {P1_INITIALIZE_PURCHASE, 100, false, &bench.pos, BENCH_WRONG_PIN, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &pay), 0x63C4);
  pay.pin = BENCH_PIN;
  ck_assert_uint_eq(bench_initialize(&bench, &pay), SW_INSUFFICIENT_BALANCE);
}
END_TEST

START_TEST(limits_to_the_cent) {
  struct bench bench;
  bench_make(&bench);
  enter(&bench, &bench.reload);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, BENCH_PURSE_CEILING + 1), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, INT32_MAX), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, BENCH_PURSE_CEILING), SW_OK);
  bench_load(&bench, 1);
  enter(&bench, &bench.reload);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, BENCH_PURSE_CEILING), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, BENCH_PURSE_CEILING - 1), SW_OK);
  enter(&bench, &bench.pos);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, 2), SW_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, 1), SW_OK);
  bench_load(&bench, BENCH_PAYMENT_CEILING + 100);
  enter(&bench, &bench.pos);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, BENCH_PAYMENT_CEILING + 1), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, BENCH_PAYMENT_CEILING), SW_OK);
}
END_TEST

START_TEST(refusals_change_nothing) {
  struct bench bench;
  uint8_t before[CARD_MEMORY_SIZE];
  bench_make(&bench);
  bench_load(&bench, 500);
  bench_promise(&bench, 100); /* PREPARED, and must stay so */
  enter(&bench, &bench.pos);
  memcpy(before, bench.ram.committed, sizeof before);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, 501), SW_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, BENCH_PAYMENT_CEILING + 1), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, 0), SW_WRONG_DATA);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, UINT32_C(0x80000000)), SW_WRONG_DATA);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_PURCHASE, UINT32_MAX), SW_WRONG_DATA);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, 100), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(
      bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 1, false, &bench.other_pos, NULL, 0}),
      SW_WRONG_DATA); /* another terminal's TID */
  ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
  ck_assert_uint_eq(bench_proof(&bench).state, SLOT_PREPARED);
}
END_TEST

START_TEST(fields_that_are_none) {
  struct bench bench;
  struct initialize initialize = {.amount = 1, .currency = 840};
  uint8_t data[INITIALIZE_MAX];
  bench_make(&bench);
  bench_load(&bench, 500);
  enter(&bench, &bench.pos);
  memcpy(initialize.tid, bench.pos.tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  size_t len = initialize_encode(&initialize, data);
  ck_assert_uint_eq(len, INITIALIZE_SIZE);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_WRONG_DATA);
  bytes_put_u16(data + 4, BENCH_CURRENCY);
  data[6] = 0x02; /* points flag */
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_WRONG_DATA);
  data[6] = 0x00;
  data[INITIALIZE_SIZE - 1] = 0x60; /* seconds */
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_WRONG_DATA);
  data[INITIALIZE_SIZE - 1] = 0x59;
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, data, len)), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 5, 0, data, len)), SW_WRONG_P1P2);
}
END_TEST

START_TEST(points_are_for_purchases) {
  struct bench bench;
  bench_make(&bench);
  enter(&bench, &bench.reload);
  ck_assert_uint_eq(bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_LOAD, 1, true, &bench.reload, NULL, 0}),
                    SW_WRONG_DATA);
  enter(&bench, &bench.pos); /* no money on the card: points do not need any */
  ck_assert_uint_eq(
      bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 1, true, &bench.pos, NULL, 0}), SW_OK);
  ck_assert_uint_eq(decoded(&bench).type, TRANSACTION_POINTS_PURCHASE);
}
END_TEST

START_TEST(the_counter_ends) {
  struct bench bench;
  bench_make(&bench);
  bytes_put_u32(bench.ram.committed + offsetof(struct card_memory, atc), UINT32_MAX - 1);
  bench_repower(&bench);
  enter(&bench, &bench.reload);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, 1), SW_OK);
  ck_assert_uint_eq(decoded(&bench).atc, UINT32_MAX);
  ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, 1), SW_COUNTER_EXHAUSTED);
}
END_TEST

START_TEST(no_two_secrets_are_equal) {
  struct bench bench;
  uint8_t commitments[8][32];
  bench_make(&bench);
  enter(&bench, &bench.reload);
  for (size_t i = 0; i < 8; i++) {
    ck_assert_uint_eq(request(&bench, P1_INITIALIZE_LOAD, 5), SW_OK);
    struct promise promise = decoded(&bench);
    memcpy(commitments[i], promise.commitment, 32);
    for (size_t k = 0; k < i; k++)
      ck_assert_mem_ne(commitments[i], commitments[k], 32);
  }
}
END_TEST

SUITE_OF(promise, a_promise_says_it_all, promises_make_a_chain, the_last_secret_opens_its_commitment,
         the_pin_rides_along, riding_goes_by_length, the_fifth_wrong_riding_pin_blocks, limits_are_told_after_the_pin,
         limits_to_the_cent, refusals_change_nothing, fields_that_are_none, points_are_for_purchases, the_counter_ends,
         no_two_secrets_are_equal)
