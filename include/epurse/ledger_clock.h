/* SPDX-License-Identifier: Apache-2.0
 * How far the issuer's time had come when something was last signed: no back-end signs behind it.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_CLOCK_H
#define EPURSE_LEDGER_CLOCK_H

#include <stdint.h>

#include "epurse/status.h"

struct ledger;

#define LEDGER_CLOCK_SKEW                                                                                              \
  300 /* seconds that the time in a promise, which is its terminal's, may be ahead of the issuer's */
#define LEDGER_CLOCK_STEP 5 /* seconds: the mark follows the clock in such steps, so that not every payment writes it */

struct ledger_clock {
  int64_t at;            /* unix seconds, at most LEDGER_CLOCK_STEP after what was signed last; 0: nothing was */
  int64_t confirmations; /* how often an operator has set it */
};

/* STATUS_BAD_FORMAT: the ledger has none. */
enum status ledger_clock_read(struct ledger *ledger, struct ledger_clock *clock) EPURSE_MUST_USE;

/* Moves the mark on to `now`, where it is LEDGER_CLOCK_STEP or more behind; never back. *clock is where it then stands:
 * another back-end may be further. Inside a step. */
enum status ledger_clock_move(struct ledger *ledger, int64_t now, struct ledger_clock *clock) EPURSE_MUST_USE;

/* An operator has looked, and `now` is right: the mark stands there, wherever it stood. *before: where. Inside a
 * step. */
enum status ledger_clock_confirm(struct ledger *ledger, int64_t now, struct ledger_clock *before) EPURSE_MUST_USE;

#endif
