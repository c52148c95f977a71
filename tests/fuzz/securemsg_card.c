/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging, the card's side, under fixed keys: commands as they come, and commands whose MAC is right around
 * whatever they hold. The first byte of an input chooses. */
#include <string.h>

#include "epurse/command.h"
#include "epurse/securemsg.h"
#include "target.h"

static const uint8_t s_enc[] = "fuzzed key S-ENC", s_mac[] = "fuzzed key S-MAC", s_rmac[] = "fuzzed keySRMAC.",
                     chain[] = "chaining value..";

enum mode { AS_IT_COMES, MAC_ALONE, MAC_RIGHT, WRAPPED };

/* A card's channel that has broken serves nobody any more. */
static void broken(struct securemsg *card, const struct apdu *wire) {
  uint8_t buffer[APDU_DATA_MAX];
  struct apdu plain;
  struct apdu_response response = {.sw = SW_OK};
  fuzz_require(!card->open);
  fuzz_require(securemsg_unwrap(card, wire, buffer, &plain) == STATUS_CHANNEL_BROKEN);
  fuzz_require(securemsg_wrap_response(card, &response) != STATUS_OK);
}

static void open_channel(struct securemsg *channel) {
  securemsg_open(channel, s_enc, s_mac, s_rmac, chain);
}

/* A host would have sent exactly that: one form for each command, but for the two of an empty one. */
static void form_check(const struct apdu *wire, const struct apdu *plain, bool mac_alone) {
  struct securemsg host;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;
  struct apdu again;
  open_channel(&host);
  fuzz_require((mac_alone ? securemsg_wrap_mac(&host, plain, bytes, sizeof bytes, &len)
                          : securemsg_wrap(&host, plain, bytes, sizeof bytes, &len)) == STATUS_OK);
  fuzz_require(apdu_parse(bytes, len, &again) == STATUS_OK);
  if (plain->lc > 0 || mac_alone)
    fuzz_require(again.lc == wire->lc && memcmp(again.data, wire->data, wire->lc) == 0);
}

/* Checks what came out: inside the bounds, its class without secure messaging. */
static void plain_check(const struct apdu *wire, const struct apdu *plain) {
  fuzz_require(plain->lc + SECUREMSG_MAC_SIZE <= wire->lc);
  fuzz_require((plain->data == NULL) == (plain->lc == 0));
  fuzz_require((plain->cla & CLA_SECURE) == 0 && plain->ins == wire->ins);
}

static bool unwrap(struct securemsg *card, const struct apdu *wire, bool mac_alone) {
  uint8_t buffer[APDU_DATA_MAX];
  struct apdu plain;
  enum status status =
      mac_alone ? securemsg_unwrap_mac(card, wire, &plain) : securemsg_unwrap(card, wire, buffer, &plain);
  if (status == STATUS_OK) {
    plain_check(wire, &plain);
    form_check(wire, &plain, mac_alone);
  } else {
    broken(card, wire);
  }
  return status == STATUS_OK;
}

/* Puts the right MAC behind the command's data, in clear or enciphered before. */
static bool unwrap_made(struct securemsg *card, const struct apdu *plain, bool wrap) {
  struct securemsg host = *card;
  uint8_t bytes[APDU_COMMAND_MAX], buffer[APDU_DATA_MAX];
  size_t len = 0;
  struct apdu wire, again;
  enum status status = wrap ? securemsg_wrap(&host, plain, bytes, sizeof bytes, &len)
                            : securemsg_wrap_mac(&host, plain, bytes, sizeof bytes, &len);
  if (status != STATUS_OK) {
    fuzz_require(status == STATUS_BAD_LENGTH && host.open);
    return false;
  }
  fuzz_require(apdu_parse(bytes, len, &wire) == STATUS_OK);
  if (!wrap)
    return unwrap(card, &wire, false);
  fuzz_require(securemsg_unwrap(card, &wire, buffer, &again) == STATUS_OK);
  fuzz_require(again.lc == plain->lc && (plain->lc == 0 || memcmp(again.data, plain->data, plain->lc) == 0));
  return true;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct securemsg card;
  struct apdu command;
  (void)context;
  if (len == 0 || apdu_parse(data + 1, len - 1, &command) != STATUS_OK)
    return false;
  open_channel(&card);
  switch (data[0] % 4) {
  case AS_IT_COMES:
    return unwrap(&card, &command, false);
  case MAC_ALONE:
    return unwrap(&card, &command, true);
  case MAC_RIGHT:
    return unwrap_made(&card, &command, false);
  default:
    return unwrap_made(&card, &command, true);
  }
}

/* A command that a host made: the bytes on the wire are a seed, or, without their MAC, one to be completed. */
static void seed(const struct fuzz_sink *sink, const struct apdu *plain, enum mode mode) {
  struct securemsg host;
  uint8_t input[1 + APDU_COMMAND_MAX] = {(uint8_t)mode};
  size_t len = 0;
  struct apdu wire;
  open_channel(&host);
  fuzz_require((mode == MAC_ALONE ? securemsg_wrap_mac(&host, plain, input + 1, APDU_COMMAND_MAX, &len)
                                  : securemsg_wrap(&host, plain, input + 1, APDU_COMMAND_MAX, &len)) == STATUS_OK);
  if (mode == MAC_RIGHT) {
    fuzz_require(apdu_parse(input + 1, len, &wire) == STATUS_OK);
    wire.lc = (uint8_t)(wire.lc - SECUREMSG_MAC_SIZE);
    len = apdu_encode(&wire, input + 1, APDU_COMMAND_MAX);
  }
  fuzz_seed(sink, input, 1 + len);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  uint8_t data[PROTECTED_DATA_MAX] = {0x24, 0x12, 0x34, 0xFF};
  const struct apdu empty = {.cla = 0x80, .ins = INS_GET_BALANCE, .le = 256};
  const struct apdu verify = {.ins = INS_VERIFY, .p2 = P2_PIN_GLOBAL, .data = data, .lc = VERIFY_SIZE, .le = 256};
  const struct apdu store = {.cla = 0x80, .ins = INS_STORE_DATA, .data = data, .lc = PROTECTED_DATA_MAX};
  (void)context;
  seed(sink, &empty, AS_IT_COMES);
  seed(sink, &verify, AS_IT_COMES);
  seed(sink, &store, AS_IT_COMES);
  seed(sink, &verify, MAC_ALONE);
  seed(sink, &verify, MAC_RIGHT);
  seed(sink, &store, MAC_RIGHT);
  fuzz_seed_text(sink, "\x03\x80\x5C\x00\x00\x00");
  fuzz_seed_text(sink, "\x03\x00\x20\x00\x80\x08\x24\x12\x34\xFF\xFF\xFF\xFF\xFF");
}

const struct fuzz_target fuzz_securemsg_card = {.name = "securemsg_card", .take = take, .seeds = seeds};
