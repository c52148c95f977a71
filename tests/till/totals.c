/* SPDX-License-Identifier: Apache-2.0
 * What a till has taken since a moment, which is what a closing counts. */
#include <string.h>

#include "day.h"
#include "epurse/terminal_closing.h"
#include "epurse/terminal_payout.h"
#include "epurse/terminal_refund.h"
#include "epurse/till_journal.h"
#include "epurse/till_shift.h"
#include "system/flow_world.h"

/* ---- totals ---- */

static enum status hand_out(void *context, struct amount amount, int64_t deposit, bool again) {
  (void)context, (void)amount, (void)deposit, (void)again;
  return STATUS_OK;
}

/* At a program beside; `whole`: all that is on the card, and it ends. */
static enum status pay_out(int64_t minor, bool whole) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct terminal *terminal = flow_terminal("reload");
  struct payment payment = {.amount = {minor, 978}, .closes = whole};
  struct outcome outcome = {.atc = 0};
  card.asked = 0;
  enum status status = whole ? payout_all_run(terminal, &card.reader, &payment, &desk, &card.dialogue, &outcome)
                             : payout_run(terminal, &card.reader, &payment, &desk, &card.dialogue, &outcome);
  terminal_close(&terminal);
  return status;
}

/* The card has committed it, the line is cut before the server says pay, and it is put back on the card. */
static void pay_out_and_back(int64_t minor) {
  unsigned count = 0;
  int64_t amount = 0;
  struct outcome outcome;
  struct bank bank;
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay_out(minor, false), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  flow_terminal_unplug("reload", true);
  ck_assert_int_eq(pay_out(minor, false), STATUS_PAYOUT_OPEN);
  flow_terminal_unplug("reload", false);
  struct terminal *terminal = flow_terminal("reload");
  ck_assert_int_eq(payouts_put_back(terminal, &count, &amount), STATUS_OK);
  terminal_close(&terminal);
  ck_assert_uint_eq(count, 1);
  bank_make(&bank);
  card.asked = 0;
  ck_assert_int_eq(flow_load(&card, &bank.tender, minor, &outcome), STATUS_OK);
}

/* With points, and given back in points. */
static void buy_with_points(int64_t minor) {
  const struct payment payment = {.amount = {minor, 978}, .points = true}, back = {.amount = {minor, 978}};
  struct outcome outcome;
  struct sale bought;
  struct terminal *terminal = flow_terminal("pos");
  card.asked = 0;
  ck_assert_int_eq(purchase_run(terminal, &card.reader, &payment, &card.dialogue, &outcome), STATUS_OK);
  ck_assert_int_eq(sale_by_number(terminal, 0, &bought), STATUS_OK);
  ck_assert_int_eq(refund_run(terminal, &card.reader, &back, &bought, &card.dialogue, &outcome), STATUS_OK);
  terminal_close(&terminal);
}

static struct till_totals totals_of(const char *name) {
  struct till_totals totals;
  day_open(name);
  ck_assert_int_eq(till_totals(till, 1, &totals), STATUS_OK);
  return totals;
}

/* So much more than before. */
static void grew(const struct till_total *before, const struct till_total *after, unsigned count, int64_t amount) {
  ck_assert_uint_eq(after->count - before->count, count);
  ck_assert_int_eq(after->amount - before->amount, amount);
}

/* No closing was made here: what is counted since ever is what is counted since the last one. */
static void closing_agrees(const struct till_totals *totals) {
  struct closing closing;
  ck_assert_int_eq(till_count(till, &closing), STATUS_OK);
  const struct count_sum *kinds = closing.count.kinds;
  int64_t loads = 0;
  for (size_t i = 0; i < closing.count.load_count; i++)
    loads += closing.count.loads[i].sum.amount;
  ck_assert_int_eq(totals->kinds[TILL_SALE].amount,
                   kinds[COUNT_SALE_PIN].amount + kinds[COUNT_SALE_NO_PIN].amount + kinds[COUNT_SALE_OFFLINE].amount);
  ck_assert_int_eq(totals->kinds[TILL_REFUND].amount, kinds[COUNT_REFUND].amount);
  ck_assert_int_eq(totals->kinds[TILL_LOAD].amount, loads);
  ck_assert_int_eq(totals->kinds[TILL_PAYOUT].amount,
                   kinds[COUNT_PAYOUT_CASH].amount + kinds[COUNT_PAYOUT_TRANSFER].amount);
  ck_assert_int_eq(totals->waiting.amount, closing.count.waiting.amount);
  ck_assert_int_eq(totals->held, closing.count.open.count);
}

/* A payout that went back on its card was none; a card that was ended has its deposit out of the drawer too; points are
 * no money. */
START_TEST(totals_are_those_of_a_closing) {
  static const char *const names[] = {"pos", "reload"};
  struct till_totals before[2], after[2];
  struct outcome outcome;
  struct till_entry newest[2];
  size_t count = 0;
  flow_card_issue(&card, "till-totals", 2000);
  for (int i = 0; i < 2; till_close(&till), i++)
    before[i] = totals_of(names[i]);
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK);
  buy_with_points(5);
  pay_out_and_back(500);
  ck_assert_int_eq(pay_out(0, true), STATUS_OK);
  for (int i = 0; i < 2; till_close(&till), i++) {
    after[i] = totals_of(names[i]);
    closing_agrees(&after[i]);
    ck_assert_int_eq(till_recent(till, newest, 2, &count), STATUS_OK);
    ck_assert(newest[0].points == (i == 0) && newest[1].points == (i == 0));
  }
  grew(&before[0].kinds[TILL_SALE], &after[0].kinds[TILL_SALE], 1, 1250);
  grew(&before[0].points, &after[0].points, 1, 5);
  grew(&before[0].kinds[TILL_REFUND], &after[0].kinds[TILL_REFUND], 0, 0);
  grew(&before[1].kinds[TILL_LOAD], &after[1].kinds[TILL_LOAD], 1, 500);
  grew(&before[1].kinds[TILL_PAYOUT], &after[1].kinds[TILL_PAYOUT], 1, 750 + FLOW_DEPOSIT);
  ck_assert_uint_eq(count, 2); /* nor is it shown among what was done */
  ck_assert(newest[0].kind == TILL_PAYOUT && newest[0].amount == 750 && newest[1].kind == TILL_LOAD);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

void till_totals_tests(TCase *tests) {
  tcase_add_test(tests, totals_are_those_of_a_closing);
}
