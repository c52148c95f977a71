/* SPDX-License-Identifier: Apache-2.0
 * The issuer, terminals and cards of the fuzz targets. */
#include "world.h"

#include <string.h>

#include "target.h"

const uint8_t world_now[MOMENT_SIZE] = {0x20, 0x26, 0x11, 0x23, 0x12, 0x00, 0x00};
const uint8_t world_expiry[DATE_SIZE] = {0x20, 0x99, 0x12, 0x31};
const uint8_t world_secret[SECRET_SIZE] = "r of whatever is made up here..";

void world_key_make(const char *name, struct world_key *key) {
  fuzz_require(crypto_sha256((const uint8_t *)name, strlen(name), key->secret));
  fuzz_require(crypto_p256_public(key->secret, key->point));
}

void world_issue(const struct certificate *certificate, const struct world_key *ca, struct world_paper *paper) {
  fuzz_require(certificate_issue(certificate, ca->secret, paper->bytes, sizeof paper->bytes, &paper->len) == STATUS_OK);
}

/* Who is certified, and by whom. */
struct request {
  uint8_t role;
  const uint8_t *subject; /* 8 bytes */
  const struct world_key *key;
  const char *ca; /* 8 characters */
};

static void issue(const struct request *request, const struct world_key *ca, struct world_paper *paper) {
  struct certificate certificate = {.role = request->role, .version = KVN_FIRST};
  memset(certificate.serial, request->role, sizeof certificate.serial);
  memcpy(certificate.ca_id, request->ca, sizeof certificate.ca_id);
  memcpy(certificate.subject, request->subject, sizeof certificate.subject);
  if (request->role == ROLE_SERVER || request->role == ROLE_TERMINAL_CA)
    certificate.least = KVN_FIRST;
  if (request->role == ROLE_CARD_SIG)
    certificate.offline_currency = WORLD_CURRENCY;
  memcpy(certificate.expiry, world_expiry, sizeof certificate.expiry);
  memcpy(certificate.public_key, request->key->point, sizeof certificate.public_key);
  if (request->role <= ROLE_PERSO)
    memcpy(certificate.merchant, "BAKERY", sizeof "BAKERY");
  world_issue(&certificate, ca, paper);
}

static void terminal_make(const struct world *world, uint8_t role, const char *tid, struct world_terminal *terminal) {
  terminal->role = role;
  memcpy(terminal->tid, tid, TID_SIZE);
  world_key_make(tid, &terminal->ecka);
  issue(&(struct request){role, terminal->tid, &terminal->ecka, WORLD_TERMINAL_CA}, &world->terminal_ca,
        &terminal->paper);
}

static void card_make(struct world *world) {
  static const uint8_t reference[CERTIFICATE_SUBJECT_SIZE] = {0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18};
  cid_make(WORLD_ISSUER, WORLD_SERIAL, world->cid);
  memcpy(world->chip_serial, "CHIP0001", sizeof world->chip_serial);
  memcpy(world->batch_key, "batch of fuzzing", sizeof world->batch_key);
  world_key_make("card ECKA", &world->card_ecka);
  world_key_make("card SIG", &world->card_sig);
  issue(&(struct request){ROLE_CARD_ECKA, reference, &world->card_ecka, WORLD_CARD_CA}, &world->card_ca,
        &world->card_ecka_paper);
  issue(&(struct request){ROLE_CARD_SIG, world->cid, &world->card_sig, WORLD_CARD_CA}, &world->card_ca,
        &world->card_sig_paper);
}

static void authority_make(struct world *world, uint8_t role, const char *name, struct world_key *key,
                           struct world_paper *paper) {
  world_key_make(name, key);
  issue(&(struct request){role, (const uint8_t *)name, key, WORLD_MASTER}, &world->master, paper);
}

void world_make(struct world *world) {
  memset(world, 0, sizeof *world);
  world_key_make(WORLD_MASTER, &world->master);
  authority_make(world, ROLE_CARD_CA, WORLD_CARD_CA, &world->card_ca, &world->card_ca_paper);
  authority_make(world, ROLE_TERMINAL_CA, WORLD_TERMINAL_CA, &world->terminal_ca, &world->terminal_ca_paper);
  authority_make(world, ROLE_SERVER, WORLD_SERVER, &world->server, &world->server_paper);
  terminal_make(world, ROLE_POS, "SHOP0001", &world->pos);
  terminal_make(world, ROLE_RELOAD, "LOAD0001", &world->reload);
  terminal_make(world, ROLE_PERSO, "DESK0001", &world->desk);
  card_make(world);
}

void world_promise(const struct world *world, uint8_t type, uint32_t amount, struct promise *promise) {
  const struct world_terminal *terminal = type == TRANSACTION_LOAD ? &world->reload : &world->pos;
  *promise = (struct promise){.type = type,
                              .pin_verified = true,
                              .atc = 7,
                              .amount = amount,
                              .currency = WORLD_CURRENCY,
                              .balance = 5000,
                              .points = 30,
                              .last_atc = 6};
  memcpy(promise->cid, world->cid, CID_SIZE);
  memcpy(promise->tid, terminal->tid, TID_SIZE);
  memcpy(promise->nonce, "nonce-N.", NONCE_SIZE);
  memcpy(promise->time, world_now, MOMENT_SIZE);
  fuzz_require(crypto_sha256(world_secret, SECRET_SIZE, promise->commitment));
  memset(promise->last_secret, 0x6C, SECRET_SIZE);
  memset(promise->previous, 0x70, CRYPTO_SHA256_SIZE);
}

void world_authorisation(const struct promise *promise, struct authorisation *authorisation) {
  *authorisation = (struct authorisation){.type = promise->type,
                                          .atc = promise->atc,
                                          .amount = promise->amount,
                                          .currency = promise->currency,
                                          .decision = DECISION_APPROVED,
                                          .points = promise->type == TRANSACTION_POINTS_PURCHASE ? -10 : 5,
                                          .key_version = KVN_FIRST};
  memcpy(authorisation->cid, promise->cid, CID_SIZE);
  memcpy(authorisation->tid, promise->tid, TID_SIZE);
  uint8_t tlv[PROMISE_TLV_SIZE];
  promise_encode(promise, tlv);
  fuzz_require(crypto_sha256(tlv, sizeof tlv, authorisation->promise_hash)); /* record_hash of it, once signed */
  memcpy(authorisation->time, world_now, MOMENT_SIZE);
}

struct pin_record world_pin(const struct world *world, uint8_t kind, uint32_t events, uint16_t changes) {
  struct pin_record pin = {.kind = kind,
                           .tries_left = kind == PIN_KIND_WRONG ? PIN_TRIES - 1 : PIN_TRIES,
                           .events = events,
                           .pin_changes = changes};
  memcpy(pin.cid, world->cid, CID_SIZE);
  memcpy(pin.tid, world->pos.tid, TID_SIZE);
  memset(pin.nonce, 0x4E, NONCE_SIZE);
  return pin;
}

void world_promise_sign(const struct world *world, const struct promise *promise, uint8_t record[PROMISE_SIZE]) {
  promise_encode(promise, record);
  fuzz_require(record_sign(record, PROMISE_TLV_SIZE, world->card_sig.secret) == STATUS_OK);
}

void world_pin_sign(const struct world *world, const struct pin_record *pin, uint8_t record[PIN_RECORD_SIZE]) {
  pin_record_encode(pin, record);
  fuzz_require(record_sign(record, PIN_RECORD_TLV_SIZE, world->card_sig.secret) == STATUS_OK);
}

void world_authorisation_sign(const struct world *world, const struct authorisation *authorisation,
                              uint8_t record[AUTHORISATION_SIZE]) {
  authorisation_encode(authorisation, record);
  fuzz_require(record_sign(record, AUTHORISATION_TLV_SIZE, world->server.secret) == STATUS_OK);
}

void world_block_sign(const struct world *world, const struct block_order *order, uint8_t record[BLOCK_ORDER_SIZE]) {
  block_order_encode(order, record);
  fuzz_require(record_sign(record, BLOCK_ORDER_TLV_SIZE, world->server.secret) == STATUS_OK);
}

struct parameters world_parameters(const struct world *world) {
  struct parameters parameters = {
      .currency = WORLD_CURRENCY, .purse_ceiling = WORLD_PURSE_CEILING, .payment_ceiling = WORLD_PAYMENT_CEILING};
  memcpy(parameters.cid, world->cid, CID_SIZE);
  memcpy(parameters.expiry, world_expiry, DATE_SIZE);
  memcpy(parameters.time, world_now, MOMENT_SIZE);
  return parameters;
}
