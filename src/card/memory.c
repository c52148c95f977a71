/* SPDX-License-Identifier: Apache-2.0
 * Persistent memory: a raw card's image, the mirror at power on, staged writes and their commit. */
#include "memory.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/certificate.h"

static const uint8_t memory_magic[4] = {'E', 'P', 'C', '2'};

_Static_assert(_Alignof(struct card_memory) == 1, "the image has no padding");
_Static_assert(sizeof(((struct card_memory *)0)->sig_certificate) >= CERTIFICATE_MAX, "a certificate fits");

void memory_stage(struct card *card, void *field, const void *value, size_t len) {
  if (card->mute)
    return;
  size_t offset = (size_t)((uint8_t *)field - (uint8_t *)&card->memory);
  memcpy(field, value, len);
  if (!card->port->write(card->port->context, offset, field, len))
    card->mute = true;
}

void memory_stage_u8(struct card *card, uint8_t *field, uint8_t value) {
  memory_stage(card, field, &value, 1);
}

void memory_stage_u16(struct card *card, uint8_t field[2], uint16_t value) {
  uint8_t number[2];
  bytes_put_u16(number, value);
  memory_stage(card, field, number, sizeof number);
}

void memory_stage_u32(struct card *card, uint8_t field[4], uint32_t value) {
  uint8_t number[4];
  bytes_put_u32(number, value);
  memory_stage(card, field, number, sizeof number);
}

void memory_stage_zeros(struct card *card, void *field, size_t len) {
  if (card->mute)
    return;
  size_t offset = (size_t)((uint8_t *)field - (uint8_t *)&card->memory);
  crypto_wipe(field, len);
  if (!card->port->write(card->port->context, offset, field, len))
    card->mute = true;
}

uint16_t memory_commit(struct card *card) {
  if (!card->mute && !card->port->commit(card->port->context))
    card->mute = true;
  return card->mute ? SW_MEMORY_FAILURE : SW_OK;
}

bool memory_random(struct card *card, uint8_t *out, size_t len) {
  if (!card->port->random(card->port->context, out, len))
    card->mute = true;
  return !card->mute;
}

bool card_manufacture(const struct card_port *port, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                      const uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  struct card_memory memory;
  memset(&memory, 0, sizeof memory);
  memcpy(memory.magic, memory_magic, sizeof memory.magic);
  memory.state = CARD_INITIALISED;
  memcpy(memory.chip_serial, chip_serial, CHIP_SERIAL_SIZE);
  memcpy(memory.transport_key, transport_key, CRYPTO_AES_KEY_SIZE);
  bool done = port->write(port->context, 0, (const uint8_t *)&memory, sizeof memory) && port->commit(port->context);
  crypto_wipe(&memory, sizeof memory);
  return done;
}

static bool state_known(uint8_t state) {
  return state == CARD_INITIALISED || state == CARD_PERSONALISED || state == CARD_EXPIRED || state == CARD_BLOCKED;
}

bool card_power_on(struct card *card, const struct card_port *port) {
  crypto_wipe(card, sizeof *card);
  card->port = port;
  card->mute = true; /* until the memory has been read */
  if (!port->read(port->context, 0, (uint8_t *)&card->memory, sizeof card->memory))
    return false;
  if (memcmp(card->memory.magic, memory_magic, sizeof memory_magic) != 0 || !state_known(card->memory.state))
    return false;
  card->mute = false;
  if (card->memory.state == CARD_PERSONALISED && card->memory.pin_tries_left == 0) {
    /* The power went between the last try and its verdict: the verdict is that there is no try left. */
    memory_stage_u8(card, &card->memory.state, CARD_BLOCKED);
    return memory_commit(card) == SW_OK;
  }
  return true;
}
