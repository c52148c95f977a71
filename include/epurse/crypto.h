/* SPDX-License-Identifier: Apache-2.0
 * The cryptography contract: all that card, protocol and host use, on plain byte arrays, nothing held in between.
 *
 * Keys and points have one form each: a P-256 private key is its 32-byte big-endian scalar, a public key the
 * 65-byte uncompressed point 04||X||Y (SEC 1 2.3.3), a signature r||s in 64 bytes (as in GlobalPlatform
 * certificates and RFC 7518 3.4). Nothing here allocates for the caller. All pointers are borrowed.
 * A function that returns bool answers false on failure and then leaves its outputs wiped or untouched.
 */
#ifndef EPURSE_CRYPTO_H
#define EPURSE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"

#define CRYPTO_SHA256_SIZE       32 /* FIPS 180-4 */
#define CRYPTO_AES_KEY_SIZE      16 /* AES-128 throughout: GPC Amendment D and F at 128 bit */
#define CRYPTO_AES_BLOCK_SIZE    16 /* FIPS 197 */
#define CRYPTO_P256_PRIVATE_SIZE 32
#define CRYPTO_P256_PUBLIC_SIZE  65 /* SEC 1 2.3.3, uncompressed */
#define CRYPTO_P256_SHARED_SIZE  32 /* x-coordinate, SEC 1 3.3.1 */
#define CRYPTO_SIGNATURE_SIZE    64 /* r||s */

/* What was done, for the cost of a card. AES counts 16-byte blocks, CMAC's included. */
struct crypto_tally {
  uint32_t signatures, verifications, key_pairs, agreements, aes_blocks, aes_keys, hashes;
};

/* Counts this thread's operations into *tally from now on; NULL stops. The caller keeps *tally alive. */
void crypto_tally_attach(struct crypto_tally *tally);

/* What this thread counts into, for code that has the library's key objects do such work: src/keys. Never NULL. */
struct crypto_tally *crypto_tally_here(void);

/* Overwrites len bytes in a way that the compiler may not drop. */
void crypto_wipe(void *secret, size_t len);

/* Whether len bytes are equal, in time that depends on len only. */
bool crypto_equal(const void *a, const void *b, size_t len) EPURSE_MUST_USE;

/* len bytes fit for keys, from the library's seeded generator. */
bool crypto_random(uint8_t *out, size_t len) EPURSE_MUST_USE;

/* SHA-256 of data. */
bool crypto_sha256(const uint8_t *data, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* HMAC-SHA-256 (RFC 2104). */
bool crypto_hmac_sha256(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
                        uint8_t mac[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* AES-128-CBC without padding; len is a multiple of 16; in and out may be the same buffer. */
bool crypto_aes_cbc_encrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) EPURSE_MUST_USE;
/* The reverse, under the same terms. Whether the key was right it cannot tell. */
bool crypto_aes_cbc_decrypt(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t iv[CRYPTO_AES_BLOCK_SIZE],
                            const uint8_t *in, size_t len, uint8_t *out) EPURSE_MUST_USE;

/* AES-CMAC, all 16 bytes (NIST SP 800-38B). */
bool crypto_aes_cmac(const uint8_t key[CRYPTO_AES_KEY_SIZE], const uint8_t *data, size_t len,
                     uint8_t mac[CRYPTO_AES_BLOCK_SIZE]) EPURSE_MUST_USE;

/* A new P-256 key pair. */
bool crypto_p256_generate(uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                          uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

/* The public key of a private one; false where the scalar is out of range. */
bool crypto_p256_public(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                        uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

/* Whether those 65 bytes are an uncompressed point on the curve: compressed, hybrid and infinity are refused. */
bool crypto_p256_valid(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

/* ECDH, x-coordinate (SEC 1 3.3.1); false for a point that crypto_p256_valid refuses. Wipe the result. */
bool crypto_p256_agree(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                       const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                       uint8_t shared[CRYPTO_P256_SHARED_SIZE]) EPURSE_MUST_USE;

/* ECDSA with SHA-256 over data (FIPS 186-4). */
bool crypto_p256_sign(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], const uint8_t *data, size_t len,
                      uint8_t signature[CRYPTO_SIGNATURE_SIZE]) EPURSE_MUST_USE;

/* Whether that is a signature over data by the holder of public_key. */
bool crypto_p256_verify(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], const uint8_t *data, size_t len,
                        const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) EPURSE_MUST_USE;

/* A public key held ready, for many signatures of one signer; it is only read, so threads may share it. Takes a copy of
 * the point. NULL for a point that crypto_p256_valid refuses, or without memory; crypto_verifier_free releases it and
 * sets the pointer to NULL. */
struct crypto_verifier;
/* Decodes the point once. */
struct crypto_verifier *crypto_verifier_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;
/* As crypto_p256_verify, by the key that it holds. */
bool crypto_verifier_check(const struct crypto_verifier *verifier, const uint8_t *data, size_t len,
                           const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) EPURSE_MUST_USE;
/* NULL is fine. */
void crypto_verifier_free(struct crypto_verifier **verifier);

/* ANSI X9.63 KDF with SHA-256 (SEC 1 3.6.1): out_len bytes from a shared secret and shared information. */
bool crypto_x963_kdf(const uint8_t *shared, size_t shared_len, const uint8_t *info, size_t info_len, uint8_t *out,
                     size_t out_len) EPURSE_MUST_USE;

#endif
