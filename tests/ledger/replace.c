/* SPDX-License-Identifier: Apache-2.0
 * A blocked card's money goes to a new card: when, how much, once; and what comes too late moves nothing. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_incident.h"
#include "epurse/ledger_pending.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

#define WINDOW 1209600 /* 14 days, in seconds */

struct replacing {
  struct ledger_replacing what;
  struct ledger_replacement done;
};

static enum status replace_step(struct ledger *ledger, void *context) {
  struct replacing *replacing = context;
  return ledger_card_replace(ledger, &replacing->what, &replacing->done);
}

static enum status replace(struct world *world, const struct purse *old, const struct purse *new,
                           struct replacing *replacing) {
  replacing->what = (struct ledger_replacing){.window = WINDOW, .now = world->now};
  memcpy(replacing->what.cid, old->cid, CID_SIZE);
  memcpy(replacing->what.new_cid, new->cid, CID_SIZE);
  return ledger_transact(world->ledger, replace_step, replacing);
}

/* Two cards; the first has 50.00 and 100 points, and is then blocked. */
struct pair {
  struct world world;
  struct purse old, new;
};

static void pair_open(struct pair *pair) {
  world_open(&pair->world);
  world_issue(&pair->world, 1, &pair->old);
  world_issue(&pair->world, 2, &pair->new);
  world_complete(&pair->world, &pair->old, TRANSACTION_LOAD, 6000, RELOAD);
  world_complete(&pair->world, &pair->old, TRANSACTION_PURCHASE, 1000, POS);
}

static void pair_block(struct pair *pair) {
  ck_assert_int_eq(world_do(&pair->world, act_block, pair->old.cid), STATUS_OK);
}

/* What waits is told, though no load of the new card stands behind it. */
static void assert_pending(struct pair *pair) {
  struct ledger_hold owed[2];
  size_t count = 0;
  ck_assert_int_eq(ledger_owed_list(pair->world.ledger, &(struct ledger_look){.cards = 100}, owed, 2, &count),
                   STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_mem_eq(owed[0].cid, pair->new.cid, CID_SIZE);
  ck_assert_int_eq(owed[0].amount, 5000);
  ck_assert_uint_eq(owed[0].atc, 0);
  ck_assert_uint_eq(owed[0].card_state, LEDGER_CARD_ISSUED);
  ck_assert_int_eq(owed[0].created_at, pair->world.now);
}

START_TEST(moves_balance_and_points) {
  struct pair pair;
  struct replacing replacing;
  pair_open(&pair);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  ck_assert_int_eq(replacing.done.balance, 5000);
  ck_assert_int_eq(replacing.done.owed, 0);
  ck_assert_int_eq(replacing.done.points, 100);
  ck_assert_uint_eq(replacing.done.settled_atc, 0);
  world_assert_card(&pair.world, &pair.old, 0, 0, 0);
  world_assert_card(&pair.world, &pair.new, 0, 0, 5000);
  world_assert_clean(&pair.world);
  assert_pending(&pair);
  owed_load(&pair.world, &pair.new, 5000, RELOAD);
  ck_assert_uint_eq(pair.new.balance, 5000);
  ck_assert_uint_eq(pair.new.points, 100); /* with the first load */
  world_assert_agrees(&pair.world, &pair.new);
  world_assert_card(&pair.world, &pair.new, 5000, 0, 0);
  world_assert_merchant(&pair.world, "BANK", 0, -6000); /* nobody paid twice */
  world_close(&pair.world);
}
END_TEST

/* In parts, and the points with any load. */
START_TEST(loads_it_in_parts) {
  struct pair pair;
  struct replacing replacing;
  pair_open(&pair);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  world_commit(&pair.world, &pair.new, TRANSACTION_LOAD, 700, RELOAD); /* by bank; r is not sent */
  ck_assert_uint_eq(pair.new.points, 100);
  owed_load(&pair.world, &pair.new, 2000, RELOAD); /* its promise brings r of the one before */
  ck_assert_uint_eq(pair.new.points, 100);         /* not twice */
  world_assert_card(&pair.world, &pair.new, 2700, 0, 3000);
  owed_load(&pair.world, &pair.new, 3000, RELOAD);
  world_assert_agrees(&pair.world, &pair.new);
  world_close(&pair.world);
}
END_TEST

/* A load that did not happen brought no points. */
START_TEST(keeps_points_for_a_load_that_happens) {
  struct pair pair;
  struct replacing replacing;
  struct ask ask;
  pair_open(&pair);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  world_authorise(&pair.world, &pair.new, TRANSACTION_LOAD, 700, RELOAD, &ask);
  ck_assert_int_eq(ask.transaction.points, 100);
  owed_load(&pair.world, &pair.new, 5000, RELOAD); /* the one before is aborted: owed */
  ck_assert_uint_eq(pair.new.points, 100);
  world_assert_agrees(&pair.world, &pair.new);
  world_assert_card(&pair.world, &pair.new, 5000, 0, 700);
  world_close(&pair.world);
}
END_TEST

START_TEST(refuses_what_it_must) {
  struct pair pair;
  struct replacing replacing;
  struct purse third, nobody;
  pair_open(&pair);
  world_issue(&pair.world, 3, &third);
  cid_make(123456, 59, nobody.cid);
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_CARD_NOT_BLOCKED);
  ck_assert_int_eq(replace(&pair.world, &nobody, &pair.new, &replacing), STATUS_CARD_UNKNOWN);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW - 1;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_REPLACEMENT_TOO_EARLY);
  ck_assert_int_eq(replacing.done.earliest, WORLD_NOW + WINDOW);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &nobody, &replacing), STATUS_NEW_CARD_NOT_ISSUED);
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.old, &replacing), STATUS_NEW_CARD_NOT_ISSUED);
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  int64_t at = replacing.done.at;
  pair.world.now++;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK); /* told again */
  ck_assert_int_eq(replacing.done.at, at);
  ck_assert_int_eq(replacing.done.balance, 5000);
  ck_assert_int_eq(replace(&pair.world, &pair.old, &third, &replacing), STATUS_CARD_REPLACED);
  world_assert_card(&pair.world, &pair.new, 0, 0, 5000); /* once */
  world_assert_card(&pair.world, &third, 0, 0, 0);
  world_close(&pair.world);
}
END_TEST

/* A purchase whose r never came: the holder has the money, the merchant has none; r afterwards is honoured, once, at
 * the issuer's risk. */
START_TEST(gives_back_what_nobody_proved) {
  struct pair pair;
  struct replacing replacing;
  pair_open(&pair);
  world_commit(&pair.world, &pair.old, TRANSACTION_PURCHASE, 1500, POS); /* the till burns with r in it */
  world_assert_card(&pair.world, &pair.old, 3500, 1500, 0);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  ck_assert_uint_eq(replacing.done.settled_atc, 3);
  ck_assert_int_eq(replacing.done.balance, 5000);
  world_assert_card(&pair.world, &pair.new, 0, 0, 5000);
  world_assert_merchant(&pair.world, "SHOP", 1000, 0);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(world_confirm(&pair.world, &pair.old, 3, pair.old.secret), STATUS_OK);
  ck_assert_uint_eq(world_incidents(&pair.world), 1);
  world_assert_card(&pair.world, &pair.new, 0, 0, 5000);
  world_assert_merchant(&pair.world, "SHOP", 2500, 0);
  world_close(&pair.world);
}
END_TEST

/* Within the window r is as good as ever. */
START_TEST(takes_a_proof_within_the_window) {
  struct pair pair;
  struct replacing replacing;
  pair_open(&pair);
  world_commit(&pair.world, &pair.old, TRANSACTION_PURCHASE, 1500, POS);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW - 1;
  ck_assert_int_eq(world_confirm(&pair.world, &pair.old, 3, pair.old.secret), STATUS_OK);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  ck_assert_uint_eq(replacing.done.settled_atc, 0);
  world_assert_card(&pair.world, &pair.new, 0, 0, 3500);
  world_assert_merchant(&pair.world, "SHOP", 2500, 0);
  ck_assert_uint_eq(world_incidents(&pair.world), 0);
  world_close(&pair.world);
}
END_TEST

/* A load that was paid for is the holder's money, whether the card had it or not; a tender given back is not. */
START_TEST(keeps_what_was_paid_for) {
  struct pair pair;
  struct replacing replacing;
  struct ask ask;
  bool reversed = _i == 1;
  pair_open(&pair);
  world_authorise(&pair.world, &pair.old, TRANSACTION_LOAD, 2000, RELOAD, &ask); /* the card is destroyed now */
  if (reversed)
    ck_assert_int_eq(world_reverse(&pair.world, &pair.old, 3, RELOAD), STATUS_OK);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  ck_assert_int_eq(replacing.done.balance, 5000);
  ck_assert_int_eq(replacing.done.owed, reversed ? 0 : 2000);
  ck_assert_uint_eq(replacing.done.settled_atc, 3);
  world_assert_card(&pair.world, &pair.new, 0, 0, reversed ? 5000 : 7000);
  world_assert_merchant(&pair.world, "BANK", 0, reversed ? -6000 : -8000);
  if (!reversed) { /* the bank speaks at last: it gave the money back. The merchant goes on owing it. */
    ck_assert_int_eq(world_reverse(&pair.world, &pair.old, 3, RELOAD), STATUS_OK);
    ck_assert_uint_eq(world_incidents(&pair.world), 1);
    world_assert_merchant(&pair.world, "BANK", 0, -8000);
    world_assert_card(&pair.world, &pair.new, 0, 0, 7000);
  }
  world_close(&pair.world);
}
END_TEST

/* The old card turns up and shows that it had committed: evidence, and no money. */
START_TEST(meets_the_old_card_again) {
  struct pair pair;
  struct replacing replacing;
  struct ask ask = {.purse = &pair.old};
  struct ledger_incident incident;
  size_t count = 0;
  bool committed = _i == 1;
  pair_open(&pair);
  if (committed)
    world_commit(&pair.world, &pair.old, TRANSACTION_PURCHASE, 1500, POS);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  purse_promise(&pair.old, TRANSACTION_PURCHASE, 100, POS);
  enum status status = world_ask(&pair.world, &ask);
  ck_assert_int_eq(status, committed ? STATUS_CARD_FORKED : STATUS_OK);
  ck_assert_int_eq(ask.outcome, committed ? STATUS_CARD_FORKED : STATUS_OUT_OF_STEP); /* the shadow is empty */
  ck_assert_int_eq(ledger_incident_list(pair.world.ledger, 0, &incident, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, committed ? 1 : 0);
  if (committed) {
    ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_LATE_PROOF); /* not a clone */
    ck_assert_uint_eq(incident.atc, 3);
    ck_assert_uint_eq(incident.evidence_len, SECRET_SIZE);
  }
  world_assert_card(&pair.world, &pair.new, 0, 0, 5000);
  world_assert_card(&pair.world, &pair.old, 0, 0, 0);
  world_close(&pair.world);
}
END_TEST

/* A replaced card is replaced itself: all of it goes on. */
START_TEST(goes_on_to_the_next) {
  struct pair pair;
  struct replacing replacing;
  struct purse third;
  pair_open(&pair);
  world_issue(&pair.world, 3, &third);
  pair_block(&pair);
  pair.world.now = WORLD_NOW + WINDOW;
  ck_assert_int_eq(replace(&pair.world, &pair.old, &pair.new, &replacing), STATUS_OK);
  ck_assert_int_eq(world_do(&pair.world, act_block, pair.new.cid), STATUS_OK);
  ck_assert_int_eq(replace(&pair.world, &pair.new, &third, &replacing), STATUS_OK);
  ck_assert_int_eq(replacing.done.balance, 0);
  ck_assert_int_eq(replacing.done.owed, 5000);
  ck_assert_int_eq(replacing.done.points, 100);
  owed_load(&pair.world, &third, 5000, RELOAD);
  ck_assert_uint_eq(third.points, 100);
  world_assert_agrees(&pair.world, &third);
  world_close(&pair.world);
}
END_TEST

Suite *replace_suite(void) {
  Suite *suite = suite_create("replace");
  TCase *tests = tcase_create("replacement");
  tcase_add_test(tests, moves_balance_and_points);
  tcase_add_test(tests, loads_it_in_parts);
  tcase_add_test(tests, keeps_points_for_a_load_that_happens);
  tcase_add_test(tests, refuses_what_it_must);
  tcase_add_test(tests, gives_back_what_nobody_proved);
  tcase_add_test(tests, takes_a_proof_within_the_window);
  tcase_add_loop_test(tests, keeps_what_was_paid_for, 0, 2);
  tcase_add_loop_test(tests, meets_the_old_card_again, 0, 2);
  tcase_add_test(tests, goes_on_to_the_next);
  suite_add_tcase(suite, tests);
  return suite;
}
