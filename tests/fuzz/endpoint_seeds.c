/* SPDX-License-Identifier: Apache-2.0
 * Seeds of the target endpoints: messages that belong together, each answered with OK. */
#include "endpoint_seeds.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/message.h"

enum station { POS, RELOAD, DESK, ADMIN };

/* An input in the making. */
struct draft {
  const struct world *world;
  uint8_t data[FUZZ_INPUT_MAX];
  struct bytes_writer writer;
  struct promise promise; /* the last one */
};

static void draft_begin(struct draft *draft, const struct world *world) {
  memset(draft, 0, sizeof *draft);
  draft->world = world;
  draft->writer = bytes_writer(draft->data, sizeof draft->data);
}

static void draft_end(struct draft *draft, const struct fuzz_sink *sink) {
  fuzz_require(!draft->writer.failed);
  fuzz_seed(sink, draft->data, draft->writer.len);
}

/* Takes the body over. */
static void put(struct draft *draft, enum station station, enum message_type type, json_t *body) {
  char text[FUZZ_INPUT_MAX];
  size_t len = json_dumpb(body, text, sizeof text, JSON_COMPACT);
  fuzz_require(body != NULL && len < sizeof text);
  bytes_write_u8(&draft->writer, (uint8_t)station);
  bytes_write_u8(&draft->writer, (uint8_t)type);
  bytes_write_u16(&draft->writer, (uint16_t)len);
  bytes_write(&draft->writer, (const uint8_t *)text, len);
  json_decref(body);
}

/* The next promise of the card, whose last transaction came to what `last` was. */
static void put_order(struct draft *draft, enum message_type type, uint32_t amount, int64_t balance) {
  struct order_request request = {.pin_jwe = WORLD_PIN};
  struct promise *promise = &draft->promise;
  uint8_t hash[CRYPTO_SHA256_SIZE] = {0}, record[PROMISE_SIZE];
  uint32_t atc = promise->atc;
  if (atc > 0) {
    world_promise_sign(draft->world, promise, record);
    fuzz_require(record_hash(record, sizeof record, hash) == STATUS_OK);
  }
  world_promise(draft->world, type == MESSAGE_PURCHASE ? TRANSACTION_PURCHASE : TRANSACTION_LOAD, amount, promise);
  promise->atc = atc + 1;
  promise->balance = (uint32_t)balance;
  promise->points = 0;
  promise->last_atc = atc;
  memset(promise->last_secret, 0, SECRET_SIZE);
  if (atc > 0)
    memcpy(promise->last_secret, world_secret, SECRET_SIZE);
  memcpy(promise->previous, hash, sizeof hash);
  world_promise_sign(draft->world, promise, request.promise);
  strcpy(request.tender_kind, "cash");
  put(draft, type == MESSAGE_PURCHASE ? POS : RELOAD, type, order_request_body(type, &request));
}

static void put_confirmation(struct draft *draft, enum station station) {
  struct confirmations confirmations = {.count = 1};
  memcpy(confirmations.items[0].cid, draft->world->cid, CID_SIZE);
  memcpy(confirmations.items[0].secret, world_secret, SECRET_SIZE);
  confirmations.items[0].atc = draft->promise.atc;
  put(draft, station, MESSAGE_CONFIRMATION, confirmation_body(&confirmations, false));
}

static void put_card(struct draft *draft, enum station station, enum message_type type) {
  struct card_message card = {.atc = 1, .tries_left = 3, .reason = "lost"};
  memcpy(card.cid, draft->world->cid, CID_SIZE);
  memcpy(card.chip_serial, draft->world->chip_serial, CHIP_SERIAL_SIZE);
  put(draft, station, type, card_message_body(type, &card));
}

static void seed_transactions(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world);
  put_order(&draft, MESSAGE_LOAD_INQUIRY, 3000, 0);
  draft.promise.atc = 0;
  put_order(&draft, MESSAGE_LOAD, 3000, 0);
  put_confirmation(&draft, RELOAD);
  put_order(&draft, MESSAGE_PURCHASE, 1250, 3000); /* settles the load again, with r */
  put_confirmation(&draft, POS);
  draft_end(&draft, sink);
  draft_begin(&draft, world); /* the load was never credited, its money is owed */
  put_order(&draft, MESSAGE_LOAD, 3000, 0);
  put_card(&draft, RELOAD, MESSAGE_LOAD_REVERSAL);
  draft_end(&draft, sink);
}

static void seed_card(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  struct pin_change_message change = {.pin_jwe = WORLD_PIN, .new_pin_jwe = "987654"};
  memcpy(change.cid, world->cid, CID_SIZE);
  draft_begin(&draft, world);
  put_card(&draft, POS, MESSAGE_PIN_FAILURE);
  put_card(&draft, POS, MESSAGE_CARD_CONTACT);
  put_card(&draft, DESK, MESSAGE_CARD_QUERY);
  put(&draft, POS, MESSAGE_PIN_CHANGE, pin_change_body(&change));
  draft_end(&draft, sink);
  draft_begin(&draft, world);
  put(&draft, ADMIN, MESSAGE_CARD_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_TERMINAL_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_LEDGER_CHECK, json_object());
  put_card(&draft, ADMIN, MESSAGE_CARD_BLOCK);
  draft_end(&draft, sink);
}

/* Of another chip: the card of the world is issued already. */
static void seed_desk(const struct world *world, const struct fuzz_sink *sink) {
  static const uint8_t serial[CHIP_SERIAL_SIZE] = {'C', 'H', 'I', 'P', '0', '0', '0', '2'};
  struct certification_request request = {.pin_jwe = "4321"};
  struct card_request keys;
  struct card_message card = {0};
  struct draft draft;
  cid_make(WORLD_ISSUER, WORLD_SERIAL + 1, request.cid);
  memcpy(keys.chip_serial, serial, sizeof serial);
  memcpy(keys.ecka_public, world->pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(keys.sig_public, world->card_sig.point, CRYPTO_P256_PUBLIC_SIZE);
  card_request_encode(&keys, request.request);
  memcpy(card.cid, request.cid, CID_SIZE);
  memcpy(card.chip_serial, serial, sizeof serial);
  draft_begin(&draft, world);
  put(&draft, DESK, MESSAGE_CARD_RESERVATION, reservation_body(serial));
  put(&draft, DESK, MESSAGE_CARD_CERTIFICATION, certification_request_body(&request));
  put(&draft, DESK, MESSAGE_CARD_ACTIVATION, card_message_body(MESSAGE_CARD_ACTIVATION, &card));
  draft_end(&draft, sink);
  draft_begin(&draft, world);
  put(&draft, DESK, MESSAGE_CARD_RESERVATION, reservation_body(serial));
  put(&draft, DESK, MESSAGE_CARD_VOID, card_message_body(MESSAGE_CARD_VOID, &card));
  draft_end(&draft, sink);
}

static void seed_house(const struct world *world, const struct fuzz_sink *sink) {
  const struct merchant_message merchant = {.id = "KIOSK", .name = "Kiosk", .points_rate = 1};
  struct terminal_message terminal = {.tid = "SHOP0009", .role = ROLE_POS, .merchant = "KIOSK"};
  struct draft draft;
  memcpy(terminal.expiry, world_expiry, DATE_SIZE);
  memcpy(terminal.ecka_public, world->pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.sig_public, world->reload.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  draft_begin(&draft, world);
  put(&draft, ADMIN, MESSAGE_MERCHANT, merchant_body(&merchant));
  put(&draft, ADMIN, MESSAGE_TERMINAL, terminal_body(&terminal));
  put(&draft, ADMIN, MESSAGE_TERMINAL_RENEWAL, terminal_body(&terminal));
  put(&draft, ADMIN, MESSAGE_TERMINAL_REVOCATION, revocation_body(terminal.tid));
  draft_end(&draft, sink);
}

void endpoint_seeds(const struct world *world, const struct fuzz_sink *sink) {
  seed_transactions(world, sink);
  seed_card(world, sink);
  seed_desk(world, sink);
  seed_house(world, sink);
}
