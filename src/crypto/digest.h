/* SPDX-License-Identifier: Apache-2.0
 * SHA-256 that is not counted, for what counts for itself: only for src/crypto/. */
#ifndef EPURSE_CRYPTO_DIGEST_H
#define EPURSE_CRYPTO_DIGEST_H

#include "epurse/crypto.h"

bool digest_sha256(const uint8_t *data, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]);

#endif
