/* SPDX-License-Identifier: Apache-2.0
 * PINs as the server knows them: never the digits, but a MAC of them under a key that the ledger does not hold. */
#ifndef EPURSE_SERVER_PINSTORE_H
#define EPURSE_SERVER_PINSTORE_H

#include "epurse/ledger_card.h"
#include "keyring.h"

/* Draws four digits, each number as likely as another. STATUS_CRYPTO_FAILED. Wipe them. */
enum status pinstore_draw(char digits[PIN_MAX + 1]) EPURSE_MUST_USE;

/* HMAC-SHA-256 over "epurse-pin" || CID || digits with the scalar of pin-store.key. STATUS_CRYPTO_FAILED. */
enum status pinstore_mac(const struct keyring *keyring, const uint8_t cid[CID_SIZE], const char *digits,
                         uint8_t mac[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

struct pin_agreement;

/* What a terminal enciphered for one promise. */
struct pinstore_claim {
  const char *jwe;                 /* as message.h's pin_seal makes it */
  const uint8_t *cid;              /* CID_SIZE */
  struct pin_agreement *agreement; /* kept of its sender; NULL: none is */
  uint32_t atc;                    /* of the promise; 0 where there is none: personalization, a change of PIN */
};
/* The MAC of the PIN in there. STATUS_BAD_FORMAT: it is no PIN for this server, card and promise, so that nothing was
 * tried. STATUS_CRYPTO_FAILED. */
enum status pinstore_open(const struct keyring *keyring, const struct pinstore_claim *claim,
                          uint8_t mac[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* Which of a card's PINs that is, for a card that has signed that its PIN was changed `changes` times: each is its PIN
 * with one such count only. It takes the same time whichever. */
enum pinstore_match {
  PINSTORE_NONE,
  PINSTORE_PRESENT,  /* the one that is stored; while it is being changed, the one before */
  PINSTORE_CANDIDATE /* the one that it is being changed to, and the card has made that change */
};
enum pinstore_match pinstore_match(const struct ledger_card *card, uint16_t changes,
                                   const uint8_t mac[CRYPTO_SHA256_SIZE]);

#endif
