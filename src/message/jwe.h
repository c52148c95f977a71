/* SPDX-License-Identifier: Apache-2.0
 * JWE (RFC 7516), compact, ECDH-ES with A256GCM and nothing else: only for src/message/. */
#ifndef EPURSE_MESSAGE_JWE_H
#define EPURSE_MESSAGE_JWE_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/pin_envelope.h"
#include "epurse/status.h"

#define JWE_TEXT_MAX 256 /* bytes of plain text: a PIN and its card */

/* A new ephemeral key, and what it agrees on with the holder of that one. STATUS_BAD_FORMAT: not a point on the curve;
 * STATUS_CRYPTO_FAILED: *agreement is then zeros. */
enum status jwe_agree(const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], struct pin_agreement *agreement) EPURSE_MUST_USE;

/* Enciphers under it, with a nonce of its own. *jwe is malloc'd text. STATUS_BAD_FORMAT: text_len above JWE_TEXT_MAX;
 * STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY. */
enum status jwe_encipher(const struct pin_agreement *agreement, const uint8_t *text, size_t text_len,
                         char **jwe) EPURSE_MUST_USE;

/* Opens what is exactly of that form and for this key. *agreement is used where it is the right one, and becomes it
 * when the message has opened; zeros will do. Wipe `text`. STATUS_BAD_FORMAT otherwise: it does not say why. */
enum status jwe_decipher(const char *jwe, size_t len, const struct key *key, struct pin_agreement *agreement,
                         uint8_t text[JWE_TEXT_MAX], size_t *text_len) EPURSE_MUST_USE;

#endif
