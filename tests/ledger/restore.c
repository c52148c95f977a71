/* SPDX-License-Identifier: Apache-2.0
 * An old backup in the place of the ledger: nothing that was spent since can be spent again, and what is missing shows
 * at each card's next contact. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/ledger_backup.h"
#include "epurse/ledger_deposit.h"
#include "epurse/ledger_incarnation.h"
#include "epurse/ledger_incident.h"
#include "epurse/ledger_offline.h"
#include "epurse/ledger_payout.h"
#include "epurse/settlement.h"
#include "suites.h"
#include "world.h"

struct scene {
  struct world world;
  struct purse quiet, busy, torn; /* nothing since the backup; three payments since; one that the backup has in hold */
  struct purse stolen;            /* `busy` as it stood when it made the first promise since the backup */
  uint8_t torn_secret[SECRET_SIZE];
  char backup[96];
};

static void note_line(void *context, const char *line) {
  unsigned *lines = context;
  (*lines)++;
  (void)fprintf(stderr, "# %s\n", line);
}

static void take_backup(struct scene *scene) {
  struct ledger_backup *backup = NULL;
  struct ledger_copy copy;
  unsigned lines = 0;
  bool done = false;
  (void)snprintf(scene->backup, sizeof scene->backup, "%.64s/monday.db", scene->world.directory);
  ck_assert_int_eq(ledger_backup_begin(scene->world.ledger, scene->backup, &backup), STATUS_OK);
  while (!done)
    ck_assert_int_eq(ledger_backup_step(backup, 8, &done), STATUS_OK);
  ck_assert_int_eq(ledger_backup_finish(backup, &copy, note_line, &lines), STATUS_OK);
  ledger_backup_end(&backup);
}

static void play(struct scene *scene) {
  struct world *world = &scene->world;
  struct purse *const cards[] = {&scene->quiet, &scene->busy, &scene->torn};
  struct ask ask;
  memset(scene, 0, sizeof *scene);
  world_open(world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(world, i + 1, cards[i]);
    world_complete(world, cards[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  world_authorise(world, &scene->torn, TRANSACTION_PURCHASE, 100, OTHER_POS, &ask);
  take_backup(scene);
  ck_assert(purse_commit(&scene->torn, ask.transaction.authorisation));
  memcpy(scene->torn_secret, scene->torn.secret, SECRET_SIZE);
  ck_assert_int_eq(world_confirm(world, &scene->torn, 2, scene->torn.secret), STATUS_OK);
  world_authorise(world, &scene->busy, TRANSACTION_PURCHASE, 1000, OTHER_POS, &ask);
  scene->stolen = scene->busy; /* what a thief on the line has: the promise, and its authorisation */
  ck_assert(purse_commit(&scene->busy, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, &scene->busy, 2, scene->busy.secret), STATUS_OK);
  for (int i = 0; i < 2; i++)
    world_complete(world, &scene->busy, TRANSACTION_PURCHASE, 500, OTHER_POS);
}

static enum status restore(struct scene *scene, bool force, struct ledger_restored *restored) {
  struct ledger_restoration what = {
      .backup = scene->backup, .path = scene->world.path, .force = force, .now = scene->world.now};
  unsigned lines = 0;
  ledger_close(&scene->world.ledger);
  enum status status = ledger_restore(&what, restored, note_line, &lines);
  ck_assert_int_eq(ledger_open(scene->world.path, &scene->world.ledger), STATUS_OK);
  return status;
}

static void scene_close(struct scene *scene, const char *aside) {
  (void)unlink(scene->backup);
  if (aside != NULL)
    ck_assert_int_eq(unlink(aside), 0);
  world_close(&scene->world);
}

START_TEST(a_younger_ledger_is_not_replaced_silently) {
  struct scene scene;
  struct ledger_restored restored;
  int64_t at = -1;
  play(&scene);
  ck_assert_int_eq(restore(&scene, false, &restored), STATUS_EXISTS);
  ck_assert_uint_gt(restored.replaced_postings, restored.copy.postings);
  ck_assert_int_eq(ledger_restored_at(scene.world.ledger, &at), STATUS_OK);
  ck_assert_int_eq(at, 0);
  world_assert_card(&scene.world, &scene.busy, 3000, 0, 0);
  scene_close(&scene, NULL);
}
END_TEST

START_TEST(what_stood_there_is_kept) {
  struct scene scene;
  struct world old;
  struct ledger_restored restored;
  int64_t at = 0;
  play(&scene);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  ck_assert(restored.replaced && restored.readable);
  ck_assert_int_eq(ledger_restored_at(scene.world.ledger, &at), STATUS_OK);
  ck_assert_int_eq(at, scene.world.now);
  world_assert_card(&scene.world, &scene.busy, 5000, 0, 0);
  old = scene.world;
  ck_assert_int_eq(ledger_open(restored.aside, &old.ledger), STATUS_OK);
  world_assert_card(&old, &scene.busy, 3000, 0, 0);
  world_assert_clean(&old);
  ledger_close(&old.ledger);
  scene_close(&scene, restored.aside);
}
END_TEST

/* The thief brings the promise again. The restored ledger has forgotten it and answers; but the card has spent that
 * number, so the answer moves nothing, and the card's next word shows what is missing: declined, an incident, not
 * blocked. Nobody is paid twice. */
START_TEST(a_spent_authorisation_does_not_come_back_unnoticed) {
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_incident incidents[8];
  struct ledger_card card;
  size_t count = 0;
  play(&scene);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  struct ask again = {.purse = &scene.stolen}, next = {.purse = &scene.busy};
  ck_assert_int_eq(world_ask(&scene.world, &again), STATUS_OK);
  ck_assert_int_eq(again.outcome, STATUS_OK);
  ck_assert(!purse_commit(&scene.busy, again.transaction.authorisation));
  world_assert_merchant(&scene.world, "KIOSK", 0, 0); /* held, not paid */
  for (int i = 0; i < 2; i++) {
    purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS);
    ck_assert_int_eq(world_ask(&scene.world, &next), STATUS_OK);
    ck_assert_int_eq(next.outcome, STATUS_OUT_OF_STEP);
    ck_assert_int_eq(next.transaction.state, LEDGER_DECLINED);
  }
  ck_assert_int_eq(ledger_incident_list(scene.world.ledger, 0, incidents, 8, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(incidents[0].kind, LEDGER_INCIDENT_LOST);
  ck_assert_uint_eq(incidents[0].evidence_len, PROMISE_SIZE);
  ck_assert_int_eq(ledger_card_find(scene.world.ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_ISSUED);
  world_assert_card(&scene.world, &scene.busy, 4000, 1000, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

/* Who did nothing since is not concerned; and r, which terminals keep, brings back what the backup has in hold. */
START_TEST(the_others_go_on) {
  struct scene scene;
  struct ledger_restored restored;
  play(&scene);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  world_complete(&scene.world, &scene.quiet, TRANSACTION_PURCHASE, 10, POS);
  world_assert_agrees(&scene.world, &scene.quiet);
  ck_assert_int_eq(world_confirm(&scene.world, &scene.torn, 2, scene.torn_secret), STATUS_OK);
  world_complete(&scene.world, &scene.torn, TRANSACTION_PURCHASE, 10, POS);
  world_assert_agrees(&scene.world, &scene.torn);
  ck_assert_int_eq(world_confirm(&scene.world, &scene.busy, 3, scene.torn_secret), STATUS_NOT_FOUND);
  ck_assert_uint_eq(world_incidents(&scene.world), 0);
  scene_close(&scene, restored.aside);
}
END_TEST

static enum status close_step(struct ledger *ledger, void *context) {
  struct ledger_settlement *closed = context;
  return ledger_settlement_close(ledger, 1900000000, closed);
}

struct resumption {
  int64_t exported, next;
};

static enum status resume_step(struct ledger *ledger, void *context) {
  struct resumption *resumption = context;
  return ledger_settlement_resume(ledger, resumption->exported, &resumption->next);
}

/* ---- receipts brought in again ---- */

/* What a terminal keeps of a transaction. */
struct kept {
  struct promise promise;
  uint8_t record[PROMISE_SIZE], authorised[AUTHORISATION_SIZE];
  struct authorisation authorisation;
  struct ledger_receipt receipt;
  struct ledger_inquiry inquiry;
  struct ledger_fate fate;
};

static void keep(struct world *world, const struct purse *purse, uint32_t atc, struct kept *kept) {
  struct ledger_transaction transaction;
  ck_assert_int_eq(ledger_transaction_find(world->ledger, purse->cid, atc, &transaction), STATUS_OK);
  ck_assert_uint_eq(transaction.state, LEDGER_CAPTURED);
  memcpy(kept->record, transaction.promise, PROMISE_SIZE);
  memcpy(kept->authorised, transaction.authorisation, AUTHORISATION_SIZE);
  ck_assert_int_eq(promise_decode(kept->record, PROMISE_SIZE, &kept->promise), STATUS_OK);
  ck_assert_int_eq(authorisation_decode(kept->authorised, AUTHORISATION_SIZE, &kept->authorisation), STATUS_OK);
  kept->receipt = (struct ledger_receipt){
      .authorisation = &kept->authorisation, .record = kept->authorised, .tender = transaction.tender};
  memcpy(kept->receipt.secret, transaction.secret, SECRET_SIZE);
  kept->inquiry =
      (struct ledger_inquiry){.offer = {.promise = &kept->promise, .record = kept->record}, .receipt = &kept->receipt};
  memcpy(kept->inquiry.tid, kept->promise.tid, TID_SIZE);
}

static enum status bring_step(struct ledger *ledger, void *context) {
  struct kept *kept = context;
  return ledger_receipt_bring(ledger, &kept->inquiry, &kept->fate);
}

static enum status bring(struct world *world, struct kept *kept) {
  kept->inquiry.offer.now = world->now;
  return ledger_transact(world->ledger, bring_step, kept);
}

static void assert_brought(struct world *world, struct kept *kept) {
  for (int i = 0; i < 2; i++) { /* the same again: the same answer, and nothing is booked twice */
    ck_assert_int_eq(bring(world, kept), STATUS_OK);
    ck_assert_uint_eq(kept->fate.state, LEDGER_CAPTURED);
    ck_assert_mem_eq(kept->fate.secret, kept->receipt.secret, SECRET_SIZE);
  }
}

/* Receipts come as the terminals meet the back-end, in no order: each is booked once, and card and ledger agree. */
START_TEST(whole_receipts_bring_back_what_was_forgotten) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept[3], load, large, torn;
  struct ask ask = {.purse = &scene.busy};
  struct ledger_settlement closed;
  struct resumption resumption = {.exported = 0};
  play(&scene);
  struct world *world = &scene.world;
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 700, RELOAD);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 3600, POS); /* which the backup cannot have covered */
  for (uint32_t i = 0; i < 3; i++)
    keep(world, &scene.busy, i + 2, &kept[i]);
  keep(world, &scene.busy, 5, &load);
  keep(world, &scene.busy, 6, &large);
  keep(world, &scene.torn, 2, &torn);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(bring(world, &kept[2]), STATUS_OK);
  ck_assert_int_eq(bring(world, &kept[1]), STATUS_OK);
  purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS); /* too early: declined, and no harm done */
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OUT_OF_STEP);
  assert_brought(world, &kept[0]);
  assert_brought(world, &kept[2]);
  world_assert_card(world, &scene.busy, 3000, 0, 0);
  ck_assert_int_eq(bring(world, &large), STATUS_OUT_OF_STEP); /* waits for the load that paid it */
  assert_brought(world, &load);
  assert_brought(world, &large);
  assert_brought(world, &torn);
  world_assert_agrees(world, &scene.busy);
  world_assert_agrees(world, &scene.torn);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_assert_agrees(world, &scene.busy);
  world_assert_merchant(world, "KIOSK", 1000 + 500 + 500 + 100 + 1 + 1, 0);
  world_assert_merchant(world, "SHOP", 3600, 0);
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 3600 + 2102);
  ck_assert_int_eq(closed.brought_in, 1000 + 500 + 500 + 3600 + 100); /* may have been paid out before; so may a hold */
  assert_brought(world, &large);
  world_assert_merchant(world, "SHOP", 0, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

struct owing {
  struct ledger_owed_refund owed;
  uint8_t heir[CID_SIZE];
};

static enum status owe_step(struct ledger *ledger, void *context) {
  struct owing *owing = context;
  return ledger_refund_owe(ledger, &owing->owed, owing->heir);
}

static enum status owe(struct world *world, const struct purse *purse, uint32_t atc, uint32_t amount) {
  struct owing owing = {.owed = {.atc = atc, .amount = amount, .wish = {1}, .now = world->now}};
  memcpy(owing.owed.cid, purse->cid, CID_SIZE);
  memcpy(owing.owed.tid, POS, TID_SIZE);
  return ledger_transact(world->ledger, owe_step, &owing);
}

static void give_back(struct world *world, struct purse *purse, const struct purse_sale *sale, uint32_t amount) {
  struct ask ask = {.purse = purse};
  purse_refund(purse, sale, amount, POS);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

/* Refunds that were forgotten come back as any receipt does, those of a forgotten sale after it: the card goes on, and
 * nothing is given back a second time. */
START_TEST(refunds_that_were_forgotten_come_back) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept[5];
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  struct purse *purse = &scene.busy;
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, purse, TRANSACTION_PURCHASE, 1000, POS);
  const struct purse_sale old = {purse->atc, false};
  take_backup(&scene);
  give_back(world, purse, &old, 600);
  world_complete(world, purse, TRANSACTION_PURCHASE, 2000, POS);
  const struct purse_sale sale = {purse->atc, false};
  give_back(world, purse, &sale, 500);
  world_complete(world, purse, TRANSACTION_POINTS_PURCHASE, 100, POS);
  const struct purse_sale points = {purse->atc, true};
  give_back(world, purse, &points, 40);
  for (uint32_t i = 0; i < 5; i++)
    keep(world, purse, old.atc + 1 + i, &kept[i]);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(bring(world, &kept[2]), STATUS_OUT_OF_STEP); /* its sale is not here */
  assert_brought(world, &kept[1]);
  assert_brought(world, &kept[0]);
  assert_brought(world, &kept[2]);
  ck_assert_int_eq(bring(world, &kept[4]), STATUS_OUT_OF_STEP);
  assert_brought(world, &kept[3]);
  assert_brought(world, &kept[4]);
  world_assert_agrees(world, purse);
  world_assert_merchant(world, "SHOP", 3000, -1100);
  ck_assert_int_eq(owe(world, purse, old.atc, 401), STATUS_REFUND_EXCEEDS);
  world_complete(world, purse, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_assert_agrees(world, purse);
  scene_close(&scene, restored.aside);
}
END_TEST

/* Who had it owed in the meantime has it twice until the receipt comes, and then a person looks at it. */
START_TEST(a_forgotten_refund_that_was_owed_again_is_not_booked) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.busy);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 1000, POS);
  const struct purse_sale sale = {scene.busy.atc, false};
  take_backup(&scene);
  give_back(world, &scene.busy, &sale, 600);
  keep(world, &scene.busy, scene.busy.atc, &kept);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(owe(world, &scene.busy, sale.atc, 1000), STATUS_OK);
  ck_assert_int_eq(bring(world, &kept), STATUS_REFUND_EXCEEDS);
  world_assert_card(world, &scene.busy, 4000, 0, 1000);
  scene_close(&scene, restored.aside);
}
END_TEST

/* ---- off-line payments and payouts ---- */

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
    return bring(world, &held->kept);
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
  take_backup(scene);
  pay_offline(world, purse, 1000, POS, &held[0]);
  pay_offline(world, purse, 200, OTHER_POS, &held[1]);
  world_complete(world, purse, TRANSACTION_LOAD, 3000, RELOAD);
  held[2] = (struct held_receipt){0};
  keep(world, purse, purse->atc, &held[2].kept);
  pay_offline(world, purse, 2500, POS, &held[3]); /* of what the backup does not have */
  ck_assert_int_eq(bring_held(world, &held[0]), STATUS_OK);
  world_complete(world, purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  held[4] = (struct held_receipt){0};
  keep(world, purse, purse->atc, &held[4].kept);
  pay_offline(world, purse, 70, POS, &held[5]);
}

/* In any order among receipts of on-line transactions: each is booked once, and what its receipts announce is held until
 * it is there. */
START_TEST(offline_payments_that_were_forgotten_come_back) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt held[6];
  offline_scene(&scene, held);
  struct world *world = &scene.world;
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
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
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  bring_all(world, held, 6, 0);
  world->now += 60;
  pay_offline(world, &scene.busy, 30, POS, &later); /* after it: nobody can have paid it */
  ck_assert_int_eq(bring_held(world, &later), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 1000 + 2500 + 70 + 200 + 300 + 30);
  ck_assert_int_eq(closed.brought_in, 1000 + 2500 + 70 + 200 + 300);
  scene_close(&scene, restored.aside);
}
END_TEST

/* A receipt that announces less than what is here is not of this card's past. */
START_TEST(a_receipt_never_announces_less) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt held[6];
  offline_scene(&scene, held);
  struct world *world = &scene.world;
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
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

/* One that was handed out, one that went back and was loaded again, one of which nothing was said: each is as it was, and the holder
 * has nothing twice. */
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
  take_backup(&scene);
  world_complete(world, purse, TRANSACTION_PAYOUT, 1000, RELOAD);
  keep(world, purse, purse->atc, &paid);
  world_complete(world, purse, TRANSACTION_PAYOUT, 700, RELOAD);
  keep(world, purse, purse->atc, &back);
  world_complete(world, purse, TRANSACTION_PAYOUT, 60, OTHER_RELOAD);
  keep(world, purse, purse->atc, &open);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  paid.promise.amount = 5001;
  ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_DONE), STATUS_OUT_OF_STEP); /* there was never that much */
  paid.promise.amount = 1000;
  assert_brought(world, &open);
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
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.payouts, 1000);
  ck_assert_int_eq(closed.brought_in, 1000); /* a settlement that was forgotten may have paid it to the shop */
  memcpy(paid.inquiry.tid, OTHER_RELOAD, TID_SIZE);
  ck_assert_int_eq(hand_out(world, &paid, PAYOUT_WISH_PAY), STATUS_NOT_PERMITTED);
  scene_close(&scene, restored.aside);
}
END_TEST

static const struct ledger_account account = {"DE89370400440532013000", "Muster"};

static enum status act_block(struct ledger *ledger, const void *what) {
  return ledger_card_block(ledger, what, "lost", WORLD_NOW);
}

static enum status act_replace(struct ledger *ledger, const void *what) {
  struct ledger_replacement done;
  return ledger_card_replace(ledger, what, &done);
}

/* Neither its terminal, opened, nor the card's replacement makes cash of it: that it is a transfer the card has signed. */
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

/* _i: its terminal knows the account, or learns it from a person only later. A settlement orders it once, and says that one that was
 * forgotten may have done so before. */
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
  take_backup(&scene);
  purse_transfer(&scene.busy, 1000, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert(purse_commit(&scene.busy, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, &scene.busy, scene.busy.atc, scene.busy.secret), STATUS_OK);
  keep(world, &scene.busy, scene.busy.atc, &kept);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  if (_i == 1) {
    assert_not_in_cash(world, &kept, &scene.busy);
    ck_assert_int_eq(bring(world, &kept), STATUS_OK);
  }
  kept.receipt.payout = &terms;
  assert_brought(world, &kept);
  world_issue(world, 3, &shopper);
  world_complete(world, &shopper, TRANSACTION_LOAD, 100, RELOAD);
  world_complete(world, &shopper, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
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
  take_backup(&scene);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 1000, RELOAD);
  keep(world, &scene.busy, scene.busy.atc, &part);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 4000, RELOAD);
  keep(world, &scene.busy, scene.busy.atc, &all);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  part.receipt.payout = &transfer;
  ck_assert_int_eq(bring(world, &part), STATUS_BAD_FORMAT);
  part.receipt.payout = &ends; /* with money left on it */
  ck_assert_int_eq(bring(world, &part), STATUS_OK);
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

/* A terminal lies after a restoration: its payout of all that was there ended the card, of which the deposit would be its too. What
 * really ended it comes after that: the deposit goes once, and no audit calls either wrong. */
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
  take_backup(&scene);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 5000, RELOAD);
  keep(world, &scene.busy, scene.busy.atc, &lie);
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 100, RELOAD);
  keep(world, &scene.busy, scene.busy.atc, &load);
  world_complete(world, &scene.busy, TRANSACTION_PAYOUT, 100, RELOAD);
  keep(world, &scene.busy, scene.busy.atc, &last);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  lie.receipt.payout = &ends;
  ck_assert_int_eq(hand_out(world, &lie, PAYOUT_WISH_DONE), STATUS_OK);
  ck_assert_int_eq(lie.fate.deposit, 300);
  ck_assert_int_eq(bring(world, &load), STATUS_OK);
  last.receipt.payout = &ends;
  ck_assert_int_eq(hand_out(world, &last, PAYOUT_WISH_DONE), STATUS_OK);
  ck_assert(last.fate.pay);
  ck_assert_int_eq(last.fate.deposit, 0);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

/* What the backup has in hand lies below what was brought in: the card's next promise speaks of a later one, and even
 * where the sums agree by chance nothing is released on that. The first receipt above the hold tells. */
START_TEST(a_hold_below_receipts_waits_for_the_one_that_tells) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept load, sale;
  struct ask ask = {.purse = &scene.torn};
  play(&scene);
  struct world *world = &scene.world; /* 4900: a purchase of 100 in hand, since captured */
  world_complete(world, &scene.torn, TRANSACTION_LOAD, 100, RELOAD);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 7, OTHER_POS);
  keep(world, &scene.torn, 3, &load);
  keep(world, &scene.torn, 4, &sale);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  assert_brought(world, &sale);
  purse_promise(&scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome,
                   STATUS_OUT_OF_STEP); /* although 5000 - 7 is what both have if nothing came of the 100 */
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_HELD);
  assert_brought(world, &load); /* its promise proves the 100 */
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_CAPTURED);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_assert_agrees(world, &scene.torn);
  scene_close(&scene, restored.aside);
}
END_TEST

/* One that the card never committed is released by the same word. */
START_TEST(a_hold_below_receipts_is_released_by_the_one_that_tells) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept;
  struct ask ask;
  memset(&scene, 0, sizeof scene);
  struct world *world = &scene.world;
  world_open(world);
  world_issue(world, 1, &scene.torn);
  world_complete(world, &scene.torn, TRANSACTION_LOAD, 5000, RELOAD);
  world_authorise(world, &scene.torn, TRANSACTION_PURCHASE, 100, OTHER_POS, &ask);
  take_backup(&scene);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 7, OTHER_POS);
  keep(world, &scene.torn, 3, &kept);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  assert_brought(world, &kept);
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_HELD);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_RELEASED);
  world_assert_agrees(world, &scene.torn);
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

/* A balance that this ledger has not: an honest card's may be what was forgotten. Once the card was in step since, it is a lie. */
START_TEST(a_balance_that_was_forgotten_is_no_lie) {
  struct scene scene;
  struct ledger_restored restored;
  struct held_receipt one, two;
  struct ledger_card card;
  play(&scene);
  struct world *world = &scene.world;
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 20, OTHER_POS);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
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

/* A ledger that has lost nothing of that time books nothing on a receipt's word; nor does another merchant's terminal
 * bring it; and what says another thing under the same name is a fork. */
START_TEST(a_receipt_brings_nothing_else) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept, fork;
  struct ledger_card card;
  play(&scene);
  struct world *world = &scene.world;
  keep(world, &scene.busy, 2, &kept);
  assert_brought(world, &kept);
  world_assert_card(world, &scene.busy, 3000, 0, 0);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  moment_from_unix(world->now + 1, kept.authorisation.time); /* after the restoration it would be known */
  ck_assert_int_eq(bring(world, &kept), STATUS_NOT_FOUND);
  moment_from_unix(world->now, kept.authorisation.time);
  memcpy(kept.inquiry.tid, POS, TID_SIZE);
  ck_assert_int_eq(bring(world, &kept), STATUS_NOT_PERMITTED);
  memcpy(kept.inquiry.tid, OTHER_POS, TID_SIZE);
  world_assert_card(world, &scene.busy, 5000, 0, 0);
  assert_brought(world, &kept);
  fork = kept;
  fork.record[PROMISE_TLV_SIZE - 1] ^= 1;
  fork.inquiry.offer.record = fork.record;
  ck_assert_int_eq(bring(world, &fork), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  world_assert_card(world, &scene.busy, 4000, 0, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

/* Two settlements went out after the backup. Their numbers are not given again, nor is anything closed before that was
 * told; and what is closed then goes by another name. */
START_TEST(what_was_exported_is_told_first) {
  struct scene scene;
  struct ledger_restored restored;
  struct ledger_settlement closed;
  struct ledger_incarnation before, after;
  struct resumption resumption = {.exported = 2};
  play(&scene);
  struct world *world = &scene.world;
  ck_assert_int_eq(ledger_incarnation(world->ledger, &before), STATUS_OK);
  ck_assert(before.exported == 0 && before.since == 0);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_uint_eq(closed.incarnation, before.name);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(ledger_incarnation(world->ledger, &after), STATUS_OK);
  ck_assert_uint_ne(after.name, before.name);
  ck_assert(after.exported == -1 && after.at == world->now && after.since > 0);
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_SETTLEMENT_UNRESUMED);
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(resumption.next, 3);
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(resumption.next, 3);
  resumption.exported = 5;
  ck_assert_int_eq(ledger_transact(world->ledger, resume_step, &resumption), STATUS_EXISTS);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 3);
  ck_assert_uint_eq(closed.incarnation, after.name);
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 4);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

/* Without the mark the same words are a clone's. */
START_TEST(a_ledger_that_was_not_restored_calls_it_a_fork) {
  struct scene scene;
  struct ask ask = {.purse = &scene.busy};
  play(&scene);
  ledger_close(&scene.world.ledger);
  ck_assert_int_eq(rename(scene.backup, scene.world.path), 0); /* put there by hand */
  ck_assert_int_eq(ledger_open(scene.world.path, &scene.world.ledger), STATUS_OK);
  purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_ask(&scene.world, &ask), STATUS_CARD_FORKED);
  scene_close(&scene, NULL);
}
END_TEST

START_TEST(a_bad_backup_replaces_nothing) {
  struct scene scene;
  struct ledger_restored restored;
  sqlite3 *database = NULL;
  play(&scene);
  ck_assert_int_eq(sqlite3_open_v2(scene.backup, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(database, "UPDATE account SET balance = balance + 1 WHERE id = 17", NULL, NULL, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_LEDGER_BROKEN);
  world_assert_card(&scene.world, &scene.busy, 3000, 0, 0);
  int file = open(scene.backup, O_WRONLY | O_TRUNC);
  ck_assert_int_eq((int)write(file, "no database at all, but long enough to be looked at", 52), 52);
  (void)close(file);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_BAD_FORMAT);
  (void)unlink(scene.backup);
  ck_assert_int_eq(restore(&scene, true, &restored), STATUS_NOT_FOUND);
  world_assert_card(&scene.world, &scene.busy, 3000, 0, 0);
  scene_close(&scene, NULL);
}
END_TEST

Suite *restore_suite(void) {
  Suite *suite = suite_create("restore");
  TCase *tests = tcase_create("restored");
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  if (!place_is_file()) /* a database has a recovery of its own */
    return suite;
  tcase_add_test(tests, a_younger_ledger_is_not_replaced_silently);
  tcase_add_test(tests, what_stood_there_is_kept);
  tcase_add_test(tests, a_spent_authorisation_does_not_come_back_unnoticed);
  tcase_add_test(tests, the_others_go_on);
  tcase_add_test(tests, whole_receipts_bring_back_what_was_forgotten);
  tcase_add_test(tests, refunds_that_were_forgotten_come_back);
  tcase_add_test(tests, a_forgotten_refund_that_was_owed_again_is_not_booked);
  tcase_add_loop_test(tests, offline_payments_that_were_forgotten_come_back, 0, 12);
  tcase_add_test(tests, offline_payments_that_come_back_are_marked);
  tcase_add_test(tests, a_receipt_never_announces_less);
  tcase_add_test(tests, payouts_that_were_forgotten_come_back);
  tcase_add_loop_test(tests, a_transfer_that_was_forgotten_is_one, 0, 2);
  tcase_add_test(tests, a_payout_that_was_forgotten_ends_its_card);
  tcase_add_test(tests, two_that_say_they_ended_a_card_give_back_one_deposit);
  tcase_add_test(tests, a_hold_below_receipts_waits_for_the_one_that_tells);
  tcase_add_test(tests, a_hold_below_receipts_is_released_by_the_one_that_tells);
  tcase_add_test(tests, a_balance_that_was_forgotten_is_no_lie);
  tcase_add_test(tests, a_receipt_brings_nothing_else);
  tcase_add_test(tests, what_was_exported_is_told_first);
  tcase_add_test(tests, a_ledger_that_was_not_restored_calls_it_a_fork);
  tcase_add_test(tests, a_bad_backup_replaces_nothing);
  return suite;
}
