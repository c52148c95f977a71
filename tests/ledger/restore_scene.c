/* SPDX-License-Identifier: Apache-2.0
 * A ledger, its backup, and what happened since; and receipts as terminals keep them. */
#include "restore_scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/ledger_backup.h"
#include "epurse/ledger_incarnation.h"
#include "epurse/settlement.h"

static void note_line(void *context, const char *line) {
  unsigned *lines = context;
  (*lines)++;
  (void)fprintf(stderr, "# %s\n", line);
}

void scene_backup(struct scene *scene) {
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

void scene_play(struct scene *scene) {
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
  scene_backup(scene);
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

enum status scene_restore(struct scene *scene, bool force, struct ledger_restored *restored) {
  struct ledger_restoration what = {
      .backup = scene->backup, .path = scene->world.path, .force = force, .now = scene->world.now};
  unsigned lines = 0;
  ledger_close(&scene->world.ledger);
  enum status status = ledger_restore(&what, restored, note_line, &lines);
  ck_assert_int_eq(ledger_open(scene->world.path, &scene->world.ledger), STATUS_OK);
  return status;
}

void scene_close(struct scene *scene, const char *aside) {
  (void)unlink(scene->backup);
  if (aside != NULL)
    ck_assert_int_eq(unlink(aside), 0);
  world_close(&scene->world);
}

enum status settlement_close_step(struct ledger *ledger, void *context) {
  struct ledger_settlement *closed = context;
  return ledger_settlement_close(ledger, 1900000000, closed);
}

enum status settlement_resume_step(struct ledger *ledger, void *context) {
  struct resumption *resumption = context;
  return ledger_settlement_resume(ledger, resumption->exported, &resumption->next);
}

void kept_read(struct world *world, const struct purse *purse, uint32_t atc, struct kept *kept) {
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

static enum status kept_bring_step(struct ledger *ledger, void *context) {
  struct kept *kept = context;
  return ledger_receipt_bring(ledger, &kept->inquiry, &kept->fate);
}

enum status kept_bring(struct world *world, struct kept *kept) {
  kept->inquiry.offer.now = world->now;
  return ledger_transact(world->ledger, kept_bring_step, kept);
}

void kept_assert_brought(struct world *world, struct kept *kept) {
  for (int i = 0; i < 2; i++) { /* the same again: the same answer, and nothing is booked twice */
    ck_assert_int_eq(kept_bring(world, kept), STATUS_OK);
    ck_assert_uint_eq(kept->fate.state, LEDGER_CAPTURED);
    ck_assert_mem_eq(kept->fate.secret, kept->receipt.secret, SECRET_SIZE);
  }
}
