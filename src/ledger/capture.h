/* SPDX-License-Identifier: Apache-2.0
 * Captured purchases: what a settlement closes. */
#ifndef LEDGER_CAPTURE_H
#define LEDGER_CAPTURE_H

#include "booking.h"

/* Adds a captured purchase to what its merchant is due; a load is nothing of it. One row at the end of a table, and
 * none that any other payment writes: that is all that settlement costs a payment. */
enum status capture_add(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;

#endif
