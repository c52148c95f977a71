/* SPDX-License-Identifier: Apache-2.0
 * Refunds that are owed because the card is not there, and a load that collects what is owed. */
#include "owed_scene.h"

#include <string.h>

struct owed_step {
  struct ledger_owed_refund owed;
  uint8_t *heir;
};

static enum status owe_step(struct ledger *ledger, void *context) {
  struct owed_step *step = context;
  return ledger_refund_owe(ledger, &step->owed, step->heir);
}

enum status owed_refund(struct world *world, const struct purse *purse, struct owing *owing) {
  struct owed_step step = {.heir = owing->heir,
                           .owed = {.atc = owing->atc,
                                    .amount = owing->amount,
                                    .wish = {owing->wish},
                                    .reference = owing->reference,
                                    .window = WORLD_REFUND_WINDOW,
                                    .now = world->now}};
  memcpy(step.owed.cid, purse->cid, CID_SIZE);
  memcpy(step.owed.tid, owing->tid != NULL ? owing->tid : POS, TID_SIZE);
  return ledger_transact(world->ledger, owe_step, &step);
}

void owed_load(struct world *world, struct purse *purse, uint32_t amount, const char *tid) {
  struct ask ask = {.purse = purse, .tender = {.kind = LEDGER_TENDER_OWED}};
  purse_promise(purse, TRANSACTION_LOAD, amount, tid);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}
