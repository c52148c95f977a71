/* SPDX-License-Identifier: Apache-2.0
 * A desk with a card whose issuer security domain answers whatever it likes: before any key is used, and inside a
 * session (whose answers are in the clear). The first byte of an input chooses; then come the answers: two bytes
 * length, then the bytes. */
#include "epurse/domain.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/prepare.h"
#include "epurse/reader.h"
#include "target.h"

#define LENGTH_MASK 0x01FF
#define ENTRIES     8

struct stranger {
  struct bytes_reader answers;
  struct reader reader;
  struct cap cap;
  uint8_t load_file[600];
  bool authenticated; /* EXTERNAL AUTHENTICATE went out */
};

static enum status stranger_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                     size_t *answer_len) {
  struct stranger *stranger = context;
  fuzz_require(len >= APDU_HEADER_SIZE && len <= APDU_COMMAND_MAX && *answer_len == APDU_RESPONSE_MAX);
  if (command[0] == 0x84 && command[1] == 0x82)
    stranger->authenticated = true;
  if (stranger->answers.left < 2)
    return STATUS_CARD_LOST;
  size_t said = bytes_read_u16(&stranger->answers) & LENGTH_MASK;
  said = said < stranger->answers.left ? said : stranger->answers.left;
  if (said == 0 || said > APDU_RESPONSE_MAX)
    return STATUS_CARD_LOST;
  bytes_read(&stranger->answers, answer, said);
  *answer_len = said;
  return STATUS_OK;
}

static void *open_stranger(void) {
  struct stranger *stranger = calloc(1, sizeof *stranger);
  fuzz_require(stranger != NULL);
  stranger->reader = (struct reader){.context = stranger, .transmit = stranger_transmit};
  stranger->cap = (struct cap){.package = {{1, 2, 3, 4, 5}, 5},
                               .applets = {{{1, 2, 3, 4, 5, 6}, 6}},
                               .applet_count = 1,
                               .load_file = stranger->load_file,
                               .load_file_len = sizeof stranger->load_file};
  return stranger;
}

/* No answer that was not made with the keys opens a session: nothing is sent that a card counts. */
static bool take_fresh(struct stranger *stranger) {
  static const uint8_t key[16] = {0x11};
  struct prepare prepare = {.cap = &stranger->cap, .domain_master = key, .batch_key = key, .keys = {.len = 16}};
  enum status status = prepare_run(&prepare, &stranger->reader);
  fuzz_require(status != STATUS_OK && !stranger->authenticated);
  return prepare.view.update.protocol != 0 && status == STATUS_NOT_AUTHENTICATED;
}

static bool take_inside(struct stranger *stranger, uint8_t which) {
  struct domain domain = {.reader = &stranger->reader, .block_max = DOMAIN_DATA_MAX};
  struct domain_keys keys = {.len = 16};
  struct domain_entry entries[ENTRIES];
  size_t count = ENTRIES;
  uint16_t sw = 0;

  domain.channel = (struct domain_channel){.protocol = which % 2 == 0 ? 2 : 3, .key_len = 16};
  switch (which / 2 % 4) {
  case 0:
    if (domain_list(&domain, entries, &count) != STATUS_OK)
      return false;
    fuzz_require(count <= ENTRIES);
    for (size_t i = 0; i < count; i++)
      fuzz_require(entries[i].aid.len >= 5 && entries[i].aid.len <= CAP_AID_MAX);
    return true;
  case 1:
    return domain_put_keys(&domain, 0x30, &keys) == STATUS_OK;
  case 2:
    return domain_delete(&domain, &stranger->cap.package, true) == STATUS_OK;
  default:
    return domain_load(&domain, &stranger->cap, NULL, NULL, &sw) == STATUS_OK;
  }
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct stranger *stranger = context;
  struct bytes_reader reader = bytes_reader(data, len);
  uint8_t which = bytes_read_u8(&reader);
  stranger->answers = reader;
  stranger->authenticated = false;
  return (which & 0x80) != 0 ? take_inside(stranger, which & 0x7F) : take_fresh(stranger);
}

/* Purse not there; domain with CPLC refused, keys told; SCP02 and SCP03 with a cryptogram of other keys, under each
 * version that ours may have, too. */
#define FRESH                                                                                                          \
  "\x00\x02\x6A\x82\x00\x14\x6F\x10\x84\x08\xA0\x00\x00\x01\x51\x00\x00\x00\xA5\x04\x9F\x65\x01\xFF\x90\x00"           \
  "\x00\x02\x69\x85\x00\x0A\xE0\x06\xC0\x04\x01\xFF\x80\x10\x90\x00"
#define SCP02                                                                                                          \
  "\x00\x1E\x00\x00\x11\x22\x33\x44\x55\x66\x77\x88\xFF\x02\x00\x07"                                                   \
  "abcdef"                                                                                                             \
  "cryptogr"                                                                                                           \
  "\x90\x00"
#define SCP03                                                                                                          \
  "\x00\x22\x00\x00\x11\x22\x33\x44\x55\x66\x77\x88\x30\x03\x70"                                                       \
  "abcdefgh"                                                                                                           \
  "cryptogr"                                                                                                           \
  "\x00\x00\x07\x90\x00"
#define MEMORY "\x00\x02\x6A\x88" /* not told */
#define AGAIN                                                                                                          \
  "\x00\x14\x6F\x10\x84\x08\xA0\x00\x00\x01\x51\x00\x00\x00\xA5\x04\x9F\x65\x01\xFF\x90\x00\x00\x02\x69\x85"           \
  "\x00\x02\x6A\x88"

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x00" FRESH SCP02 MEMORY SCP02 SCP02 AGAIN SCP02 SCP02);
  fuzz_seed_text(sink, "\x00" FRESH SCP03 MEMORY SCP03 SCP03 AGAIN SCP03 SCP03);
  fuzz_seed_text(
      sink, "\x80\x00\x06\xE3\x07\x4F\x05\x63\x10\x00\x07\x01\x02\x03\x04\x05\x63\x10\x00\x02\x6A\x88\x00\x02\x6A\x88");
  fuzz_seed_text(sink, "\x84\x00\x03\x00\x90\x00");
  fuzz_seed_text(sink, "\x87\x00\x03\x00\x90\x00\x00\x03\x00\x90\x00\x00\x03\x00\x90\x00\x00\x03\x00\x90\x00");
}

static void close_stranger(void *context) {
  free(context);
}

const struct fuzz_target fuzz_domain = {
    .name = "domain", .open = open_stranger, .close = close_stranger, .take = take, .seeds = seeds};
