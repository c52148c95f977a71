/* SPDX-License-Identifier: Apache-2.0
 * What a certificate of each kind says about itself: only for src/keys/. */
#ifndef EPURSE_KEYS_X509_EXTENSION_H
#define EPURSE_KEYS_X509_EXTENSION_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "epurse/x509.h"

/* Adds the extensions of RFC 5280 4.2 that `request` asks for. `issuer` is the CA's certificate, or the certificate
 * itself for a root. False: the library refused, or a host name is none. */
bool x509_extensions_add(X509 *certificate, X509 *issuer, const struct x509_request *request) EPURSE_MUST_USE;

#endif
