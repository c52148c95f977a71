/* SPDX-License-Identifier: Apache-2.0
 * Two-key triple DES, and AES of any key length, on libcrypto's default provider: single DES is only in its legacy
 * provider, and is done as triple DES with one key three times. */
#include "epurse/crypto_domain.h"

#include <openssl/evp.h>
#include <string.h>

#include "cipher.h"
#include "epurse/crypto.h"

bool crypto_des2_cbc_encrypt(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                             const uint8_t *in, size_t len, uint8_t *out) {
  return cipher_cbc(&(struct cipher_job){EVP_des_ede_cbc(), key, iv, CRYPTO_DES_BLOCK_SIZE, true}, in, len, out);
}

bool crypto_des2_cbc_decrypt(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                             const uint8_t *in, size_t len, uint8_t *out) {
  return cipher_cbc(&(struct cipher_job){EVP_des_ede_cbc(), key, iv, CRYPTO_DES_BLOCK_SIZE, false}, in, len, out);
}

bool crypto_des_block(const uint8_t key[CRYPTO_DES_BLOCK_SIZE], const uint8_t in[CRYPTO_DES_BLOCK_SIZE],
                      uint8_t out[CRYPTO_DES_BLOCK_SIZE]) {
  static const uint8_t zeros[CRYPTO_DES_BLOCK_SIZE];
  uint8_t twice[CRYPTO_DES2_KEY_SIZE];

  memcpy(twice, key, CRYPTO_DES_BLOCK_SIZE);
  memcpy(twice + CRYPTO_DES_BLOCK_SIZE, key, CRYPTO_DES_BLOCK_SIZE);
  bool done = crypto_des2_cbc_encrypt(twice, zeros, in, CRYPTO_DES_BLOCK_SIZE, out);
  crypto_wipe(twice, sizeof twice);
  return done;
}

/* One block of the MAC: exclusive or into the chain, then the cipher. */
static bool mac_step(const uint8_t *key, const uint8_t *block, bool last, uint8_t chain[CRYPTO_DES_BLOCK_SIZE]) {
  static const uint8_t zeros[CRYPTO_DES_BLOCK_SIZE];
  uint8_t mixed[CRYPTO_DES_BLOCK_SIZE];

  for (size_t i = 0; i < sizeof mixed; i++)
    mixed[i] = (uint8_t)(chain[i] ^ block[i]);
  return last ? crypto_des2_cbc_encrypt(key, zeros, mixed, sizeof mixed, chain) : crypto_des_block(key, mixed, chain);
}

bool crypto_des2_retail_mac(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                            const uint8_t *data, size_t len, uint8_t mac[CRYPTO_DES_BLOCK_SIZE]) {
  uint8_t padded[CRYPTO_DES_BLOCK_SIZE] = {0};
  size_t whole = len / CRYPTO_DES_BLOCK_SIZE * CRYPTO_DES_BLOCK_SIZE;
  bool done = true;

  memcpy(mac, iv, CRYPTO_DES_BLOCK_SIZE);
  for (size_t at = 0; done && at < whole; at += CRYPTO_DES_BLOCK_SIZE)
    done = mac_step(key, data + at, false, mac);
  if (len > whole)
    memcpy(padded, data + whole, len - whole);
  padded[len - whole] = 0x80;
  done = done && mac_step(key, padded, true, mac);
  crypto_wipe(padded, sizeof padded);
  return done;
}

static const EVP_CIPHER *aes_of(size_t key_len) {
  switch (key_len) {
  case 16:
    return EVP_aes_128_cbc();
  case 24:
    return EVP_aes_192_cbc();
  case 32:
    return EVP_aes_256_cbc();
  default:
    return NULL;
  }
}

bool crypto_aes_any_encrypt(const uint8_t *key, size_t key_len, const uint8_t iv[16], const uint8_t *in, size_t len,
                            uint8_t *out) {
  return cipher_cbc(&(struct cipher_job){aes_of(key_len), key, iv, CRYPTO_AES_BLOCK_SIZE, true}, in, len, out);
}

bool crypto_aes_any_decrypt(const uint8_t *key, size_t key_len, const uint8_t iv[16], const uint8_t *in, size_t len,
                            uint8_t *out) {
  return cipher_cbc(&(struct cipher_job){aes_of(key_len), key, iv, CRYPTO_AES_BLOCK_SIZE, false}, in, len, out);
}

bool crypto_aes_any_cmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len, uint8_t mac[16]) {
  const EVP_CIPHER *cipher = aes_of(key_len);
  size_t mac_len = 0;

  return cipher != NULL &&
         EVP_Q_mac(NULL, "CMAC", NULL, EVP_CIPHER_get0_name(cipher), NULL, key, key_len, data, len, mac,
                   CRYPTO_AES_BLOCK_SIZE, &mac_len) != NULL &&
         mac_len == CRYPTO_AES_BLOCK_SIZE;
}
