/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments as tills keep them and bring them in. */
#include "offline_scene.h"

#include <string.h>

#include "acts.h"

const struct offline_limits offline_usual = {.single = 2500, .total = 5000, .count = 5};

struct paid offline_pay(struct purse *purse, uint32_t amount, const char *tid) {
  struct paid paid;
  purse_promise(purse, TRANSACTION_OFFLINE_PURCHASE, amount, tid);
  paid.promise = purse->promise;
  memcpy(paid.record, purse->record, sizeof paid.record);
  return paid;
}

struct bringing {
  struct ledger_offline what;
  enum status status;
};

static enum status bring_step(struct ledger *ledger, void *context) {
  struct bringing *bringing = context;
  bringing->status = ledger_offline_bring(ledger, &bringing->what);
  return bringing->status == STATUS_STORE_FAILED || bringing->status == STATUS_LEDGER_BROKEN ? bringing->status
                                                                                             : STATUS_OK;
}

enum status offline_bring_by(struct world *world, const struct paid *paid, const char *tid,
                             const struct offline_limits *limits) {
  struct bringing bringing = {
      .what = {.offer = {.promise = &paid->promise, .record = paid->record, .now = world->now, .zone = world->zone},
               .limits = *limits}};
  memcpy(bringing.what.tid, tid, TID_SIZE);
  ck_assert_int_eq(ledger_transact(world->ledger, bring_step, &bringing), STATUS_OK);
  return bringing.status;
}

enum status offline_bring(struct world *world, const struct paid *paid) {
  return offline_bring_by(world, paid, (const char *)paid->promise.tid, &offline_usual);
}

void offline_use_up(struct world *world, struct purse *purse, const char *tid) {
  for (int i = 0; i < 40; i++) {
    struct paid one = offline_pay(purse, 2500, POS);
    ck_assert_int_eq(offline_bring_by(world, &one, tid, &offline_usual), STATUS_OK);
    world_complete(world, purse, TRANSACTION_LOAD, 2500, RELOAD);
  }
}

struct ledger_offline_lack offline_lacking(struct world *world, const struct purse *purse) {
  struct ledger_offline_lack lack;
  ck_assert_int_eq(ledger_offline_lacking(world->ledger, purse->cid, &lack), STATUS_OK);
  return lack;
}

static enum status act_lapse(struct ledger *ledger, const void *what) {
  return ledger_offline_lapse(ledger, *(const int64_t *)what, 10);
}

void offline_lapse(struct world *world, int64_t before) {
  ck_assert_int_eq(world_do(world, act_lapse, &before), STATUS_OK);
}

void offline_begin(struct world *world, struct purse *purse) {
  struct ledger_terminal terminal;
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 10000, RELOAD);
  world_terminal(&terminal, OFFLINE_OTHER_TILL, ROLE_POS, "SHOP");
  ck_assert_int_eq(world_do(world, act_terminal, &terminal), STATUS_OK);
}
