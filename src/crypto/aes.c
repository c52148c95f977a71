/* SPDX-License-Identifier: Apache-2.0
 * AES-128: CBC without padding, and CMAC. */
#include "epurse/crypto.h"

#include "cipher.h"

#include <limits.h>
#include <openssl/evp.h>

static void aes_count(size_t blocks) {
  struct crypto_tally *tally = crypto_tally_here();
  tally->aes_keys++;
  tally->aes_blocks += (uint32_t)blocks;
}

static bool aes_cbc(const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out, bool encrypt) {
  if (len % CRYPTO_AES_BLOCK_SIZE == 0 && len <= INT_MAX)
    aes_count(len / CRYPTO_AES_BLOCK_SIZE);
  return cipher_cbc(&(struct cipher_job){EVP_aes_128_cbc(), key, iv, CRYPTO_AES_BLOCK_SIZE, encrypt}, in, len, out);
}

bool crypto_aes_cbc_encrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) {
  return aes_cbc(key, iv, in, len, out, true);
}

bool crypto_aes_cbc_decrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) {
  return aes_cbc(key, iv, in, len, out, false);
}

bool crypto_aes_cmac(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t *data, size_t len,
                     uint8_t mac[CRYPTO_AES_BLOCK_SIZE]) {
  size_t mac_len = 0;

  /* The blocks of the message; an empty one is padded to one block. The block for the subkeys is set-up. */
  aes_count(len > 0 ? (len + CRYPTO_AES_BLOCK_SIZE - 1) / CRYPTO_AES_BLOCK_SIZE : 1);
  return EVP_Q_mac(NULL, "CMAC", NULL, "AES-128-CBC", NULL, key, CRYPTO_AES_KEY_SIZE, data, len, mac,
                   CRYPTO_AES_BLOCK_SIZE, &mac_len) != NULL &&
         mac_len == CRYPTO_AES_BLOCK_SIZE;
}
