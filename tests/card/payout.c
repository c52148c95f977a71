/* SPDX-License-Identifier: Apache-2.0
 * Payouts: money leaves the card for its holder's hand, with the PIN, at a reload terminal or the desk. */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

static struct promise decoded(const struct bench *bench) {
  struct promise promise;
  ck_assert_int_eq(promise_decode(bench->promise, PROMISE_SIZE, &promise), STATUS_OK);
  return promise;
}

static uint16_t ask(struct bench *bench, const struct terminal *terminal, uint32_t amount, const char *pin) {
  return bench_initialize(
      bench, &(struct bench_wish){.p1 = P1_INITIALIZE_PAYOUT, .amount = amount, .terminal = terminal, .pin = pin});
}

/* The payment ceiling is one of purchases: all that is on the card can be paid out at once. */
START_TEST(all_of_it_is_paid_out) {
  struct bench bench;
  struct log_record line;
  bench_make(&bench);
  bench_load(&bench, BENCH_PAYMENT_CEILING + 1);
  bench_payout(&bench, BENCH_PAYMENT_CEILING + 1);
  struct promise promise = decoded(&bench);
  ck_assert_uint_eq(promise.type, TRANSACTION_PAYOUT);
  ck_assert(promise.pin_verified);
  ck_assert_uint_eq(promise.balance, BENCH_PAYMENT_CEILING + 1);
  ck_assert_uint_eq(bench_balance(&bench).balance, 0);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.load_count), 1);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.purchase_count), 1);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_READ_RECORD, 1, SFI_PURCHASE_LOG << 3 | 5)), SW_OK);
  ck_assert_int_eq(log_record_decode(bench.host.answer.data, LOG_RECORD_SIZE, &line), STATUS_OK);
  ck_assert_uint_eq(line.type, TRANSACTION_PAYOUT);
  ck_assert_uint_eq(line.amount, BENCH_PAYMENT_CEILING + 1);
  ck_assert_uint_eq(line.balance, 0);
}
END_TEST

START_TEST(the_desk_pays_out_too) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  bench_load(&bench, 5000);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(ask(&bench, &bench.desk, 2000, BENCH_PIN), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PAYOUT, order), SW_OK);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PAYOUT, order), SW_OK); /* once */
  ck_assert_uint_eq(bench_balance(&bench).balance, 3000);
}
END_TEST

START_TEST(what_is_not_paid_out) {
  struct bench bench;
  uint8_t before[CARD_MEMORY_SIZE];
  bench_make(&bench);
  bench_load(&bench, 5000);
  host_open(&bench.host, &bench.reload);
  memcpy(before, bench.ram.committed, sizeof before);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 1, NULL), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 0, NULL),
                    SW_SECURITY_NOT_SATISFIED); /* whether it is empty, the PIN's holder learns */
  host_open(&bench.host, &bench.desk);          /* the desk asks for the PIN as well */
  ck_assert_uint_eq(ask(&bench, &bench.desk, 1, NULL), SW_SECURITY_NOT_SATISFIED);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(ask(&bench, &bench.pos, 1, BENCH_PIN), SW_SECURITY_NOT_SATISFIED);
  bench_assert_kept(&bench, before);
  host_open(&bench.host, &bench.reload);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 1, BENCH_WRONG_PIN), 0x63C4);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 5001, BENCH_PIN), SW_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 0, NULL), SW_WRONG_DATA); /* with money on it */
  struct bench_wish points = {P1_INITIALIZE_PAYOUT, 1, true, &bench.reload, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &points), SW_WRONG_DATA);
  points = (struct bench_wish){P1_INITIALIZE_PAYOUT, 1, false, &bench.reload, NULL, 1};
  ck_assert_uint_eq(bench_initialize(&bench, &points), SW_WRONG_LENGTH); /* no sale is given back */
  ck_assert_uint_eq(bytes_u32(bench.card.memory.atc), 1);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 5000, NULL), SW_OK);
}
END_TEST

/* A payout is neither a purchase nor a load, though it is a debit at a reload terminal. */
START_TEST(a_payout_is_ordered_as_one) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct authorisation draft;
  struct terminal shop;
  bench_make(&bench);
  bench_load(&bench, 5000);
  host_open(&bench.host, &bench.reload);
  ck_assert_uint_eq(ask(&bench, &bench.reload, 1000, BENCH_PIN), SW_OK);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_LOAD, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_SECURITY_NOT_SATISFIED);
  order_draft(&(struct order_request){.promise = bench.promise}, &draft);
  draft.type = TRANSACTION_PURCHASE;
  order_sign(&bench.issuer, &draft, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PAYOUT, order), SW_CONDITIONS_NOT_SATISFIED);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  terminal_make(&bench.issuer, ROLE_POS, "LOAD0001", &shop); /* same TID, other role */
  host_open(&bench.host, &shop);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
}
END_TEST

/* Nothing is paid out of an empty card only, and by nothing but a payout; with its PIN, as any; once more it is
 * promised anew. */
START_TEST(an_empty_card_pays_out_nothing) {
  struct bench bench;
  struct log_record line;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(ask(&bench, &bench.desk, 0, NULL), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(ask(&bench, &bench.desk, 0, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(ask(&bench, &bench.desk, 0, NULL), SW_OK);
  struct promise promise = decoded(&bench);
  ck_assert_uint_eq(promise.type, TRANSACTION_PAYOUT);
  ck_assert(promise.pin_verified);
  ck_assert_uint_eq(promise.atc, 2);
  ck_assert_uint_eq(promise.amount + promise.balance, 0);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PAYOUT, order), SW_OK);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PAYOUT, order), SW_OK); /* once */
  ck_assert_uint_eq(bench_balance(&bench).balance, 0);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.purchase_count), 1);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_READ_RECORD, 1, SFI_PURCHASE_LOG << 3 | 5)), SW_OK);
  ck_assert_int_eq(log_record_decode(bench.host.answer.data, LOG_RECORD_SIZE, &line), STATUS_OK);
  ck_assert_uint_eq(line.type, TRANSACTION_PAYOUT);
  ck_assert_uint_eq(line.amount, 0);
}
END_TEST

/* By the other commands nothing is asked for 0, whatever is on the card; a wrong PIN beside it is not looked at. */
START_TEST(nothing_else_is_of_nothing) {
  static const uint8_t kinds[] = {P1_INITIALIZE_LOAD, P1_INITIALIZE_PURCHASE, P1_INITIALIZE_OFFLINE};
  struct bench bench;
  bench_make(&bench);
  for (size_t i = 0; i < sizeof kinds; i++) {
    const struct terminal *terminal = i == 0 ? &bench.reload : &bench.pos;
    host_open(&bench.host, terminal);
    ck_assert_uint_eq(
        bench_initialize(&bench, &(struct bench_wish){.p1 = kinds[i], .terminal = terminal, .pin = BENCH_WRONG_PIN}),
        SW_WRONG_DATA);
  }
  ck_assert_uint_eq(bytes_u32(bench.card.memory.atc), 0);
}
END_TEST

SUITE_OF(payout, an_empty_card_pays_out_nothing, nothing_else_is_of_nothing, all_of_it_is_paid_out,
         the_desk_pays_out_too, what_is_not_paid_out, a_payout_is_ordered_as_one)
