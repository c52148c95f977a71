/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments as tills keep them and bring them in. */
#ifndef TESTS_LEDGER_OFFLINE_SCENE_H
#define TESTS_LEDGER_OFFLINE_SCENE_H

#include "epurse/ledger_offline.h"
#include "world.h"

/* A payment as a till keeps it. */
struct paid {
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
};
struct paid offline_pay(struct purse *purse, uint32_t amount, const char *tid);

/* 25.00 single, 50.00 in all, 5 payments. */
extern const struct offline_limits offline_usual;

/* Brought in by that terminal, under these limits of the card's certificate. What the ledger answers; it is committed,
 * as a server does. */
enum status offline_bring_by(struct world *world, const struct paid *paid, const char *tid,
                             const struct offline_limits *limits);
/* By the terminal that took it, under the usual ones. */
enum status offline_bring(struct world *world, const struct paid *paid);
/* Brings in 1,000.00, which is all that this terminal is paid off-line in a day; the card has as much as before. */
void offline_use_up(struct world *world, struct purse *purse, const char *tid);
/* What was announced before then and nobody brought in is owed to its card. */
void offline_lapse(struct world *world, int64_t before);
struct ledger_offline_lack offline_lacking(struct world *world, const struct purse *purse);

#define OFFLINE_OTHER_TILL "POS00003" /* of SHOP too */
/* A world with that till, and a card with 100.00 on it. */
void offline_begin(struct world *world, struct purse *purse);

#endif
