/* SPDX-License-Identifier: Apache-2.0
 * An old backup in the place of the ledger: nothing that was spent since can be spent again, and what is missing shows
 * at each card's next contact. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/ledger_incarnation.h"
#include "epurse/ledger_incident.h"
#include "epurse/settlement.h"
#include "owed_scene.h"
#include "restore_scene.h"
#include "suites.h"

START_TEST(a_younger_ledger_is_not_replaced_silently) {
  struct scene scene;
  struct ledger_restored restored;
  int64_t at = -1;
  scene_play(&scene);
  ck_assert_int_eq(scene_restore(&scene, false, &restored), STATUS_EXISTS);
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
  scene_play(&scene);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
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

/* After a crash, with the ledger's file moved away by hand: SQLite would bring the log's rows into the backup. */
START_TEST(a_log_without_its_ledger_spoils_no_backup) {
  static uint8_t log[1 << 22];
  struct scene scene;
  struct ledger_restored restored;
  char path[264], aside[1288];
  int64_t at = 0;
  scene_play(&scene);
  snprintf(path, sizeof path, "%s-wal", scene.world.path);
  int file = open(path, O_RDONLY);
  ssize_t len = read(file, log, sizeof log);
  close(file);
  ck_assert(len > 512 && (size_t)len < sizeof log);
  ledger_close(&scene.world.ledger);
  ck_assert_int_eq(unlink(scene.world.path), 0);
  file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  ck_assert_int_eq(write(file, log, (size_t)len), len);
  close(file);
  ck_assert_int_eq(scene_restore(&scene, false, &restored), STATUS_OK);
  ck_assert(!restored.replaced);
  ck_assert_int_eq(ledger_restored_at(scene.world.ledger, &at), STATUS_OK);
  ck_assert_int_eq(at, scene.world.now);
  world_assert_card(&scene.world, &scene.busy, 5000, 0, 0);
  snprintf(aside, sizeof aside, "%s-wal", restored.aside);
  ck_assert_int_eq(unlink(aside), 0); /* it is kept */
  scene_close(&scene, NULL);
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
  scene_play(&scene);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
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
  scene_play(&scene);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
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

/* ---- receipts brought in again ---- */

/* Receipts come as the terminals meet the back-end, in no order: each is booked once, and card and ledger agree. */
START_TEST(whole_receipts_bring_back_what_was_forgotten) {
  struct scene scene;
  struct ledger_restored restored;
  struct kept kept[3], load, large, torn;
  struct ask ask = {.purse = &scene.busy};
  struct ledger_settlement closed;
  struct resumption resumption = {.exported = 0};
  scene_play(&scene);
  struct world *world = &scene.world;
  world_complete(world, &scene.busy, TRANSACTION_LOAD, 700, RELOAD);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 3600, POS); /* which the backup cannot have covered */
  for (uint32_t i = 0; i < 3; i++)
    kept_read(world, &scene.busy, i + 2, &kept[i]);
  kept_read(world, &scene.busy, 5, &load);
  kept_read(world, &scene.busy, 6, &large);
  kept_read(world, &scene.torn, 2, &torn);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(kept_bring(world, &kept[2]), STATUS_OK);
  ck_assert_int_eq(kept_bring(world, &kept[1]), STATUS_OK);
  purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS); /* too early: declined, and no harm done */
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OUT_OF_STEP);
  kept_assert_brought(world, &kept[0]);
  kept_assert_brought(world, &kept[2]);
  world_assert_card(world, &scene.busy, 3000, 0, 0);
  ck_assert_int_eq(kept_bring(world, &large), STATUS_OUT_OF_STEP); /* waits for the load that paid it */
  kept_assert_brought(world, &load);
  kept_assert_brought(world, &large);
  kept_assert_brought(world, &torn);
  world_assert_agrees(world, &scene.busy);
  world_assert_agrees(world, &scene.torn);
  world_complete(world, &scene.busy, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  world_assert_agrees(world, &scene.busy);
  world_assert_merchant(world, "KIOSK", 1000 + 500 + 500 + 100 + 1 + 1, 0);
  world_assert_merchant(world, "SHOP", 3600, 0);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 3600 + 2102);
  ck_assert_int_eq(closed.brought_in, 1000 + 500 + 500 + 3600 + 100); /* may have been paid out before; so may a hold */
  kept_assert_brought(world, &large);
  world_assert_merchant(world, "SHOP", 0, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

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
  scene_backup(&scene);
  give_back(world, purse, &old, 600);
  world_complete(world, purse, TRANSACTION_PURCHASE, 2000, POS);
  const struct purse_sale sale = {purse->atc, false};
  give_back(world, purse, &sale, 500);
  world_complete(world, purse, TRANSACTION_POINTS_PURCHASE, 100, POS);
  const struct purse_sale points = {purse->atc, true};
  give_back(world, purse, &points, 40);
  for (uint32_t i = 0; i < 5; i++)
    kept_read(world, purse, old.atc + 1 + i, &kept[i]);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(kept_bring(world, &kept[2]), STATUS_OUT_OF_STEP); /* its sale is not here */
  kept_assert_brought(world, &kept[1]);
  kept_assert_brought(world, &kept[0]);
  kept_assert_brought(world, &kept[2]);
  ck_assert_int_eq(kept_bring(world, &kept[4]), STATUS_OUT_OF_STEP);
  kept_assert_brought(world, &kept[3]);
  kept_assert_brought(world, &kept[4]);
  world_assert_agrees(world, purse);
  world_assert_merchant(world, "SHOP", 3000, -1100);
  ck_assert_int_eq(owed_refund(world, purse, &(struct owing){.atc = old.atc, .amount = 401, .wish = 1}),
                   STATUS_REFUND_EXCEEDS);
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
  scene_backup(&scene);
  give_back(world, &scene.busy, &sale, 600);
  kept_read(world, &scene.busy, scene.busy.atc, &kept);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(owed_refund(world, &scene.busy, &(struct owing){.atc = sale.atc, .amount = 1000, .wish = 1}),
                   STATUS_OK);
  ck_assert_int_eq(kept_bring(world, &kept), STATUS_REFUND_EXCEEDS);
  world_assert_card(world, &scene.busy, 4000, 0, 1000);
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
  scene_play(&scene);
  struct world *world = &scene.world; /* 4900: a purchase of 100 in hand, since captured */
  world_complete(world, &scene.torn, TRANSACTION_LOAD, 100, RELOAD);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 7, OTHER_POS);
  kept_read(world, &scene.torn, 3, &load);
  kept_read(world, &scene.torn, 4, &sale);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  kept_assert_brought(world, &sale);
  purse_promise(&scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome,
                   STATUS_OUT_OF_STEP); /* although 5000 - 7 is what both have if nothing came of the 100 */
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_HELD);
  kept_assert_brought(world, &load); /* its promise proves the 100 */
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
  scene_backup(&scene);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 7, OTHER_POS);
  kept_read(world, &scene.torn, 3, &kept);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  kept_assert_brought(world, &kept);
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_HELD);
  world_complete(world, &scene.torn, TRANSACTION_PURCHASE, 1, OTHER_POS);
  ck_assert_uint_eq(world_state(world, &scene.torn, 2), LEDGER_RELEASED);
  world_assert_agrees(world, &scene.torn);
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
  scene_play(&scene);
  struct world *world = &scene.world;
  kept_read(world, &scene.busy, 2, &kept);
  kept_assert_brought(world, &kept);
  world_assert_card(world, &scene.busy, 3000, 0, 0);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  moment_from_unix(world->now + 1, kept.authorisation.time); /* after the restoration it would be known */
  ck_assert_int_eq(kept_bring(world, &kept), STATUS_NOT_FOUND);
  moment_from_unix(world->now, kept.authorisation.time);
  memcpy(kept.inquiry.tid, POS, TID_SIZE);
  ck_assert_int_eq(kept_bring(world, &kept), STATUS_NOT_PERMITTED);
  memcpy(kept.inquiry.tid, OTHER_POS, TID_SIZE);
  world_assert_card(world, &scene.busy, 5000, 0, 0);
  kept_assert_brought(world, &kept);
  fork = kept;
  fork.record[PROMISE_TLV_SIZE - 1] ^= 1;
  fork.inquiry.offer.record = fork.record;
  ck_assert_int_eq(kept_bring(world, &fork), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_card_find(world->ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  world_assert_card(world, &scene.busy, 4000, 0, 0);
  scene_close(&scene, restored.aside);
}
END_TEST

/* A date, a slip of the keyboard: nothing is written of what would be the numbers' beginning for good. */
static void tell_slips(struct world *world) {
  static const int64_t slips[] = {-1, LEDGER_FORGOTTEN_MAX + 1, LEDGER_SETTLEMENT_LAST, 20260501, INT64_MAX};
  struct ledger_incarnation now;
  for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
    struct resumption resumption = {.exported = slips[i]};
    ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_BAD_FORMAT);
    ck_assert_int_eq(ledger_incarnation(world->ledger, &now), STATUS_OK);
    ck_assert_int_eq(now.exported, -1);
  }
}

/* As many as a house can have closed are taken. */
START_TEST(what_was_exported_may_be_far_above) {
  struct scene scene;
  struct ledger_restored restored;
  struct resumption resumption = {.exported = LEDGER_FORGOTTEN_MAX};
  scene_play(&scene);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(ledger_transact(scene.world.ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(resumption.next, LEDGER_FORGOTTEN_MAX + 1);
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
  scene_play(&scene);
  struct world *world = &scene.world;
  ck_assert_int_eq(ledger_incarnation(world->ledger, &before), STATUS_OK);
  ck_assert(before.exported == 0 && before.since == 0);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_uint_eq(closed.incarnation, before.name);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_OK);
  ck_assert_int_eq(ledger_incarnation(world->ledger, &after), STATUS_OK);
  ck_assert_uint_ne(after.name, before.name);
  ck_assert(after.exported == -1 && after.at == world->now && after.since > 0);
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 10, POS);
  tell_slips(world);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_SETTLEMENT_UNRESUMED);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(resumption.next, 3);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_OK);
  ck_assert_int_eq(resumption.next, 3);
  resumption.exported = 5;
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_resume_step, &resumption), STATUS_EXISTS);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 3);
  ck_assert_uint_eq(closed.incarnation, after.name);
  world_complete(world, &scene.quiet, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, settlement_close_step, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 4);
  world_assert_clean(world);
  scene_close(&scene, restored.aside);
}
END_TEST

/* Without the mark the same words are a clone's. */
START_TEST(a_ledger_that_was_not_restored_calls_it_a_fork) {
  struct scene scene;
  struct ask ask = {.purse = &scene.busy};
  scene_play(&scene);
  ledger_close(&scene.world.ledger);
  ck_assert_int_eq(rename(scene.backup, scene.world.path), 0); /* put there by hand */
  ck_assert_int_eq(ledger_open(scene.world.path, &scene.world.ledger), STATUS_OK);
  purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_ask(&scene.world, &ask), STATUS_CARD_FORKED);
  scene_close(&scene, NULL);
}
END_TEST

static void change(const char *path, const char *statement) {
  sqlite3 *database = NULL;
  ck_assert_int_eq(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(database, statement, NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}

START_TEST(a_bad_backup_replaces_nothing) {
  struct scene scene;
  struct ledger_restored restored;
  scene_play(&scene);
  change(scene.backup, "UPDATE card_counters SET balance = balance + 1 WHERE id = 1");
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_LEDGER_BROKEN);
  world_assert_card(&scene.world, &scene.busy, 3000, 0, 0);
  int file = open(scene.backup, O_WRONLY | O_TRUNC);
  ck_assert_int_eq((int)write(file, "no database at all, but long enough to be looked at", 52), 52);
  (void)close(file);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_BAD_FORMAT);
  (void)unlink(scene.backup);
  ck_assert_int_eq(scene_restore(&scene, true, &restored), STATUS_NOT_FOUND);
  world_assert_card(&scene.world, &scene.busy, 3000, 0, 0);
  scene_close(&scene, NULL);
}
END_TEST

/* A snapshot of the disk has no mark: it has to be told. A backup has, and knows another way. */
START_TEST(one_that_came_back_otherwise_is_told_so) {
  struct scene scene;
  struct ask ask = {.purse = &scene.busy};
  struct ledger_incarnation before, after;
  struct ledger_card card;
  scene_play(&scene);
  ck_assert_int_eq(ledger_incarnation(scene.world.ledger, &before), STATUS_OK);
  ck_assert_int_eq(ledger_restored_elsewhere(scene.world.path, scene.world.now), STATUS_LEDGER_BUSY);
  ledger_close(&scene.world.ledger);
  ck_assert(!ledger_is_backup(scene.world.path));
  ck_assert(ledger_is_backup(scene.backup));
  ck_assert_int_eq(rename(scene.backup, scene.world.path), 0);
  ck_assert_int_eq(ledger_restored_elsewhere(scene.world.path, scene.world.now), STATUS_BACKUP_UNRESTORED);
  change(scene.world.path, "PRAGMA user_version = 0");
  ck_assert_int_eq(ledger_restored_elsewhere(scene.world.path, scene.world.now), STATUS_OK);
  ck_assert_int_eq(ledger_open(scene.world.path, &scene.world.ledger), STATUS_OK);
  ck_assert_int_eq(ledger_incarnation(scene.world.ledger, &after), STATUS_OK);
  ck_assert(after.name != before.name && after.exported == -1 && after.since > 0);
  purse_promise(&scene.busy, TRANSACTION_PURCHASE, 1, POS);
  ck_assert_int_eq(world_ask(&scene.world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OUT_OF_STEP);
  ck_assert_int_eq(ledger_card_find(scene.world.ledger, scene.busy.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_ISSUED);
  world_assert_clean(&scene.world);
  scene_close(&scene, NULL);
}
END_TEST

static void no_line(void *context, const char *line) {
  (void)context;
  (void)line;
}

/* A ledger of another program's has what nobody counts here; a damaged one is what backups are for. */
START_TEST(what_nobody_can_look_into_goes_by_force_only) {
  struct scene scene;
  struct ledger_restored restored;
  scene_play(&scene);
  ledger_close(&scene.world.ledger);
  change(scene.world.path, "UPDATE schema_version SET version = version + 1");
  struct ledger_restoration what = {.backup = scene.backup, .path = scene.world.path, .now = scene.world.now};
  ck_assert_int_eq(ledger_restore(&what, &restored, no_line, NULL), STATUS_EXISTS);
  ck_assert(restored.replaced && !restored.readable);
  ck_assert_int_eq(restored.found, STATUS_OLD_SCHEMA);
  ck_assert_int_eq(ledger_open(scene.world.path, &scene.world.ledger), STATUS_OLD_SCHEMA);
  what.force = true;
  ck_assert_int_eq(ledger_restore(&what, &restored, no_line, NULL), STATUS_OK);
  ck_assert_int_eq(unlink(restored.aside), 0);
  int file = open(scene.world.path, O_WRONLY);
  ck_assert_int_eq((int)pwrite(file, "damaged", 7, 0), 7);
  (void)close(file);
  what.force = false;
  ck_assert_int_eq(ledger_restore(&what, &restored, no_line, NULL), STATUS_OK);
  ck_assert(restored.replaced && !restored.readable);
  ck_assert_int_eq(ledger_open(scene.world.path, &scene.world.ledger), STATUS_OK);
  scene_close(&scene, restored.aside);
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
  tcase_add_test(tests, a_log_without_its_ledger_spoils_no_backup);
  tcase_add_test(tests, a_spent_authorisation_does_not_come_back_unnoticed);
  tcase_add_test(tests, the_others_go_on);
  tcase_add_test(tests, whole_receipts_bring_back_what_was_forgotten);
  tcase_add_test(tests, refunds_that_were_forgotten_come_back);
  tcase_add_test(tests, a_forgotten_refund_that_was_owed_again_is_not_booked);
  tcase_add_test(tests, a_hold_below_receipts_waits_for_the_one_that_tells);
  tcase_add_test(tests, a_hold_below_receipts_is_released_by_the_one_that_tells);
  tcase_add_test(tests, a_receipt_brings_nothing_else);
  tcase_add_test(tests, what_was_exported_is_told_first);
  tcase_add_test(tests, what_was_exported_may_be_far_above);
  tcase_add_test(tests, a_ledger_that_was_not_restored_calls_it_a_fork);
  tcase_add_test(tests, one_that_came_back_otherwise_is_told_so);
  tcase_add_test(tests, a_bad_backup_replaces_nothing);
  tcase_add_test(tests, what_nobody_can_look_into_goes_by_force_only);
  restore_brought_tests(tests);
  return suite;
}
