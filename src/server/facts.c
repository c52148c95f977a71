/* SPDX-License-Identifier: Apache-2.0
 * A card of the ledger as a reply tells of it, and whether it may be used. */
#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "epurse/ledger_payout.h"

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

/* With what the ledger keeps beside the state. */
static const char *facts_state(const struct ledger_card *card) {
  if (card->state == LEDGER_CARD_ISSUED && card->suspended_at > 0)
    return "SUSPENDED";
  if (card->state == LEDGER_CARD_BLOCKED && card_refusal(card) == STATUS_CARD_CLOSED)
    return "CLOSED";
  return facts_state_name(card->state);
}

struct card_facts facts_of(const struct ledger_card *card, uint16_t currency) {
  struct card_facts facts = {.currency = currency,
                             .balance = card->balance,
                             .held = card->held,
                             .owed = card->owed,
                             .points = card->points,
                             .last_atc = card->last_atc,
                             .deposit = card->deposit};

  memcpy(facts.cid, card->cid, CID_SIZE);
  memcpy(facts.expiry, card->certification.expiry, DATE_SIZE);
  snprintf(facts.state, sizeof facts.state, "%s", facts_state(card));
  snprintf(facts.reason, sizeof facts.reason, "%s", card->reason);
  return facts;
}

enum status card_refusal(const struct ledger_card *card) {
  return strcmp(card->reason, LEDGER_REASON_CLOSED) == 0 ? STATUS_CARD_CLOSED : STATUS_CARD_BLOCKED;
}

enum status card_usable(const struct ledger_card *card, int64_t now) {
  uint8_t moment[MOMENT_SIZE];

  if (card->state == LEDGER_CARD_BLOCKED)
    return card_refusal(card);
  if (card->state != LEDGER_CARD_ISSUED)
    return STATUS_CARD_UNKNOWN;
  moment_from_unix(now, moment);
  return date_passed(card->certification.expiry, moment) ? STATUS_CARD_EXPIRED : STATUS_OK;
}
