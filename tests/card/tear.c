/* SPDX-License-Identifier: Apache-2.0
 * The card torn out at every single write: whatever was cut, money is neither made nor lost. */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

#define START  5000
#define AMOUNT 1250

static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};

/* What the system must agree on once the card is seen again. */
struct world {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  uint8_t type; /* enum transaction_type */
};

/* What is torn; the card had a load before it. */
static const uint8_t types[] = {TRANSACTION_LOAD, TRANSACTION_PURCHASE, TRANSACTION_REFUND, TRANSACTION_PAYOUT};
#define TYPES (sizeof types / sizeof *types)

static void make(struct world *world, uint8_t type) {
  bench_make(&world->bench);
  bench_load(&world->bench, START);
  world->type = type;
}

static bool credits(const struct world *world) {
  return world->type == TRANSACTION_LOAD || world->type == TRANSACTION_REFUND;
}

static const struct terminal *terminal_of(const struct world *world) {
  bool reload = world->type == TRANSACTION_LOAD || world->type == TRANSACTION_PAYOUT;
  return reload ? &world->bench.reload : &world->bench.pos;
}

static uint16_t initialize(struct world *world) {
  static const uint8_t p1[] = {[TRANSACTION_LOAD] = P1_INITIALIZE_LOAD,
                               [TRANSACTION_PURCHASE] = P1_INITIALIZE_PURCHASE,
                               [TRANSACTION_REFUND] = P1_INITIALIZE_REFUND,
                               [TRANSACTION_PAYOUT] = P1_INITIALIZE_PAYOUT};
  struct bench_wish request = {.p1 = p1[world->type],
                               .amount = AMOUNT,
                               .terminal = terminal_of(world),
                               .sale_atc = world->type == TRANSACTION_REFUND ? 1 : 0};
  return bench_initialize(&world->bench, &request);
}

static void enter(struct world *world) {
  host_open(&world->bench.host, terminal_of(world));
  ck_assert_uint_eq(bench_verify(&world->bench, BENCH_PIN), SW_OK);
}

static uint32_t settled_balance(const struct world *world) {
  return credits(world) ? START + AMOUNT : START - AMOUNT;
}

static size_t log_count(const struct world *world) {
  const struct card_memory *memory = &world->bench.card.memory;
  return credits(world) ? bytes_u32(memory->load_count) - 1 : bytes_u32(memory->purchase_count);
}

/* INITIALIZE is cut at the n-th operation. True while there was something to cut. */
static bool tear_initialize(uint8_t type, unsigned n, enum ram_fault fault) {
  struct world world;
  make(&world, type);
  enter(&world);
  ram_cut(&world.bench.ram, n, fault);
  if (initialize(&world) == SW_OK)
    return false;
  ck_assert_uint_eq(world.bench.host.answer.len, 0);
  bench_repower(&world.bench);
  struct proof proof = bench_proof(&world.bench);
  ck_assert_uint_eq(proof.balance, START);
  if (proof.state == SLOT_PREPARED) { /* the commit went through: the name (CID, 2) is used up */
    ck_assert_uint_eq(proof.atc, 2);
  } else {
    ck_assert_uint_eq(proof.atc, 1);
    ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
  }
  /* and the next one settles it: another ATC, the outcome of the load before still with it */
  enter(&world);
  ck_assert_uint_eq(initialize(&world), SW_OK);
  struct promise promise;
  ck_assert_int_eq(promise_decode(world.bench.promise, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert_uint_eq(promise.atc, proof.atc + 1);
  ck_assert_uint_eq(promise.last_atc, 1);
  ck_assert_uint_eq(promise.balance, START);
  return true;
}

START_TEST(initialize_torn_anywhere) {
  for (size_t i = 0; i < TYPES; i++)
    for (size_t f = 0; f < 2; f++) {
      unsigned n = 1;
      while (tear_initialize(types[i], n, faults[f]))
        n++;
      ck_assert_uint_ge(n, 6); /* four writes and a commit were cut */
    }
}
END_TEST

/* Before or after, never between: balance, log, slot and last outcome agree. Answers whether it was done. */
static bool consistent(struct world *world) {
  struct proof proof = bench_proof(&world->bench);
  const struct card_memory *memory = &world->bench.card.memory;
  bool done = proof.state == SLOT_COMMITTED;
  ck_assert_uint_eq(proof.atc, 2);
  ck_assert(done || proof.state == SLOT_PREPARED);
  ck_assert_uint_eq(proof.balance, done ? settled_balance(world) : START);
  ck_assert_uint_eq(proof.points, done ? 9 : 0);
  ck_assert_uint_eq(log_count(world), done ? 1 : 0);
  ck_assert_uint_eq(bytes_u32(memory->last_atc), done ? 2 : 1);
  return done;
}

/* CREDIT or DEBIT is cut at the n-th operation, then finished by a re-tap. */
static bool tear_settle(uint8_t type, unsigned n, enum ram_fault fault) {
  struct world world;
  make(&world, type);
  enter(&world);
  ck_assert_uint_eq(initialize(&world), SW_OK);
  issuer_order(&world.bench.issuer, &(struct order_request){.promise = world.bench.promise, .points = 9}, world.order);
  ram_cut(&world.bench.ram, n, fault);
  if (bench_keep(&world.bench, type, world.order) == SW_OK)
    return false;
  bench_repower(&world.bench);
  bool done = consistent(&world);
  ck_assert(!done || fault == RAM_AFTER_COMMIT);
  host_open(&world.bench.host, terminal_of(&world));
  ck_assert_uint_eq(bench_keep(&world.bench, type, world.order), SW_OK);
  ck_assert(consistent(&world));
  return true;
}

START_TEST(settling_torn_anywhere_and_finished) {
  for (size_t i = 0; i < TYPES; i++)
    for (size_t f = 0; f < 2; f++) {
      unsigned n = 1;
      while (tear_settle(types[i], n, faults[f]))
        n++;
      ck_assert_uint_ge(n, 9);
    }
}
END_TEST

/* The same, but the card goes to another shop: its next promise says what became of the torn one. */
static bool tear_and_leave(uint8_t type, unsigned n, enum ram_fault fault) {
  struct world world;
  struct promise torn, next;
  uint8_t hash[32];
  make(&world, type);
  enter(&world);
  ck_assert_uint_eq(initialize(&world), SW_OK);
  ck_assert_int_eq(promise_decode(world.bench.promise, PROMISE_SIZE, &torn), STATUS_OK);
  issuer_order(&world.bench.issuer, &(struct order_request){.promise = world.bench.promise}, world.order);
  ram_cut(&world.bench.ram, n, fault);
  if (bench_keep(&world.bench, type, world.order) == SW_OK)
    return false;
  bench_repower(&world.bench);
  host_open(&world.bench.host, &world.bench.other_pos);
  ck_assert_uint_eq(bench_initialize(&world.bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 1, false,
                                                                        &world.bench.other_pos, BENCH_PIN, 0}),
                    SW_OK);
  ck_assert_int_eq(promise_decode(world.bench.promise, PROMISE_SIZE, &next), STATUS_OK);
  bool done = next.last_atc == torn.atc;
  ck_assert_uint_eq(next.balance, done ? settled_balance(&world) : START);
  ck_assert(crypto_sha256(next.last_secret, SECRET_SIZE, hash));
  ck_assert_int_eq(memcmp(hash, torn.commitment, sizeof hash) == 0, done);
  host_open(&world.bench.host, terminal_of(&world)); /* the old order is worth nothing now */
  ck_assert_uint_eq(bench_keep(&world.bench, type, world.order), SW_CONDITIONS_NOT_SATISFIED);
  return true;
}

START_TEST(settling_torn_anywhere_and_left) {
  for (size_t i = 0; i < TYPES; i++)
    for (size_t f = 0; f < 2; f++) {
      unsigned n = 1;
      while (tear_and_leave(types[i], n, faults[f]))
        n++;
      ck_assert_uint_ge(n, 9);
    }
}
END_TEST

/* A declined order that is cut leaves PREPARED or ABORTED, and the money where it was. */
START_TEST(declining_torn_anywhere) {
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 3; n++) {
      struct world world;
      make(&world, TRANSACTION_PURCHASE);
      enter(&world);
      ck_assert_uint_eq(initialize(&world), SW_OK);
      issuer_order(&world.bench.issuer,
                   &(struct order_request){.promise = world.bench.promise, .decision = DECISION_DECLINED}, world.order);
      ram_cut(&world.bench.ram, n, faults[f]);
      ck_assert_uint_eq(bench_keep(&world.bench, world.type, world.order), 0);
      bench_repower(&world.bench);
      struct proof proof = bench_proof(&world.bench);
      bool done = n == 3 && faults[f] == RAM_AFTER_COMMIT;
      ck_assert_uint_eq(proof.state, done ? SLOT_ABORTED : SLOT_PREPARED);
      ck_assert_uint_eq(proof.balance, START);
    }
}
END_TEST

/* Many purchases, each torn at a place of its own and finished or left: the card's balance is what was committed. */
START_TEST(a_long_day_with_a_bad_reader) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  uint32_t expected = 0;
  bench_make(&bench);
  bench_load(&bench, 20000);
  expected = 20000;
  for (unsigned i = 0; i < 60; i++) {
    bench_promise(&bench, 10 + i);
    issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
    ram_cut(&bench.ram, 1 + i % 12, i % 3 ? RAM_BEFORE : RAM_AFTER_COMMIT);
    if (bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order) == SW_OK)
      expected -= 10 + i;
    bench_repower(&bench);
    struct proof proof = bench_proof(&bench);
    if (proof.balance != expected) { /* nobody heard of it, but it was done, and the card says so */
      expected -= 10 + i;
      ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
    }
    ck_assert_uint_eq(proof.balance, expected);
    if (i % 2) {
      host_open(&bench.host, &bench.pos);
      ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
      expected -= proof.state == SLOT_COMMITTED ? 0 : 10 + i;
      ck_assert_uint_eq(bench_balance(&bench).balance, expected);
    }
  }
}
END_TEST

/* Shows a PIN in one of three ways, cut at the n-th operation; the number of the event that the card signed, 0:
 * none. */
static uint32_t show_torn(struct bench *bench, unsigned way, unsigned n, enum ram_fault fault) {
  struct pin_record pin;
  host_open(&bench->host, &bench->pos);
  if (bench->card.memory.pin_tries_left < 3)
    ck_assert_uint_eq(bench_verify(bench, BENCH_PIN), SW_OK);
  ram_cut(&bench->ram, n, fault);
  if (way == 0)
    (void)bench_verify(bench, BENCH_WRONG_PIN);
  else if (way == 1)
    (void)bench_verify(bench, BENCH_PIN);
  else
    (void)bench_change(bench, BENCH_PIN, BENCH_PIN);
  const struct apdu_response *answer = &bench->host.answer;
  bool signed_ = pin_record_decode(answer->data, answer->len, &pin) == STATUS_OK;
  bench_repower(bench);
  if (signed_)
    ck_assert_uint_le(pin.events, bytes_u32(bench->card.memory.pin_events)); /* it was durable before it was told */
  return signed_ ? pin.events : 0;
}

/* Wherever it is torn: no two records of a card have one number, and none is lower than one before. */
START_TEST(events_of_the_pin_only_rise) {
  struct bench bench;
  uint32_t last = 0;
  unsigned told = 0;
  bench_make(&bench);
  for (unsigned i = 0; i < 120; i++) {
    uint32_t events = show_torn(&bench, i % 3, 1 + i / 3 % 10, faults[i / 30 % 2]);
    ck_assert(events == 0 || events > last);
    last = events == 0 ? last : events;
    told += events != 0;
  }
  ck_assert_uint_gt(told, 10);
  ck_assert_uint_lt(told, 110);
}
END_TEST

SUITE_OF(tear, events_of_the_pin_only_rise, initialize_torn_anywhere, settling_torn_anywhere_and_finished,
         settling_torn_anywhere_and_left, declining_torn_anywhere, a_long_day_with_a_bad_reader)
