/* SPDX-License-Identifier: Apache-2.0
 * PINs on their way from here to the server. */
#ifndef EPURSE_TERMINAL_PIN_ENCIPHER_H
#define EPURSE_TERMINAL_PIN_ENCIPHER_H

#include "epurse/message.h"

struct pin_envelope;
struct terminal;

/* Enciphers to the server's PIN key, under the ephemeral key that the terminal repeats for some hours, and wipes the
 * envelope. Statuses of pin_seal; STATUS_INTERNAL: longer than a message takes. */
enum status pin_encipher(struct terminal *terminal, struct pin_envelope *envelope,
                         char jwe[PIN_JWE_MAX]) EPURSE_MUST_USE;

#endif
