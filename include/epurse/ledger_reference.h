/* SPDX-License-Identifier: Apache-2.0
 * References: what a merchant's caller named a transaction; one name holds at most one that is open or captured.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_REFERENCE_H
#define EPURSE_LEDGER_REFERENCE_H

#include "epurse/ledger_transaction.h"

/* The transaction that carries `reference` at the merchant of terminal `tid`: the open or captured one, else the one
 * that carried it last. *owed: what was paid for under it is not on its card yet, which can claim it. Reads only.
 * STATUS_NOT_FOUND: none, or an unknown terminal. */
enum status ledger_reference_find(struct ledger *ledger, const uint8_t tid[TID_SIZE], const char *reference,
                                  struct ledger_transaction *transaction, bool *owed) EPURSE_MUST_USE;

/* A refund that was owed to its card under a name (ledger_refund_owe). */
struct ledger_named_refund {
  uint8_t cid[CID_SIZE]; /* of the card that it is owed to */
  uint32_t atc;          /* of the sale */
  uint32_t amount;       /* minor units */
  uint8_t tid[TID_SIZE];
  int64_t at; /* unix seconds */
};
/* Of the merchant of terminal `tid`; goes before what ledger_reference_find finds, which is free. STATUS_NOT_FOUND. */
enum status ledger_reference_refund(struct ledger *ledger, const uint8_t tid[TID_SIZE], const char *reference,
                                    struct ledger_named_refund *refund) EPURSE_MUST_USE;

#endif
