/* SPDX-License-Identifier: Apache-2.0
 * Signed records: each kind is read as that kind alone, and is written back byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "target.h"
#include "world.h"

static void *open_world(void) {
  struct world *world = malloc(sizeof *world);
  fuzz_require(world != NULL);
  world_make(world);
  return world;
}

/* Decodes as one kind and writes it again to `tlv`; the length, 0 where it is none. */
static size_t promise_again(const uint8_t *data, size_t len, uint8_t *tlv) {
  struct promise promise;
  if (promise_decode(data, len, &promise) != STATUS_OK)
    return 0;
  promise_encode(&promise, tlv);
  return PROMISE_TLV_SIZE;
}

static size_t authorisation_again(const uint8_t *data, size_t len, uint8_t *tlv) {
  struct authorisation authorisation;
  if (authorisation_decode(data, len, &authorisation) != STATUS_OK)
    return 0;
  authorisation_encode(&authorisation, tlv);
  return AUTHORISATION_TLV_SIZE;
}

static size_t block_order_again(const uint8_t *data, size_t len, uint8_t *tlv) {
  struct block_order order;
  if (block_order_decode(data, len, &order) != STATUS_OK)
    return 0;
  block_order_encode(&order, tlv);
  return BLOCK_ORDER_TLV_SIZE;
}

static size_t pin_record_again(const uint8_t *data, size_t len, uint8_t *tlv) {
  struct pin_record pin;
  if (pin_record_decode(data, len, &pin) != STATUS_OK)
    return 0;
  pin_record_encode(&pin, tlv);
  return PIN_RECORD_TLV_SIZE;
}

static size_t card_request_again(const uint8_t *data, size_t len, uint8_t *tlv) {
  struct card_request request;
  if (card_request_decode(data, len, &request) != STATUS_OK)
    return 0;
  card_request_encode(&request, tlv);
  return CARD_REQUEST_TLV_SIZE;
}

/* A record of no kind, whatever it is, can be named where it can be verified. */
static void any_record(const struct world *world, const uint8_t *data, size_t len) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  bool named = record_hash(data, len, hash) == STATUS_OK;
  bool format = record_verify(data, len, world->server.point) != STATUS_BAD_FORMAT;
  fuzz_require(named == format);
}

static void sign_again(const struct world *world, uint8_t *tlv, size_t tlv_len) {
  fuzz_require(record_sign(tlv, tlv_len, world->server.secret) == STATUS_OK);
  fuzz_require(record_verify(tlv, tlv_len + RECORD_SIGNATURE_SIZE, world->server.point) == STATUS_OK);
  fuzz_require(record_verify(tlv, tlv_len + RECORD_SIGNATURE_SIZE, world->master.point) == STATUS_BAD_SIGNATURE);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  static size_t (*const kinds[])(const uint8_t *data, size_t len, uint8_t *tlv) = {
      promise_again, authorisation_again, block_order_again, pin_record_again, card_request_again};
  unsigned taken = 0;
  any_record(context, data, len);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    uint8_t tlv[PROMISE_SIZE];
    size_t tlv_len = kinds[i](data, len, tlv);
    if (tlv_len == 0)
      continue;
    taken++;
    fuzz_require(len == tlv_len + RECORD_SIGNATURE_SIZE && memcmp(tlv, data, tlv_len) == 0);
    sign_again(context, tlv, tlv_len);
  }
  fuzz_require(taken <= 1);
  return taken == 1;
}

static void seed_request(const struct world *world, const struct fuzz_sink *sink) {
  struct card_request request;
  uint8_t record[CARD_REQUEST_SIZE];
  memcpy(request.chip_serial, world->chip_serial, CHIP_SERIAL_SIZE);
  memcpy(request.ecka_public, world->card_ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(request.sig_public, world->card_sig.point, CRYPTO_P256_PUBLIC_SIZE);
  card_request_encode(&request, record);
  fuzz_require(record_sign(record, CARD_REQUEST_TLV_SIZE, world->card_sig.secret) == STATUS_OK);
  fuzz_seed(sink, record, sizeof record);
}

static void seed_pins(const struct world *world, const struct fuzz_sink *sink) {
  for (uint8_t kind = PIN_KIND_WRONG; kind <= PIN_KIND_CHANGED; kind++) {
    const struct pin_record pin = world_pin(world, kind, 9, 1);
    uint8_t record[PIN_RECORD_SIZE];
    world_pin_sign(world, &pin, record);
    fuzz_seed(sink, record, sizeof record);
  }
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct world *world = context;
  struct promise promise;
  struct authorisation authorisation;
  struct block_order order = {.key_version = KVN_FIRST};
  uint8_t promise_record[PROMISE_SIZE], authorisation_record[AUTHORISATION_SIZE], block_record[BLOCK_ORDER_SIZE];
  world_promise(world, TRANSACTION_PURCHASE, 1250, &promise);
  world_promise_sign(world, &promise, promise_record);
  fuzz_seed(sink, promise_record, sizeof promise_record);
  world_authorisation(&promise, &authorisation);
  world_authorisation_sign(world, &authorisation, authorisation_record);
  fuzz_seed(sink, authorisation_record, sizeof authorisation_record);
  memcpy(order.cid, world->cid, CID_SIZE);
  memcpy(order.time, world_now, MOMENT_SIZE);
  world_block_sign(world, &order, block_record);
  fuzz_seed(sink, block_record, sizeof block_record);
  seed_request(world, sink);
  seed_pins(world, sink);
}

const struct fuzz_target fuzz_record = {
    .name = "record", .open = open_world, .close = free, .take = take, .seeds = seeds};
