/* SPDX-License-Identifier: Apache-2.0
 * A card's promises name the one before by its hash: whether one fits between those that are here. */
#ifndef LEDGER_NEIGHBOURS_H
#define LEDGER_NEIGHBOURS_H

#include "epurse/ledger_transaction.h"

struct neighbours {
  bool fit;   /* each of the two that is here names it, or is named by it */
  bool after; /* the next one is here and names it */
};

/* Of the promise with that hash, whose transaction is `id`. */
enum status neighbours_read(struct ledger *ledger, int64_t id, const struct promise *promise,
                            const uint8_t hash[CRYPTO_SHA256_SIZE], struct neighbours *found) EPURSE_MUST_USE;

#endif
