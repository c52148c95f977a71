/* SPDX-License-Identifier: Apache-2.0
 * An issuer, a server, a card and a terminal, with a transaction that they made together. */
#ifndef EPURSE_TESTS_PROTOCOL_CHAIN_H
#define EPURSE_TESTS_PROTOCOL_CHAIN_H

#include "epurse/certificate.h"
#include "epurse/receipt.h"
#include "epurse/record.h"

struct chain_key {
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE];
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE];
};

/* A certificate before it is signed, and as it was issued. */
struct chain_certificate {
  struct certificate fields;
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len;
};

struct chain {
  struct chain_key master, card_ca_key, terminal_ca_key, server_key, card_key, terminal_key;
  struct chain_certificate card_ca, terminal_ca, server, card, terminal;
  struct promise promise;
  struct authorisation authorisation; /* chain_finish sets the hash of the promise */
  bool another_promise;               /* ... or one that differs from it */
  uint8_t secret[SECRET_SIZE];
  uint8_t promise_record[PROMISE_SIZE], authorisation_record[AUTHORISATION_SIZE];
  uint8_t receipt[RECEIPT_MAX];
  size_t receipt_len;
};

/* New keys, and the fields of a purchase of 12.50 EUR that went well on 2026-11-23; nothing is signed yet. */
void chain_begin(struct chain *chain);
/* Signs all certificates and records as the fields stand, and puts the receipt together. */
void chain_finish(struct chain *chain);

#endif
