/* SPDX-License-Identifier: Apache-2.0
 * Certificates that cards read: GlobalPlatform's tag 7F21 (GPC Amendment F 6.1, table 6-1), P-256, one APDU long.
 * Freestanding. */
#ifndef EPURSE_CERTIFICATE_H
#define EPURSE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/offline_limits.h"
#include "epurse/status.h"

#define TAG_CERTIFICATE          0x7F21
#define CERTIFICATE_SERIAL_SIZE  8
#define CERTIFICATE_CA_ID_SIZE   8   /* tag 42 */
#define CERTIFICATE_SUBJECT_SIZE 8   /* tag 5F20: CID, TID, or a name of 8 bytes */
#define CERTIFICATE_SERVER_SIZE  191 /* of ROLE_SERVER */
#define CERTIFICATE_MAX          230 /* fits one protected APDU with its DGI header */

/* What the key is certified for; first byte of tag 53. A key is good for that and nothing else. */
enum role {
  ROLE_POS = 0x01, /* terminal ECKA keys, by terminal CA */
  ROLE_RELOAD = 0x02,
  ROLE_PERSO = 0x03,       /* the issuer's desk */
  ROLE_ADMIN = 0x04,       /* epurse-admin; no card takes it */
  ROLE_SERVER = 0x10,      /* server SIG, by master */
  ROLE_SERVER_PIN = 0x11,  /* server key that PINs are enciphered to, by master */
  ROLE_CARD_CA = 0x20,     /* by master */
  ROLE_TERMINAL_CA = 0x21, /* by master */
  ROLE_CARD_ECKA = 0x30,   /* by card CA; subject is a random reference */
  ROLE_CARD_SIG = 0x31     /* by card CA; subject is the CID */
};

struct certificate {
  uint8_t serial[CERTIFICATE_SERIAL_SIZE];   /* 93 */
  uint8_t ca_id[CERTIFICATE_CA_ID_SIZE];     /* 42: subject of the certificate that verifies this one */
  uint8_t subject[CERTIFICATE_SUBJECT_SIZE]; /* 5F20 */
  uint8_t role;                              /* 53, first byte; also fixes 95: 0080 key agreement, 8200 signature */
  uint8_t version;                           /* 53, second byte: of the certified key */
  char merchant[MERCHANT_MAX + 1];           /* 53, rest: terminals only, else "" */
  uint8_t least;                             /* 53, rest: server SIG and terminal CA only, else 0; 1..version:
                                                * the lowest version of that key that is still good */
  uint16_t offline_currency;                 /* 53, rest: card SIG only, else 0; what these are in */
  struct offline_limits offline;
  uint8_t expiry[DATE_SIZE];                   /* 5F24, last day of validity */
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]; /* 7F49 { B0 point, F0 01 00 } */
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];    /* 5F37, over 93 .. 7F49 as they stand */
  /* set by certificate_decode: what the signature covers, borrowed from the input */
  const uint8_t *signed_part;
  size_t signed_len;
};

/* Signs and writes the certificate (signature, signed_part of *certificate are not read). *len <= CERTIFICATE_MAX.
 * STATUS_CRYPTO_FAILED, STATUS_BAD_LENGTH where capacity does not suffice, STATUS_BAD_FORMAT where
 * certificate_decode would refuse it: unknown role, date that is none, key off the curve, merchant of a non-terminal;
 * a `least` that is not 1..version, off-line limits that are none; or where one of these stands in another role. */
enum status certificate_issue(const struct certificate *certificate, const uint8_t ca_private[CRYPTO_P256_PRIVATE_SIZE],
                              uint8_t *out, size_t capacity, size_t *len) EPURSE_MUST_USE;

/* Reads exactly one certificate, its tags in the standard's order, no others; the key must be on the curve, the usage
 * must fit the role, and so must all of 53. STATUS_BAD_FORMAT. Verifies no signature. */
enum status certificate_decode(const uint8_t *data, size_t len, struct certificate *certificate) EPURSE_MUST_USE;

/* Whether a card's SIG certificate tells terminals of off-line payments what its parameters tell the card. */
bool certificate_limits_are(const struct certificate *certificate, uint16_t currency,
                            const struct offline_limits *limits);

/* Checks a decoded certificate: its signature by ca_public, its ca_id against the CA's subject, its role, and, where
 * `now` is not NULL, that its last day has not passed. STATUS_BAD_CERTIFICATE, STATUS_TERMINAL_REVOKED where a
 * terminal's has expired. */
struct certificate_check {
  const uint8_t *ca_public;  /* CRYPTO_P256_PUBLIC_SIZE */
  const uint8_t *ca_subject; /* CERTIFICATE_SUBJECT_SIZE, or NULL: not compared */
  uint8_t role;              /* enum role; 0: any terminal role (POS, RELOAD, PERSO) */
  const uint8_t *now;        /* MOMENT_SIZE, or NULL */
};
/* Goes by signed_part, so that the bytes that were decoded are still there. */
enum status certificate_verify(const struct certificate *certificate,
                               const struct certificate_check *check) EPURSE_MUST_USE;
/* The same but for the signature, which the caller has verified before, over these very bytes. */
enum status certificate_verify_again(const struct certificate *certificate,
                                     const struct certificate_check *check) EPURSE_MUST_USE;

#endif
