/* SPDX-License-Identifier: Apache-2.0
 * PINs on their way from here to the server. */
#include "pin_encipher.h"

#include <stdlib.h>
#include <string.h>

#include "epurse/pin_envelope.h"
#include "epurse/terminal.h"

enum status pin_encipher(const struct terminal *terminal, struct pin_envelope *envelope, char jwe[PIN_JWE_MAX]) {
  char *text = NULL;
  enum status status = pin_seal(envelope, terminal->server_pin.public_key, &text);
  if (status == STATUS_OK && strlen(text) >= PIN_JWE_MAX)
    status = STATUS_INTERNAL;
  if (status == STATUS_OK)
    memcpy(jwe, text, strlen(text) + 1);
  free(text);
  crypto_wipe(envelope, sizeof *envelope);
  return status;
}
