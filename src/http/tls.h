/* SPDX-License-Identifier: Apache-2.0
 * The server's side of TLS: 1.3 only (RFC 8446), client certificate required. */
#ifndef EPURSE_SERVER_TLS_H
#define EPURSE_SERVER_TLS_H

#include <openssl/types.h>

#include "epurse/status.h"

struct tls_files {
  const char *certificate; /* PEM: the server's own */
  const char *terminal_ca; /* PEM: the CAs of client certificates, while one takes over from another both; nobody else's
                              chain is taken, also not one that ends at the issuer's root */
  const struct key *key;   /* of the server's certificate */
};

/* A context for accepting; the caller frees it with SSL_CTX_free. STATUS_BAD_CERTIFICATE: a file is missing, damaged,
 * or the key is not the certificate's; STATUS_NO_MEMORY; STATUS_CRYPTO_FAILED. */
enum status tls_open(const struct tls_files *files, SSL_CTX **context) EPURSE_MUST_USE;

#endif
