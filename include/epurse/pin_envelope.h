/* SPDX-License-Identifier: Apache-2.0
 * PINs between terminal and server: JWE (RFC 7516), ECDH-ES + A256GCM, to the receiver's key agreement key. */
#ifndef EPURSE_PIN_ENVELOPE_H
#define EPURSE_PIN_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct key;

#define PIN_AGREEMENT_SECONDS (4 * 3600) /* so long an ephemeral key is repeated ... */
#define PIN_AGREEMENT_USES    65536      /* ... and so often: random nonces under one key stay apart */

#define PIN_HEADER_KEPT 256 /* characters; the programs' own have 224 at most */

/* What one ephemeral key has brought, kept on either side so that the next envelope costs no agreement. The ephemeral
 * private key is wiped when it is made. Zeros: nothing yet. Each belongs to one thread at a time; its owner ends it
 * with crypto_wipe. */
struct pin_agreement {
  bool there;
  uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], ephemeral[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t content_key[32]; /* of A256GCM */
  uint32_t uses;           /* envelopes sealed with it */
  int64_t since;           /* that it is sealed with, in its owner's seconds */
  /* As the opened envelopes have it, so that it is read once; longer ones are read anew. */
  char header[PIN_HEADER_KEPT];
  size_t header_len;
};

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
/* The same under a kept agreement, which is made anew for another receiver, after PIN_AGREEMENT_SECONDS by the caller's
 * clock `now`, or after PIN_AGREEMENT_USES. */
enum status pin_seal_again(const struct pin_envelope *envelope, const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE],
                           int64_t now, struct pin_agreement *agreement, char **jwe) EPURSE_MUST_USE;
/* STATUS_BAD_FORMAT for everything that is not such an envelope for this key: it does not say what was wrong.
 * Wipe envelope->pin. */
enum status pin_open(const char *jwe, const struct key *key, struct pin_envelope *envelope) EPURSE_MUST_USE;
/* The same, without an agreement where *agreement is that of this envelope and this key; else it becomes it, once the
 * envelope has proved good. */
enum status pin_open_again(const char *jwe, const struct key *key, struct pin_agreement *agreement,
                           struct pin_envelope *envelope) EPURSE_MUST_USE;

#endif
