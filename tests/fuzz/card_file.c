/* SPDX-License-Identifier: Apache-2.0
 * The file of a virtual card, damaged: changed bytes, cut short. An input says how the hashes are treated, how long the
 * file is, and which bytes are changed. */
#include "vcard/card_file.h"

#include <stdlib.h>
#include <string.h>

#include "card_audit.h"
#include "epurse/bytes.h"
#include "epurse/vcard.h"
#include "scratch.h"
#include "target.h"

#define FILE_SIZE (CARD_FILE_SLOT_SIZE * CARD_FILE_SLOTS)
#define HASH_AT   16

struct desk {
  struct world world;
  struct scratch *scratch;
  uint8_t whole[FILE_SIZE]; /* older image in slot 0, newer in slot 1 */
};

static void slot_write(struct desk *desk, unsigned slot, uint32_t sequence, uint8_t state) {
  uint8_t *at = desk->whole + slot * CARD_FILE_SLOT_SIZE;
  struct card_memory memory;
  powered_image(&desk->world, state, &memory);
  memcpy(at, "EPV1", 4);
  bytes_put_u32(at + 4, (uint32_t)sizeof memory);
  bytes_put_u32(at + 12, sequence);
  memcpy(at + CARD_FILE_HEADER_SIZE, &memory, sizeof memory);
}

/* Puts the hash right that a slot's file carries over header and image. */
static void slot_hash(uint8_t *at) {
  uint8_t covered[HASH_AT + CARD_MEMORY_SIZE];
  memcpy(covered, at, HASH_AT);
  memcpy(covered + HASH_AT, at + CARD_FILE_HEADER_SIZE, CARD_MEMORY_SIZE);
  fuzz_require(crypto_sha256(covered, sizeof covered, at + HASH_AT));
}

static void *open_desk(void) {
  struct desk *desk = calloc(1, sizeof *desk);
  fuzz_require(desk != NULL);
  world_make(&desk->world);
  desk->scratch = scratch_new();
  slot_write(desk, 0, 1, CARD_INITIALISED);
  slot_write(desk, 1, 2, CARD_PERSONALISED);
  slot_hash(desk->whole);
  slot_hash(desk->whole + CARD_FILE_SLOT_SIZE);
  return desk;
}

static void close_desk(void *context) {
  struct desk *desk = context;
  scratch_free(desk->scratch);
  free(desk);
}

/* A card whose image is sound by its hash but nonsense within answers all the same, or stays mute; and it can be opened
 * again. */
static bool card_use(const struct desk *desk, struct vcard *vcard) {
  static const uint8_t commands[][14] = {{0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES},
                                         {0x80, INS_GET_DATA, 0xBF, 0x21, 0x00}};
  static const size_t lens[] = {13, 5};
  uint8_t answer[APDU_RESPONSE_MAX];
  struct apdu_response response;
  (void)desk;
  if (vcard_power_on(vcard) != STATUS_OK)
    return false;
  for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
    audit_answer(answer, vcard_process(vcard, commands[i], lens[i], answer), &response);
  return true;
}

static bool file_use(const struct desk *desk, bool touched) {
  struct vcard *vcard = NULL;
  struct card_file file;
  struct card_memory image, again;
  enum status status = vcard_open(desk->scratch->path, &vcard);
  fuzz_require((status == STATUS_OK) == (vcard != NULL));
  if (status != STATUS_OK) {
    fuzz_require(status == STATUS_BAD_FORMAT);
    return false;
  }
  /* Whatever was done to it, without the right hash only what was once written comes out. */
  image = *vcard_memory(vcard);
  if (!touched)
    fuzz_require(memcmp(&image, desk->whole + CARD_FILE_HEADER_SIZE, sizeof image) == 0 ||
                 memcmp(&image, desk->whole + CARD_FILE_SLOT_SIZE + CARD_FILE_HEADER_SIZE, sizeof image) == 0);
  bool lives = card_use(desk, vcard);
  vcard_close(&vcard);
  fuzz_require(card_file_open(desk->scratch->path, &file, &image) == STATUS_OK);
  fuzz_require(card_file_commit(&file, &image) == STATUS_OK);
  card_file_close(&file);
  fuzz_require(card_file_open(desk->scratch->path, &file, &again) == STATUS_OK);
  fuzz_require(memcmp(&image, &again, sizeof image) == 0);
  card_file_close(&file);
  return lives;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct desk *desk = context;
  struct bytes_reader reader = bytes_reader(data, len);
  uint8_t bytes[FILE_SIZE], how = bytes_read_u8(&reader);
  size_t cut = bytes_read_u16(&reader) % (FILE_SIZE / 8);
  memcpy(bytes, desk->whole, sizeof bytes);
  while (reader.left > 2) {
    size_t at = bytes_read_u16(&reader) % FILE_SIZE;
    bytes[at] ^= bytes_read_u8(&reader);
  }
  if (how & 1)
    slot_hash(bytes);
  if (how & 2)
    slot_hash(bytes + CARD_FILE_SLOT_SIZE);
  scratch_write(desk->scratch, bytes, FILE_SIZE - cut * 8);
  return file_use(desk, how & 3);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x00\x00\x00");
  fuzz_seed_text(sink, "\x00\x00\x00\x20\x10\x01"); /* the newer slot's hash is wrong: the older one counts */
  fuzz_seed_text(sink, "\x02\x00\x00\x20\x35\x01"); /* chip serial, hash made good */
  fuzz_seed_text(sink, "\x00\x04\x00");             /* the newer slot is cut off */
  fuzz_seed_text(sink, "\x03\x00\x00\x00\x0F\x06\x20\x0F\x01"); /* other sequence numbers */
}

const struct fuzz_target fuzz_card_file = {
    .name = "card_file", .open = open_desk, .close = close_desk, .take = take, .seeds = seeds};
