/* SPDX-License-Identifier: Apache-2.0
 * What JWS and JWE share: the parts of the compact form: only for src/message/. */
#ifndef EPURSE_MESSAGE_JOSE_H
#define EPURSE_MESSAGE_JOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "epurse/must_use.h"

/* A part of the compact form (RFC 7515 7.1): text between dots, borrowed. */
struct jose_part {
  const char *text;
  size_t len;
};

/* Splits at every dot; false unless there are exactly `count` parts. */
bool jose_split(const char *text, size_t len, struct jose_part *parts, size_t count) EPURSE_MUST_USE;

#endif
