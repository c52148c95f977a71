/* SPDX-License-Identifier: Apache-2.0
 * The till's shifts, as the verb shift of epurse-pos has them. */
#ifndef EPURSE_TILL_SHIFT_H
#define EPURSE_TILL_SHIFT_H

#include "epurse/till.h"

/* Who begins or ends one. The code is for a terminal whose cashiers have codes; the caller wipes it. */
struct till_shift_cashier {
  char name[CASHIER_MAX + 1]; /* "": nobody says */
  char code[SUPERVISOR_CODE_MAX + 1];
};

/* One that is shown (its number, else the one that runs or the last), begun with the float in `shift`, ended with what was counted. They wait as
 * till_count does. STATUS_NOT_FOUND, SHIFT_RUNS; STATUS_BAD_FORMAT: that is no cashier's name; STATUS_WRONG_CASHIER, TILL_BUSY, STORE_FAILED. */
enum status till_shift(struct till *till, int64_t number, struct closing *shift,
                       uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
enum status till_shift_begin(struct till *till, const struct till_shift_cashier *cashier,
                             struct closing *shift) EPURSE_MUST_USE;
enum status till_shift_end(struct till *till, const struct till_shift_cashier *cashier, struct closing *shift,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

#endif
