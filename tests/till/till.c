/* SPDX-License-Identifier: Apache-2.0
 * The till: one sale at a time, its events without gaps, its results by reference; torn or killed, nothing is taken twice. */
#include "epurse/till.h"

#include "epurse/terminal_closing.h"
#include "epurse/terminal_payout.h"
#include "epurse/terminal_refund.h"
#include "epurse/terminal_turn.h"
#include "epurse/till_shift.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "run.h"
#include "system/flow_card.h"
#include "system/flow_world.h"

#define START 10000
#define LONG  30000 /* milliseconds: a busy machine is slow */

static struct flow_card card;
static struct till *till;

/* ---- the reader that is found ---- */

static void nothing(void *context) {
  (void)context;
}

enum status __wrap_reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]);
enum status __wrap_reader_open_pcsc(const char *spec, struct reader **reader, char problem[512]) {
  (void)spec;
  problem[0] = 0;
  *reader = malloc(sizeof **reader);
  ck_assert_ptr_nonnull(*reader);
  **reader = card.reader;
  (*reader)->shutdown = nothing; /* the card lives on */
  return STATUS_OK;
}

/* ---- a day ---- */

static void open_till(const char *name) {
  char folder[512], problem[256];
  const struct till_options options = {.config = folder, .rest_ms = 100};
  snprintf(folder, sizeof folder, "%s/%s", flow_world.folder, name);
  ck_assert_msg(till_open(&options, &till, problem) == STATUS_OK, "%s", problem);
}

static void begin(const char *name) {
  flow_card_issue(&card, name, START);
  open_till("pos");
}

static void end(void) {
  till_close(&till);
  ck_assert_ptr_null(till);
  flow_ledger_clean();
  flow_card_remove(&card);
}

static struct till_request sale(const char *reference, int64_t minor) {
  struct till_request request = {
      .kind = TILL_SALE, .amount = {minor, 978}, .wait_seconds = 1, .card_stays = true, .ask_pin = true};
  snprintf(request.reference, sizeof request.reference, "%s", reference);
  return request;
}

/* Until the till has come so far with it; its number. */
static uint64_t await(const char *reference, enum till_step step, uint64_t after) {
  for (struct till_event event;; after = event.number) {
    ck_assert_msg(till_await(till, after, LONG), "%s: no %s", reference, till_step_name(step));
    ck_assert_uint_eq(till_events(till, after, &event, 1), 1);
    ck_assert_uint_eq(event.number, after + 1);
    if (event.step == step && strcmp(event.reference, reference) == 0)
      return event.number;
  }
}

static struct till_result finish(const char *reference) {
  struct till_result result;
  ck_assert_int_eq(till_finish(till, reference, LONG, &result), STATUS_OK);
  ck_assert(!result.running);
  return result;
}

static struct till_result sell(const struct till_request *request) {
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  await(request->reference, TILL_PIN_WANTED, after);
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
  return finish(request->reference);
}

/* Within a second, and without anybody's doing, the server has heard of it. */
static void confirms(const char *reference) {
  const struct timespec pause = {0, 10000000};
  struct till_result result = {.running = true};
  for (int i = 0; i < LONG / 10 && !result.outcome.confirmed; i++) {
    ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
    nanosleep(&pause, NULL);
  }
  ck_assert(result.outcome.confirmed);
}

START_TEST(a_sale_is_told_step_by_step) {
  begin("till-plain");
  const struct till_request request = sale("A1", 100);
  struct till_result result = sell(&request), last;
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_int_eq(result.outcome.balance_after, START - 100);
  ck_assert(!result.outcome.confirmed && !result.held && result.kind == TILL_SALE); /* people first, then the server */
  ck_assert_int_eq(till_last(till, &last), STATUS_OK);
  ck_assert_str_eq(last.reference, "A1");
  static const enum till_step steps[] = {TILL_BEGUN,       TILL_CARD_IN,     TILL_PIN_WANTED,
                                         TILL_AUTHORISING, TILL_REMOVE_CARD, TILL_DONE};
  uint64_t at = 0;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    at = await("A1", steps[i], at);
  ck_assert_uint_eq(at, till_newest(till));
  confirms("A1");
  flow_card_settled(&card, START - 100);
  end();
}
END_TEST

START_TEST(a_reference_is_done_once) {
  begin("till-once");
  const struct till_request request = sale("B1", 100), other = sale("B1", 101);
  struct till_result result = sell(&request);
  ck_assert_int_eq(result.status, STATUS_OK);
  for (int life = 0; life < 2; life++) { /* the second one has only the journal */
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    result = finish("B1");
    ck_assert(result.status == STATUS_OK && result.outcome.finished_before);
    ck_assert_int_eq(till_start(till, &other), STATUS_OK);
    ck_assert_int_eq(finish("B1").status, STATUS_REFERENCE_USED);
    ck_assert_int_eq(till_status(till, "B1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == 100);
    till_close(&till);
    open_till("pos");
    ck_assert_int_eq(till_status(till, "B1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.kind == TILL_SALE && result.outcome.amount.minor == 100);
  }
  ck_assert_int_eq(till_status(till, "B2", &result), STATUS_NOT_FOUND);
  flow_card_settled(&card, START - 100);
  end();
}
END_TEST

/* A card that has less pays what it has: what is left to pay is told for as long as this life knows it. */
START_TEST(what_is_left_is_told_again) {
  struct till_request request = sale("S1", START + 100), other = sale("S1", 100);
  struct till_result result;
  begin("till-left");
  request.up_to = true;
  ck_assert_int_eq(sell(&request).status, STATUS_OK);
  for (int round = 0; round < 2; round++) {
    ck_assert_int_eq(till_status(till, "S1", &result), STATUS_OK);
    ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == START &&
              result.outcome.wanted == START + 100);
    ck_assert_int_eq(till_start(till, &other), STATUS_OK);
    ck_assert_int_eq(finish("S1").status, STATUS_REFERENCE_USED);
  }
  confirms("S1");
  end();
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
  struct till_request request = sale("R1", 100), other = sale("R1", 101), back = sale("R2", 60);
  struct till_result result;
  begin("till-done");
  ck_assert_int_eq(sell(&request).status, STATUS_OK);
  back.kind = TILL_REFUND;
  back.without_card = true;
  snprintf(back.sale, sizeof back.sale, "R1");
  ck_assert_int_eq(till_start(till, &back), STATUS_OK);
  result = finish("R2");
  ck_assert_msg(result.status == STATUS_OK && result.owed, "%s", status_name(result.status));
  int turn = turn_of_another();
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = finish("R1");
  ck_assert(result.status == STATUS_REFERENCE_DONE && till_is_done(&result) && result.outcome.amount.minor == 100);
  ck_assert_int_eq(till_start(till, &other), STATUS_OK);
  ck_assert_int_eq(finish("R1").status, STATUS_REFERENCE_USED);
  ck_assert_int_eq(till_start(till, &back), STATUS_OK);
  result = finish("R2");
  ck_assert(result.status == STATUS_REFERENCE_DONE && result.owed && result.outcome.amount.minor == 60);
  request = sale("R3", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = finish("R3");
  ck_assert(result.status == STATUS_TILL_BUSY && !till_is_done(&result) && !result.held);
  turn_end(&turn);
  ck_assert_int_eq(till_status(till, "R1", &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && result.outcome.amount.minor == 100);
  ck_assert_int_eq(till_status(till, "R2", &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && result.owed && result.outcome.amount.minor == 60);
  ck_assert_int_eq(till_status(till, "R3", &result), STATUS_OK);
  ck_assert_int_eq(result.status, STATUS_TILL_BUSY); /* it says why */
  end();
}
END_TEST

static enum status elsewhere(const char *reference, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .ask_pin = true, .reference = reference};
  struct terminal *pos2 = flow_terminal("pos2");
  card.asked = 0;
  enum status status = purchase_run(pos2, &card.reader, &payment, &card.dialogue, outcome);
  terminal_close(&pos2);
  return status;
}

static void owes(const struct till_request *request, enum status told) {
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  struct till_result result = finish(request->reference);
  ck_assert_msg(result.status == told, "%s", status_name(result.status));
  ck_assert(told == STATUS_REFERENCE_USED ||
            (till_is_done(&result) && result.owed && result.outcome.amount.minor == 60));
}

/* What is owed under a name is told so without a line, and is not given to the card as well. */
START_TEST(what_is_owed_is_owed_once) {
  struct till_request back = sale("V2", 60), other = sale("V2", 50), another = sale("V2", 60);
  struct outcome outcome;
  flow_impatient();
  begin("till-owed");
  ck_assert_int_eq(elsewhere("V1", 200, &outcome), STATUS_OK);
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
  ck_assert_int_eq(flow_card_balance(&card), START - 200);
  ck_assert_int_eq(flow_facts(card.cid).owed, 60);
  end();
}
END_TEST

static void looks(const char *reference, enum status told, bool held) {
  struct till_result result;
  ck_assert_int_eq(till_look(till, reference, &result), STATUS_OK);
  ck_assert_msg(result.status == told, "%s: %s", reference, status_name(result.status));
  ck_assert(result.held == held);
}

/* What this life or the journal knows is told without asking the server, and what only the server knows is not made up. */
START_TEST(what_is_known_here_is_asked_of_nobody) {
  struct till_result result;
  const struct till_request done = sale("W1", 100), refused = sale("W2", 100), torn = sale("W3", 100);
  begin("till-look");
  ck_assert_int_eq(sell(&done).status, STATUS_OK);
  card.away = true;
  ck_assert_int_eq(till_start(till, &refused), STATUS_OK);
  ck_assert_int_eq(finish("W2").status, STATUS_NO_CARD);
  flow_card_return(&card);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert(sell(&torn).held);
  const unsigned queries = flow_requests("/v1/reference-queries");
  looks("W1", STATUS_OK, false);
  looks("W2", STATUS_NO_CARD, false);
  looks("W3", STATUS_REFERENCE_HELD, true);
  ck_assert_int_eq(till_look(till, "W4", &result), STATUS_NOT_FOUND);
  till_close(&till);
  open_till("pos");
  looks("W1", STATUS_OK, false);
  ck_assert_int_eq(till_look(till, "W2", &result), STATUS_NOT_FOUND);
  looks("W3", STATUS_REFERENCE_HELD, true);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  flow_card_return(&card);
  ck_assert_int_eq(till_start(till, &torn), STATUS_OK);
  ck_assert_int_eq(finish("W3").status, STATUS_OK);
  looks("W3", STATUS_OK, false);
  confirms("W3");
  flow_card_settled(&card, START - 200);
  end();
}
END_TEST

/* ---- the name rides with the purchase ---- */

/* The same again at this till, whose holder types a PIN once where that is `typed`. */
static struct till_result again(const char *reference, int64_t minor, bool typed) {
  const struct till_request request = sale(reference, minor);
  if (typed)
    return sell(&request);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  return finish(reference);
}

/* Asked for ahead on a line that is new, unless the till itself has used it already; then the purchase is all that is asked. */
START_TEST(a_name_rides_on_a_kept_line) {
  const unsigned before = flow_requests("/v1/reference-queries"), purchases = flow_requests("/v1/purchases");
  struct till_health health;
  begin("till-rides");
  ck_assert_int_eq(again("I1", 100, true).status, STATUS_OK);
  const unsigned queries = flow_requests("/v1/reference-queries");
  ck_assert_uint_le(queries, before + 1);
  ck_assert_int_eq(again("I2", 100, true).status, STATUS_OK);
  ck_assert_int_eq(again("I3", 100, true).status, STATUS_OK);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  ck_assert_int_eq(again("I2", 100, false).status, STATUS_OK); /* the journal knows: nobody types a PIN in vain */
  ck_assert_int_eq(again("I2", 101, false).status, STATUS_REFERENCE_USED);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries);
  ck_assert_uint_eq(flow_requests("/v1/purchases"), purchases + 3);
  till_health(till, &health);
  ck_assert(health.server);
  confirms("I3");
  flow_card_settled(&card, START - 300);
  end();
}
END_TEST

/* What another till did under the name is told in place of whatever this one ended with, and nothing is taken again. */
START_TEST(a_name_of_another_till_is_told) {
  struct outcome outcome;
  struct till_result result;
  begin("till-others");
  ck_assert_int_eq(again("J0", START - 900, true).status, STATUS_OK); /* 900 are left */
  ck_assert_int_eq(elsewhere("J1", 300, &outcome), STATUS_OK);
  ck_assert_int_eq(elsewhere("J2", 400, &outcome), STATUS_OK);
  const unsigned queries = flow_requests("/v1/reference-queries");
  result = again("J1", 301, true); /* the card has less: it says so, and the server has the last word */
  ck_assert_int_eq(result.status, STATUS_REFERENCE_USED);
  result = again("J2", 400, true);
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 200);
  result = again("J1", 100, true); /* promised, and refused by the server itself */
  ck_assert_int_eq(result.status, STATUS_REFERENCE_USED);
  ck_assert_uint_eq(flow_requests("/v1/reference-queries"), queries + 2);
  card.away = true;
  result = again("J1", 300, false); /* no card comes */
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 600);
  ck_assert_int_eq(again("J3", 300, false).status, STATUS_NO_CARD);
  flow_card_return(&card);
  ck_assert_int_eq(elsewhere("J3", 200, &outcome), STATUS_OK);
  result = again("J3", 200, true); /* nothing is left: refused by the card, and done all the same */
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 0);
  flow_card_settled(&card, 0);
  end();
}
END_TEST

static void pull_line(void *context) {
  (void)context;
  flow_server_freeze();
}

/* The line dies when the card is there already: nothing is taken, the till knows it, and asks ahead before the next card. */
START_TEST(a_line_that_dies_is_told) {
  struct till_health health;
  struct till_result result;
  flow_impatient();
  begin("till-dies");
  ck_assert_int_eq(again("K1", 100, true).status, STATUS_OK);
  confirms("K1");
  card.accident = (struct accident){.ins = INS_INITIALIZE, .hook = pull_line};
  ck_assert_int_eq(again("K2", 100, true).status, STATUS_NO_SERVER);
  till_health(till, &health);
  ck_assert(!health.server);
  ck_assert_int_eq(again("K2", 100, false).status, STATUS_NO_SERVER); /* no PIN is typed in vain */
  flow_server_thaw();
  result = again("K2", 100, true);
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert(!result.outcome.finished_before);
  till_health(till, &health);
  ck_assert(health.server);
  confirms("K2");
  flow_card_settled(&card, START - 200);
  end();
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

/* The line dies before the card itself refuses: it may be done elsewhere, so it is no refusal until somebody has been asked. */
START_TEST(a_refusal_without_a_line_is_none) {
  const char *first = _i == 0 ? "M1" : "N1", *second = _i == 0 ? "M2" : "N2";
  struct outcome outcome;
  struct till_result result;
  flow_impatient();
  begin("till-refuses");
  ck_assert_int_eq(again(first, START - 300, true).status, STATUS_OK);
  confirms(first);
  ck_assert_int_eq(elsewhere(second, 200, &outcome), STATUS_OK); /* 100 are left */
  card.accident = (struct accident){.ins = INS_INITIALIZE, .hook = _i == 0 ? pull_line : cut_line};
  result = again(second, 200, true);
  ck_assert_int_eq(result.status, _i == 0 ? STATUS_NO_SERVER : STATUS_OK);
  if (_i == 0)
    flow_server_thaw();
  result = again(second, 200, _i == 1);
  ck_assert(result.status == STATUS_OK && result.outcome.finished_before && result.outcome.balance_after == 100);
  flow_card_settled(&card, 100);
  end();
}
END_TEST

/* The card is lost in the middle of the debit: held, and the same again with the same card ends it. */
START_TEST(a_torn_sale_is_finished) {
  struct till_result result;
  begin("till-torn");
  const struct till_request request = sale("C1", 100);
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  result = sell(&request);
  ck_assert(result.held);
  ck_assert_int_eq(result.status, STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(till_status(till, "C1", &result), STATUS_OK);
  ck_assert(result.held);
  flow_card_return(&card);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  result = finish("C1");
  ck_assert_int_eq(result.status, STATUS_OK);
  confirms("C1");
  flow_card_settled(&card, START - 100);
  end();
}
END_TEST

/* Still begun, whatever the last try came to. */
static void stands(const char *reference, enum status told) {
  struct till_result result = finish(reference);
  ck_assert_msg(result.status == told, "%s: %s", reference, status_name(result.status));
  ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
  ck_assert_msg(result.held, "%s: %s", reference, status_name(result.status));
}

/* The same once more with whatever is in the reader, whose holder types that, where it is not NULL, and goes when it is asked for again. */
static void try_again(const struct till_request *request, const char *pin, enum status told) {
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_start(till, request), STATUS_OK);
  if (pin != NULL) {
    after = await(request->reference, TILL_PIN_WANTED, after);
    ck_assert_int_eq(till_pin(till, NULL, pin), STATUS_OK);
  }
  if (pin != NULL && strcmp(pin, HOLDER_PIN) != 0) {
    await(request->reference, TILL_PIN_WANTED, after);
    ck_assert_int_eq(till_abort(till, NULL), STATUS_OK);
  }
  stands(request->reference, told);
}

/* What a card that is another one, or does not answer, comes to says nothing of the sale that is begun: here, or at another till. */
START_TEST(a_torn_sale_outlasts_other_cards) {
  const bool here = _i == 0;
  const char *reference = here ? "O1" : "O2";
  struct outcome outcome;
  struct till_result result;
  struct flow_card other;
  flow_card_issue(&other, here ? "till-other" : "till-other2", 50);
  begin(here ? "till-lasts" : "till-lasts2");
  struct till_request request = sale(reference, 100), more = sale(reference, 200);
  ck_assert_int_eq(again(here ? "O3" : "O4", 100, true).status, STATUS_OK); /* the line is known */
  card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  if (here)
    ck_assert_int_eq(sell(&request).status, STATUS_OUTCOME_UNKNOWN);
  else
    ck_assert_int_eq(elsewhere(reference, 100, &outcome), STATUS_OUTCOME_UNKNOWN);
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
  result = again(reference, 100, !here);
  ck_assert_msg(result.status == STATUS_OK, "%s", status_name(result.status));
  ck_assert_int_eq(till_status(till, reference, &result), STATUS_OK);
  ck_assert(result.status == STATUS_OK && !result.held);
  confirms(reference);
  flow_card_settled(&card, START - 200);
  flow_card_remove(&other);
  end();
}
END_TEST

/* The same of a payout that its card has paid and nobody has handed out. */
START_TEST(a_payout_outlasts_a_mute_card) {
  struct till_request request = sale("Q1", 100);
  begin("till-payout");
  till_close(&till);
  open_till("reload");
  request.kind = TILL_PAYOUT;
  request.ask_pin = false;
  for (int round = 0; round < 2; round++) {
    uint64_t after = till_newest(till);
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    if (round == 0) {
      await("Q1", TILL_PIN_WANTED, after);
      ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
    }
    await("Q1", TILL_QUESTION, after);
    ck_assert_int_eq(till_answer(till, NULL, round == 1, NULL), STATUS_OK);
    if (round == 1)
      break;
    stands("Q1", STATUS_PAYOUT_OPEN);
    card.accident = (struct accident){.ins = INS_SELECT, .drop_before = true, .silent = true};
    try_again(&request, NULL, STATUS_PAYOUT_OPEN);
    flow_card_return(&card);
  }
  ck_assert_int_eq(finish("Q1").status, STATUS_OK);
  confirms("Q1");
  flow_card_settled(&card, START - 100);
  end();
}
END_TEST

START_TEST(what_waits_is_aborted) {
  struct till_request request = sale("D1", 100), second = sale("D2", 100), other = sale("D1", 200);
  begin("till-abort");
  uint64_t after = till_newest(till);
  ck_assert_int_eq(till_abort(till, NULL), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_answer(till, NULL, true, NULL), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  await("D1", TILL_PIN_WANTED, after);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  ck_assert_int_eq(till_start(till, &other), STATUS_REFERENCE_USED);
  ck_assert_int_eq(till_start(till, &second), STATUS_TILL_BUSY);
  ck_assert_int_eq(till_pin(till, NULL, "12a4"), STATUS_BAD_FORMAT);
  ck_assert_int_eq(till_pin(till, "D2", HOLDER_PIN), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_abort(till, "D2"), STATUS_NOT_WANTED);
  ck_assert_int_eq(till_abort(till, "D1"), STATUS_OK);
  ck_assert_int_eq(finish("D1").status, STATUS_CANCELLED);
  ck_assert_int_eq(sell(&request).status, STATUS_OK);
  after = till_newest(till);
  ck_assert_int_eq(till_start(till, &second), STATUS_OK);
  await("D2", TILL_PIN_WANTED, after);
  confirms("D1"); /* while D2 waits for a PIN */
  flow_card_settled(&card, START - 100);
  end(); /* and so is it when the till ends */
}
END_TEST

START_TEST(nonsense_begins_nothing) {
  struct till_request request = sale("E1", 0);
  struct till_result result;
  begin("till-nonsense");
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount.minor = -1;
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount = (struct amount){AMOUNT_MAX_ON_CARD + 1, 978};
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_AMOUNT);
  request.amount = (struct amount){100, 756};
  ck_assert_int_eq(till_start(till, &request), STATUS_WRONG_CURRENCY);
  request = sale("", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_FORMAT);
  request = sale("E 1", 100);
  ck_assert_int_eq(till_start(till, &request), STATUS_BAD_FORMAT);
  request = sale("E1", 100);
  request.kind = TILL_LOAD;
  ck_assert_int_eq(till_start(till, &request), STATUS_NOT_PERMITTED);
  ck_assert_uint_eq(till_newest(till), 0);
  ck_assert_int_eq(till_last(till, &result), STATUS_NOT_FOUND);
  end();
}
END_TEST

/* More sales than are remembered: the list of events goes on, and the journal knows the old ones. */
START_TEST(what_is_forgotten_is_asked_of_the_journal) {
  char reference[16];
  struct till_result result;
  struct till_event events[TILL_EVENTS + 1];
  struct till_totals totals;
  begin("till-many");
  const struct till_request first = sale("F", 100);
  ck_assert_int_eq(sell(&first).status, STATUS_OK);
  card.away = true;
  for (int i = 0; i < TILL_RESULTS + 1; i++) {
    snprintf(reference, sizeof reference, "F%d", i);
    struct till_request request = sale(reference, 100);
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    ck_assert_int_eq(finish(reference).status, STATUS_NO_CARD);
  }
  flow_card_return(&card);
  ck_assert_uint_eq(till_events(till, 0, events, TILL_EVENTS + 1), TILL_EVENTS);
  ck_assert_uint_eq(events[TILL_EVENTS - 1].number, till_newest(till));
  ck_assert_int_eq(till_status(till, "F", &result), STATUS_OK);
  ck_assert_int_eq(result.status, STATUS_OK);
  ck_assert_int_eq(till_status(till, "F0", &result), STATUS_NOT_FOUND); /* nothing was taken */
  ck_assert_int_eq(till_totals(till, 0, &totals), STATUS_OK);
  ck_assert_uint_ge(totals.kinds[TILL_SALE].count, 1);
  end();
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
  struct till_request request = sale("T1", 100);
  flow_card_issue(&card, "till-slips", START);
  slot_begin();
  slot.slips = _i == 0;
  if (_i == 1)
    card.accident = (struct accident){.ins = INS_SELECT, .drop_before = true, .keep_away = true};
  open_till("pos");
  request.wait_seconds = 60;
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  await("T1", TILL_WAITING, await("T1", TILL_CARD_IN, 0));
  ck_assert_int_eq(till_abort(till, "T1"), STATUS_OK);
  ck_assert_int_eq(finish("T1").status, STATUS_CANCELLED);
  flow_card_return(&card);
  flow_card_settled(&card, START);
  end();
}
END_TEST

#define OTHER_PIN "135790"

/* The card of which all is to be paid out goes after its balance was read, and another one comes: its PIN is not tried. */
START_TEST(another_card_is_not_paid_out) {
  struct till_request request = {
      .kind = TILL_PAYOUT, .whole = true, .wait_seconds = 60, .card_stays = true, .reference = "U1"};
  struct flow_card other;
  struct outcome outcome;
  flow_card_issue(&other, "till-other", START);
  other.new_pin = OTHER_PIN;
  other.asked = 0;
  struct terminal *terminal = flow_terminal("pos");
  ck_assert_int_eq(pin_change_run(terminal, &other.reader, 0, &other.dialogue, &outcome), STATUS_OK);
  terminal_close(&terminal);
  flow_card_issue(&card, "till-first", START);
  slot_begin();
  open_till("reload");
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  await("U1", TILL_PIN_WANTED, 0);
  slot.other = &other;
  ck_assert_int_eq(till_pin(till, NULL, HOLDER_PIN), STATUS_OK);
  struct till_result result = finish("U1");
  ck_assert_msg(result.status == STATUS_CANCELLED, "%s", status_name(result.status));
  till_close(&till);
  ck_assert_uint_eq(vcard_memory(other.vcard)->pin_tries_left, PIN_TRIES);
  flow_card_settled(&card, START);
  flow_card_settled(&other, START);
  flow_ledger_clean();
  struct reader *inner = card.inner; /* each its own again */
  card.inner = other.inner;
  other.inner = inner;
  flow_card_remove(&card);
  flow_card_remove(&other);
}
END_TEST

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
  open_till(name);
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

/* A payout that went back on its card was none; a card that was ended has its deposit out of the drawer too; points are no money. */
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

static enum code_door door = CODE_PROGRAM;

static enum status give_back(const char *reference, const char *code) {
  struct till_request request = {
      .kind = TILL_REFUND, .amount = {10, 978}, .wait_seconds = 1, .card_stays = true, .sale = "G1", .door = door};
  snprintf(request.reference, sizeof request.reference, "%s", reference);
  snprintf(request.supervisor, sizeof request.supervisor, "%s", code);
  ck_assert_int_eq(till_start(till, &request), STATUS_OK);
  return finish(reference).status;
}

/* Whoever has the till's interface all night does not find the supervisor's code: after five wrong ones the right one is none either. */
START_TEST(a_code_is_not_guessed) {
  char path[512];
  struct till_result result;
  begin("till-code");
  struct terminal *terminal = flow_terminal("pos");
  const struct till_request request = sale("G1", 100);
  ck_assert_int_eq(sell(&request).status, STATUS_OK);
  ck_assert_int_eq(supervisor_set(terminal, "246810"), STATUS_OK);
  terminal_close(&terminal);
  for (int i = 0; i < 8; i++) /* none is no wrong one */
    ck_assert_int_eq(give_back("G2", i % 2 == 0 ? "000000" : ""), STATUS_WRONG_SUPERVISOR);
  ck_assert_int_eq(give_back("G2", "246810"), STATUS_OK); /* and it is counted anew */
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(give_back("G3", "000000"), STATUS_WRONG_SUPERVISOR);
  ck_assert_int_eq(give_back("G3", "246810"), STATUS_WRONG_SUPERVISOR);
  flow_card_settled(&card, START - 90);
  till_close(&till); /* a restart forgets none, and the terminal's own programs count with it */
  open_till("pos");
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
  flow_card_settled(&card, START - 80);
  end();
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

/* Sales that follow each other at once cost the server a request each, and fewer for their confirmations; a till that ends has confirmed. */
START_TEST(a_sale_costs_one_request) {
  const unsigned purchases = flow_requests("/v1/purchases"), confirmations = flow_requests("/v1/confirmations");
  char reference[16];
  begin("till-requests");
  const struct till_request first = sale("H", 10); /* with the PIN: then the till knows that it need not ask */
  ck_assert_int_eq(sell(&first).status, STATUS_OK);
  for (int i = 0; i < 5; i++) {
    snprintf(reference, sizeof reference, "H%d", i);
    struct till_request request = sale(reference, 10);
    request.ask_pin = false;
    ck_assert_int_eq(till_start(till, &request), STATUS_OK);
    struct till_result result = finish(reference);
    ck_assert_int_eq(result.status, STATUS_OK);
    ck_assert(!result.outcome.confirmed); /* it waited for one answer of the server's, not for two */
  }
  till_close(&till);
  ck_assert_uint_eq(flow_requests("/v1/purchases"), purchases + 6);
  ck_assert_uint_gt(flow_requests("/v1/confirmations"), confirmations);
  ck_assert_uint_lt(flow_requests("/v1/confirmations"), confirmations + 6);
  flow_card_settled(&card, START - 60);
  end();
}
END_TEST

START_TEST(one_till_has_the_terminal) {
  char folder[512], problem[256];
  struct till *second = NULL;
  begin("till-lock");
  snprintf(folder, sizeof folder, "%s/pos", flow_world.folder);
  const struct till_options options = {.config = folder};
  ck_assert_int_eq(till_open(&options, &second, problem), STATUS_READER_BUSY);
  ck_assert_ptr_null(second);
  ck_assert_ptr_nonnull(strstr(problem, "another till"));
  end();
}
END_TEST

static Suite *till_suite(void) {
  Suite *suite = suite_create("till");
  TCase *tests = tcase_create("till");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  tcase_add_test(tests, a_sale_is_told_step_by_step);
  tcase_add_test(tests, a_reference_is_done_once);
  tcase_add_test(tests, what_is_left_is_told_again);
  tcase_add_test(tests, what_is_done_is_not_declined);
  tcase_add_test(tests, what_is_owed_is_owed_once);
  tcase_add_test(tests, what_is_known_here_is_asked_of_nobody);
  tcase_add_test(tests, a_name_rides_on_a_kept_line);
  tcase_add_test(tests, a_name_of_another_till_is_told);
  tcase_add_test(tests, a_line_that_dies_is_told);
  tcase_add_loop_test(tests, a_refusal_without_a_line_is_none, 0, 2);
  tcase_add_test(tests, a_torn_sale_is_finished);
  tcase_add_loop_test(tests, a_torn_sale_outlasts_other_cards, 0, 2);
  tcase_add_test(tests, a_payout_outlasts_a_mute_card);
  tcase_add_test(tests, what_waits_is_aborted);
  tcase_add_test(tests, nonsense_begins_nothing);
  tcase_add_test(tests, what_is_forgotten_is_asked_of_the_journal);
  tcase_add_loop_test(tests, a_card_that_slips_out_binds_nobody, 0, 2);
  tcase_add_test(tests, another_card_is_not_paid_out);
  tcase_add_test(tests, totals_are_those_of_a_closing);
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
