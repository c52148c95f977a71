/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging, the terminal's side, under fixed keys: answers as they come, and answers whose R-MAC is right
 * around whatever they hold. The first byte of an input chooses. */
#include <string.h>

#include "epurse/command.h"
#include "epurse/securemsg.h"
#include "target.h"

static const uint8_t s_enc[] = "fuzzed key S-ENC", s_mac[] = "fuzzed key S-MAC", s_rmac[] = "fuzzed keySRMAC.",
                     chain[] = "chaining value..";

enum mode { AS_IT_COMES, RMAC_RIGHT, WRAPPED };

static void open_channel(struct securemsg *channel) {
  securemsg_open(channel, s_enc, s_mac, s_rmac, chain);
}

/* A card would have answered exactly that. */
static void form_check(const struct apdu_response *wire, const struct apdu_response *plain) {
  struct securemsg card;
  struct apdu_response again = *plain;
  open_channel(&card);
  fuzz_require(securemsg_wrap_response(&card, &again) == STATUS_OK);
  fuzz_require(again.len == wire->len && memcmp(again.data, wire->data, wire->len) == 0);
}

static bool unwrap(struct apdu_response *response) {
  struct securemsg host;
  struct apdu_response nothing = {0}, was = *response;
  open_channel(&host);
  if (securemsg_unwrap_response(&host, response) != STATUS_OK) {
    fuzz_require(!host.open && memcmp(response, &nothing, sizeof nothing) == 0);
    return false;
  }
  fuzz_require(response->sw == was.sw);
  fuzz_require(apdu_sw_has_data(was.sw) ? response->len + SECUREMSG_MAC_SIZE <= was.len : response->len == 0);
  if (apdu_sw_has_data(was.sw))
    form_check(&was, response);
  return true;
}

/* Appends the R-MAC over the chain, the answer's data and its status word (GPC Amendment D 6.2.5). */
static bool mac_append(struct apdu_response *response) {
  uint8_t input[CRYPTO_AES_BLOCK_SIZE + APDU_RESPONSE_MAX], mac[CRYPTO_AES_BLOCK_SIZE];
  if (response->len + SECUREMSG_MAC_SIZE > sizeof response->data)
    return false;
  memcpy(input, chain, CRYPTO_AES_BLOCK_SIZE);
  size_t len = CRYPTO_AES_BLOCK_SIZE + apdu_response_encode(response, input + CRYPTO_AES_BLOCK_SIZE);
  fuzz_require(crypto_aes_cmac(s_rmac, input, len, mac));
  memcpy(response->data + response->len, mac, SECUREMSG_MAC_SIZE);
  response->len += SECUREMSG_MAC_SIZE;
  return true;
}

/* What a card wraps is what comes out. */
static bool wrapped(struct apdu_response *response) {
  struct securemsg card;
  struct apdu_response was = *response;
  open_channel(&card);
  if (securemsg_wrap_response(&card, response) != STATUS_OK) {
    fuzz_require(was.len > PROTECTED_DATA_MAX);
    return false;
  }
  fuzz_require(unwrap(response));
  fuzz_require(!apdu_sw_has_data(was.sw) ||
               (response->len == was.len && memcmp(response->data, was.data, was.len) == 0));
  return true;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct apdu_response response = {0};
  (void)context;
  if (len == 0 || apdu_response_parse(data + 1, len - 1, &response) != STATUS_OK)
    return false;
  switch (data[0] % 3) {
  case AS_IT_COMES:
    return unwrap(&response);
  case RMAC_RIGHT:
    return mac_append(&response) && unwrap(&response);
  default:
    return wrapped(&response);
  }
}

static void seed(const struct fuzz_sink *sink, size_t len, uint16_t sw, enum mode mode) {
  struct securemsg card;
  struct apdu_response response = {.len = len, .sw = sw};
  uint8_t input[1 + APDU_RESPONSE_MAX] = {(uint8_t)mode};
  open_channel(&card);
  if (mode != WRAPPED)
    fuzz_require(securemsg_wrap_response(&card, &response) == STATUS_OK);
  if (mode == RMAC_RIGHT)
    response.len -= SECUREMSG_MAC_SIZE;
  fuzz_seed(sink, input, 1 + apdu_response_encode(&response, input + 1));
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  seed(sink, 0, SW_OK, AS_IT_COMES);
  seed(sink, 10, SW_OK, AS_IT_COMES);
  seed(sink, PROTECTED_DATA_MAX, SW_OK, AS_IT_COMES);
  seed(sink, 8, SW_WRONG_PIN | 4, AS_IT_COMES);
  seed(sink, 0, SW_CONDITIONS_NOT_SATISFIED, AS_IT_COMES);
  seed(sink, 0, SW_OK, RMAC_RIGHT);
  seed(sink, 58, SW_OK, RMAC_RIGHT);
  seed(sink, 32, SW_OK, WRAPPED);
}

const struct fuzz_target fuzz_securemsg_host = {.name = "securemsg_host", .take = take, .seeds = seeds};
