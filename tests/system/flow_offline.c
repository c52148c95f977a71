/* SPDX-License-Identifier: Apache-2.0
 * Torn off-line payments: whatever breaks, the same again with the same card pays once, and what was paid reaches the
 * books by this till or by another one. */
#include <stdio.h>
#include <string.h>

#include "epurse/terminal_card_renewal.h"
#include "epurse/terminal_refund.h"
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define START  20000
#define PRICE  100
#define WRITES 40 /* more than any command makes */

static struct flow_card card;
static int64_t left; /* on the card, as it should be */

static enum status pay(const char *name, enum offline_use use, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .offline = use};
  struct terminal *terminal = flow_terminal(name);
  card.asked = 0;
  enum status status = purchase_run(terminal, &card.reader, &payment, &card.dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

/* On-line: the card's counters begin anew, and the till has its list. */
static void pay_online(const char *name) {
  struct outcome outcome;
  ck_assert_int_eq(pay(name, OFFLINE_USE_AUTO, PRICE + 1, &outcome), STATUS_OK);
  ck_assert(!outcome.offline && !outcome.finished_before);
  left -= PRICE + 1;
}

static void begin(const char *name) {
  flow_card_issue(&card, name, START);
  left = START;
  pay_online("pos");
  flow_terminal_unplug("pos", true);
}

/* The line is back: everything comes to its end, and card and books agree. */
static void end(void) {
  flow_terminal_unplug("pos", false);
  pay_online("pos");
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_card_settled(&card, left);
}

/* Power fails at the n-th write of INITIALIZE; true where there was one. */
static bool torn_initialize(uint32_t nth, bool after) {
  struct outcome outcome;
  card.accident = (struct accident){.ins = INS_INITIALIZE, .fail_nth = nth, .fail_after = after, .keep_away = true};
  enum status status = pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome);
  bool torn = card.away;
  flow_card_return(&card);
  ck_assert_int_eq(status, torn ? STATUS_OUTCOME_UNKNOWN : STATUS_OK);
  if (torn) {
    ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OK);
    ck_assert(outcome.offline && !outcome.confirmed);
  }
  left -= PRICE;
  ck_assert_int_eq(flow_card_balance(&card), left);
  return torn;
}

/* _i: before or after the write took effect. */
START_TEST(power_fails_in_an_offline_payment) {
  uint32_t nth = 1;
  begin(_i == 1 ? "offline-after" : "offline-before");
  for (bool torn = true; torn && nth < WRITES; nth++) {
    torn = torn_initialize(nth, _i == 1);
    end();
    flow_terminal_unplug("pos", true);
  }
  ck_assert_uint_gt(nth, 2); /* there were writes to fail at */
  ck_assert_uint_lt(nth, WRITES);
  end();
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The answer is lost, the card is there: it is read from it at once, and the holder hears of one payment. */
START_TEST(a_lost_answer_is_read_from_the_card) {
  struct outcome outcome;
  begin("offline-lost");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true};
  ck_assert_int_eq(pay("pos", OFFLINE_USE_AUTO, PRICE, &outcome),
                   STATUS_CARD_LOST); /* of the on-line one: nothing is taken */
  ck_assert_int_eq(flow_card_balance(&card), left);
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true};
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OK);
  ck_assert(outcome.offline && !outcome.finished_before);
  left -= PRICE;
  ck_assert_int_eq(flow_card_balance(&card), left);
  end();
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Torn here and not finished: another till reads the promise, because the server lacks it, and brings it in. */
START_TEST(another_till_brings_it_in) {
  struct outcome outcome;
  begin("offline-there");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  left -= PRICE;
  ck_assert_int_eq(flow_card_balance(&card), left);
  pay_online("pos2");
  flow_card_settled(&card, left); /* nothing is held: it was booked */
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), 1); /* this till waits for the card */
  end();
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

static char heard[256]; /* of what an earlier payment came to */

static void hear(void *context, const char *sentence) {
  (void)context;
  if (strstr(sentence, "interrupted before") != NULL)
    (void)snprintf(heard, sizeof heard, "%s", sentence);
}

/* Torn here behind its commit, and another amount is asked for: people hear that it is paid, and after that it is told:
 * the same amount later is a payment of its own. */
START_TEST(a_finished_one_is_told_on_the_way) {
  struct outcome outcome;
  begin("offline-told");
  card.dialogue.say = hear;
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  left -= PRICE;
  heard[0] = '\0';
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE + 50, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_str_eq(heard, "The payment that was interrupted before is finished: 1.00 EUR.");
  left -= PRICE + 50;
  heard[0] = '\0';
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_str_eq(heard, "");
  left -= PRICE;
  ck_assert_int_eq(flow_card_balance(&card), left);
  end();
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

#define CARDS 6 /* of five payments each: more than one message has room for */
#define EACH  5

/* What a till took while it had no line goes in more than one message, and all of it is booked, once. */
START_TEST(more_than_one_message_is_brought_in) {
  uint8_t cids[CARDS][CID_SIZE];
  struct outcome outcome;
  char name[32];
  flow_terminal_add("POS00007", "pos", "fair");
  begin("offline-fair");
  pay_online("fair");
  flow_card_remove(&card);
  flow_terminal_unplug("pos", false);
  flow_terminal_unplug("fair", true);
  for (unsigned i = 0; i < CARDS; i++) {
    (void)snprintf(name, sizeof name, "offline-fair-%u", i);
    flow_card_issue(&card, name, START);
    memcpy(cids[i], card.cid, CID_SIZE);
    for (int k = 0; k < EACH; k++)
      ck_assert_int_eq(pay("fair", OFFLINE_USE_ONLY, PRICE + k, &outcome), STATUS_OK);
    flow_card_remove(&card);
  }
  ck_assert_uint_eq(flow_open_entries("fair"), CARDS * EACH);
  flow_terminal_unplug("fair", false);
  const unsigned before = flow_requests("/v1/offline-payments");
  ck_assert_uint_eq(flow_recover("fair", NULL), 0);
  ck_assert_uint_ge(flow_requests("/v1/offline-payments"), before + 2);
  ck_assert_uint_eq(flow_recover("fair", NULL), 0);
  for (unsigned i = 0; i < CARDS; i++)
    ck_assert_int_eq(flow_facts(cids[i]).balance, START - EACH * PRICE - 10);
  flow_ledger_clean();
}
END_TEST

/* Another merchant's: the bakery is paid all the same. */
START_TEST(another_merchants_till_brings_it_in) {
  struct outcome outcome;
  ck_assert(installation_merchant_add("KIOSK", "Kiosk", 0));
  ck_assert(installation_terminal_add(&flow_world, "POS00009", "pos", "KIOSK", "kiosk"));
  begin("offline-kiosk");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  left -= PRICE;
  pay_online("kiosk");
  flow_card_settled(&card, left); /* nothing is held */
  end();
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The card is renewed before anybody has read what it paid: the desk reads it, and the shop has its money. */
START_TEST(the_desk_brings_it_in) {
  struct flow_card heir;
  struct outcome outcome;
  struct card_renewal renewal = {.killed = false};
  const struct card_renewal_meeting meeting = {.reader = &card.reader, .dialogue = &card.dialogue};
  flow_card_issue(&heir, "offline-heir", 0);
  flow_terminal_add("POS00008", "pos", "stall"); /* whose journal waits for that card for ever */
  flow_card_issue(&card, "offline-desk", START);
  left = START;
  pay_online("stall");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay("stall", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  const unsigned before = flow_requests("/v1/offline-payments");
  memcpy(renewal.new_cid, heir.cid, CID_SIZE);
  struct terminal *desk = flow_terminal("perso");
  card.asked = 0;
  ck_assert_int_eq(card_renewal_run(desk, &meeting, &renewal), STATUS_OK);
  terminal_close(&desk);
  ck_assert_uint_eq(flow_requests("/v1/offline-payments"), before + 1);
  ck_assert_int_eq(renewal.done.owed, left - PRICE);
  ck_assert_int_eq(renewal.done.kept, 0); /* nothing is held for it any more */
  ck_assert(renewal.killed);
  flow_ledger_clean();
  flow_card_remove(&heir);
  flow_card_remove(&card);
}
END_TEST

/* A payment with a name, which is this till's alone while it is off-line. */
static enum status pay_named(struct flow_card *with, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {
      .amount = {minor, 978}, .offline = OFFLINE_USE_AUTO, .reference = "NAMED1", .named_offline = true};
  struct terminal *terminal = flow_terminal("pos");
  with->asked = 0;
  enum status status = payment_recall(terminal, TRANSACTION_PURCHASE, &payment, &with->dialogue, outcome);
  if (status == STATUS_NOT_FOUND || status == STATUS_NO_SERVER || status == STATUS_REFERENCE_HELD)
    status = purchase_run(terminal, &with->reader, &payment, &with->dialogue, outcome);
  terminal_close(&terminal);
  return status;
}

START_TEST(a_name_is_paid_once) {
  struct flow_card other;
  struct outcome outcome;
  flow_card_issue(&other, "offline-other", START);
  begin("offline-named");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay_named(&card, PRICE, &outcome), STATUS_CARD_LOST); /* of the on-line one: nothing is taken */
  flow_card_return(&card);
  flow_terminal_unplug("pos", false);
  pay_online("pos");
  flow_terminal_unplug("pos", true);
  const struct payment torn = {
      .amount = {PRICE, 978}, .offline = OFFLINE_USE_ONLY, .reference = "NAMED1", .named_offline = true};
  struct terminal *terminal = flow_terminal("pos");
  card.asked = 0;
  card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(purchase_run(terminal, &card.reader, &torn, &card.dialogue, &outcome), STATUS_OUTCOME_UNKNOWN);
  terminal_close(&terminal);
  flow_card_return(&card);
  left -= PRICE;
  ck_assert_int_eq(pay_named(&other, PRICE, &outcome), STATUS_REFERENCE_HELD); /* the first card may have paid it */
  ck_assert_int_eq(flow_card_balance(&other), START);
  ck_assert_int_eq(pay_named(&card, PRICE + 1, &outcome), STATUS_REFERENCE_USED);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(pay_named(&card, PRICE, &outcome), STATUS_OK);
    ck_assert(outcome.offline && outcome.finished_before);
    ck_assert_str_eq(outcome.reference, "NAMED1");
    ck_assert_int_eq(flow_card_balance(&card), left);
  }
  ck_assert_int_eq(pay_named(&other, PRICE, &outcome), STATUS_OK); /* done before: no card is asked */
  ck_assert_int_eq(flow_card_balance(&other), START);
  end();
  flow_ledger_clean();
  flow_card_remove(&other);
}
END_TEST

/* ---- as much as the card has ---- */

static enum status pay_part(enum offline_use use, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .offline = use, .up_to = true};
  struct terminal *pos = flow_terminal("pos");
  card.asked = 0;
  enum status status = purchase_run(pos, &card.reader, &payment, &card.dialogue, outcome);
  terminal_close(&pos);
  return status;
}

static void part_is(const struct outcome *outcome, int64_t minor, int64_t wanted) {
  ck_assert_int_eq(outcome->amount.minor, minor);
  ck_assert_int_eq(outcome->wanted, wanted);
  ck_assert_int_eq(outcome->balance_after, 0);
  ck_assert_int_eq(flow_card_balance(&card), 0);
  ck_assert_uint_eq(card.asked, 1);
}

/* Torn at the debit of what the card had: the same wish again with the same card is that payment, and another wish is
 * not. */
START_TEST(a_torn_part_is_the_same_wish) {
  struct outcome outcome;
  struct bank bank;
  flow_card_issue(&card, "part", 800);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay_part(OFFLINE_USE_NEVER, 1250, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_int_eq(pay_part(OFFLINE_USE_NEVER, 1250, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.amount.minor, 800);
  ck_assert_int_eq(outcome.wanted, 1250);
  flow_card_settled(&card, 0);
  ck_assert_int_eq(pay_part(OFFLINE_USE_NEVER, 1250, &outcome), STATUS_CARD_EMPTY); /* told: this is a new one */
  bank_make(&bank);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 800, &outcome), STATUS_OK);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(pay_part(OFFLINE_USE_NEVER, 1250, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 300, &outcome), STATUS_OK);
  ck_assert_int_eq(pay_part(OFFLINE_USE_NEVER, 1251, &outcome), STATUS_OK); /* after that one was finished */
  ck_assert(!outcome.finished_before);
  part_is(&outcome, 300, 1251);
  flow_card_settled(&card, 0);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

static enum status show_fails(void *context, const struct outcome *outcome) {
  (void)context;
  (void)outcome;
  return STATUS_STORE_FAILED;
}

/* Off-line: the PIN once, the card's balance under it, one payment of that; told again as the same until somebody has
 * seen it. */
START_TEST(a_part_is_paid_offline) {
  struct outcome outcome;
  begin("offline-part");
  left = START;
  ck_assert_int_eq(pay("pos", OFFLINE_USE_NEVER, PRICE, &outcome), STATUS_NO_SERVER);
  flow_terminal_unplug("pos", false);
  const int64_t kept = 700;
  for (int64_t there = flow_card_balance(&card); there > kept; there = flow_card_balance(&card))
    ck_assert_int_eq(flow_pay(&card, "pos", there - kept < 15000 ? there - kept : 15000, &outcome), STATUS_OK);
  flow_terminal_unplug("pos", true);
  card.dialogue.show = show_fails;
  ck_assert_int_eq(pay_part(_i == 0 ? OFFLINE_USE_ONLY : OFFLINE_USE_AUTO, 1250, &outcome), STATUS_UNREPORTED);
  part_is(&outcome, kept, 1250);
  card.dialogue.show = NULL;
  ck_assert_int_eq(pay_part(OFFLINE_USE_ONLY, 1250, &outcome), STATUS_OK);
  ck_assert(outcome.offline && outcome.finished_before);
  ck_assert_int_eq(outcome.amount.minor, kept);
  ck_assert_int_eq(outcome.wanted, 1250);
  ck_assert_int_eq(pay_part(OFFLINE_USE_ONLY, 1250, &outcome), STATUS_CARD_EMPTY);
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* A sale that its own till has not brought in, as another till of the shop knows it: by the receipt of the customer. */
static struct sale sell_offline(void) {
  struct receipt_copy receipt;
  struct outcome outcome;
  struct sale sale;
  ck_assert_int_eq(pay("pos", OFFLINE_USE_ONLY, PRICE, &outcome), STATUS_OK);
  left -= PRICE;
  struct terminal *terminal = flow_terminal("pos");
  ck_assert_int_eq(receipt_again(terminal, 0, &outcome, &receipt), STATUS_OK);
  terminal_close(&terminal);
  terminal = flow_terminal("pos2");
  ck_assert_int_eq(sale_by_receipt(terminal, receipt.data, receipt.len, &sale), STATUS_OK);
  ck_assert(!sale_is_of_today(&sale)); /* that one's to void */
  terminal_close(&terminal);
  return sale;
}

/* With its card and without. */
START_TEST(another_till_gives_back_what_was_not_brought_in) {
  const struct payment payment = {.amount = {PRICE, 978}};
  struct outcome outcome;
  begin("offline-back");
  const struct sale sale = sell_offline();
  struct terminal *terminal = flow_terminal("pos2");
  ck_assert_int_eq(refund_run(terminal, &card.reader, &payment, &sale, &card.dialogue, &outcome), STATUS_OK);
  left += PRICE;
  ck_assert_int_eq(refund_run(terminal, &card.reader, &payment, &sale, &card.dialogue, &outcome),
                   STATUS_REFUND_EXCEEDS);
  end();
  flow_terminal_unplug("pos", true);
  const struct sale another = sell_offline();
  ck_assert_int_eq(refund_owe(terminal, &payment, &another, NULL, &outcome), STATUS_OK);
  terminal_close(&terminal);
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  const struct card_facts facts = flow_facts(card.cid);
  ck_assert_int_eq(facts.balance, left);
  ck_assert_int_eq(facts.owed, PRICE);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The till that has it finds it by its name without asking anybody. */
START_TEST(a_named_sale_is_found_before_it_is_brought_in) {
  const struct payment payment = {
      .amount = {PRICE, 978}, .offline = OFFLINE_USE_ONLY, .reference = "NAMED2", .named_offline = true};
  struct outcome outcome;
  struct sale sale;
  begin("offline-found");
  struct terminal *terminal = flow_terminal("pos");
  card.asked = 0;
  ck_assert_int_eq(purchase_run(terminal, &card.reader, &payment, &card.dialogue, &outcome), STATUS_OK);
  left -= PRICE;
  ck_assert_int_eq(sale_by_reference(terminal, "NAMED2", &sale), STATUS_OK);
  terminal_close(&terminal);
  ck_assert_uint_eq(sale.atc, outcome.atc);
  ck_assert_int_eq(sale.number, outcome.number);
  end();
  flow_card_remove(&card);
}
END_TEST

void flow_offline_tests(TCase *tests) {
  tcase_add_test(tests, a_name_is_paid_once);
  tcase_add_loop_test(tests, power_fails_in_an_offline_payment, 0, flow_ways());
  tcase_add_test(tests, a_lost_answer_is_read_from_the_card);
  tcase_add_test(tests, another_till_brings_it_in);
  tcase_add_test(tests, a_finished_one_is_told_on_the_way);
  tcase_add_test(tests, more_than_one_message_is_brought_in);
  tcase_add_test(tests, another_merchants_till_brings_it_in);
  tcase_add_test(tests, another_till_gives_back_what_was_not_brought_in);
  tcase_add_test(tests, a_named_sale_is_found_before_it_is_brought_in);
  tcase_add_test(tests, the_desk_brings_it_in);
  tcase_add_test(tests, a_torn_part_is_the_same_wish);
  tcase_add_loop_test(tests, a_part_is_paid_offline, 0, 2);
}
