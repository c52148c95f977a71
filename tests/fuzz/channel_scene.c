/* SPDX-License-Identifier: Apache-2.0
 * Cards inside a channel, at every point of their lives where that matters. */
#include "channel_scene.h"

#include <stdlib.h>
#include <string.h>

#include "target.h"

#define STORED_ALL_BUT_SIG 0x3F /* struct card_memory.stored: a bit per grouping */

/* How a scene comes about: an image, a terminal, and what it does. */
struct script {
  uint8_t state;   /* enum card_state of the image */
  uint8_t role;    /* 0: the desk with a raw card */
  uint8_t tries;   /* 0: all of them */
  bool pin;        /* verify it */
  uint8_t prepare; /* enum transaction_type, or 0 */
  bool commit;
};

static const struct script scripts[SCENE_COUNT] = {
    [SCENE_RAW] = {.state = CARD_INITIALISED},
    [SCENE_KEYS] = {.state = CARD_INITIALISED},
    [SCENE_ALL_BUT_1] = {.state = CARD_INITIALISED},
    [SCENE_POS] = {.state = CARD_PERSONALISED, .role = ROLE_POS},
    [SCENE_POS_PIN] = {.state = CARD_PERSONALISED, .role = ROLE_POS, .pin = true},
    [SCENE_POS_LAST_TRY] = {.state = CARD_PERSONALISED, .role = ROLE_POS, .tries = 1},
    [SCENE_POS_PREPARED] = {CARD_PERSONALISED, ROLE_POS, 0, true, TRANSACTION_PURCHASE, false},
    [SCENE_POS_POINTS_PREPARED] = {CARD_PERSONALISED, ROLE_POS, 0, true, TRANSACTION_POINTS_PURCHASE, false},
    [SCENE_POS_COMMITTED] = {CARD_PERSONALISED, ROLE_POS, 0, true, TRANSACTION_PURCHASE, true},
    [SCENE_RELOAD_PIN] = {.state = CARD_PERSONALISED, .role = ROLE_RELOAD, .pin = true},
    [SCENE_RELOAD_PREPARED] = {CARD_PERSONALISED, ROLE_RELOAD, 0, true, TRANSACTION_LOAD, false},
    [SCENE_DESK] = {.state = CARD_PERSONALISED, .role = ROLE_PERSO},
    [SCENE_EXPIRED_POS] = {.state = CARD_EXPIRED, .role = ROLE_POS},
    [SCENE_EXPIRED_DESK] = {.state = CARD_EXPIRED, .role = ROLE_PERSO},
};

const struct world_terminal *channel_stage_terminal(const struct channel_stage *stage, enum scene scene) {
  switch (scripts[scene].role) {
  case ROLE_POS:
    return &stage->world.pos;
  case ROLE_RELOAD:
    return &stage->world.reload;
  case ROLE_PERSO:
    return &stage->world.desk;
  default:
    return NULL;
  }
}

/* A raw card as it is while it is personalised. */
static void image_personalising(const struct world *world, enum scene scene, struct card_memory *memory) {
  struct card_memory whole;
  uint8_t transport_key[CRYPTO_AES_KEY_SIZE];
  memcpy(transport_key, memory->transport_key, sizeof transport_key);
  powered_image(world, CARD_PERSONALISED, &whole);
  if (scene == SCENE_ALL_BUT_1) {
    *memory = whole;
    memory->state = CARD_INITIALISED;
    memory->stored = STORED_ALL_BUT_SIG;
    memory->sig_certificate_len = 0;
    memset(memory->balance, 0, sizeof memory->balance);
    memset(memory->points, 0, sizeof memory->points);
    memset(memory->atc, 0, sizeof memory->atc);
    memcpy(memory->transport_key, transport_key, sizeof transport_key);
    return;
  }
  memcpy(memory->ecka_private, whole.ecka_private, sizeof whole.ecka_private);
  memcpy(memory->ecka_public, whole.ecka_public, sizeof whole.ecka_public);
  memcpy(memory->sig_private, whole.sig_private, sizeof whole.sig_private);
  memcpy(memory->sig_public, whole.sig_public, sizeof whole.sig_public);
}

static void prepare(struct channel_stage *stage, const struct world_terminal *terminal, const struct script *script) {
  struct initialize initialize = {.amount = 1000, .currency = WORLD_CURRENCY};
  uint8_t promise_record[PROMISE_SIZE], order[AUTHORISATION_SIZE], secret[SECRET_SIZE], tries = 0;
  struct promise promise;
  struct authorisation authorisation;
  initialize.points = script->prepare == TRANSACTION_POINTS_PURCHASE;
  memcpy(initialize.tid, terminal->tid, TID_SIZE);
  memcpy(initialize.time, world_now, MOMENT_SIZE);
  fuzz_require(session_initialize(&stage->session,
                                  script->prepare == TRANSACTION_LOAD ? P1_INITIALIZE_LOAD : P1_INITIALIZE_PURCHASE,
                                  &initialize, promise_record, &tries) == STATUS_OK);
  fuzz_require(promise_decode(promise_record, sizeof promise_record, &promise) == STATUS_OK);
  if (!script->commit)
    return;
  world_authorisation(&promise, &authorisation);
  world_authorisation_sign(&stage->world, &authorisation, order);
  fuzz_require(session_commit(&stage->session, script->prepare, order, secret) == STATUS_OK);
}

static void scene_make(struct channel_stage *stage, enum scene scene) {
  const struct script *script = &scripts[scene];
  const struct world_terminal *terminal = channel_stage_terminal(stage, scene);
  struct card_memory memory;
  static const uint8_t nonce[NONCE_SIZE];
  uint8_t pin[PIN_BLOCK_SIZE], tries = 0;
  powered_image(&stage->world, script->state, &memory);
  if (scene == SCENE_KEYS || scene == SCENE_ALL_BUT_1)
    image_personalising(&stage->world, scene, &memory);
  if (script->tries > 0)
    memory.pin_tries_left = script->tries;
  powered_put(&stage->live, &memory);
  memset(&stage->session, 0, sizeof stage->session);
  fuzz_require(powered_open(&stage->live, &stage->world, terminal, &stage->session) == STATUS_OK);
  fuzz_require(pin_block_encode(WORLD_PIN, pin) == STATUS_OK);
  if (script->pin)
    fuzz_require(session_verify(&stage->session, pin, nonce, &tries) == STATUS_OK);
  if (script->prepare != 0)
    prepare(stage, terminal, script);
  stage->scenes[scene] = (struct channel_scene){stage->live.ram, stage->live.card, stage->session};
}

struct channel_stage *channel_stage_new(void) {
  struct channel_stage *stage = calloc(1, sizeof *stage);
  fuzz_require(stage != NULL);
  world_make(&stage->world);
  for (int scene = 0; scene < SCENE_COUNT; scene++)
    scene_make(stage, (enum scene)scene);
  return stage;
}

void channel_stage_set(struct channel_stage *stage, enum scene scene) {
  stage->live.ram = stage->scenes[scene].ram;
  stage->live.card = stage->scenes[scene].card;
  stage->session = stage->scenes[scene].session;
}
