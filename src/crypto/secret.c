/* SPDX-License-Identifier: Apache-2.0
 * Bytes that nobody else may learn: made, compared, wiped. */
#include "epurse/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

void crypto_wipe(void *secret, size_t len) {
  if (secret != NULL && len > 0)
    OPENSSL_cleanse(secret, len);
}

bool crypto_equal(const void *a, const void *b, size_t len) {
  return len == 0 || CRYPTO_memcmp(a, b, len) == 0;
}

bool crypto_random(uint8_t *out, size_t len) {
  if (len > INT_MAX)
    return false;
  return len == 0 || RAND_priv_bytes(out, (int)len) == 1;
}
