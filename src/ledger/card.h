/* SPDX-License-Identifier: Apache-2.0
 * Card numbers and the integers that stand for them in the database. */
#ifndef LEDGER_CARD_H
#define LEDGER_CARD_H

#include "epurse/ledger_card.h"

/* The serial part of a number of this issuer. STATUS_CARD_UNKNOWN: another issuer's, or its check digit is wrong. */
enum status card_number(const struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t *card) EPURSE_MUST_USE;
/* And back. */
void card_cid(const struct ledger *ledger, int64_t card, uint8_t cid[CID_SIZE]);

/* ISSUED -> BLOCKED; any other state stays. */
enum status card_block(struct ledger *ledger, int64_t card, const char *reason, int64_t now) EPURSE_MUST_USE;
/* Likewise; RESERVED -> RETIRED too: its keys are in other hands, and no card is issued with them. */
enum status card_distrust(struct ledger *ledger, int64_t card, const char *reason, int64_t now) EPURSE_MUST_USE;

/* What deciding about a card's life needs. STATUS_CARD_UNKNOWN. */
struct card_brief {
  uint8_t state; /* enum ledger_card_state */
  bool certified;
  int64_t purse_ceiling;
};
enum status card_brief(struct ledger *ledger, int64_t card, struct card_brief *brief) EPURSE_MUST_USE;

/* Its accounts' balances that payments do not move: owed, deposit; those that it lacks are 0. */
enum status card_accounts(struct ledger *ledger, int64_t card, struct ledger_card *balances) EPURSE_MUST_USE;
/* All of them. */
enum status card_balances(struct ledger *ledger, int64_t card, struct ledger_card *balances) EPURSE_MUST_USE;

#endif
