/* SPDX-License-Identifier: Apache-2.0
 * A cardholder's card of the bench: the real card core with its memory in RAM, driven through the real session. */
#ifndef EPURSE_TESTS_BENCH_PURSE_H
#define EPURSE_TESTS_BENCH_PURSE_H

#include "card/ram.h"
#include "epurse/reader.h"
#include "epurse/session.h"
#include "till.h"
#include "world.h"

struct purse {
  struct ram ram;
  struct card card;
  struct reader reader;
  struct session session;
  const struct till *till; /* that the session is with; NULL: none yet */
  uint8_t cid[CID_SIZE];
  uint8_t certificate[CERTIFICATE_MAX]; /* of its SIG key */
  size_t certificate_len;
  uint32_t atc; /* of the last transaction that it made */
  /* as the server has acknowledged, checked */
  uint32_t acknowledged_atc;
  int64_t acknowledged_balance; /* minor units */
};

struct purses {
  struct purse *list;
  size_t count;
  uint8_t series;
};

/* Makes purses->count cards in the ledger and the cores that go with them: numbers out of the pool, keys, certificates
 * under the card CA, the PIN WORLD_PIN; certified and issued. purses->series tells their chips from others'. */
void purses_make(const struct world *world, struct ledger *ledger, struct purses *purses);
void purses_free(struct purses *purses);

/* What the card made of one transaction. */
struct purse_deed {
  uint8_t promise[PROMISE_SIZE];
  uint32_t atc;
  uint8_t secret[SECRET_SIZE]; /* r */
};
/* INITIALIZE at that terminal, with the PIN, then DEBIT or CREDIT with an authorisation that is signed here with the
 * server's key, as the server will sign one: the card does not wait for the measurement. `type`: TRANSACTION_PURCHASE
 * or TRANSACTION_LOAD; the amount in minor units. */
void purse_transact(const struct world *world, struct purse *purse, const struct till *till, uint8_t type,
                    uint32_t amount, struct purse_deed *deed);

#endif
