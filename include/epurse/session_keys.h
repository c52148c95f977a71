/* SPDX-License-Identifier: Apache-2.0
 * The keys and certificates with which a terminal opens sessions. */
#ifndef EPURSE_SESSION_KEYS_H
#define EPURSE_SESSION_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* What a terminal shows and checks with. All borrowed; lives longer than the session. */
struct session_keys {
  const uint8_t *ecka_private;     /* the terminal's SK.OCE.ECKA */
  const uint8_t *ecka_certificate; /* its 7F21 */
  size_t ecka_certificate_len;
  const uint8_t *card_ca_public; /* from the card CA's certificate, verified under the master key */
  const uint8_t *card_ca_subject;
  const uint8_t *card_ca_next_public; /* of the newer card CA, while cards of both are about; NULL: there is one only */
  const uint8_t *card_ca_next_subject;
  uint8_t terminal_ca_version;            /* of the key that certified ours, as cards name it; 0: KVN_FIRST */
  const uint8_t *terminal_ca_certificate; /* its 7F21 and the server's, for cards with older ones; NULL: none to show */
  size_t terminal_ca_certificate_len;
  const uint8_t *server_certificate;
  size_t server_certificate_len;
};

#endif
