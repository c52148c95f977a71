/* SPDX-License-Identifier: Apache-2.0
 * A virtual card in process, the issuer of tests/card, and somebody on the line between terminal and card. */
#include "session_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/scp.h"
#include "world/folder.h"

const uint8_t world_cid[CID_SIZE] = {0x99, 0x99, 0x99, 0x00, 0x00, 0x00, 0x00, 0x15};
const uint8_t world_far[DATE_SIZE] = {0x20, 0x99, 0x12, 0x31};

#define CARD_CA "CARDCA01"
#define EURO    978

/* ---- the line ---- */

static enum status between_connect(void *context) {
  struct between *between = context;
  return reader_connect(between->inner);
}

static enum status between_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                    size_t *answer_len) {
  struct between *between = context;
  enum status status = between->inner->transmit(between->inner->context, command, len, answer, answer_len);
  between->exchanges++;
  if (status != STATUS_OK || between->nth == 0 || --between->nth > 0)
    return status;
  if (between->flip) {
    answer[*answer_len - 3] ^= 0x01;
  } else {
    memcpy(answer, between->bytes, between->len);
    *answer_len = between->len;
  }
  return STATUS_OK;
}

static void between_disconnect(void *context) {
  struct between *between = context;
  reader_disconnect(between->inner);
}

/* ---- the world ---- */

void world_make(struct world *world) {
  static const uint8_t serial[CHIP_SERIAL_SIZE] = {'C', 'H', 'I', 'P', '0', '0', '0', '1'};
  uint8_t transport_key[CRYPTO_AES_KEY_SIZE];

  memset(world, 0, sizeof *world);
  issuer_make(&world->issuer);
  terminal_make(&world->issuer, ROLE_POS, "POS00001", &world->pos);
  terminal_make(&world->issuer, ROLE_RELOAD, "RLD00001", &world->reload);
  terminal_make(&world->issuer, ROLE_PERSO, "PERSO001", &world->desk);
  world->card_expiry = world_far;
  memcpy(world->chip_serial, serial, sizeof serial);
  ck_assert(crypto_random(world->batch_key, sizeof world->batch_key));
  ck_assert_int_eq(transport_key_derive(world->batch_key, serial, transport_key), STATUS_OK);
  ck_assert(folder_make(NULL, "epurse-session", world->folder, sizeof world->folder));
  snprintf(world->path, sizeof world->path, "%s/card", world->folder);
  ck_assert_int_eq(vcard_create(world->path, serial, transport_key), STATUS_OK);
  ck_assert_int_eq(vcard_open(world->path, &world->vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(world->vcard, &world->between.inner), STATUS_OK);
  world->reader = (struct reader){.context = &world->between,
                                  .connect = between_connect,
                                  .transmit = between_transmit,
                                  .disconnect = between_disconnect};
}

void world_remove(struct world *world) {
  reader_close(&world->between.inner);
  vcard_close(&world->vcard);
  ck_assert(folder_remove(world->folder));
}

struct session_keys world_keys(const struct world *world, const struct terminal *terminal) {
  return (struct session_keys){.ecka_private = terminal->ecka.private_key,
                               .ecka_certificate = terminal->paper.bytes,
                               .ecka_certificate_len = terminal->paper.len,
                               .card_ca_public = world->issuer.card_ca.public_key,
                               .card_ca_subject = (const uint8_t *)CARD_CA};
}

struct session_keys world_keys_rolled(const struct issuer *rolled, const struct terminal *terminal) {
  return (struct session_keys){.ecka_private = terminal->ecka.private_key,
                               .ecka_certificate = terminal->paper.bytes,
                               .ecka_certificate_len = terminal->paper.len,
                               .card_ca_public = rolled->card_ca.public_key,
                               .card_ca_subject = (const uint8_t *)CARD_CA,
                               .terminal_ca_version = rolled->version,
                               .terminal_ca_certificate = rolled->terminal_ca_paper.bytes,
                               .terminal_ca_certificate_len = rolled->terminal_ca_paper.len,
                               .server_certificate = rolled->server_paper.bytes,
                               .server_certificate_len = rolled->server_paper.len};
}

enum status world_open(struct world *world, const struct terminal *terminal, struct session *session) {
  world->keys = world_keys(world, terminal);
  ck_assert_int_eq(reader_connect(&world->reader), STATUS_OK);
  return session_open(session, &world->reader, &world->keys, terminal->role == ROLE_PERSO);
}

/* ---- personalization ---- */

static void card_paper(const struct world *world, uint8_t role, const uint8_t *public_key, struct paper *paper) {
  bool sig = role == ROLE_CARD_SIG;
  paper_issue(&(struct paper_request){.ca_private = world->issuer.card_ca.private_key,
                                      .ca_subject = CARD_CA,
                                      .subject = sig ? world_cid : (const uint8_t *)"REF00001",
                                      .public_key = public_key,
                                      .role = role,
                                      .version = 1,
                                      .expiry = world->card_expiry,
                                      .offline_currency = EURO},
              paper);
}

static void store(struct session *session, uint16_t dgi, const uint8_t *data, size_t len) {
  ck_assert_int_eq(session_store(session, dgi, data, len, dgi == DGI_CARD_SIG), STATUS_OK);
}

static void store_issuer(struct session *session, const struct issuer *issuer) {
  struct parameters parameters = {.currency = EURO, .purse_ceiling = 50000, .payment_ceiling = 15000};
  uint8_t parameter_bytes[PARAMETERS_SIZE], master[1 + CRYPTO_P256_PUBLIC_SIZE] = {1}, pin[PIN_BLOCK_SIZE];

  memcpy(parameters.cid, world_cid, sizeof parameters.cid);
  memcpy(parameters.expiry, issuer_expiry, sizeof parameters.expiry);
  memcpy(parameters.time, issuer_now, sizeof parameters.time);
  parameters_encode(&parameters, parameter_bytes);
  memcpy(master + 1, issuer->master.public_key, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(pin_block_encode("1234", pin), STATUS_OK);
  store(session, DGI_PARAMETERS, parameter_bytes, sizeof parameter_bytes);
  store(session, DGI_PIN, pin, sizeof pin);
  store(session, DGI_MASTER_KEY, master, sizeof master);
  store(session, DGI_TERMINAL_CA, issuer->terminal_ca_paper.bytes, issuer->terminal_ca_paper.len);
  store(session, DGI_SERVER, issuer->server_paper.bytes, issuer->server_paper.len);
}

void world_personalize(struct world *world) {
  struct session session;
  struct card_request request;
  struct paper paper;
  uint8_t record[CARD_REQUEST_SIZE];

  ck_assert_int_eq(reader_connect(&world->reader), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, &world->reader, world->batch_key), STATUS_OK);
  ck_assert_mem_eq(session.chip_serial, world->chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_int_eq(session_generate(&session, record), STATUS_OK);
  ck_assert_int_eq(card_request_decode(record, sizeof record, &request), STATUS_OK);
  ck_assert_int_eq(record_verify(record, sizeof record, request.sig_public), STATUS_OK);
  store_issuer(&session, &world->issuer);
  card_paper(world, ROLE_CARD_ECKA, request.ecka_public, &paper);
  store(&session, DGI_CARD_ECKA, paper.bytes, paper.len);
  card_paper(world, ROLE_CARD_SIG, request.sig_public, &paper);
  store(&session, DGI_CARD_SIG, paper.bytes, paper.len);
  session_close(&session);
}

/* ---- transactions ---- */

enum status world_promise(struct session *session, const struct terminal *terminal, uint8_t type, uint32_t amount,
                          uint8_t promise[PROMISE_SIZE]) {
  struct initialize initialize = {.amount = amount, .currency = EURO, .has_pin = true};
  uint8_t tries = 0;

  memcpy(initialize.tid, terminal->tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  ck_assert_int_eq(pin_block_encode("1234", initialize.pin_block), STATUS_OK);
  return session_initialize(session, type == TRANSACTION_LOAD ? P1_INITIALIZE_LOAD : P1_INITIALIZE_PURCHASE,
                            &initialize, promise, &tries);
}

void world_transact(struct world *world, uint8_t type, uint32_t amount) {
  const struct terminal *terminal = type == TRANSACTION_LOAD ? &world->reload : &world->pos;
  uint8_t promise[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE];
  struct session session;

  ck_assert_int_eq(world_open(world, terminal, &session), STATUS_OK);
  ck_assert_int_eq(world_promise(&session, terminal, type, amount, promise), STATUS_OK);
  issuer_order(&world->issuer, &(struct order_request){.promise = promise}, order);
  ck_assert_int_eq(session_commit(&session, type, order, secret), STATUS_OK);
  session_close(&session);
}
