/* SPDX-License-Identifier: Apache-2.0
 * Whole receipts that are brought in again, to a server whose ledger has forgotten them. */
#ifndef EPURSE_TERMINAL_BRING_H
#define EPURSE_TERMINAL_BRING_H

#include "epurse/status.h"

struct terminal;

/* Has the server say which life its ledger is in, by telling it once more what it should know longest. */
void bring_ask(struct terminal *terminal);

/* Brings in what is on the journal's list, at most `most` of it; what cannot be booked now comes again another time.
 * *brought counts what was. Under the journal's claim. */
enum status bring_run(struct terminal *terminal, unsigned most, unsigned *brought) EPURSE_MUST_USE;

#endif
