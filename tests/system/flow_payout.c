/* SPDX-License-Identifier: Apache-2.0
 * Torn payouts: whatever breaks, the holder has the money on the card or in the hand, and the house has paid once. */
#include <string.h>

#include "epurse/terminal_payout.h"
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define START  20000
#define AMOUNT 500
#define WRITES 40 /* more than any command makes */

static struct flow_card card;

/* The drawer, and what the cashier says. */
static struct {
  unsigned asked, again;
  int64_t handed;  /* minor units, as confirmed */
  int64_t deposit; /* likewise, beside it */
  bool away;       /* the cashier confirms nothing */
} drawer;

static enum status hand_out(void *context, struct amount amount, int64_t deposit, bool again) {
  (void)context;
  drawer.asked++;
  drawer.again += again;
  if (drawer.away)
    return STATUS_CANCELLED;
  drawer.handed += amount.minor;
  drawer.deposit += deposit;
  return STATUS_OK;
}

static void begin(const char *name) {
  memset(&drawer, 0, sizeof drawer);
  flow_card_issue(&card, name, START);
}

static enum status pay_out(struct outcome *outcome) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct terminal *terminal = flow_terminal("reload");
  card.asked = 0; /* the holder types the PIN again */
  const struct payment payment = {.amount = {AMOUNT, 978}};
  enum status status = payout_run(terminal, &card.reader, &payment, &desk, &card.dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

static unsigned put_back(void) {
  struct terminal *terminal = flow_terminal("reload");
  unsigned count = 0;
  int64_t amount = 0;
  ck_assert_int_eq(payouts_put_back(terminal, &count, &amount), STATUS_OK);
  ck_assert_int_eq(amount, (int64_t)count * AMOUNT);
  terminal_close(&terminal);
  return count;
}

static void settled(int64_t minor) {
  ck_assert_int_eq(drawer.deposit, 0); /* no card was closed */
  ck_assert_uint_eq(flow_open_entries("reload"), 0);
  flow_card_settled(&card, minor);
  ck_assert_int_eq(drawer.handed + minor, START);
}

START_TEST(is_handed_out_when_the_server_says_so) {
  struct outcome outcome;
  begin("payout-plain");
  ck_assert_int_eq(pay_out(&outcome), STATUS_OK);
  ck_assert(outcome.confirmed && !outcome.finished_before && outcome.receipt_path[0] != 0);
  ck_assert_uint_eq(outcome.type, TRANSACTION_PAYOUT);
  ck_assert_uint_eq(drawer.asked, 1);
  settled(START - AMOUNT);
  ck_assert_int_eq(pay_out(&outcome), STATUS_OK); /* another one */
  ck_assert(!outcome.finished_before);
  settled(START - 2 * AMOUNT);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Power fails at the n-th write of DEBIT; true where there was one. */
static bool torn_debit(uint32_t nth, bool after) {
  struct outcome outcome;
  card.accident =
      (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .fail_nth = nth, .fail_after = after, .keep_away = true};
  enum status status = pay_out(&outcome);
  bool torn = card.away;
  flow_card_return(&card);
  ck_assert_int_eq(status, torn ? STATUS_OUTCOME_UNKNOWN : STATUS_OK);
  if (!torn)
    return false;
  int64_t before = drawer.handed;
  ck_assert_int_eq(pay_out(&outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(drawer.handed, before + AMOUNT);
  return true;
}

/* _i: before or after the write took effect. */
START_TEST(power_fails_in_debit) {
  uint32_t nth = 1;
  begin(_i == 1 ? "payout-after" : "payout-before");
  for (bool torn = true; torn && nth < WRITES; nth++) {
    torn = torn_debit(nth, _i == 1);
    settled(START - (int64_t)nth * AMOUNT);
  }
  ck_assert_uint_gt(nth, 3); /* there were writes to fail at */
  ck_assert_uint_lt(nth, WRITES);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The cashier does not confirm: the same again asks once more, and is told that it may have been before. */
START_TEST(an_unconfirmed_one_stays_open) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct outcome outcome;
  begin(_i == 0 ? "payout-card" : "payout-cashier");
  drawer.away = true;
  ck_assert_int_eq(pay_out(&outcome), STATUS_PAYOUT_OPEN);
  ck_assert_uint_eq(flow_recover("reload", NULL), 1);
  ck_assert_uint_eq(put_back(), 0); /* the word is out: never both */
  drawer.away = false;
  if (_i == 0) {
    ck_assert_int_eq(pay_out(&outcome), STATUS_OK);
    ck_assert(outcome.finished_before);
  } else {
    struct terminal *terminal = flow_terminal("reload");
    ck_assert_int_eq(payouts_confirm(terminal, &desk), STATUS_OK);
    terminal_close(&terminal);
  }
  ck_assert_uint_eq(drawer.again, 1);
  settled(START - AMOUNT);
  ck_assert_int_eq(pay_out(&outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  settled(START - 2 * AMOUNT);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The card was lost behind DEBIT, and comes back while the line is down: nothing is handed out. Then it goes on, or
 * back to the card. */
START_TEST(without_the_word_nothing_is_handed_out) {
  struct outcome outcome;
  struct bank bank;
  begin(_i == 0 ? "payout-later" : "payout-back");
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay_out(&outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  flow_terminal_unplug("reload", true);
  ck_assert_int_eq(pay_out(&outcome), STATUS_PAYOUT_OPEN);
  flow_terminal_unplug("reload", false);
  ck_assert_uint_eq(drawer.asked, 0);
  if (_i == 0) {
    ck_assert_int_eq(pay_out(&outcome), STATUS_OK);
    settled(START - AMOUNT);
  } else {
    ck_assert_uint_eq(put_back(), 1);
    ck_assert_uint_eq(put_back(), 0);
    bank_make(&bank);
    card.asked = 0;
    ck_assert_int_eq(flow_load(&card, &bank.tender, AMOUNT, &outcome), STATUS_OK);
    ck_assert_uint_eq(bank.charged, 0);
    settled(START);
  }
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* ---- the card is closed ---- */

/* Little, so that many fit into the day limit of a terminal. */
#define WHOLE 300

static void begin_whole(const char *name) {
  memset(&drawer, 0, sizeof drawer);
  flow_card_issue(&card, name, WHOLE);
}

static enum status close_card(const char *role, struct outcome *outcome) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct terminal *terminal = flow_terminal(role);
  card.asked = 0;
  const struct payment payment = {.amount = {WHOLE, 978}, .closes = true};
  enum status status = payout_run(terminal, &card.reader, &payment, &desk, &card.dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

/* All of it is in the holder's hand, once, and nobody can do anything with the card any more. */
static void assert_closed(const char *role) {
  struct balance balance;
  struct card_info info;
  struct outcome outcome;
  const struct card_facts facts = flow_facts(card.cid);
  ck_assert_int_eq(drawer.handed, WHOLE);
  ck_assert_str_eq(facts.state, "CLOSED");
  ck_assert_str_eq(facts.reason, "CLOSED");
  ck_assert_int_eq(facts.balance + facts.held + facts.owed + facts.deposit, 0);
  ck_assert_int_eq(drawer.deposit, FLOW_DEPOSIT); /* back once, with what was on it */
  ck_assert_uint_eq(flow_open_entries(role), 0);
  struct terminal *terminal = flow_terminal("pos");
  card.asked = 0;
  /* a dead card cannot say why; of one that lives the server does */
  enum status why = vcard_memory(card.vcard)->state == CARD_BLOCKED ? STATUS_CARD_BLOCKED : STATUS_CARD_CLOSED;
  ck_assert_int_eq(card_read_balance(terminal, &card.reader, &card.dialogue, &balance, &info), why);
  terminal_close(&terminal);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome),
                   STATUS_CARD_BLOCKED); /* it died at that contact at the latest */
  flow_ledger_clean();
}

/* _i: at a reload terminal, at the desk. */
START_TEST(closes_the_card) {
  const char *role = _i == 0 ? "reload" : "perso";
  struct outcome outcome;
  begin_whole(_i == 0 ? "close-reload" : "close-desk");
  ck_assert_int_eq(close_card(role, &outcome), STATUS_OK);
  ck_assert(outcome.confirmed && outcome.receipt_path[0] != 0);
  ck_assert_int_eq(outcome.deposit, FLOW_DEPOSIT);
  assert_closed(role);
  flow_card_remove(&card);
}
END_TEST

/* Torn at each write of DEBIT, and begun again: it is finished, or done anew, once. */
START_TEST(a_torn_close_is_finished) {
  struct outcome outcome;
  uint32_t nth = 1;
  for (bool torn = true; torn && nth < WRITES; nth++) {
    begin_whole("close-torn");
    card.accident =
        (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .fail_nth = nth, .fail_after = _i == 1, .keep_away = true};
    enum status status = close_card("reload", &outcome);
    torn = card.away;
    flow_card_return(&card);
    ck_assert_int_eq(status, torn ? STATUS_OUTCOME_UNKNOWN : STATUS_OK);
    if (torn)
      ck_assert_int_eq(close_card("reload", &outcome), STATUS_OK);
    assert_closed("reload");
    flow_card_remove(&card);
  }
  ck_assert_uint_gt(nth, 3);
}
END_TEST

/* The cashier confirms nothing, twice; the server says the same again; then all of it is handed out at once. */
START_TEST(the_deposit_is_not_forgotten) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct outcome outcome;
  begin_whole("close-cashier");
  drawer.away = true;
  ck_assert_int_eq(close_card("reload", &outcome), STATUS_PAYOUT_OPEN);
  ck_assert_uint_eq(flow_recover("reload", NULL), 1);
  ck_assert_int_eq(drawer.deposit, 0);
  for (int i = 0; i < 2; i++) {
    struct terminal *terminal = flow_terminal("reload");
    drawer.away = i == 0;
    ck_assert_int_eq(payouts_confirm(terminal, &desk), STATUS_OK);
    terminal_close(&terminal);
  }
  ck_assert_uint_eq(drawer.asked, 3);
  ck_assert_uint_eq(drawer.again, 2);
  assert_closed("reload");
  flow_card_remove(&card);
}
END_TEST

/* The line is down behind DEBIT: nothing is handed out, and the card is not needed any more. */
START_TEST(a_closed_card_is_not_needed) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct outcome outcome;
  begin_whole("close-line");
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(close_card("reload", &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  flow_terminal_unplug("reload", true);
  ck_assert_int_eq(close_card("reload", &outcome), STATUS_PAYOUT_OPEN);
  flow_terminal_unplug("reload", false);
  ck_assert_uint_eq(drawer.asked, 0);
  struct terminal *terminal = flow_terminal("reload");
  ck_assert_int_eq(payouts_confirm(terminal, &desk), STATUS_OK);
  terminal_close(&terminal);
  assert_closed("reload");
  flow_card_remove(&card);
}
END_TEST

/* All of it, as a cashier asks for it: the terminal reads how much that is. */
static enum status whole(bool closes, struct outcome *outcome) {
  static const struct payout_desk desk = {NULL, hand_out};
  struct terminal *terminal = flow_terminal("reload");
  card.asked = 0;
  struct payment payment = {.closes = closes};
  enum status status = payout_all_run(terminal, &card.reader, &payment, &desk, &card.dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

/* The server has r and calls the card closed, and nobody was handed anything: the same again goes on with it, as often
 * as it takes. */
START_TEST(the_same_close_again_goes_on) {
  struct outcome outcome;
  begin_whole("close-again");
  drawer.away = true;
  ck_assert_int_eq(whole(true, &outcome), STATUS_PAYOUT_OPEN);
  ck_assert_str_eq(flow_facts(card.cid).state, "CLOSED");
  ck_assert_int_eq(whole(true, &outcome), STATUS_PAYOUT_OPEN);
  drawer.away = false;
  ck_assert_int_eq(whole(true, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.amount.minor, WHOLE);
  ck_assert_int_eq(outcome.deposit, FLOW_DEPOSIT);
  ck_assert_uint_eq(drawer.asked, 3);
  ck_assert_uint_eq(drawer.again, 2);
  assert_closed("reload");
  flow_card_remove(&card);
}
END_TEST

static enum status show_nothing(void *context, const struct outcome *outcome) {
  (void)context;
  (void)outcome;
  return STATUS_UNREPORTED;
}

/* It was handed out, and could not be shown: the same again tells it, and nothing is handed out twice. */
START_TEST(all_of_it_is_told_again) {
  struct outcome outcome;
  begin_whole("all-unshown");
  card.dialogue.show = show_nothing;
  ck_assert_int_eq(whole(false, &outcome), STATUS_UNREPORTED);
  card.dialogue.show = NULL;
  ck_assert_int_eq(whole(false, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.amount.minor, WHOLE);
  ck_assert_int_eq(whole(false, &outcome), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(drawer.asked, 1);
  flow_card_settled(&card, 0);
  flow_card_remove(&card);
}
END_TEST

void flow_payout_tests(TCase *tests) {
  tcase_add_test(tests, is_handed_out_when_the_server_says_so);
  tcase_add_loop_test(tests, power_fails_in_debit, 0, flow_ways());
  tcase_add_loop_test(tests, an_unconfirmed_one_stays_open, 0, 2);
  tcase_add_loop_test(tests, without_the_word_nothing_is_handed_out, 0, 2);
  tcase_add_loop_test(tests, closes_the_card, 0, 2);
  tcase_add_loop_test(tests, a_torn_close_is_finished, 0, flow_ways());
  tcase_add_test(tests, a_closed_card_is_not_needed);
  tcase_add_test(tests, the_deposit_is_not_forgotten);
  tcase_add_test(tests, the_same_close_again_goes_on);
  tcase_add_test(tests, all_of_it_is_told_again);
}
