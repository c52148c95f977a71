/* SPDX-License-Identifier: Apache-2.0
 * The fixed layouts of command and answer data: what is taken is written back byte for byte. The first byte of an input
 * names the layout. */
#include <string.h>

#include "epurse/amount.h"
#include "target.h"
#include "world.h"

#define LAYOUT_MAX 80

/* Decodes and encodes to `again`; the length, 0 where it is refused. */
static size_t initialize_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct initialize initialize;
  if (initialize_decode(data, len, &initialize) != STATUS_OK)
    return 0;
  fuzz_require(initialize.amount <= AMOUNT_MAX_ON_CARD);
  return initialize_encode(&initialize, again);
}

static size_t balance_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct balance balance;
  if (balance_decode(data, len, &balance) != STATUS_OK)
    return 0;
  balance_encode(&balance, again);
  return BALANCE_SIZE;
}

static size_t proof_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct proof proof;
  if (proof_decode(data, len, &proof) != STATUS_OK)
    return 0;
  proof_encode(&proof, again);
  return PROOF_SIZE;
}

static size_t card_info_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct card_info info;
  if (card_info_decode(data, len, &info) != STATUS_OK)
    return 0;
  card_info_encode(&info, again);
  return CARD_INFO_SIZE;
}

static size_t parameters_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct parameters parameters;
  if (parameters_decode(data, len, &parameters) != STATUS_OK)
    return 0;
  parameters_encode(&parameters, again);
  return PARAMETERS_SIZE;
}

static size_t log_record_again(const uint8_t *data, size_t len, uint8_t *again) {
  struct log_record record;
  if (log_record_decode(data, len, &record) != STATUS_OK)
    return 0;
  log_record_encode(&record, again);
  return LOG_RECORD_SIZE;
}

static size_t pin_block_again(const uint8_t *data, size_t len, uint8_t *again) {
  char digits[PIN_MAX + 1];
  if (len != PIN_BLOCK_SIZE || pin_block_decode(data, digits) != STATUS_OK)
    return 0;
  fuzz_require(strlen(digits) >= PIN_MIN && strspn(digits, "0123456789") == strlen(digits));
  fuzz_require(pin_block_encode(digits, again) == STATUS_OK);
  return PIN_BLOCK_SIZE;
}

static size_t moment_again(const uint8_t *data, size_t len, uint8_t *again) {
  char text[21];
  if (len != MOMENT_SIZE || !moment_valid(data))
    return 0;
  moment_print(data, text);
  fuzz_require(strlen(text) == sizeof text - 1 && date_valid(data));
  moment_from_unix(moment_to_unix(data), again);
  return memcmp(again, "\x19\x70\x01\x01\x00\x00", 7) == 0 ? 0 : MOMENT_SIZE; /* where years before 1970 go */
}

static size_t cid_again(const uint8_t *data, size_t len, uint8_t *again) {
  char digits[17];
  if (len != CID_SIZE)
    return 0;
  cid_print(data, digits);
  fuzz_require(strlen(digits) == sizeof digits - 1);
  return cid_parse(digits, again) == STATUS_OK ? CID_SIZE : 0;
}

static size_t (*const layouts[])(const uint8_t *data, size_t len, uint8_t *again) = {
    initialize_again, balance_again,   proof_again,  card_info_again, parameters_again,
    log_record_again, pin_block_again, moment_again, cid_again};
#define LAYOUT_COUNT (sizeof layouts / sizeof layouts[0])

static bool take(void *context, const uint8_t *data, size_t len) {
  uint8_t again[LAYOUT_MAX];
  (void)context;
  if (len == 0)
    return false;
  size_t again_len = layouts[data[0] % LAYOUT_COUNT](data + 1, len - 1, again);
  if (again_len == 0)
    return false;
  fuzz_require(again_len == len - 1 && memcmp(again, data + 1, again_len) == 0);
  return true;
}

static void seed(const struct fuzz_sink *sink, uint8_t layout, const uint8_t *data, size_t len) {
  uint8_t input[1 + LAYOUT_MAX] = {layout};
  memcpy(input + 1, data, len);
  fuzz_seed(sink, input, 1 + len);
}

static void seed_terminal_side(const struct world *world, const struct fuzz_sink *sink) {
  struct initialize initialize = {.amount = 1250, .currency = WORLD_CURRENCY, .has_pin = true};
  uint8_t data[LAYOUT_MAX];
  memcpy(initialize.tid, world->pos.tid, TID_SIZE);
  memcpy(initialize.time, world_now, MOMENT_SIZE);
  fuzz_require(pin_block_encode(WORLD_PIN, initialize.pin_block) == STATUS_OK);
  seed(sink, 0, data, initialize_encode(&initialize, data));
  initialize.has_pin = false;
  seed(sink, 0, data, initialize_encode(&initialize, data));
  seed(sink, 6, initialize.pin_block, PIN_BLOCK_SIZE);
  seed(sink, 7, world_now, MOMENT_SIZE);
  seed(sink, 8, world->cid, CID_SIZE);
}

static void seed_card_side(const struct world *world, const struct fuzz_sink *sink) {
  const struct parameters parameters = world_parameters(world);
  struct proof proof = {.state = SLOT_COMMITTED, .atc = 7, .type = TRANSACTION_PURCHASE, .amount = 1250};
  struct log_record record = {.type = TRANSACTION_LOAD, .atc = 6, .amount = 5000, .currency = WORLD_CURRENCY};
  struct card_info info = {.state = CARD_PERSONALISED, .currency = WORLD_CURRENCY, .pin_tries_left = 5};
  uint8_t data[LAYOUT_MAX];
  balance_encode(&(struct balance){.balance = 3750, .points = 12, .currency = WORLD_CURRENCY}, data);
  seed(sink, 1, data, BALANCE_SIZE);
  memcpy(proof.tid, world->pos.tid, TID_SIZE);
  proof_encode(&proof, data);
  seed(sink, 2, data, PROOF_SIZE);
  memcpy(info.cid, world->cid, CID_SIZE);
  memcpy(info.expiry, world_expiry, DATE_SIZE);
  memcpy(info.latest_time, world_now, MOMENT_SIZE);
  card_info_encode(&info, data);
  seed(sink, 3, data, CARD_INFO_SIZE);
  parameters_encode(&parameters, data);
  seed(sink, 4, data, PARAMETERS_SIZE);
  memcpy(record.tid, world->reload.tid, TID_SIZE);
  memcpy(record.time, world_now, MOMENT_SIZE);
  log_record_encode(&record, data);
  seed(sink, 5, data, LOG_RECORD_SIZE);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  struct world world;
  (void)context;
  world_make(&world);
  seed_terminal_side(&world, sink);
  seed_card_side(&world, sink);
}

const struct fuzz_target fuzz_layout = {.name = "layout", .take = take, .seeds = seeds};
