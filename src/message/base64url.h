/* SPDX-License-Identifier: Apache-2.0
 * base64url without padding (RFC 4648 5), in its one canonical form: only for src/message/. */
#ifndef EPURSE_MESSAGE_BASE64URL_H
#define EPURSE_MESSAGE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"

/* *text is malloc'd, with NUL. False: no memory. */
bool base64url_encode(const uint8_t *data, size_t len, char **text) EPURSE_MUST_USE;

/* *data is malloc'd. False for every text that base64url_encode would not have written: padding, foreign characters,
 * bits set after the last byte. */
bool base64url_decode(const char *text, size_t text_len, uint8_t **data, size_t *len) EPURSE_MUST_USE;

#endif
