/* SPDX-License-Identifier: Apache-2.0
 * The terminal that a card remembers: what that saves, what it does not, and how it comes to be remembered. */
#include <string.h>

#include "bench.h"
#include "suites.h"

/* What the card does up to the open channel. */
static struct crypto_tally opening(struct bench *bench, const struct terminal *terminal) {
  struct crypto_tally tally = {0};
  bench->host.tally = &tally;
  host_open(&bench->host, terminal);
  bench->host.tally = NULL;
  return tally;
}

static bool is_known(struct bench *bench, const struct terminal *terminal) {
  const struct crypto_tally tally = opening(bench, terminal);
  ck_assert_uint_eq(tally.verifications + 1, tally.agreements); /* both are saved or none */
  return tally.verifications == 0;
}

static uint16_t present(struct bench *bench, const struct paper *paper) {
  ck_assert_uint_eq(host_select(&bench->host), SW_OK);
  return host_present(&bench->host, paper);
}

START_TEST(the_last_one_is_remembered) {
  struct bench bench;
  bench_make(&bench);
  host_meet(&bench.host, &bench.pos);
  ck_assert(is_known(&bench, &bench.pos));
  bench_reset(&bench);
  ck_assert(is_known(&bench, &bench.pos));
  host_meet(&bench.host, &bench.pos); /* and its channel carries */
  ck_assert(!is_known(&bench, &bench.reload));
  ck_assert(is_known(&bench, &bench.pos)); /* the other one has not shown that it has its key */
  host_meet(&bench.host, &bench.reload);
  ck_assert(!is_known(&bench, &bench.pos));
  ck_assert(is_known(&bench, &bench.reload));
  bench_load(&bench, 500); /* a whole one in a session of a known terminal */
  ck_assert_uint_eq(bench_balance(&bench).balance, 500);
}
END_TEST

START_TEST(only_a_first_mac_makes_it_known) {
  static const uint8_t guess[CRYPTO_AES_KEY_SIZE] = {0};
  struct bench bench;
  bench_make(&bench);
  host_meet(&bench.host, &bench.desk);
  ram_power(&bench.ram);
  host_open(&bench.host, &bench.pos);
  securemsg_open(&bench.host.secure, guess, guess, guess, guess);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xDF, 0x70)), SW_SECURE_MESSAGING_INCORRECT);
  ck_assert_uint_eq(bench.ram.operations, 0);
  ck_assert(!is_known(&bench, &bench.pos));
  ck_assert(is_known(&bench, &bench.desk));
  ck_assert_uint_eq(bench.ram.operations, 0);
}
END_TEST

/* One commit at the first command of a terminal that is new, none later, none at one that is known. */
START_TEST(it_costs_one_commit_once) {
  struct bench bench;
  bench_make(&bench);
  host_meet(&bench.host, &bench.desk);
  ram_power(&bench.ram);
  host_meet(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench.ram.commits, 1);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0x7F, 0x21)), SW_OK);
  host_meet(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench.ram.commits, 1);
}
END_TEST

/* Whoever knows a certificate that the card remembers can still not bend it. */
START_TEST(every_bit_of_it_counts) {
  struct bench bench;
  struct paper paper;
  bench_make(&bench);
  host_meet(&bench.host, &bench.pos);
  for (size_t i = 0; i < bench.pos.paper.len; i++) {
    paper = bench.pos.paper;
    paper.bytes[i] ^= (uint8_t)(1U << (i % 8));
    uint16_t sw = present(&bench, &paper);
    ck_assert_msg(sw == SW_WRONG_DATA || sw == SW_SECURITY_NOT_SATISFIED, "byte %zu: %04X", i, sw);
  }
  ck_assert(is_known(&bench, &bench.pos));
}
END_TEST

START_TEST(its_expiry_is_asked_anew) {
  static const uint8_t today[DATE_SIZE] = {0x20, 0x26, 0x11, 0x23};
  static const uint8_t tomorrow[MOMENT_SIZE] = {0x20, 0x26, 0x11, 0x24, 0x00, 0x00, 0x00};
  uint8_t order[AUTHORISATION_SIZE];
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 100);
  terminal_expire(&bench.issuer, &bench.pos, today);
  bench_promise(&bench, 10);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .time = tomorrow}, order);
  ck_assert(is_known(&bench, &bench.pos));
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
  ck_assert_uint_eq(present(&bench, &bench.pos.paper), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

/* Once another terminal has shown that its CA is withdrawn, being remembered does not help. */
START_TEST(least_is_asked_anew) {
  struct bench bench;
  bench_make(&bench);
  host_meet(&bench.host, &bench.pos);
  bench.card.memory.terminal_ca_least = 2;
  ck_assert_uint_eq(present(&bench, &bench.pos.paper), SW_DATA_NOT_FOUND);
}
END_TEST

/* Torn at its first command: the old one is remembered, or the new one, and both are served. */
START_TEST(torn_it_is_the_old_one_or_the_new_one) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  struct bench bench;
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 4; n++) {
      bench_make(&bench);
      host_meet(&bench.host, &bench.desk);
      host_open(&bench.host, &bench.pos);
      ram_cut(&bench.ram, n, faults[f]);
      ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xDF, 0x70)), 0);
      bench_repower(&bench);
      bool done = n == 4 && faults[f] == RAM_AFTER_COMMIT;
      ck_assert(is_known(&bench, &bench.pos) == done);
      ck_assert(is_known(&bench, &bench.desk) == !done);
      host_meet(&bench.host, &bench.pos);
      ck_assert(is_known(&bench, &bench.pos));
    }
}
END_TEST

SUITE_OF(known, the_last_one_is_remembered, only_a_first_mac_makes_it_known, it_costs_one_commit_once,
         every_bit_of_it_counts, its_expiry_is_asked_anew, least_is_asked_anew, torn_it_is_the_old_one_or_the_new_one)
