/* SPDX-License-Identifier: Apache-2.0
 * A card of the ledger as a reply tells of it, and whether it may be used. */
#ifndef EPURSE_SERVER_FACTS_H
#define EPURSE_SERVER_FACTS_H

#include "epurse/ledger_card.h"
#include "epurse/message.h"

/* "RESERVED", "ISSUED", "BLOCKED", "RETIRED": enum ledger_card_state as messages have it. */
const char *facts_state_name(uint8_t state);

/* `currency` is the ledger's: a card that is not certified yet has none of its own. */
struct card_facts facts_of(const struct ledger_card *card, uint16_t currency);

/* How a blocked card is refused: STATUS_CARD_CLOSED where a payout of all that was on it ended it; else
 * STATUS_CARD_BLOCKED. */
enum status card_refusal(const struct ledger_card *card) EPURSE_MUST_USE;

/* Whether a card may be used at a time, unix seconds. STATUS_OK; as card_refusal; STATUS_CARD_UNKNOWN: it is not a
 * cardholder's, or no longer; STATUS_CARD_EXPIRED: by this clock (R8). */
enum status card_usable(const struct ledger_card *card, int64_t now) EPURSE_MUST_USE;

#endif
