/* SPDX-License-Identifier: Apache-2.0
 * Changes of PIN at every kind of terminal, torn at every write of the card; and who may read a card. After each tear
 * one PIN, and only one, is taken by card and server alike. */
#include <string.h>

#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define NEW_PIN "135790"
#define WRITES  24 /* more than any command of either card makes */

static struct flow_card card;

static enum status change_pin(const char *terminal, const char *from, const char *to, struct outcome *outcome) {
  struct terminal *opened = flow_terminal(terminal);
  flow_card_type(&card, (const char *const[]){from, NULL});
  card.new_pin = to;
  enum status status = pin_change_run(opened, &card.reader, 0, &card.dialogue, outcome);
  terminal_close(&opened);
  return status;
}

static enum status pay_with(const char *pin, struct outcome *outcome) {
  flow_card_type(&card, (const char *const[]){pin, NULL});
  return flow_pay(&card, "pos", 1, outcome);
}

/* Only that PIN is good, at the card and at the server. */
static void assert_pin(const char *pin, const char *other) {
  struct outcome outcome;
  ck_assert_int_eq(pay_with(other, &outcome), STATUS_WRONG_PIN);
  enum status status = pay_with(pin, &outcome);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
}

START_TEST(changes_at_every_terminal) {
  static const char *const terminals[] = {"pos", "reload", "perso"};
  struct outcome outcome;
  flow_card_issue(&card, "changing", 1000);
  ck_assert_int_eq(change_pin(terminals[_i], HOLDER_PIN, NEW_PIN, &outcome), STATUS_OK);
  ck_assert_mem_eq(outcome.cid, card.cid, CID_SIZE);
  assert_pin(NEW_PIN, HOLDER_PIN);
  ck_assert_int_eq(change_pin(terminals[_i], NEW_PIN, "2222", &outcome), STATUS_OK);
  ck_assert_int_eq(change_pin(terminals[_i], "2222", "3333", &outcome), STATUS_OK); /* no payment in between */
  assert_pin("3333", "2222");
  flow_card_remove(&card);
}
END_TEST

START_TEST(wrong_old_pin_is_the_cards_to_count) {
  struct outcome outcome;
  unsigned before = flow_requests("/v1/pin-changes");
  flow_card_issue(&card, "guessing", 1000);
  ck_assert_int_eq(change_pin("pos", "1111", NEW_PIN, &outcome), STATUS_WRONG_PIN);
  ck_assert_uint_eq(outcome.tries_left, PIN_TRIES - 1);
  ck_assert_int_eq(change_pin("pos", HOLDER_PIN, NULL, &outcome), STATUS_CANCELLED);
  ck_assert_int_eq(change_pin("pos", HOLDER_PIN, "12", &outcome), STATUS_BAD_FORMAT);
  ck_assert_uint_eq(flow_requests("/v1/pin-changes"), before); /* the server was not asked */
  assert_pin(HOLDER_PIN, NEW_PIN);
  flow_card_remove(&card);
}
END_TEST

START_TEST(without_the_server_nothing_changes) {
  struct outcome outcome;
  flow_card_issue(&card, "alone", 1000);
  flow_terminal_unplug("pos", true);
  ck_assert_int_eq(change_pin("pos", HOLDER_PIN, NEW_PIN, &outcome), STATUS_NO_SERVER);
  flow_terminal_unplug("pos", false);
  assert_pin(HOLDER_PIN, NEW_PIN);
  flow_card_remove(&card);
}
END_TEST

/* Power fails at the n-th write of CHANGE and the card is taken away; true where it came to that. */
static bool torn_change(uint32_t nth, bool after) {
  struct outcome outcome;
  card.accident =
      (struct accident){.ins = INS_CHANGE_REFERENCE_DATA, .fail_nth = nth, .fail_after = after, .keep_away = true};
  enum status status = change_pin("pos", HOLDER_PIN, NEW_PIN, &outcome);
  bool torn = card.away;
  flow_card_return(&card);
  ck_assert_msg(status == (torn ? STATUS_OUTCOME_UNKNOWN : STATUS_OK), "write %u: %s", nth, status_name(status));
  return torn;
}

/* The new one is tried first, as the terminal said. Whichever the card takes, the server takes. */
static bool new_pin_holds(void) {
  struct outcome outcome;
  enum status status = pay_with(NEW_PIN, &outcome);
  bool changed = status == STATUS_OK;
  ck_assert(changed || status == STATUS_WRONG_PIN);
  if (changed)
    assert_pin(NEW_PIN, HOLDER_PIN);
  else
    assert_pin(HOLDER_PIN, NEW_PIN);
  return changed;
}

/* _i: before or after the write took effect. */
START_TEST(power_fails_and_card_is_taken) {
  uint32_t nth = 1;
  unsigned kept = 0;
  bool torn = true;
  for (; torn && nth < WRITES; nth++) {
    flow_card_issue(&card, "torn", 1000);
    torn = torn_change(nth, _i == 1);
    kept += !new_pin_holds();
    flow_card_remove(&card);
  }
  ck_assert_uint_gt(nth, 3); /* there were writes to fail at */
  ck_assert_uint_lt(nth, WRITES);
  ck_assert_uint_gt(kept, 1);
  ck_assert_uint_lt(kept, nth - 1);
}
END_TEST

/* The card stays: the terminal finds out, and finishes. */
START_TEST(power_fails_and_card_stays) {
  struct outcome outcome;
  flow_card_issue(&card, "flicker", 1000);
  for (uint32_t nth = 1; nth < WRITES; nth++) {
    const char *from = nth % 2 ? HOLDER_PIN : NEW_PIN, *to = nth % 2 ? NEW_PIN : HOLDER_PIN;
    card.accident = (struct accident){.ins = INS_CHANGE_REFERENCE_DATA, .fail_nth = nth, .fail_after = _i == 1};
    ck_assert_int_eq(change_pin("pos", from, to, &outcome), STATUS_OK);
    flow_card_return(&card);
    assert_pin(to, from);
  }
  flow_card_remove(&card);
}
END_TEST

/* _i: the command is lost, or its answer. */
START_TEST(wire_is_cut_and_card_stays) {
  struct outcome outcome;
  flow_card_issue(&card, "cut", 1000);
  card.accident = (struct accident){.ins = INS_CHANGE_REFERENCE_DATA, .drop_before = _i == 0, .drop_after = _i == 1};
  ck_assert_int_eq(change_pin("pos", HOLDER_PIN, NEW_PIN, &outcome), STATUS_OK);
  flow_card_return(&card);
  assert_pin(NEW_PIN, HOLDER_PIN);
  flow_card_remove(&card);
}
END_TEST

/* The server said yes, the card never heard of it: begun again, from the old PIN. */
START_TEST(torn_change_is_begun_again) {
  struct outcome outcome;
  flow_card_issue(&card, "again", 1000);
  card.accident = (struct accident){.ins = INS_CHANGE_REFERENCE_DATA, .drop_before = true, .keep_away = true};
  ck_assert_int_eq(change_pin("pos", HOLDER_PIN, "2222", &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_int_eq(change_pin("reload", HOLDER_PIN, NEW_PIN, &outcome), STATUS_OK);
  assert_pin(NEW_PIN, "2222");
  flow_card_remove(&card);
}
END_TEST

/* ---- who may read ---- */

static enum status read_balance(const char *terminal, struct balance *balance) {
  struct card_info info;
  struct terminal *opened = flow_terminal(terminal);
  flow_card_type(&card, (const char *const[]){HOLDER_PIN, NULL});
  enum status status = card_read_balance(opened, &card.reader, &card.dialogue, balance, &info);
  terminal_close(&opened);
  return status;
}

static enum status read_log(const char *terminal) {
  struct log_record records[CARD_LOG_MAX];
  size_t count = 0;
  struct terminal *opened = flow_terminal(terminal);
  flow_card_type(&card, (const char *const[]){HOLDER_PIN, NULL});
  enum status status = card_read_log(opened, &card.reader, &card.dialogue, records, &count);
  terminal_close(&opened);
  ck_assert_uint_eq(count, status == STATUS_OK ? 1 : 0);
  return status;
}

START_TEST(reading_needs_no_server) {
  static const char *const terminals[] = {"pos", "reload", "perso"};
  struct balance balance;
  flow_card_issue(&card, "offline", 1000);
  for (size_t i = 0; i < 3; i++) {
    flow_terminal_unplug(terminals[i], true);
    ck_assert_int_eq(read_balance(terminals[i], &balance), STATUS_OK);
    ck_assert_uint_eq(balance.balance, 1000);
    ck_assert_int_eq(read_log(terminals[i]), STATUS_OK);
    flow_terminal_unplug(terminals[i], false);
  }
  flow_card_remove(&card);
}
END_TEST

/* 4.1.4: any verb, any terminal; nobody is asked for a PIN, and afterwards the card is dead without any server. */
START_TEST(blocked_card_dies_whatever_is_asked) {
  static const char *const terminals[] = {"pos", "reload", "perso"};
  struct outcome outcome;
  struct balance balance;
  const char *terminal = terminals[_i % 3];
  flow_card_issue(&card, "stolen", 1000);
  flow_block(card.cid);
  if (_i < 3)
    ck_assert_int_eq(read_balance(terminal, &balance), STATUS_CARD_BLOCKED);
  else if (_i < 6)
    ck_assert_int_eq(read_log(terminal), STATUS_CARD_BLOCKED);
  else
    ck_assert_int_eq(change_pin(terminal, HOLDER_PIN, NEW_PIN, &outcome), STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(card.asked, 0);
  ck_assert_uint_eq(vcard_memory(card.vcard)->state, CARD_BLOCKED);
  flow_terminal_unplug(terminal, true);
  ck_assert_int_eq(read_balance(terminal, &balance), STATUS_CARD_BLOCKED); /* R17 */
  flow_terminal_unplug(terminal, false);
  flow_card_remove(&card);
}
END_TEST

void flow_pin_tests(TCase *tests) {
  tcase_add_loop_test(tests, changes_at_every_terminal, 0, 3);
  tcase_add_test(tests, wrong_old_pin_is_the_cards_to_count);
  tcase_add_test(tests, without_the_server_nothing_changes);
  tcase_add_loop_test(tests, power_fails_and_card_is_taken, 0, flow_ways());
  tcase_add_loop_test(tests, power_fails_and_card_stays, 0, flow_ways());
  tcase_add_loop_test(tests, wire_is_cut_and_card_stays, 0, 2);
  tcase_add_test(tests, torn_change_is_begun_again);
  tcase_add_test(tests, reading_needs_no_server);
  tcase_add_loop_test(tests, blocked_card_dies_whatever_is_asked, 0, 9);
}
