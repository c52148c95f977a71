/* SPDX-License-Identifier: Apache-2.0
 * A virtual card in process, the issuer of tests/card, and somebody on the line between terminal and card. */
#ifndef EPURSE_TESTS_SYSTEM_SESSION_WORLD_H
#define EPURSE_TESTS_SYSTEM_SESSION_WORLD_H

#include <stdbool.h>

#include "card/issuer.h"
#include "epurse/reader.h"
#include "epurse/session.h"
#include "epurse/vcard.h"

/* Who sits on the line changes the answer of the n-th exchange from now on, after the card has executed its command. */
struct between {
  struct reader *inner;
  unsigned nth;      /* 1: the next; 0: none */
  bool flip;         /* one bit of the last byte before the status word */
  const char *bytes; /* else: these instead */
  size_t len;
  unsigned exchanges; /* so far */
};

struct world {
  struct issuer issuer;
  char folder[64], path[96];
  uint8_t batch_key[CRYPTO_AES_KEY_SIZE], chip_serial[CHIP_SERIAL_SIZE];
  struct vcard *vcard;
  struct between between;
  struct reader reader; /* through `between` */
  struct terminal pos, reload, desk;
  struct session_keys keys;   /* of the session that world_open has opened */
  const uint8_t *card_expiry; /* of the card's certificates */
};

extern const uint8_t world_cid[CID_SIZE];
extern const uint8_t world_far[DATE_SIZE]; /* a day that no test will see */

/* A raw card in a powered reader, terminals of each role; world_remove deletes the card's file. */
void world_make(struct world *world);
void world_remove(struct world *world);

/* Turns the raw card into a cardholder's card with PIN 1234, by the desk's own functions; every step is asserted. */
void world_personalize(struct world *world);

/* What a terminal shows and checks with. */
struct session_keys world_keys(const struct world *world, const struct terminal *terminal);
/* The same at an issuer who has rolled its keys: with the newer certificates to show. `terminal` is under the newer
 * CA. */
struct session_keys world_keys_rolled(const struct issuer *rolled, const struct terminal *terminal);
/* Connects and opens a session of that terminal. */
enum status world_open(struct world *world, const struct terminal *terminal, struct session *session);

/* A promise of that type and amount, the PIN riding along. */
enum status world_promise(struct session *session, const struct terminal *terminal, uint8_t type, uint32_t amount,
                          uint8_t promise[PROMISE_SIZE]);
/* A whole load or purchase in a session of its own; asserts that it is done. */
void world_transact(struct world *world, uint8_t type, uint32_t amount);

#endif
