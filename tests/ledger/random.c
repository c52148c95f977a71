/* SPDX-License-Identifier: Apache-2.0
 * Thousands of contacts drawn by chance, torn anywhere: whatever was lost on the way, after the next contact the
 * shadow is the card, merchants have what cards paid, and nothing was made or lost. */
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

#define CARDS    20
#define CONTACTS 2000

/* What a terminal keeps of its last contact with a card. */
struct visit {
  struct purse purse; /* as it stood when the promise was made: the promise to send again */
  bool committed;
  char tid[TID_SIZE + 1];
};

struct play {
  struct world world;
  uint64_t seed;
  struct purse purses[CARDS];
  struct visit visits[CARDS];
  int64_t paid;                                /* by cards, money that they committed to purchases */
  unsigned captured, released, owed, declined; /* what was met */
};

/* xorshift64*: the same play for the same seed, everywhere. */
static uint32_t play_draw(struct play *play, uint32_t below) {
  play->seed ^= play->seed >> 12;
  play->seed ^= play->seed << 25;
  play->seed ^= play->seed >> 27;
  return (uint32_t)((play->seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool play_chance(struct play *play, uint32_t percent) {
  return play_draw(play, 100) < percent;
}

static void play_count(struct play *play, const struct ask *ask) {
  if (ask->standing.settled_state == LEDGER_CAPTURED)
    play->captured++;
  if (ask->standing.settled_state == LEDGER_RELEASED)
    play->released++;
  if (ask->standing.settled_state == LEDGER_OWED)
    play->owed++;
  if (ask->transaction.state == LEDGER_DECLINED)
    play->declined++;
}

/* The card gets the authorisation, and perhaps r gets back. */
static void play_deliver(struct play *play, uint32_t card, const struct ask *ask) {
  struct purse *purse = &play->purses[card];
  if (!play_chance(play, 75) || !purse_commit(purse, ask->transaction.authorisation))
    return;
  play->visits[card].committed = true;
  if (purse->promise.type == TRANSACTION_PURCHASE)
    play->paid += purse->promise.amount;
  if (play_chance(play, 60))
    ck_assert_int_eq(world_confirm(&play->world, purse, purse->atc, purse->secret), STATUS_OK);
}

static void play_contact(struct play *play, uint32_t card) {
  static const char *const shops[] = {POS, OTHER_POS};
  static const char *const banks[] = {RELOAD, OTHER_RELOAD};
  static const uint8_t types[] = {TRANSACTION_PURCHASE, TRANSACTION_PURCHASE, TRANSACTION_PURCHASE,
                                  TRANSACTION_LOAD,     TRANSACTION_LOAD,     TRANSACTION_POINTS_PURCHASE};
  struct purse *purse = &play->purses[card];
  struct ask ask = {.purse = purse};
  uint8_t type = types[play_draw(play, sizeof types)];
  const char *tid = type == TRANSACTION_LOAD ? banks[play_draw(play, 2)] : shops[play_draw(play, 2)];
  uint32_t most = type == TRANSACTION_POINTS_PURCHASE ? 60 : type == TRANSACTION_LOAD ? 9000 : 3000;
  purse_promise(purse, type, 1 + play_draw(play, most), tid);
  play->visits[card] = (struct visit){.purse = *purse, .committed = false};
  memcpy(play->visits[card].tid, tid, TID_SIZE);
  ask.tender.kind = play_chance(play, 25) ? LEDGER_TENDER_OWED : LEDGER_TENDER_BANK;
  if (play_chance(play, 15)) /* lost on the way to the server */
    return;
  ck_assert_int_eq(world_ask(&play->world, &ask), STATUS_OK);
  ck_assert_msg(ask.outcome == STATUS_OK || ask.outcome == STATUS_INSUFFICIENT_BALANCE ||
                    ask.outcome == STATUS_INSUFFICIENT_POINTS || ask.outcome == STATUS_ABOVE_LIMIT ||
                    ask.outcome == STATUS_TENDER_DECLINED,
                "%s", status_name(ask.outcome));
  play_count(play, &ask);
  play_deliver(play, card, &ask);
}

/* A terminal sends again what it sent, or sends r again, or gives a tender back. */
static void play_repeat(struct play *play, uint32_t card) {
  struct visit *visit = &play->visits[card];
  struct ask ask = {.purse = &visit->purse};
  uint8_t state = world_state(&play->world, &visit->purse, visit->purse.atc);
  if (visit->purse.atc == 0 || state == 0)
    return;
  switch (play_draw(play, 3)) {
  case 0:
    ck_assert_int_eq(world_ask(&play->world, &ask), STATUS_OK);
    ck_assert(ask.standing.answered);
    break;
  case 1:
    if (visit->committed)
      ck_assert_int_eq(world_confirm(&play->world, &visit->purse, visit->purse.atc, visit->purse.secret), STATUS_OK);
    break;
  default:
    if (visit->purse.promise.type == TRANSACTION_LOAD && (!visit->committed || play_chance(play, 10))) {
      enum status status = world_reverse(&play->world, &visit->purse, visit->purse.atc, visit->tid);
      ck_assert(status == STATUS_OK || status == STATUS_BAD_FORMAT); /* the tender was a debt */
    }
  }
}

/* Each card comes once more, to pay too much: its promise settles what was open. */
static void play_last_contact(struct play *play) {
  for (uint32_t card = 0; card < CARDS; card++) {
    struct ask ask;
    world_authorise(&play->world, &play->purses[card], TRANSACTION_PURCHASE, WORLD_PAYMENT_CEILING + 1, POS, &ask);
    ck_assert_int_eq(ask.outcome, STATUS_ABOVE_LIMIT);
    play_count(play, &ask);
    world_assert_agrees(&play->world, &play->purses[card]);
  }
}

static void play_assert_sums(struct play *play) {
  struct ledger_totals totals;
  int64_t on_cards = 0, points = 0, owed = 0;
  ck_assert_int_eq(ledger_totals(play->world.ledger, &totals), STATUS_OK);
  for (uint32_t card = 0; card < CARDS; card++) {
    struct ledger_card found;
    ck_assert_int_eq(ledger_card_find(play->world.ledger, play->purses[card].cid, &found), STATUS_OK);
    ck_assert_uint_eq(found.state, LEDGER_CARD_ISSUED); /* no honest card was taken for a clone */
    on_cards += play->purses[card].balance;
    points += play->purses[card].points;
    owed += found.owed;
  }
  ck_assert_int_eq(totals.merchants_due, play->paid); /* a merchant is credited if and only if a card was debited */
  ck_assert_int_eq(totals.outstanding, on_cards + owed);
  ck_assert_int_eq(totals.tenders_due, on_cards + owed + play->paid);
  ck_assert_int_eq(totals.points, points);
  ck_assert_uint_eq(totals.open_holds, 0);
}

START_TEST(conserves) {
  static const uint64_t seeds[] = {0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 20261123};
  static struct play play; /* large; this test's own process */
  memset(&play, 0, sizeof play);
  play.seed = seeds[_i];
  world_open(&play.world);
  for (uint32_t card = 0; card < CARDS; card++)
    world_issue(&play.world, card + 1, &play.purses[card]);
  for (unsigned contact = 0; contact < CONTACTS; contact++) {
    uint32_t card = play_draw(&play, CARDS);
    play.world.now++;
    if (play_chance(&play, 70))
      play_contact(&play, card);
    else
      play_repeat(&play, card);
    if (contact % 500 == 499) {
      world_reopen(&play.world);
      world_assert_clean(&play.world);
    }
  }
  play_last_contact(&play);
  play_assert_sums(&play);
  /* The play went where it should. */
  ck_assert_uint_gt(play.captured, 100);
  ck_assert_uint_gt(play.released, 50);
  ck_assert_uint_gt(play.owed, 20);
  ck_assert_uint_gt(play.declined, 50);
  world_close(&play.world);
}
END_TEST

Suite *random_suite(void) {
  Suite *suite = suite_create("random");
  TCase *tests = tcase_create("conservation");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, conserves, 0, 3);
  suite_add_tcase(suite, tests);
  return suite;
}
