/* SPDX-License-Identifier: Apache-2.0
 * Payouts: with a hold, captured by r; then handed out or owed back to the card, one of them, once, and only to the
 * terminal that the promise names. */
#include "acts.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_payout.h"
#include "epurse/ledger_pending.h"
#include "epurse/ledger_totals.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

#include <string.h>

#define DAY (24 * 60 * 60)

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
}

static enum status ask(struct world *world, struct purse *purse, uint32_t amount, const char *tid) {
  struct ask ask;
  world_authorise(world, purse, TRANSACTION_PAYOUT, amount, tid, &ask);
  if (ask.outcome == STATUS_OK)
    ck_assert(purse_commit(purse, ask.transaction.authorisation));
  return ask.outcome;
}

/* What is said of the newest payout. */
enum said { NOTHING, PAY, BACK };
static enum said settle(struct world *world, const struct purse *purse, uint32_t atc, uint8_t wish) {
  const struct world_wish wanted = {atc, RELOAD, wish};
  struct ledger_fate fate;
  ck_assert_int_eq(world_settle_payout(world, purse, &wanted, &fate), STATUS_OK);
  return fate.pay ? PAY : fate.back ? BACK : NOTHING;
}

static size_t waiting(struct world *world) {
  struct ledger_hold rows[4];
  size_t count = 0;
  ck_assert_int_eq(ledger_payout_list(world->ledger, &(struct ledger_look){.cards = 100}, rows, 4, &count), STATUS_OK);
  return count;
}

static enum status act_limit(struct ledger *ledger, const void *what) {
  return ledger_terminal_payout_limit(ledger, (const uint8_t *)RELOAD, *(const int64_t *)what);
}

START_TEST(pays_out_once) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  ck_assert_int_eq(ask(&world, &purse, 5000, RELOAD), STATUS_OK);
  world_assert_card(&world, &purse, 15000, 5000, 0);
  ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_PAY), NOTHING); /* held: not yet */
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world_assert_agrees(&world, &purse);
  ck_assert_uint_eq(waiting(&world), 1);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_PAY), PAY);
  ck_assert_uint_eq(waiting(&world), 1);                                      /* until it is confirmed */
  ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_BACK), PAY); /* too late */
  ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_DONE), PAY);
  ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_DONE), PAY);
  ck_assert_uint_eq(waiting(&world), 0);
  world_assert_card(&world, &purse, 15000, 0, 0);
  struct ledger_totals totals;
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, 15000); /* what is in hand is no purse's any more */
  world_close(&world);
}
END_TEST

START_TEST(puts_back_once) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  ck_assert_int_eq(ask(&world, &purse, 5000, RELOAD), STATUS_OK);
  const uint32_t atc = purse.atc;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS); /* its promise is the proof */
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_BACK), BACK);
  ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_PAY), BACK); /* never both */
  ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_DONE), BACK);
  world_assert_card(&world, &purse, 14990, 0, 5000);
  owed_load(&world, &purse, 5000, RELOAD);
  ck_assert_uint_eq(purse.balance, 19990);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

START_TEST(nobody_else_is_told_to_pay) {
  struct world world;
  struct purse purse;
  struct ledger_fate fate;
  begin(&world, &purse);
  ck_assert_int_eq(ask(&world, &purse, 5000, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  const struct world_wish other = {purse.atc, OTHER_RELOAD, PAYOUT_WISH_PAY}, load = {1, RELOAD, PAYOUT_WISH_PAY},
                          none = {purse.atc, RELOAD, 0};
  ck_assert_int_eq(world_settle_payout(&world, &purse, &other, &fate), STATUS_NOT_PERMITTED);
  ck_assert(!fate.pay);
  ck_assert_int_eq(world_settle_payout(&world, &purse, &load, &fate), STATUS_BAD_FORMAT);
  ck_assert_int_eq(world_settle_payout(&world, &purse, &none, &fate), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

START_TEST(torn_before_the_card_it_is_released) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  world_authorise(&world, &purse, TRANSACTION_PAYOUT, 5000, RELOAD, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  const uint32_t atc = purse.atc;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_PAY), NOTHING);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* What nobody said anything of goes to the new card with the rest, and is not handed out any more. */
START_TEST(a_replaced_card_takes_it_along) {
  struct world world;
  struct purse purse, heir;
  struct ledger_replacing replacing = {.now = WORLD_NOW};
  begin(&world, &purse);
  world_issue(&world, 2, &heir);
  ck_assert_int_eq(ask(&world, &purse, 5000, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  memcpy(replacing.cid, purse.cid, CID_SIZE);
  memcpy(replacing.new_cid, heir.cid, CID_SIZE);
  ck_assert_int_eq(world_do(&world, act_replace, &replacing), STATUS_OK);
  world_assert_card(&world, &heir, 0, 0, 20000);
  ck_assert_int_eq(settle(&world, &purse, purse.atc, PAYOUT_WISH_PAY), BACK);
  ck_assert_uint_eq(waiting(&world), 0);
  world_close(&world);
}
END_TEST

START_TEST(refuses_each_for_its_reason) {
  struct world world;
  struct purse purse;
  const int64_t allowed = 6000;
  begin(&world, &purse);
  ck_assert_int_eq(ask(&world, &purse, 20001, RELOAD), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(ask(&world, &purse, 100, POS), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(world_do(&world, act_limit, &allowed), STATUS_OK);
  ck_assert_int_eq(ask(&world, &purse, 5000, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  ck_assert_int_eq(ask(&world, &purse, 1001, RELOAD), STATUS_PAYOUT_LIMIT);
  ck_assert_int_eq(ask(&world, &purse, 1001, DESK), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world.now += DAY;
  ck_assert_int_eq(ask(&world, &purse, 1001, RELOAD), STATUS_OK);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- the card is closed ---- */

static enum status ask_closing(struct world *world, struct purse *purse, uint32_t amount,
                               const struct ledger_account *account) {
  struct ask ask = {.purse = purse, .account = account, .closes = true};
  if (account != NULL)
    purse_transfer(purse, amount, RELOAD);
  else
    purse_promise(purse, TRANSACTION_PAYOUT, amount, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  if (ask.outcome == STATUS_OK)
    ck_assert(purse_commit(purse, ask.transaction.authorisation));
  return ask.outcome;
}

static enum status look(struct ledger *ledger, void *context) {
  struct ledger_card *card = context;
  return ledger_card_find(ledger, card->cid, card);
}

static void assert_closed(struct world *world, const struct purse *purse, bool closed) {
  struct ledger_card card = {.state = 0};
  memcpy(card.cid, purse->cid, CID_SIZE);
  ck_assert_int_eq(ledger_transact(world->ledger, look, &card), STATUS_OK);
  ck_assert_int_eq(card.state, closed ? LEDGER_CARD_BLOCKED : LEDGER_CARD_ISSUED);
  ck_assert_str_eq(card.reason, closed ? LEDGER_REASON_CLOSED : "");
}

static enum status ask_load(struct world *world, struct purse *purse) {
  struct ask ask = {.purse = purse, .tender = {.kind = LEDGER_TENDER_CASH}};
  purse_promise(purse, TRANSACTION_LOAD, 100, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  return ask.outcome;
}

/* _i: into the hand, or to a bank account. In the step that captures it, and no sooner. */
START_TEST(a_payout_closes_its_card) {
  static const struct ledger_account account = {"DE89370400440532013000", "Muster"};
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  ck_assert_int_eq(ask_closing(&world, &purse, 20000, _i == 0 ? NULL : &account), STATUS_OK);
  assert_closed(&world, &purse, false);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  assert_closed(&world, &purse, true);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK); /* told again */
  const uint32_t atc = purse.atc;
  ck_assert_int_eq(ask_load(&world, &purse), STATUS_CARD_CLOSED);
  if (_i == 0)
    ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_PAY), PAY);
  world_assert_card(&world, &purse, 0, 0, 0);
  world_close(&world);
}
END_TEST

/* _i: another account, in cash, with the card's end, or another holder of that account. */
START_TEST(another_payout_takes_no_name) {
  static const struct ledger_account account = {"DE89370400440532013000", "Muster"},
                                     other = {"NO9386011117947", "Muster"},
                                     holder = {"DE89370400440532013000", "Meier"};
  struct world world;
  struct purse purse, second;
  begin(&world, &purse);
  world_issue(&world, 2, &second);
  world_complete(&world, &second, TRANSACTION_LOAD, 20000, RELOAD);
  struct ask first = {.purse = &purse, .account = &account, .reference = "out-1"};
  purse_transfer(&purse, 20000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &first), STATUS_OK);
  ck_assert_int_eq(first.outcome, STATUS_OK);
  struct ask ask = {.purse = &second,
                    .account = _i == 0   ? &other
                               : _i == 1 ? NULL
                               : _i == 3 ? &holder
                                         : &account,
                    .closes = _i == 2,
                    .reference = "out-1"};
  if (_i == 1)
    purse_promise(&second, TRANSACTION_PAYOUT, 20000, RELOAD);
  else
    purse_transfer(&second, 20000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_REFERENCE_USED);
  ask = (struct ask){.purse = &second, .account = &account, .reference = "out-1"};
  purse_transfer(&second, 20000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_REFERENCE_HELD); /* of the same */
  world_close(&world);
}
END_TEST

/* What the card signs of where it goes is what the terminal says. */
START_TEST(the_promise_says_whether_it_is_a_transfer) {
  static const struct ledger_account account = {"DE89370400440532013000", "Muster"};
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct ask ask = {.purse = &purse, .account = _i == 0 ? &account : NULL};
  if (_i == 0)
    purse_promise(&purse, TRANSACTION_PAYOUT, 100, RELOAD);
  else
    purse_transfer(&purse, 100, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_BAD_FORMAT);
  world_assert_card(&world, &purse, 20000, 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(only_all_of_it_closes) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  ck_assert_int_eq(ask_closing(&world, &purse, 19999, NULL), STATUS_BAD_AMOUNT);
  ck_assert_int_eq(ask_closing(&world, &purse, 20001, NULL), STATUS_INSUFFICIENT_BALANCE);
  assert_closed(&world, &purse, false);
  ck_assert_int_eq(ask_load(&world, &purse), STATUS_OK); /* in use as before */
  world_close(&world);
}
END_TEST

/* Its next promise proves it: what that wants is refused already, a load before anything is charged. */
START_TEST(a_promise_finds_its_card_closed) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  ck_assert_int_eq(ask_closing(&world, &purse, 20000, NULL), STATUS_OK);
  const uint32_t atc = purse.atc;
  purse_promise(&purse, TRANSACTION_LOAD, 100, RELOAD);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = WORLD_NOW};
  ck_assert_int_eq(ledger_load_check(world.ledger, &offer, LEDGER_TENDER_BANK), STATUS_CARD_CLOSED);
  assert_closed(&world, &purse, false); /* asked only */
  ck_assert_int_eq(ask_load(&world, &purse), STATUS_CARD_CLOSED);
  assert_closed(&world, &purse, true);
  ck_assert_int_eq(settle(&world, &purse, atc, PAYOUT_WISH_PAY), PAY);
  world_close(&world);
}
END_TEST

/* The card never got it: nothing of it, and the card is in use. */
START_TEST(a_released_one_closes_nothing) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse, .closes = true};
  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PAYOUT, 20000, RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  assert_closed(&world, &purse, false);
  world_assert_card(&world, &purse, 19990, 0, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

Suite *payout_suite(void) {
  Suite *suite = suite_create("payout");
  TCase *tests = tcase_create("payouts");
  tcase_add_test(tests, pays_out_once);
  tcase_add_test(tests, puts_back_once);
  tcase_add_test(tests, nobody_else_is_told_to_pay);
  tcase_add_test(tests, torn_before_the_card_it_is_released);
  tcase_add_test(tests, a_replaced_card_takes_it_along);
  tcase_add_test(tests, refuses_each_for_its_reason);
  tcase_add_loop_test(tests, a_payout_closes_its_card, 0, 2);
  tcase_add_loop_test(tests, another_payout_takes_no_name, 0, 4);
  tcase_add_loop_test(tests, the_promise_says_whether_it_is_a_transfer, 0, 2);
  tcase_add_test(tests, only_all_of_it_closes);
  tcase_add_test(tests, a_promise_finds_its_card_closed);
  tcase_add_test(tests, a_released_one_closes_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}
