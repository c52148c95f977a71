/* SPDX-License-Identifier: Apache-2.0
 * CREDIT and DEBIT: only on the server's order for exactly this promise, and once. */
#include <string.h>

#include "bench.h"
#include "suites.h"

static uint16_t debit(struct bench *bench, const uint8_t *order) {
  return bench_settle(bench, INS_DEBIT_FOR_PURCHASE, order);
}

static void promised(struct bench *bench, uint32_t amount) {
  bench_make(bench);
  bench_load(bench, 5000);
  bench_promise(bench, amount);
}

static struct proof proof_of(struct bench *bench) {
  struct proof proof;
  ck_assert_uint_eq(host_secure(&bench->host, HOST_APDU(0x80, INS_GET_TRANSACTION_PROOF, 0, 0)), SW_OK);
  ck_assert_int_eq(proof_decode(bench->host.answer.data, bench->host.answer.len, &proof), STATUS_OK);
  return proof;
}

START_TEST(a_load_and_a_purchase) {
  struct bench bench;
  struct promise promise;
  uint8_t hash[32];
  bench_make(&bench);
  bench_load(&bench, 5000);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
  bench_pay(&bench, 1250, 12);
  ck_assert_uint_eq(bench.host.answer.len, SECRET_SIZE);
  ck_assert_int_eq(promise_decode(bench.promise, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert(crypto_sha256(bench.host.answer.data, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, promise.commitment, sizeof hash);
  ck_assert_uint_eq(bench_balance(&bench).balance, 3750);
  ck_assert_uint_eq(bench_balance(&bench).points, 12);
}
END_TEST

START_TEST(the_last_cent_and_the_ceiling) {
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, BENCH_PURSE_CEILING);
  ck_assert_uint_eq(bench_balance(&bench).balance, BENCH_PURSE_CEILING);
  for (uint32_t left = BENCH_PURSE_CEILING; left > 0; left -= BENCH_PAYMENT_CEILING)
    bench_pay(&bench, BENCH_PAYMENT_CEILING, 0);
  ck_assert_uint_eq(bench_balance(&bench).balance, 0);
}
END_TEST

START_TEST(the_same_order_twice_is_one_debit) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = 7}, order);
  ck_assert_uint_eq(debit(&bench, order), SW_OK);
  memcpy(secret, bench.host.answer.data, sizeof secret);
  for (int i = 0; i < 3; i++) {
    ram_power(&bench.ram);
    if (i == 2) { /* the card came back: another session, no PIN */
      bench_reset(&bench);
      host_open(&bench.host, &bench.pos);
    }
    ck_assert_uint_eq(debit(&bench, order), SW_OK);
    ck_assert_mem_eq(bench.host.answer.data, secret, sizeof secret);
    ck_assert_uint_eq(bench.ram.operations, 0);
  }
  ck_assert_uint_eq(bench_balance(&bench).balance, 4000);
  ck_assert_uint_eq(bench_balance(&bench).points, 7);
}
END_TEST

START_TEST(a_retap_finishes_without_the_pin) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  bench_reset(&bench);
  host_open(&bench.host, &bench.pos);
  struct proof proof = proof_of(&bench);
  ck_assert_uint_eq(proof.state, SLOT_PREPARED);
  ck_assert_uint_eq(proof.atc, 2);
  ck_assert_uint_eq(proof.amount, 1000);
  ck_assert_uint_eq(proof.balance, 5000);
  ck_assert_uint_eq(debit(&bench, order), SW_OK);
  ck_assert_uint_eq(bench_balance(&bench).balance, 4000);
}
END_TEST

START_TEST(the_proof_tells_the_slot) {
  static const uint8_t zeros[SECRET_SIZE];
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  promised(&bench, 1000);
  struct proof proof = proof_of(&bench);
  ck_assert_uint_eq(proof.type, TRANSACTION_PURCHASE);
  ck_assert_uint_eq(proof.amount, 1000);
  ck_assert_uint_eq(proof.balance, 5000);
  ck_assert_mem_eq(proof.tid, bench.pos.tid, TID_SIZE);
  ck_assert_mem_eq(proof.secret, zeros, SECRET_SIZE);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(debit(&bench, order), SW_OK);
  memcpy(secret, bench.host.answer.data, sizeof secret);
  proof = proof_of(&bench);
  ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_eq(proof.balance, 4000);
  ck_assert_mem_eq(proof.secret, secret, SECRET_SIZE);
}
END_TEST

START_TEST(a_stranger_learns_which_and_no_more) {
  static const uint8_t zeros[SECRET_SIZE];
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos); /* nothing there yet */
  ck_assert_uint_eq(proof_of(&bench).state, SLOT_NONE);
  bench_load(&bench, 5000);
  bench_pay(&bench, 1000, 3);
  host_open(&bench.host, &bench.other_pos);
  struct proof proof = proof_of(&bench);
  ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_eq(proof.atc, 2);
  ck_assert_uint_eq(proof.type, TRANSACTION_PURCHASE);
  ck_assert_uint_eq(proof.amount, 0);
  ck_assert_uint_eq(proof.balance, 0);
  ck_assert_uint_eq(proof.points, 0);
  ck_assert_mem_eq(proof.tid, zeros, TID_SIZE);
  ck_assert_mem_eq(proof.secret, zeros, SECRET_SIZE);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  proof = proof_of(&bench);
  ck_assert_uint_eq(proof.amount, 1000);
  ck_assert_uint_eq(proof.balance, 4000);
  ck_assert_uint_eq(proof.points, 3);
  ck_assert_mem_eq(proof.tid, bench.pos.tid, TID_SIZE);
  ck_assert_mem_ne(proof.secret, zeros, SECRET_SIZE);
}
END_TEST

START_TEST(a_declined_order_aborts) {
  struct bench bench;
  uint8_t declined[AUTHORISATION_SIZE], approved[AUTHORISATION_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .decision = DECISION_DECLINED},
               declined);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, approved);
  ck_assert_uint_eq(debit(&bench, declined), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(proof_of(&bench).state, SLOT_ABORTED);
  ck_assert_uint_eq(debit(&bench, approved), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
}
END_TEST

START_TEST(a_declined_order_undoes_nothing) {
  struct bench bench;
  uint8_t declined[AUTHORISATION_SIZE], approved[AUTHORISATION_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .decision = DECISION_DECLINED},
               declined);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, approved);
  ck_assert_uint_eq(debit(&bench, approved), SW_OK);
  ck_assert_uint_eq(debit(&bench, declined), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(proof_of(&bench).state, SLOT_COMMITTED);
}
END_TEST

/* Each field of the order, one at a time, under a good signature. */
START_TEST(an_order_for_something_else) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], before[CARD_MEMORY_SIZE];
  struct authorisation draft, bent;
  struct promise promise;
  promised(&bench, 1000);
  order_draft(&(struct order_request){.promise = bench.promise}, &draft);
  ck_assert_int_eq(promise_decode(bench.promise, PROMISE_SIZE, &promise), STATUS_OK);
  memcpy(before, bench.ram.committed, sizeof before);
  for (int field = 0; field < 9; field++) {
    uint16_t expected = field == 8 ? SW_DATA_NOT_FOUND : SW_CONDITIONS_NOT_SATISFIED;
    bent = draft;
    if (field == 0)
      bent.type = TRANSACTION_POINTS_PURCHASE;
    else if (field == 1)
      cid_make(999001, 43, bent.cid);
    else if (field == 2)
      bent.atc++;
    else if (field == 3)
      bent.tid[7]++;
    else if (field == 4)
      bent.amount--;
    else if (field == 5)
      bent.currency = 840;
    else if (field == 6)
      bent.promise_hash[31] ^= 0x01;
    else if (field == 7)
      memcpy(bent.promise_hash, promise.commitment, sizeof bent.promise_hash); /* h names r, not the promise */
    else
      bent.key_version = 2;
    order_sign(&bench.issuer, &bent, order);
    ck_assert_msg(debit(&bench, order) == expected, "field %d: %04X", field, bench.host.answer.sw);
  }
  ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
  order_sign(&bench.issuer, &draft, order);
  ck_assert_uint_eq(debit(&bench, order), SW_OK);
}
END_TEST

START_TEST(only_the_server_orders) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct authorisation draft;
  promised(&bench, 1000);
  order_draft(&(struct order_request){.promise = bench.promise}, &draft);
  const uint8_t *others[] = {bench.issuer.master.private_key, bench.issuer.terminal_ca.private_key,
                             bench.pos.ecka.private_key, bench.card.memory.sig_private};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    authorisation_encode(&draft, order);
    ck_assert_int_eq(record_sign(order, AUTHORISATION_TLV_SIZE, others[i]), STATUS_OK);
    ck_assert_uint_eq(debit(&bench, order), SW_SECURITY_NOT_SATISFIED);
  }
  order_sign(&bench.issuer, &draft, order);
  for (size_t i = 0; i < AUTHORISATION_SIZE; i++) {
    order[i] ^= 0x01;
    ck_assert_msg(debit(&bench, order) != SW_OK, "byte %zu", i);
    order[i] ^= 0x01;
  }
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
}
END_TEST

START_TEST(at_another_terminal_nothing_is_finished) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  host_open(&bench.host, &bench.other_pos);
  ck_assert_uint_eq(debit(&bench, order), SW_CONDITIONS_NOT_SATISFIED);
  host_open(&bench.host, &bench.reload);
  ck_assert_uint_eq(debit(&bench, order), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
}
END_TEST

/* An order to pay cannot be turned into one to load: by command, by role, by terminal. */
START_TEST(a_purchase_cannot_be_credited) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  struct terminal both;
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  terminal_make(&bench.issuer, ROLE_RELOAD, "SHOP0001", &both); /* same TID, other role */
  host_open(&bench.host, &both);
  ck_assert_uint_eq(bench_settle(&bench, INS_CREDIT_FOR_LOAD, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).balance, 5000);
}
END_TEST

START_TEST(an_order_for_a_slot_that_was_replaced) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  promised(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  bench_promise(&bench, 1000);
  ck_assert_uint_eq(debit(&bench, order), SW_CONDITIONS_NOT_SATISFIED);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(debit(&bench, order), SW_OK);
  ck_assert_uint_eq(bench_balance(&bench).balance, 4000);
}
END_TEST

START_TEST(no_order_before_a_promise) {
  struct bench bench, other;
  uint8_t order[AUTHORISATION_SIZE];
  promised(&other, 10);
  issuer_order(&other.issuer, &(struct order_request){.promise = other.promise}, order);
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(debit(&bench, order), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(points_come_and_go) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  static const int32_t changes[] = {-1, INT32_MIN, -30, -1};
  static const uint16_t answers[] = {SW_OK, SW_CONDITIONS_NOT_SATISFIED, SW_CONDITIONS_NOT_SATISFIED, SW_OK};
  static const uint32_t left[] = {29, 29, 29, 28};
  bench_make(&bench);
  bench_load(&bench, 5000);
  bench_pay(&bench, 1000, 30);
  for (size_t i = 0; i < 4; i++) {
    host_open(&bench.host, &bench.pos);
    ck_assert_uint_eq(
        bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 900, true, &bench.pos, BENCH_PIN, 0}),
        SW_OK);
    issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = changes[i]}, order);
    ck_assert_uint_eq(debit(&bench, order), answers[i]);
    ck_assert_uint_eq(bench_balance(&bench).points, left[i]);
    ck_assert_uint_eq(bench_balance(&bench).balance, 4000); /* money does not move */
  }
}
END_TEST

START_TEST(points_do_not_overflow) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  bench_load(&bench, 5000);
  bench_pay(&bench, 1, INT32_MAX);
  ck_assert_uint_eq(bench_balance(&bench).points, INT32_MAX);
  bench_promise(&bench, 1);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = 1}, order);
  ck_assert_uint_eq(debit(&bench, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_balance(&bench).points, INT32_MAX);
  ck_assert_uint_eq(bench_balance(&bench).balance, 4999);
}
END_TEST

SUITE_OF(purse, a_load_and_a_purchase, the_last_cent_and_the_ceiling, the_same_order_twice_is_one_debit,
         a_retap_finishes_without_the_pin, the_proof_tells_the_slot, a_stranger_learns_which_and_no_more,
         a_declined_order_aborts, a_declined_order_undoes_nothing, an_order_for_something_else, only_the_server_orders,
         at_another_terminal_nothing_is_finished, a_purchase_cannot_be_credited, an_order_for_a_slot_that_was_replaced,
         no_order_before_a_promise, points_come_and_go, points_do_not_overflow)
