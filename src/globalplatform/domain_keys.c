/* SPDX-License-Identifier: Apache-2.0
 * How the keys of a card's security domain come from an issuer's master key: EMV CPS 1.1, VISA2, and KDF3 (NIST SP
 * 800-108 with CMAC, as GlobalPlatformPro and IDEMIA's cards have it). */
#include "epurse/domain_channel.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/crypto_domain.h"

/* Two halves that differ in one byte, F0 and 0F, each with the key's number. */
static bool des_diversify(const uint8_t *master, const uint8_t part[6], uint8_t number, uint8_t *key) {
  static const uint8_t zeros[CRYPTO_DES_BLOCK_SIZE];
  static const uint8_t marks[2] = {0xF0, 0x0F};
  bool done = true;

  for (size_t half = 0; done && half < 2; half++) {
    uint8_t block[CRYPTO_DES_BLOCK_SIZE];
    memcpy(block, part, 6);
    block[6] = marks[half];
    block[7] = number;
    done = crypto_des2_cbc_encrypt(master, zeros, block, sizeof block, key + half * sizeof block);
  }
  return done;
}

static bool kdf3_diversify(const uint8_t *master, size_t len, const uint8_t *data, uint8_t number, uint8_t *key) {
  uint8_t input[6 + DOMAIN_DIVERSIFICATION] = {0}, mac[16];
  bool done = true;

  input[4] = number;
  memcpy(input + 6, data, DOMAIN_DIVERSIFICATION);
  for (size_t at = 0; done && at < len; at += sizeof mac) {
    input[0] = (uint8_t)(at / sizeof mac + 1);
    done = crypto_aes_any_cmac(master, len, input, sizeof input, mac);
    memcpy(key + at, mac, len - at < sizeof mac ? len - at : sizeof mac);
  }
  crypto_wipe(mac, sizeof mac);
  return done;
}

static bool diversify(enum domain_diversification method, const uint8_t *master, size_t len, const uint8_t *data,
                      uint8_t number, uint8_t *key) {
  uint8_t part[6] = {data[0], data[1], data[4], data[5], data[6], data[7]}; /* VISA2 */

  switch (method) {
  case DOMAIN_EMV:
    memcpy(part, data + 4, sizeof part);
    break;
  case DOMAIN_KDF3:
    return kdf3_diversify(master, len, data, number, key);
  case DOMAIN_PLAIN:
    memcpy(key, master, len);
    return true;
  case DOMAIN_VISA2:
    break;
  }
  return len == CRYPTO_DES2_KEY_SIZE && des_diversify(master, part, number, key);
}

enum status domain_keys_derive(enum domain_diversification method, const struct domain_keys *master,
                               const uint8_t data[DOMAIN_DIVERSIFICATION], struct domain_keys *keys) {
  *keys = (struct domain_keys){.len = master->len};
  if (!diversify(method, master->enc, master->len, data, 1, keys->enc) ||
      !diversify(method, master->mac, master->len, data, 2, keys->mac) ||
      !diversify(method, master->dek, master->len, data, 3, keys->dek)) {
    crypto_wipe(keys, sizeof *keys);
    return STATUS_CRYPTO_FAILED;
  }
  return STATUS_OK;
}
