/* SPDX-License-Identifier: Apache-2.0
 * The card in every state, spoken to in the clear by whoever has it in hand: nothing that is kept changes, and the card
 * number stays inside. An input is the state, then commands: two bytes length, then the bytes. */
#include <stdlib.h>
#include <string.h>

#include "card_audit.h"
#include "epurse/bytes.h"
#include "epurse/scp.h"
#include "target.h"

#define COMMANDS_MAX 16
#define LENGTH_MASK  0x01FF /* a length too large for an APDU is tried too */

struct stage {
  struct world world;
  struct powered live;
};

static void *open_stage(void) {
  struct stage *stage = calloc(1, sizeof *stage);
  fuzz_require(stage != NULL);
  world_make(&stage->world);
  return stage;
}

/* The four states; then a transaction on its way. */
static void stage_set(struct stage *stage, uint8_t scene) {
  static const uint8_t states[] = {CARD_INITIALISED, CARD_PERSONALISED, CARD_EXPIRED, CARD_BLOCKED, CARD_PERSONALISED};
  struct card_memory memory;
  struct promise promise;
  powered_image(&stage->world, states[scene], &memory);
  if (scene == 4) {
    world_promise(&stage->world, TRANSACTION_LOAD, 1000, &promise);
    promise_encode(&promise, memory.slot_promise);
    memcpy(memory.slot_secret, world_secret, SECRET_SIZE);
    memory.slot_state = SLOT_PREPARED;
  }
  powered_put(&stage->live, &memory);
}

static uint16_t command_send(struct stage *stage, const uint8_t *bytes, size_t len) {
  static const struct apdu none = {0};
  struct powered *live = &stage->live;
  struct apdu_response response;
  struct apdu command;
  struct audit_step step = {.command = &none, .response = &response};
  struct card_memory is;
  uint8_t answer[APDU_RESPONSE_MAX];
  powered_memory(live, &step.before);
  size_t answer_len = card_process(&live->card, bytes, len, answer);
  audit_answer(answer, answer_len, &response);
  if (apdu_parse(bytes, len, &command) == STATUS_OK)
    step.command = &command;
  else
    fuzz_require(response.sw == SW_WRONG_LENGTH);
  audit_step(&stage->world, live, &step);
  powered_memory(live, &is);
  fuzz_require(memcmp(&is, &step.before, sizeof is) == 0);
  fuzz_require(memmem(response.data, response.len, stage->world.cid, CID_SIZE) == NULL);
  fuzz_require(!live->card.pin_verified);
  return response.sw;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct stage *stage = context;
  struct bytes_reader reader = bytes_reader(data, len);
  uint8_t scene = bytes_read_u8(&reader) % 5;
  uint16_t sw = 0;
  if (len == 0)
    return false;
  stage_set(stage, scene);
  for (unsigned i = 0; i < COMMANDS_MAX && reader.left > 2; i++) {
    size_t command_len = bytes_read_u16(&reader) & LENGTH_MASK;
    command_len = command_len < reader.left ? command_len : reader.left;
    const uint8_t *bytes = bytes_read_view(&reader, command_len);
    uint8_t *copy = malloc(command_len + 1);
    fuzz_require(copy != NULL);
    if (command_len > 0)
      memcpy(copy, bytes, command_len);
    sw = command_send(stage, copy, command_len);
    free(copy);
  }
  return sw == SW_OK || sw == SW_BLOCKED || sw == SW_EXPIRED;
}

/* ---- seeds ---- */

static void put(struct bytes_writer *writer, const struct apdu *command) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = apdu_encode(command, bytes, sizeof bytes);
  bytes_write_u16(writer, (uint16_t)len);
  bytes_write(writer, bytes, len);
}

static void put_select(struct bytes_writer *writer) {
  static const uint8_t aid[] = {PURSE_AID_BYTES};
  put(writer, &(struct apdu){.ins = INS_SELECT, .p1 = 0x04, .data = aid, .lc = sizeof aid, .le = 256});
}

static void put_scp11(const struct world *world, struct bytes_writer *writer) {
  uint8_t request[SCP11_REQUEST_SIZE];
  put(writer, &(struct apdu){.cla = 0x80, .ins = INS_GET_DATA, .p1 = 0xBF, .p2 = 0x21, .le = 256});
  put(writer, &(struct apdu){.cla = 0x80,
                             .ins = INS_PERFORM_SECURITY_OPERATION,
                             .p1 = KVN_FIRST,
                             .p2 = KID_CA_KLOC,
                             .data = world->pos.paper.bytes,
                             .lc = (uint8_t)world->pos.paper.len});
  scp11_request_encode(world->reload.ecka.point, request);
  put(writer, &(struct apdu){.cla = 0x80,
                             .ins = INS_MUTUAL_AUTHENTICATE,
                             .p1 = KVN_FIRST,
                             .p2 = KID_SCP11A,
                             .data = request,
                             .lc = sizeof request,
                             .le = 256});
}

static void put_scp03(struct bytes_writer *writer) {
  static const uint8_t challenge[SCP03_CHALLENGE_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
  put(writer,
      &(struct apdu){.cla = 0x80, .ins = INS_INITIALIZE_UPDATE, .data = challenge, .lc = sizeof challenge, .le = 256});
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct stage *stage = context;
  for (uint8_t scene = 0; scene < 5; scene++) {
    uint8_t data[FUZZ_INPUT_MAX] = {scene};
    struct bytes_writer writer = bytes_writer(data + 1, sizeof data - 1);
    put_select(&writer);
    if (scene == 0)
      put_scp03(&writer);
    else if (scene != 3)
      put_scp11(&stage->world, &writer);
    fuzz_seed(sink, data, 1 + writer.len);
  }
}

const struct fuzz_target fuzz_card_clear = {
    .name = "card_clear", .open = open_stage, .close = free, .take = take, .seeds = seeds};
