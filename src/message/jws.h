/* SPDX-License-Identifier: Apache-2.0
 * JWS (RFC 7515), compact, ES256 and nothing else: only for src/message/. */
#ifndef EPURSE_MESSAGE_JWS_H
#define EPURSE_MESSAGE_JWS_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/message.h"

/* *jws is malloc'd text. STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY. */
enum status jws_sign(const char *payload, const char *kid, const struct key *key, char **jws) EPURSE_MUST_USE;

/* Checks the header, whose kid comes out, then the signature; the payload is malloc'd. STATUS_BAD_FORMAT,
 * STATUS_UNKNOWN_FIELD (of the header), STATUS_BAD_SIGNATURE, STATUS_NO_MEMORY. */
struct jws_content {
  char kid[TID_SIZE + 1];
  uint8_t *payload;
  size_t payload_len;
};
enum status jws_verify(const char *jws, size_t len, const struct message_verifier *verifier,
                       struct jws_content *content) EPURSE_MUST_USE;

#endif
