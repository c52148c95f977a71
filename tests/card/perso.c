/* SPDX-License-Identifier: Apache-2.0
 * Personalization: in any order, broken off anywhere, and locked only when everything is there. */
#include <string.h>

#include "bench.h"
#include "suites.h"

static uint16_t generate(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00));
}

static void begin(struct bench *bench) {
  bench_raw(bench);
  bench_begin_personalization(bench);
}

static void store_all_but(struct bench *bench, uint16_t without) {
  for (size_t i = 0; i < 7; i++)
    if (bench_groupings[i] != without)
      ck_assert_uint_eq(bench_store(bench, bench_groupings[i], false), SW_OK);
}

START_TEST(the_request_proves_the_new_key) {
  struct bench bench;
  uint8_t record[CARD_REQUEST_SIZE], first[CRYPTO_P256_PUBLIC_SIZE];
  begin(&bench);
  memcpy(record, bench.host.answer.data, sizeof record);
  ck_assert_uint_eq(bench.host.answer.len, CARD_REQUEST_SIZE);
  ck_assert_int_eq(record_verify(record, sizeof record, bench.request.sig_public), STATUS_OK);
  ck_assert_mem_eq(bench.request.chip_serial, bench.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_mem_ne(bench.request.ecka_public, bench.request.sig_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(first, bench.request.sig_public, sizeof first);
  ck_assert_uint_eq(generate(&bench), SW_OK); /* again: other keys */
  ck_assert_int_eq(card_request_decode(bench.host.answer.data, bench.host.answer.len, &bench.request), STATUS_OK);
  ck_assert_mem_ne(bench.request.sig_public, first, sizeof first);
  uint8_t derived[CRYPTO_P256_PUBLIC_SIZE];
  ck_assert(crypto_p256_public(bench.card.memory.ecka_private, derived));
  ck_assert_mem_eq(derived, bench.request.ecka_public, sizeof derived);
  ck_assert(crypto_p256_public(bench.card.memory.sig_private, derived));
  ck_assert_mem_eq(derived, bench.request.sig_public, sizeof derived);
}
END_TEST

START_TEST(the_last_one_locks) {
  struct bench bench;
  uint8_t pin[PIN_BLOCK_SIZE];
  static const uint8_t zeros[CRYPTO_AES_KEY_SIZE];
  bench_make(&bench);
  const struct card_memory *memory = &bench.card.memory;
  ck_assert_uint_eq(memory->state, CARD_PERSONALISED);
  ck_assert_mem_eq(memory->transport_key, zeros, sizeof zeros);
  ck_assert_uint_eq(memory->pin_tries_left, PIN_TRIES);
  ck_assert_mem_eq(memory->latest_time, issuer_now, MOMENT_SIZE);
  ck_assert_uint_eq(memory->slot_state, SLOT_NONE);
  ck_assert_int_eq(pin_block_encode(BENCH_PIN, pin), STATUS_OK);
  ck_assert_mem_eq(memory->pin_block, pin, sizeof pin);
  ck_assert_uint_eq(bench.card.channel, CHANNEL_NONE);
  ck_assert_uint_eq(bench_balance(&bench).balance, 0);
  ck_assert_uint_eq(bench_balance(&bench).points, 0);
  ck_assert_uint_eq(bench_proof(&bench).state, SLOT_NONE);
}
END_TEST

START_TEST(each_can_be_the_last) {
  for (size_t last = 0; last < 7; last++) {
    struct bench bench;
    begin(&bench);
    if (bench_groupings[last] == DGI_MASTER_KEY)
      continue; /* storing it voids what it verified: see below */
    store_all_but(&bench, bench_groupings[last]);
    ck_assert_uint_eq(bench_store(&bench, bench_groupings[last], true), SW_OK);
    ck_assert_uint_eq(bench_balance(&bench).currency, BENCH_CURRENCY);
  }
}
END_TEST

START_TEST(without_any_one_it_does_not_lock) {
  for (size_t missing = 0; missing < 7; missing++) {
    struct bench bench;
    uint8_t before[CARD_MEMORY_SIZE];
    begin(&bench);
    uint16_t last = bench_groupings[missing] == DGI_PIN ? DGI_PARAMETERS : DGI_PIN;
    if (bench_groupings[missing] != DGI_MASTER_KEY)
      store_all_but(&bench, bench_groupings[missing]);
    memcpy(before, bench.ram.committed, sizeof before);
    ck_assert_uint_eq(bench_store(&bench, last, true), SW_CONDITIONS_NOT_SATISFIED);
    ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
    ck_assert_uint_eq(bench.card.memory.state, CARD_INITIALISED);
  }
}
END_TEST

START_TEST(new_keys_void_what_was_stored) {
  struct bench bench;
  begin(&bench);
  store_all_but(&bench, DGI_PIN);
  ck_assert_uint_eq(generate(&bench), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(a_new_master_key_voids_what_it_verified) {
  struct bench bench;
  begin(&bench);
  store_all_but(&bench, DGI_PIN);
  ck_assert_uint_eq(bench_store(&bench, DGI_MASTER_KEY, false), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_TERMINAL_CA, false), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_SERVER, false), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_OK);
}
END_TEST

START_TEST(issuer_keys_stand_under_the_master) {
  struct bench bench;
  struct issuer other;
  begin(&bench);
  ck_assert_uint_eq(bench_store(&bench, DGI_TERMINAL_CA, false), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_SERVER, false), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_MASTER_KEY, false), SW_OK);
  issuer_make(&other);
  ck_assert_uint_eq(
      bench_store_bytes(&bench, DGI_TERMINAL_CA, other.terminal_ca_paper.bytes, other.terminal_ca_paper.len),
      SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(
      bench_store_bytes(&bench, DGI_SERVER, bench.issuer.terminal_ca_paper.bytes, bench.issuer.terminal_ca_paper.len),
      SW_SECURITY_NOT_SATISFIED); /* right CA, wrong role */
  ck_assert_uint_eq(
      bench_store_bytes(&bench, DGI_TERMINAL_CA, bench.issuer.server_paper.bytes, bench.issuer.server_paper.len),
      SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_TERMINAL_CA, false), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_SERVER, false), SW_OK);
}
END_TEST

static uint16_t store_own(struct bench *bench, uint16_t dgi, uint8_t role, const uint8_t *key) {
  struct paper paper;
  paper_issue(&(struct paper_request){.ca_private = bench->issuer.card_ca.private_key,
                                      .ca_subject = "CARDCA01",
                                      .subject = bench->cid,
                                      .public_key = key,
                                      .role = role,
                                      .version = 1,
                                      .offline_currency = BENCH_CURRENCY},
              &paper);
  return bench_store_bytes(bench, dgi, paper.bytes, paper.len);
}

START_TEST(own_certificates_carry_own_keys) {
  struct bench bench;
  struct key_pair other;
  begin(&bench);
  key_pair_make(&other);
  const uint8_t *ecka = bench.request.ecka_public, *sig = bench.request.sig_public;
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, other.public_key), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, sig), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_SIG, ecka), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_ECKA, sig), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_SIG, other.public_key), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, ecka), SW_OK);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_SIG, sig), SW_OK);
}
END_TEST

START_TEST(certificates_before_keys) {
  struct bench bench;
  struct key_pair other;
  bench_raw(&bench);
  key_pair_make(&other);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_SIG, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

/* Of a certificate that is wrong in several ways, the first of these is told: no certificate, not the parameters',
 * no keys, another role or key. */
START_TEST(own_certificates_are_refused_in_order) {
  struct bench bench;
  struct key_pair other;
  uint8_t cid[CID_SIZE];
  bench_raw(&bench);
  key_pair_make(&other);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_CARD_ECKA, other.public_key, 9), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_CARD_SIG, other.public_key, 9), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_SIG, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_ECKA, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_SIG, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
  memcpy(cid, bench.cid, CID_SIZE);
  cid_make(999001, 77, bench.cid);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_SIG, ROLE_CARD_SIG, other.public_key), SW_WRONG_DATA);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, other.public_key), SW_CONDITIONS_NOT_SATISFIED);
  memcpy(bench.cid, cid, CID_SIZE);
  ck_assert_uint_eq(generate(&bench), SW_OK);
  ck_assert_uint_eq(store_own(&bench, DGI_CARD_ECKA, ROLE_CARD_ECKA, other.public_key), SW_WRONG_DATA);
}
END_TEST

/* An unknown grouping before its length, its length before its value, its value before what is missing. */
START_TEST(groupings_are_refused_in_order) {
  static const uint8_t unknown[] = {0x09, 0x09, 0x05, 0x00}, cut[] = {0x80, 0x10, 0x08, 0x24};
  static const uint8_t none[PIN_BLOCK_SIZE] = {0x24, 0x12, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  struct bench bench;
  begin(&bench);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0x80, 0, unknown, sizeof unknown)),
                    SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0x80, 0, cut, sizeof cut)), SW_WRONG_DATA);
  uint8_t data[3 + PIN_BLOCK_SIZE] = {0x80, 0x10, PIN_BLOCK_SIZE};
  memcpy(data + 3, none, sizeof none);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0x80, 0, data, sizeof data)),
                    SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench.card.memory.stored, 0);
}
END_TEST

START_TEST(number_and_signature_key_belong_together) {
  struct bench bench;
  begin(&bench);
  ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK);
  cid_make(999001, 77, bench.cid);
  ck_assert_uint_eq(bench_store(&bench, DGI_CARD_SIG, false), SW_WRONG_DATA); /* of another number */
  cid_make(999001, 42, bench.cid);
  store_all_but(&bench, DGI_PIN);
  cid_make(999001, 77, bench.cid);
  ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK); /* the certificate no longer holds */
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_CARD_SIG, false), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_OK);
}
END_TEST

/* What the certificate tells terminals of off-line payments is what the card will do, in whatever order they come. */
START_TEST(limits_stand_in_the_certificate_too) {
  static const struct offline_limits others[] = {{2000, 5000, 5}, {2500, 6000, 5}, {2500, 5000, 6}, {0, 0, 0}};
  static const struct offline_limits limits = {2500, 5000, 5};
  struct bench bench;
  begin(&bench);
  bench.offline = limits;
  store_all_but(&bench, DGI_PIN);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    bench.offline = others[i];
    ck_assert_uint_eq(bench_store(&bench, DGI_CARD_SIG, false), SW_WRONG_DATA);
    ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK); /* the certificate no longer holds */
    ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
    bench.offline = limits;
    ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK);
    ck_assert_uint_eq(bench_store(&bench, DGI_CARD_SIG, false), SW_OK);
  }
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_OK);
}
END_TEST

START_TEST(the_certificates_currency_is_the_cards) {
  struct bench bench;
  struct paper paper;
  begin(&bench);
  ck_assert_uint_eq(bench_store(&bench, DGI_PARAMETERS, false), SW_OK);
  paper_issue(&(struct paper_request){.ca_private = bench.issuer.card_ca.private_key,
                                      .ca_subject = "CARDCA01",
                                      .subject = bench.cid,
                                      .public_key = bench.request.sig_public,
                                      .role = ROLE_CARD_SIG,
                                      .version = 1,
                                      .offline_currency = BENCH_CURRENCY + 1},
              &paper);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_CARD_SIG, paper.bytes, paper.len), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store(&bench, DGI_CARD_SIG, false), SW_OK);
}
END_TEST

START_TEST(values_that_are_none) {
  struct bench bench;
  uint8_t data[PROTECTED_DATA_MAX];
  uint8_t pin[PIN_BLOCK_SIZE] = {0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE};
  begin(&bench);
  bench_grouping(&bench, DGI_PARAMETERS, data);
  const uint8_t *value = data + 3;
  struct parameters good, bad;
  uint8_t encoded[PARAMETERS_SIZE];
  ck_assert_int_eq(parameters_decode(value, PARAMETERS_SIZE, &good), STATUS_OK);
  for (int i = 0; i < 12; i++) {
    bad = good;
    if (i == 0)
      bad.purse_ceiling = 0;
    else if (i == 1)
      bad.payment_ceiling = UINT32_C(0x80000000);
    else if (i == 2)
      bad.expiry[0] = 0x19;
    else if (i == 3)
      bad.currency = 0;
    else if (i == 4)
      bad.offline.single = 1; /* above its total */
    else if (i == 5)
      bad.offline.total = UINT32_C(0x80000000);
    else if (i == 6)
      bad.no_pin.single = 1;
    else if (i == 7)
      bad.no_pin.total = 1;
    else if (i == 8)
      bad.no_pin = (struct no_pin_limits){2, 1};
    else if (i == 9)
      bad.no_pin = (struct no_pin_limits){1, UINT32_C(0x80000000)};
    else if (i == 10)
      bad.offline = (struct offline_limits){UINT32_MAX, UINT32_MAX, 1};
    else
      bad.purse_ceiling = UINT32_MAX;
    parameters_encode(&bad, encoded);
    ck_assert_msg(bench_store_bytes(&bench, DGI_PARAMETERS, encoded, sizeof encoded) == SW_WRONG_DATA, "case %d", i);
  }
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_PARAMETERS, value, PARAMETERS_SIZE - 1), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_PIN, pin, sizeof pin), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_PIN, pin, 7), SW_WRONG_DATA);
  bench_grouping(&bench, DGI_MASTER_KEY, data);
  data[3 + 10] ^= 0x01; /* off the curve */
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_MASTER_KEY, value, 66), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_MASTER_KEY, value, 65), SW_WRONG_DATA);
  data[3 + 10] ^= 0x01;
  data[3] = 0; /* a version that is none */
  ck_assert_uint_eq(bench_store_bytes(&bench, DGI_MASTER_KEY, value, 66), SW_WRONG_DATA);
  ck_assert_uint_eq(bench_store_bytes(&bench, 0x0303, value, 10), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(bench.card.memory.stored, 0);
}
END_TEST

START_TEST(certificates_that_are_none) {
  static const uint16_t certificates[] = {DGI_TERMINAL_CA, DGI_SERVER, DGI_CARD_ECKA, DGI_CARD_SIG};
  struct bench bench;
  uint8_t data[PROTECTED_DATA_MAX];
  begin(&bench);
  ck_assert_uint_eq(bench_store(&bench, DGI_MASTER_KEY, false), SW_OK);
  for (size_t i = 0; i < 4; i++) {
    size_t len = bench_grouping(&bench, certificates[i], data) - 3;
    ck_assert_uint_eq(bench_store_bytes(&bench, certificates[i], data + 3, len - 1), SW_WRONG_DATA);
    data[3] ^= 0x01; /* not 7F21 */
    ck_assert_uint_eq(bench_store_bytes(&bench, certificates[i], data + 3, len), SW_WRONG_DATA);
    ck_assert_uint_eq(bench_store_bytes(&bench, certificates[i], data + 3, 0), SW_WRONG_DATA);
  }
}
END_TEST

START_TEST(a_grouping_and_nothing_else) {
  struct bench bench;
  uint8_t data[PROTECTED_DATA_MAX] = {0};
  begin(&bench);
  size_t len = bench_grouping(&bench, DGI_PIN, data);
  data[2]++;
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0, 0, data, len)), SW_WRONG_DATA);
  data[2]--;
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0, 0, data, len + 1)), SW_WRONG_DATA);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0, 0, data, 2)), SW_WRONG_LENGTH);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0x60, 0, data, len)), SW_WRONG_P1P2);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_STORE_DATA, 0, 0x07, data, len)), SW_OK);
}
END_TEST

START_TEST(broken_off_it_goes_on_in_another_session) {
  struct bench bench;
  begin(&bench);
  for (size_t i = 0; i < 7; i++) {
    bench_reset(&bench);
    ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
    ck_assert_uint_eq(bench_store(&bench, bench_groupings[i], i == 6), SW_OK);
  }
  ck_assert_uint_eq(bench_info(&bench).state, CARD_PERSONALISED);
}
END_TEST

/* Cut at the n-th write or commit of a step: all of the step, or nothing; and then it can be done. */
static void tear_store(uint16_t dgi, bool last, enum ram_fault fault) {
  for (unsigned n = 1;; n++) {
    struct bench bench;
    uint8_t before[CARD_MEMORY_SIZE];
    begin(&bench);
    for (size_t i = 0; bench_groupings[i] != dgi; i++)
      ck_assert_uint_eq(bench_store(&bench, bench_groupings[i], false), SW_OK);
    memcpy(before, bench.ram.committed, sizeof before);
    ram_cut(&bench.ram, n, fault);
    if (bench_store(&bench, dgi, last) == SW_OK)
      break;
    bench_repower(&bench);
    if (bench.card.memory.state == CARD_PERSONALISED)
      continue; /* the commit was the last thing that happened: see the test of it above */
    ck_assert(fault == RAM_AFTER_COMMIT || memcmp(bench.ram.committed, before, sizeof before) == 0);
    ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
    ck_assert_uint_eq(bench_store(&bench, dgi, last), SW_OK);
  }
}

START_TEST(every_step_is_atomic) {
  for (size_t i = 0; i < 7; i++) {
    tear_store(bench_groupings[i], i == 6, RAM_BEFORE);
    tear_store(bench_groupings[i], i == 6, RAM_AFTER_COMMIT);
  }
}
END_TEST

START_TEST(torn_key_pairs_are_no_keys) {
  for (unsigned n = 1; n <= 6; n++) {
    struct bench bench;
    uint8_t before[CARD_MEMORY_SIZE];
    begin(&bench);
    memcpy(before, bench.ram.committed, sizeof before);
    ram_cut(&bench.ram, n, RAM_BEFORE);
    ck_assert_uint_eq(generate(&bench), 0);
    bench_repower(&bench);
    ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
  }
}
END_TEST

SUITE_OF(perso, the_request_proves_the_new_key, the_last_one_locks, each_can_be_the_last,
         without_any_one_it_does_not_lock, new_keys_void_what_was_stored, a_new_master_key_voids_what_it_verified,
         issuer_keys_stand_under_the_master, own_certificates_carry_own_keys, certificates_before_keys,
         own_certificates_are_refused_in_order, groupings_are_refused_in_order,
         number_and_signature_key_belong_together, limits_stand_in_the_certificate_too,
         the_certificates_currency_is_the_cards, values_that_are_none, certificates_that_are_none,
         a_grouping_and_nothing_else, broken_off_it_goes_on_in_another_session, every_step_is_atomic,
         torn_key_pairs_are_no_keys)
