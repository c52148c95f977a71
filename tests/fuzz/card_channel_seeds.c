/* SPDX-License-Identifier: Apache-2.0
 * Seeds of the target card_channel: every row of the card's table is reached by one, and answers 9000. */
#include <string.h>

#include "card_channel.h"
#include "channel_scene.h"
#include "epurse/bytes.h"

#define SEED_MAX 1024

/* An input in the making. */
struct draft {
  uint8_t data[SEED_MAX];
  struct bytes_writer writer;
};

static void draft_begin(struct draft *draft, enum scene scene) {
  draft->writer = bytes_writer(draft->data, sizeof draft->data);
  bytes_write_u8(&draft->writer, (uint8_t)scene);
}

static void draft_end(struct draft *draft, const struct fuzz_sink *sink) {
  fuzz_require(!draft->writer.failed);
  fuzz_seed(sink, draft->data, draft->writer.len);
}

static void put_bytes(struct draft *draft, const uint8_t *bytes, size_t len) {
  bytes_write(&draft->writer, bytes, len);
}
#define PUT(draft, ...) put_bytes((draft), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A row by its name, with data. */
static void put_row(struct draft *draft, const char *name, const uint8_t *data, size_t len) {
  size_t count = 0, row = 0;
  const struct card_command *rows = card_commands(&count);
  while (row < count && strcmp(rows[row].name, name) != 0)
    row++;
  fuzz_require(row < count);
  PUT(draft, STEP_ROW, (uint8_t)row, 1, 0, (uint8_t)len); /* P1 01: the newest record, where the row leaves it free */
  put_bytes(draft, data, len);
}

static void put_pin(struct draft *draft, const char *name, const char *digits) {
  uint8_t blocks[CHANGE_PIN_SIZE] = {0}; /* and N */
  bool change = strcmp(name, "CHANGE REFERENCE DATA") == 0;
  fuzz_require(pin_block_encode(digits, blocks) == STATUS_OK);
  fuzz_require(pin_block_encode("987654", blocks + PIN_BLOCK_SIZE) == STATUS_OK);
  put_row(draft, name, blocks, change ? CHANGE_PIN_SIZE : VERIFY_SIZE);
}

static void put_initialize(struct draft *draft, const struct world_terminal *terminal, bool points, bool pin) {
  struct initialize initialize = {.amount = 700, .currency = WORLD_CURRENCY, .points = points, .has_pin = pin};
  uint8_t data[INITIALIZE_MAX];
  memcpy(initialize.tid, terminal->tid, TID_SIZE);
  memcpy(initialize.time, world_now, MOMENT_SIZE);
  fuzz_require(pin_block_encode(WORLD_PIN, initialize.pin_block) == STATUS_OK);
  put_row(draft, terminal->role == ROLE_POS ? "INITIALIZE FOR PURCHASE" : "INITIALIZE FOR LOAD", data,
          initialize_encode(&initialize, data));
}

static void put_grouping(struct draft *draft, uint16_t dgi, const uint8_t *value, size_t len) {
  uint8_t data[PROTECTED_DATA_MAX];
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  bytes_write_u16(&writer, dgi);
  bytes_write_u8(&writer, (uint8_t)len);
  bytes_write(&writer, value, len);
  PUT(draft, STEP_COMMAND, 0x80, INS_STORE_DATA, dgi == DGI_CARD_SIG ? P1_STORE_DATA_LAST : 0, 0, (uint8_t)writer.len);
  put_bytes(draft, data, writer.len);
}

/* ---- whole inputs ---- */

static void seed_personalization(const struct world *world, const struct fuzz_sink *sink) {
  const struct parameters parameters = world_parameters(world);
  uint8_t parameter_bytes[PARAMETERS_SIZE], pin[PIN_BLOCK_SIZE], master[1 + CRYPTO_P256_PUBLIC_SIZE] = {KVN_FIRST};
  struct draft draft;
  draft_begin(&draft, SCENE_RAW);
  put_row(&draft, "GENERATE KEY PAIRS", NULL, 0);
  draft_end(&draft, sink);
  parameters_encode(&parameters, parameter_bytes);
  fuzz_require(pin_block_encode(WORLD_PIN, pin) == STATUS_OK);
  memcpy(master + 1, world->master.point, CRYPTO_P256_PUBLIC_SIZE);
  draft_begin(&draft, SCENE_KEYS);
  put_grouping(&draft, DGI_PARAMETERS, parameter_bytes, sizeof parameter_bytes);
  put_grouping(&draft, DGI_PIN, pin, sizeof pin);
  put_grouping(&draft, DGI_MASTER_KEY, master, sizeof master);
  put_grouping(&draft, DGI_TERMINAL_CA, world->terminal_ca_paper.bytes, world->terminal_ca_paper.len);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_ALL_BUT_1);
  put_grouping(&draft, DGI_SERVER, world->server_paper.bytes, world->server_paper.len);
  put_grouping(&draft, DGI_CARD_ECKA, world->card_ecka_paper.bytes, world->card_ecka_paper.len);
  put_grouping(&draft, DGI_CARD_SIG, world->card_sig_paper.bytes, world->card_sig_paper.len);
  draft_end(&draft, sink);
}

static void seed_reading(const struct fuzz_sink *sink) {
  static const struct {
    enum scene scene;
    const char *row;
  } readings[] = {{SCENE_POS, "GET TRANSACTION PROOF"},
                  {SCENE_POS, "GET DATA SIG certificate"},
                  {SCENE_POS, "GET DATA card particulars"},
                  {SCENE_POS_PIN, "GET BALANCE"},
                  {SCENE_POS_COMMITTED, "READ RECORD purchase log"},
                  {SCENE_POS_COMMITTED, "GET TRANSACTION PROOF"},
                  {SCENE_DESK, "GET BALANCE"},
                  {SCENE_EXPIRED_DESK, "GET DATA card particulars"}};
  struct draft draft;
  for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
    draft_begin(&draft, readings[i].scene);
    put_row(&draft, readings[i].row, NULL, 0);
    draft_end(&draft, sink);
  }
}

static void seed_pin(const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, SCENE_POS);
  put_pin(&draft, "VERIFY", "9999");
  put_pin(&draft, "VERIFY", WORLD_PIN);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_POS_LAST_TRY);
  put_pin(&draft, "CHANGE REFERENCE DATA", WORLD_PIN);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_POS); /* torn at the write that gives the tries back */
  PUT(&draft, STEP_CUT, 2);
  put_pin(&draft, "VERIFY", WORLD_PIN);
  PUT(&draft, STEP_OPEN, 0);
  put_pin(&draft, "VERIFY", WORLD_PIN);
  draft_end(&draft, sink);
}

static void seed_transactions(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, SCENE_POS);
  put_initialize(&draft, &world->pos, false, true);
  PUT(&draft, STEP_ORDER, 0, 0);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_POS_PIN);
  put_initialize(&draft, &world->pos, true, false);
  PUT(&draft, STEP_ORDER, 0, 0, STEP_ORDER, 0, 0); /* the same order again: the same r */
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_RELOAD_PIN);
  put_initialize(&draft, &world->reload, false, false);
  PUT(&draft, STEP_ORDER, ORDER_CREDIT, 0);
  put_row(&draft, "READ RECORD load log", NULL, 0);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_RELOAD_PREPARED); /* torn after the commit, told at the next contact */
  PUT(&draft, STEP_CUT, 0x80 | 7, STEP_ORDER, ORDER_CREDIT, 0, STEP_OPEN, 1, STEP_ORDER, ORDER_CREDIT, 0);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_POS_POINTS_PREPARED);
  PUT(&draft, STEP_ORDER, 0, 0);
  draft_end(&draft, sink);
  draft_begin(&draft, SCENE_POS_PREPARED); /* declined; then another */
  PUT(&draft, STEP_ORDER, 0, 1, 60, 1);
  put_initialize(&draft, &world->pos, false, false);
  draft_end(&draft, sink);
}

static void seed_end(const struct fuzz_sink *sink) {
  static const enum scene scenes[] = {SCENE_POS, SCENE_DESK, SCENE_EXPIRED_POS};
  struct draft draft;
  draft_begin(&draft, SCENE_POS_PREPARED); /* the order is of the year 2126 */
  PUT(&draft, STEP_ORDER, 0, 1, 65, 0x01);
  draft_end(&draft, sink);
  for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
    draft_begin(&draft, scenes[i]);
    PUT(&draft, STEP_BLOCK_ORDER, 0, 0);
    draft_end(&draft, sink);
  }
}

void card_channel_seeds(void *context, const struct fuzz_sink *sink) {
  const struct channel_stage *stage = context;
  seed_personalization(&stage->world, sink);
  seed_reading(sink);
  seed_pin(sink);
  seed_transactions(&stage->world, sink);
  seed_end(sink);
}
