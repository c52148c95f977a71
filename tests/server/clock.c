/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/clock.c: what is signed, and what is not, by a clock that is in doubt. */
#include "server/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/ledger_clock.h"
#include "epurse/message_deny.h"
#include "epurse/message_refund.h"
#include "http/request.h"
#include "purse.h"
#include "server/routes.h"
#include "suites.h"

#define DAY 86400

static enum status pay(struct purse *purse, struct world *world) {
  purse_promise(purse, TRANSACTION_PURCHASE, 50, &world->pos);
  return station_tell(&world->pos, &world->service, MESSAGE_PURCHASE,
                      purse_order(purse, world, MESSAGE_PURCHASE, purse->pin));
}

static enum status load(struct purse *purse, struct world *world) {
  purse_promise(purse, TRANSACTION_LOAD, 50, &world->reload);
  return station_tell(&world->reload, &world->service, MESSAGE_LOAD, purse_load_order(purse, world, "cash", "R-1"));
}

static enum status give_back(struct purse *purse, struct world *world, uint32_t sale) {
  purse_refund(purse, sale, 50, &world->pos);
  return station_tell(&world->pos, &world->service, MESSAGE_REFUND, purse_order(purse, world, MESSAGE_REFUND, NULL));
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, 5000);
}

/* The server ends and begins again: what it knows of the time is what the ledger knows. */
static void restart(struct world *world) {
  struct service *service = &world->service;
  struct ledger *ledger = NULL;

  service_stop(service);
  memset(&service->clock_mark, 0, sizeof service->clock_mark);
  ck_assert_int_eq(ledger_open(service->configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(service_start(service, &ledger), STATUS_OK);
}

/* Neither an order for a card nor a list that a till believes: each kind of answer that carries the time. */
START_TEST(no_kind_of_answer_is_signed) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  uint32_t sale = purse.atc;
  world.now += 46 * DAY;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(load(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(give_back(&purse, &world, sale), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)),
                   STATUS_CLOCK_DOUBTFUL);
  world_close(&world);
}
END_TEST

/* A refund without its card is asked for its window and its day too. */
START_TEST(nothing_is_owed_by_days_that_nobody_knows) {
  struct world world;
  struct purse purse;
  struct owed_refund owed = {.amount = 20};

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 50, &world.pos);
  struct answer answer;
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  memcpy(owed.cid, purse.cid, CID_SIZE);
  owed.atc = purse.atc;
  world.now += 46 * DAY;
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_OWED_REFUND, owed_refund_body(&owed)),
                   STATUS_CLOCK_DOUBTFUL);
  world.now -= 46 * DAY;
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_OWED_REFUND, owed_refund_body(&owed)), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A promise's time is its terminal's word. One that has not come would be believed later to be after what was before
 * it. */
START_TEST(no_promise_of_a_time_to_come_is_taken) {
  struct world world;
  struct purse purse;
  static const enum message_type kinds[] = {MESSAGE_PURCHASE, MESSAGE_LOAD};

  begin(&world, &purse);
  struct station *const stations[] = {&world.pos, &world.reload};
  for (size_t i = 0; i < 2; i++) {
    bool load = kinds[i] == MESSAGE_LOAD;
    purse_promise(&purse, load ? TRANSACTION_LOAD : TRANSACTION_PURCHASE, 50, stations[i]);
    moment_from_unix(world.now + MESSAGE_CLOCK_SKEW + 1, purse.promise.time);
    purse_sign(&purse);
    for (int j = 0; j < 2; j++) {
      json_t *order =
          load ? purse_load_order(&purse, &world, "cash", "R-1") : purse_order(&purse, &world, kinds[i], purse.pin);
      ck_assert_int_eq(station_tell(stations[i], &world.service, kinds[i], order),
                       j == 0 ? STATUS_CLOCK_OFF : STATUS_OK);
      world.now += 1 - j; /* it comes */
    }
    world.now -= 1;
  }
  world_close(&world);
}
END_TEST

static enum status confirm_step(struct ledger *ledger, void *context) {
  struct ledger_clock before;

  return ledger_clock_confirm(ledger, *(const int64_t *)context, &before);
}

/* As epursed --confirm-clock does it. */
static void confirm(struct world *world) {
  ck_assert_int_eq(writer_transact(world->service.writer, confirm_step, &world->now), STATUS_OK);
}

static void assert_told(struct world *world, const char *path, int http, const char *word) {
  struct request request = {.method = "GET", .path = path, .content_type = "", .body = "", .peer = &world->pos.peer};
  struct reply reply;

  routes_serve(&world->service, &request, &reply);
  char *text = strndup(reply.text, reply.text_len);
  ck_assert_msg(reply.http_status == http && strstr(text, word) != NULL, "%d %s", reply.http_status, text);
  free(text);
  reply_clear(&reply);
}

/* Where the clock went since the last booking, and whether it is believed there. */
static const struct {
  int64_t moved;
  bool again; /* the server was started again meanwhile: it knows to LEDGER_CLOCK_STEP */
  enum status status;
} rows[] = {{-5, false, STATUS_OK},
            {-6, false, STATUS_CLOCK_DOUBTFUL},
            {-DAY, false, STATUS_CLOCK_DOUBTFUL},
            {45 * DAY, false, STATUS_OK},
            {45 * DAY + 1, false, STATUS_CLOCK_DOUBTFUL},
            {1000 * (int64_t)DAY, true, STATUS_CLOCK_DOUBTFUL},
            {-5, true, STATUS_OK},
            {-11, true, STATUS_CLOCK_DOUBTFUL}};

START_TEST(nothing_is_signed_far_from_the_last_booking) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  if (rows[_i].again)
    restart(&world);
  world.now += rows[_i].moved;
  ck_assert_int_eq(pay(&purse, &world), rows[_i].status);
  if (rows[_i].status != STATUS_OK)
    ck_assert_int_eq(load(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  assert_told(&world, "/metrics", 200,
              rows[_i].status == STATUS_OK ? "\nepurse_clock_sound 1\n" : "\nepurse_clock_sound 0\n");
  assert_told(&world, "/metrics", 200, "\nepurse_offline_terminals_silent ");
  world_close(&world);
}
END_TEST

START_TEST(an_operator_confirms) {
  static const int64_t moves[] = {-3 * DAY, 100 * (int64_t)DAY};
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  world.now += moves[_i];
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  assert_told(&world, "/healthz", 503, "CLOCK_DOUBTFUL");
  confirm(&world);
  assert_told(&world, "/healthz", 200, "ok");
  world_close(&world);
}
END_TEST

/* After it, time goes on from there. */
START_TEST(what_was_confirmed_counts) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  world.now -= 600;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  confirm(&world);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  world.now -= 6;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  world.now += 7;
  restart(&world);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  world_close(&world);
}
END_TEST

static bool kept;

static bool synchronised(void) {
  return kept;
}

START_TEST(strict_wants_a_clock_that_is_kept) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  world.service.clock_synchronised = synchronised;
  kept = false;
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK); /* warn */
  world.service.configuration.clock_strict = true;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  confirm(&world); /* that is not what is wrong */
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  kept = true;
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  world_close(&world);
}
END_TEST

/* What no card believes the time of goes on: r, inquiries, blocks, reading; it says nothing of the clock. */
START_TEST(the_rest_goes_on) {
  struct world world;
  struct purse purse;
  struct card_message card = {.reason = "stolen"};

  begin(&world, &purse);
  world.now -= 60;
  ck_assert_int_eq(load(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_TRANSACTION_INQUIRY,
                                purse_inquiry(&purse, MESSAGE_TRANSACTION_INQUIRY, false)),
                   STATUS_OK);
  memcpy(card.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &card)),
      STATUS_OK);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &card)),
      STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status replace(struct world *world, const struct purse *old, const struct purse *new) {
  struct replacement_message cards;

  memcpy(cards.cid, old->cid, CID_SIZE);
  memcpy(cards.new_cid, new->cid, CID_SIZE);
  return station_tell(&world->admin, &world->service, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards));
}

static enum status renew(struct world *world, const struct purse *old, const struct purse *new) {
  struct replacement_message cards;

  memcpy(cards.cid, old->cid, CID_SIZE);
  memcpy(cards.new_cid, new->cid, CID_SIZE);
  return station_tell(&world->desk, &world->service, MESSAGE_CARD_RENEWAL, replacement_body(&cards));
}

static enum status settle(struct world *world) {
  return station_tell(&world->admin, &world->service, MESSAGE_SETTLEMENT, json_object());
}

/* Whose money it is when days have passed: a clock that ran ahead would give it away while a till still has the
 * proof. */
START_TEST(nothing_is_decided_by_days_that_may_not_have_passed) {
  struct world world;
  struct purse purse, new;
  struct card_message card = {.reason = "lost"};

  begin(&world, &purse);
  purse_issue(&new, &world, 2);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  memcpy(card.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &card)),
      STATUS_OK);
  world.service.configuration.replacement_days = 14;
  ck_assert_int_eq(replace(&world, &purse, &new), STATUS_REPLACEMENT_TOO_EARLY);
  world.now += 46 * DAY;
  ck_assert_int_eq(replace(&world, &purse, &new), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(renew(&world, &purse, &new), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(settle(&world), STATUS_CLOCK_DOUBTFUL);
  confirm(&world);
  ck_assert_int_ne(settle(&world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(replace(&world, &purse, &new), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Not at each request. */
START_TEST(it_is_logged_when_it_begins_and_ends) {
  int ends[2];
  char text[8192] = "";
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(pipe(ends), 0);
  world.service.log = (struct log){.fd = ends[1], .level = LOG_ERROR};
  world.now -= 60;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_DOUBTFUL);
  ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
  const char *line = strstr(text, "level=error event=clock state=behind code=CLOCK_DOUBTFUL now=");
  ck_assert_msg(line != NULL && strstr(strchr(line, '\n'), "event=clock") == NULL, "%s", text);
  world.service.log.fd = -1;
  close(ends[0]);
  close(ends[1]);
  world_close(&world);
}
END_TEST

/* One of several servers, or this one until somebody sets it: what no terminal agrees with is signed for nobody, and
 * others are not behind for it, nor is this one when its clock is right again. */
START_TEST(a_clock_that_no_terminal_shares_moves_nothing) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  world.pos.now = world.now;
  world.now += 3600;
  ck_assert_int_eq(pay(&purse, &world), STATUS_CLOCK_OFF);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)), STATUS_CLOCK_OFF);
  world.now -= 3600;
  assert_told(&world, "/healthz", 200, "ok");
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  restart(&world);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Many payments of a few seconds write the mark once. */
START_TEST(the_mark_is_seldom_written) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  uint64_t steps = world.service.metrics.steps;
  world.now += LEDGER_CLOCK_STEP - 1;
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  ck_assert_uint_eq(world.service.metrics.steps, steps + 1);
  world.now += 1;
  ck_assert_int_eq(pay(&purse, &world), STATUS_OK);
  ck_assert_uint_eq(world.service.metrics.steps, steps + 3);
  world_close(&world);
}
END_TEST

Suite *clock_suite(void) {
  Suite *suite = suite_create("clock");
  TCase *all = world_case("clock");

  tcase_add_test(all, no_kind_of_answer_is_signed);
  tcase_add_test(all, nothing_is_owed_by_days_that_nobody_knows);
  tcase_add_test(all, no_promise_of_a_time_to_come_is_taken);
  tcase_add_loop_test(all, nothing_is_signed_far_from_the_last_booking, 0, sizeof rows / sizeof rows[0]);
  tcase_add_loop_test(all, an_operator_confirms, 0, 2);
  tcase_add_test(all, what_was_confirmed_counts);
  tcase_add_test(all, strict_wants_a_clock_that_is_kept);
  tcase_add_test(all, nothing_is_decided_by_days_that_may_not_have_passed);
  tcase_add_test(all, the_rest_goes_on);
  tcase_add_test(all, it_is_logged_when_it_begins_and_ends);
  tcase_add_test(all, a_clock_that_no_terminal_shares_moves_nothing);
  tcase_add_test(all, the_mark_is_seldom_written);
  suite_add_tcase(suite, all);
  return suite;
}
