/* SPDX-License-Identifier: Apache-2.0
 * A cardholder's card of the bench. */
#include "purse.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crew.h"
#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/message_desk.h"
#include "must.h"
#include "server/certify.h"
#include "server/pinstore.h"

/* ---- the reader ---- */

static enum status reader_power(void *context) {
  struct purse *purse = context;
  return card_power_on(&purse->card, &purse->ram.port) ? STATUS_OK : STATUS_CARD_MUTE;
}

static enum status reader_pass(void *context, const uint8_t *command, size_t len, uint8_t *answer, size_t *answer_len) {
  struct purse *purse = context;
  *answer_len = card_process(&purse->card, command, len, answer);
  return *answer_len > 0 ? STATUS_OK : STATUS_CARD_LOST;
}

static void reader_leave(void *context) {
  (void)context;
}

static void reader_fill(struct purse *purse) {
  purse->reader = (struct reader){.context = purse,
                                  .connect = reader_power,
                                  .transmit = reader_pass,
                                  .disconnect = reader_leave,
                                  .reset = reader_power};
}

/* ---- made ---- */

struct making {
  const struct world *world;
  struct purses *purses;
  struct ledger_certification *certifications;
};

/* The bulk's begin with a digit. */
static void chip_name(const struct purses *purses, size_t index, uint8_t chip_serial[CHIP_SERIAL_SIZE]) {
  bytes_put_u32(chip_serial, 0xAC000000U + purses->series);
  bytes_put_u32(chip_serial + 4, (uint32_t)index);
}

static void memory_parameters(const struct world *world, const uint8_t expiry[DATE_SIZE], const struct purse *purse,
                              struct card_memory *memory) {
  const struct configuration *configuration = &world->service.configuration;
  struct parameters parameters = {.currency = configuration->currency,
                                  .purse_ceiling = configuration->purse_ceiling,
                                  .payment_ceiling = configuration->payment_ceiling};
  memcpy(parameters.cid, purse->cid, CID_SIZE);
  memcpy(parameters.expiry, expiry, DATE_SIZE);
  moment_from_unix(world->made_at, parameters.time);
  parameters_encode(&parameters, memory->parameters);
  memcpy(memory->latest_time, parameters.time, MOMENT_SIZE);
}

static void memory_issuer(const struct keyring *keyring, struct card_memory *memory) {
  const struct certificate *terminal_ca = &keyring->terminal_ca_certificate.certificate;
  memory->master_version = KVN_FIRST;
  memory->terminal_ca_version = terminal_ca->version;
  memory->server_version = keyring->server_certificate.certificate.version;
  memcpy(memory->master_public, keyring->master_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(memory->terminal_ca_subject, terminal_ca->subject, sizeof memory->terminal_ca_subject);
  memcpy(memory->terminal_ca_public, terminal_ca->public_key, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(memory->server_public, key_public(keyring->server), CRYPTO_P256_PUBLIC_SIZE);
}

/* Both certificates, onto the card and for the ledger. */
static void certify(const struct world *world, struct purse *purse, struct card_memory *memory,
                    struct ledger_certification *certification) {
  struct certification_reply reply = {0};
  struct card_request keys;
  memcpy(reply.parameters.cid, purse->cid, CID_SIZE);
  memcpy(reply.parameters.expiry, certification->expiry, DATE_SIZE);
  memcpy(keys.sig_public, memory->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(keys.ecka_public, memory->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  must_ok(certify_keys(&world->service, &keys, &reply), "a card's certificates");
  memory->ecka_certificate_len = (uint8_t)reply.card_ecka_len;
  memcpy(memory->ecka_certificate, reply.card_ecka, reply.card_ecka_len);
  memory->sig_certificate_len = (uint8_t)reply.card_sig_len;
  memcpy(memory->sig_certificate, reply.card_sig, reply.card_sig_len);
  memcpy(certification->sig_public, memory->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification->ecka_public, memory->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification->sig_certificate, reply.card_sig, reply.card_sig_len);
  certification->sig_certificate_len = reply.card_sig_len;
  memcpy(purse->certificate, reply.card_sig, reply.card_sig_len);
  purse->certificate_len = reply.card_sig_len;
}

/* A card's memory as personalization leaves it. */
static void purse_make(void *context, size_t index) {
  const struct making *making = context;
  const struct world *world = making->world;
  struct purse *purse = &making->purses->list[index];
  struct ledger_certification *certification = &making->certifications[index];
  struct card_memory memory = {.state = CARD_PERSONALISED, .pin_tries_left = PIN_TRIES, .stored = 0x7F};
  memcpy(memory.magic, "EPC2", sizeof memory.magic);
  chip_name(making->purses, index, memory.chip_serial);
  certify_expiry(&world->service, certification->expiry);
  certification->currency = world->service.configuration.currency;
  certification->purse_ceiling = world->service.configuration.purse_ceiling;
  certification->payment_ceiling = world->service.configuration.payment_ceiling;
  must(crypto_p256_generate(memory.ecka_private, memory.ecka_public) &&
           crypto_p256_generate(memory.sig_private, memory.sig_public),
       "a card's keys");
  memory_issuer(&world->service.keyring, &memory);
  memory_parameters(world, certification->expiry, purse, &memory);
  must_ok(pin_block_encode(WORLD_PIN, memory.pin_block), "a PIN");
  must_ok(pinstore_mac(&world->service.keyring, purse->cid, WORLD_PIN, certification->pin_mac), "a PIN's MAC");
  certify(world, purse, &memory, certification);
  ram_init(&purse->ram);
  memcpy(purse->ram.committed, &memory, sizeof memory);
  memcpy(purse->ram.staged, &memory, sizeof memory);
  reader_fill(purse);
  must_ok(reader_power(purse), "a card without power");
}

static enum status reserve_all(struct ledger *ledger, void *context) {
  const struct making *making = context;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < making->purses->count && status == STATUS_OK; i++) {
    uint8_t chip_serial[CHIP_SERIAL_SIZE];
    chip_name(making->purses, i, chip_serial);
    status = ledger_card_reserve(ledger, chip_serial, making->world->made_at, making->purses->list[i].cid);
  }
  return status;
}

static enum status issue_all(struct ledger *ledger, void *context) {
  const struct making *making = context;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < making->purses->count && status == STATUS_OK; i++) {
    status = ledger_card_certify(ledger, making->purses->list[i].cid, &making->certifications[i]);
    if (status == STATUS_OK)
      status = ledger_card_issue(ledger, making->purses->list[i].cid, making->world->made_at);
  }
  return status;
}

void purses_make(const struct world *world, struct ledger *ledger, struct purses *purses) {
  struct making making = {.world = world, .purses = purses};
  size_t count = purses->count;
  purses->list = must_calloc(count, sizeof *purses->list);
  making.certifications = must_calloc(count, sizeof *making.certifications);
  must_ok(ledger_transact(ledger, reserve_all, &making), "card numbers cannot be reserved");
  crew_run(world->plan->threads, count, purse_make, &making);
  must_ok(ledger_transact(ledger, issue_all, &making), "cards cannot be issued");
  free(making.certifications);
}

void purses_free(struct purses *purses) {
  free(purses->list);
  *purses = (struct purses){0};
}

/* ---- transactions ---- */

static void purse_meet(const struct world *world, struct purse *purse, const struct till *till) {
  const struct certificate *card_ca = &world->service.keyring.card_ca_certificate.certificate;
  const struct session_keys keys = {.ecka_private = key_private(till->ecka),
                                    .ecka_certificate = till->certificate,
                                    .ecka_certificate_len = till->certificate_len,
                                    .card_ca_public = card_ca->public_key,
                                    .card_ca_subject = card_ca->subject};
  if (purse->till == till)
    return;
  must_ok(reader_power(purse), "a card without power");
  must_ok(session_open(&purse->session, &purse->reader, &keys, false), "a session with a card");
  purse->till = till;
}

static void promise_make(struct purse *purse, uint8_t type, uint32_t amount, uint8_t record[PROMISE_SIZE]) {
  bool met = purse->card.pin_verified; /* the PIN rides along in the first command of a session */
  struct initialize initialize = {.amount = amount, .currency = 978, .has_pin = !met};
  uint8_t tries_left = 0;
  memcpy(initialize.tid, purse->till->tid, TID_SIZE);
  must(crypto_random(initialize.nonce, sizeof initialize.nonce), "no random numbers");
  moment_from_unix(time(NULL), initialize.time);
  must_ok(pin_block_encode(WORLD_PIN, initialize.pin_block), "a PIN");
  must_ok(session_initialize(&purse->session, type == TRANSACTION_LOAD ? P1_INITIALIZE_LOAD : P1_INITIALIZE_PURCHASE,
                             &initialize, record, &tries_left),
          "a card's promise");
}

/* As src/server signs it for a merchant that grants no points. */
static void authorise(const struct world *world, const struct purse_deed *deed, const struct promise *promise,
                      uint8_t record[AUTHORISATION_SIZE]) {
  struct authorisation order = {.type = promise->type,
                                .atc = promise->atc,
                                .amount = promise->amount,
                                .currency = promise->currency,
                                .decision = DECISION_APPROVED,
                                .key_version = world->service.keyring.server_certificate.certificate.version};
  memcpy(order.cid, promise->cid, CID_SIZE);
  memcpy(order.tid, promise->tid, TID_SIZE);
  must_ok(record_hash(deed->promise, PROMISE_SIZE, order.promise_hash), "a card's promise");
  moment_from_unix(time(NULL), order.time);
  authorisation_encode(&order, record);
  must_ok(record_sign(record, AUTHORISATION_TLV_SIZE, key_private(world->service.keyring.server)), "an authorisation");
}

void purse_transact(const struct world *world, struct purse *purse, const struct till *till, uint8_t type,
                    uint32_t amount, struct purse_deed *deed) {
  uint8_t order[AUTHORISATION_SIZE];
  struct promise promise;
  purse_meet(world, purse, till);
  promise_make(purse, type, amount, deed->promise);
  must_ok(promise_decode(deed->promise, PROMISE_SIZE, &promise), "a card's promise");
  authorise(world, deed, &promise, order);
  must_ok(session_commit(&purse->session, type, order, deed->secret), "a card's commit");
  deed->atc = purse->atc = promise.atc;
}
