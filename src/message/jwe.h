/* SPDX-License-Identifier: Apache-2.0
 * JWE (RFC 7516), compact, ECDH-ES with A256GCM and nothing else: only for src/message/. */
#ifndef EPURSE_MESSAGE_JWE_H
#define EPURSE_MESSAGE_JWE_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/key.h"
#include "epurse/status.h"

#define JWE_TEXT_MAX 256 /* bytes of plain text: a PIN and its card */

/* Enciphers to the holder of that key. *jwe is malloc'd text. STATUS_BAD_FORMAT: not a point on the curve, or text_len
 * above JWE_TEXT_MAX; STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY. */
enum status jwe_encipher(const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], const uint8_t *text, size_t text_len,
                         char **jwe) EPURSE_MUST_USE;

/* Opens what is exactly of that form and for this key. Wipe `text`. STATUS_BAD_FORMAT otherwise: it does not say why.
 */
enum status jwe_decipher(const char *jwe, size_t len, const struct key *key, uint8_t text[JWE_TEXT_MAX],
                         size_t *text_len) EPURSE_MUST_USE;

#endif
