/* SPDX-License-Identifier: Apache-2.0
 * Checks every answer in full, after it was measured, and at the end the ledger against what was acknowledged. */
#ifndef EPURSE_TESTS_BENCH_JUDGE_H
#define EPURSE_TESTS_BENCH_JUDGE_H

#include "prepare.h"

struct judge_count {
  uint64_t orders, proofs; /* approved; booked */
  uint64_t alone;          /* orders answered by the authorisation alone */
};

/* Takes each answered message out of the queues: the server's signature, sequence number, terminal, status; of an order
 * the authorisation's signature, that it approves exactly what the promise says, the card's certificate; of a
 * confirmation that every proof was booked. What is wrong ends the program. */
void judge_answers(const struct prepare *prepare, struct judge_count *count);

/* No server runs. Every card's shadow, every merchant's account, holds, incidents are exactly what was acknowledged;
 * with plan->audit the ledger's own check finds nothing. What is wrong ends the program. `sets` are all terminals and
 * cards that there are. Returns the seconds that the check took. */
double judge_ledger(const struct world *world, const struct prepare *sets, size_t count);

#endif
