/* SPDX-License-Identifier: Apache-2.0
 * A card of the ledger as a reply tells of it. */
#ifndef EPURSE_SERVER_FACTS_H
#define EPURSE_SERVER_FACTS_H

#include "epurse/ledger.h"
#include "epurse/message.h"

/* `currency` is the ledger's: a card that is not certified yet has none of its own. */
struct card_facts facts_of(const struct ledger_card *card, uint16_t currency);

#endif
