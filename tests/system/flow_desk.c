/* SPDX-License-Identifier: Apache-2.0
 * The issuer's desk: a card out of a raw one, also where the card is torn out at any write of it. */
#include <string.h>

#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define WRITES 120 /* more than personalization makes */

static struct flow_card card, other;

static enum status issue_at(struct flow_card *which, const char *pin, struct issue *issue, struct outcome *outcome) {
  struct terminal *desk = flow_terminal("perso");
  *issue = (struct issue){.pin = ""};
  strcpy(issue->pin, pin);
  enum status status = personalize_run(desk, &which->reader, issue, &which->dialogue, outcome);
  terminal_close(&desk);
  return status;
}

static enum status issue_card(const char *pin, struct issue *issue, struct outcome *outcome) {
  return issue_at(&card, pin, issue, outcome);
}

/* A raw card, pulled when it is locked and before the server hears of it; its number. */
static void lock_card(struct flow_card *which, const char *name, const char *pin) {
  struct outcome outcome;
  struct issue issue;
  flow_card_new(which, name);
  which->accident = (struct accident){.ins = INS_GET_BALANCE, .drop_before = true};
  ck_assert_int_eq(issue_at(which, pin, &issue, &outcome), STATUS_CARD_LOST);
  ck_assert_str_eq(flow_facts(outcome.cid).state, "RESERVED");
  memcpy(which->cid, outcome.cid, CID_SIZE);
  flow_card_return(which);
}

START_TEST(server_draws_a_pin) {
  struct outcome outcome;
  struct issue issue;
  struct bank bank;
  bank_make(&bank);
  flow_card_new(&card, "drawn");
  ck_assert_int_eq(issue_card("", &issue, &outcome), STATUS_OK);
  ck_assert_uint_ge(strlen(issue.pin), PIN_MIN);
  ck_assert_str_eq(flow_facts(outcome.cid).state, "ISSUED");
  flow_card_type(&card, (const char *const[]){issue.pin, NULL});
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert_int_eq(issue_card("", &issue, &outcome), STATUS_CARD_ALREADY_ISSUED);
  flow_card_remove(&card);
}
END_TEST

START_TEST(raw_card_is_nothing_elsewhere) {
  struct outcome outcome;
  struct issue issue = {.pin = HOLDER_PIN};
  flow_card_new(&card, "raw");
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_CARD_NOT_PERSONALISED);
  struct terminal *pos = flow_terminal("pos");
  ck_assert_int_eq(personalize_run(pos, &card.reader, &issue, &card.dialogue, &outcome), STATUS_NOT_PERMITTED);
  terminal_close(&pos);
  ck_assert_int_eq(issue_card("12", &issue, &outcome), STATUS_BAD_FORMAT);
  flow_card_remove(&card);
}
END_TEST

/* Power fails at the n-th write; the desk takes the same card again. Answers whether power failed. */
static bool torn_issue(uint32_t nth, bool after) {
  static const uint8_t nobody[CID_SIZE] = {0};
  struct outcome outcome, again;
  struct issue issue;
  flow_card_new(&card, "torn");
  vcard_fail_at(card.vcard, nth, after);
  enum status status = issue_card(HOLDER_PIN, &issue, &outcome);
  vcard_fail_at(card.vcard, 0, false);
  bool torn = status != STATUS_OK;
  if (torn) {
    status = issue_card(HOLDER_PIN, &issue, &again);
    ck_assert_msg(status == STATUS_OK, "write %u, again: %s", nth, status_name(status));
    if (memcmp(outcome.cid, nobody, CID_SIZE) != 0)
      ck_assert_mem_eq(again.cid, outcome.cid, CID_SIZE); /* no number is lost */
    outcome = again;
  }
  memcpy(card.cid, outcome.cid, CID_SIZE);
  ck_assert_str_eq(flow_facts(card.cid).state, "ISSUED");
  flow_card_settled(&card, 0);
  return torn;
}

START_TEST(torn_card_is_finished) {
  struct outcome outcome;
  uint32_t nth = 1;
  bool torn = true;
  for (; torn && nth < WRITES; nth++) {
    torn = torn_issue(nth, _i == 1);
    /* An empty purse, but the PIN counts: it is not the PIN that refuses. */
    ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_INSUFFICIENT_BALANCE);
    flow_card_remove(&card);
  }
  ck_assert_uint_gt(nth, 8);
  ck_assert_uint_lt(nth, WRITES);
}
END_TEST

START_TEST(reservation_is_given_back) {
  struct outcome outcome;
  struct issue issue;
  uint8_t cid[CID_SIZE];
  flow_card_new(&card, "broken");
  card.accident = (struct accident){.ins = INS_GENERATE_KEY_PAIR, .drop_before = true};
  ck_assert_int_eq(issue_card(HOLDER_PIN, &issue, &outcome), STATUS_CARD_LOST);
  flow_card_return(&card);
  struct terminal *desk = flow_terminal("perso");
  ck_assert_int_eq(personalize_void(desk, &card.reader, cid), STATUS_OK);
  ck_assert_mem_eq(cid, outcome.cid, CID_SIZE);
  terminal_close(&desk);
  ck_assert_int_eq(issue_card(HOLDER_PIN, &issue, &outcome), STATUS_OK); /* the chip is good after all */
  desk = flow_terminal("perso");
  ck_assert_int_eq(personalize_void(desk, &card.reader, cid), STATUS_CARD_ALREADY_ISSUED);
  terminal_close(&desk);
  flow_card_remove(&card);
}
END_TEST

/* A hand takes the one card out of the reader and puts the other one in. */
static void exchange(void *context) {
  struct vcard *vcard = card.vcard;
  struct reader *inner = card.inner;
  (void)context;
  card.vcard = other.vcard;
  card.inner = other.inner;
  other.vcard = vcard;
  other.inner = inner;
}

/* _i: the other one is issued, or locked only. */
START_TEST(another_card_is_not_taken_for_it) {
  const char *state = _i == 0 ? "ISSUED" : "RESERVED";
  struct outcome outcome, again;
  struct issue issue;
  if (_i == 0)
    flow_card_issue(&other, "other", 0);
  else
    lock_card(&other, "other", "1111");
  flow_card_new(&card, "exchanged");
  card.accident = (struct accident){.ins = INS_STORE_DATA, .drop_before = true, .hook = exchange};
  ck_assert_int_eq(issue_card(HOLDER_PIN, &issue, &outcome), STATUS_CARD_LOST);
  ck_assert_mem_ne(outcome.cid, other.cid, CID_SIZE);
  ck_assert_str_eq(flow_facts(other.cid).state, state);
  exchange(NULL);
  flow_card_return(&card);
  ck_assert_int_eq(issue_card(HOLDER_PIN, &issue, &again), STATUS_OK);
  ck_assert_mem_eq(again.cid, outcome.cid, CID_SIZE);
  ck_assert_str_eq(flow_facts(other.cid).state, state);
  flow_card_remove(&card);
  flow_card_remove(&other);
}
END_TEST

START_TEST(card_has_the_pin_of_the_run_that_locked_it) {
  struct outcome outcome;
  struct issue issue;
  lock_card(&card, "chosen", HOLDER_PIN);
  ck_assert_int_eq(issue_card("1357", &issue, &outcome), STATUS_WRONG_PIN);
  ck_assert_uint_eq(outcome.tries_left, PIN_TRIES - 1);
  ck_assert_str_eq(flow_facts(card.cid).state, "RESERVED");
  ck_assert_int_eq(issue_card(HOLDER_PIN, &issue, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_str_eq(flow_facts(card.cid).state, "ISSUED");
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_INSUFFICIENT_BALANCE);
  flow_card_remove(&card);
}
END_TEST

void flow_desk_tests(TCase *tests) {
  tcase_add_test(tests, server_draws_a_pin);
  tcase_add_test(tests, raw_card_is_nothing_elsewhere);
  tcase_add_loop_test(tests, torn_card_is_finished, 0, flow_ways());
  tcase_add_test(tests, reservation_is_given_back);
  tcase_add_loop_test(tests, another_card_is_not_taken_for_it, 0, 2);
  tcase_add_test(tests, card_has_the_pin_of_the_run_that_locked_it);
}
