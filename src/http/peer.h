/* SPDX-License-Identifier: Apache-2.0
 * Whom a TLS handshake proved at the other end: the client certificate's name and key, taken apart once a connection.
 */
#ifndef EPURSE_SERVER_PEER_H
#define EPURSE_SERVER_PEER_H

#include <openssl/types.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct message_verifier;
struct pin_agreement;

struct peer {
  char common_name[TID_SIZE + 1];
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
  struct message_verifier *verifier; /* of that key; owned */
  struct pin_agreement *pins;        /* kept for the PINs that come on this connection; owned, wiped with it */
};

/* From a connection whose handshake is done. STATUS_NOT_AUTHENTICATED: no certificate, not verified, or not of a
 * terminal's form; *peer is then cleared. STATUS_NO_MEMORY. */
enum status peer_from_tls(const SSL *tls, struct peer *peer) EPURSE_MUST_USE;

/* Releases what a peer owns and makes it nobody. */
void peer_clear(struct peer *peer);

#endif
