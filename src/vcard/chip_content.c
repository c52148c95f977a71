/* SPDX-License-Identifier: Apache-2.0
 * A virtual chip's content: packages and the one applet, with what real chips refuse of them. */
#include <stdlib.h>
#include <string.h>

#include "chip_state.h"
#include "epurse/bytes.h"
#include "epurse/tlv.h"

#define PAGE_SIZE     9 /* GET STATUS is cut after that many bytes, wherever that is: here inside names */
#define SW_MORE       0x6310
#define SW_NOT_LINKED 0x6438
#define SW_NO_MEMORY  0x6A84
#define P1_LOAD       0x02
#define P1_MAKE       0x0C
#define LOAD_MAX      65540

static bool aid_read(struct bytes_reader *reader, struct cap_aid *aid) {
  aid->len = bytes_read_u8(reader);
  if (aid->len < 5 || aid->len > CAP_AID_MAX)
    return false;
  bytes_read(reader, aid->bytes, aid->len);
  return !reader->failed;
}

static bool aid_same(const struct cap_aid *a, const struct cap_aid *b) {
  return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* ---- GET STATUS ---- */

static void entry_write(const struct chip *chip, struct bytes_writer *writer, const struct cap_aid *aid,
                        uint8_t state) {
  static const uint8_t privileges[3];

  if (chip->memory.old_listing) {
    bytes_write_u8(writer, (uint8_t)aid->len);
    bytes_write(writer, aid->bytes, aid->len);
    bytes_write_u8(writer, state);
    bytes_write_u8(writer, 0);
    return;
  }
  tlv_write_header(writer, 0xE3, 2 + aid->len + 4 + 2 + sizeof privileges);
  tlv_write(writer, 0x4F, aid->bytes, aid->len);
  tlv_write(writer, 0x9F70, &state, 1);
  tlv_write(writer, 0xC5, privileges, sizeof privileges);
}

uint16_t chip_get_status(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  static const struct cap_aid domain = {{CHIP_DOMAIN_AID}, 8};
  uint8_t all[256];
  struct bytes_writer writer = bytes_writer(all, sizeof all);

  if (((command->p2 & 0x02) == 0) != (chip->memory.old_listing != 0))
    return SW_WRONG_P1P2;
  if (command->p1 == 0x80)
    entry_write(chip, &writer, &domain, chip->memory.state);
  if (command->p1 == 0x40 && chip->memory.instance.len > 0)
    entry_write(chip, &writer, &chip->memory.instance, 0x07);
  if (command->p1 == 0x20 && chip->memory.package_size > 0)
    entry_write(chip, &writer, &chip->memory.package, 0x01);
  if (writer.len == 0)
    return SW_DATA_NOT_FOUND;
  if ((command->p2 & 0x01) == 0)
    chip->listed = 0;
  if (chip->listed >= writer.len)
    return SW_CONDITIONS_NOT_SATISFIED;
  response->len = writer.len - chip->listed < PAGE_SIZE ? writer.len - chip->listed : PAGE_SIZE;
  memcpy(response->data, all + chip->listed, response->len);
  chip->listed += response->len;
  return chip->listed < writer.len ? SW_MORE : SW_OK;
}

/* ---- DELETE ---- */

static uint16_t done_with_receipt(struct apdu_response *response) {
  response->data[0] = 0; /* length of a receipt that is none */
  response->len = 1;
  return SW_OK;
}

uint16_t chip_delete(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  struct tlv tlv;
  struct cap_aid aid = {.len = 0};

  if (tlv_find(command->data, command->lc, 0xD2, &tlv) == STATUS_OK && tlv.len == 1) {
    uint16_t sw = chip_delete_keys(chip, tlv.value[0]);
    return sw == SW_OK ? done_with_receipt(response) : sw;
  }
  if (tlv_find(command->data, command->lc, 0x4F, &tlv) != STATUS_OK || tlv.len > CAP_AID_MAX)
    return SW_WRONG_DATA;
  aid.len = tlv.len;
  memcpy(aid.bytes, tlv.value, tlv.len);
  bool instance = chip->memory.instance.len > 0 && aid_same(&aid, &chip->memory.instance);
  bool package = chip->memory.package_size > 0 && aid_same(&aid, &chip->memory.package);
  if (!instance && !package)
    return SW_DATA_NOT_FOUND;
  if (package && chip->memory.instance.len > 0 && command->p2 != 0x80)
    return SW_CONDITIONS_NOT_SATISFIED; /* it still has an instance */
  if (chip->memory.instance.len > 0) {
    chip->memory.instance.len = 0;
    uint16_t sw = chip->applet.remove(chip->applet.context);
    if (sw != SW_OK)
      return sw;
  }
  if (package)
    chip->memory.package_size = 0;
  return chip_commit(chip) ? done_with_receipt(response) : SW_MEMORY_FAILURE;
}

/* ---- INSTALL ---- */

static uint16_t install_for_load(struct chip *chip, struct bytes_reader *reader, struct apdu_response *response) {
  struct cap_aid package, domain = {.len = 0};

  if (!aid_read(reader, &package))
    return SW_WRONG_DATA;
  domain.len = bytes_read_u8(reader);
  (void)bytes_read_view(reader, domain.len);
  for (size_t i = 0; i < 3; i++) /* hash, parameters, token */
    (void)bytes_read_view(reader, bytes_read_u8(reader));
  if (!bytes_read_all(reader))
    return SW_WRONG_DATA;
  if (chip->memory.package_size > 0 && aid_same(&package, &chip->memory.package))
    return SW_CONDITIONS_NOT_SATISFIED; /* it is there */
  free(chip->block);
  chip->block = malloc(LOAD_MAX);
  if (chip->block == NULL)
    return SW_NO_MEMORY;
  chip->block_len = 0;
  chip->next_block = 0;
  chip->loading = package;
  return done_with_receipt(response);
}

static uint16_t install_make(struct chip *chip, struct bytes_reader *reader, struct apdu_response *response) {
  struct cap_aid package, module, instance;
  struct tlv own;
  bool known = false;

  if (!aid_read(reader, &package) || !aid_read(reader, &module) || !aid_read(reader, &instance))
    return SW_WRONG_DATA;
  size_t privileges = bytes_read_u8(reader);
  (void)bytes_read_view(reader, privileges);
  size_t parameters_len = bytes_read_u8(reader);
  const uint8_t *parameters = bytes_read_view(reader, parameters_len);
  (void)bytes_read_view(reader, bytes_read_u8(reader));
  if (!bytes_read_all(reader) || privileges != 1) /* a J3R150 refuses three bytes that fit one */
    return SW_WRONG_DATA;
  for (size_t i = 0; i < chip->memory.applet_count; i++)
    known = known || aid_same(&module, &chip->memory.applets[i]);
  if (chip->memory.package_size == 0 || !aid_same(&package, &chip->memory.package) || !known)
    return SW_DATA_NOT_FOUND;
  if (chip->memory.instance.len > 0)
    return SW_CONDITIONS_NOT_SATISFIED;
  if (tlv_find(parameters, parameters_len, 0xC9, &own) != STATUS_OK)
    return SW_WRONG_DATA;
  uint16_t sw = chip->applet.install(chip->applet.context, &instance, own.value, own.len);
  if (sw != SW_OK)
    return sw;
  chip->memory.instance = instance;
  return chip_commit(chip) ? done_with_receipt(response) : SW_MEMORY_FAILURE;
}

uint16_t chip_install(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  struct bytes_reader reader = bytes_reader(command->data, command->lc);

  if (command->p1 == P1_LOAD)
    return install_for_load(chip, &reader, response);
  return command->p1 == P1_MAKE ? install_make(chip, &reader, response) : SW_WRONG_P1P2;
}

/* ---- LOAD ---- */

/* Whether it has all that a package imports. */
static bool links(const struct chip *chip, const uint8_t *import, size_t len) {
  static const uint8_t framework[] = {0xA0, 0x00, 0x00, 0x00, 0x62, 0x01, 0x01};
  struct bytes_reader reader = bytes_reader(import, len);

  for (uint8_t left = bytes_read_u8(&reader); left > 0; left--) {
    struct cap_aid aid;
    uint8_t minor = bytes_read_u8(&reader);
    (void)bytes_read_u8(&reader);
    if (!aid_read(&reader, &aid))
      return false;
    if (aid.len == sizeof framework && memcmp(aid.bytes, framework, sizeof framework) == 0 &&
        minor > chip->memory.framework)
      return false;
  }
  return !reader.failed;
}

static bool applets_read(struct chip *chip, const uint8_t *applet, size_t len) {
  struct bytes_reader reader = bytes_reader(applet, len);

  chip->memory.applet_count = bytes_read_u8(&reader);
  for (size_t i = 0; i < chip->memory.applet_count && i < CHIP_APPLETS; i++) {
    if (!aid_read(&reader, &chip->memory.applets[i]))
      return false;
    (void)bytes_read_u16(&reader);
  }
  return chip->memory.applet_count <= CHIP_APPLETS && bytes_read_all(&reader);
}

/* One component: its place in the order, and what is in it. */
static uint16_t component_take(struct chip *chip, uint8_t tag, const uint8_t *content, size_t len) {
  switch (tag) {
  case 1: /* Header: magic, versions, flags, package */
    if (len < 10 || bytes_u32(content) != 0xDECAFFED || (content[6] & 0x01) != 0 || content[9] != chip->loading.len ||
        len < 10U + content[9] || memcmp(content + 10, chip->loading.bytes, chip->loading.len) != 0)
      return SW_WRONG_DATA;
    return SW_OK;
  case 3:
    return applets_read(chip, content, len) ? SW_OK : SW_WRONG_DATA;
  case 4:
    return links(chip, content, len) ? SW_OK : SW_NOT_LINKED;
  default:
    return SW_OK;
  }
}

static uint16_t package_take(struct chip *chip) {
  static const uint8_t order[] = {1, 2, 4, 3, 6, 7, 8, 10, 5, 9}; /* Export (10) may be missing */
  struct tlv file;
  struct bytes_reader reader = bytes_reader(chip->block, chip->block_len);
  size_t place = 0;

  if (tlv_next(&reader, &file) != STATUS_OK || file.tag != 0xC4 || reader.left != 0)
    return SW_WRONG_DATA;
  reader = bytes_reader(file.value, file.len);
  while (reader.left > 0) {
    uint8_t tag = bytes_read_u8(&reader);
    size_t len = bytes_read_u16(&reader);
    const uint8_t *content = bytes_read_view(&reader, len);
    if (place < sizeof order && order[place] == 10 && tag != 10)
      place++;
    if (content == NULL || place >= sizeof order || tag != order[place++])
      return SW_WRONG_DATA;
    uint16_t sw = component_take(chip, tag, content, len);
    if (sw != SW_OK)
      return sw;
  }
  if (place != sizeof order)
    return SW_WRONG_DATA;
  return chip->applet.load != NULL ? chip->applet.load(chip->applet.context, chip->block, chip->block_len) : SW_OK;
}

uint16_t chip_load(struct chip *chip, const struct apdu *command, struct apdu_response *response) {
  if (chip->block == NULL)
    return SW_CONDITIONS_NOT_SATISFIED;
  if (command->p2 != chip->next_block++ || chip->block_len + command->lc > LOAD_MAX)
    return SW_WRONG_DATA;
  memcpy(chip->block + chip->block_len, command->data, command->lc);
  chip->block_len += command->lc;
  if (chip->block_len > chip->memory.memory)
    return SW_NO_MEMORY;
  if (command->p1 != 0x80)
    return done_with_receipt(response);
  uint16_t sw = package_take(chip);
  chip->memory.package = chip->loading;
  chip->memory.package_size = sw == SW_OK ? (uint32_t)chip->block_len : 0;
  free(chip->block);
  chip->block = NULL;
  if (sw != SW_OK)
    return sw;
  return chip_commit(chip) ? done_with_receipt(response) : SW_MEMORY_FAILURE;
}

/* ---- SET STATUS ---- */

/* Of the card: forward only, step by step. */
uint16_t chip_set_status(struct chip *chip, const struct apdu *command) {
  bool step = (chip->memory.state == STATE_READY && command->p2 == STATE_INITIALIZED) ||
              (chip->memory.state == STATE_INITIALIZED && command->p2 == STATE_SECURED);

  if (command->p1 != 0x80 || !step)
    return SW_CONDITIONS_NOT_SATISFIED;
  chip->memory.state = command->p2;
  return chip_commit(chip) ? SW_OK : SW_MEMORY_FAILURE;
}
