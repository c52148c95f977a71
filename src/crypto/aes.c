/* SPDX-License-Identifier: Apache-2.0
 * AES-128: CBC without padding, and CMAC. */
#include "epurse/crypto.h"
#include "tally.h"

#include <limits.h>
#include <openssl/evp.h>

static void aes_count(size_t blocks) {
  struct crypto_tally *tally = tally_of_thread();
  tally->aes_keys++;
  tally->aes_blocks += (uint32_t)blocks;
}

static bool aes_cbc(const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out, int encrypt) {
  EVP_CIPHER_CTX *context = NULL;
  int written = 0;
  bool done = false;

  if (len % CRYPTO_AES_BLOCK_SIZE != 0 || len > INT_MAX)
    return false;
  aes_count(len / CRYPTO_AES_BLOCK_SIZE);
  context = EVP_CIPHER_CTX_new();
  if (context == NULL || EVP_CipherInit_ex2(context, EVP_aes_128_cbc(), key, iv, encrypt, NULL) != 1 ||
      EVP_CIPHER_CTX_set_padding(context, 0) != 1)
    goto out;
  done = len == 0 || (EVP_CipherUpdate(context, out, &written, in, (int)len) == 1 && (size_t)written == len);

out:
  if (!done)
    crypto_wipe(out, len);
  EVP_CIPHER_CTX_free(context); /* wipes the key schedule */
  return done;
}

bool crypto_aes_cbc_encrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) {
  return aes_cbc(key, iv, in, len, out, 1);
}

bool crypto_aes_cbc_decrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) {
  return aes_cbc(key, iv, in, len, out, 0);
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
