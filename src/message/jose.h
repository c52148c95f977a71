/* SPDX-License-Identifier: Apache-2.0
 * What JWS and JWE share: keys as JWKs, parts of the compact form: for src/message/ alone. */
#ifndef EPURSE_MESSAGE_JOSE_H
#define EPURSE_MESSAGE_JOSE_H

#include <cjose/jwk.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/status.h"

/* The JWK of a public key; NULL where the library refuses it. The caller releases it with cjose_jwk_release. */
cjose_jwk_t *jose_jwk(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);

/* A part of the compact form (RFC 7515 7.1): text between dots, borrowed. */
struct jose_part {
  const char *text;
  size_t len;
};

/* Splits at every dot; false unless there are exactly `count` parts. */
bool jose_split(const char *text, size_t len, struct jose_part *parts, size_t count) EPURSE_MUST_USE;

#endif
