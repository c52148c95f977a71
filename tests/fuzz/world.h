/* SPDX-License-Identifier: Apache-2.0
 * The issuer, terminals and cards of the fuzz targets: keys that come from their names, so that they are the same in
 * every process and a seed stays good. */
#ifndef EPURSE_TESTS_FUZZ_WORLD_H
#define EPURSE_TESTS_FUZZ_WORLD_H

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/record.h"

#define WORLD_PIN             "1234"
#define WORLD_CURRENCY        978
#define WORLD_ISSUER          999001
#define WORLD_SERIAL          42
#define WORLD_PURSE_CEILING   50000 /* minor units */
#define WORLD_PAYMENT_CEILING 10000
#define WORLD_MASTER          "MASTER01"
#define WORLD_CARD_CA         "CARDCA01"
#define WORLD_TERMINAL_CA     "TERMCA01"
#define WORLD_SERVER          "SERVER01"

struct world_key {
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE], point[CRYPTO_P256_PUBLIC_SIZE];
};

/* A certificate as bytes. */
struct world_paper {
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len;
};

struct world_terminal {
  uint8_t role;
  uint8_t tid[TID_SIZE];
  struct world_key ecka;
  struct world_paper paper;
};

struct world {
  struct world_key master, card_ca, terminal_ca, server, card_ecka, card_sig;
  struct world_paper card_ca_paper, terminal_ca_paper, server_paper, card_ecka_paper, card_sig_paper;
  struct world_terminal pos, reload, desk;
  uint8_t cid[CID_SIZE], chip_serial[CHIP_SERIAL_SIZE], batch_key[CRYPTO_AES_KEY_SIZE];
};

extern const uint8_t world_now[MOMENT_SIZE];    /* when all takes place */
extern const uint8_t world_expiry[DATE_SIZE];   /* of cards and of every certificate */
extern const uint8_t world_secret[SECRET_SIZE]; /* r of the transactions that are made up */

void world_make(struct world *world);

/* A key pair out of a name. */
void world_key_make(const char *name, struct world_key *key);

/* Issues a certificate as it stands; what does not work ends the process. */
void world_issue(const struct certificate *certificate, const struct world_key *ca, struct world_paper *paper);

/* A promise of the card to pay at world->pos, or to be loaded at world->reload, and the order that answers it. */
void world_promise(const struct world *world, uint8_t type, uint32_t amount, struct promise *promise);
void world_authorisation(const struct promise *promise, struct authorisation *authorisation);

/* What the card says of a PIN that was shown to it at world->pos: the kind, and its count of events and changes. */
struct pin_record world_pin(const struct world *world, uint8_t kind, uint32_t events, uint16_t changes);

/* Signed, whole. */
void world_promise_sign(const struct world *world, const struct promise *promise, uint8_t record[PROMISE_SIZE]);
void world_pin_sign(const struct world *world, const struct pin_record *pin, uint8_t record[PIN_RECORD_SIZE]);
void world_authorisation_sign(const struct world *world, const struct authorisation *authorisation,
                              uint8_t record[AUTHORISATION_SIZE]);
void world_block_sign(const struct world *world, const struct block_order *order, uint8_t record[BLOCK_ORDER_SIZE]);

/* The parameters of the card. */
struct parameters world_parameters(const struct world *world);

#endif
