/* SPDX-License-Identifier: Apache-2.0
 * A ledger in a directory of its own, with merchants, terminals and cards, and what a server does with it. */
#ifndef TESTS_LEDGER_WORLD_H
#define TESTS_LEDGER_WORLD_H

#include <check.h>

#include "epurse/ledger.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_payout.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_transaction.h"
#include "place.h"
#include "purse.h"

#define WORLD_NOW             1790000000 /* 2026-09-21 */
#define WORLD_PURSE_CEILING   50000
#define WORLD_PAYMENT_CEILING 20000
#define WORLD_REFUND_WINDOW   (180 * 24 * 60 * 60)
#define WORLD_POOL            60
#define POS                   "POS00001" /* of SHOP, which grants 10 points for 1.00 */
#define OTHER_POS             "POS00002" /* of KIOSK, which grants none */
#define RELOAD                "LOAD0001" /* of BANK */
#define OTHER_RELOAD          "LOAD0002"
#define DESK                  "DESK0001"

struct world {
  char directory[64], path[PLACE_MAX];
  struct ledger *ledger;
  int64_t now, zone;
};

/* Where ledgers are files, makes one that every world_open() of this process and its forks copies then: to make the
 * tables and to fill them is half of what a short test computes. */
void world_pattern_make(void);
void world_pattern_remove(void);

void world_open(struct world *world);
void world_open_new(struct world *world); /* no copy */
void world_close(struct world *world);    /* after ledger_check says clean */
void world_discard(struct world *world);  /* without looking */
void world_reopen(struct world *world);

/* A certified, issued card on chip number `chip`. */
void world_issue(struct world *world, uint32_t chip, struct purse *purse);
void world_certification(struct ledger_certification *certification);
void world_chip(uint32_t chip, uint8_t serial[CHIP_SERIAL_SIZE]);
void world_terminal(struct ledger_terminal *terminal, const char *tid, uint8_t role, const char *merchant);

/* What the server does with a promise, in one step. */
struct ask {
  struct purse *purse;
  struct ledger_tender tender;          /* loads */
  const char *reference;                /* NULL: none */
  const struct ledger_account *account; /* payouts; NULL: in cash */
  bool closes;                          /* payouts: they end the card */
  enum status outcome;                  /* STATUS_OK: authorised, or answered before */
  struct promise_verdict standing;
  struct ledger_transaction transaction; /* the answer */
};
/* Sends purse->record: answered before, authorised, or declined. Answers what ledger_transact did. */
enum status world_ask(struct world *world, struct ask *ask);
/* The same as one job of a group; `room` is its context. */
struct asking {
  struct ask *ask;
  struct signed_promise offer;
  struct ledger_hint hint;
};
struct ledger_job world_ask_job(struct world *world, struct ask *ask, struct asking *room);

/* Promise, authorisation; the card does not have it yet. */
void world_authorise(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid,
                     struct ask *ask);
/* And the card commits; r is not sent. */
void world_commit(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid);
enum status world_confirm(struct world *world, const struct purse *purse, uint32_t atc, const uint8_t *secret);
/* With the promise of that transaction: the one that stands, or one that is booked. */
enum status world_reverse(struct world *world, const struct purse *purse, uint32_t atc, const char *tid);
enum status world_may_reverse(struct world *world, const struct purse *purse, uint32_t atc, const char *tid);
/* What a terminal wants of a payout of that number. */
struct world_wish {
  uint32_t atc;
  const char *tid;
  uint8_t wish; /* enum payout_wish */
};
enum status world_settle_payout(struct world *world, const struct purse *purse, const struct world_wish *wish,
                                struct ledger_fate *fate);

enum status world_inquire(struct world *world, const struct purse *purse, uint32_t atc, const char *tid,
                          struct ledger_fate *fate);
/* A whole load or purchase, confirmed. */
void world_complete(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid);

/* One function inside a step of its own. */
typedef enum status world_act(struct ledger *ledger, const void *what);
enum status world_do(struct world *world, world_act *act, const void *what);

/* Asserts on the shadow, on holds, and on the audit. */
void world_assert_card(struct world *world, const struct purse *purse, int64_t balance, int64_t held, int64_t owed);
void world_assert_agrees(struct world *world, const struct purse *purse);
void world_assert_merchant(struct world *world, const char *id, int64_t balance, int64_t tender);
void world_assert_clean(struct world *world);
/* What a check says, line after line; begin with zeros. */
struct lines {
  char text[4096];
  size_t count;
};
void lines_add(void *context, const char *line);
size_t world_contradictions(struct world *world);                                  /* lines of ledger_check */
uint8_t world_state(struct world *world, const struct purse *purse, uint32_t atc); /* 0: unknown */
uint8_t world_card_state(struct world *world, const struct purse *purse);
size_t world_incidents(struct world *world);

/* Runs SQL on the closed ledger through another handle, as one who has it. */
enum place_outcome world_tamper(struct world *world, const char *sql);
/* From now on the database refuses a merchant of the name BAD. */
void world_refuse_bad(struct world *world);

#endif
