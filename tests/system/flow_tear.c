/* SPDX-License-Identifier: Apache-2.0
 * Torn purchases: power that fails at each write of the card, answers that are lost, cards that are taken away,
 * terminals that are killed. Whatever happens, the money is counted once on both sides after the next contact. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define START  20000
#define AMOUNT 10
#define WRITES 40 /* more than any command makes */

static struct flow_card card;

static void settled(int64_t minor) {
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_card_settled(&card, minor);
}

/* One purchase whose DEBIT meets a power failure at the n-th write; true where it came to one. The card comes back, and
 * the shop tries again. */
static bool torn_debit(uint32_t nth, bool after, bool keep_away) {
  struct outcome outcome;
  card.accident =
      (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .fail_nth = nth, .fail_after = after, .keep_away = keep_away};
  enum status status = flow_pay(&card, "pos", AMOUNT, &outcome);
  bool torn = card.away;
  flow_card_return(&card);
  if (!torn) { /* no failure, or settled at once */
    ck_assert_msg(status == STATUS_OK, "write %u: %s", nth, status_name(status));
    return false;
  }
  ck_assert_msg(status == STATUS_OUTCOME_UNKNOWN, "write %u: %s", nth, status_name(status));
  status = flow_pay(&card, "pos", AMOUNT, &outcome);
  ck_assert_msg(status == STATUS_OK, "write %u, again: %s", nth, status_name(status));
  ck_assert(outcome.finished_before);
  ck_assert(outcome.confirmed);
  ck_assert_uint_eq(card.asked, 0); /* finishing asks nobody for a PIN */
  return true;
}

/* _i: before or after the write took effect. */
START_TEST(power_fails_in_debit_and_card_is_taken) {
  uint32_t nth = 1;
  int64_t spent = 0;
  flow_card_issue(&card, "torn", START);
  for (bool torn = true; torn && nth < WRITES; nth++) {
    torn = torn_debit(nth, _i == 1, true);
    spent += AMOUNT;
    settled(START - spent);
  }
  ck_assert_uint_gt(nth, 3); /* there were writes to fail at */
  ck_assert_uint_lt(nth, WRITES);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

START_TEST(power_fails_in_debit_and_card_stays) {
  int64_t spent = 0;
  flow_card_issue(&card, "flicker", START);
  for (uint32_t nth = 1; nth < 12; nth++) {
    ck_assert(!torn_debit(nth, _i == 1, false));
    spent += AMOUNT;
    settled(START - spent);
  }
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* INITIALIZE has no effect that counts: the purchase did not happen, and can be begun again. */
START_TEST(power_fails_in_initialize) {
  struct outcome outcome;
  int64_t spent = 0;
  flow_card_issue(&card, "early", START);
  for (uint32_t nth = 1; nth < 14; nth++) {
    card.accident = (struct accident){.ins = INS_INITIALIZE, .fail_nth = nth, .fail_after = _i == 1};
    enum status status = flow_pay(&card, "pos", AMOUNT, &outcome);
    flow_card_return(&card);
    ck_assert_msg(status == STATUS_OK || status == STATUS_CARD_LOST, "write %u: %s", nth, status_name(status));
    if (status == STATUS_OK)
      spent += AMOUNT;
    ck_assert_int_eq(flow_pay(&card, "pos", AMOUNT, &outcome), STATUS_OK);
    ck_assert(!outcome.finished_before);
    spent += AMOUNT;
    settled(START - spent);
  }
  flow_card_remove(&card);
}
END_TEST

/* Two ways to lose DEBIT: the card never had it, or its answer is lost. */
static void tear(bool reached_the_card) {
  struct outcome outcome;
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE,
                                    .drop_before = !reached_the_card,
                                    .drop_after = reached_the_card,
                                    .keep_away = true};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_mem_eq(outcome.cid, card.cid, CID_SIZE);
  ck_assert_int_eq(flow_card_balance(&card), reached_the_card ? START - 500 : START);
  flow_card_return(&card);
}

/* A card that gives no answer is a card that was lost, whether it had the command or not. */
START_TEST(silent_card_is_finished_at_its_next_visit) {
  struct outcome outcome;
  flow_card_issue(&card, "silent", START);
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_before = true, .silent = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_CARD_SILENT);
  flow_card_return(&card);
  settled(START);
  card.accident = (struct accident){
      .ins = INS_DEBIT_FOR_PURCHASE, .drop_before = _i == 0, .drop_after = _i == 1, .silent = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(flow_card_balance(&card), _i == 1 ? START - 500 : START);
  flow_card_return(&card);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  settled(START - 500);
  flow_card_remove(&card);
}
END_TEST

/* Another program selects the purse between two of our commands. */
static void interfere(void *context) {
  static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00};
  struct flow_card *victim = context;
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t len = sizeof answer;
  ck_assert_int_eq(victim->inner->transmit(victim->inner->context, select, sizeof select, answer, &len), STATUS_OK);
}

/* Before the authorisation it is told as what it is, and nothing has happened; behind it, the payment comes to its
 * end. */
START_TEST(another_program_comes_in_between) {
  struct outcome outcome;
  flow_card_issue(&card, "between", START);
  card.accident = (struct accident){.ins = INS_INITIALIZE, .hook = interfere, .context = &card};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_READER_BUSY);
  flow_card_return(&card);
  settled(START);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .hook = interfere, .context = &card};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  settled(START - 500);
  flow_card_remove(&card);
}
END_TEST

START_TEST(other_amount_comes_after_the_torn_one) {
  struct outcome outcome;
  flow_card_issue(&card, "other", START);
  tear(_i == 1);
  ck_assert_int_eq(flow_pay(&card, "pos", 300, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_int_eq(outcome.balance_before, START - 500);
  settled(START - 800);
  flow_card_remove(&card);
}
END_TEST

START_TEST(other_card_is_served_meanwhile) {
  struct outcome outcome;
  struct flow_card other;
  flow_card_issue(&card, "first", START);
  flow_card_issue(&other, "second", 1000);
  tear(_i == 1);
  ck_assert_int_eq(flow_pay(&other, "pos", 500, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_uint_eq(flow_open_entries("pos"), 1);
  ck_assert_uint_eq(flow_recover("pos", NULL), 1); /* the card is needed */
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  settled(START - 500);
  flow_card_settled(&other, 500);
  flow_card_remove(&other);
  flow_card_remove(&card);
}
END_TEST

/* The card goes to another shop first: its promise there settles what is open here. Back here nobody has r, and the
 * server is asked: it has r, and it is done, or nothing was paid, and it is done now. */
START_TEST(another_shop_settles) {
  struct outcome outcome;
  flow_card_issue(&card, "walker", START);
  int64_t left = START - (_i == 1 ? 500 : 0);
  tear(_i == 1);
  ck_assert_int_eq(flow_pay(&card, "pos2", 100, &outcome), STATUS_OK);
  flow_card_settled(&card, left - 100);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert_int_eq(outcome.finished_before, _i == 1);
  settled(START - 600);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK); /* wanted anew: that was told */
  ck_assert(!outcome.finished_before);
  settled(START - 1100);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The same, and the server does not answer: people are told what the card's log says, which is no proof, and the entry
 * waits for the server. */
START_TEST(another_shop_settles_and_the_server_is_away) {
  struct outcome outcome;
  flow_card_issue(&card, "astray", START);
  int64_t left = START - (_i == 1 ? 500 : 0);
  tear(_i == 1);
  ck_assert_int_eq(flow_pay(&card, "pos2", 100, &outcome), STATUS_OK);
  flow_terminal_unplug("pos", true);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), _i == 1 ? STATUS_SETTLED_ELSEWHERE : STATUS_NO_SERVER);
  ck_assert(!outcome.finished_before);
  ck_assert_uint_eq(flow_open_entries("pos"), 1);
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  settled(left - 100);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Another card is put back in place of the one that was being debited. */
static struct flow_card stranger;

static void swap_cards(void *context) {
  (void)context;
  struct reader *inner = card.inner;
  card.inner = stranger.inner;
  stranger.inner = inner;
}

/* The shop does not see the card again: it asks the server, which knows from the card's next promise elsewhere. */
START_TEST(recover_asks_how_it_ended) {
  struct outcome outcome;
  int64_t left = _i == 1 ? START - AMOUNT : START;
  flow_card_issue(&card, "asked", START);
  card.accident = (struct accident){
      .ins = INS_DEBIT_FOR_PURCHASE, .drop_before = _i == 0, .drop_after = _i == 1, .keep_away = true};
  ck_assert_int_eq(flow_pay(&card, "pos", AMOUNT, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_uint_eq(flow_recover("pos", NULL), 1); /* held: it waits */
  ck_assert_int_eq(flow_pay(&card, "pos2", 2 * AMOUNT, &outcome), STATUS_OK);
  flow_terminal_unplug("pos", true);
  ck_assert_uint_eq(flow_recover("pos", NULL), 1); /* nobody to ask */
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  settled(left - 2 * AMOUNT);
  /* that it was paid is said when the card is here again, and it is not paid twice */
  ck_assert_int_eq(flow_pay(&card, "pos", AMOUNT, &outcome), STATUS_OK);
  ck_assert_int_eq(outcome.finished_before, _i == 1);
  settled(START - 3 * AMOUNT);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

START_TEST(wrong_card_is_put_back) {
  struct outcome outcome;
  flow_card_issue(&card, "right", START);
  flow_card_issue(&stranger, "wrong", 1000);
  card.accident =
      (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .hook = swap_cards, .hook_after = true};
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(flow_card_balance(&card), START - 500);
  ck_assert_int_eq(flow_card_balance(&stranger), 1000);
  swap_cards(NULL);
  flow_card_return(&card);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  settled(START - 500);
  flow_card_settled(&stranger, 1000);
  flow_card_remove(&stranger);
  flow_card_remove(&card);
}
END_TEST

static void die(void *context) {
  (void)context;
  _exit(9);
}

static enum status die_unseen(void *context, const struct outcome *outcome) {
  (void)outcome;
  die(context);
  return STATUS_INTERNAL;
}

/* The terminal's process ends there, as by kill -9. */
static void killed_at(uint8_t ins, bool after) {
  struct outcome outcome;
  int result = 0;
  flow_card_release(&card);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    flow_card_take(&card);
    card.accident = (struct accident){.ins = ins, .hook = die, .hook_after = after};
    (void)!flow_pay(&card, "pos", 500, &outcome);
    _exit(0);
  }
  ck_assert_int_eq(waitpid(child, &result, 0), child);
  ck_assert_int_eq(WEXITSTATUS(result), 9);
  flow_card_take(&card);
}

START_TEST(killed_terminal_finishes_what_it_began) {
  static const struct {
    uint8_t ins;
    bool after, authorised, committed;
  } rows[] = {{INS_INITIALIZE, false, false, false},
              {INS_INITIALIZE, true, false, false},
              {INS_DEBIT_FOR_PURCHASE, false, true, false},
              {INS_DEBIT_FOR_PURCHASE, true, true, true}};
  struct outcome outcome;
  flow_card_issue(&card, "killed", START);
  killed_at(rows[_i].ins, rows[_i].after);
  ck_assert_uint_eq(flow_open_entries("pos"), 1);
  ck_assert_uint_eq(flow_recover("pos", NULL), rows[_i].authorised);
  ck_assert_int_eq(flow_card_balance(&card), rows[_i].committed ? START - 500 : START);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert_int_eq(outcome.finished_before, rows[_i].authorised);
  settled(START - 500);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Killed when the card has committed and nobody has been told: the journal knows, and the same again is that one,
 * whether or not the server can be asked. */
START_TEST(killed_terminal_tells_what_it_finished) {
  struct outcome outcome;
  flow_card_issue(&card, "unreported", START);
  killed_at(INS_DEBIT_FOR_PURCHASE, true);
  struct flow_card *here = &card;
  int result = 0;
  flow_card_release(here);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) { /* finishes it, is killed before it is shown */
    flow_card_take(here);
    struct terminal *pos = flow_terminal("pos");
    struct dialogue dialogue = {.context = NULL, .show = die_unseen};
    const struct payment payment = {.amount = {500, 978}};
    (void)!purchase_run(pos, &here->reader, &payment, &dialogue, &outcome);
    _exit(0);
  }
  ck_assert_int_eq(waitpid(child, &result, 0), child);
  ck_assert_int_eq(WEXITSTATUS(result), 9);
  flow_card_take(here);
  ck_assert_uint_eq(flow_open_entries("pos"), 0); /* confirmed, and nobody knows */
  flow_terminal_unplug("pos", _i == 1);
  ck_assert_int_eq(flow_pay(here, "pos", 500, &outcome), STATUS_OK);
  flow_terminal_unplug("pos", false);
  ck_assert(outcome.finished_before);
  ck_assert(outcome.confirmed);
  ck_assert_uint_eq(here->asked, 0);
  settled(START - 500);
  ck_assert_int_eq(flow_pay(here, "pos", 500, &outcome), STATUS_OK); /* wanted anew */
  ck_assert(!outcome.finished_before);
  settled(START - 1000);
  flow_ledger_clean();
  flow_card_remove(here);
}
END_TEST

/* A display that is broken until it is mended. */
static enum status show_nothing(void *context, const struct outcome *outcome) {
  (void)context;
  (void)outcome;
  return STATUS_STORE_FAILED;
}

/* What could not be shown is not taken for told, however often that fails. */
START_TEST(payment_that_was_not_shown_is_shown_again) {
  struct outcome outcome;
  flow_card_issue(&card, "unseen", START);
  card.dialogue.show = show_nothing;
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_UNREPORTED);
    ck_assert_int_eq(outcome.finished_before, i > 0);
    settled(START - 500);
  }
  card.dialogue.show = NULL;
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.balance_after, START - 500);
  settled(START - 500);
  ck_assert_int_eq(flow_pay(&card, "pos", 500, &outcome), STATUS_OK); /* wanted anew */
  ck_assert(!outcome.finished_before);
  settled(START - 1000);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* ---- done by its own card, while another one is there ---- */

static struct flow_card first;

/* While the PIN is asked for, the first card is seen elsewhere, which says that its payment was made. */
static enum status first_is_seen(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct outcome outcome;
  (void)context, (void)tries_left;
  ck_assert_int_eq(flow_pay(&first, "pos", 1, &outcome), STATUS_OK);
  snprintf(digits, PIN_MAX + 1, "%s", HOLDER_PIN);
  return STATUS_OK;
}

static enum status pay_named(struct flow_card *payer, const char *terminal, struct outcome *outcome) {
  const struct payment named = {.amount = {700, 978}, .ask_pin = true, .reference = "met-1"};
  struct terminal *pos = flow_terminal(terminal);
  payer->asked = 0;
  enum status status = purchase_run(pos, &payer->reader, &named, &payer->dialogue, outcome);
  terminal_close(&pos);
  return status;
}

/* At a till that has no entry of it, so that the card is not asked for its number: its promise has it. */
START_TEST(what_another_card_did_is_not_the_one_s_that_was_met) {
  struct flow_card second;
  struct outcome outcome;
  flow_card_issue(&first, "met-first", 1000);
  flow_card_issue(&second, "met-second", 1000);
  first.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_ne(pay_named(&first, "pos", &outcome), STATUS_OK);
  flow_card_return(&first);
  second.dialogue.ask_pin = first_is_seen;
  ck_assert_int_eq(pay_named(&second, "pos2", &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_mem_eq(outcome.cid, first.cid, CID_SIZE);
  ck_assert_mem_eq(outcome.met, second.cid, CID_SIZE);
  flow_card_settled(&second, 1000);
  flow_card_settled(&first, 1000 - 700 - 1);
  flow_card_remove(&second);
  flow_card_remove(&first);
}
END_TEST

void flow_tear_tests(TCase *tests) {
  tcase_add_loop_test(tests, power_fails_in_debit_and_card_is_taken, 0, flow_ways());
  tcase_add_loop_test(tests, power_fails_in_debit_and_card_stays, 0, flow_ways());
  tcase_add_loop_test(tests, power_fails_in_initialize, 0, flow_ways());
  tcase_add_loop_test(tests, silent_card_is_finished_at_its_next_visit, 0, 2);
  tcase_add_test(tests, another_program_comes_in_between);
  tcase_add_loop_test(tests, other_amount_comes_after_the_torn_one, 0, 2);
  tcase_add_loop_test(tests, other_card_is_served_meanwhile, 0, 2);
  tcase_add_loop_test(tests, another_shop_settles, 0, 2);
  tcase_add_loop_test(tests, another_shop_settles_and_the_server_is_away, 0, 2);
  tcase_add_loop_test(tests, recover_asks_how_it_ended, 0, 2);
  tcase_add_test(tests, wrong_card_is_put_back);
  tcase_add_loop_test(tests, killed_terminal_finishes_what_it_began, 0, 4);
  tcase_add_loop_test(tests, killed_terminal_tells_what_it_finished, 0, 2);
  tcase_add_test(tests, payment_that_was_not_shown_is_shown_again);
  tcase_add_test(tests, what_another_card_did_is_not_the_one_s_that_was_met);
}
