/* SPDX-License-Identifier: Apache-2.0
 * What the tests of a restored ledger share: the scene, and receipts that are brought in again. */
#ifndef EPURSE_TESTS_LEDGER_RESTORE_SCENE_H
#define EPURSE_TESTS_LEDGER_RESTORE_SCENE_H

#include "epurse/ledger_backup.h"
#include "world.h"

struct scene {
  struct world world;
  struct purse quiet, busy, torn; /* nothing since the backup; three payments since; one that the backup has in hold */
  struct purse stolen;            /* `busy` as it stood when it made the first promise since the backup */
  uint8_t torn_secret[SECRET_SIZE];
  char backup[96];
};
/* Loads three cards, takes the backup, and goes on as `struct scene` says. */
void scene_play(struct scene *scene);
/* Takes a backup of the ledger as it is. */
void scene_backup(struct scene *scene);
/* Puts the backup in the ledger's place, and opens that. */
enum status scene_restore(struct scene *scene, bool force, struct ledger_restored *restored);
/* `aside`: what was kept of the replaced ledger, which goes too; NULL: nothing. */
void scene_close(struct scene *scene, const char *aside);

/* What a terminal keeps of a transaction. */
struct kept {
  struct promise promise;
  uint8_t record[PROMISE_SIZE], authorised[AUTHORISATION_SIZE];
  struct authorisation authorisation;
  struct ledger_receipt receipt;
  struct ledger_inquiry inquiry;
  struct ledger_fate fate;
};
void kept_read(struct world *world, const struct purse *purse, uint32_t atc, struct kept *kept);
enum status kept_bring(struct world *world, struct kept *kept);
/* It is booked, and once, however often it comes. */
void kept_assert_brought(struct world *world, struct kept *kept);

/* Steps for ledger_transact: of a struct ledger_settlement, and of this. */
struct resumption {
  int64_t exported, next;
};
enum status settlement_close_step(struct ledger *ledger, void *context);
enum status settlement_resume_step(struct ledger *ledger, void *context);

/* restore_brought.c: off-line payments and payouts. */
void restore_brought_tests(TCase *tests);

#endif
