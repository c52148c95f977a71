/* SPDX-License-Identifier: Apache-2.0
 * Flows that go as they should, and those that are declined before anything moved. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/key.h"
#include "epurse/receipt.h"
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

static struct flow_card card;

/* The receipt of an outcome stands before anybody with the master key, and says this. */
static void receipt_holds(const char *terminal, const struct outcome *outcome, uint8_t type) {
  struct terminal *opened = flow_terminal(terminal);
  struct receipt_facts facts;
  const char *reason = NULL;
  uint8_t *data = NULL;
  size_t len = 0;
  ck_assert_int_eq(public_file_load(outcome->receipt_path, &data, &len), STATUS_OK);
  enum status status = receipt_verify(data, len, opened->master_public, &facts, &reason);
  ck_assert_msg(status == STATUS_OK, "%s: %s", status_name(status), reason != NULL ? reason : "");
  ck_assert_uint_eq(facts.promise.type, type);
  ck_assert_int_eq(facts.promise.amount, outcome->amount.minor);
  ck_assert_mem_eq(facts.promise.cid, outcome->cid, CID_SIZE);
  ck_assert_uint_eq(facts.promise.atc, outcome->atc);
  ck_assert_str_eq(facts.merchant, "BAKERY");
  free(data);
  terminal_close(&opened);
}

START_TEST(load_and_pay) {
  struct outcome outcome;
  struct bank bank;
  bank_make(&bank);
  flow_card_issue(&card, "plain", 0);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 5000, &outcome), STATUS_OK);
  ck_assert_int_eq(outcome.balance_before, 0);
  ck_assert_int_eq(outcome.balance_after, 5000);
  ck_assert(outcome.confirmed && !outcome.finished_before);
  ck_assert_str_eq(outcome.tender_reference, "bank 4711");
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.confirmed, 1);
  ck_assert_uint_eq(bank.reversed, 0);
  receipt_holds("reload", &outcome, TRANSACTION_LOAD);
  flow_card_settled(&card, 5000);
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK);
  ck_assert_mem_eq(outcome.cid, card.cid, CID_SIZE);
  ck_assert_uint_eq(outcome.atc, 2);
  ck_assert_int_eq(outcome.balance_before, 5000);
  ck_assert_int_eq(outcome.balance_after, 3750);
  ck_assert_int_eq(outcome.points_after, outcome.points);
  ck_assert(outcome.confirmed);
  receipt_holds("pos", &outcome, TRANSACTION_PURCHASE);
  flow_card_settled(&card, 3750);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  ck_assert_uint_eq(flow_open_entries("reload"), 0);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

START_TEST(card_tells_balance_and_log) {
  struct log_record records[CARD_LOG_MAX];
  struct balance balance;
  struct card_info info;
  struct outcome outcome;
  size_t count = 0;
  flow_card_issue(&card, "log", 5000);
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_pay(&card, "pos2", 250, &outcome), STATUS_OK);
  struct terminal *pos = flow_terminal("pos"), *desk = flow_terminal("perso");
  card.asked = 0;
  ck_assert_int_eq(card_read_log(pos, &card.reader, &card.dialogue, records, &count), STATUS_OK);
  ck_assert_uint_eq(card.asked, 1);
  ck_assert_uint_eq(count, 3);
  ck_assert_uint_eq(records[0].amount, 250);
  ck_assert_mem_eq(records[0].tid, "POS00002", TID_SIZE);
  ck_assert_uint_eq(records[1].balance, 3750);
  ck_assert_uint_eq(records[2].type, TRANSACTION_LOAD);
  ck_assert_int_eq(card_read_balance(desk, &card.reader, NULL, &balance, &info), STATUS_OK); /* the desk needs no PIN */
  ck_assert_uint_eq(balance.balance, 3500);
  ck_assert_uint_eq(balance.currency, 978);
  ck_assert_mem_eq(info.cid, card.cid, CID_SIZE);
  ck_assert_int_eq(card_read_balance(pos, &card.reader, NULL, &balance, &info), STATUS_CANCELLED);
  terminal_close(&pos);
  terminal_close(&desk);
  flow_card_remove(&card);
}
END_TEST

START_TEST(points_are_earned_and_spent) {
  const struct payment payment = {.amount = {5, 978}, .points = true}, greedy = {.amount = {8, 978}, .points = true};
  struct outcome outcome;
  flow_card_issue(&card, "points", 5000);
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK); /* one point for each full 1.00 */
  ck_assert_int_eq(outcome.points, 12);
  ck_assert_int_eq(outcome.points_after, 12);
  struct terminal *pos = flow_terminal("pos");
  card.asked = 0;
  ck_assert_int_eq(purchase_run(pos, &card.reader, &payment, &card.dialogue, &outcome), STATUS_OK);
  ck_assert_int_eq(outcome.points, -5);
  ck_assert_int_eq(outcome.points_after, 7);
  ck_assert_int_eq(outcome.balance_after, 3750);
  receipt_holds("pos", &outcome, TRANSACTION_POINTS_PURCHASE);
  card.asked = 0;
  ck_assert_int_eq(purchase_run(pos, &card.reader, &greedy, &card.dialogue, &outcome), STATUS_INSUFFICIENT_POINTS);
  terminal_close(&pos);
  ck_assert_int_eq(flow_facts(card.cid).points, 7);
  flow_card_settled(&card, 3750);
  flow_card_remove(&card);
}
END_TEST

START_TEST(declined_moves_nothing) {
  struct outcome outcome;
  struct bank bank;
  bank_make(&bank);
  flow_card_issue(&card, "declined", 1000);
  ck_assert_int_eq(flow_pay(&card, "pos", 1001, &outcome), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(flow_pay(&card, "pos", WORLD_PAYMENT_CEILING + 1, &outcome), STATUS_ABOVE_LIMIT);
  ck_assert_int_eq(flow_load(&card, &bank.tender, WORLD_PURSE_CEILING, &outcome), STATUS_ABOVE_LIMIT);
  ck_assert_uint_eq(bank.charged, 0);
  flow_card_settled(&card, 1000);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  ck_assert_uint_eq(flow_open_entries("reload"), 0);
  flow_card_remove(&card);
}
END_TEST

/* What is refused before the card is asked. */
START_TEST(wrong_question_is_refused) {
  const struct payment none = {.amount = {0, 978}}, minus = {.amount = {-1, 978}}, much = {.amount = {INT64_MAX, 978}},
                       yen = {.amount = {100, 392}};
  const struct {
    const struct payment *payment;
    enum status status;
  } rows[] = {{&none, STATUS_BAD_AMOUNT},
              {&minus, STATUS_BAD_AMOUNT},
              {&much, STATUS_BAD_AMOUNT},
              {&yen, STATUS_WRONG_CURRENCY}};
  struct outcome outcome;
  flow_card_issue(&card, "refused", 0);
  struct terminal *pos = flow_terminal("pos"), *reload = flow_terminal("reload");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    ck_assert_int_eq(purchase_run(pos, &card.reader, rows[i].payment, &card.dialogue, &outcome), rows[i].status);
  const struct payment one = {.amount = {100, 978}};
  ck_assert_int_eq(purchase_run(reload, &card.reader, &one, &card.dialogue, &outcome), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(load_run(pos, &card.reader, &one, &card.dialogue, &outcome), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(load_run(reload, &card.reader, &one, &card.dialogue, &outcome), STATUS_NO_TENDER);
  card.away = true;
  ck_assert_int_eq(purchase_run(pos, &card.reader, &one, &card.dialogue, &outcome), STATUS_NO_CARD);
  ck_assert_uint_eq(card.asked, 0);
  terminal_close(&pos);
  terminal_close(&reload);
  flow_card_remove(&card);
}
END_TEST

START_TEST(wrong_pin_then_right) {
  struct outcome outcome;
  flow_card_issue(&card, "slip", 1000);
  unsigned told = flow_requests("/v1/pin-failures");
  flow_card_type(&card, (const char *const[]){"1111", "2222", HOLDER_PIN, NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_uint_eq(card.asked, 3);
  ck_assert_uint_eq(card.tries_left, PIN_TRIES - 2);
  ck_assert_uint_eq(flow_requests("/v1/pin-failures"), told + 2); /* the server counts too */
  flow_card_settled(&card, 900);
  flow_card_type(&card, (const char *const[]){"1111", NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_WRONG_PIN);
  ck_assert_uint_eq(outcome.tries_left, PIN_TRIES - 1);
  flow_card_type(&card, (const char *const[]){NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_CANCELLED);
  flow_card_settled(&card, 900);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_card_remove(&card);
}
END_TEST

START_TEST(five_wrong_pins_block) {
  struct outcome outcome;
  flow_card_issue(&card, "thief", 1000);
  flow_card_type(&card, (const char *const[]){"1111", "1112", "1113", "1114", "1115", HOLDER_PIN, NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_PIN_BLOCKED);
  ck_assert_uint_eq(card.asked, 5);
  ck_assert_uint_eq(outcome.tries_left, 0);
  ck_assert_str_eq(flow_facts(card.cid).state, "BLOCKED"); /* the server has learnt it, and why */
  ck_assert_str_eq(flow_facts(card.cid).reason, "PIN_BLOCKED");
  flow_card_type(&card, (const char *const[]){HOLDER_PIN, NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(card.asked, 0); /* no terminal goes on with it (R17) */
  ck_assert_int_eq(flow_card_balance(&card), 1000);
  flow_card_remove(&card);
}
END_TEST

/* The server's block reaches the card at its next contact, for good. */
START_TEST(blocked_card_dies_at_contact) {
  struct outcome outcome;
  flow_card_issue(&card, "stolen", 1000);
  flow_block(card.cid);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(card.asked, 1);
  ck_assert_uint_eq(vcard_memory(card.vcard)->state, CARD_BLOCKED);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_CARD_BLOCKED);
  ck_assert_uint_eq(card.asked, 0);
  ck_assert_int_eq(flow_card_balance(&card), 1000);
  ck_assert_str_eq(flow_facts(card.cid).state, "BLOCKED");
  flow_card_remove(&card);
}
END_TEST

START_TEST(server_down_moves_nothing) {
  struct outcome outcome;
  struct bank bank;
  bank_make(&bank);
  flow_card_issue(&card, "alone", 1000);
  flow_terminal_unplug("pos", true);
  flow_terminal_unplug("reload", true);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_NO_SERVER);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 100, &outcome), STATUS_NO_SERVER);
  flow_terminal_unplug("pos", false);
  flow_terminal_unplug("reload", false);
  ck_assert_uint_eq(bank.charged, 0);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  ck_assert_uint_eq(flow_open_entries("reload"), 0);
  flow_card_settled(&card, 1000);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  flow_card_settled(&card, 900);
  flow_card_remove(&card);
}
END_TEST

/* The request lies in a server that stands still; the terminal gives up; then the server goes on and books a hold for
 * nobody. The next contact releases it. */
START_TEST(forgotten_hold_is_released) {
  struct outcome outcome;
  flow_card_issue(&card, "late", 1000);
  flow_impatient();
  flow_server_freeze();
  enum status status = flow_pay(&card, "pos", 400, &outcome);
  flow_server_thaw();
  ck_assert_int_eq(status, STATUS_NO_SERVER);
  ck_assert_int_eq(flow_card_balance(&card), 1000);
  ck_assert_int_eq(flow_pay(&card, "pos2", 1000, &outcome), STATUS_OK); /* all of it is there */
  flow_card_settled(&card, 0);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The debit went well and the confirmation does not get through: it waits in the journal. */
START_TEST(confirmation_waits) {
  struct outcome outcome;
  flow_card_issue(&card, "unconfirmed", 1000);
  card.accident =
      (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .hook = (void (*)(void *))(void (*)(void))flow_server_freeze};
  flow_impatient();
  enum status status = flow_pay(&card, "pos", 400, &outcome);
  flow_server_thaw();
  ck_assert_int_eq(status, STATUS_OK);
  ck_assert(!outcome.confirmed);
  receipt_holds("pos", &outcome, TRANSACTION_PURCHASE);
  ck_assert_uint_eq(flow_open_entries("pos"), 1);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_card_settled(&card, 600);
  flow_card_remove(&card);
}
END_TEST

/* ---- where r is kept ---- */

enum { JOURNAL_TAKES_NONE = 1, FOLDER_TAKES_NONE = 2, LINE_TAKES_NONE = 4, NOTHING_TAKES_IT = 7 };

/* What a terminal loses of its means just behind the card's commit. */
struct loss {
  const char *terminal;
  int of;
};

/* A trigger stands for the disk that refuses. */
static void journal_refuses(const char *terminal, bool refuses) {
  char path[300];
  sqlite3 *journal = NULL;
  snprintf(path, sizeof path, "%s/%s/journal.db", flow_world.folder, terminal);
  ck_assert_int_eq(sqlite3_open_v2(path, &journal, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(journal,
                                refuses ? "CREATE TRIGGER refuses BEFORE UPDATE ON entry"
                                          " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
                                        : "DROP TRIGGER refuses",
                                NULL, NULL, NULL),
                   SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(journal), SQLITE_OK);
}

static void loss_begin(void *context) {
  const struct loss *loss = context;
  if ((loss->of & JOURNAL_TAKES_NONE) != 0)
    journal_refuses(loss->terminal, true);
  if ((loss->of & FOLDER_TAKES_NONE) != 0)
    flow_shell("mkdir -p \"$W/%s/receipts\" && mv \"$W/%s/receipts\" \"$W/kept\" && : >\"$W/%s/receipts\"",
               loss->terminal, loss->terminal, loss->terminal);
  if ((loss->of & LINE_TAKES_NONE) != 0)
    flow_line_cut(true);
}

static void loss_end(const struct loss *loss) {
  if ((loss->of & LINE_TAKES_NONE) != 0)
    flow_line_cut(false);
  if ((loss->of & FOLDER_TAKES_NONE) != 0)
    flow_shell("rm \"$W/%s/receipts\" && mv \"$W/kept\" \"$W/%s/receipts\"", loss->terminal, loss->terminal);
  if ((loss->of & JOURNAL_TAKES_NONE) != 0)
    journal_refuses(loss->terminal, false);
}

/* The payment or load that meets such a loss. */
static enum status meet_loss(struct loss *loss, struct bank *bank, struct outcome *outcome) {
  bool load = strcmp(loss->terminal, "reload") == 0;
  flow_card_return(&card);
  card.accident = (struct accident){.ins = load ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE,
                                    .hook = loss_begin,
                                    .hook_after = true,
                                    .context = loss};
  return load ? flow_load(&card, &bank->tender, 400, outcome) : flow_pay(&card, loss->terminal, 400, outcome);
}

/* Nobody but the card has r: it is not called done, and the same card again brings it to its end, once. */
static void only_the_card_has_it(struct loss *loss, struct bank *bank, int64_t left) {
  struct outcome outcome;
  bool load = strcmp(loss->terminal, "reload") == 0;
  ck_assert_uint_eq(flow_recover(loss->terminal, &bank->tender), 1);
  ck_assert_int_eq(load ? flow_load(&card, &bank->tender, 400, &outcome)
                        : flow_pay(&card, loss->terminal, 400, &outcome),
                   STATUS_OK);
  ck_assert(outcome.finished_before && outcome.confirmed);
  ck_assert_int_eq(outcome.balance_after, left);
  receipt_holds(loss->terminal, &outcome, load ? TRANSACTION_LOAD : TRANSACTION_PURCHASE);
}

/* Once more, by its number and as the newest: before a recovery what journal or folder have r of, then all that is
 * done. */
static void receipt_is_had(const struct loss *loss, const struct outcome *done, bool had) {
  struct terminal *opened = flow_terminal(loss->terminal);
  struct receipt_copy receipt;
  struct outcome again;
  ck_assert_int_eq(receipt_again(opened, done->number, &again, &receipt), had ? STATUS_OK : STATUS_NOT_FOUND);
  if (had) {
    ck_assert_int_eq(again.number, done->number);
    ck_assert_int_eq(receipt_again(opened, 0, &again, &receipt), STATUS_OK);
    ck_assert_int_eq(again.number, done->number);
  }
  terminal_close(&opened);
  if (had)
    receipt_holds(loss->terminal, &again,
                  strcmp(loss->terminal, "reload") == 0 ? TRANSACTION_LOAD : TRANSACTION_PURCHASE);
}

/* Said to be done is what any of the three has r of, and a recovery without the card ends it. */
static void lose(const char *terminal, int of, int64_t left) {
  struct outcome outcome;
  struct bank bank;
  struct loss loss = {terminal, of};
  bank_make(&bank);
  enum status status = meet_loss(&loss, &bank, &outcome);
  loss_end(&loss);
  ck_assert(card.happened);
  ck_assert_int_eq(flow_card_balance(&card), left);
  ck_assert_int_eq(status, of == NOTHING_TAKES_IT ? STATUS_OUTCOME_UNKNOWN : STATUS_OK);
  if (of == NOTHING_TAKES_IT) {
    ck_assert(!outcome.confirmed && !outcome.receipt_lost);
    ck_assert_int_eq(outcome.balance_after, -1);
    only_the_card_has_it(&loss, &bank, left);
  } else {
    ck_assert_int_eq(outcome.confirmed, (of & LINE_TAKES_NONE) == 0);
    ck_assert_int_eq(outcome.receipt_lost, (of & FOLDER_TAKES_NONE) != 0);
    receipt_is_had(&loss, &outcome, (of & JOURNAL_TAKES_NONE) == 0 || (of & FOLDER_TAKES_NONE) == 0);
    ck_assert_uint_eq(flow_recover(terminal, &bank.tender), 0);
    receipt_is_had(&loss, &outcome, true);
  }
  ck_assert_uint_eq(flow_open_entries(terminal), 0);
  flow_card_settled(&card, left);
}

/* _i: which of them fail. */
START_TEST(done_is_what_somebody_keeps) {
  char name[24];
  snprintf(name, sizeof name, "kept-%d", _i);
  flow_card_issue(&card, name, 1000);
  lose("pos", _i, 600);
  lose("reload", _i, 1000);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Two tills, open all day. */
START_TEST(two_hundred_in_a_row) {
  struct terminal *tills[] = {flow_terminal("pos"), flow_terminal("pos2")};
  struct outcome outcome;
  int64_t left = 20000;
  flow_card_issue(&card, "regular", left);
  for (int i = 1; i <= 200; i++) {
    const struct payment payment = {.amount = {50 + i % 7, 978}};
    card.asked = 0;
    enum status status = purchase_run(tills[i % 3 == 0], &card.reader, &payment, &card.dialogue, &outcome);
    ck_assert_msg(status == STATUS_OK, "%d: %s", i, status_name(status));
    left -= payment.amount.minor;
    ck_assert(outcome.confirmed);
    ck_assert_int_eq(outcome.balance_after, left);
  }
  terminal_close(&tills[0]);
  terminal_close(&tills[1]);
  flow_card_settled(&card, left);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  ck_assert_uint_eq(flow_open_entries("pos2"), 0);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

void flow_plain_tests(TCase *tests) {
  tcase_add_test(tests, load_and_pay);
  tcase_add_test(tests, card_tells_balance_and_log);
  tcase_add_test(tests, points_are_earned_and_spent);
  tcase_add_test(tests, declined_moves_nothing);
  tcase_add_test(tests, wrong_question_is_refused);
  tcase_add_test(tests, wrong_pin_then_right);
  tcase_add_test(tests, five_wrong_pins_block);
  tcase_add_test(tests, blocked_card_dies_at_contact);
  tcase_add_test(tests, server_down_moves_nothing);
  tcase_add_test(tests, forgotten_hold_is_released);
  tcase_add_test(tests, confirmation_waits);
  tcase_add_loop_test(tests, done_is_what_somebody_keeps, 0, NOTHING_TAKES_IT + 1);
  tcase_add_test(tests, two_hundred_in_a_row);
}
