/* SPDX-License-Identifier: Apache-2.0
 * The card core's randomness from a seed: takes the place of the cryptography's (--wrap) while a card works. */
#include "seeded.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/crypto.h"

/* The library's own. */
bool __real_crypto_random(uint8_t *out, size_t len);
bool __real_crypto_p256_generate(uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                                 uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);
bool __real_crypto_p256_sign(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], const uint8_t *data, size_t len,
                             uint8_t signature[CRYPTO_SIGNATURE_SIZE]);
bool __wrap_crypto_random(uint8_t *out, size_t len);
bool __wrap_crypto_p256_generate(uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                                 uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);
bool __wrap_crypto_p256_sign(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], const uint8_t *data, size_t len,
                             uint8_t signature[CRYPTO_SIGNATURE_SIZE]);

static bool seeded;
static uint8_t block[SEED_SIZE + 4]; /* the seed, and the number of the next 32 bytes */

void seeded_begin(const uint8_t seed[SEED_SIZE]) {
  memset(block, 0, sizeof block);
  memcpy(block, seed, SEED_SIZE);
  seeded = true;
}

void seeded_end(void) {
  seeded = false;
}

static bool next(uint8_t out[CRYPTO_SHA256_SIZE]) {
  bool done = crypto_sha256(block, sizeof block, out);
  bytes_put_u32(block + SEED_SIZE, bytes_u32(block + SEED_SIZE) + 1);
  return done;
}

bool __wrap_crypto_random(uint8_t *out, size_t len) {
  uint8_t drawn[CRYPTO_SHA256_SIZE];
  if (!seeded)
    return __real_crypto_random(out, len);
  for (size_t at = 0; at < len; at += sizeof drawn) {
    if (!next(drawn))
      return false;
    memcpy(out + at, drawn, len - at < sizeof drawn ? len - at : sizeof drawn);
  }
  return true;
}

bool __wrap_crypto_p256_generate(uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                                 uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  if (!seeded)
    return __real_crypto_p256_generate(private_key, public_key);
  do
    if (!next(private_key))
      return false;
  while (!crypto_p256_public(private_key, public_key));
  return true;
}

/* r = x(kG) mod n, s = (hash + r d) / k mod n. */
static bool signature_of(const BIGNUM *n, BN_CTX *context, const uint8_t *const parts[3], uint8_t *signature) {
  BIGNUM *k = BN_bin2bn(parts[0], CRYPTO_SHA256_SIZE, NULL), *r = BN_new(), *s = BN_new();
  BIGNUM *hash = BN_bin2bn(parts[1], CRYPTO_SHA256_SIZE, NULL), *d = BN_bin2bn(parts[2], CRYPTO_SHA256_SIZE, NULL);
  uint8_t nonce[CRYPTO_P256_PRIVATE_SIZE], point[CRYPTO_P256_PUBLIC_SIZE];
  bool done = BN_nnmod(k, k, n, context) == 1 && BN_bn2binpad(k, nonce, sizeof nonce) == sizeof nonce &&
              crypto_p256_public(nonce, point) && BN_bin2bn(point + 1, CRYPTO_P256_PRIVATE_SIZE, r) != NULL &&
              BN_nnmod(r, r, n, context) == 1 && BN_mod_mul(s, r, d, n, context) == 1 &&
              BN_mod_add(s, s, hash, n, context) == 1 && BN_mod_inverse(k, k, n, context) != NULL &&
              BN_mod_mul(s, s, k, n, context) == 1 && BN_bn2binpad(r, signature, 32) == 32 &&
              BN_bn2binpad(s, signature + 32, 32) == 32;
  BN_free(k);
  BN_free(r);
  BN_free(s);
  BN_free(hash);
  BN_free(d);
  return done;
}

bool __wrap_crypto_p256_sign(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], const uint8_t *data, size_t len,
                             uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  uint8_t both[CRYPTO_P256_PRIVATE_SIZE + CRYPTO_SHA256_SIZE], nonce[CRYPTO_SHA256_SIZE];
  const uint8_t *const parts[] = {nonce, both + CRYPTO_P256_PRIVATE_SIZE, private_key};
  if (!seeded)
    return __real_crypto_p256_sign(private_key, data, len, signature);
  memcpy(both, private_key, CRYPTO_P256_PRIVATE_SIZE);
  if (!crypto_sha256(data, len, both + CRYPTO_P256_PRIVATE_SIZE) || !crypto_sha256(both, sizeof both, nonce))
    return false;
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  BN_CTX *context = BN_CTX_new();
  bool done = group != NULL && context != NULL && signature_of(EC_GROUP_get0_order(group), context, parts, signature);
  BN_CTX_free(context);
  EC_GROUP_free(group);
  return done;
}
