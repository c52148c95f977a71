/* SPDX-License-Identifier: Apache-2.0
 * Sets a card up and drives it through whole transactions, for the tests. */
#include "bench.h"

#include <check.h>
#include <string.h>

#include "epurse/bytes.h"

const uint16_t bench_groupings[7] = {DGI_PARAMETERS, DGI_PIN,       DGI_MASTER_KEY, DGI_TERMINAL_CA,
                                     DGI_SERVER,     DGI_CARD_ECKA, DGI_CARD_SIG};

void bench_raw(struct bench *bench) {
  memset(bench, 0, sizeof *bench);
  ram_init(&bench->ram);
  ck_assert(crypto_random(bench->chip_serial, sizeof bench->chip_serial));
  ck_assert(crypto_random(bench->transport_key, sizeof bench->transport_key));
  cid_make(999001, 42, bench->cid);
  issuer_make(&bench->issuer);
  terminal_make(&bench->issuer, ROLE_POS, "SHOP0001", &bench->pos);
  terminal_make(&bench->issuer, ROLE_POS, "SHOP0002", &bench->other_pos);
  terminal_make(&bench->issuer, ROLE_RELOAD, "LOAD0001", &bench->reload);
  terminal_make(&bench->issuer, ROLE_PERSO, "DESK0001", &bench->desk);
  ck_assert(card_manufacture(&bench->ram.port, bench->chip_serial, bench->transport_key));
  bench->host.card = &bench->card;
  bench_reset(bench);
}

void bench_reset(struct bench *bench) {
  ck_assert(card_power_on(&bench->card, &bench->ram.port));
}

void bench_repower(struct bench *bench) {
  ram_power(&bench->ram);
  bench_reset(bench);
}

void bench_begin_personalization(struct bench *bench) {
  ck_assert_uint_eq(host_select(&bench->host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench->host, bench->transport_key), SW_OK);
  ck_assert_uint_eq(host_secure(&bench->host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00)), SW_OK);
  ck_assert_int_eq(card_request_decode(bench->host.answer.data, bench->host.answer.len, &bench->request), STATUS_OK);
}

static void put_parameters(struct bench *bench, struct bytes_writer *writer) {
  struct parameters parameters = {
      .currency = BENCH_CURRENCY, .purse_ceiling = BENCH_PURSE_CEILING, .payment_ceiling = BENCH_PAYMENT_CEILING};
  uint8_t data[PARAMETERS_SIZE];
  parameters.offline = bench->offline;
  parameters.no_pin = bench->no_pin;
  memcpy(parameters.cid, bench->cid, sizeof parameters.cid);
  memcpy(parameters.expiry, issuer_expiry, sizeof parameters.expiry);
  memcpy(parameters.time, issuer_now, sizeof parameters.time);
  parameters_encode(&parameters, data);
  bytes_write(writer, data, sizeof data);
}

static void put_card_paper(struct bench *bench, uint8_t role, struct bytes_writer *writer) {
  static const uint8_t reference[8] = {0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18};
  bool ecka = role == ROLE_CARD_ECKA;
  struct paper paper;
  paper_issue(&(struct paper_request){.ca_private = bench->issuer.card_ca.private_key,
                                      .ca_subject = "CARDCA01",
                                      .subject = ecka ? reference : bench->cid,
                                      .public_key = ecka ? bench->request.ecka_public : bench->request.sig_public,
                                      .role = role,
                                      .version = 1,
                                      .offline_currency = BENCH_CURRENCY,
                                      .offline = bench->offline},
              &paper);
  bytes_write(writer, paper.bytes, paper.len);
}

static void put_value(struct bench *bench, uint16_t dgi, struct bytes_writer *writer) {
  uint8_t block[PIN_BLOCK_SIZE];
  switch (dgi) {
  case DGI_PARAMETERS:
    put_parameters(bench, writer);
    break;
  case DGI_PIN:
    ck_assert_int_eq(pin_block_encode(BENCH_PIN, block), STATUS_OK);
    bytes_write(writer, block, sizeof block);
    break;
  case DGI_MASTER_KEY:
    bytes_write_u8(writer, 1);
    bytes_write(writer, bench->issuer.master.public_key, CRYPTO_P256_PUBLIC_SIZE);
    break;
  case DGI_TERMINAL_CA:
    bytes_write(writer, bench->issuer.terminal_ca_paper.bytes, bench->issuer.terminal_ca_paper.len);
    break;
  case DGI_SERVER:
    bytes_write(writer, bench->issuer.server_paper.bytes, bench->issuer.server_paper.len);
    break;
  default:
    put_card_paper(bench, dgi == DGI_CARD_ECKA ? ROLE_CARD_ECKA : ROLE_CARD_SIG, writer);
  }
}

size_t bench_grouping(struct bench *bench, uint16_t dgi, uint8_t *data) {
  struct bytes_writer writer = bytes_writer(data, PROTECTED_DATA_MAX);
  bytes_write_u16(&writer, dgi);
  bytes_write_u8(&writer, 0);
  put_value(bench, dgi, &writer);
  ck_assert(!writer.failed);
  data[2] = (uint8_t)(writer.len - 3);
  return writer.len;
}

uint16_t bench_store(struct bench *bench, uint16_t dgi, bool last) {
  uint8_t data[PROTECTED_DATA_MAX];
  size_t len = bench_grouping(bench, dgi, data);
  return host_secure(&bench->host, HOST_DATA(0x80, INS_STORE_DATA, last ? P1_STORE_DATA_LAST : 0, 0, data, len));
}

uint16_t bench_store_bytes(struct bench *bench, uint16_t dgi, const uint8_t *value, size_t len) {
  uint8_t data[PROTECTED_DATA_MAX];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  bytes_write_u16(&writer, dgi);
  bytes_write_u8(&writer, (uint8_t)len);
  bytes_write(&writer, value, len);
  ck_assert(!writer.failed);
  return host_secure(&bench->host, HOST_DATA(0x80, INS_STORE_DATA, 0, 0, data, writer.len));
}

void bench_make(struct bench *bench) {
  bench_raw(bench);
  bench_begin_personalization(bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(bench, bench_groupings[i], i == 6), SW_OK);
}

uint16_t bench_verify(struct bench *bench, const char *pin) {
  uint8_t data[VERIFY_SIZE];
  ck_assert_int_eq(pin_block_encode(pin, data), STATUS_OK);
  ck_assert(crypto_random(bench->nonce, sizeof bench->nonce));
  memcpy(data + PIN_BLOCK_SIZE, bench->nonce, sizeof bench->nonce);
  return host_secure(&bench->host, HOST_DATA(0x00, INS_VERIFY, 0x00, P2_PIN_GLOBAL, data, sizeof data));
}

uint16_t bench_change(struct bench *bench, const char *from, const char *to) {
  uint8_t data[CHANGE_PIN_SIZE];
  ck_assert_int_eq(pin_block_encode(from, data), STATUS_OK);
  ck_assert_int_eq(pin_block_encode(to, data + PIN_BLOCK_SIZE), STATUS_OK);
  ck_assert(crypto_random(bench->nonce, sizeof bench->nonce));
  memcpy(data + 2 * PIN_BLOCK_SIZE, bench->nonce, sizeof bench->nonce);
  return host_secure(&bench->host, HOST_DATA(0x00, INS_CHANGE_REFERENCE_DATA, 0x00, P2_PIN_GLOBAL, data, sizeof data));
}

struct pin_record bench_pin_record(const struct bench *bench, const struct terminal *terminal) {
  const struct apdu_response *answer = &bench->host.answer;
  struct pin_record pin;
  ck_assert_int_eq(pin_record_decode(answer->data, answer->len, &pin), STATUS_OK);
  ck_assert_int_eq(record_verify(answer->data, answer->len, bench->request.sig_public), STATUS_OK);
  ck_assert_mem_eq(pin.cid, bench->cid, CID_SIZE);
  ck_assert_mem_eq(pin.tid, terminal->tid, TID_SIZE);
  ck_assert_mem_eq(pin.nonce, bench->nonce, NONCE_SIZE);
  ck_assert_uint_eq(pin.events, bytes_u32(bench->card.memory.pin_events));
  ck_assert_uint_eq(pin.atc, bytes_u32(bench->card.memory.atc));
  ck_assert_uint_eq(pin.pin_changes, bytes_u16(bench->card.memory.pin_changes));
  ck_assert_uint_eq(pin.tries_left, bench->card.memory.pin_tries_left);
  return pin;
}

uint16_t bench_initialize(struct bench *bench, const struct bench_wish *request) {
  struct initialize initialize = {.amount = request->amount,
                                  .currency = BENCH_CURRENCY,
                                  .points = request->points,
                                  .has_pin = request->pin != NULL,
                                  .sale_atc = request->sale_atc};
  uint8_t data[INITIALIZE_MAX];
  memcpy(initialize.tid, request->terminal->tid, sizeof initialize.tid);
  memcpy(initialize.time, issuer_now, sizeof initialize.time);
  ck_assert(crypto_random(initialize.nonce, sizeof initialize.nonce));
  memcpy(bench->nonce, initialize.nonce, sizeof bench->nonce);
  if (request->pin != NULL)
    ck_assert_int_eq(pin_block_encode(request->pin, initialize.pin_block), STATUS_OK);
  size_t len = initialize_encode(&initialize, data);
  uint16_t sw = host_secure(&bench->host, HOST_DATA(0x80, INS_INITIALIZE, request->p1, 0x00, data, len));
  if (sw == SW_OK) {
    ck_assert_uint_eq(bench->host.answer.len, PROMISE_SIZE);
    memcpy(bench->promise, bench->host.answer.data, PROMISE_SIZE);
  }
  return sw;
}

uint16_t bench_settle(struct bench *bench, uint8_t ins, const uint8_t order[AUTHORISATION_SIZE]) {
  uint8_t p1 = ins == INS_DEBIT_FOR_PURCHASE ? 0x01 : 0x00;
  return host_secure(&bench->host, HOST_DATA(0x80, ins, p1, 0x00, order, AUTHORISATION_SIZE));
}

uint16_t bench_keep(struct bench *bench, uint8_t type, const uint8_t order[AUTHORISATION_SIZE]) {
  static const struct {
    uint8_t ins, p1;
  } commands[] = {[TRANSACTION_PURCHASE] = {INS_DEBIT_FOR_PURCHASE, 0x01},
                  [TRANSACTION_LOAD] = {INS_CREDIT_FOR_LOAD, 0x00},
                  [TRANSACTION_POINTS_PURCHASE] = {INS_DEBIT_FOR_PURCHASE, 0x01},
                  [TRANSACTION_REFUND] = {INS_CREDIT_FOR_LOAD, 0x02},
                  [TRANSACTION_PAYOUT] = {INS_DEBIT_FOR_PURCHASE, 0x03}};
  return host_secure(&bench->host,
                     HOST_DATA(0x80, commands[type].ins, commands[type].p1, 0x00, order, AUTHORISATION_SIZE));
}

void bench_load(struct bench *bench, uint32_t amount) {
  uint8_t order[AUTHORISATION_SIZE];
  host_open(&bench->host, &bench->reload);
  ck_assert_uint_eq(bench_initialize(bench, &(struct bench_wish){.p1 = P1_INITIALIZE_LOAD,
                                                                 .amount = amount,
                                                                 .terminal = &bench->reload,
                                                                 .pin = BENCH_PIN}),
                    SW_OK);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise}, order);
  ck_assert_uint_eq(bench_settle(bench, INS_CREDIT_FOR_LOAD, order), SW_OK);
}

void bench_promise(struct bench *bench, uint32_t amount) {
  host_open(&bench->host, &bench->pos);
  ck_assert_uint_eq(bench_initialize(bench, &(struct bench_wish){.p1 = P1_INITIALIZE_PURCHASE,
                                                                 .amount = amount,
                                                                 .terminal = &bench->pos,
                                                                 .pin = BENCH_PIN}),
                    SW_OK);
}

void bench_pay(struct bench *bench, uint32_t amount, int32_t points) {
  uint8_t order[AUTHORISATION_SIZE];
  bench_promise(bench, amount);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise, .points = points}, order);
  ck_assert_uint_eq(bench_settle(bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
}

void bench_refund(struct bench *bench, uint32_t amount, uint32_t sale_atc) {
  uint8_t order[AUTHORISATION_SIZE];
  host_open(&bench->host, &bench->pos);
  ck_assert_uint_eq(bench_initialize(bench, &(struct bench_wish){.p1 = P1_INITIALIZE_REFUND,
                                                                 .amount = amount,
                                                                 .terminal = &bench->pos,
                                                                 .sale_atc = sale_atc}),
                    SW_OK);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise}, order);
  ck_assert_uint_eq(bench_keep(bench, TRANSACTION_REFUND, order), SW_OK);
}

void bench_payout(struct bench *bench, uint32_t amount) {
  uint8_t order[AUTHORISATION_SIZE];
  host_open(&bench->host, &bench->reload);
  ck_assert_uint_eq(bench_initialize(bench, &(struct bench_wish){.p1 = P1_INITIALIZE_PAYOUT,
                                                                 .amount = amount,
                                                                 .terminal = &bench->reload,
                                                                 .pin = BENCH_PIN}),
                    SW_OK);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise}, order);
  ck_assert_uint_eq(bench_keep(bench, TRANSACTION_PAYOUT, order), SW_OK);
}

struct balance bench_balance(struct bench *bench) {
  struct balance balance;
  host_open(&bench->host, &bench->desk);
  ck_assert_uint_eq(host_secure(&bench->host, HOST_APDU(0x80, INS_GET_BALANCE, 0x00, 0x00)), SW_OK);
  ck_assert_int_eq(balance_decode(bench->host.answer.data, bench->host.answer.len, &balance), STATUS_OK);
  return balance;
}

struct proof bench_proof(struct bench *bench) {
  struct proof proof;
  host_open(&bench->host, &bench->desk);
  ck_assert_uint_eq(host_secure(&bench->host, HOST_APDU(0x80, INS_GET_TRANSACTION_PROOF, 0x00, 0x00)), SW_OK);
  ck_assert_int_eq(proof_decode(bench->host.answer.data, bench->host.answer.len, &proof), STATUS_OK);
  return proof;
}

struct card_info bench_info(struct bench *bench) {
  struct card_info info;
  host_open(&bench->host, &bench->desk);
  ck_assert_uint_eq(host_secure(&bench->host, HOST_APDU(0x80, INS_GET_DATA, 0xDF, 0x70)), SW_OK);
  ck_assert_int_eq(card_info_decode(bench->host.answer.data, bench->host.answer.len, &info), STATUS_OK);
  return info;
}

void bench_assert_kept(const struct bench *bench, uint8_t before[CARD_MEMORY_SIZE]) {
  struct card_memory *memory = (struct card_memory *)before;
  memory->known_ca_version = bench->card.memory.known_ca_version;
  memcpy(memory->known_hash, bench->card.memory.known_hash, sizeof memory->known_hash);
  memcpy(memory->known_agreed, bench->card.memory.known_agreed, sizeof memory->known_agreed);
  ck_assert_mem_eq(bench->ram.committed, before, CARD_MEMORY_SIZE);
}
