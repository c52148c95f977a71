/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments: held as they are announced, booked once, in any order, by whoever brings them; what contradicts a
 * card's chain is paid by the issuer's risk. */
#include "epurse/ledger_offline.h"

#include <stdio.h>
#include <string.h>

#include "epurse/ledger_incident.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "suites.h"
#include "world.h"

#define DAY        (24 * 60 * 60)
#define OTHER_TILL "POS00003" /* of SHOP too */

/* A payment as a till keeps it. */
struct paid {
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
};

static const struct offline_limits usual = {.single = 2500, .total = 5000, .count = 5};

struct bringing {
  struct ledger_offline what;
  enum status status;
};

/* As the server does: what is answered is committed. */
static enum status bring_step(struct ledger *ledger, void *context) {
  struct bringing *bringing = context;
  bringing->status = ledger_offline_bring(ledger, &bringing->what);
  return bringing->status == STATUS_STORE_FAILED || bringing->status == STATUS_LEDGER_BROKEN ? bringing->status
                                                                                             : STATUS_OK;
}

static enum status bring_by(struct world *world, const struct paid *paid, const char *tid,
                            const struct offline_limits *limits) {
  struct bringing bringing = {
      .what = {.offer = {.promise = &paid->promise, .record = paid->record, .now = world->now, .zone = world->zone},
               .limits = *limits}};
  memcpy(bringing.what.tid, tid, TID_SIZE);
  ck_assert_int_eq(ledger_transact(world->ledger, bring_step, &bringing), STATUS_OK);
  return bringing.status;
}

static enum status bring(struct world *world, const struct paid *paid) {
  return bring_by(world, paid, (const char *)paid->promise.tid, &usual);
}

static struct paid pay(struct purse *purse, uint32_t amount, const char *tid) {
  struct paid paid;
  purse_promise(purse, TRANSACTION_OFFLINE_PURCHASE, amount, tid);
  paid.promise = purse->promise;
  memcpy(paid.record, purse->record, sizeof paid.record);
  return paid;
}

static enum status act_terminal(struct ledger *ledger, const void *what) {
  return ledger_terminal_add(ledger, what);
}

static void begin(struct world *world, struct purse *purse) {
  struct ledger_terminal terminal;
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 10000, RELOAD);
  world_terminal(&terminal, OTHER_TILL, ROLE_POS, "SHOP");
  ck_assert_int_eq(world_do(world, act_terminal, &terminal), STATUS_OK);
}

static struct ledger_offline_lack lacking(struct world *world, const struct purse *purse) {
  struct ledger_offline_lack lack;
  ck_assert_int_eq(ledger_offline_lacking(world->ledger, purse->cid, &lack), STATUS_OK);
  return lack;
}

static uint8_t card_state(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  return card.state;
}

/* ---- booked ---- */

START_TEST(books_what_a_card_paid) {
  struct world world;
  struct purse purse;
  struct ledger_transaction transaction;
  struct ledger_card card;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_agrees(&world, &purse);
  ck_assert_int_eq(ledger_transaction_find(world.ledger, purse.cid, 2, &transaction), STATUS_OK);
  ck_assert_uint_eq(transaction.type, TRANSACTION_OFFLINE_PURCHASE);
  ck_assert_uint_eq(transaction.state, LEDGER_CAPTURED);
  ck_assert(!transaction.has_secret);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.points, 0);
  ck_assert_int_eq(card.points_owed, 100); /* the card has not heard of them */
  world_complete(&world, &purse, TRANSACTION_LOAD, 1, RELOAD);
  ck_assert_uint_eq(purse.points, 100);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

START_TEST(books_it_once) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_TILL, &usual), STATUS_OFFLINE_KNOWN);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_POS, &usual), STATUS_OFFLINE_KNOWN); /* another merchant's */
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  struct paid two = pay(&purse, 500, POS);
  ck_assert_int_eq(bring_by(&world, &two, OTHER_TILL, &usual), STATUS_OK); /* a till's disk died */
  ck_assert_int_eq(bring(&world, &two), STATUS_OFFLINE_KNOWN);
  world_assert_merchant(&world, "SHOP", 1500, 0);
  world_close(&world);
}
END_TEST

/* It names its terminal: another merchant's, or a desk, brings it in, and it is booked where it was paid. */
START_TEST(whoever_brings_it_gains_nothing) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS), two = pay(&purse, 500, POS);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_POS, &usual), STATUS_OK);
  ck_assert_int_eq(bring_by(&world, &two, DESK, &usual), STATUS_OK);
  ck_assert_int_eq(bring(&world, &one), STATUS_OFFLINE_KNOWN);
  ck_assert_int_eq(bring_by(&world, &one, RELOAD, &usual), STATUS_NOT_PERMITTED);
  world_assert_merchant(&world, "SHOP", 1500, 0);
  world_assert_merchant(&world, "KIOSK", 0, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Each of the six orders of three payments at two merchants. */
START_TEST(books_in_any_order) {
  static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const int *order = orders[_i];
  struct paid paid[] = {pay(&purse, 1000, POS), pay(&purse, 700, OTHER_POS), pay(&purse, 30, POS)};
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(bring(&world, &paid[order[i]]), STATUS_OK);
    world_assert_clean(&world);
  }
  ck_assert_uint_eq(lacking(&world, &purse).count, 0);
  world_assert_merchant(&world, "SHOP", 1030, 0);
  world_assert_merchant(&world, "KIOSK", 700, 0);
  world_assert_agrees(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 50, OTHER_POS);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- announced ---- */

START_TEST(holds_what_is_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  struct paid two = pay(&purse, 200, OTHER_POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_uint_eq(ask.standing.offline_lacking, 2);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  world_assert_card(&world, &purse, 8500, 300, 0);
  ck_assert_int_eq(lacking(&world, &purse).sum, 1200);
  ck_assert_int_eq(bring(&world, &two), STATUS_OK); /* late, and the hold of the purchase stays */
  world_assert_card(&world, &purse, 8500, 300, 0);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 1, OTHER_POS, &ask); /* a window of its own: nothing since */
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_uint_eq(lacking(&world, &purse).count, 0);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 500, 0);
  world_close(&world);
}
END_TEST

/* What is held pays for nothing else. */
START_TEST(does_not_spend_what_is_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  struct paid one = pay(&purse, 2500, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 7501, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* A card that announces less than before has an older image. */
START_TEST(an_announcement_never_falls) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  begin(&world, &purse);
  (void)pay(&purse, 1000, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20000, OTHER_POS, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_INSUFFICIENT_BALANCE);
  purse.offline_count = 0;
  purse.offline_sum = 0;
  purse.balance += 1000;
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_CARD_FORKED);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

static enum status act_inquire(struct ledger *ledger, const void *what) {
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, what, &standing);
  ck_assert_uint_eq(standing.offline_lacking, 1);
  return status == STATUS_OK ? ledger_load_check(ledger, what, LEDGER_TENDER_BANK) : status;
}

/* The bank is to be asked for a load, and does not pay: nothing is kept of that promise, so what it counts cannot make a fork of what
 * the card had paid before it. */
START_TEST(an_inquiry_announces_nothing) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  purse_promise(&purse, TRANSACTION_LOAD, 50, RELOAD);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(world_do(&world, act_inquire, &offer), STATUS_OK);
  ck_assert_uint_eq(lacking(&world, &purse).count, 0);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, OTHER_POS);
  world_assert_agrees(&world, &purse);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_ISSUED);
  world_close(&world);
}
END_TEST

/* The on-line one that the card had open is told by the off-line one, as by any later promise. */
START_TEST(tells_how_the_one_before_ended) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 400, OTHER_POS); /* its r never came */
  struct paid one = pay(&purse, 100, POS);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 2), LEDGER_CAPTURED);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 400, OTHER_POS, &ask); /* not committed */
  struct paid two = pay(&purse, 100, POS);
  ck_assert_int_eq(bring(&world, &two), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, 4), LEDGER_RELEASED);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- refused ---- */

START_TEST(keeps_the_limits_of_the_certificate) {
  static const struct offline_limits low[] = {{999, 5000, 5}, {2500, 1499, 5}, {2500, 5000, 1}};
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  (void)pay(&purse, 500, POS);
  struct paid two = pay(&purse, 1000, POS);
  for (size_t i = 0; i < sizeof low / sizeof low[0]; i++)
    ck_assert_int_eq(bring_by(&world, &two, POS, &low[i]), STATUS_ABOVE_LIMIT);
  world_assert_merchant(&world, "SHOP", 0, 0);
  struct paid reload = pay(&purse, 10, RELOAD);
  ck_assert_int_eq(bring(&world, &reload), STATUS_NOT_PERMITTED);
  struct paid foreign = two;
  foreign.promise.currency = 840;
  ck_assert_int_eq(bring(&world, &foreign), STATUS_WRONG_CURRENCY);
  memset(foreign.promise.cid, 0x99, CID_SIZE);
  ck_assert_int_eq(bring(&world, &foreign), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(bring(&world, &two), STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status act_revoke(struct ledger *ledger, const void *what) {
  return ledger_terminal_revoke(ledger, what);
}

/* The card's money stays held; the till is not paid. */
START_TEST(does_not_pay_a_revoked_terminal) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring_by(&world, &one, OTHER_TILL, &usual), STATUS_TERMINAL_REVOKED);
  world_assert_merchant(&world, "SHOP", 0, 0);
  ck_assert_int_eq(lacking(&world, &purse).sum, 1000);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  world_assert_card(&world, &purse, 8990, 0, 0);
  world_close(&world);
}
END_TEST

/* ---- contradictions ---- */

static enum status act_close(struct ledger *ledger, const void *what) {
  struct ledger_settlement settlement;
  (void)what;
  return ledger_settlement_close(ledger, WORLD_NOW, &settlement);
}

/* Two of one (CID, ATC): the first is the card's, as long as nothing says otherwise; the shops are both paid. */
START_TEST(pays_the_second_of_two_by_risk) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = pay(&purse, 1000, POS);
  struct paid two = pay(&twin, 900, OTHER_POS);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_merchant(&world, "KIOSK", 900, 0);
  world_assert_card(&world, &purse, 9000, 0, 0);
  ck_assert_int_eq(world_do(&world, act_close, NULL), STATUS_OK);
  world_assert_merchant(&world, "KIOSK", 0, 0); /* paid out, the risk's too */
  world_close(&world);
}
END_TEST

static enum status close_number(struct ledger *ledger, void *context) {
  return ledger_settlement_close(ledger, WORLD_NOW, context);
}

/* On either side of a cut, where a risk by itself closes none: each is in one settlement. */
START_TEST(what_the_risk_pays_is_in_one_settlement) {
  struct world world;
  struct purse purse, third;
  struct ledger_settlement closed;
  struct ledger_totals totals;
  begin(&world, &purse);
  world_issue(&world, 2, &third);
  world_complete(&world, &third, TRANSACTION_LOAD, 5000, RELOAD);
  struct purse twins[2] = {purse, purse};
  struct paid one = pay(&purse, 1000, POS);
  struct paid two = pay(&twins[0], 900, OTHER_POS), three = pay(&twins[1], 800, OTHER_POS);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 1900);
  ck_assert_int_eq(bring(&world, &three), STATUS_CARD_FORKED);
  ck_assert_int_eq(bring(&world, &two), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "KIOSK", 800, 0);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_NOTHING_TO_SETTLE);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, 800);
  world_complete(&world, &third, TRANSACTION_PURCHASE, 7, POS);
  ck_assert_int_eq(ledger_transact(world.ledger, close_number, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 807);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, 0);
  world_close(&world);
}
END_TEST

/* The one that the successor names is the card's, though it comes last. */
START_TEST(believes_the_successor) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = pay(&purse, 1000, POS);
  struct paid other = pay(&twin, 1000, OTHER_POS);
  struct paid next = pay(&purse, 20, POS);
  ck_assert_int_eq(bring(&world, &next), STATUS_OK);
  ck_assert_int_eq(bring(&world, &other), STATUS_CARD_FORKED);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK); /* the card is blocked by now */
  world_assert_merchant(&world, "SHOP", 1020, 0);
  world_assert_merchant(&world, "KIOSK", 1000, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Of an opened card: a balance that it does not have, an amount above its balance. The shop kept to the rules, and is paid. */
START_TEST(a_made_up_balance_is_the_issuers_risk) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  if (_i == 0)
    purse.balance += 1;
  if (_i == 1)
    purse.points += 1;
  if (_i == 2)
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 9900, OTHER_POS);
  struct paid one = pay(&purse, 1000, POS);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring(&world, &one), STATUS_CARD_FORKED);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_card(&world, &purse, _i == 2 ? 100 : 10000, 0, 0); /* what is its holder's stays */
  purse.balance = 10000;
  purse.offline_count = 0;
  purse.offline_sum = 0;
  struct paid two = pay(&purse, 2500, POS), three = pay(&purse, 2500, POS);
  ck_assert_int_eq(bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_int_eq(bring(&world, &three), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "SHOP", 3500, 0); /* within the card's total */
  world_close(&world);
}
END_TEST

/* More than the card ever announced, at an ATC that was skipped. */
START_TEST(does_not_exceed_what_was_announced) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  struct purse twin = purse;
  purse.atc += 2;
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS, &ask);
  struct paid made = pay(&twin, 1000, POS);
  ck_assert_int_eq(bring(&world, &made), STATUS_CARD_FORKED);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_assert_card(&world, &purse, 9990, 10, 0);
  world_close(&world);
}
END_TEST

/* ---- the terminal's day ---- */

static enum status act_lapse(struct ledger *ledger, const void *what) {
  return ledger_offline_lapse(ledger, *(const int64_t *)what, 10);
}

static void lapse(struct world *world, int64_t before) {
  ck_assert_int_eq(world_do(world, act_lapse, &before), STATUS_OK);
}

/* 40 payments of 25.00 are 1,000.00; the next one waits until its card confirms it. */
START_TEST(a_terminal_is_paid_so_much_in_a_day) {
  struct world world;
  struct purse purse, other;
  begin(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 1000, RELOAD);
  for (int i = 0; i < 40; i++) {
    struct paid one = pay(&purse, 2500, POS);
    ck_assert_int_eq(bring(&world, &one), STATUS_OK);
    world_complete(&world, &purse, TRANSACTION_LOAD, 2500, RELOAD);
  }
  world_assert_merchant(&world, "SHOP", 100000, 0);
  struct paid more = pay(&other, 100, POS);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring(&world, &more), STATUS_OFFLINE_WAITS);
  world.now += DAY;
  ck_assert_int_eq(bring(&world, &more), STATUS_OFFLINE_WAITS);
  world_complete(&world, &other, TRANSACTION_PURCHASE, 5, OTHER_POS); /* names it */
  lapse(&world, world.now + 1);                                       /* somebody did bring it in */
  ck_assert_int_eq(bring(&world, &more), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100100, 0);
  world_assert_agrees(&world, &other);
  world_close(&world);
}
END_TEST

/* An opened card's made-up payments at a till that has never met it, brought in by a till of somebody else: what they use
 * up is that one's day. */
START_TEST(a_stranger_uses_up_its_own_day) {
  struct world world;
  struct purse purse, opened;
  begin(&world, &purse);
  world_issue(&world, 2, &opened);
  world_complete(&world, &opened, TRANSACTION_LOAD, 1000, RELOAD);
  for (int i = 0; i < 40; i++) {
    struct paid one = pay(&purse, 2500, POS);
    ck_assert_int_eq(bring_by(&world, &one, OTHER_POS, &usual), STATUS_OK);
    world_complete(&world, &purse, TRANSACTION_LOAD, 2500, RELOAD);
  }
  struct paid more = pay(&opened, 100, POS);
  ck_assert_int_eq(bring_by(&world, &more, OTHER_POS, &usual), STATUS_OFFLINE_WAITS);
  struct paid own = pay(&purse, 100, POS);
  ck_assert_int_eq(bring(&world, &own), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 100100, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

static enum status act_replace(struct ledger *ledger, const void *what) {
  struct ledger_replacement done;
  return ledger_card_replace(ledger, what, &done);
}

static enum status act_block(struct ledger *ledger, const void *what) {
  return ledger_card_block(ledger, what, "lost", WORLD_NOW);
}

/* What nobody brought in is the holder's, on the new card; a later proof is the issuer's risk. */
START_TEST(gives_back_with_the_replacement) {
  struct world world;
  struct purse purse, fresh;
  struct ask ask;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 20000, OTHER_POS, &ask);
  struct paid two = pay(&purse, 100, POS); /* that the server never heard of */
  world_issue(&world, 2, &fresh);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  struct ledger_replacing what = {.window = 0, .now = world.now};
  memcpy(what.cid, purse.cid, CID_SIZE);
  memcpy(what.new_cid, fresh.cid, CID_SIZE);
  ck_assert_int_eq(world_do(&world, act_replace, &what), STATUS_OK);
  world_assert_card(&world, &fresh, 0, 0, 10000);
  ck_assert_int_eq(bring(&world, &one), STATUS_CARD_FORKED);
  ck_assert_int_eq(bring(&world, &two), STATUS_CARD_FORKED);
  world_assert_merchant(&world, "SHOP", 1100, 0);
  world_close(&world);
}
END_TEST

/* ---- nobody brings it in ---- */

/* Overwritten on the card, and its till is gone: it is owed to the card, which goes on; the till that turns up is paid by risk. */
START_TEST(what_nobody_brings_in_is_owed) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS), two = pay(&purse, 200, POS);
  ck_assert_int_eq(bring(&world, &two), STATUS_OK);
  lapse(&world, world.now + 1); /* more may still be said of this stretch */
  ck_assert_int_eq(lacking(&world, &purse).sum, 1000);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  lapse(&world, world.now);
  world_assert_card(&world, &purse, 8795, 0, 0);
  lapse(&world, world.now + 1);
  world_assert_card(&world, &purse, 8795, 0, 1000);
  ck_assert_uint_eq(lacking(&world, &purse).count, 0);
  world_assert_clean(&world);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_TILL, &usual), STATUS_OFFLINE_KNOWN);
  world_assert_merchant(&world, "SHOP", 1200, 0);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_ISSUED);
  ck_assert_uint_eq(world_incidents(&world), 1); /* once */
  ck_assert_int_eq(bring(&world, &two), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* Shop and holder together: each time a person is told, and no till is paid more of one card than its off-line total. */
START_TEST(a_holder_and_a_till_gain_so_much) {
  struct world world;
  struct purse purse;
  struct ledger_incident incidents[4];
  size_t count = 0;
  begin(&world, &purse);
  for (int i = 0; i < 3; i++) {
    struct paid late = pay(&purse, 2500, POS);
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
    lapse(&world, world.now + 1);
    for (int again = 0; again < 2; again++)
      ck_assert_int_eq(bring(&world, &late), i < 2 ? STATUS_OK : STATUS_OFFLINE_WAITS);
  }
  world_assert_card(&world, &purse, 10000 - 3 * 2505, 0, 7500);
  world_assert_merchant(&world, "SHOP", 5000, 0);
  ck_assert_uint_eq(card_state(&world, &purse), LEDGER_CARD_ISSUED);
  ck_assert_int_eq(ledger_incident_list(world.ledger, 0, incidents, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 3);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(incidents[i].kind, LEDGER_INCIDENT_LATE_OFFLINE);
    ck_assert_uint_eq(incidents[i].atc, 2 + 2 * i);
    ck_assert_mem_eq(incidents[i].cid, purse.cid, CID_SIZE);
  }
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* What a revoked till has taken too. */
START_TEST(what_is_not_paid_out_is_owed) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = pay(&purse, 1000, POS);
  ck_assert_int_eq(world_do(&world, act_revoke, POS), STATUS_OK);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_TILL, &usual), STATUS_TERMINAL_REVOKED);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 5, OTHER_POS);
  lapse(&world, world.now + 1);
  world_assert_card(&world, &purse, 8995, 0, 1000);
  ck_assert_int_eq(bring_by(&world, &one, OTHER_TILL, &usual), STATUS_TERMINAL_REVOKED);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_close(&world);
}
END_TEST

/* ---- the audit ---- */

#define OPEN_UP                                                                                                        \
  "DROP TRIGGER offline_promise_fixed; DROP TRIGGER offline_promise_once; DROP TRIGGER offline_promise_kept; "         \
  "DROP TRIGGER offline_window_grows; DROP TRIGGER offline_window_moves; DROP TRIGGER incident_kept; "                 \
  "PRAGMA ignore_check_constraints = ON; "

/* Each by itself, on a ledger with a payment that is booked, one that is lacking and one that the risk paid. */
START_TEST(the_audit_sees_what_is_tampered) {
  static const char *const attempts[] = {
      "UPDATE offline_window SET paid_sum = paid_sum + 1",
      "UPDATE offline_window SET sum = sum - 1",
      "UPDATE offline_promise SET outcome = 2 WHERE outcome = 1",
      "UPDATE offline_promise SET amount = amount + 1 WHERE outcome = 1",
      "UPDATE offline_promise SET amount = amount + 1 WHERE outcome = 4",
      "UPDATE offline_promise SET day = 0",
      "DELETE FROM offline_promise WHERE outcome = 4",
      "DELETE FROM incident",
  };
  struct world world;
  struct purse purse;
  char sql[512];
  begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = pay(&purse, 1000, POS), other = pay(&twin, 900, OTHER_POS);
  (void)pay(&purse, 50, POS);
  struct paid last = pay(&purse, 20, POS);
  ck_assert_int_eq(bring(&world, &last), STATUS_OK);
  ck_assert_int_eq(bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(bring(&world, &other), STATUS_CARD_FORKED);
  world_assert_clean(&world);
  (void)snprintf(sql, sizeof sql, "%s%s", OPEN_UP, attempts[_i]);
  ck_assert_int_eq(world_tamper(&world, sql), PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

Suite *offline_suite(void) {
  Suite *suite = suite_create("off-line payments");
  TCase *tests = tcase_create("brought in");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, books_what_a_card_paid);
  tcase_add_test(tests, books_it_once);
  tcase_add_test(tests, whoever_brings_it_gains_nothing);
  tcase_add_loop_test(tests, books_in_any_order, 0, 6);
  tcase_add_test(tests, holds_what_is_announced);
  tcase_add_test(tests, does_not_spend_what_is_announced);
  tcase_add_test(tests, an_announcement_never_falls);
  tcase_add_test(tests, an_inquiry_announces_nothing);
  tcase_add_test(tests, tells_how_the_one_before_ended);
  tcase_add_test(tests, keeps_the_limits_of_the_certificate);
  tcase_add_test(tests, does_not_pay_a_revoked_terminal);
  tcase_add_test(tests, pays_the_second_of_two_by_risk);
  tcase_add_test(tests, what_the_risk_pays_is_in_one_settlement);
  tcase_add_test(tests, believes_the_successor);
  tcase_add_loop_test(tests, a_made_up_balance_is_the_issuers_risk, 0, 3);
  tcase_add_test(tests, does_not_exceed_what_was_announced);
  tcase_add_test(tests, a_terminal_is_paid_so_much_in_a_day);
  tcase_add_test(tests, a_stranger_uses_up_its_own_day);
  tcase_add_test(tests, gives_back_with_the_replacement);
  tcase_add_test(tests, what_nobody_brings_in_is_owed);
  tcase_add_test(tests, a_holder_and_a_till_gain_so_much);
  tcase_add_test(tests, what_is_not_paid_out_is_owed);
  if (place_is_file())
    tcase_add_loop_test(tests, the_audit_sees_what_is_tampered, 0, 8);
  suite_add_tcase(suite, tests);
  return suite;
}
