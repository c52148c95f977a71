/* SPDX-License-Identifier: Apache-2.0
 * A card under power, its memory in RAM. */
#include "powered.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/scp.h"
#include "target.h"

/* ---- memory ---- */

static bool steady_random(void *context, uint8_t *out, size_t len) {
  const struct ram *ram = context;
  memset(out, 0x5A, len);
  return !ram->dead;
}

static void image_keys(const struct world *world, struct card_memory *memory) {
  memcpy(memory->ecka_private, world->card_ecka.secret, sizeof memory->ecka_private);
  memcpy(memory->ecka_public, world->card_ecka.point, sizeof memory->ecka_public);
  memcpy(memory->sig_private, world->card_sig.secret, sizeof memory->sig_private);
  memcpy(memory->sig_public, world->card_sig.point, sizeof memory->sig_public);
  memory->master_version = memory->terminal_ca_version = memory->server_version = KVN_FIRST;
  memcpy(memory->master_public, world->master.point, sizeof memory->master_public);
  memcpy(memory->terminal_ca_subject, WORLD_TERMINAL_CA, sizeof memory->terminal_ca_subject);
  memcpy(memory->terminal_ca_public, world->terminal_ca.point, sizeof memory->terminal_ca_public);
  memcpy(memory->server_public, world->server.point, sizeof memory->server_public);
  memory->ecka_certificate_len = (uint8_t)world->card_ecka_paper.len;
  memcpy(memory->ecka_certificate, world->card_ecka_paper.bytes, world->card_ecka_paper.len);
  memory->sig_certificate_len = (uint8_t)world->card_sig_paper.len;
  memcpy(memory->sig_certificate, world->card_sig_paper.bytes, world->card_sig_paper.len);
}

static void image_life(const struct world *world, struct card_memory *memory) {
  const struct parameters parameters = world_parameters(world);
  parameters_encode(&parameters, memory->parameters);
  memcpy(memory->latest_time, world_now, sizeof memory->latest_time);
  fuzz_require(pin_block_encode(WORLD_PIN, memory->pin_block) == STATUS_OK);
  memory->pin_tries_left = PIN_TRIES;
  bytes_put_u32(memory->balance, POWERED_BALANCE);
  bytes_put_u32(memory->points, POWERED_POINTS);
  bytes_put_u32(memory->atc, 7);
}

void powered_image(const struct world *world, uint8_t state, struct card_memory *memory) {
  memset(memory, 0, sizeof *memory);
  memcpy(memory->magic, "EPC2", sizeof memory->magic);
  memory->state = state;
  memcpy(memory->chip_serial, world->chip_serial, sizeof memory->chip_serial);
  if (state == CARD_INITIALISED) {
    fuzz_require(transport_key_derive(world->batch_key, world->chip_serial, memory->transport_key) == STATUS_OK);
    return;
  }
  image_keys(world, memory);
  image_life(world, memory);
  if (state == CARD_BLOCKED)
    memory->pin_tries_left = 0;
}

void powered_memory(const struct powered *powered, struct card_memory *memory) {
  memcpy(memory, powered->ram.committed, sizeof *memory);
}

/* ---- the reader ---- */

static enum status powered_connect(void *context) {
  struct powered *powered = context;
  return card_power_on(&powered->card, &powered->ram.port) ? STATUS_OK : STATUS_CARD_MUTE;
}

static void powered_disconnect(void *context) {
  (void)context;
}

static enum status powered_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                    size_t *answer_len) {
  struct powered *powered = context;
  fuzz_require(*answer_len >= APDU_RESPONSE_MAX);
  *answer_len = card_process(&powered->card, command, len, answer);
  return *answer_len > 0 ? STATUS_OK : STATUS_CARD_LOST;
}

void powered_put(struct powered *powered, const struct card_memory *memory) {
  ram_init(&powered->ram);
  powered->ram.port.random = steady_random;
  memcpy(powered->ram.committed, memory, sizeof *memory);
  memcpy(powered->ram.staged, memory, sizeof *memory);
  powered->reader = (struct reader){.context = powered,
                                    .connect = powered_connect,
                                    .transmit = powered_transmit,
                                    .disconnect = powered_disconnect,
                                    .reset = powered_connect};
  fuzz_require(powered_connect(powered) == STATUS_OK);
}

enum status powered_open(struct powered *powered, const struct world *world, const struct world_terminal *terminal,
                         struct session *session) {
  if (terminal == NULL)
    return session_open_blank(session, &powered->reader, world->batch_key);
  const struct session_keys keys = {.ecka_private = terminal->ecka.secret,
                                    .ecka_certificate = terminal->paper.bytes,
                                    .ecka_certificate_len = terminal->paper.len,
                                    .card_ca_public = world->card_ca.point,
                                    .card_ca_subject = (const uint8_t *)WORLD_CARD_CA};
  return session_open(session, &powered->reader, &keys, true);
}
