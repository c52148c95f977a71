/* SPDX-License-Identifier: Apache-2.0
 * P-256 keys as OpenSSL holds them: only for src/crypto/. */
#ifndef EPURSE_CRYPTO_P256_KEY_H
#define EPURSE_CRYPTO_P256_KEY_H

#include <openssl/evp.h>

#include "epurse/crypto.h"

/* The key of an uncompressed point; the caller frees it. NULL where the point is of another form or off the curve. */
EVP_PKEY *p256_key_public(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);

/* A context of this thread's own, ready to verify by that key until the next call; the thread's end frees it. NULL as
 * above. */
EVP_PKEY_CTX *p256_key_verifying(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);

/* The key of a scalar, without its public half; the caller frees it. NULL where it is not in 1 .. n - 1. */
EVP_PKEY *p256_key_private(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE]);

#endif
