/* SPDX-License-Identifier: Apache-2.0
 * Payments without a PIN: single and total since the last right one, counted when they are paid. */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

#define SINGLE 500
#define TOTAL  1200

/* A card that may pay SINGLE without its PIN, TOTAL in all; 50.00 on it, points too, the shop before it. */
static void made(struct bench *bench, struct no_pin_limits limits) {
  bench_raw(bench);
  bench->no_pin = limits;
  bench_begin_personalization(bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(bench, bench_groupings[i], i == 6), SW_OK);
  bench_load(bench, 5000);
  host_open(&bench->host, &bench->pos);
}

static uint16_t ask(struct bench *bench, uint32_t amount) {
  return bench_initialize(
      bench, &(struct bench_wish){.p1 = P1_INITIALIZE_PURCHASE, .amount = amount, .terminal = &bench->pos});
}

static bool told_verified(const struct bench *bench) {
  struct promise promise;
  ck_assert_int_eq(promise_decode(bench->promise, PROMISE_SIZE, &promise), STATUS_OK);
  return promise.pin_verified;
}

static void pay(struct bench *bench, uint32_t amount) {
  uint8_t order[AUTHORISATION_SIZE];
  ck_assert_uint_eq(ask(bench, amount), SW_OK);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise}, order);
  ck_assert_uint_eq(bench_keep(bench, TRANSACTION_PURCHASE, order), SW_OK);
}

static uint32_t counted(const struct bench *bench) {
  return bytes_u32(bench->card.memory.no_pin_sum);
}

START_TEST(small_sums_need_no_pin) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
  ck_assert_uint_eq(ask(&bench, SINGLE + 1), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(ask(&bench, UINT32_MAX), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(ask(&bench, 0), SW_WRONG_DATA);
  pay(&bench, SINGLE);
  ck_assert(!told_verified(&bench));
  ck_assert_uint_eq(counted(&bench), SINGLE);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000 - SINGLE);
}
END_TEST

START_TEST(their_total_is_kept) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
  pay(&bench, SINGLE);
  pay(&bench, SINGLE);
  ck_assert_uint_eq(ask(&bench, TOTAL - 2 * SINGLE + 1), SW_SECURITY_NOT_SATISFIED);
  bench_reset(&bench); /* another day */
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(ask(&bench, TOTAL - 2 * SINGLE + 1), SW_SECURITY_NOT_SATISFIED);
  pay(&bench, TOTAL - 2 * SINGLE);
  ck_assert_uint_eq(ask(&bench, 1), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(counted(&bench), TOTAL);
}
END_TEST

/* By VERIFY, by a PIN that rides along, by a change. A wrong one begins nothing anew. */
START_TEST(the_right_pin_begins_anew) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){SINGLE, SINGLE});
  for (int way = 0; way < 3; way++) {
    host_open(&bench.host, &bench.pos);
    pay(&bench, SINGLE);
    ck_assert_uint_eq(ask(&bench, 1), SW_SECURITY_NOT_SATISFIED);
    ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), 0x63C4);
    ck_assert_uint_eq(ask(&bench, 1), SW_SECURITY_NOT_SATISFIED);
    ck_assert_uint_eq(counted(&bench), SINGLE);
    if (way == 0)
      ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
    else if (way == 1)
      bench_promise(&bench, 1);
    else
      ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, BENCH_PIN), SW_OK);
    ck_assert_uint_eq(counted(&bench), 0);
  }
}
END_TEST

/* With the PIN verified nothing is counted, whatever the amount, and the promise says so. */
START_TEST(with_the_pin_nothing_counts) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
  pay(&bench, 100);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  pay(&bench, SINGLE + 1);
  pay(&bench, 1);
  ck_assert(told_verified(&bench));
  ck_assert_uint_eq(counted(&bench), 0);
}
END_TEST

/* Counted at commit: what is only promised, or declined, is not. */
START_TEST(a_promise_alone_counts_nothing) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  made(&bench, (struct no_pin_limits){SINGLE, SINGLE});
  for (int i = 0; i < 3; i++)
    ck_assert_uint_eq(ask(&bench, SINGLE), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .decision = DECISION_DECLINED}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(counted(&bench), 0);
  pay(&bench, SINGLE);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_OK); /* the same once more */
  ck_assert_uint_eq(counted(&bench), SINGLE);
}
END_TEST

START_TEST(points_count_as_money_does) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct bench_wish wish = {P1_INITIALIZE_PURCHASE, SINGLE, true, &bench.pos, NULL, 0};
  made(&bench, (struct no_pin_limits){SINGLE, SINGLE});
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_POINTS_PURCHASE, order), SW_OK);
  ck_assert_uint_eq(counted(&bench), SINGLE);
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

/* Both zero: never. And no other kind is let through by it. */
START_TEST(only_purchases_and_only_where_the_issuer_says_so) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(ask(&bench, 1), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(ask(&bench, 0), SW_SECURITY_NOT_SATISFIED);
  made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
  host_open(&bench.host, &bench.reload);
  struct bench_wish wish = {P1_INITIALIZE_LOAD, 1, false, &bench.reload, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
  wish.p1 = P1_INITIALIZE_PAYOUT;
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

/* A refund is made without the PIN, and is no payment. */
START_TEST(a_refund_counts_nothing) {
  struct bench bench;
  made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
  pay(&bench, SINGLE);
  bench_refund(&bench, SINGLE, 2);
  ck_assert_uint_eq(counted(&bench), SINGLE);
}
END_TEST

/* Torn at every write: counted exactly where it was paid. */
START_TEST(counted_with_the_payment_or_not_at_all) {
  for (int fault = RAM_BEFORE; fault <= RAM_AFTER_COMMIT; fault++)
    for (unsigned n = 1, torn = 1; torn; n++) {
      struct bench bench;
      uint8_t order[AUTHORISATION_SIZE];
      made(&bench, (struct no_pin_limits){SINGLE, TOTAL});
      ck_assert_uint_eq(ask(&bench, SINGLE), SW_OK);
      issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
      ram_cut(&bench.ram, n, (enum ram_fault)fault);
      torn = bench_keep(&bench, TRANSACTION_PURCHASE, order) != SW_OK;
      bench_repower(&bench);
      ck_assert_uint_eq(counted(&bench), 5000 - bench_balance(&bench).balance);
    }
}
END_TEST

SUITE_OF(no_pin, small_sums_need_no_pin, their_total_is_kept, the_right_pin_begins_anew, with_the_pin_nothing_counts,
         a_promise_alone_counts_nothing, points_count_as_money_does, only_purchases_and_only_where_the_issuer_says_so,
         a_refund_counts_nothing, counted_with_the_payment_or_not_at_all)
