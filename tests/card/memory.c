/* SPDX-License-Identifier: Apache-2.0
 * Manufacture and power on: what the memory must look like, and what a card does whose memory fails. */
#include <string.h>

#include "bench.h"
#include "suites.h"

START_TEST(a_raw_card_holds_a_transport_key_and_nothing_else) {
  struct bench bench;
  bench_raw(&bench);
  const struct card_memory *memory = &bench.card.memory;
  ck_assert_uint_eq(memory->state, CARD_INITIALISED);
  ck_assert_mem_eq(memory->chip_serial, bench.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_mem_eq(memory->transport_key, bench.transport_key, CRYPTO_AES_KEY_SIZE);
  size_t behind = offsetof(struct card_memory, stored);
  for (size_t i = behind; i < sizeof *memory; i++)
    ck_assert_uint_eq(bench.ram.committed[i], 0);
}
END_TEST

START_TEST(manufacture_fails_with_its_memory) {
  struct ram ram;
  struct card card;
  static const uint8_t serial[CHIP_SERIAL_SIZE] = {1}, key[CRYPTO_AES_KEY_SIZE] = {2};
  for (unsigned n = 1; n <= 2; n++) {
    ram_init(&ram);
    ram_cut(&ram, n, RAM_BEFORE);
    ck_assert(!card_manufacture(&ram.port, serial, key));
    ram_power(&ram);
    ck_assert(!card_power_on(&card, &ram.port)); /* zeros are no card */
  }
}
END_TEST

START_TEST(power_on_refuses_what_is_no_card) {
  struct bench bench;
  uint8_t answer[APDU_RESPONSE_MAX];
  static const uint8_t get[] = {0x80, 0xCA, 0xBF, 0x21, 0x00};
  bench_raw(&bench);
  bench.ram.committed[0] ^= 0x01;
  ck_assert(!card_power_on(&bench.card, &bench.ram.port));
  ck_assert_uint_eq(card_process(&bench.card, get, sizeof get, answer), 0);
  bench.ram.committed[0] ^= 0x01;
  bench.ram.committed[offsetof(struct card_memory, state)] = 0x07;
  ck_assert(!card_power_on(&bench.card, &bench.ram.port));
  bench.ram.committed[offsetof(struct card_memory, state)] = CARD_INITIALISED;
  ck_assert(card_power_on(&bench.card, &bench.ram.port));
  bench.ram.dead = true;
  ck_assert(!card_power_on(&bench.card, &bench.ram.port));
}
END_TEST

START_TEST(a_failing_memory_makes_the_card_mute_until_power_on) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ram_cut(&bench.ram, 1, RAM_BEFORE);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), 0);
  ck_assert_uint_eq(host_select(&bench.host), 0);
  ck_assert_uint_eq(host_select(&bench.host), 0);
  bench_repower(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
}
END_TEST

START_TEST(without_random_numbers_the_card_is_mute) {
  struct bench bench;
  uint8_t before[CARD_MEMORY_SIZE];
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  bench_load(&bench, 1000);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  memcpy(before, bench.ram.committed, sizeof before);
  bench.ram.random_fails = true;
  ck_assert_uint_eq(
      bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 100, false, &bench.pos, NULL, 0}), 0);
  ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
}
END_TEST

START_TEST(the_mirror_is_what_was_committed) {
  struct bench bench;
  bench_make(&bench);
  bench_load(&bench, 4000);
  bench_pay(&bench, 150, 3);
  ck_assert_mem_eq(&bench.card.memory, bench.ram.committed, sizeof bench.card.memory);
  ck_assert_mem_eq(bench.ram.staged, bench.ram.committed, sizeof bench.ram.staged);
}
END_TEST

/* What a card with a commit buffer of 384 bytes must hold in one transaction. */
START_TEST(every_transaction_is_one_commit) {
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_make(&bench);
  bench_load(&bench, 4000);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ram_power(&bench.ram);
  ck_assert_uint_eq(
      bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_PURCHASE, 100, false, &bench.pos, NULL, 0}), SW_OK);
  ck_assert_uint_eq(bench.ram.commits, 1);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
  ck_assert_uint_eq(bench.ram.commits, 2);
}
END_TEST

SUITE_OF(memory, a_raw_card_holds_a_transport_key_and_nothing_else, manufacture_fails_with_its_memory,
         power_on_refuses_what_is_no_card, a_failing_memory_makes_the_card_mute_until_power_on,
         without_random_numbers_the_card_is_mute, the_mirror_is_what_was_committed, every_transaction_is_one_commit)
