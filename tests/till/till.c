/* SPDX-License-Identifier: Apache-2.0
 * The till: one sale at a time, its events without gaps, its results by reference; torn or killed, nothing is taken
 * twice. */
#include "epurse/till.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "day.h"
#include "run.h"
#include "system/flow_card.h"
#include "system/flow_world.h"

START_TEST(a_sale_is_told_step_by_step) {
  day_begin("till-plain");
  const struct till_request request = day_sale("A1", 100);
  struct till_result result = day_sell(&request), last;
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_int_eq(result.outcome.balance_after, DAY_MONEY - 100);
  ck_assert(!result.outcome.confirmed && !result.held && result.kind == TILL_SALE); /* people first, then the server */
  ck_assert_int_eq(till_last(till, &last), STATUS_OK);
  ck_assert_str_eq(last.reference, "A1");
  static const enum till_step steps[] = {TILL_BEGUN,       TILL_CARD_IN,     TILL_PIN_WANTED,
                                         TILL_AUTHORISING, TILL_REMOVE_CARD, TILL_DONE};
  uint64_t at = 0;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    at = day_await("A1", steps[i], at);
  ck_assert_uint_eq(at, till_newest(till));
  day_confirms("A1");
  flow_card_settled(&card, DAY_MONEY - 100);
  day_end();
}
END_TEST

/* ---- the name rides with the purchase ---- */

/* Asked for ahead on a line that is new, unless the till itself has used it already; then the purchase is all that is
 * asked. */
START_TEST(a_name_rides_on_a_kept_line) {
  const unsigned before = flow_requests("/v1/reference-queries"), purchases = flow_requests("/v1/purchases");
  struct till_health health;
  day_begin("till-rides");
  ck_assert_int_eq(day_again("I1", 100, true).status, STATUS_OK);
  const unsigned queries = flow_requests("/v1/reference-queries");
  ck_assert_uint_le(queries, before + 1);
  ck_assert_int_eq(day_again("I2", 100, true).status, STATUS_OK);
  ck_assert_int_eq(day_again("I3", 100, true).status, STATUS_OK);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  ck_assert_int_eq(day_again("I2", 100, false).status, STATUS_OK); /* the journal knows: nobody types a PIN in vain */
  ck_assert_int_eq(day_again("I2", 101, false).status, STATUS_REFERENCE_USED);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  ck_assert_uint_eq(flow_requests("/v1/purchases"), purchases + 3);
  till_health(till, &health);
  ck_assert(health.server);
  day_confirms("I3");
  flow_card_settled(&card, DAY_MONEY - 300);
  day_end();
}
END_TEST

/* What another till did under the name is told in place of whatever this one ended with, and nothing is taken again. */
START_TEST(a_name_of_another_till_is_told) {
  struct outcome outcome;
  struct till_result result;
  day_begin("till-others");
  ck_assert_int_eq(day_again("J0", DAY_MONEY - 900, true).status, STATUS_OK); /* 900 are left */
  ck_assert_int_eq(day_elsewhere("J1", 300, &outcome), STATUS_OK);
  ck_assert_int_eq(day_elsewhere("J2", 400, &outcome), STATUS_OK);
  const unsigned queries = flow_requests("/v1/reference-queries");
  result = day_again("J1", 301, true); /* the card has less: it says so, and the server has the last word */
  ck_assert_int_eq(result.status, STATUS_REFERENCE_USED);
  result = day_again("J2", 400, true);
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 200);
  result = day_again("J1", 100, true); /* promised, and refused by the server itself */
  ck_assert_int_eq(result.status, STATUS_REFERENCE_USED);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries + 2);
  card.away = true;
  result = day_again("J1", 300, false); /* no card comes */
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 600);
  ck_assert_int_eq(day_again("J3", 300, false).status, STATUS_NO_CARD);
  flow_card_return(&card);
  ck_assert_int_eq(day_elsewhere("J3", 200, &outcome), STATUS_OK);
  result = day_again("J3", 200, true); /* nothing is left: refused by the card, and done all the same */
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 0);
  flow_card_settled(&card, 0);
  day_end();
}
END_TEST

static void pull_line(void *context) {
  (void)context;
  flow_server_freeze();
}

/* The line dies when the card is there already: nothing is taken, the till knows it, and asks ahead before the next
 * card. */
START_TEST(a_line_that_dies_is_told) {
  struct till_health health;
  struct till_result result;
  flow_impatient();
  day_begin("till-dies");
  ck_assert_int_eq(day_again("K1", 100, true).status, STATUS_OK);
  day_confirms("K1");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .hook = pull_line};
  ck_assert_int_eq(day_again("K2", 100, true).status, STATUS_NO_SERVER);
  till_health(till, &health);
  ck_assert(!health.server);
  ck_assert_int_eq(day_again("K2", 100, false).status, STATUS_NO_SERVER); /* no PIN is typed in vain */
  flow_server_thaw();
  result = day_again("K2", 100, true);
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert(!result.outcome.finished_before);
  till_health(till, &health);
  ck_assert(health.server);
  day_confirms("K2");
  flow_card_settled(&card, DAY_MONEY - 200);
  day_end();
}
END_TEST

/* As a server that is started anew does to the lines that it had. */
static void cut_line(void *context) {
  struct sockaddr_in peer;
  (void)context;
  for (int fd = 0; fd < 256; fd++) {
    socklen_t len = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && peer.sin_family == AF_INET)
      ck_assert_int_eq(shutdown(fd, SHUT_RDWR), 0);
  }
}

/* The line dies before the card itself refuses: it may be done elsewhere, so it is no refusal until somebody has been
 * asked. */
START_TEST(a_refusal_without_a_line_is_none) {
  const char *first = _i == 0 ? "M1" : "N1", *second = _i == 0 ? "M2" : "N2";
  struct outcome outcome;
  struct till_result result;
  flow_impatient();
  day_begin("till-refuses");
  ck_assert_int_eq(day_again(first, DAY_MONEY - 300, true).status, STATUS_OK);
  day_confirms(first);
  ck_assert_int_eq(day_elsewhere(second, 200, &outcome), STATUS_OK); /* 100 are left */
  card.accident = (struct accident){.ins = INS_INITIALIZE, .hook = _i == 0 ? pull_line : cut_line};
  result = day_again(second, 200, true);
  ck_assert_int_eq(result.status, _i == 0 ? STATUS_NO_SERVER : STATUS_OK);
  if (_i == 0)
    flow_server_thaw();
  result = day_again(second, 200, _i == 1);
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 100);
  flow_card_settled(&card, 100);
  day_end();
}
END_TEST

START_TEST(what_waits_is_aborted) {
  struct till_request request = day_sale("D1", 100), second = day_sale("D2", 100), other = day_sale("D1", 200);
  day_begin("till-abort");
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_abort(till, NULL), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_answer(till, NULL, true, NULL), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  day_await("D1", TILL_PIN_WANTED, after);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  ck_assert_int_eq(till_start(till, &other), STATUS_REFERENCE_USED);
  ck_assert_int_eq(till_start(till, &second), STATUS_TILL_BUSY);
  ck_assert_int_eq(till_pin(till, NULL, "12a4"), STATUS_BAD_FORMAT);
  ck_assert_int_eq(till_pin(till, "D2", HOLDER_PIN), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_abort(till, "D2"), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_abort(till, "D1"), STATUS_OK);
  ck_assert_int_eq(day_finish("D1").status, STATUS_CANCELLED);
  ck_assert_int_eq(day_sell(&request).status, STATUS_OK);
  after = till_newest(till);
  ck_assert_int_eq(till_start(till, &second), STATUS_OK);
  day_await("D2", TILL_PIN_WANTED, after);
  day_confirms("D1"); /* while D2 waits for a PIN */
  flow_card_settled(&card, DAY_MONEY - 100);
  day_end(); /* and so is it when the till ends */
}
END_TEST

START_TEST(nonsense_begins_nothing) {
  struct till_request request = day_sale("E1", 0);
  struct till_result result;
  day_begin("till-nonsense");
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount.minor = -1;
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount = (struct amount){AMOUNT_MAX_ON_CARD + 1, 978};
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount = (struct amount){100, 756};
  ck_assert_int_eq(till_start(till, &request), STATUS_WRONG_CURRENCY);
  request = day_sale("", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_FORMAT);
  request = day_sale("E 1", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_FORMAT);
  request = day_sale("E1", 100);
  request.kind = TILL_LOAD;
  ck_assert_int_eq(till_start(till, &request), STATUS_NOT_PERMITTED);
  ck_assert_uint_eq(till_newest(till), 0);
  ck_assert_int_eq(till_last(till, &result), STATUS_NOT_FOUND);
  day_end();
}
END_TEST

/* ---- a card that goes before anything has begun ---- */

static struct {
  int cancel;              /* the descriptor that ends its wait; -1: none does */
  bool slips;              /* the next card goes as it is powered */
  struct flow_card *other; /* lies there instead, once the first meeting is over */
} slot;

static void slot_cancel_fd(void *context, int fd) {
  (void)context;
  slot.cancel = fd;
}

/* Waits as a real one does. */
static enum status slot_wait(void *context, bool present, int seconds) {
  struct pollfd fd = {.fd = slot.cancel, .events = POLLIN};
  (void)context;
  if (present != card.away)
    return STATUS_OK;
  return seconds > 0 && poll(&fd, 1, seconds * 1000) > 0 ? STATUS_CANCELLED : STATUS_TIMEOUT;
}

static enum status slot_connect(void *context) {
  (void)context;
  card.away = card.away || slot.slips;
  slot.slips = false;
  return card.away ? STATUS_NO_CARD : reader_connect(card.inner);
}

static void slot_disconnect(void *context) {
  (void)context;
  reader_disconnect(card.inner);
  if (slot.other == NULL)
    return;
  struct reader *inner = card.inner;
  card.inner = slot.other->inner;
  slot.other->inner = inner;
  slot.other = NULL;
}

static void slot_begin(void) {
  slot.cancel = -1;
  card.reader.wait = slot_wait;
  card.reader.cancel_fd = slot_cancel_fd;
  card.reader.connect = slot_connect;
  card.reader.disconnect = slot_disconnect;
}

/* _i: as it is powered, as it is spoken to. Another one is waited for then, and who waits may leave. */
START_TEST(a_card_that_slips_out_binds_nobody) {
  struct till_request request = day_sale("T1", 100);
  flow_card_issue(&card, "till-slips", DAY_MONEY);
  slot_begin();
  slot.slips = _i == 0;
  if (_i == 1)
    card.accident = (struct accident){.ins = INS_SELECT, .drop_before = true, .keep_away = true};
  day_open("pos");
  request.wait_seconds = 60;
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  day_await("T1", TILL_WAITING, day_await("T1", TILL_CARD_IN, 0));
  ck_assert_int_eq(till_abort(till, "T1"), STATUS_OK);
  ck_assert_int_eq(day_finish("T1").status, STATUS_CANCELLED);
  flow_card_return(&card);
  flow_card_settled(&card, DAY_MONEY);
  day_end();
}
END_TEST

#define OTHER_PIN "135790"

/* The card of which all is to be paid out goes after its balance was read, and another one comes: its PIN is not
 * tried. */
START_TEST(another_card_is_not_paid_out) {
  struct till_request request = {
      .kind = TILL_PAYOUT, .whole = true, .wait_seconds = 60, .card_stays = true, .reference = "U1"};
  struct flow_card other;
  struct outcome outcome;
  flow_card_issue(&other, "till-other", DAY_MONEY);
  other.new_pin = OTHER_PIN;
  other.asked = 0;
  struct terminal *terminal = flow_terminal("pos");
  ck_assert_int_eq(pin_change_run(terminal, &other.reader, 0, &other.dialogue, &outcome), STATUS_OK);
  terminal_close(&terminal);
  flow_card_issue(&card, "till-first", DAY_MONEY);
  slot_begin();
  day_open("reload");
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  day_await("U1", TILL_PIN_WANTED, 0);
  slot.other = &other;
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
  struct till_result result = day_finish("U1");
  ck_assert_msg(result.status == STATUS_CANCELLED, "%s", status_name(result.status));
  till_close(&till);
  ck_assert_uint_eq(vcard_memory(other.vcard)->pin_tries_left, PIN_TRIES);
  flow_card_settled(&card, DAY_MONEY);
  flow_card_settled(&other, DAY_MONEY);
  flow_ledger_clean();
  struct reader *inner = card.inner; /* each its own again */
  card.inner = other.inner;
  other.inner = inner;
  flow_card_remove(&card);
  flow_card_remove(&other);
}
END_TEST

static enum code_door door = CODE_PROGRAM;

static enum status give_back(const char *reference, const char *code) {
  struct till_request request = {
      .kind = TILL_REFUND, .amount = {10, 978}, .wait_seconds = 1, .card_stays = true, .sale = "G1", .door = door};
  snprintf(request.reference, sizeof request.reference, "%s", reference);
  snprintf(request.supervisor, sizeof request.supervisor, "%s", code);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  return day_finish(reference).status;
}

/* Whoever has the till's interface all night does not find the supervisor's code: after five wrong ones the right one
 * is none either. */
START_TEST(a_code_is_not_guessed) {
  char path[512];
  struct till_result result;
  day_begin("till-code");
  struct terminal *terminal = flow_terminal("pos");
  const struct till_request request = day_sale("G1", 100);
  ck_assert_int_eq(day_sell(&request).status, STATUS_OK);
  ck_assert_int_eq(supervisor_set(terminal, "246810"), STATUS_OK);
  terminal_close(&terminal);
  for (int i = 0; i < 8; i++) /* none is no wrong one */
    ck_assert_int_eq(give_back("G2", i % 2 == 0 ? "000000" : ""), STATUS_WRONG_SUPERVISOR);
  ck_assert_int_eq(give_back("G2", "246810"), STATUS_OK); /* and it is counted anew */
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(give_back("G3", "000000"), STATUS_WRONG_SUPERVISOR);
  ck_assert_int_eq(give_back("G3", "246810"), STATUS_WRONG_SUPERVISOR);
  flow_card_settled(&card, DAY_MONEY - 90);
  till_close(&till); /* a restart forgets none, and the terminal's own programs count with it */
  day_open("pos");
  ck_assert_int_eq(give_back("G3", "246810"), STATUS_WRONG_SUPERVISOR);
  terminal = flow_terminal("pos");
  ck_assert_int_eq(supervisor_check(terminal, CODE_PROGRAM, "246810"), STATUS_WRONG_SUPERVISOR);
  door = CODE_NET; /* whoever guesses at one door keeps nobody from another */
  ck_assert_int_eq(give_back("G3", "000000"), STATUS_WRONG_SUPERVISOR);
  ck_assert_int_eq(give_back("G3", "246810"), STATUS_OK);
  ck_assert_int_eq(give_back("G3", "000000"),
                   STATUS_REFERENCE_DONE); /* which is no word about what was given back before */
  ck_assert_int_eq(till_status(till, "G3", &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && result.kind == TILL_REFUND && result.outcome.amount.minor == 10);
  door = CODE_PROGRAM;
  ck_assert_int_eq(supervisor_set(terminal, "246810"), STATUS_OK); /* its operator's way out */
  ck_assert_int_eq(supervisor_check(terminal, CODE_PROGRAM, "246810"), STATUS_OK);
  terminal_close(&terminal);
  snprintf(path, sizeof path, "%s/pos/supervisor", flow_world.folder);
  ck_assert_int_eq(unlink(path), 0);
  flow_card_settled(&card, DAY_MONEY - 80);
  day_end();
}
END_TEST

/* A world whose issuer lets small amounts go without a PIN. */
static void quick_world_begin(void) {
  flow_world_begin();
  flow_server_stop();
  flow_shell("sed -i 's/^no_pin_single = .*/no_pin_single = 2500/; s/^no_pin_total = .*/no_pin_total = 7500/' "
             "\"$W/issuer/epursed.conf\"");
  ck_assert(installation_start(&flow_world));
}

/* Sales that follow each other at once cost the server a request each, and fewer for their confirmations; a till that
 * ends has confirmed. */
START_TEST(a_sale_costs_one_request) {
  const unsigned purchases = flow_requests("/v1/purchases"), confirmations = flow_requests("/v1/confirmations");
  char reference[16];
  day_begin("till-requests");
  const struct till_request first = day_sale("H", 10); /* with the PIN: then the till knows that it need not ask */
  ck_assert_int_eq(day_sell(&first).status, STATUS_OK);
  for (int i = 0; i < 5; i++) {
    snprintf(reference, sizeof reference, "H%d", i);
    struct till_request request = day_sale(reference, 10);
    request.ask_pin = false;
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    struct till_result result = day_finish(reference);
    ck_assert_int_eq(result.status, STATUS_OK);
    ck_assert(!result.outcome.confirmed); /* it waited for one answer of the server's, not for two */
  }
  till_close(&till);
  ck_assert_uint_eq(flow_requests("/v1/purchases"), purchases + 6);
  ck_assert_uint_gt(flow_requests("/v1/confirmations"), confirmations);
  ck_assert_uint_lt(flow_requests("/v1/confirmations"), confirmations + 6);
  flow_card_settled(&card, DAY_MONEY - 60);
  day_end();
}
END_TEST

START_TEST(one_till_has_the_terminal) {
  char folder[512], problem[256];
  struct till *second = NULL;
  day_begin("till-lock");
  snprintf(folder, sizeof folder, "%s/pos", flow_world.folder);
  const struct till_options options = {.config = folder};
  ck_assert_int_eq(till_open(&options, &second, problem), STATUS_READER_BUSY);
  ck_assert_ptr_null(second);
  ck_assert_ptr_nonnull(strstr(problem, "another till"));
  day_end();
}
END_TEST

static Suite *till_suite(void) {
  Suite *suite = suite_create("till");
  TCase *tests = tcase_create("till");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  tcase_add_test(tests, a_sale_is_told_step_by_step);
  till_reference_tests(tests);
  tcase_add_test(tests, a_name_rides_on_a_kept_line);
  tcase_add_test(tests, a_name_of_another_till_is_told);
  tcase_add_test(tests, a_line_that_dies_is_told);
  tcase_add_loop_test(tests, a_refusal_without_a_line_is_none, 0, 2);
  tcase_add_test(tests, what_waits_is_aborted);
  tcase_add_test(tests, nonsense_begins_nothing);
  tcase_add_loop_test(tests, a_card_that_slips_out_binds_nobody, 0, 2);
  tcase_add_test(tests, another_card_is_not_paid_out);
  till_totals_tests(tests);
  tcase_add_test(tests, a_code_is_not_guessed);
  tcase_add_test(tests, one_till_has_the_terminal);
  suite_add_tcase(suite, tests);
  TCase *quick = tcase_create("quick");
  tcase_set_timeout(quick, 120);
  tcase_add_unchecked_fixture(quick, quick_world_begin, flow_world_end);
  tcase_add_test(quick, a_sale_costs_one_request);
  suite_add_tcase(suite, quick);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {till_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
