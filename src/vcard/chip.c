/* SPDX-License-Identifier: Apache-2.0
 * A virtual chip: who is selected, and what can be asked without keys. */
#include "chip.h"

#include <string.h>
#include <unistd.h>

#include "chip_state.h"
#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/tlv.h"

#define TAG_CPLC    0x9F7F
#define TAG_KEYS    0x00E0
#define TAG_MEMORY  0xFF21
#define CPLC_SIZE   42
#define CPLC_SERIAL 10

static const uint8_t domain_aid[] = {CHIP_DOMAIN_AID};

/* The file is what it remembers. */
void chip_power_on(struct chip *chip) {
  chip->dead = pread(chip->fd, &chip->memory, sizeof chip->memory, 0) != (ssize_t)sizeof chip->memory;
  chip->purse_selected = false;
  chip_session_end(chip);
}

bool chip_purse_is_selected(const struct chip *chip) {
  return chip->purse_selected;
}

/* ---- SELECT and GET DATA ---- */

/* SELECT by name: a part from its beginning does. False: it is the purse's. */
static bool domain_select(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  const struct cap_aid *instance = &chip->memory.instance;
  struct bytes_writer writer = bytes_writer(response->data, sizeof response->data);
  const uint8_t largest[] = {0x9F, 0x65, 0x01, chip->memory.data_max};

  chip_session_end(chip);
  response->sw = SW_NOT_OUR_FILE;
  if (command->p1 != 0x04 || chip->memory.state == STATE_ENDED)
    return true;
  if (instance->len > 0 && command->lc > 0 && command->lc <= instance->len &&
      memcmp(command->data, instance->bytes, command->lc) == 0 && chip->memory.state != STATE_LOCKED) {
    chip->purse_selected = true;
    return false;
  }
  if (command->lc > sizeof domain_aid || (command->lc > 0 && memcmp(command->data, domain_aid, command->lc) != 0))
    return true;
  chip->purse_selected = false;
  tlv_write_header(&writer, 0x6F, 2 + sizeof domain_aid + 2 + sizeof largest);
  tlv_write(&writer, 0x84, domain_aid, sizeof domain_aid);
  tlv_write(&writer, 0xA5, largest, sizeof largest);
  response->len = writer.len;
  response->sw = chip->memory.state == STATE_LOCKED ? SW_BLOCKED : SW_OK;
  return true;
}

static uint16_t get_data(const struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  struct bytes_writer writer = bytes_writer(response->data, sizeof response->data);
  uint8_t room[4], cplc[CPLC_SIZE] = {0x47, 0x90, 0xD3, 0x21, 0x47, 0x00};
  uint16_t tag = (uint16_t)(command->p1 << 8 | command->p2);

  if (chip->memory.closed_mouth && !chip->open)
    return SW_CONDITIONS_NOT_SATISFIED;
  if (tag == TAG_CPLC) {
    memcpy(cplc + CPLC_SERIAL, chip->memory.serial, sizeof chip->memory.serial);
    tlv_write(&writer, TAG_CPLC, cplc, sizeof cplc);
    response->len = writer.len;
    return SW_OK;
  }
  if (tag == TAG_MEMORY) {
    bytes_put_u32(room, chip->memory.memory - chip->memory.package_size);
    tlv_write_header(&writer, TAG_MEMORY, 2 + sizeof room);
    tlv_write(&writer, 0x82, room, sizeof room);
    response->len = writer.len;
    return SW_OK;
  }
  if (tag != TAG_KEYS)
    return SW_DATA_NOT_FOUND;
  chip_keys_tell(chip, response);
  return SW_OK;
}

/* ---- commands ---- */

/* Inside a channel. */
static uint16_t serve(struct chip *chip, const struct apdu *plain, struct apdu_response *response) {
  switch (plain->ins) {
  case 0xD8:
    return chip_put_key(chip, plain, response);
  case 0xF2:
    return chip_get_status(chip, plain, response);
  case 0xE4:
    return chip_delete(chip, plain, response);
  case 0xE6:
    return chip_install(chip, plain, response);
  case 0xE8:
    return chip_load(chip, plain, response);
  case 0xF0:
    return chip_set_status(chip, plain);
  case 0xCA:
    return get_data(chip, plain, response);
  default:
    return SW_WRONG_INS;
  }
}

static uint16_t serve_secure(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  uint8_t buffer[APDU_DATA_MAX];
  struct apdu plain;

  if (command->ins == INS_EXTERNAL_AUTHENTICATE)
    return chip_external_authenticate(chip, command);
  if (!chip->open)
    return SW_SECURITY_NOT_SATISFIED;
  if (domain_channel_unwrap(&chip->channel, command, buffer, &plain) != STATUS_OK) {
    chip_session_end(chip);
    return SW_SECURITY_NOT_SATISFIED;
  }
  uint16_t sw = serve(chip, &plain, response);
  crypto_wipe(buffer, sizeof buffer);
  return sw;
}

bool chip_process(struct chip *chip, const struct apdu *command, struct apdu_response *response, bool *mute) {
  response->len = 0;
  if (command->cla == 0x00 && command->ins == INS_SELECT && !chip->dead) {
    bool ours = domain_select(chip, command, response);
    *mute = chip->dead;
    return ours;
  }
  if (chip->purse_selected && !chip->dead)
    return false;
  if (chip->dead)
    response->sw = SW_INTERNAL;
  else if (command->lc > chip->memory.data_max)
    response->sw = SW_WRONG_LENGTH;
  else if (command->cla == 0x84)
    response->sw = serve_secure(chip, command, response);
  else if (command->cla != 0x80 && command->cla != 0x00)
    response->sw = SW_WRONG_CLA;
  else if (command->ins == INS_GET_DATA)
    response->sw = get_data(chip, command, response);
  else if (command->ins == INS_INITIALIZE_UPDATE)
    response->sw = chip_initialize_update(chip, command, response);
  else
    response->sw = chip->open ? SW_SECURITY_NOT_SATISFIED : SW_CONDITIONS_NOT_SATISFIED;
  if (!apdu_sw_has_data(response->sw))
    response->len = 0;
  *mute = chip->dead;
  return true;
}
