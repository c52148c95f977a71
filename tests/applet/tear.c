/* SPDX-License-Identifier: Apache-2.0
 * The power goes at every write of the applet, in each command that writes: what is on the card then is what was there
 * before, or what the whole command leaves; where a command commits twice, the first of the two as well. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "card/bench.h"
#include "card/suites.h"
#include "epurse/bytes.h"
#include "run.h"

#include "card.h"

#define START      20000
#define OTHER_PIN  "4321"
#define STEPS_MAX  120
#define SECRET_AT  (4 + 52) /* h in a promise */
#define RECORD_ATC (4 + 11)

/* ---- what changed ---- */

/* clang-format off */
#define FIELDS(X) \
  X(state) X(transport_key) X(stored) X(ecka_private) X(ecka_public) X(sig_private) X(sig_public) \
  X(master_version) X(master_public) X(terminal_ca_version) X(terminal_ca_subject) X(terminal_ca_public) \
  X(server_version) X(server_public) X(terminal_ca_least) X(server_least) X(ecka_certificate) \
  X(sig_certificate) X(parameters) X(latest_time) X(pin_block) X(pin_tries_left) X(pin_changes) X(pin_events) \
  X(no_pin_sum) X(offline_count) X(offline_sum) X(offline_promise) X(balance) X(points) X(atc) X(slot_state) \
  X(slot_promise) X(slot_secret) X(last_atc) X(last_secret) X(purchase_count) X(load_count) X(purchase_log) \
  X(load_log) X(known_ca_version) X(known_hash) X(known_agreed)
/* clang-format on */

enum field {
#define FIELD_NAME(field) FIELD_##field,
  FIELDS(FIELD_NAME) FIELD_COUNT
};
_Static_assert(FIELD_COUNT <= 64, "a bit each");
#define SET(field) (UINT64_C(1) << FIELD_##field)

/* The first command of a session at another terminal commits this, and then what it is for. */
#define REMEMBERED (SET(known_ca_version) | SET(known_hash) | SET(known_agreed))

static uint64_t changed(const struct card_memory *before, const struct card_memory *after) {
  uint64_t set = 0;
#define FIELD_COMPARE(field)                                                                                           \
  if (memcmp(&before->field, &after->field, sizeof before->field) != 0)                                                \
    set |= SET(field);
  FIELDS(FIELD_COMPARE)
  if (set & SET(slot_promise)) /* PREPARED may have been PREPARED before */
    set |= SET(slot_state);
  return set;
}

static void check_slot(const struct card_memory *memory) {
  static const uint8_t zeros[SECRET_SIZE];
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (memory->slot_state == SLOT_ABORTED)
    ck_assert_mem_eq(memory->slot_secret, zeros, SECRET_SIZE);
  if (memory->slot_state != SLOT_PREPARED && memory->slot_state != SLOT_COMMITTED)
    return;
  ck_assert(crypto_sha256(memory->slot_secret, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, memory->slot_promise + SECRET_AT, sizeof hash);
  ck_assert_uint_le(bytes_u32(memory->slot_promise + RECORD_ATC), bytes_u32(memory->atc));
}

/* ---- a command, torn at each of its writes ---- */

struct act {
  void (*prepare)(struct bench *bench); /* up to the open session */
  uint16_t (*run)(struct bench *bench); /* one command */
  uint64_t between;                     /* what earlier commits of it change */
};

/* Whether it went through this time, heard of or not; *whole is what it changes then. */
static bool tear(struct bench *bench, const struct act *act, unsigned n, enum ram_fault fault, uint64_t *whole) {
  act->prepare(bench);
  struct card_memory before = bench->card.memory;
  ram_cut(&bench->ram, n, fault);
  uint16_t sw = act->run(bench);
  bench_repower(bench);
  uint64_t set = changed(&before, &bench->card.memory);
  check_slot(&bench->card.memory);
  set &= ~act->between;
  if (set != 0) {
    ck_assert_msg(*whole == 0 || *whole == set, "%u: changed %llx, not %llx", n, (unsigned long long)set,
                  (unsigned long long)*whole);
    *whole = set;
  }
  return sw != 0;
}

static void torn_anywhere(struct bench *bench, const struct act *act, bool once) {
  static const enum ram_fault faults[] = {RAM_AFTER_COMMIT, RAM_BEFORE};
  uint64_t whole = 0;
  for (size_t f = once ? 1 : 0; f < 2; f++) {
    unsigned n = 1;
    while (!tear(bench, act, n, faults[f], &whole))
      ck_assert_uint_lt(++n, STEPS_MAX);
    ck_assert_uint_gt(n, 1); /* it writes */
  }
  ck_assert(whole != 0);
}

/* ---- cards ---- */

static void personalise(struct bench *bench) {
  bench_begin_personalization(bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(bench, bench_groupings[i], i == 6), SW_OK);
}

static void make(struct bench *bench) {
  bench_raw(bench);
  bench->offline = (struct offline_limits){100, 100000, 1000};
  bench->no_pin = (struct no_pin_limits){100, 100000};
  personalise(bench);
  bench_load(bench, START);
}

static const char *pin_of(const struct bench *bench) {
  uint8_t block[PIN_BLOCK_SIZE];
  ck_assert_int_eq(pin_block_encode(BENCH_PIN, block), STATUS_OK);
  return memcmp(block, bench->card.memory.pin_block, sizeof block) == 0 ? BENCH_PIN : OTHER_PIN;
}

static void at_pos(struct bench *bench) {
  host_open(&bench->host, &bench->pos);
}

static void at_pos_with_pin(struct bench *bench) {
  at_pos(bench);
  ck_assert_uint_eq(bench_verify(bench, pin_of(bench)), SW_OK);
}

static void at_reload_with_pin(struct bench *bench) {
  host_open(&bench->host, &bench->reload);
  ck_assert_uint_eq(bench_verify(bench, pin_of(bench)), SW_OK);
}

/* ---- the terminal that came last ---- */

static void at_pos_from_desk(struct bench *bench) {
  host_meet(&bench->host, &bench->desk);
  at_pos(bench);
}

static uint16_t first_command(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x80, INS_GET_DATA, 0xDF, 0x70));
}

/* The old one or the new one, never half of it: both are served, each with what the card agreed on with it. */
START_TEST(the_terminal) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){at_pos_from_desk, first_command, 0}, false);
  uint8_t known[CRYPTO_SHA256_SIZE];
  ck_assert(crypto_sha256(bench.pos.paper.bytes, bench.pos.paper.len, known));
  ck_assert_mem_eq(bench.card.memory.known_hash, known, sizeof known);
  host_meet(&bench.host, &bench.pos);
  ram_power(&bench.ram);
  host_meet(&bench.host, &bench.pos); /* known: nothing is written for it */
  ck_assert_uint_eq(bench.ram.commits, 0);
}
END_TEST

/* ---- PIN ---- */

static uint16_t verify(struct bench *bench) {
  return bench_verify(bench, BENCH_PIN);
}

static uint16_t verify_wrong(struct bench *bench) {
  return bench_verify(bench, BENCH_WRONG_PIN);
}

static uint16_t change(struct bench *bench) {
  const char *from = pin_of(bench);
  return bench_change(bench, from, from[0] == '1' ? OTHER_PIN : BENCH_PIN);
}

#define TRY_TAKEN (SET(pin_tries_left) | SET(pin_events))

START_TEST(the_pin) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){at_pos_with_pin, verify, SET(pin_tries_left)}, false);
  torn_anywhere(&bench, &(struct act){at_pos_with_pin, verify_wrong, 0}, false);
  torn_anywhere(&bench, &(struct act){at_pos_with_pin, change, TRY_TAKEN}, false);
}
END_TEST

/* However the last try is torn: taken is taken, and then the card is blocked. */
START_TEST(the_last_try) {
  struct bench bench;
  bool answered = false;
  for (unsigned n = 1; !answered; n++) {
    make(&bench);
    at_pos(&bench);
    for (unsigned i = 1; i < PIN_TRIES; i++)
      ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), SW_WRONG_PIN | (PIN_TRIES - i));
    ram_cut(&bench.ram, n, RAM_BEFORE);
    answered = bench_verify(&bench, BENCH_WRONG_PIN) != 0;
    bench_repower(&bench);
    ck_assert_uint_eq(host_select(&bench.host), bench.card.memory.pin_tries_left == 0 ? SW_BLOCKED : SW_OK);
    ck_assert(!answered || bench.card.memory.state == CARD_BLOCKED);
  }
}
END_TEST

/* ---- INITIALIZE ---- */

static uint16_t promise_pay(struct bench *bench) {
  return bench_initialize(bench,
                          &(struct bench_wish){.p1 = P1_INITIALIZE_PURCHASE, .amount = 10, .terminal = &bench->pos});
}

static uint16_t promise_pay_riding(struct bench *bench) {
  return bench_initialize(
      bench,
      &(struct bench_wish){.p1 = P1_INITIALIZE_PURCHASE, .amount = 10, .terminal = &bench->pos, .pin = pin_of(bench)});
}

static uint16_t promise_load(struct bench *bench) {
  return bench_initialize(bench,
                          &(struct bench_wish){.p1 = P1_INITIALIZE_LOAD, .amount = 11, .terminal = &bench->reload});
}

static uint16_t promise_payout(struct bench *bench) {
  return bench_initialize(bench,
                          &(struct bench_wish){.p1 = P1_INITIALIZE_PAYOUT, .amount = 12, .terminal = &bench->reload});
}

static uint16_t promise_refund(struct bench *bench) {
  return bench_initialize(
      bench, &(struct bench_wish){.p1 = P1_INITIALIZE_REFUND, .amount = 13, .terminal = &bench->pos, .sale_atc = 1});
}

static uint16_t pay_offline(struct bench *bench) {
  return bench_initialize(bench,
                          &(struct bench_wish){.p1 = P1_INITIALIZE_OFFLINE, .amount = 14, .terminal = &bench->pos});
}

START_TEST(promises) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){at_pos_with_pin, promise_pay, 0}, false);
  torn_anywhere(&bench, &(struct act){at_pos_with_pin, promise_pay_riding, TRY_TAKEN}, false);
  torn_anywhere(&bench, &(struct act){at_reload_with_pin, promise_load, 0}, false);
  torn_anywhere(&bench, &(struct act){at_pos, promise_refund, REMEMBERED}, false);
}
END_TEST

static void at_pos_prepared(struct bench *bench) {
  at_pos(bench);
  ck_assert_uint_eq(promise_pay(bench), SW_OK);
}

START_TEST(off_line_purchases) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){at_pos, pay_offline, REMEMBERED}, false);
  torn_anywhere(&bench, &(struct act){at_pos_prepared, pay_offline, 0}, false);
}
END_TEST

/* ---- CREDIT and DEBIT ---- */

static void with_promise(struct bench *bench, const struct terminal *terminal, uint16_t (*promise)(struct bench *)) {
  host_open(&bench->host, terminal);
  if (promise != promise_refund)
    ck_assert_uint_eq(bench_verify(bench, pin_of(bench)), SW_OK);
  ck_assert_uint_eq(promise(bench), SW_OK);
}

static void purchase_prepared(struct bench *bench) {
  with_promise(bench, &bench->pos, promise_pay);
}

static void load_prepared(struct bench *bench) {
  with_promise(bench, &bench->reload, promise_load);
}

static void payout_prepared(struct bench *bench) {
  with_promise(bench, &bench->reload, promise_payout);
}

static void refund_prepared(struct bench *bench) {
  with_promise(bench, &bench->pos, promise_refund);
}

static uint16_t settle(struct bench *bench, const struct order_request *wish) {
  uint8_t order[AUTHORISATION_SIZE];
  struct promise promise;
  struct order_request request = *wish;
  request.promise = bench->promise;
  ck_assert_int_eq(promise_decode(bench->promise, PROMISE_SIZE, &promise), STATUS_OK);
  issuer_order(&bench->issuer, &request, order);
  return bench_keep(bench, promise.type, order);
}

static uint16_t approve(struct bench *bench) {
  return settle(bench, &(struct order_request){.points = 3});
}

static uint16_t decline(struct bench *bench) {
  return settle(bench, &(struct order_request){.decision = DECISION_DECLINED});
}

START_TEST(orders) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){purchase_prepared, approve, 0}, false);
  torn_anywhere(&bench, &(struct act){load_prepared, approve, 0}, false);
  torn_anywhere(&bench, &(struct act){payout_prepared, approve, 0}, false);
  torn_anywhere(&bench, &(struct act){refund_prepared, approve, 0}, false);
  torn_anywhere(&bench, &(struct act){purchase_prepared, decline, 0}, false);
}
END_TEST

/* ---- what comes once ---- */

static uint16_t expire(struct bench *bench) {
  static const uint8_t late[MOMENT_SIZE] = {0x20, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59};
  return settle(bench, &(struct order_request){.time = late});
}

static uint16_t block(struct bench *bench) {
  static const uint8_t later[MOMENT_SIZE] = {0x20, 0x98, 0x12, 0x31, 0x23, 0x59, 0x59};
  uint8_t order[BLOCK_ORDER_SIZE];
  issuer_block(&bench->issuer, bench->cid, later, order);
  return host_secure(&bench->host, HOST_DATA(0x80, INS_APPLICATION_BLOCK, 0, 0, order, sizeof order));
}

START_TEST(the_end_of_a_card) {
  struct bench bench;
  make(&bench);
  torn_anywhere(&bench, &(struct act){purchase_prepared, expire, 0}, true);
  ck_assert_uint_eq(bench.card.memory.state, CARD_EXPIRED);
  make(&bench);
  torn_anywhere(&bench, &(struct act){at_pos, block, REMEMBERED}, true);
  ck_assert_uint_eq(bench.card.memory.state, CARD_BLOCKED);
}
END_TEST

/* ---- personalization ---- */

static uint16_t grouping;

static void at_desk(struct bench *bench) {
  ck_assert_uint_eq(host_select(&bench->host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench->host, bench->transport_key), SW_OK);
}

static uint16_t generate(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00));
}

static uint16_t store(struct bench *bench) {
  return bench_store(bench, grouping, false);
}

static uint16_t store_last(struct bench *bench) {
  return bench_store(bench, DGI_CARD_SIG, true);
}

START_TEST(personalization) {
  struct bench bench;
  bench_raw(&bench);
  torn_anywhere(&bench, &(struct act){at_desk, generate, 0}, false);
  bench_begin_personalization(&bench);
  for (size_t i = 0; i < 7; i++) {
    grouping = bench_groupings[i];
    torn_anywhere(&bench, &(struct act){at_desk, store, 0}, true);
  }
  torn_anywhere(&bench, &(struct act){at_desk, store_last, 0}, true);
  ck_assert_uint_eq(bench.card.memory.state, CARD_PERSONALISED);
  bench_load(&bench, 100);
}
END_TEST

SUITE_OF(tear, the_terminal, the_pin, the_last_try, promises, off_line_purchases, orders, the_end_of_a_card,
         personalization)

/* Its argument is the command that starts the bridge. */
int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {tear_suite};
  if (argc != 2)
    return EXIT_FAILURE;
  applet_start(argv[1]);
  int code = run_suites(suites, 1);
  applet_stop();
  return code;
}
