/* SPDX-License-Identifier: Apache-2.0
 * Keys as JWKs (RFC 7517), and the compact serialization taken apart. */
#include "jose.h"

#include <openssl/err.h>
#include <string.h>

#define COORDINATE_SIZE 32

cjose_jwk_t *jose_jwk(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  uint8_t x[COORDINATE_SIZE], y[COORDINATE_SIZE]; /* cjose wants them writable */
  cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256, .x = x, .xlen = sizeof x, .y = y, .ylen = sizeof y};

  memcpy(x, public_key + 1, sizeof x);
  memcpy(y, public_key + 1 + sizeof x, sizeof y);
  cjose_jwk_t *jwk = cjose_jwk_create_EC_spec(&spec, NULL);
  if (jwk == NULL)
    ERR_clear_error();
  return jwk;
}

bool jose_split(const char *text, size_t len, struct jose_part *parts, size_t count) {
  const char *end = text + len;
  size_t found = 0;

  while (found < count) {
    const char *dot = memchr(text, '.', (size_t)(end - text));
    parts[found].text = text;
    parts[found].len = (size_t)((dot != NULL ? dot : end) - text);
    found++;
    if (dot == NULL)
      return found == count;
    text = dot + 1;
  }
  return false;
}
