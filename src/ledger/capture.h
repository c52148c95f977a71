/* SPDX-License-Identifier: Apache-2.0
 * Purchases in the order of their captures, and what they come to for each merchant: what a settlement closes. */
#ifndef LEDGER_CAPTURE_H
#define LEDGER_CAPTURE_H

#include "booking.h"

/* Gives a captured purchase the next number and adds it to its merchant's tally; a load is none of either. One row at
 * the end of a table and one of a small one: that is all that settlement costs a payment. */
enum status capture_add(struct ledger *ledger, const struct booking *booking) EPURSE_MUST_USE;
/* The tally only: what is paid for without a number, by the issuer's risk. */
enum status capture_tally(struct ledger *ledger, const struct booking *booking) EPURSE_MUST_USE;

#endif
