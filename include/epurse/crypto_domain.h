/* SPDX-License-Identifier: Apache-2.0
 * Ciphers that only a card's issuer security domain needs: two-key triple DES (SCP02), AES of any key length (SCP03).
 *
 * Nothing is held in between, all pointers are borrowed; false on failure, the output is then wiped. */
#ifndef EPURSE_CRYPTO_DOMAIN_H
#define EPURSE_CRYPTO_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"

#define CRYPTO_DES_BLOCK_SIZE 8
#define CRYPTO_DES2_KEY_SIZE  16 /* two keys, K1 K2 K1 (NIST SP 800-67) */
#define CRYPTO_AES_KEY_MAX    32

/* Triple DES in CBC without padding, two keys; len is a multiple of 8; in and out may be the same buffer. */
bool crypto_des2_cbc_encrypt(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                             const uint8_t *in, size_t len, uint8_t *out) EPURSE_MUST_USE;
/* The reverse, under the same terms. */
bool crypto_des2_cbc_decrypt(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                             const uint8_t *in, size_t len, uint8_t *out) EPURSE_MUST_USE;

/* The retail MAC (ISO/IEC 9797-1 algorithm 3, padding method 2): single DES with the left key over all blocks but the
 * last, triple DES over that. */
bool crypto_des2_retail_mac(const uint8_t key[CRYPTO_DES2_KEY_SIZE], const uint8_t iv[CRYPTO_DES_BLOCK_SIZE],
                            const uint8_t *data, size_t len, uint8_t mac[CRYPTO_DES_BLOCK_SIZE]) EPURSE_MUST_USE;

/* One block by single DES with the key's left half, ECB. */
bool crypto_des_block(const uint8_t key[CRYPTO_DES_BLOCK_SIZE], const uint8_t in[CRYPTO_DES_BLOCK_SIZE],
                      uint8_t out[CRYPTO_DES_BLOCK_SIZE]) EPURSE_MUST_USE;

/* AES in CBC without padding; key_len is 16, 24 or 32; len is a multiple of 16. */
bool crypto_aes_any_encrypt(const uint8_t *key, size_t key_len, const uint8_t iv[16], const uint8_t *in, size_t len,
                            uint8_t *out) EPURSE_MUST_USE;
/* The reverse, under the same terms. */
bool crypto_aes_any_decrypt(const uint8_t *key, size_t key_len, const uint8_t iv[16], const uint8_t *in, size_t len,
                            uint8_t *out) EPURSE_MUST_USE;
/* AES-CMAC, all 16 bytes; key_len is 16, 24 or 32. */
bool crypto_aes_any_cmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
                         uint8_t mac[16]) EPURSE_MUST_USE;

#endif
