/* SPDX-License-Identifier: Apache-2.0
 * A card as the server meets it: keys, a PIN, the truth about its money, and signed promises. Copying it clones it. */
#ifndef TESTS_SERVER_PURSE_H
#define TESTS_SERVER_PURSE_H

#include "world.h"

struct purse {
  uint8_t chip_serial[CHIP_SERIAL_SIZE], cid[CID_SIZE];
  uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE], sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t ecka_private[CRYPTO_P256_PRIVATE_SIZE], ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  char pin[PIN_MAX + 1];
  uint32_t balance, points, atc;
  uint32_t last_atc; /* of the last committed transaction */
  uint8_t last_secret[SECRET_SIZE];
  uint16_t offline_count; /* payments without the server since then, and their sum */
  uint32_t offline_sum;
  uint32_t pin_events;
  uint16_t pin_changes;
  uint8_t secret[SECRET_SIZE];      /* r of the promise that stands */
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of the last promise */
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
};

/* A blank card: chip number, fresh keys. */
void purse_new(struct purse *purse, uint32_t chip);
/* Its request for certificates. */
void purse_request(const struct purse *purse, uint8_t record[CARD_REQUEST_SIZE]);
/* Reserve, or find its number again, and certify at the desk; the PIN is the one that the server drew. */
void purse_certify(struct purse *purse, struct world *world);
void purse_activate(const struct purse *purse, struct world *world);
/* The desk tells that it is made, with that deposit; answers what the server says. */
enum status purse_activation(const struct purse *purse, struct world *world, int64_t deposit);
/* All three; the PIN is the one that the server drew. */
void purse_issue(struct purse *purse, struct world *world, uint32_t chip);

/* INITIALIZE: a new signed promise; what stood before is aborted. One of type TRANSACTION_OFFLINE_PURCHASE has paid. */
void purse_promise(struct purse *purse, uint8_t type, uint32_t amount, const struct station *station);
/* What the card signs of a PIN at that terminal: wrong, with so many tries left; right; changed. Its counters move. */
struct purse_pin {
  uint8_t kind; /* enum pin_kind */
  uint8_t left; /* WRONG */
  const struct station *station;
  uint8_t nonce[NONCE_SIZE];
};
void purse_pin(struct purse *purse, const struct purse_pin *pin, uint8_t record[PIN_RECORD_SIZE]);
/* The promise as it now stands in purse->promise, encoded, signed and hashed anew. */
void purse_sign(struct purse *purse);
/* INITIALIZE FOR REFUND of the sale with that ATC, without a PIN. */
void purse_refund(struct purse *purse, uint32_t sale, uint32_t amount, const struct station *station);
/* DEBIT or CREDIT with the authorisation of an answer's body, checked as a card does: true, and the truth has changed.
 */
bool purse_commit(struct purse *purse, const struct world *world, const json_t *body);

/* The body of an order about the promise that stands; `pin` NULL: without one. */
json_t *purse_order(const struct purse *purse, const struct world *world, enum message_type type, const char *pin);
/* A load's, paid in cash. */
json_t *purse_load_order(const struct purse *purse, const struct world *world, const char *kind, const char *reference);

/* An inquiry about the promise that stands, or its reversal. */
json_t *purse_inquiry(const struct purse *purse, enum message_type type, bool given_back);

/* A whole load; r is not sent. */
void purse_load(struct purse *purse, struct world *world, uint32_t amount);
/* Its issuer takes no orders of it. */
void purse_suspend(const struct purse *purse, struct world *world);
/* Its issuer takes its orders again. */
void purse_resume(const struct purse *purse, struct world *world);
/* A confirmation of the last commit. */
json_t *purse_confirmation(const struct purse *purse);

#endif
