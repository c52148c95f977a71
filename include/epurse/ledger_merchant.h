/* SPDX-License-Identifier: Apache-2.0
 * Merchants: what the issuer owes them, what they owe for loads, where they are paid out.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_MERCHANT_H
#define EPURSE_LEDGER_MERCHANT_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/iban.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

#define LEDGER_NAME_MAX     63
#define LEDGER_FEE_RATE_MAX 10000 /* basis points: all of it */

struct ledger_merchant {
  char id[MERCHANT_MAX + 1];      /* 1 to 15 printable characters without blanks */
  char name[LEDGER_NAME_MAX + 1]; /* UTF-8 */
  uint32_t points_rate;           /* loyalty points granted for each 100 minor units; at most 10000 */
  uint32_t fee_rate;              /* basis points of its purchases that the issuer keeps */
  char iban[IBAN_MAX + 1];        /* where it is paid out; "": not known */
  char bic[BIC_MAX + 1];          /* of that bank; "": not known */
  int64_t balance;                /* read only: what the issuer owes the merchant for purchases since the last
                                     settlement */
  int64_t tender;                 /* read only: negative is what the merchant owes for loads that it was paid for */
};
/* STATUS_EXISTS, STATUS_BAD_FORMAT. */
enum status ledger_merchant_add(struct ledger *ledger, const struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* Sets fee_rate, iban and bic of a merchant, by its id, from the next settlement on. STATUS_NOT_FOUND,
 * STATUS_BAD_FORMAT. */
enum status ledger_merchant_change(struct ledger *ledger, const struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status ledger_merchant_find(struct ledger *ledger, const char *id,
                                 struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* The same without what it is due and owes, which are 0: nothing is added up, whatever waits for a settlement. */
enum status ledger_merchant_terms(struct ledger *ledger, const char *id,
                                  struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. Its balance is not added up for it. */
enum status ledger_merchant_points_rate(struct ledger *ledger, const char *id, uint32_t *points_rate) EPURSE_MUST_USE;
/* Up to `capacity` merchants in order of id, those after `after` (NULL: from the first). */
enum status ledger_merchant_list(struct ledger *ledger, const char *after, struct ledger_merchant *merchants,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;

#endif
