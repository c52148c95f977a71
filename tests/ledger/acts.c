/* SPDX-License-Identifier: Apache-2.0
 * Calls of the ledger as world_do takes them. */
#include "acts.h"

#include "epurse/ledger_card.h"
#include "epurse/ledger_terminal.h"
#include "epurse/settlement.h"
#include "world.h"

enum status act_block(struct ledger *ledger, const void *what) {
  return ledger_card_block(ledger, what, "lost", WORLD_NOW);
}

enum status act_replace(struct ledger *ledger, const void *what) {
  struct ledger_replacement done;
  return ledger_card_replace(ledger, what, &done);
}

enum status act_terminal(struct ledger *ledger, const void *what) {
  return ledger_terminal_add(ledger, what);
}

enum status act_revoke(struct ledger *ledger, const void *what) {
  return ledger_terminal_revoke(ledger, what);
}

enum status act_close(struct ledger *ledger, const void *what) {
  struct ledger_settlement closed;
  return ledger_settlement_close(ledger, *(const int64_t *)what, &closed);
}
