/* SPDX-License-Identifier: Apache-2.0
 * PINs on their way from here to the server. */
#include "pin_encipher.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/pin_envelope.h"
#include "epurse/terminal.h"

enum status pin_encipher(struct terminal *terminal, struct pin_envelope *envelope, char jwe[PIN_JWE_MAX]) {
  char *text = NULL;
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  enum status status =
      pin_seal_again(envelope, terminal->server_pin.public_key, (int64_t)now.tv_sec, &terminal->pins, &text);
  if (status == STATUS_OK && strlen(text) >= PIN_JWE_MAX)
    status = STATUS_INTERNAL;
  if (status == STATUS_OK)
    memcpy(jwe, text, strlen(text) + 1);
  free(text);
  crypto_wipe(envelope, sizeof *envelope);
  return status;
}
