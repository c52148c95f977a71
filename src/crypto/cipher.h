/* SPDX-License-Identifier: Apache-2.0
 * A block cipher in CBC, whichever: only for src/crypto/. */
#ifndef EPURSE_CRYPTO_CIPHER_H
#define EPURSE_CRYPTO_CIPHER_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"

struct cipher_job {
  const EVP_CIPHER *cipher; /* NULL: false */
  const uint8_t *key, *iv;
  size_t block; /* bytes */
  bool encrypt;
};

/* Without padding; len is a multiple of the block; in and out may be the same buffer. False: nothing is in `out`. */
bool cipher_cbc(const struct cipher_job *job, const uint8_t *in, size_t len, uint8_t *out) EPURSE_MUST_USE;

#endif
