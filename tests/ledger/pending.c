/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/ledger/pending.c: what is open, and what cards are owed, since when. */
#include <string.h>

#include "epurse/ledger_pending.h"
#include "epurse/ledger_totals.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

/* A load that was paid for and that the card aborted with its next promise; its ATC. */
static uint32_t owe(struct world *world, struct purse *purse, uint32_t amount) {
  struct ask ask;
  world_authorise(world, purse, TRANSACTION_LOAD, amount, RELOAD, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  uint32_t atc = purse->atc;
  world->now += 60;
  world_authorise(world, purse, TRANSACTION_LOAD, 1, RELOAD, &ask);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
  ck_assert_uint_eq(world_state(world, purse, atc), LEDGER_OWED);
  return atc;
}

static struct ledger_hold only_owed(struct world *world) {
  struct ledger_hold rows[2];
  size_t count = 0;
  ck_assert_int_eq(ledger_owed_list(world->ledger, &(struct ledger_look){.cards = 100}, rows, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  return rows[0];
}

START_TEST(hold_tells_where_and_whose) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct ledger_hold hold;
  size_t count = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(ledger_hold_list(world.ledger, &(struct ledger_look){.cards = 100}, &hold, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD, &ask);
  ck_assert_int_eq(ledger_hold_list(world.ledger, &(struct ledger_look){.cards = 100}, &hold, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_mem_eq(hold.cid, purse.cid, CID_SIZE);
  ck_assert_uint_eq(hold.atc, 1);
  ck_assert_uint_eq(hold.type, TRANSACTION_LOAD);
  ck_assert_int_eq(hold.amount, 5000);
  ck_assert_mem_eq(hold.tid, RELOAD, TID_SIZE);
  ck_assert_str_eq(hold.merchant, "BANK");
  ck_assert_uint_eq(hold.card_state, LEDGER_CARD_ISSUED);
  ck_assert_int_eq(hold.created_at, WORLD_NOW);
  ck_assert(!hold.reversed);
  ck_assert_int_eq(world_reverse(&world, &purse, 1, RELOAD), STATUS_OK);
  ck_assert_int_eq(ledger_hold_list(world.ledger, &(struct ledger_look){.cards = 100}, &hold, 1, &count), STATUS_OK);
  ck_assert(hold.reversed);
  world_close(&world);
}
END_TEST

static void assert_holds(struct world *world, uint64_t holds) {
  struct ledger_totals totals;
  ck_assert_int_eq(ledger_totals(world->ledger, &totals), STATUS_OK);
  ck_assert_uint_eq(totals.open_holds, holds);
}

/* Counted in the ledger once, from then on by what each step says: the same as those that are listed. */
START_TEST(holds_are_counted_on) {
  struct world world;
  struct purse purses[2];
  struct ask ask;
  world_open(&world);
  for (uint32_t i = 0; i < 2; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  assert_holds(&world, 0);
  world_commit(&world, &purses[0], TRANSACTION_PURCHASE, 10, POS);
  assert_holds(&world, 1);
  world_authorise(&world, &purses[1], TRANSACTION_PURCHASE, 10, POS, &ask);
  assert_holds(&world, 2);
  world_authorise(&world, &purses[1], TRANSACTION_PURCHASE, 10, POS, &ask); /* the one before is released */
  assert_holds(&world, 2);
  world_authorise(&world, &purses[1], TRANSACTION_PURCHASE, 6000, POS, &ask); /* declined; so is the one before */
  ck_assert_int_ne(ask.outcome, STATUS_OK);
  assert_holds(&world, 1);
  ck_assert_int_eq(world_confirm(&world, &purses[0], purses[0].atc, purses[0].secret), STATUS_OK);
  assert_holds(&world, 0);
  world_close(&world);
}
END_TEST

START_TEST(owed_since_the_load_that_was_paid_for) {
  struct world world;
  struct purse purse;
  struct ledger_hold owed;
  size_t count = 1;
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(ledger_owed_list(world.ledger, &(struct ledger_look){.cards = 100}, &owed, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  uint32_t first = owe(&world, &purse, 3000);
  world.now += 1000;
  uint32_t second = owe(&world, &purse, 2000);
  owed = only_owed(&world);
  ck_assert_mem_eq(owed.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(owed.amount, 5000);
  ck_assert_uint_eq(owed.atc, first);
  ck_assert_uint_eq(owed.type, TRANSACTION_LOAD);
  ck_assert_mem_eq(owed.tid, RELOAD, TID_SIZE);
  ck_assert_str_eq(owed.merchant, "BANK");
  ck_assert_int_eq(owed.created_at, WORLD_NOW);
  owed_load(&world, &purse, 3000, OTHER_RELOAD); /* the older one counts as credited */
  owed = only_owed(&world);
  ck_assert_int_eq(owed.amount, 2000);
  ck_assert_uint_eq(owed.atc, second);
  ck_assert_int_eq(owed.created_at, WORLD_NOW + 1060);
  owed_load(&world, &purse, 2000, OTHER_RELOAD);
  ck_assert_int_eq(ledger_owed_list(world.ledger, &(struct ledger_look){.cards = 100}, &owed, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  world_close(&world);
}
END_TEST

START_TEST(a_part_that_was_credited_leaves_the_rest_owed) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  uint32_t atc = owe(&world, &purse, 3000);
  owed_load(&world, &purse, 1000, OTHER_RELOAD);
  struct ledger_hold owed = only_owed(&world);
  ck_assert_int_eq(owed.amount, 2000);
  ck_assert_uint_eq(owed.atc, atc);
  ck_assert_int_eq(world_reverse(&world, &purse, atc, RELOAD), STATUS_OK); /* more than it is owed: an incident */
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

/* A terminal that asks before it gives a charge back keeps it where the card has had the money by another way. */
START_TEST(what_was_credited_is_not_given_back) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  uint32_t atc = owe(&world, &purse, 3000);
  owed_load(&world, &purse, 3000, OTHER_RELOAD);
  ck_assert_int_eq(world_may_reverse(&world, &purse, atc, RELOAD), STATUS_LOAD_CREDITED);
  ck_assert_int_eq(world_may_reverse(&world, &purse, atc, RELOAD), STATUS_LOAD_CREDITED);
  ck_assert_uint_eq(world_incidents(&world), 0);
  ck_assert_int_eq(world_reverse(&world, &purse, atc, RELOAD), STATUS_OK); /* it was done all the same */
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

/* Asked while the load is held, or owed and not claimed, it may; then nobody can claim it any more. */
START_TEST(what_may_be_given_back_cannot_be_claimed) {
  struct world world;
  struct purse purse;
  struct ledger_hold owed;
  size_t count = 1;
  world_open(&world);
  world_issue(&world, 1, &purse);
  uint32_t atc = owe(&world, &purse, 3000);
  ck_assert_int_eq(world_may_reverse(&world, &purse, atc, RELOAD), STATUS_OK);
  ck_assert_int_eq(ledger_owed_list(world.ledger, &(struct ledger_look){.cards = 100}, &owed, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  ck_assert_int_eq(world_may_reverse(&world, &purse, atc, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_reverse(&world, &purse, atc, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

START_TEST(a_refunded_load_is_not_owed) {
  struct world world;
  struct purse purse;
  struct ledger_hold owed;
  size_t count = 1;
  world_open(&world);
  world_issue(&world, 1, &purse);
  uint32_t atc = owe(&world, &purse, 3000);
  ck_assert_int_eq(world_reverse(&world, &purse, atc, RELOAD), STATUS_OK);
  ck_assert_int_eq(ledger_owed_list(world.ledger, &(struct ledger_look){.cards = 100}, &owed, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  world_close(&world);
}
END_TEST

START_TEST(owed_goes_page_by_page) {
  struct world world;
  struct purse purses[5];
  struct ledger_hold rows[2];
  struct ledger_look look = {.cards = 100};
  size_t count = 0, seen = 0;
  world_open(&world);
  for (uint32_t i = 0; i < 5; i++) {
    world_issue(&world, i + 1, &purses[i]);
    if (i != 2)
      (void)owe(&world, &purses[i], 100 + i);
  }
  static const uint32_t owing[] = {0, 1, 3, 4};
  do {
    ck_assert_int_eq(ledger_owed_list(world.ledger, &look, rows, 2, &count), STATUS_OK);
    for (size_t i = 0; i < count; i++, seen++) {
      ck_assert_uint_lt(seen, 4);
      ck_assert_mem_eq(rows[i].cid, purses[owing[seen]].cid, CID_SIZE);
      ck_assert_int_eq(rows[i].amount, 100 + owing[seen]);
    }
  } while (!look.ended);
  ck_assert_uint_eq(seen, 4);
  look = (struct ledger_look){.after = {0x12}, .cards = 100}; /* another issuer's */
  ck_assert_int_eq(ledger_owed_list(world.ledger, &look, rows, 2, &count), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

/* Looks through so many cards at a time, and tells of each what one look at all of them tells. */
static size_t looks_through(struct world *world, uint32_t cards, size_t capacity, struct ledger_hold rows[4],
                            size_t *seen) {
  struct ledger_look look = {.cards = cards};
  size_t looks = 0;
  *seen = 0;
  do {
    size_t count = 0, room = 4 - *seen < capacity ? 4 - *seen : capacity;
    ck_assert_int_eq(ledger_hold_list(world->ledger, &look, &rows[*seen], room, &count), STATUS_OK);
    *seen += count;
    looks++;
    ck_assert_uint_lt(looks, 20);
  } while (!look.ended);
  return looks;
}

START_TEST(lists_look_through_so_many_cards_at_a_time) {
  static const struct {
    uint32_t cards;
    size_t capacity, looks;
  } rows[] = {{100, 4, 1}, {7, 4, 1}, {6, 4, 2}, {3, 4, 3}, {1, 4, 7}, {100, 2, 2}, {100, 1, 4}, {3, 1, 4}};
  struct world world;
  struct purse purses[7];
  struct ask ask;
  world_open(&world);
  for (uint32_t i = 0; i < 7; i++) {
    world_issue(&world, i + 1, &purses[i]);
    if (i == 1 || i == 3 || i == 4)
      world_authorise(&world, &purses[i], TRANSACTION_LOAD, 100 + i, RELOAD, &ask);
  }
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct ledger_hold holds[4];
    size_t seen = 0, looks = looks_through(&world, rows[i].cards, rows[i].capacity, holds, &seen);
    ck_assert_uint_eq(seen, 3);
    ck_assert_int_eq(holds[0].amount, 101);
    ck_assert_int_eq(holds[1].amount, 103);
    ck_assert_int_eq(holds[2].amount, 104);
    ck_assert_msg(looks == rows[i].looks, "row %zu: %zu looks", i, looks);
  }
  world_close(&world);
}
END_TEST

Suite *pending_suite(void) {
  Suite *suite = suite_create("pending");
  TCase *tests = tcase_create("pending");
  tcase_add_test(tests, hold_tells_where_and_whose);
  tcase_add_test(tests, lists_look_through_so_many_cards_at_a_time);
  tcase_add_test(tests, holds_are_counted_on);
  tcase_add_test(tests, owed_since_the_load_that_was_paid_for);
  tcase_add_test(tests, a_part_that_was_credited_leaves_the_rest_owed);
  tcase_add_test(tests, what_was_credited_is_not_given_back);
  tcase_add_test(tests, what_may_be_given_back_cannot_be_claimed);
  tcase_add_test(tests, a_refunded_load_is_not_owed);
  tcase_add_test(tests, owed_goes_page_by_page);
  suite_add_tcase(suite, tests);
  return suite;
}
