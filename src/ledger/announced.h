/* SPDX-License-Identifier: Apache-2.0
 * What a card's promises announce of its off-line payments, held until they are brought in. */
#ifndef LEDGER_ANNOUNCED_H
#define LEDGER_ANNOUNCED_H

#include "epurse/ledger_offline.h"

/* Payments since one on-line transaction of a card, as a promise counts them. */
struct offline_announced {
  int64_t card;
  uint32_t since; /* its ATC; 0: since the card was issued */
  int64_t count;
  int64_t sum; /* minor units */
};

/* What is known of `announced->card` since `announced->since`: count and sum are set, 0 where that is nothing. */
enum status offline_announced_read(struct ledger *ledger, struct offline_announced *announced) EPURSE_MUST_USE;
/* Holds what is more than was announced before; the caller has seen that it is not less. */
enum status offline_announce(struct ledger *ledger, const struct offline_announced *announced) EPURSE_MUST_USE;
/* The card is replaced: what nobody brought in is owed to it. */
enum status offline_release(struct ledger *ledger, int64_t card) EPURSE_MUST_USE;
/* Payments of the card that were announced and not brought in. */
enum status offline_lack_read(struct ledger *ledger, int64_t card, struct ledger_offline_lack *lack) EPURSE_MUST_USE;

#endif
