/* SPDX-License-Identifier: Apache-2.0
 * X.509 for TLS only: the issuer's root, the terminal CA, server and client certificates (RFC 5280). */
#ifndef EPURSE_X509_H
#define EPURSE_X509_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/status.h"

struct key;

enum x509_kind {
  X509_ROOT,        /* self-signed, CA, path length 1 */
  X509_TERMINAL_CA, /* CA, path length 0 */
  X509_SERVER,      /* serverAuth, with subjectAltName from `hosts` */
  X509_CLIENT       /* clientAuth; CN = TID, OU = role's name, O = merchant */
};

struct x509_request {
  enum x509_kind kind;
  const char *common_name;   /* TID for X509_CLIENT */
  enum role role;            /* X509_CLIENT only */
  const char *merchant;      /* X509_CLIENT only; may be "" */
  const char *hosts;         /* X509_SERVER only: "localhost,127.0.0.1" names and addresses */
  const uint8_t *public_key; /* CRYPTO_P256_PUBLIC_SIZE; NULL for X509_ROOT */
  int64_t not_after;         /* unix seconds */
};

/* Issues a certificate under ca_key and ca_path's certificate (NULL for X509_ROOT, which ca_key signs itself) and
 * writes it as PEM to a new file; behind an X509_CLIENT its CA's, so that the file is the chain that a TLS client
 * sends. STATUS_EXISTS, STATUS_STORE_FAILED; STATUS_CRYPTO_FAILED: also where the request asks for what cannot be
 * certified (a point off the curve, no host, an end in the past) or ca_key is not the key of ca_path. */
enum status x509_issue(const struct x509_request *request, const struct key *ca_key, const char *ca_path,
                       const char *path) EPURSE_MUST_USE;

/* Whether x509_issue takes these `hosts`: one at least, each a DNS name or an IP address. */
bool x509_hosts_valid(const char *hosts) EPURSE_MUST_USE;

/* The P-256 public key of a certificate, uncompressed. STATUS_BAD_CERTIFICATE. */
enum status x509_public_key(const X509 *certificate, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

/* The first CN of the subject, as text with NUL. STATUS_BAD_CERTIFICATE, STATUS_BAD_LENGTH. */
enum status x509_common_name(const X509 *certificate, char *text, size_t capacity) EPURSE_MUST_USE;

/* "pos", "reload", "perso", "admin" (static; NULL for a role without a word) and back; STATUS_BAD_FORMAT for another.
 */
const char *role_name(uint8_t role);
/* Compares letter by letter; *role is not written where it is another. */
enum status role_by_name(const char *name, uint8_t *role) EPURSE_MUST_USE;

#endif
