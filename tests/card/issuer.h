/* SPDX-License-Identifier: Apache-2.0
 * The issuer of the tests: its keys, the certificates that it gives, the orders that its server signs. */
#ifndef EPURSE_TESTS_CARD_ISSUER_H
#define EPURSE_TESTS_CARD_ISSUER_H

#include "epurse/certificate.h"
#include "epurse/record.h"

struct key_pair {
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], public_key[CRYPTO_P256_PUBLIC_SIZE];
};

/* A certificate as bytes. */
struct paper {
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len;
};

struct issuer {
  struct key_pair master, card_ca, terminal_ca, server;
  uint8_t version, least; /* of terminal CA and server key; the lowest that is still good, as their papers say */
  struct paper terminal_ca_paper, server_paper;
};

struct terminal {
  uint8_t role; /* enum role */
  uint8_t tid[TID_SIZE];
  struct key_pair ecka;
  struct paper paper;
};

/* When the tests take place, and when cards and certificates end. */
extern const uint8_t issuer_now[MOMENT_SIZE];
extern const uint8_t issuer_expiry[DATE_SIZE];

void key_pair_make(struct key_pair *pair);
void issuer_make(struct issuer *issuer);
/* The same issuer with a terminal CA and a server key of that version: other keys if it is another version. */
void issuer_roll(const struct issuer *issuer, uint8_t version, uint8_t least, struct issuer *rolled);

/* What a certificate says; `expiry` NULL is issuer_expiry. */
struct paper_request {
  const uint8_t *ca_private;
  const char *ca_subject; /* 8 characters */
  const uint8_t *subject; /* 8 bytes */
  const uint8_t *public_key;
  uint8_t role, version;
  uint8_t least; /* of ROLE_SERVER and ROLE_TERMINAL_CA; 0 is 1 */
  const uint8_t *expiry;
  uint16_t offline_currency; /* of ROLE_CARD_SIG */
  struct offline_limits offline;
};
void paper_issue(const struct paper_request *request, struct paper *paper);

/* A terminal of that role with an own key and certificate; `tid` has 8 characters. */
void terminal_make(const struct issuer *issuer, uint8_t role, const char *tid, struct terminal *terminal);
/* The same terminal with a certificate that ends on that day. */
void terminal_expire(const struct issuer *issuer, struct terminal *terminal, const uint8_t expiry[DATE_SIZE]);

/* The server's order for a promise; points are added, `time` NULL is issuer_now. */
struct order_request {
  const uint8_t *promise; /* PROMISE_SIZE */
  uint8_t decision;       /* enum decision */
  int32_t points;
  const uint8_t *time;
};
/* The order before it is signed, so that a test can bend it. */
void order_draft(const struct order_request *request, struct authorisation *order);
void order_sign(const struct issuer *issuer, const struct authorisation *order, uint8_t out[AUTHORISATION_SIZE]);
void issuer_order(const struct issuer *issuer, const struct order_request *request, uint8_t out[AUTHORISATION_SIZE]);

void issuer_block(const struct issuer *issuer, const uint8_t cid[CID_SIZE], const uint8_t time[MOMENT_SIZE],
                  uint8_t out[BLOCK_ORDER_SIZE]);

#endif
