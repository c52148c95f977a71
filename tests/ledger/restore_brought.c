/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments and payouts that a restored ledger has forgotten, brought in again. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_clock.h"
#include "epurse/ledger_deposit.h"
#include "epurse/ledger_offline.h"
#include "epurse/ledger_payout.h"
#include "epurse/settlement.h"
#include "restore_scene.h"

/* What the terminals of this test hold: off-line payments without `kept`, else whole receipts. */
struct held_receipt {
  bool offline, there;
  struct ledger_offline payment;
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
  struct kept kept;
};

static void pay_offline(struct world *world, struct purse *purse, uint32_t amount, const char *tid,
                        struct held_receipt *held) {
  purse_promise(purse, TRANSACTION_OFFLINE_PURCHASE, amount, tid);
  *held = (struct held_receipt){.offline = true, .promise = purse->promise};
  held->payment.limits = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  memcpy(held->record, purse->record, PROMISE_SIZE);
  memcpy(held->payment.tid, tid, TID_SIZE);
  moment_from_unix(world->now, held->promise.time);
}

/* The server commits what a payment is answered with. */
static enum status bring_offline_step(struct ledger *ledger, void *context) {
  struct held_receipt *held = context;
  return ledger_offline_bring(ledger, &held->payment);
}

static enum status bring_held(struct world *world, struct held_receipt *held) {
  if (!held->offline)
    return kept_bring(world, &held->kept);
  held->payment.offer = (struct signed_promise){
      .promise = &held->promise, .record = held->record, .now = world->now, .zone = world->zone};
  return ledger_transact(world->ledger, bring_offline_step, held);
}

/* All of them, as often as one of them says that it waits for another one; in an order of its own. */
static void bring_all(struct world *world, struct held_receipt *held, size_t count, unsigned order) {
  size_t there = 0;
  for (size_t round = 0; round < count && there < count; round++)
    for (size_t i = 0; i < count; i++) {
      struct held_receipt *one = &held[(i * (order < count ? 1 : count - 1) + order) % count];
      if (one->there)
        continue;
      enum status status = bring_held(world, one);
      ck_assert(status == STATUS_OK || status == STATUS_OUT_OF_STEP);
      one->there = status == STATUS_OK;
      there += one->there;
    }
  ck_assert_uint_eq(there, count);
}

static void offline_scene(struct scene *scene, struct held_receipt held[6]) {
  struct world *world = &scene->world;
  struct purse *purse = &scene->busy;
  memset(scene, 0, sizeof *scene);
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 2000, RELOAD);
  scene_backup(scene);
  pay_offline(world, purse, 1000, POS, &held[0]);
  pay_offline(world, purse, 200, OTHER_POS, &held[1]);
  world_complete(world, purse, TRANSACTION_LOAD, 3000, RELOAD);
  held[2] = (struct held_receipt){0};
  kept_read(world, purse, purse->atc, &held[2].kept);
  pay_offline(world, purse, 2500, POS, &held[3]); /* of what the backup does not have */
  ck_assert_int_eq(bring_held(world, &held[0]), STATUS_OK);
  world_complete(world, purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  held[4] = (struct held_receipt){0};
  kept_read(world, purse, purse->atc, &held[4].kept);
  pay_offline(world, purse, 70, POS, &held[5]);
}

/* In any order among receipts of on-line transactions: each is booked once, and what its receipts announce is held
 * until it is there. */
START_TEST(offline_payments_that_were_forgotten_come_back) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt held[6];
  offline_scene(&scene, held);
  struct world *world = &scene.world;
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  bring_all(world, held, 6, (unsigned)_i);
  world_assert_agrees(world, &scene.busy);
  world_assert_merchant(world, "SHOP", 1000 + 2500 + 70, 0);
  world_assert_merchant(world, "KIOSK", 200 + 300, 0);
  ck_assert_uint_eq(world_incidents(world), 0);
  for (int i = 0; i < 6; i++) /* once is all */
    ck_assert_int_eq(bring_held(world, &held[i]), STATUS_OK);
  world_assert_agrees(world, &scene.busy);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_assert_agrees(world, &scene.busy);
  scene_close(&scene, restored.aside);
}
END_TEST

/* What a settlement that was forgotten may have paid out is told of them too. */
START_TEST(offline_payments_that_come_back_are_marked) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt held[6], later;
  struct ledger_settlement closed;
  struct resumption resumption = {.exported = 0};
  offline_scene(&scene, held);
  struct world *world = &scene.world;
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  moment_from_unix(world->now + LEDGER_CLOCK_SKEW, held[5].promise.time); /* by a till whose clock is ahead */
  bring_all(world, held, 6, 0);
  world->now += LEDGER_CLOCK_SKEW + 1;
  pay_offline(world, &scene.busy, 30, POS, &later); /* after it: nobody can have paid it */
  ck_assert_int_eq(bring_held(world, &later), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 1000 + 2500 + 70 + 200 + 300 + 30);
  ck_assert_int_eq(closed.brought_in, 1000 + 2500 + 70 + 200 + 300);
  scene_close(&scene, restored.aside);
}
END_TEST

/* A shop that dates its payments ahead, to be paid once more without a mark, is not paid before that day. */
START_TEST(no_time_to_come_goes_round_the_mark) {
  struct world world;
  struct purse purse;
  struct held_receipt held;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 2000, RELOAD);
  pay_offline(&world, &purse, 1000, POS, &held);
  moment_from_unix(world.now + 10 * SECONDS_PER_DAY, held.promise.time);
  ck_assert_int_eq(bring_held(&world, &held), STATUS_CLOCK_OFF);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world.now += 10 * SECONDS_PER_DAY;
  ck_assert_int_eq(bring_held(&world, &held), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_close(&world);
}
END_TEST

/* A receipt that announces less than what is here is not of this card's past. */
START_TEST(a_receipt_never_announces_less) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt held[6];
  offline_scene(&scene, held);
  struct world *world = &scene.world;
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(bring_held(world, &held[0]), STATUS_OK);
  ck_assert_int_eq(bring_held(world, &held[1]), STATUS_OK);
  held[2].kept.promise.offline_count = 1;
  held[2].kept.promise.offline_sum = 1000;
  ck_assert_int_eq(bring_held(world, &held[2]), STATUS_OUT_OF_STEP);
  held[2].kept.promise.offline_count = 2;
  held[2].kept.promise.offline_sum = 1201; /* as many, and more */
  ck_assert_int_eq(bring_held(world, &held[2]), STATUS_OUT_OF_STEP);
  held[2].kept.promise.offline_sum = 1200;
  ck_assert_int_eq(bring_held(world, &held[2]), STATUS_OK);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

struct handing {
  struct kept *kept;
  uint8_t wish;
};

static enum status hand_out_step(struct ledger *ledger, void *context) {
  const struct handing *handing = context;
  const struct ledger_reversal wanted = {.inquiry = handing->kept->inquiry, .wish = handing->wish};
  return ledger_payout_settle(ledger, &wanted, &handing->kept->fate);
}

static enum status hand_out(struct world *world, struct kept *kept, uint8_t wish) {
  struct handing handing = {.kept = kept, .wish = wish};
  kept->inquiry.offer.now = world->now;
  return ledger_transact(world->ledger, hand_out_step, &handing);
}

/* One that was handed out, one that went back and was loaded again, one of which nothing was said: each is as it was,
 * and the holder has nothing twice. */
START_TEST(payouts_that_were_forgotten_come_back) {
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_settlement closed;
  struct resumption resumption = {.exported = 0};
  struct kept paid, back, open;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  struct purse *purse = &scene.busy;
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 5000, RELOAD);
  scene_backup(&scene);
  world_complete(world, purse, TRANSACTION_PAYOUT, 1000, RELOAD);
  kept_read(world, purse, purse->atc, &paid);
  world_complete(world, purse, TRANSACTION_PAYOUT, 700, RELOAD);
  kept_read(world, purse, purse->atc, &back);
  world_complete(world, purse, TRANSACTION_PAYOUT, 60, OTHER_RELOAD);
  kept_read(world, purse, purse->atc, &open);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  paid.promise.amount = 5001;
  ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_DONE), STATUS_OUT_OF_STEP); /* there was never that much */
  paid.promise.amount = 1000;
  kept_assert_brought(world, &open);
  ck_assert(!open.fate.pay && !open.fate.back);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(hand_out(world, &back, PAYOUT_WISH_BACK), STATUS_OK);
    ck_assert(back.fate.back && !back.fate.pay);
    ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_DONE), STATUS_OK);
    ck_assert(paid.fate.pay && !paid.fate.back);
  }
  ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_BACK), STATUS_OK); /* too late */
  ck_assert(paid.fate.pay && !paid.fate.back);
  world_assert_card(world, purse, 5000 - 1000 - 700 - 60, 0, 700);
  world_complete(world, purse, TRANSACTION_PURCHASE, 1, POS);
  world_assert_agrees(world, purse);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.payouts, 1000);
  ck_assert_int_eq(closed.brought_in, 1000); /* a settlement that was forgotten may have paid it to the shop */
  memcpy(paid.inquiry.tid, OTHER_RELOAD, TID_SIZE);
  ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_PAY), STATUS_NOT_PERMITTED);
  scene_close(&scene, restored.aside);
}
END_TEST

static const struct ledger_account account = {"DE89370400440532013000", "Muster"};

/* Neither its terminal, opened, nor the card's replacement makes cash of it: that it is a transfer the card has
 * signed. */
static void assert_not_in_cash(struct world *world, struct kept *kept, const struct purse *purse) {
  struct ledger_replacing what = {.window = 0, .now = world->now};
  struct purse fresh;
  for (uint8_t wish = PAYOUT_WISH_PAY; wish <= PAYOUT_WISH_DONE; wish++) {
    ck_assert_int_eq(hand_out(world, kept, wish), STATUS_OK);
    ck_assert(!kept->fate.pay && !kept->fate.back);
    ck_assert_uint_eq(kept->fate.state, LEDGER_CAPTURED);
  }
  world_issue(world, 2, &fresh);
  ck_assert_int_eq(world_do(world, act_block, purse->cid), STATUS_OK);
  memcpy(what.cid, purse->cid, CID_SIZE);
  memcpy(what.new_cid, fresh.cid, CID_SIZE);
  ck_assert_int_eq(world_do(world, act_replace, &what), STATUS_OK);
  world_assert_card(world, &fresh, 0, 0, purse->balance);
  world_assert_clean(world);
}

/* _i: its terminal knows the account, or learns it from a person only later. A settlement orders it once, and says that
 * one that was forgotten may have done so before. */
START_TEST(a_transfer_that_was_forgotten_is_one) {
  static const struct ledger_payout_terms terms = {&account, false};
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_settlement closed;
  struct resumption resumption = {.exported = 0};
  struct kept kept;
  struct purse shopper;
  struct ask ask = {.purse = &scene.busy, .account = &account};
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 5000, RELOAD);
  scene_backup(&scene);
  purse_transfer(&scene.busy, 1000, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert(purse_commit(&scene.busy, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, &scene.busy, scene.busy.atc, scene.busy.secret), STATUS_OK);
  kept_read(world, &scene.busy, scene.busy.atc, &kept);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  if (_i == 1) {
    assert_not_in_cash(world, &kept, &scene.busy);
    ck_assert_int_eq(kept_bring(world, &kept), STATUS_OK);
  }
  kept.receipt.payout = &terms;
  kept_assert_brought(world, &kept);
  world_issue(world, 3, &shopper);
  world_complete(world, &shopper, TRANSACTION_LOAD, 100, RELOAD);
  world_complete(world, &shopper, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.transfers, 1);
  ck_assert_int_eq(closed.transferred, 1000);
  ck_assert_int_eq(closed.brought_in, 1000);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

static enum status take_deposit(struct ledger *ledger, const void *what) {
  return ledger_card_deposit(ledger, (const uint8_t *)DESK, what, 300, WORLD_NOW);
}

/* The account of one in cash is nobody's word; that it ended its card is what its terminal keeps. */
START_TEST(a_payout_that_was_forgotten_ends_its_card) {
  static const struct ledger_payout_terms transfer = {&account, false}, ends = {NULL, true};
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_card card;
  struct kept part, all;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  ck_assert_int_eq(world_do(world, take_deposit, scene.busy.cid), STATUS_OK);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 5000, RELOAD);
  scene_backup(&scene);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 1000, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &part);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 4000, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &all);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  part.receipt.payout = &transfer;
  ck_assert_int_eq(kept_bring(world, &part), STATUS_BAD_FORMAT);
  part.receipt.payout = &ends; /* with money left on it */
  ck_assert_int_eq(kept_bring(world, &part), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_ISSUED);
  all.receipt.payout = &ends;
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(hand_out(world, &all, PAYOUT_WISH_DONE), STATUS_OK);
    ck_assert(all.fate.pay);
    ck_assert_int_eq(all.fate.deposit, 300); /* booked once more as it was handed out, once */
  }
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, LEDGER_REASON_CLOSED);
  scene_close(&scene, restored.aside);
}
END_TEST

/* _i: with its terminal's word that it closed the card, and without: nothing else may be of nothing. Before the receipt
 * that emptied the card it waits. */
START_TEST(a_payout_of_nothing_that_was_forgotten_ends_its_card) {
  static const struct ledger_payout_terms ends = {NULL, true};
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_card card;
  struct kept part, last;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  ck_assert_int_eq(world_do(world, take_deposit, scene.busy.cid), STATUS_OK);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 5000, RELOAD);
  scene_backup(&scene);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 5000, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &part);
  struct ask ask = {.purse = &scene.busy, .closes = true};
  purse_promise(&scene.busy, TRANSACTION_PAYOUT, 0, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert(purse_commit(&scene.busy, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, &scene.busy, scene.busy.atc, scene.busy.secret), STATUS_OK);
  kept_read(world, &scene.busy, scene.busy.atc, &last);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  last.receipt.payout = _i == 0 ? &ends : NULL;
  ck_assert_int_eq(hand_out(world, &last, PAYOUT_WISH_DONE), STATUS_OUT_OF_STEP);
  ck_assert_int_eq(hand_out(world, &part, PAYOUT_WISH_DONE), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(hand_out(world, &last, PAYOUT_WISH_DONE), STATUS_OK);
    ck_assert(last.fate.pay);
    ck_assert_int_eq(last.fate.deposit, 300);
  }
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_str_eq(card.reason, LEDGER_REASON_CLOSED);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

/* The ledger has forgotten that it was closed, and so has its holder: nothing is paid out again before the receipt is
 * there. */
START_TEST(an_empty_card_whose_closing_was_forgotten_is_not_closed_again) {
  static const struct ledger_payout_terms ends = {NULL, true};
  struct scene scene;
  struct ledger_restored restored;
  struct kept last;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  ck_assert_int_eq(world_do(world, take_deposit, scene.busy.cid), STATUS_OK);
  scene_backup(&scene);
  struct ask ask = {.purse = &scene.busy, .closes = true};
  purse_promise(&scene.busy, TRANSACTION_PAYOUT, 0, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert(purse_commit(&scene.busy, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, &scene.busy, scene.busy.atc, scene.busy.secret), STATUS_OK);
  kept_read(world, &scene.busy, scene.busy.atc, &last);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  struct ask again = {.purse = &scene.busy, .closes = true};
  purse_promise(&scene.busy, TRANSACTION_PAYOUT, 0, RELOAD);
  ck_assert_int_eq(world_ask(world, &again), STATUS_OK);
  ck_assert_uint_eq(again.transaction.state, LEDGER_DECLINED);
  ck_assert_str_eq(again.transaction.reason, status_name(STATUS_OUT_OF_STEP));
  last.receipt.payout = &ends;
  ck_assert_int_eq(hand_out(world, &last, PAYOUT_WISH_DONE), STATUS_OK);
  ck_assert(last.fate.pay);
  ck_assert_int_eq(last.fate.deposit, 300);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

/* A terminal lies after a restoration: its payout of all that was there ended the card, of which the deposit would be
 * its too. What really ended it comes after that: the deposit goes once, and no audit calls either wrong. */
START_TEST(two_that_say_they_ended_a_card_give_back_one_deposit) {
  static const struct ledger_payout_terms ends = {NULL, true};
  struct scene scene;
  struct ledger_restored restored;
  struct kept lie, load, last;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  ck_assert_int_eq(world_do(world, take_deposit, scene.busy.cid), STATUS_OK);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 5000, RELOAD);
  scene_backup(&scene);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 5000, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &lie);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 100, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &load);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 100, RELOAD);
  kept_read(world, &scene.busy, scene.busy.atc, &last);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  lie.receipt.payout = &ends;
  ck_assert_int_eq(hand_out(world, &lie, PAYOUT_WISH_DONE), STATUS_OK);
  ck_assert_int_eq(lie.fate.deposit, 300);
  ck_assert_int_eq(kept_bring(world, &load), STATUS_OK);
  last.receipt.payout = &ends;
  ck_assert_int_eq(hand_out(world, &last, PAYOUT_WISH_DONE), STATUS_OK);
  ck_assert(last.fate.pay);
  ck_assert_int_eq(last.fate.deposit, 0);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

static enum status bring_kept_step(struct ledger *ledger, void *context) {
  struct held_receipt *held = context;
  enum status status = ledger_offline_bring(ledger, &held->payment);
  held->there = status == STATUS_CARD_FORKED;
  return held->there ? STATUS_OK : status; /* what is answered is committed */
}

static enum status bring_kept(struct world *world, struct held_receipt *held) {
  held->payment.offer = (struct signed_promise){.promise = &held->promise, .record = held->record, .now = world->now};
  return ledger_transact(world->ledger, bring_kept_step, held);
}

/* A balance that this ledger has not: an honest card's may be what was forgotten. Once the card was in step since, it
 * is a lie. */
START_TEST(a_balance_that_was_forgotten_is_no_lie) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt one, two;
  struct ledger_card card;
  scene_play(&scene);
  struct world *world = &scene.world;
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 20, OTHER_POS);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  struct purse lost = scene.quiet;
  pay_offline(world, &lost, 30, POS, &one);
  ck_assert_int_eq(bring_kept(world, &one), STATUS_OUT_OF_STEP);
  scene.torn.balance += 500; /* it has been opened; nothing is known since */
  pay_offline(world, &scene.torn, 30, POS, &one);
  ck_assert_int_eq(bring_kept(world, &one), STATUS_OUT_OF_STEP);
  world->now += 10;
  world_issue(world, 5, &scene.torn);
  world_complete(world, &scene.torn, TRANSACTION_LOAD, 100, RELOAD);
  scene.torn.balance += 1;
  pay_offline(world, &scene.torn, 30, POS, &two);
  ck_assert_int_eq(bring_kept(world, &two), STATUS_OK);
  ck_assert(two.there);
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.torn.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  world_assert_merchant(world, "SHOP", 30, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

void restore_brought_tests(TCase *tests) {
  tcase_add_loop_test(tests, offline_payments_that_were_forgotten_come_back, 0, 12);
  tcase_add_test(tests, offline_payments_that_come_back_are_marked);
  tcase_add_test(tests, no_time_to_come_goes_round_the_mark);
  tcase_add_test(tests, a_receipt_never_announces_less);
  tcase_add_test(tests, payouts_that_were_forgotten_come_back);
  tcase_add_loop_test(tests, a_transfer_that_was_forgotten_is_one, 0, 2);
  tcase_add_test(tests, a_payout_that_was_forgotten_ends_its_card);
  tcase_add_loop_test(tests, a_payout_of_nothing_that_was_forgotten_ends_its_card, 0, 2);
  tcase_add_test(tests, an_empty_card_whose_closing_was_forgotten_is_not_closed_again);
  tcase_add_test(tests, two_that_say_they_ended_a_card_give_back_one_deposit);
  tcase_add_test(tests, a_balance_that_was_forgotten_is_no_lie);
}
