/* SPDX-License-Identifier: Apache-2.0
 * A virtual chip's keys: INITIALIZE UPDATE, EXTERNAL AUTHENTICATE with its count, PUT KEY, DELETE of a set. */
#include <stdlib.h>
#include <string.h>

#include "chip_state.h"
#include "epurse/bytes.h"
#include "epurse/crypto.h"
#include "epurse/tlv.h"

#define FACTORY_KVN    0xFF
#define LEVEL          0x03
#define SCP03_OPTION   0x70
#define KEY_TYPE_DES   0x80
#define KEY_TYPE_AES   0x88
#define CHECK_SIZE     3
#define SW_CRYPTOGRAM  0x6300
#define SW_CHECK_VALUE 0x9485

/* Asked for none by its number, it takes the lowest. */
static const struct chip_key_set *set_find(const struct chip *chip, uint8_t version) {
  const struct chip_key_set *found = NULL;

  for (size_t i = 0; i < CHIP_KEY_SETS; i++) {
    const struct chip_key_set *set = &chip->memory.sets[i];
    if (set->version != 0 && (version == 0 || set->version == version) &&
        (found == NULL || set->version < found->version))
      found = set;
  }
  return found;
}

void chip_session_end(struct chip *chip) {
  domain_channel_close(&chip->channel);
  free(chip->block);
  chip->block = NULL;
  chip->block_len = 0;
  chip->loading.len = 0;
  chip->updated = chip->open = false;
}

void chip_keys_tell(const struct chip *chip, struct apdu_response *response) {
  uint8_t body[CHIP_KEY_SETS * 3 * 6];
  struct bytes_writer list = bytes_writer(body, sizeof body);
  struct bytes_writer writer = bytes_writer(response->data, sizeof response->data);

  for (size_t i = 0; i < CHIP_KEY_SETS; i++)
    for (uint8_t id = 1; id <= 3 && chip->memory.sets[i].version != 0; id++) {
      const uint8_t key[] = {id, chip->memory.sets[i].version, chip->memory.protocol == 3 ? KEY_TYPE_AES : KEY_TYPE_DES,
                             chip->memory.sets[i].len};
      tlv_write(&list, 0xC0, key, sizeof key);
    }
  tlv_write(&writer, 0xE0, body, list.len);
  response->len = writer.len;
}

static void keys_of(const struct chip_key_set *set, struct domain_keys *keys) {
  *keys = (struct domain_keys){.len = set->len};
  memcpy(keys->enc, set->keys[0], sizeof keys->enc);
  memcpy(keys->mac, set->keys[1], sizeof keys->mac);
  memcpy(keys->dek, set->keys[2], sizeof keys->dek);
}

static void update_write(const struct domain_update *update, struct apdu_response *response) {
  struct bytes_writer writer = bytes_writer(response->data, sizeof response->data);

  bytes_write(&writer, update->diversification, sizeof update->diversification);
  bytes_write_u8(&writer, update->key_version);
  bytes_write_u8(&writer, update->protocol);
  if (update->protocol == 3) {
    bytes_write_u8(&writer, update->option);
    bytes_write(&writer, update->challenge, 8);
    bytes_write(&writer, update->cryptogram, 8);
    bytes_write(&writer, update->sequence, 3);
  } else {
    bytes_write(&writer, update->sequence, 2);
    bytes_write(&writer, update->challenge, 6);
    bytes_write(&writer, update->cryptogram, 8);
  }
  response->len = writer.len;
}

uint16_t chip_initialize_update(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  struct domain_update update = {.protocol = chip->memory.protocol};
  struct domain_keys keys;

  chip_session_end(chip);
  if (command->lc != DOMAIN_CHALLENGE_SIZE)
    return SW_WRONG_LENGTH;
  if (command->p2 != 0 || command->p1 == FACTORY_KVN) /* a real one cannot be asked for the factory's set by number */
    return SW_WRONG_P1P2;
  const struct chip_key_set *set = set_find(chip, command->p1);
  if (set == NULL)
    return SW_DATA_NOT_FOUND;
  if (chip->memory.tries_left == 0)
    return SW_PIN_BLOCKED;
  update.key_version = set->version;
  update.option = update.protocol == 3 ? SCP03_OPTION : 0;
  memcpy(update.diversification + 2, chip->memory.serial, sizeof chip->memory.serial);
  if (!crypto_random(update.challenge, sizeof update.challenge))
    return SW_INTERNAL;
  if (update.protocol == 3) {
    chip->memory.sequence++;
    update.sequence[2] = (uint8_t)chip->memory.sequence;
    update.sequence[1] = (uint8_t)(chip->memory.sequence >> 8);
    if (!chip_commit(chip))
      return SW_MEMORY_FAILURE;
  } else {
    bytes_put_u16(update.sequence, (uint16_t)chip->memory.sequence);
  }
  keys_of(set, &keys);
  enum status status = domain_channel_answer(&chip->channel, &keys, command->data, &update);
  crypto_wipe(&keys, sizeof keys);
  if (status != STATUS_OK)
    return SW_INTERNAL;
  chip->updated = true;
  update_write(&update, response);
  return SW_OK;
}

/* A wrong one is counted before it is looked at, and the count is given back by a right one. */
uint16_t chip_external_authenticate(struct chip *chip, const struct apdu *command) {
  if (!chip->updated)
    return SW_CONDITIONS_NOT_SATISFIED;
  chip->updated = false;
  if (chip->memory.tries_left == 0)
    return SW_PIN_BLOCKED;
  chip->memory.tries_left--;
  if (!chip_commit(chip))
    return SW_MEMORY_FAILURE;
  if (command->p1 != LEVEL || domain_channel_admit(&chip->channel, command) != STATUS_OK) {
    chip_session_end(chip);
    return SW_CRYPTOGRAM;
  }
  chip->memory.tries_left = CHIP_TRIES;
  chip->memory.sequence += chip->memory.protocol == 2 ? 1 : 0;
  if (!chip_commit(chip))
    return SW_MEMORY_FAILURE;
  chip->open = true;
  return SW_OK;
}

/* One key of PUT KEY's data. */
static uint16_t key_read(const struct chip *chip, struct bytes_reader *reader, uint8_t *key, uint8_t *key_len,
                         uint8_t check[CHECK_SIZE]) {
  bool aes = chip->memory.protocol == 3;
  uint8_t type = bytes_read_u8(reader), len = bytes_read_u8(reader), inner = 16, sent[CHECK_SIZE];

  if (aes) {
    inner = bytes_read_u8(reader);
    len--;
  }
  const uint8_t *enciphered = bytes_read_view(reader, len);
  uint8_t check_len = bytes_read_u8(reader);
  bytes_read(reader, sent, sizeof sent);
  if (reader->failed || type != (aes ? KEY_TYPE_AES : KEY_TYPE_DES) || check_len != CHECK_SIZE ||
      (len != 16 && len != 32))
    return SW_WRONG_DATA;
  if (inner != chip->channel.key_len)
    return SW_DATA_NOT_FOUND;
  if (domain_channel_decipher_key(&chip->channel, enciphered, len, key) != STATUS_OK ||
      domain_key_check(chip->memory.protocol, key, inner, check) != STATUS_OK)
    return SW_INTERNAL;
  *key_len = inner;
  return memcmp(sent, check, sizeof sent) == 0 ? SW_OK : SW_CHECK_VALUE;
}

/* Where a new set goes: beside others, but the factory's vanishes when the first own one comes. */
static struct chip_key_set *set_place(struct chip *chip) {
  for (size_t i = 0; i < CHIP_KEY_SETS; i++)
    if (chip->memory.sets[i].version == FACTORY_KVN || chip->memory.sets[i].version == 0)
      return &chip->memory.sets[i];
  return NULL;
}

uint16_t chip_put_key(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  struct bytes_reader reader = bytes_reader(command->data, command->lc);
  struct chip_key_set made = {.version = bytes_read_u8(&reader)};
  struct chip_key_set *place = set_place(chip);

  if (command->p1 != 0 || command->p2 != 0x81)
    return SW_WRONG_P1P2;
  if (made.version == 0 || made.version > 0x7F || set_find(chip, made.version) != NULL)
    return SW_DATA_NOT_FOUND;
  response->data[0] = made.version;
  for (size_t i = 0; i < 3; i++) {
    uint16_t sw = key_read(chip, &reader, made.keys[i], &made.len, response->data + 1 + i * CHECK_SIZE);
    if (sw != SW_OK)
      return sw;
  }
  if (!bytes_read_all(&reader))
    return SW_WRONG_DATA;
  if (place == NULL)
    return SW_COUNTER_EXHAUSTED; /* 6A84: no room */
  *place = made;
  crypto_wipe(&made, sizeof made);
  if (!chip_commit(chip))
    return SW_MEMORY_FAILURE;
  response->len = 1 + 3 * CHECK_SIZE;
  return SW_OK;
}

/* The last one stays: the domain could never be opened again. */
uint16_t chip_delete_keys(struct chip *chip, uint8_t version) {
  size_t count = 0, at = CHIP_KEY_SETS;

  for (size_t i = 0; i < CHIP_KEY_SETS; i++) {
    count += chip->memory.sets[i].version != 0;
    if (version != 0 && chip->memory.sets[i].version == version)
      at = i;
  }
  if (at == CHIP_KEY_SETS)
    return SW_DATA_NOT_FOUND;
  if (count == 1 || chip->memory.keeps_keys)
    return SW_CONDITIONS_NOT_SATISFIED;
  crypto_wipe(&chip->memory.sets[at], sizeof chip->memory.sets[at]);
  return chip_commit(chip) ? SW_OK : SW_MEMORY_FAILURE;
}
