/* SPDX-License-Identifier: Apache-2.0
 * What a reference stands for at the till, whatever a later request of it is refused for. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "day.h"
#include "epurse/terminal_payout.h"
#include "epurse/terminal_refund.h"
#include "epurse/terminal_turn.h"
#include "epurse/till_journal.h"
#include "system/flow_world.h"

START_TEST(a_reference_is_done_once) {
  day_begin("till-once");
  const struct till_request request = day_sale("B1", 100), other = day_sale("B1", 101);
  struct till_result result = day_sell(&request);
  ck_assert_int_eq(result.status, STATUS_OK);
  for (int life = 0; life < 2; life++) { /* the second one has only the journal */
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    result = day_finish("B1");
    ck_assert(result.status == STATUS_OK && result.outcome.finished_before);
    ck_assert_int_eq(till_start(till, &other), STATUS_OK);
    ck_assert_int_eq(day_finish("B1").status, STATUS_REFERENCE_USED);
    ck_assert_int_eq(till_status(till, "B1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == 100);
    till_close(&till);
    day_open("pos");
    ck_assert_int_eq(till_status(till, "B1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.kind == TILL_SALE && result.outcome.amount.minor == 100);
  }
  ck_assert_int_eq(till_status(till, "B2", &result), STATUS_NOT_FOUND);
  flow_card_settled(&card, DAY_MONEY - 100);
  day_end();
}
END_TEST

/* A card that has less pays what it has: what is left to pay is told for as long as this life knows it. */
START_TEST(what_is_left_is_told_again) {
  struct till_request request = day_sale("S1", DAY_MONEY + 100), other = day_sale("S1", 100);
  struct till_result result;
  day_begin("till-left");
  request.up_to = true;
  ck_assert_int_eq(day_sell(&request).status, STATUS_OK);
  for (int round = 0; round < 2; round++) {
    ck_assert_int_eq(till_status(till, "S1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == DAY_MONEY &&
              result.outcome.wanted == DAY_MONEY + 100);
    ck_assert_int_eq(till_start(till, &other), STATUS_OK);
    ck_assert_int_eq(day_finish("S1").status, STATUS_REFERENCE_USED);
  }
  day_confirms("S1");
  day_end();
}
END_TEST

/* Another program of this terminal has the turn. */
static int turn_of_another(void) {
  char folder[512];
  int turn = -1;
  snprintf(folder, sizeof folder, "%s/pos", flow_world.folder);
  ck_assert_int_eq(turn_take(folder, true, &turn), STATUS_OK);
  return turn;
}

/* What it is refused for before a card says nothing of what was done before it. */
START_TEST(what_is_done_is_not_declined) {
  struct till_request request = day_sale("R1", 100), other = day_sale("R1", 101), back = day_sale("R2", 60);
  struct till_result result;
  day_begin("till-done");
  ck_assert_int_eq(day_sell(&request).status, STATUS_OK);
  back.kind = TILL_REFUND;
  back.without_card = true;
  snprintf(back.sale, sizeof back.sale, "R1");
  ck_assert_int_eq(till_start(till, &back), STATUS_OK);
  result = day_finish("R2");
  ck_assert_msg(result.status == STATUS_OK && result.owed, "%s", status_name(result.status));
  int turn = turn_of_another();
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = day_finish("R1");
  ck_assert(result.status == STATUS_REFERENCE_DONE && till_is_done(&result) && result.outcome.amount.minor == 100);
  ck_assert_int_eq(till_start(till, &other), STATUS_OK);
  ck_assert_int_eq(day_finish("R1").status, STATUS_REFERENCE_USED);
  ck_assert_int_eq(till_start(till, &back), STATUS_OK);
  result = day_finish("R2");
  ck_assert(result.status == STATUS_REFERENCE_DONE && result.owed && result.outcome.amount.minor == 60);
  request = day_sale("R3", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = day_finish("R3");
  ck_assert(result.status == STATUS_TILL_BUSY && !till_is_done(&result) && !result.held);
  turn_end(&turn);
  ck_assert_int_eq(till_status(till, "R1", &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == 100);
  ck_assert_int_eq(till_status(till, "R2", &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && result.owed && result.outcome.amount.minor == 60);
  ck_assert_int_eq(till_status(till, "R3", &result), STATUS_OK);
  ck_assert_int_eq(result.status, STATUS_TILL_BUSY); /* it says why */
  day_end();
}
END_TEST

static void owes(const struct till_request *request, enum status told) {
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  struct till_result result = day_finish(request->reference);
  ck_assert_msg(result.status == told, "%s", status_name(result.status));
  ck_assert(told == STATUS_REFERENCE_USED ||
            (till_is_done(&result) && result.owed && result.outcome.amount.minor == 60));
}

/* What is owed under a name is told so without a line, and is not given to the card as well. */
START_TEST(what_is_owed_is_owed_once) {
  struct till_request back = day_sale("V2", 60), other = day_sale("V2", 50), another = day_sale("V2", 60);
  struct outcome outcome;
  flow_impatient();
  day_begin("till-owed");
  ck_assert_int_eq(day_elsewhere("V1", 200, &outcome), STATUS_OK);
  back.kind = other.kind = TILL_REFUND;
  back.without_card = other.without_card = true;
  snprintf(back.sale, sizeof back.sale, "V1");
  snprintf(other.sale, sizeof other.sale, "V1");
  owes(&back, STATUS_OK);
  flow_server_freeze();
  owes(&back, STATUS_REFERENCE_DONE); /* nobody can say what V1 was */
  flow_server_thaw();
  owes(&other, STATUS_REFERENCE_USED);
  back.without_card = other.without_card = false;
  owes(&back, STATUS_OK);
  owes(&other, STATUS_REFERENCE_USED);
  other.whole = true;
  owes(&other, STATUS_REFERENCE_USED);
  owes(&another, STATUS_REFERENCE_USED);
  ck_assert_int_eq(flow_card_balance(&card), DAY_MONEY - 200);
  ck_assert_int_eq(flow_facts(card.cid).owed, 60);
  day_end();
}
END_TEST

static void looks(const char *reference, enum status told, bool held) {
  struct till_result result;
  ck_assert_int_eq(till_look(till, reference, &result), STATUS_OK);
  ck_assert_msg(result.status == told, "%s: %s", reference, status_name(result.status));
  ck_assert(result.held == held);
}

/* What this life or the journal knows is told without asking the server, and what only the server knows is not made
 * up. */
START_TEST(what_is_known_here_is_asked_of_nobody) {
  struct till_result result;
  const struct till_request done = day_sale("W1", 100), refused = day_sale("W2", 100), torn = day_sale("W3", 100);
  day_begin("till-look");
  ck_assert_int_eq(day_sell(&done).status, STATUS_OK);
  card.away = true;
  ck_assert_int_eq(till_start(till, &refused), STATUS_OK);
  ck_assert_int_eq(day_finish("W2").status, STATUS_NO_CARD);
  flow_card_return(&card);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert(day_sell(&torn).held);
  const unsigned queries = flow_requests("/v1/reference-queries");
  looks("W1", STATUS_OK, false);
  looks("W2", STATUS_NO_CARD, false);
  looks("W3", STATUS_REFERENCE_HELD, true);
  ck_assert_int_eq(till_look(till, "W4", &result), STATUS_NOT_FOUND);
  till_close(&till);
  day_open("pos");
  looks("W1", STATUS_OK, false);
  ck_assert_int_eq(till_look(till, "W2", &result), STATUS_NOT_FOUND);
  looks("W3", STATUS_REFERENCE_HELD, true);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  flow_card_return(&card);
  ck_assert_int_eq(till_start(till, &torn), STATUS_OK);
  ck_assert_int_eq(day_finish("W3").status, STATUS_OK);
  looks("W3", STATUS_OK, false);
  day_confirms("W3");
  flow_card_settled(&card, DAY_MONEY - 200);
  day_end();
}
END_TEST

/* The card is lost in the middle of the debit: held, and the same again with the same card ends it. */
START_TEST(a_torn_sale_is_finished) {
  struct till_result result;
  day_begin("till-torn");
  const struct till_request request = day_sale("C1", 100);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  result = day_sell(&request);
  ck_assert(result.held);
  ck_assert_int_eq(result.status, STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(till_status(till, "C1", &result), STATUS_OK);
  ck_assert(result.held);
  flow_card_return(&card);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = day_finish("C1");
  ck_assert_int_eq(result.status, STATUS_OK);
  day_confirms("C1");
  flow_card_settled(&card, DAY_MONEY - 100);
  day_end();
}
END_TEST

/* Still begun, whatever the last try came to. */
static void stands(const char *reference, enum status told) {
  struct till_result result = day_finish(reference);
  ck_assert_msg(result.status == told, "%s: %s", reference, status_name(result.status));
  ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
  ck_assert_msg(result.held, "%s: %s", reference, status_name(result.status));
}

/* The same once more with whatever is in the reader, whose holder types that, where it is not NULL, and goes when it is
 * asked for again. */
static void try_again(const struct till_request *request, const char *pin, enum status told) {
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  if (pin != NULL) {
    after = day_await(request->reference, TILL_PIN_WANTED, after);
    ck_assert_int_eq(till_pin(till, NULL, pin), STATUS_OK);
  }
  if (pin != NULL && strcmp(pin, HOLDER_PIN) != 0) {
    day_await(request->reference, TILL_PIN_WANTED, after);
    ck_assert_int_eq(till_abort(till, NULL), STATUS_OK);
  }
  stands(request->reference, told);
}

/* What a card that is another one, or does not answer, comes to says nothing of the sale that is begun: here, or at
 * another till. */
START_TEST(a_torn_sale_outlasts_other_cards) {
  const bool here = _i == 0;
  const char *reference = here ? "O1" : "O2";
  struct outcome outcome;
  struct till_result result;
  struct flow_card other;
  flow_card_issue(&other, here ? "till-other" : "till-other2", 50);
  day_begin(here ? "till-lasts" : "till-lasts2");
  struct till_request request = day_sale(reference, 100), more = day_sale(reference, 200);
  ck_assert_int_eq(day_again(here ? "O3" : "O4", 100, true).status, STATUS_OK); /* the line is known */
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  if (here)
    ck_assert_int_eq(day_sell(&request).status, STATUS_OUTCOME_UNKNOWN);
  else
    ck_assert_int_eq(day_elsewhere(reference, 100, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  struct reader *own = card.inner;
  card.inner = other.inner;
  try_again(&request, "1357", STATUS_REFERENCE_HELD);     /* a wrong PIN */
  try_again(&request, HOLDER_PIN, STATUS_REFERENCE_HELD); /* too little on it */
  card.accident = (struct accident){.ins = INS_SELECT, .drop_before = true, .silent = true};
  try_again(&request, NULL, STATUS_REFERENCE_HELD);
  flow_card_return(&card);
  if (here) { /* refused for what it is, and the first one stands */
    ck_assert_int_eq(till_start(till, &more), STATUS_OK);
    stands(reference, STATUS_REFERENCE_USED);
    int turn = turn_of_another();
    try_again(&request, NULL, STATUS_REFERENCE_HELD);
    turn_end(&turn);
  }
  card.inner = own;
  result = day_again(reference, 100, !here);
  ck_assert_msg(result.status == STATUS_OK, "%s", status_name(result.status));
  ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && !result.held);
  day_confirms(reference);
  flow_card_settled(&card, DAY_MONEY - 200);
  flow_card_remove(&other);
  day_end();
}
END_TEST

/* The same of a payout that its card has paid and nobody has handed out. */
START_TEST(a_payout_outlasts_a_mute_card) {
  struct till_request request = day_sale("Q1", 100);
  day_begin("till-payout");
  till_close(&till);
  day_open("reload");
  request.kind = TILL_PAYOUT;
  request.ask_pin = false;
  for (int round = 0; round < 2; round++) {
    uint64_t after = till_newest(till);
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    if (round == 0) {
      day_await("Q1", TILL_PIN_WANTED, after);
      ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
    }
    day_await("Q1", TILL_QUESTION, after);
    ck_assert_int_eq(till_answer(till, NULL, round == 1, NULL), STATUS_OK);
    if (round == 1)
      break;
    stands("Q1", STATUS_PAYOUT_OPEN);
    card.accident = (struct accident){.ins = INS_SELECT, .drop_before = true, .silent = true};
    try_again(&request, NULL, STATUS_PAYOUT_OPEN);
    flow_card_return(&card);
  }
  ck_assert_int_eq(day_finish("Q1").status, STATUS_OK);
  day_confirms("Q1");
  flow_card_settled(&card, DAY_MONEY - 100);
  day_end();
}
END_TEST

/* More sales than are remembered: the list of events goes on, and the journal knows the old ones. */
START_TEST(what_is_forgotten_is_asked_of_the_journal) {
  char reference[16];
  struct till_result result;
  struct till_event events[TILL_EVENTS + 1];
  struct till_totals totals;
  day_begin("till-many");
  const struct till_request first = day_sale("F", 100);
  ck_assert_int_eq(day_sell(&first).status, STATUS_OK);
  card.away = true;
  for (int i = 0; i < TILL_RESULTS + 1; i++) {
    snprintf(reference, sizeof reference, "F%d", i);
    struct till_request request = day_sale(reference, 100);
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    ck_assert_int_eq(day_finish(reference).status, STATUS_NO_CARD);
  }
  flow_card_return(&card);
  ck_assert_uint_eq(till_events(till, 0, events, TILL_EVENTS + 1), TILL_EVENTS);
  ck_assert_uint_eq(events[TILL_EVENTS - 1].number, till_newest(till));
  ck_assert_int_eq(till_status(till, "F", &result), STATUS_OK);
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_int_eq(till_status(till, "F0", &result), STATUS_NOT_FOUND); /* nothing was taken */
  ck_assert_int_eq(till_totals(till, 0, &totals), STATUS_OK);
  ck_assert_uint_ge(totals.kinds[TILL_SALE].count, 1);
  day_end();
}
END_TEST

void till_reference_tests(TCase *tests) {
  tcase_add_test(tests, a_reference_is_done_once);
  tcase_add_test(tests, what_is_left_is_told_again);
  tcase_add_test(tests, what_is_done_is_not_declined);
  tcase_add_test(tests, what_is_owed_is_owed_once);
  tcase_add_test(tests, what_is_known_here_is_asked_of_nobody);
  tcase_add_test(tests, a_torn_sale_is_finished);
  tcase_add_loop_test(tests, a_torn_sale_outlasts_other_cards, 0, 2);
  tcase_add_test(tests, a_payout_outlasts_a_mute_card);
  tcase_add_test(tests, what_is_forgotten_is_asked_of_the_journal);
}
