/* SPDX-License-Identifier: Apache-2.0
 * A card as the ledger meets it: the truth about its money, and promises in its name (with signatures of zeros: the
 * ledger verifies none). Copying the struct clones the card. */
#ifndef TESTS_LEDGER_PURSE_H
#define TESTS_LEDGER_PURSE_H

#include "epurse/crypto.h"
#include "epurse/record.h"

struct purse {
  uint8_t cid[CID_SIZE];
  uint32_t balance, points, atc;
  uint32_t last_atc; /* of the last committed transaction */
  uint8_t last_secret[SECRET_SIZE];
  uint16_t offline_count; /* payments since last_atc without the server, and their sum */
  uint32_t offline_sum;
  bool prepared; /* a promise waits for its authorisation */
  uint8_t secret[SECRET_SIZE];
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of the last promise */
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
};

/* INITIALIZE: a new promise; whatever waited is aborted. One of type TRANSACTION_OFFLINE_PURCHASE has paid. */
void purse_promise(struct purse *purse, uint8_t type, uint32_t amount, const char *tid);
/* The promise as it now stands in purse->promise, encoded and hashed anew. */
void purse_encode(struct purse *purse);
/* INITIALIZE FOR REFUND of that sale. */
struct purse_sale {
  uint32_t atc;
  bool in_points;
};
void purse_refund(struct purse *purse, const struct purse_sale *sale, uint32_t amount, const char *tid);
/* A payout to a bank account: the terminal's N says so. */
void purse_transfer(struct purse *purse, uint32_t amount, const char *tid);
/* DEBIT or CREDIT: true, and the truth has changed, where the record approves what waits. */
bool purse_commit(struct purse *purse, const uint8_t authorisation[AUTHORISATION_SIZE]);

/* The server's signature: an encoded authorisation with zeros behind it. */
enum status purse_sign(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]);

#endif
