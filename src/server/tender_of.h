/* SPDX-License-Identifier: Apache-2.0
 * How a load was paid for: from a message's words to the ledger's kinds. */
#ifndef EPURSE_SERVER_TENDER_OF_H
#define EPURSE_SERVER_TENDER_OF_H

#include "epurse/ledger_transaction.h"

/* `kind` and `reference` (the bank's, 63 characters at the most) as a message that was parsed carries them; "" is of no
 * load. */
struct ledger_tender tender_of(const char *kind, const char *reference);

#endif
