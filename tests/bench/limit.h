/* SPDX-License-Identifier: Apache-2.0
 * What this machine can do at most: the public-key operations of a payment alone, and durable commits alone. */
#ifndef EPURSE_TESTS_BENCH_LIMIT_H
#define EPURSE_TESTS_BENCH_LIMIT_H

#include "plan.h"

/* Microseconds of processor for one operation on P-256: the best of OpenSSL, with keys and contexts kept, and the
 * project's crypto.h, where each key is 65 bytes from a database. Messages of 256 bytes. */
struct limit {
  double verify, sign, agree;             /* OpenSSL, at its best */
  double own_verify, own_sign, own_agree; /* crypto.h */
};

/* On the plan's first processor of the server, a tenth of a second and more for each; takes the median of rounds. */
void limit_measure(const struct plan *plan, struct limit *limit);
/* The middle of two measurements, one before and one after. */
struct limit limit_mean(const struct limit *a, const struct limit *b);

/* Payments per second and core that 2 verifications and 1 signature leave; and those that all that a payment asks of
 * the server leave, its share of a confirmation message among it: a verification and a signature, `confirmations` times
 * for each payment. */
double limit_of_three(const struct limit *limit);
double limit_of_all(const struct limit *limit, double confirmations);

/* Durable commits per second of the bare store, one row of 400 bytes: each alone, and 32 in a transaction. */
struct store_limit {
  double rows, groups; /* rows per second alone; rows per second in groups of 32 */
};
/* `place`: a file of SQLite's that is not there yet, or postgresql:... */
void store_limit_measure(const char *place, double seconds, struct store_limit *limit);

#endif
