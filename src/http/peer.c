/* SPDX-License-Identifier: Apache-2.0
 * Whom a TLS handshake proved at the other end. */
#include "peer.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "epurse/message.h"
#include "epurse/pin_envelope.h"
#include "epurse/x509.h"

void peer_clear(struct peer *peer) {
  message_verifier_free(&peer->verifier);
  if (peer->pins != NULL)
    crypto_wipe(peer->pins, sizeof *peer->pins);
  free(peer->pins);
  *peer = (struct peer){0};
}

enum status peer_from_tls(const SSL *tls, struct peer *peer) {
  X509 *certificate = SSL_get0_peer_certificate(tls);

  *peer = (struct peer){0};
  if (certificate == NULL || SSL_get_verify_result(tls) != X509_V_OK ||
      x509_common_name(certificate, peer->common_name, sizeof peer->common_name) != STATUS_OK ||
      x509_public_key(certificate, peer->public_key) != STATUS_OK ||
      message_verifier_new(peer->public_key, &peer->verifier) != STATUS_OK) {
    peer_clear(peer);
    return STATUS_NOT_AUTHENTICATED;
  }
  peer->pins = calloc(1, sizeof *peer->pins);
  if (peer->pins == NULL) {
    peer_clear(peer);
    return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}
