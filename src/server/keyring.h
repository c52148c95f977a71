/* SPDX-License-Identifier: Apache-2.0
 * The server's private keys and the certificates that go with them. */
#ifndef EPURSE_SERVER_KEYRING_H
#define EPURSE_SERVER_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/status.h"

/* A certificate with its bytes, verified under the master key. */
struct keyring_certificate {
  uint8_t data[CERTIFICATE_MAX];
  size_t len;                     /* bytes */
  struct certificate certificate; /* borrows from `data` */
};

struct keyring {
  uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE];
  struct keyring_certificate card_ca_certificate, server_certificate, server_pin_certificate, terminal_ca_certificate;
  struct keyring_certificate server_old;  /* that of the key before server's, until key retire; len 0: none */
  struct keyring_certificate card_ca_old; /* has certified cards that are good still; len 0: there is none */
  int64_t tls_expires;                    /* unix seconds: of tls.crt */
  struct key *card_ca;                    /* certifies cards; NULL: this server takes payments and makes none */
  struct key *server;                     /* signs authorisations, block orders, replies */
  struct key *server_pin;                 /* PINs are enciphered to it */
  struct key *pin_store;                  /* its scalar keys the MAC of stored PINs */
  struct key *tls;
};

/* Reads root.crt and the 7F21 certificates of the folder and verifies them under the master key at `now`, unix seconds;
 * card-ca-old.cert need not be there. tls.crt and terminal-ca.crt are there, and not over. STATUS_NOT_FOUND,
 * STATUS_BAD_CERTIFICATE; `problem` (256 bytes) then names the file. */
enum status keyring_certificates(struct keyring *keyring, const char *folder, int64_t now,
                                 char problem[256]) EPURSE_MUST_USE;

/* Reads the private keys, and checks that each is the one of its certificate; card-ca.key need not be there.
 * STATUS_NOT_FOUND, STATUS_KEY_EXPOSED,
 * STATUS_BAD_KEY; `problem` then names the file. */
enum status keyring_keys(struct keyring *keyring, const char *folder, const char *passphrase,
                         char problem[256]) EPURSE_MUST_USE;

/* The key of the server's of that version, where what it signed still counts: the present one, or the one before it
 * while it is not withdrawn. NULL: neither. */
const uint8_t *keyring_server(const struct keyring *keyring, uint8_t version);

/* Wipes and releases. */
void keyring_clear(struct keyring *keyring);

#endif
