/* SPDX-License-Identifier: Apache-2.0
 * Off-line purchases: one commit is the payment, the promise is its proof, and the next on-line promise tells of it. */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

#define START  5000
#define SINGLE 500
#define TOTAL  1200
#define COUNT  3

static const struct offline_limits usual = {SINGLE, TOTAL, COUNT};

/* A card with those limits and START on it; the shop stands before it, nobody has typed a PIN. */
static void made(struct bench *bench, struct offline_limits offline, struct no_pin_limits no_pin) {
  bench_raw(bench);
  bench->offline = offline;
  bench->no_pin = no_pin;
  bench_begin_personalization(bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(bench, bench_groupings[i], i == 6), SW_OK);
  bench_load(bench, START);
  host_open(&bench->host, &bench->pos);
}

static struct promise decode(const struct bench *bench, const uint8_t record[PROMISE_SIZE]) {
  struct promise promise;
  ck_assert_int_eq(promise_decode(record, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert_int_eq(record_verify(record, PROMISE_SIZE, bench->request.sig_public), STATUS_OK);
  return promise;
}

static uint16_t pay(struct bench *bench, uint32_t amount, const char *pin) {
  return bench_initialize(
      bench, &(struct bench_wish){.p1 = P1_INITIALIZE_OFFLINE, .amount = amount, .terminal = &bench->pos, .pin = pin});
}

static uint16_t read_stored(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x80, INS_GET_TRANSACTION_PROOF, P1_PROOF_OFFLINE, 0x00));
}

static uint32_t balance(const struct bench *bench) {
  return bytes_u32(bench->card.memory.balance);
}

START_TEST(a_payment_in_one_step) {
  static const uint8_t zeros[CRYPTO_SHA256_SIZE];
  struct bench bench;
  uint8_t load[PROMISE_SIZE], hash[CRYPTO_SHA256_SIZE];
  made(&bench, usual, (struct no_pin_limits){0, 0});
  memcpy(load, bench.promise, sizeof load);
  ck_assert_uint_eq(pay(&bench, SINGLE, BENCH_PIN), SW_OK);
  struct promise promise = decode(&bench, bench.promise);
  ck_assert_uint_eq(promise.type, TRANSACTION_OFFLINE_PURCHASE);
  ck_assert(promise.pin_verified);
  ck_assert_uint_eq(promise.atc, 2);
  ck_assert_uint_eq(promise.amount, SINGLE);
  ck_assert_uint_eq(promise.balance, START);
  ck_assert_mem_eq(promise.commitment, zeros, sizeof zeros);
  ck_assert_mem_eq(promise.nonce, bench.nonce, NONCE_SIZE);
  ck_assert_uint_eq(promise.offline_count, 0);
  ck_assert_uint_eq(promise.offline_sum, 0);
  ck_assert_uint_eq(promise.last_atc, 1); /* last on-line */
  ck_assert(crypto_sha256(promise.last_secret, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, decode(&bench, load).commitment, sizeof hash);
  ck_assert_int_eq(record_hash(load, sizeof load, hash), STATUS_OK);
  ck_assert_mem_eq(promise.previous, hash, sizeof hash);
  ck_assert_uint_eq(bench_balance(&bench).balance, START - SINGLE);
  ck_assert_uint_eq(bench_balance(&bench).points, 0);
  ck_assert_uint_eq(bench_info(&bench).atc, 2);
  struct proof proof = bench_proof(&bench); /* of the slot, which is the load's as before */
  ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
  ck_assert_uint_eq(proof.atc, 1);
}
END_TEST

START_TEST(it_is_in_the_log) {
  struct bench bench;
  struct log_record line;
  made(&bench, usual, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(pay(&bench, 120, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_READ_RECORD, 1, SFI_PURCHASE_LOG << 3 | 5)), SW_OK);
  ck_assert_uint_eq(bench.host.answer.len, LOG_RECORD_SIZE);
  ck_assert_int_eq(log_record_decode(bench.host.answer.data, LOG_RECORD_SIZE, &line), STATUS_OK);
  ck_assert_uint_eq(line.type, TRANSACTION_OFFLINE_PURCHASE);
  ck_assert_uint_eq(line.atc, 2);
  ck_assert_uint_eq(line.amount, 120);
  ck_assert_uint_eq(line.balance, START - 120);
  ck_assert_int_eq(line.points, 0);
  ck_assert_mem_eq(line.tid, bench.pos.tid, TID_SIZE);
}
END_TEST

START_TEST(single_total_and_count) {
  struct bench bench;
  made(&bench, usual, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(pay(&bench, SINGLE + 1, NULL), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(pay(&bench, SINGLE, NULL), SW_OK);
  ck_assert_uint_eq(pay(&bench, SINGLE, NULL), SW_OK);
  ck_assert_uint_eq(pay(&bench, TOTAL - 2 * SINGLE + 1, NULL), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(pay(&bench, TOTAL - 2 * SINGLE, NULL), SW_OK);
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_count, 2);
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_sum, 2 * SINGLE);
  ck_assert_uint_eq(pay(&bench, 1, NULL), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(balance(&bench), START - TOTAL);
  made(&bench, usual, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  for (int i = 0; i < COUNT; i++)
    ck_assert_uint_eq(pay(&bench, 1, NULL), SW_OK);
  ck_assert_uint_eq(pay(&bench, 1, NULL), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(balance(&bench), START - COUNT);
}
END_TEST

START_TEST(zero_is_never) {
  static const struct offline_limits none[] = {{0, 0, 0}, {0, TOTAL, COUNT}, {SINGLE, TOTAL, 0}};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    struct bench bench;
    made(&bench, none[i], (struct no_pin_limits){0, 0});
    ck_assert_uint_eq(pay(&bench, 1, BENCH_PIN), SW_ABOVE_LIMIT);
    ck_assert_uint_eq(balance(&bench), START);
  }
}
END_TEST

/* Everything that stops a purchase stops this one, and nothing changes by it. */
START_TEST(what_is_refused) {
  static const struct offline_limits wide = {INT32_MAX, INT32_MAX, 9};
  struct bench bench;
  uint8_t before[CARD_MEMORY_SIZE], data[INITIALIZE_MAX];
  struct initialize initialize = {.amount = 1, .currency = 840};
  made(&bench, wide, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(pay(&bench, 1, NULL), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  memcpy(before, bench.ram.committed, sizeof before);
  ck_assert_uint_eq(pay(&bench, START + 1, NULL), SW_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(pay(&bench, BENCH_PAYMENT_CEILING + 1, NULL), SW_ABOVE_LIMIT);
  ck_assert_uint_eq(pay(&bench, 0, NULL), SW_WRONG_DATA);
  struct bench_wish wish = {P1_INITIALIZE_OFFLINE, 1, true, &bench.pos, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_WRONG_DATA); /* points are the server's */
  wish = (struct bench_wish){P1_INITIALIZE_OFFLINE, 1, false, &bench.other_pos, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_WRONG_DATA);
  wish = (struct bench_wish){P1_INITIALIZE_OFFLINE, 1, false, &bench.pos, NULL, 1};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_WRONG_LENGTH);
  memcpy(initialize.tid, bench.pos.tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  size_t len = initialize_encode(&initialize, data);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 4, 0, data, len)), SW_WRONG_DATA);
  ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
  host_open(&bench.host, &bench.reload);
  wish = (struct bench_wish){P1_INITIALIZE_OFFLINE, 1, false, &bench.reload, BENCH_PIN, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_SECURITY_NOT_SATISFIED);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(pay(&bench, START, BENCH_PIN), SW_OK);
}
END_TEST

START_TEST(the_counter_ends_here_too) {
  struct bench bench;
  made(&bench, usual, (struct no_pin_limits){0, 0});
  bytes_put_u32(bench.ram.committed + offsetof(struct card_memory, atc), UINT32_MAX - 1);
  bench_repower(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(pay(&bench, 1, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(decode(&bench, bench.promise).atc, UINT32_MAX);
  ck_assert_uint_eq(pay(&bench, 1, NULL), SW_COUNTER_EXHAUSTED);
}
END_TEST

/* By amount, as on-line, and against the same total. */
START_TEST(small_sums_need_no_pin) {
  struct bench bench;
  made(&bench, usual, (struct no_pin_limits){300, 400});
  ck_assert_uint_eq(pay(&bench, 301, NULL), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(pay(&bench, 300, NULL), SW_OK);
  ck_assert(!decode(&bench, bench.promise).pin_verified);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.no_pin_sum), 300);
  ck_assert_uint_eq(pay(&bench, 101, NULL), SW_SECURITY_NOT_SATISFIED);
  struct bench_wish online = {P1_INITIALIZE_PURCHASE, 101, false, &bench.pos, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &online), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(pay(&bench, 101, BENCH_PIN), SW_OK);
  ck_assert(decode(&bench, bench.promise).pin_verified);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.no_pin_sum), 0);
}
END_TEST

/* The next on-line promise announces them; nothing but the commit of it begins anew. */
START_TEST(the_next_online_promise_tells) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], hash[CRYPTO_SHA256_SIZE], paid[PROMISE_SIZE];
  made(&bench, usual, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(pay(&bench, 300, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(pay(&bench, 400, NULL), SW_OK);
  memcpy(paid, bench.promise, sizeof paid);
  bench_promise(&bench, 1000);
  struct promise online = decode(&bench, bench.promise);
  ck_assert_uint_eq(online.atc, 4);
  ck_assert_uint_eq(online.last_atc, 1);
  ck_assert_uint_eq(online.offline_count, 2);
  ck_assert_uint_eq(online.offline_sum, 700);
  ck_assert_uint_eq(online.balance, START - 700);
  ck_assert_int_eq(record_hash(paid, sizeof paid, hash), STATUS_OK);
  ck_assert_mem_eq(online.previous, hash, sizeof hash);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .decision = DECISION_DECLINED}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  bench_promise(&bench, 1000); /* still */
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_count, 2);
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_sum, 700);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .points = 7}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_OK);
  bench_promise(&bench, 1000);
  ck_assert_uint_eq(decode(&bench, bench.promise).last_atc, 5);
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_count, 0);
  ck_assert_uint_eq(decode(&bench, bench.promise).offline_sum, 0);
  ck_assert_uint_eq(balance(&bench), START - 1700);
}
END_TEST

/* Of promises on-line and off-line, in any order: each names the one before it. */
START_TEST(promises_make_one_chain) {
  struct bench bench;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  made(&bench, (struct offline_limits){9, 99, 99}, (struct no_pin_limits){0, 0});
  for (unsigned i = 0; i < 16; i++) {
    ck_assert_int_eq(record_hash(bench.promise, PROMISE_SIZE, hash), STATUS_OK);
    if (0x5A63U >> i & 1)
      ck_assert_uint_eq(pay(&bench, 1, BENCH_PIN), SW_OK);
    else
      bench_promise(&bench, 1);
    ck_assert_mem_eq(decode(&bench, bench.promise).previous, hash, sizeof hash);
    ck_assert_uint_eq(decode(&bench, bench.promise).atc, i + 2);
  }
}
END_TEST

/* What was prepared on-line ends without effect: there is no way back to it, and its order moves nothing. */
START_TEST(what_was_prepared_is_over) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  made(&bench, usual, (struct no_pin_limits){0, 0});
  bench_promise(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(pay(&bench, 100, NULL), SW_OK);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_proof(&bench).state, SLOT_ABORTED);
  ck_assert_uint_eq(bench_balance(&bench).balance, START - 100);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.last_atc), 1);
}
END_TEST

/* What was committed still answers its r, and takes nothing twice. */
START_TEST(what_was_committed_stays) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  made(&bench, usual, (struct no_pin_limits){0, 0});
  bench_promise(&bench, 1000);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_OK);
  memcpy(secret, bench.host.answer.data, sizeof secret);
  ck_assert_uint_eq(pay(&bench, 100, NULL), SW_OK);
  ck_assert_uint_eq(bench_keep(&bench, TRANSACTION_PURCHASE, order), SW_OK);
  ck_assert_mem_eq(bench.host.answer.data, secret, sizeof secret);
  ck_assert_uint_eq(bytes_u16(bench.card.memory.offline_count), 1); /* nor does it begin anew twice */
  ck_assert_uint_eq(bench_balance(&bench).balance, START - 1100);
}
END_TEST

/* Any shop and the desk read it, without the PIN, until another one takes its place; an on-line one does not. */
START_TEST(the_stored_promise_is_read_again) {
  struct bench bench;
  uint8_t first[PROMISE_SIZE];
  made(&bench, usual, (struct no_pin_limits){0, 0});
  ck_assert_uint_eq(read_stored(&bench), SW_END_OF_FILE); /* under its R-MAC */
  ck_assert_uint_eq(bench.host.answer.len, 0);
  ck_assert_uint_eq(pay(&bench, 100, BENCH_PIN), SW_OK);
  memcpy(first, bench.promise, sizeof first);
  const struct terminal *readers[] = {&bench.pos, &bench.other_pos, &bench.desk};
  bench_pay(&bench, 1000, 0);
  bench_load(&bench, 10);
  for (size_t i = 0; i < 3; i++) {
    host_open(&bench.host, readers[i]);
    ck_assert_uint_eq(read_stored(&bench), SW_OK);
    ck_assert_uint_eq(bench.host.answer.len, PROMISE_SIZE);
    ck_assert_mem_eq(bench.host.answer.data, first, PROMISE_SIZE);
  }
  host_open(&bench.host, &bench.reload);
  ck_assert_uint_eq(read_stored(&bench), SW_SECURITY_NOT_SATISFIED);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(pay(&bench, 200, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(read_stored(&bench), SW_OK);
  ck_assert_mem_eq(bench.host.answer.data, bench.promise, PROMISE_SIZE);
}
END_TEST

/* Cut at the n-th operation, with something prepared on-line: all of it or nothing, and the proof can be read. */
static bool tear(unsigned n, enum ram_fault fault) {
  struct bench bench;
  uint8_t first[PROMISE_SIZE];
  made(&bench, usual, (struct no_pin_limits){300, 400});
  ck_assert_uint_eq(pay(&bench, 100, NULL), SW_OK);
  memcpy(first, bench.promise, sizeof first);
  struct bench_wish online = {P1_INITIALIZE_PURCHASE, 50, false, &bench.pos, NULL, 0};
  ck_assert_uint_eq(bench_initialize(&bench, &online), SW_OK);
  ram_cut(&bench.ram, n, fault);
  if (pay(&bench, 200, NULL) == SW_OK)
    return false;
  ck_assert_uint_eq(bench.host.answer.len, 0);
  bench_repower(&bench);
  const struct card_memory *memory = &bench.card.memory;
  bool done = bytes_u32(memory->atc) == 4;
  ck_assert(!done || fault == RAM_AFTER_COMMIT);
  ck_assert_uint_eq(balance(&bench), START - 100 - (done ? 200 : 0));
  ck_assert_uint_eq(bytes_u16(memory->offline_count), done ? 2 : 1);
  ck_assert_uint_eq(bytes_u32(memory->offline_sum), done ? 300 : 100);
  ck_assert_uint_eq(bytes_u32(memory->no_pin_sum), done ? 300 : 100);
  ck_assert_uint_eq(bytes_u32(memory->purchase_count), done ? 2 : 1);
  ck_assert_uint_eq(bytes_u32(memory->last_atc), 1);
  ck_assert_uint_eq(memory->slot_state, done ? SLOT_ABORTED : SLOT_PREPARED);
  host_open(&bench.host, &bench.other_pos); /* whoever sees the card next brings it in */
  ck_assert_uint_eq(read_stored(&bench), SW_OK);
  struct promise stored = decode(&bench, bench.host.answer.data);
  ck_assert_uint_eq(stored.amount, done ? 200 : 100);
  ck_assert(done == (memcmp(stored.nonce, bench.nonce, NONCE_SIZE) == 0)); /* the till knows by N whether it was paid */
  return true;
}

START_TEST(torn_anywhere) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  for (size_t f = 0; f < 2; f++) {
    unsigned n = 1;
    while (tear(n, faults[f]))
      n++;
    ck_assert_uint_ge(n, 12); /* ten writes and a commit were cut */
  }
}
END_TEST

/* The on-line commit that begins anew, cut: the counters go with it or stay with it. */
START_TEST(beginning_anew_torn_anywhere) {
  for (int fault = RAM_BEFORE; fault <= RAM_AFTER_COMMIT; fault++)
    for (unsigned n = 1, torn = 1; torn; n++) {
      struct bench bench;
      uint8_t order[AUTHORISATION_SIZE];
      made(&bench, usual, (struct no_pin_limits){0, 0});
      ck_assert_uint_eq(pay(&bench, 100, BENCH_PIN), SW_OK);
      bench_promise(&bench, 1000);
      issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
      ram_cut(&bench.ram, n, (enum ram_fault)fault);
      torn = bench_keep(&bench, TRANSACTION_PURCHASE, order) != SW_OK;
      bench_repower(&bench);
      bool done = bench_proof(&bench).state == SLOT_COMMITTED;
      ck_assert_uint_eq(balance(&bench), START - 100 - (done ? 1000 : 0));
      ck_assert_uint_eq(bytes_u16(bench.card.memory.offline_count), done ? 0 : 1);
      ck_assert_uint_eq(bytes_u32(bench.card.memory.offline_sum), done ? 0 : 100);
    }
}
END_TEST

/* What an issuer knows who sees every promise and every answer, and the card after a cut. */
struct books {
  struct bench bench;
  int64_t expected; /* on the card */
  uint32_t offline_sum;
  uint16_t offline_count;
  bool bad_reader;
};

static void maybe_cut(struct books *books, unsigned i) {
  if (books->bad_reader)
    ram_cut(&books->bench.ram, 1 + i * 7 % 16, i % 3 ? RAM_BEFORE : RAM_AFTER_COMMIT);
}

/* An on-line one of that type; done where the card has it COMMITTED, whatever was heard. */
static void go_online(struct books *books, uint8_t type, unsigned i) {
  static const struct {
    uint8_t p1;
    int sign;
  } kinds[] = {[TRANSACTION_PURCHASE] = {P1_INITIALIZE_PURCHASE, -1},
               [TRANSACTION_LOAD] = {P1_INITIALIZE_LOAD, 1},
               [TRANSACTION_POINTS_PURCHASE] = {P1_INITIALIZE_PURCHASE, 0},
               [TRANSACTION_REFUND] = {P1_INITIALIZE_REFUND, 1},
               [TRANSACTION_PAYOUT] = {P1_INITIALIZE_PAYOUT, -1}};
  struct bench *bench = &books->bench;
  bool reload = type == TRANSACTION_LOAD || type == TRANSACTION_PAYOUT;
  struct bench_wish wish = {.p1 = kinds[type].p1,
                            .amount = 10 + i,
                            .points = type == TRANSACTION_POINTS_PURCHASE,
                            .terminal = reload ? &bench->reload : &bench->pos,
                            .pin = type == TRANSACTION_REFUND ? NULL : BENCH_PIN,
                            .sale_atc = type == TRANSACTION_REFUND ? 1 : 0};
  uint8_t order[AUTHORISATION_SIZE];
  host_open(&bench->host, wish.terminal);
  ck_assert_uint_eq(bench_initialize(bench, &wish), SW_OK);
  struct promise promise = decode(bench, bench->promise);
  ck_assert_int_eq(promise.balance, books->expected);
  ck_assert_uint_eq(promise.offline_count, books->offline_count);
  ck_assert_uint_eq(promise.offline_sum, books->offline_sum);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise}, order);
  maybe_cut(books, i);
  (void)bench_keep(bench, type, order);
  bench_repower(bench);
  if (bench_proof(bench).state != SLOT_COMMITTED)
    return;
  books->expected += (int64_t)kinds[type].sign * wish.amount;
  books->offline_count = 0;
  books->offline_sum = 0;
}

static void go_offline(struct books *books, unsigned i) {
  struct bench *bench = &books->bench;
  host_open(&bench->host, &bench->pos);
  ck_assert_uint_eq(bench_verify(bench, BENCH_PIN), SW_OK);
  maybe_cut(books, i);
  (void)pay(bench, 1 + i, NULL);
  bench_repower(bench);
  host_open(&bench->host, &bench->other_pos);
  if (read_stored(bench) != SW_OK)
    return;
  struct promise stored = decode(bench, bench->host.answer.data);
  if (memcmp(stored.nonce, bench->nonce, NONCE_SIZE) != 0)
    return;
  books->expected -= stored.amount;
  books->offline_count++;
  books->offline_sum += stored.amount;
}

/* All types one after the other on a bad reader: what the promises and proofs tell adds up to what is on the card. */
START_TEST(every_type_on_a_bad_reader) {
  struct books books = {.expected = START, .bad_reader = true};
  made(&books.bench, (struct offline_limits){1000, 100000, 1000}, (struct no_pin_limits){0, 0});
  for (unsigned i = 0; i < 90; i++) {
    uint8_t type = (uint8_t)(TRANSACTION_PURCHASE + i * 5 % 7 % 6);
    if (type == TRANSACTION_OFFLINE_PURCHASE || i % 4 == 3)
      go_offline(&books, i);
    else
      go_online(&books, type, i);
    ck_assert_int_eq(balance(&books.bench), books.expected);
  }
  ck_assert_int_ne(books.expected, START);
}
END_TEST

SUITE_OF(offline, a_payment_in_one_step, it_is_in_the_log, single_total_and_count, zero_is_never, what_is_refused,
         the_counter_ends_here_too, small_sums_need_no_pin, the_next_online_promise_tells, promises_make_one_chain,
         what_was_prepared_is_over, what_was_committed_stays, the_stored_promise_is_read_again, torn_anywhere,
         beginning_anew_torn_anywhere, every_type_on_a_bad_reader)
