/* SPDX-License-Identifier: Apache-2.0
 * Incarnations: the ledger as it was made, and anew each time that a backup was put in its place. What goes out of the
 * house carries the name, so that a number that is given a second time means another thing.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_INCARNATION_H
#define EPURSE_LEDGER_INCARNATION_H

#include <stdint.h>

#include "epurse/status.h"

struct ledger;

struct ledger_incarnation {
  uint32_t name;    /* 1 to FFFFFF, at random */
  int64_t at;       /* unix seconds, when it began; 0: with the ledger */
  int64_t since;    /* unix seconds: what was booked after this may be missing; 0: nothing is */
  int64_t earliest; /* unix seconds: the same of this one and all before it; 0: nothing is */
  int64_t exported; /* the last settlement before it that is known or was told; 0: none; -1: not told yet */
};
/* The present one. */
enum status ledger_incarnation(struct ledger *ledger, struct ledger_incarnation *incarnation) EPURSE_MUST_USE;

/* Begins a new one, of a ledger that is a backup. Inside a step. */
enum status ledger_incarnation_begin(struct ledger *ledger, int64_t now) EPURSE_MUST_USE;

/* The highest number of a settlement that a message to the bank can name: an identification has 35 characters, and what
 * stands around the number takes all but seven (docs/ledger.md). */
#define LEDGER_SETTLEMENT_LAST 9999999
/* No house closes more settlements than this between a backup and the restoration of it: one each hour of eleven
 * years. */
#define LEDGER_FORGOTTEN_MAX 100000

/* Tells which settlement went out of the house last, before this incarnation (0: none), so that settlements can be
 * closed again. *next is the number of the next one: above that, and above all that are known. Inside a step.
 * STATUS_EXISTS: it was told before, and is less than that; told again, nothing changes. *next is set in both cases.
 * What is told is told for good, so a slip is refused with STATUS_BAD_FORMAT: the next number would be above
 * LEDGER_SETTLEMENT_LAST, or this one is more than LEDGER_FORGOTTEN_MAX above all that are known. */
enum status ledger_settlement_resume(struct ledger *ledger, int64_t exported, int64_t *next) EPURSE_MUST_USE;

#endif
