/* SPDX-License-Identifier: Apache-2.0
 * Loads between bank, server and card: whoever says no, the money is in one place and no other. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/http_client.h"
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

static struct flow_card card;
static struct bank bank;

/* ---- the line to the server, which breaks at a message of our choice ---- */

static struct {
  const char *at; /* the path of the message; NULL: the line holds */
  bool heard;     /* whether the server still had it */
  bool cut;       /* from there on nothing goes through */
} line;

void (*flow_answer_bend)(struct http_answer *answer);

enum status __real_http_client_post(struct http_client *client, const char *path, const char *message,
                                    struct http_answer *answer);
enum status __wrap_http_client_post(struct http_client *client, const char *path, const char *message,
                                    struct http_answer *answer);
enum status __wrap_http_client_post(struct http_client *client, const char *path, const char *message,
                                    struct http_answer *answer) {
  bool breaks = !line.cut && line.at != NULL && strcmp(path, line.at) == 0;
  if (!line.cut && !breaks) {
    enum status status = __real_http_client_post(client, path, message, answer);
    if (flow_answer_bend != NULL && status == STATUS_OK)
      flow_answer_bend(answer);
    return status;
  }
  if (breaks && line.heard)
    (void)!__real_http_client_post(client, path, message, answer);
  line.cut = true;
  return STATUS_NO_SERVER;
}

void flow_line_cut(bool cut) {
  line.cut = cut;
}

static void line_mend(void) {
  line.at = NULL;
  line.cut = false;
}

static void set_up(const char *name) {
  bank_make(&bank);
  flow_card_issue(&card, name, 1000);
}

/* Nothing open anywhere, so much on the card, and the ledger sums. */
static void settled(int64_t minor) {
  ck_assert_uint_eq(flow_open_entries("reload"), 0);
  flow_card_settled(&card, minor);
  flow_ledger_clean();
  flow_card_remove(&card);
}

START_TEST(bank_declines) {
  struct outcome outcome;
  set_up("poor");
  bank.answer = TENDER_DECLINED;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_TENDER_DECLINED);
  ck_assert_uint_eq(bank.reversed, 0);
  settled(1000);
}
END_TEST

START_TEST(bank_is_not_there) {
  struct outcome outcome;
  set_up("unplugged");
  bank.answer = TENDER_DECLINED;
  bank.line = STATUS_NO_TENDER;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_NO_TENDER);
  settled(1000);
}
END_TEST

/* The line to the bank broke; asked again it says what it did. */
START_TEST(bank_remembers) {
  struct outcome outcome;
  set_up("line");
  bank.answer = TENDER_UNKNOWN;
  bank.last = _i == 0 ? TENDER_PAID : TENDER_DECLINED;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), _i == 0 ? STATUS_OK : STATUS_TENDER_DECLINED);
  ck_assert_uint_eq(bank.confirmed, _i == 0);
  settled(_i == 0 ? 1500 : 1000);
}
END_TEST

/* It does not say: that stays open until it does, and is then given back. */
START_TEST(bank_is_silent) {
  struct outcome outcome;
  set_up("silent");
  bank.answer = TENDER_UNKNOWN;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_TENDER_UNKNOWN);
  ck_assert_int_eq(flow_card_balance(&card), 1000);
  ck_assert_uint_eq(flow_recover("reload", NULL), 1);         /* nobody to ask */
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 1); /* still silent */
  bank.last = _i == 0 ? TENDER_PAID : TENDER_DECLINED;
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
  ck_assert_uint_eq(bank.reversed, _i == 0);
  settled(1000);
}
END_TEST

/* While the bank charges, the card is blocked at the server: refused after the charge. */
static void block_the_card(void *context) {
  (void)context;
  flow_block(card.cid);
}

START_TEST(server_refuses_after_the_charge) {
  struct outcome outcome;
  set_up("refused-late");
  bank.hook = block_the_card;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.reversed, 1);
  ck_assert_uint_eq(bank.confirmed, 0);
  ck_assert_uint_eq(vcard_memory(card.vcard)->state, CARD_BLOCKED); /* the block order went to the card at once */
  settled(1000);
}
END_TEST

/* ... and the bank will not give it back: that must be known and stay open. */
START_TEST(reversal_fails_at_first) {
  struct outcome outcome;
  set_up("stubborn");
  bank.hook = block_the_card;
  bank.reverse = TENDER_UNKNOWN;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_TENDER_UNKNOWN);
  ck_assert_uint_eq(flow_open_entries("reload"), 1);
  bank.reverse = TENDER_REVERSED;
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
  ck_assert_uint_eq(bank.reversed, 1);
  settled(1000);
}
END_TEST

static void freeze(void *context) {
  (void)context;
  flow_server_freeze();
}

/* The server stands still after the charge, and may hear of the load when it goes on: until it has said that nothing is
 * owed for it the charge stays; the next start asks, and the bank gives it back. */
START_TEST(server_lost_after_the_charge) {
  struct outcome outcome;
  set_up("lost-late");
  bank.hook = freeze;
  flow_impatient();
  enum status status = flow_load(&card, &bank.tender, 500, &outcome);
  flow_server_thaw();
  ck_assert_int_eq(status, STATUS_LOAD_UNSETTLED);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_uint_eq(flow_open_entries("reload"), 1);
  bank.hook = NULL;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 700, &outcome), STATUS_OK);
  ck_assert_uint_eq(bank.charged, 2);
  ck_assert_uint_eq(bank.reversed, 1);
  settled(1700);
}
END_TEST

/* The line breaks just behind LOAD, and with it the reversal's question: the charge stays, and that is said. */
static void load_cut(bool heard) {
  struct outcome outcome;
  line.at = message_path(MESSAGE_LOAD);
  line.heard = heard;
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_LOAD_UNSETTLED);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 1); /* the line is still cut */
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_int_eq(flow_card_balance(&card), 1000);
  line_mend();
}

/* The card goes on before the terminal can ask: what is owed is loaded elsewhere, for nothing. Then the charge is the
 * load's, and is not given back. */
START_TEST(load_that_was_cut_is_owed_and_not_given_back) {
  struct outcome outcome;
  struct bank other;
  set_up("cut-owed");
  bank_make(&other);
  flow_terminal_add("RELOAD02", "reload", "reload2");
  load_cut(true);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_facts(card.cid).owed, 500);
  ck_assert_int_eq(flow_load_at("reload2", &card, &other.tender, 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_uint_eq(other.charged, 0);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_uint_eq(bank.confirmed, 1);
  settled(1400);
}
END_TEST

/* The terminal asks first, before (_i: 0, 1) or after (2) the card's next contact, and the server had heard of the load
 * (1, 2) or not (0): then it goes back, once, and nothing is owed. While the load is held it does not go back yet. */
START_TEST(load_that_was_cut_is_given_back_once) {
  struct outcome outcome;
  set_up("cut-back");
  load_cut(_i > 0);
  for (int i = 0; i < 2 && _i == 1; i++) {
    ck_assert_uint_eq(flow_recover("reload", &bank.tender), 1);
    ck_assert_uint_eq(bank.reversed, 0);
  }
  if (_i != 0)
    ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
    ck_assert_uint_eq(bank.reversed, 1);
  }
  if (_i == 0)
    ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_facts(card.cid).owed, 0);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_uint_eq(bank.charged, 2);
  ck_assert_uint_eq(bank.reversed, 1);
  settled(1400);
}
END_TEST

/* ---- the card and the credit ---- */

/* The card is pulled while it is credited, before or after it took effect, and comes back: no second charge. */
START_TEST(load_is_finished_at_the_next_contact) {
  struct outcome outcome;
  set_up("pulled");
  card.accident =
      (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_before = _i == 0, .drop_after = _i == 1, .keep_away = true};
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 1); /* no reversal while the authorisation is out */
  ck_assert_uint_eq(bank.reversed, 0);
  flow_card_return(&card);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.balance_after, 1500);
  ck_assert_uint_eq(card.asked, 0);
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.confirmed, 1);
  settled(1500);
}
END_TEST

/* Another amount is another load; the torn one is finished first. */
START_TEST(other_load_comes_after_the_torn_one) {
  struct outcome outcome;
  set_up("twice");
  card.accident =
      (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_before = _i == 0, .drop_after = _i == 1, .keep_away = true};
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 300, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_int_eq(outcome.balance_before, 1500);
  ck_assert_int_eq(outcome.balance_after, 1800);
  ck_assert_uint_eq(bank.charged, 2);
  ck_assert_uint_eq(bank.confirmed, 2);
  settled(1800);
}
END_TEST

/* The torn load's card goes shopping first: the purchase settles it at the server, and what was not credited is owed
 * and had by loading the same amount, without a second charge. */
START_TEST(uncredited_load_is_owed) {
  struct outcome outcome;
  set_up("owed");
  card.accident = (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_before = true, .keep_away = true};
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_facts(card.cid).owed, 500);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_int_eq(outcome.balance_after, 1400);
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_uint_eq(bank.confirmed, 1); /* the charge of the load that came in the end stands */
  settled(1400);
}
END_TEST

/* The reload terminal does not see the card again, and asks the server: credited, and the charge stands (_i: 1), or
 * owed to the card, and the charge stands too (0). */
START_TEST(recover_asks_how_the_load_ended) {
  struct outcome outcome;
  set_up("asked-load");
  card.accident =
      (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_before = _i == 0, .drop_after = _i == 1, .keep_away = true};
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&card);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 1); /* held: it waits */
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_uint_eq(flow_recover("reload", &bank.tender), 0);
  ck_assert_uint_eq(bank.confirmed, 1);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_int_eq(flow_card_balance(&card), _i == 0 ? 900 : 1400);
  ck_assert_int_eq(flow_facts(card.cid).owed, _i == 0 ? 500 : 0);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 500, &outcome), STATUS_OK); /* claimed, or told now */
  ck_assert(outcome.finished_before);
  ck_assert_uint_eq(bank.charged, 1);
  settled(1400);
}
END_TEST

void flow_bank_tests(TCase *tests) {
  tcase_add_test(tests, bank_declines);
  tcase_add_test(tests, bank_is_not_there);
  tcase_add_loop_test(tests, bank_remembers, 0, 2);
  tcase_add_loop_test(tests, bank_is_silent, 0, 2);
  tcase_add_test(tests, server_refuses_after_the_charge);
  tcase_add_test(tests, reversal_fails_at_first);
  tcase_add_test(tests, server_lost_after_the_charge);
  tcase_add_test(tests, load_that_was_cut_is_owed_and_not_given_back);
  tcase_add_loop_test(tests, load_that_was_cut_is_given_back_once, 0, 3);
  tcase_add_loop_test(tests, load_is_finished_at_the_next_contact, 0, 2);
  tcase_add_loop_test(tests, other_load_comes_after_the_torn_one, 0, 2);
  tcase_add_test(tests, uncredited_load_is_owed);
  tcase_add_loop_test(tests, recover_asks_how_the_load_ended, 0, 2);
}
