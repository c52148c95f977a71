/* SPDX-License-Identifier: Apache-2.0
 * Certificates of the issuer's own keys, read as what a step of their roll goes by: whole, signed, and of the key that
 * is beside them. */
#ifndef EPURSE_CMD_ADMIN_KEY_NEXT_H
#define EPURSE_CMD_ADMIN_KEY_NEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/status.h"

struct admin;
struct key;

/* Whether the master key that was read from `from` is this issuer's, as master.pem has it: nothing here may be signed
 * by another one. STATUS_BAD_KEY: it is not; else as of reading master.pem; said already. */
enum status key_master_check(const struct admin *admin, const char *from, const struct key *master) EPURSE_MUST_USE;
/* One for cards, of that role, that the master key has signed; nothing in it is borrowed any more. STATUS_NOT_FOUND,
 * STATUS_BAD_FORMAT, STATUS_BAD_CERTIFICATE. */
enum status key_certificate_read(const char *path, const uint8_t master[CRYPTO_P256_PUBLIC_SIZE], uint8_t role,
                                 struct certificate *certificate) EPURSE_MUST_USE;
/* Whether the file is such a one, of a later version than `present`, which it may follow, and of that key. */
bool key_certificate_follows(const char *path, const uint8_t master[CRYPTO_P256_PUBLIC_SIZE],
                             const struct certificate *present, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);
/* Whether the file is an X.509 certificate of that key, signed by the one in `root`. */
bool key_x509_holds(const char *path, const char *root, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]);

#endif
