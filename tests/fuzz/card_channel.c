/* SPDX-License-Identifier: Apache-2.0
 * The card's commands inside the channel, so that their handlers are reached: the terminal is genuine, what it sends is
 * not. An input is the scene, then steps; a step's first byte says what it is. */
#include <stdlib.h>
#include <string.h>

#include "card_audit.h"
#include "card_channel.h"
#include "channel_scene.h"
#include "epurse/bytes.h"
#include "target.h"

#define STEPS_MAX   16
#define OPENS_MAX   2 /* of one input: slow */
#define PATCHES_MAX 8

struct play {
  struct channel_stage *stage;
  struct bytes_reader input;
  unsigned opens;
  uint16_t sw; /* of the last command */
};

static void *open_stage(void) {
  return channel_stage_new();
}

/* ---- sending ---- */

/* The card fell mute in the middle of a command: power again, and the session is gone. */
static void repower(struct play *play, const struct audit_step *step) {
  struct powered *live = &play->stage->live;
  fuzz_require(live->ram.dead);
  audit_step(&play->stage->world, live, step);
  ram_power(&live->ram);
  fuzz_require(card_power_on(&live->card, &live->ram.port));
  securemsg_close(&play->stage->session.secure);
  play->sw = 0;
}

static void answer_take(struct play *play, const uint8_t *answer, size_t len, bool wrapped, struct audit_step *step) {
  struct channel_stage *stage = play->stage;
  struct apdu_response response;
  audit_answer(answer, len, &response);
  /* A terminal whose every command was good has no reason to doubt any answer. */
  if (wrapped)
    fuzz_require(securemsg_unwrap_response(&stage->session.secure, &response) == STATUS_OK);
  step->response = &response;
  audit_step(&stage->world, &stage->live, step);
  if (step->before.state == CARD_BLOCKED)
    fuzz_require(response.len == 0 || step->command->ins == INS_SELECT);
  play->sw = response.sw;
}

static void command_send(struct play *play, const struct apdu *command) {
  struct channel_stage *stage = play->stage;
  struct audit_step step = {.command = command};
  bool wrapped = stage->session.secure.open;
  uint8_t bytes[APDU_COMMAND_MAX], answer[APDU_RESPONSE_MAX];
  size_t len = 0;
  if (command->lc > PROTECTED_DATA_MAX)
    return;
  if (wrapped)
    fuzz_require(securemsg_wrap(&stage->session.secure, command, bytes, sizeof bytes, &len) == STATUS_OK);
  else
    len = apdu_encode(command, bytes, sizeof bytes);
  powered_memory(&stage->live, &step.before);
  size_t answer_len = card_process(&stage->live.card, bytes, len, answer);
  if (answer_len == 0)
    repower(play, &step);
  else
    answer_take(play, answer, answer_len, wrapped, &step);
}

/* ---- steps ---- */

/* Lc and data, as much of it as there is. */
static void data_take(struct bytes_reader *input, struct apdu *command) {
  size_t wanted = bytes_read_u8(input);
  command->lc = (uint8_t)(wanted < input->left ? wanted : input->left);
  command->data = command->lc > 0 ? bytes_read_view(input, command->lc) : NULL;
  command->le = APDU_RESPONSE_DATA_MAX;
}

static void step_command(struct play *play) {
  struct bytes_reader *input = &play->input;
  struct apdu command = {.cla = bytes_read_u8(input)};
  command.ins = bytes_read_u8(input);
  command.p1 = bytes_read_u8(input);
  command.p2 = bytes_read_u8(input);
  data_take(input, &command);
  command_send(play, &command);
}

static void step_row(struct play *play) {
  struct bytes_reader *input = &play->input;
  size_t count = 0;
  const struct card_command *rows = card_commands(&count);
  const struct card_command *row = &rows[bytes_read_u8(input) % count];
  struct apdu command = {.cla = row->cla, .ins = row->ins};
  command.p1 = (uint8_t)(row->p1 | (bytes_read_u8(input) & ~row->p1_mask));
  command.p2 = (uint8_t)(row->p2 | (bytes_read_u8(input) & ~row->p2_mask));
  data_take(input, &command);
  command_send(play, &command);
}

/* Changes some bytes of a record's body: how many, then offset and mask of each. */
static void body_bend(struct bytes_reader *input, uint8_t *body, size_t size) {
  unsigned count = bytes_read_u8(input) % (PATCHES_MAX + 1);
  for (unsigned i = 0; i < count; i++) {
    size_t at = bytes_read_u8(input) % size;
    body[at] ^= bytes_read_u8(input);
  }
}

static void order_sign(struct play *play, uint8_t flags, uint8_t *record, size_t tlv_size) {
  const struct world *world = &play->stage->world;
  const struct world_key *key = flags & ORDER_FORGED ? &world->pos.ecka : &world->server;
  fuzz_require(record_sign(record, tlv_size, key->secret) == STATUS_OK);
}

/* The order that the server would give is the one that is bent. */
static void step_order(struct play *play) {
  struct channel_stage *stage = play->stage;
  struct promise promise;
  struct authorisation authorisation;
  uint8_t record[AUTHORISATION_SIZE];
  uint8_t flags = bytes_read_u8(&play->input);
  bool credit = flags & ORDER_CREDIT;
  struct card_memory memory;
  powered_memory(&stage->live, &memory);
  if (promise_decode(memory.slot_promise, sizeof memory.slot_promise, &promise) != STATUS_OK)
    world_promise(&stage->world, TRANSACTION_PURCHASE, 1, &promise);
  world_authorisation(&promise, &authorisation);
  authorisation_encode(&authorisation, record);
  body_bend(&play->input, record + AUTHORISATION_TLV_SIZE - AUTHORISATION_BODY_SIZE, AUTHORISATION_BODY_SIZE);
  order_sign(play, flags, record, AUTHORISATION_TLV_SIZE);
  command_send(play, &(struct apdu){.cla = 0x80,
                                    .ins = credit ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE,
                                    .p1 = credit ? P1_INITIALIZE_LOAD : P1_INITIALIZE_PURCHASE,
                                    .data = record,
                                    .lc = sizeof record,
                                    .le = APDU_RESPONSE_DATA_MAX});
}

static void step_block_order(struct play *play) {
  const struct world *world = &play->stage->world;
  struct block_order order = {.key_version = KVN_FIRST};
  uint8_t record[BLOCK_ORDER_SIZE], flags = bytes_read_u8(&play->input);
  memcpy(order.cid, world->cid, CID_SIZE);
  memcpy(order.time, world_now, MOMENT_SIZE);
  block_order_encode(&order, record);
  body_bend(&play->input, record + BLOCK_ORDER_TLV_SIZE - BLOCK_ORDER_BODY_SIZE, BLOCK_ORDER_BODY_SIZE);
  order_sign(play, flags, record, BLOCK_ORDER_TLV_SIZE);
  command_send(play, &(struct apdu){.cla = 0x80, .ins = INS_APPLICATION_BLOCK, .data = record, .lc = sizeof record});
}

static void step_reset(struct play *play) {
  struct powered *live = &play->stage->live;
  fuzz_require(card_power_on(&live->card, &live->ram.port) || live->ram.dead);
  ram_power(&live->ram);
  fuzz_require(card_power_on(&live->card, &live->ram.port));
  securemsg_close(&play->stage->session.secure);
}

/* Opening changes nothing that is kept; whether it works is for the card's state to say. */
static void step_open(struct play *play) {
  struct channel_stage *stage = play->stage;
  const struct world_terminal *const terminals[] = {&stage->world.pos, &stage->world.reload, &stage->world.desk, NULL};
  const struct world_terminal *terminal = terminals[bytes_read_u8(&play->input) % 4];
  struct card_memory before, after;
  if (play->opens++ >= OPENS_MAX)
    return;
  step_reset(play);
  powered_memory(&stage->live, &before);
  enum status status = powered_open(&stage->live, &stage->world, terminal, &stage->session);
  powered_memory(&stage->live, &after);
  fuzz_require(memcmp(&before, &after, sizeof before) == 0);
  if (terminal == NULL)
    fuzz_require((status == STATUS_OK) == (before.state == CARD_INITIALISED));
  else if (before.state == CARD_PERSONALISED && memcmp(before.latest_time, world_expiry, DATE_SIZE) <= 0)
    fuzz_require(status == STATUS_OK);
  if (status != STATUS_OK)
    securemsg_close(&stage->session.secure);
}

static void step_cut(struct play *play) {
  uint8_t n = bytes_read_u8(&play->input);
  ram_cut(&play->stage->live.ram, 1 + n % 16, n & 0x80 ? RAM_AFTER_COMMIT : RAM_BEFORE);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  static void (*const steps[STEP_KINDS])(struct play * play) = {
      [STEP_COMMAND] = step_command, [STEP_ROW] = step_row,
      [STEP_ORDER] = step_order,     [STEP_BLOCK_ORDER] = step_block_order,
      [STEP_RESET] = step_reset,     [STEP_OPEN] = step_open,
      [STEP_CUT] = step_cut,
  };
  struct play play = {.stage = context, .input = bytes_reader(data, len)};
  channel_stage_set(play.stage, (enum scene)(bytes_read_u8(&play.input) % SCENE_COUNT));
  for (unsigned i = 0; i < STEPS_MAX && play.input.left > 0; i++)
    steps[bytes_read_u8(&play.input) % STEP_KINDS](&play);
  return play.sw == SW_OK || play.sw == SW_EXPIRED;
}

const struct fuzz_target fuzz_card_channel = {
    .name = "card_channel", .open = open_stage, .close = free, .take = take, .seeds = card_channel_seeds};
