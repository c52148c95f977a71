/* SPDX-License-Identifier: Apache-2.0
 * A card of the ledger as a reply tells of it, and whether it may be used. */
#include "facts.h"

#include <stdio.h>
#include <string.h>

const char *facts_state_name(uint8_t state) {
  switch (state) {
  case LEDGER_CARD_ISSUED:
    return "ISSUED";
  case LEDGER_CARD_BLOCKED:
    return "BLOCKED";
  case LEDGER_CARD_RETIRED:
    return "RETIRED";
  case LEDGER_CARD_RESERVED:
  default:
    return "RESERVED";
  }
}

struct card_facts facts_of(const struct ledger_card *card, uint16_t currency) {
  struct card_facts facts = {.currency = currency,
                             .balance = card->balance,
                             .held = card->held,
                             .owed = card->owed,
                             .points = card->points,
                             .last_atc = card->last_atc};

  memcpy(facts.cid, card->cid, CID_SIZE);
  memcpy(facts.expiry, card->certification.expiry, DATE_SIZE);
  snprintf(facts.state, sizeof facts.state, "%s",
           card->state == LEDGER_CARD_ISSUED && card->suspended_at > 0 ? "SUSPENDED" : facts_state_name(card->state));
  snprintf(facts.reason, sizeof facts.reason, "%s", card->reason);
  return facts;
}

enum status card_usable(const struct ledger_card *card, int64_t now) {
  uint8_t moment[MOMENT_SIZE];

  if (card->state == LEDGER_CARD_BLOCKED)
    return STATUS_CARD_BLOCKED;
  if (card->state != LEDGER_CARD_ISSUED)
    return STATUS_CARD_UNKNOWN;
  moment_from_unix(now, moment);
  return date_passed(card->certification.expiry, moment) ? STATUS_CARD_EXPIRED : STATUS_OK;
}
