/* SPDX-License-Identifier: Apache-2.0
 * PINs between terminal and server: JWE (RFC 7516), ECDH-ES + A256GCM, to the receiver's key agreement key. */
#ifndef EPURSE_PIN_ENVELOPE_H
#define EPURSE_PIN_ENVELOPE_H

#include <stdint.h>

#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/record.h"
#include "epurse/status.h"

struct key;

/* {"cid":..,"atc":..,"pin":..} for the server: bound to one promise. *jwe is malloc'd. STATUS_BAD_FORMAT: not 4 to 12
 * digits, or no such key; STATUS_CRYPTO_FAILED. */
struct pin_envelope {
  uint8_t cid[CID_SIZE];
  uint32_t atc; /* 0 where there is no promise: personalization */
  char pin[PIN_MAX + 1];
};
/* The caller frees *jwe, which is NULL after a failure. STATUS_NO_MEMORY, too. */
enum status pin_seal(const struct pin_envelope *envelope, const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE],
                     char **jwe) EPURSE_MUST_USE;
/* STATUS_BAD_FORMAT for everything that is not such an envelope for this key: it does not say what was wrong.
 * Wipe envelope->pin. */
enum status pin_open(const char *jwe, const struct key *key, struct pin_envelope *envelope) EPURSE_MUST_USE;

#endif
