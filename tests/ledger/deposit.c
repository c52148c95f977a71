/* SPDX-License-Identifier: Apache-2.0
 * Deposits: taken when a card is issued, given back once, the way that the payout goes which closes it, or kept for the
 * card that replaces it. */
#include "acts.h"
#include "epurse/ledger_deposit.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_payout.h"
#include "epurse/ledger_renewal.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "suites.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

#define DEPOSIT 500

static const struct ledger_account account = {"DE89370400440532013000", "Muster"};

struct taking {
  const struct purse *purse;
  const char *desk;
  int64_t minor;
};

static enum status act_take(struct ledger *ledger, const void *what) {
  const struct taking *taking = what;
  return ledger_card_deposit(ledger, (const uint8_t *)taking->desk, taking->purse->cid, taking->minor, WORLD_NOW);
}

static enum status take(struct world *world, const struct purse *purse, int64_t minor) {
  const struct taking taking = {purse, DESK, minor};
  return world_do(world, act_take, &taking);
}

/* A card with its deposit and 200.00. */
static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  ck_assert_int_eq(take(world, purse, DEPOSIT), STATUS_OK);
  world_complete(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
}

static int64_t deposit_of(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  return card.deposit;
}

static int64_t outstanding(struct world *world) {
  struct ledger_totals totals;
  ck_assert_int_eq(ledger_totals(world->ledger, &totals), STATUS_OK);
  return totals.outstanding;
}

static void pay_out(struct world *world, struct purse *purse, uint32_t amount, struct ask *ask) {
  ask->purse = purse;
  if (ask->account != NULL)
    purse_transfer(purse, amount, RELOAD);
  else
    purse_promise(purse, TRANSACTION_PAYOUT, amount, RELOAD);
  ck_assert_int_eq(world_ask(world, ask), STATUS_OK);
  ck_assert_int_eq(ask->outcome, STATUS_OK);
}

/* The card commits it and r comes. */
static void close_card(struct world *world, struct purse *purse, uint32_t amount, const struct ledger_account *to) {
  struct ask ask = {.account = to, .closes = true};
  pay_out(world, purse, amount, &ask);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

static struct ledger_fate settle(struct world *world, const struct purse *purse, uint8_t wish) {
  const struct world_wish wanted = {purse->atc, RELOAD, wish};
  struct ledger_fate fate;
  ck_assert_int_eq(world_settle_payout(world, purse, &wanted, &fate), STATUS_OK);
  return fate;
}

static enum status close_step(struct ledger *ledger, void *context) {
  return ledger_settlement_close(ledger, WORLD_NOW, context);
}

static void close_day(struct world *world, struct ledger_settlement *closed) {
  struct purse other;
  world_issue(world, 9, &other);
  world_complete(world, &other, TRANSACTION_LOAD, 100, OTHER_RELOAD);
  world_complete(world, &other, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_eq(ledger_transact(world->ledger, close_step, closed), STATUS_OK);
}

/* Said again and again it is the same, and nothing more is booked; what the shop handed out it is paid, when it has
 * told. */
START_TEST(goes_out_with_the_cash_once) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  begin(&world, &purse);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  ck_assert_int_eq(outstanding(&world), 20000 + DEPOSIT);
  close_card(&world, &purse, 20000, NULL);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT); /* captured is not handed out */
  for (int i = 0; i < 2; i++) {
    const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_PAY);
    ck_assert(fate.pay);
    ck_assert_int_eq(fate.deposit, DEPOSIT);
  }
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_BACK).deposit, DEPOSIT); /* too late */
  ck_assert_int_eq(deposit_of(&world, &purse), 0);
  ck_assert_int_eq(outstanding(&world), 0);
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_DONE).deposit, DEPOSIT);
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_DONE).deposit, DEPOSIT);
  close_day(&world, &closed);
  ck_assert_int_eq(closed.sums.payouts, 20000 + DEPOSIT);
  world_close(&world);
}
END_TEST

START_TEST(waits_until_it_was_handed_out) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  begin(&world, &purse);
  close_card(&world, &purse, 20000, NULL);
  ck_assert(settle(&world, &purse, PAYOUT_WISH_PAY).pay);
  close_day(&world, &closed);
  ck_assert_int_eq(closed.sums.payouts, 0);
  world_close(&world);
}
END_TEST

START_TEST(goes_to_the_bank_account_once) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_settlement_transfer rows[2];
  size_t count = 0;
  begin(&world, &purse);
  close_card(&world, &purse, 20000, &account);
  ck_assert_int_eq(deposit_of(&world, &purse), 0);
  const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_PAY);
  ck_assert(!fate.pay);
  ck_assert_int_eq(fate.deposit, DEPOSIT);
  close_day(&world, &closed);
  ck_assert_int_eq(outstanding(&world), 0);
  ck_assert_int_eq(closed.transfers, 1);
  ck_assert_int_eq(closed.transferred, 20000 + DEPOSIT);
  const struct ledger_transfer_place place = {closed.number, 0};
  ck_assert_int_eq(ledger_settlement_transfers(world.ledger, &place, rows, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(rows[0].amount, 20000 + DEPOSIT);
  world_close(&world);
}
END_TEST

/* _i: one that leaves the card in use; one that the card never got. */
START_TEST(stays_where_no_card_is_closed) {
  struct world world;
  struct purse purse;
  struct ask ask = {.closes = _i == 1};
  begin(&world, &purse);
  pay_out(&world, &purse, 20000, &ask);
  if (_i == 0) {
    ck_assert(purse_commit(&purse, ask.transaction.authorisation));
    ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
    const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_PAY);
    ck_assert(fate.pay);
    ck_assert_int_eq(fate.deposit, 0);
  } else {
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS); /* it says so */
  }
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  world_close(&world);
}
END_TEST

static void sums_are(struct world *world, const struct ledger_deposit_span *span, const char *tid,
                     struct ledger_deposit_sums wanted) {
  struct ledger_deposit_sums sums[4];
  size_t count = 0, at = 0;
  ck_assert_int_eq(ledger_deposit_list(world->ledger, span, NULL, sums, 4, &count), STATUS_OK);
  while (at < count && memcmp(sums[at].tid, tid, TID_SIZE) != 0)
    at++;
  if (at == count)
    sums[at] = (struct ledger_deposit_sums){.cards = 0};
  ck_assert_int_eq(sums[at].cards, wanted.cards);
  ck_assert_int_eq(sums[at].taken, wanted.taken);
  ck_assert_int_eq(sums[at].given_back, wanted.given_back);
  ck_assert_int_eq(sums[at].transferred, wanted.transferred);
}

/* Two cards, closed in cash and with a transfer; in all it is what the ledger has. */
START_TEST(sums_are_by_terminal) {
  const struct ledger_deposit_span all = {0, INT64_MAX}, before = {0, WORLD_NOW}, now = {WORLD_NOW, WORLD_NOW + 1};
  struct world world;
  struct purse purse, other;
  struct ledger_totals totals;
  struct ledger_deposit_sums rest[4];
  size_t count = 1;
  begin(&world, &purse);
  world_issue(&world, 2, &other);
  ck_assert_int_eq(take(&world, &other, DEPOSIT), STATUS_OK);
  world_complete(&world, &other, TRANSACTION_LOAD, 100, RELOAD);
  sums_are(&world, &all, DESK, (struct ledger_deposit_sums){.cards = 2, .taken = 2 * DEPOSIT});
  sums_are(&world, &all, RELOAD, (struct ledger_deposit_sums){.cards = 0});
  close_card(&world, &purse, 20000, NULL);
  ck_assert(settle(&world, &purse, PAYOUT_WISH_PAY).pay);
  close_card(&world, &other, 100, &account);
  sums_are(&world, &all, DESK, (struct ledger_deposit_sums){.cards = 2, .taken = 2 * DEPOSIT});
  sums_are(&world, &all, RELOAD, (struct ledger_deposit_sums){.given_back = DEPOSIT, .transferred = DEPOSIT});
  sums_are(&world, &now, DESK, (struct ledger_deposit_sums){.cards = 2, .taken = 2 * DEPOSIT});
  sums_are(&world, &before, DESK, (struct ledger_deposit_sums){.cards = 0});
  ck_assert_int_eq(ledger_deposit_list(world.ledger, &all, (const uint8_t *)RELOAD, rest, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.deposits_taken, 2 * DEPOSIT);
  ck_assert_int_eq(deposit_of(&world, &purse) + deposit_of(&world, &other), 0);
  world_close(&world);
}
END_TEST

/* A card with nothing on it, and its deposit. */
static void begin_empty(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  ck_assert_int_eq(take(world, purse, DEPOSIT), STATUS_OK);
}

static void assert_closed(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, LEDGER_REASON_CLOSED);
}

/* _i: in cash; to a bank account. Said again and again it is the same. */
START_TEST(goes_back_with_an_empty_card_once) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  begin_empty(&world, &purse);
  close_card(&world, &purse, 0, _i == 0 ? NULL : &account);
  assert_closed(&world, &purse);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_PAY).deposit, DEPOSIT);
  if (_i == 0)
    ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_DONE).deposit, DEPOSIT);
  ck_assert_int_eq(deposit_of(&world, &purse), 0);
  close_day(&world, &closed);
  ck_assert_int_eq(outstanding(&world), 0);
  ck_assert_int_eq(closed.sums.payouts, _i == 0 ? DEPOSIT : 0);
  ck_assert_int_eq(closed.transfers, _i);
  ck_assert_int_eq(closed.transferred, _i == 0 ? 0 : DEPOSIT);
  world_close(&world);
}
END_TEST

/* _i as above: nothing goes anywhere, and no bank is told of it, beside what another card pays out. */
START_TEST(an_empty_card_without_one_is_closed) {
  struct world world;
  struct purse purse, other;
  struct ledger_settlement closed;
  struct ledger_settlement_transfer rows[3];
  size_t count = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 100, RELOAD);
  close_card(&world, &purse, 0, _i == 0 ? NULL : &account);
  assert_closed(&world, &purse);
  close_card(&world, &other, 100, &account);
  const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_PAY);
  ck_assert(_i == 1 || fate.pay);
  ck_assert_int_eq(fate.deposit, 0);
  if (_i == 0)
    ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_DONE).deposit, 0);
  close_day(&world, &closed);
  ck_assert_int_eq(closed.sums.payouts, 0);
  ck_assert_int_eq(closed.transfers, 1);
  ck_assert_int_eq(closed.transferred, 100);
  const struct ledger_transfer_place place = {closed.number, 0};
  ck_assert_int_eq(ledger_settlement_transfers(world.ledger, &place, rows, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(rows[0].amount, 100);
  world_close(&world);
}
END_TEST

static enum status ask_nothing(struct world *world, struct purse *purse, struct ask *ask) {
  ask->purse = purse;
  purse_promise(purse, TRANSACTION_PAYOUT, 0, RELOAD);
  ck_assert_int_eq(world_ask(world, ask), STATUS_OK);
  return ask->outcome;
}

static enum status act_a_cent(struct ledger *ledger, const void *what) {
  (void)what;
  return ledger_terminal_payout_limit(ledger, (const uint8_t *)RELOAD, 1);
}

/* One that closes nothing is refused for its own reason, and nothing is booked; where the terminal's day is used up, no
 * deposit goes out either. */
START_TEST(nothing_is_paid_out_but_to_close) {
  struct world world;
  struct purse purse, other;
  begin_empty(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 100, RELOAD);
  struct ask plain = {.closes = false};
  ck_assert_int_eq(ask_nothing(&world, &purse, &plain), STATUS_PAYOUT_OF_NOTHING);
  ck_assert(!purse_commit(&purse, plain.transaction.authorisation));
  ck_assert_uint_eq(world_state(&world, &purse, purse.atc), LEDGER_DECLINED);
  ck_assert_int_eq(world_do(&world, act_a_cent, NULL), STATUS_OK);
  world_complete(&world, &other, TRANSACTION_PAYOUT, 1, RELOAD);
  struct ask closing = {.closes = true};
  ck_assert_int_eq(ask_nothing(&world, &purse, &closing), STATUS_PAYOUT_LIMIT);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  world_assert_card(&world, &purse, 0, 0, 0);
  world_close(&world);
}
END_TEST

/* An opened card promises nothing, again and again, and commits none: no hold, no deposit, nothing to settle; then it
 * is closed, and promises once more. */
START_TEST(an_empty_card_promises_again_and_again) {
  struct world world;
  struct purse purse;
  begin_empty(&world, &purse);
  for (int i = 0; i < 4; i++) {
    struct ask ask = {.closes = true};
    ck_assert_int_eq(ask_nothing(&world, &purse, &ask), STATUS_OK);
    world_assert_card(&world, &purse, 0, 0, 0);
    ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK); /* the same promise: the same answer */
    ck_assert(ask.standing.answered);
  }
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  close_card(&world, &purse, 0, NULL);
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_PAY).deposit, DEPOSIT);
  struct purse opened = purse;
  struct ask late = {.closes = true};
  ck_assert_int_eq(ask_nothing(&world, &opened, &late), STATUS_CARD_CLOSED);
  ck_assert_int_eq(deposit_of(&world, &purse), 0);
  world_close(&world);
}
END_TEST

static enum status act_offer(struct ledger *ledger, const void *what) {
  const struct purse *purse = what;
  const struct signed_promise offer = {.promise = &purse->promise, .record = purse->record, .now = WORLD_NOW};
  struct promise_verdict standing;
  return ledger_promise_open(ledger, &offer, &standing);
}

/* _i: of a card with money, of one that says it has none, and of what is no payout. */
START_TEST(nothing_is_promised_by_no_other) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  purse.balance = _i == 0 ? 20000 : 0;
  purse_promise(&purse, _i == 2 ? TRANSACTION_PURCHASE : TRANSACTION_PAYOUT, 0, RELOAD);
  ck_assert_int_eq(world_do(&world, act_offer, &purse), _i == 1 ? STATUS_OUT_OF_STEP : STATUS_BAD_FORMAT);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  world_close(&world);
}
END_TEST

static enum status act_renew(struct ledger *ledger, const void *what) {
  struct ledger_renewal done;
  return ledger_card_renew(ledger, what, &done);
}

static void go_over(struct world *world, const struct purse *old, const struct purse *heir, bool renewed) {
  struct ledger_replacing replacing = {.now = WORLD_NOW};
  struct ledger_renewing renewing = {.approved = true, .window = 1000, .now = WORLD_NOW};
  memcpy(replacing.cid, old->cid, CID_SIZE);
  memcpy(replacing.new_cid, heir->cid, CID_SIZE);
  memcpy(renewing.cid, old->cid, CID_SIZE);
  memcpy(renewing.new_cid, heir->cid, CID_SIZE);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(renewed ? world_do(world, act_renew, &renewing) : world_do(world, act_replace, &replacing),
                     STATUS_OK);
}

/* _i: a lost card is replaced, or renewed; its heir is closed, and gives it back. */
START_TEST(goes_over_to_the_next_card_once) {
  struct world world;
  struct purse purse, heir;
  begin(&world, &purse);
  world_issue(&world, 2, &heir);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  go_over(&world, &purse, &heir, _i == 1);
  ck_assert_int_eq(deposit_of(&world, &purse), 0);
  ck_assert_int_eq(deposit_of(&world, &heir), DEPOSIT);
  world_complete(&world, &heir, TRANSACTION_LOAD, 100, RELOAD);
  close_card(&world, &heir, 100, NULL);
  ck_assert_int_eq(settle(&world, &heir, PAYOUT_WISH_PAY).deposit, DEPOSIT);
  ck_assert_int_eq(deposit_of(&world, &heir), 0);
  world_close(&world);
}
END_TEST

/* Put back on a card that is closed: it is that card's, and goes over with the rest. */
START_TEST(is_kept_where_the_payout_went_back) {
  struct world world;
  struct purse purse, heir;
  begin(&world, &purse);
  world_issue(&world, 2, &heir);
  ck_assert_int_eq(take(&world, &heir, DEPOSIT), STATUS_OK);
  close_card(&world, &purse, 20000, NULL);
  const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_BACK);
  ck_assert(fate.back);
  ck_assert_int_eq(fate.deposit, 0);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  go_over(&world, &purse, &heir, false);
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_PAY).deposit, 0);
  ck_assert_int_eq(deposit_of(&world, &heir), 2 * DEPOSIT);
  world_close(&world);
}
END_TEST

/* Said to be paid when the card has been replaced: the deposit is the other card's by then. */
START_TEST(is_not_given_back_beside_going_over) {
  struct world world;
  struct purse purse, heir;
  begin(&world, &purse);
  world_issue(&world, 2, &heir);
  close_card(&world, &purse, 20000, NULL);
  go_over(&world, &purse, &heir, true);
  const struct ledger_fate fate = settle(&world, &purse, PAYOUT_WISH_PAY);
  ck_assert(fate.pay);
  ck_assert_int_eq(fate.deposit, 0);
  ck_assert_int_eq(deposit_of(&world, &heir), DEPOSIT);
  world_close(&world);
}
END_TEST

/* _i: put back; said to be paid when the card has been renewed: an empty closed card's deposit is the next card's. */
START_TEST(of_an_empty_card_it_goes_over) {
  struct world world;
  struct purse purse, heir;
  begin_empty(&world, &purse);
  world_issue(&world, 2, &heir);
  close_card(&world, &purse, 0, NULL);
  if (_i == 0)
    ck_assert(settle(&world, &purse, PAYOUT_WISH_BACK).back);
  go_over(&world, &purse, &heir, _i == 1);
  ck_assert_int_eq(settle(&world, &purse, PAYOUT_WISH_PAY).deposit, 0);
  ck_assert_int_eq(deposit_of(&world, &heir), DEPOSIT);
  close_card(&world, &heir, 0, NULL);
  ck_assert_int_eq(settle(&world, &heir, PAYOUT_WISH_PAY).deposit, DEPOSIT);
  world_close(&world);
}
END_TEST

/* By hand: what says of an empty card's payout that it closes it is taken away. */
START_TEST(the_audit_names_a_payout_of_nothing) {
  struct world world;
  struct purse purse;
  struct ask ask = {.closes = true};
  begin_empty(&world, &purse);
  pay_out(&world, &purse, 0, &ask);
  world_assert_clean(&world);
  ck_assert_int_eq(world_tamper(&world, "DROP TRIGGER payout_close_kept; DELETE FROM payout_close"), PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

START_TEST(refuses_each_for_its_reason) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  const struct taking stranger = {&purse, "NOBODY01", DEPOSIT};
  ck_assert_int_eq(take(&world, &purse, 0), STATUS_BAD_AMOUNT);
  ck_assert_int_eq(take(&world, &purse, -1), STATUS_BAD_AMOUNT);
  ck_assert_int_eq(take(&world, &purse, INT64_C(1) << 31), STATUS_BAD_AMOUNT);
  ck_assert_int_eq(world_do(&world, act_take, &stranger), STATUS_NOT_FOUND);
  ck_assert_int_eq(take(&world, &purse, DEPOSIT), STATUS_OK);
  ck_assert_int_eq(take(&world, &purse, DEPOSIT), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(deposit_of(&world, &purse), DEPOSIT);
  world_close(&world);
}
END_TEST

#define OPEN_UP                                                                                                        \
  "DROP TRIGGER card_deposit_fixed; DROP TRIGGER card_deposit_kept; DROP TRIGGER transfer_fixed; "                     \
  "DROP TRIGGER transfer_kept; DROP TRIGGER payout_close_kept; PRAGMA ignore_check_constraints = ON; "

/* By hand: the rules refuse each, and the audit names it. */
START_TEST(the_audit_names_what_was_bent) {
  static const char *const bends[] = {
      "UPDATE card_deposit SET amount = 400",
      "DELETE FROM card_deposit",
      "UPDATE card_deposit SET at = at - 1",
      "UPDATE card_deposit SET terminal = 1",
      "UPDATE transfer SET amount = 400 WHERE kind = 8",
      "UPDATE transfer SET kind = 9 WHERE kind = 8",
      "UPDATE transfer SET credit = -38 WHERE kind = 8",
      "DELETE FROM transfer WHERE kind = 8",
      "DELETE FROM payout_close",
  };
  struct world world;
  struct purse purse;
  char sql[512];
  begin(&world, &purse);
  close_card(&world, &purse, 20000, NULL);
  ck_assert(settle(&world, &purse, PAYOUT_WISH_PAY).pay);
  world_assert_clean(&world);
  (void)snprintf(sql, sizeof sql, OPEN_UP "%s", bends[_i]);
  ck_assert_int_eq(world_tamper(&world, bends[_i]), PLACE_REFUSED);
  ck_assert_int_eq(world_tamper(&world, sql), PLACE_DONE);
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

Suite *deposit_suite(void) {
  Suite *suite = suite_create("deposit");
  TCase *tests = tcase_create("deposits");
  tcase_add_test(tests, goes_out_with_the_cash_once);
  tcase_add_test(tests, waits_until_it_was_handed_out);
  tcase_add_test(tests, goes_to_the_bank_account_once);
  tcase_add_loop_test(tests, stays_where_no_card_is_closed, 0, 2);
  tcase_add_loop_test(tests, goes_over_to_the_next_card_once, 0, 2);
  tcase_add_test(tests, is_kept_where_the_payout_went_back);
  tcase_add_loop_test(tests, goes_back_with_an_empty_card_once, 0, 2);
  tcase_add_loop_test(tests, an_empty_card_without_one_is_closed, 0, 2);
  tcase_add_test(tests, nothing_is_paid_out_but_to_close);
  tcase_add_test(tests, an_empty_card_promises_again_and_again);
  tcase_add_loop_test(tests, nothing_is_promised_by_no_other, 0, 3);
  tcase_add_loop_test(tests, of_an_empty_card_it_goes_over, 0, 2);
  tcase_add_test(tests, the_audit_names_a_payout_of_nothing);
  tcase_add_test(tests, sums_are_by_terminal);
  tcase_add_test(tests, is_not_given_back_beside_going_over);
  tcase_add_test(tests, refuses_each_for_its_reason);
  tcase_add_loop_test(tests, the_audit_names_what_was_bent, 0, 9);
  suite_add_tcase(suite, tests);
  return suite;
}
