/* SPDX-License-Identifier: Apache-2.0
 * The key ceremony: all keys and certificates of an issuer, made once. */
#ifndef EPURSE_CMD_ADMIN_CEREMONY_H
#define EPURSE_CMD_ADMIN_CEREMONY_H

#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/key.h"
#include "epurse/status.h"

struct ceremony {
  const char *folder; /* the issuer's directory, with issuer/ in it */
  const char *issuer_passphrase, *server_passphrase;
  const char *hosts;                /* of the server's TLS certificate */
  uint32_t issuer;                  /* six digits */
  int64_t now;                      /* unix seconds */
  struct key *master, *terminal_ca; /* out: the caller frees them */
};

/* Makes every key file and certificate of the directory. On failure the directory is of no use. */
enum status ceremony_run(struct ceremony *ceremony) EPURSE_MUST_USE;

/* Writes a 7F21 certificate with a random serial to folder/name. `certificate` lacks serial and signature. */
enum status ceremony_certificate(const char *folder, const char *name, struct certificate *certificate,
                                 const struct key *ca) EPURSE_MUST_USE;

/* The same for a key of the issuer's house, under ceremony->master, valid as long as those that init makes: version,
 * role, subject and *least* are the caller's. Of ceremony, folder, now and master are read. */
enum status ceremony_certify(const struct ceremony *ceremony, struct certificate *certificate,
                             const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], const char *name) EPURSE_MUST_USE;
/* The X.509 certificate of the server's TLS key, for ceremony->hosts. */
enum status ceremony_tls(const struct ceremony *ceremony, const struct key *tls, const char *name) EPURSE_MUST_USE;

/* The X.509 certificate of the terminal CA's key of that version, to a new file; of the ceremony as
 * ceremony_certify. */
enum status ceremony_terminal_ca(const struct ceremony *ceremony, const struct key *ca, uint8_t version,
                                 const char *path) EPURSE_MUST_USE;

/* The last day of validity of what ends at that moment. */
void ceremony_expiry(int64_t end, uint8_t expiry[DATE_SIZE]);

#endif
