/* SPDX-License-Identifier: Apache-2.0
 * Purchases and confirmations that come again, as they are: no number of theirs is taken (src/server/envelope.c). What
 * each does it does once by the card's promise and r; and payments at one till have no row in common. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "epurse/ledger_incident.h"
#include "epurse/ledger_merchant.h"
#include "letter.h"
#include "place.h"
#include "purse.h"
#include "suites.h"

#define LOADED      5000
#define CLOCK_LOOKS 7 /* of a purchase; the last one is for its answer */

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, LOADED);
}

static void send_purchase(struct world *world, struct purse *purse, uint32_t amount, struct letter *letter) {
  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  letter_send(letter, world, &world->pos, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin));
}

/* Both messages of a payment. */
static void pay(struct world *world, struct purse *purse, uint32_t amount, struct letter letters[2]) {
  send_purchase(world, purse, amount, &letters[0]);
  ck_assert_int_eq(letters[0].answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, letters[0].answer.body));
  letter_send(&letters[1], world, &world->pos, MESSAGE_CONFIRMATION, purse_confirmation(purse));
  ck_assert_int_eq(letters[1].answer.code, STATUS_OK);
}

static void send_contact(struct world *world, const struct purse *purse, struct letter *letter) {
  struct card_message body = {0};

  memcpy(body.cid, purse->cid, CID_SIZE);
  letter_send(letter, world, &world->pos, MESSAGE_CARD_CONTACT, card_message_body(MESSAGE_CARD_CONTACT, &body));
  ck_assert_int_eq(letter->answer.code, STATUS_OK);
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

static int64_t shop(struct world *world) {
  struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.balance;
}

static uint64_t last_number(struct world *world) {
  struct ledger_terminal terminal;

  ck_assert_int_eq(
      ledger_terminal_find(writer_ledger(world->service.writer), (const uint8_t *)world->pos.tid, &terminal),
      STATUS_OK);
  return terminal.last_seq;
}

START_TEST(purchase_is_answered_as_before) {
  struct world world;
  struct purse purse;
  struct letter letter;

  begin(&world, &purse);
  send_purchase(&world, &purse, 700, &letter);
  ck_assert_int_eq(letter.answer.code, STATUS_OK);
  letter_assert_same(&letter, &world.service);
  ck_assert_int_eq(shadow(&world, &purse).held, 700);
  ck_assert(purse_commit(&purse, &world, letter.answer.body));
  letter_assert_same(&letter, &world.service); /* and so it is once r was given */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  letter_assert_same(&letter, &world.service);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED - 700);
  ck_assert_int_eq(shop(&world), 700);
  letter_free(&letter);
  world_close(&world);
}
END_TEST

START_TEST(refusal_stands_and_a_wrong_pin_counts_once) {
  struct world world;
  struct purse purse;
  struct letter letters[2];

  begin(&world, &purse);
  send_purchase(&world, &purse, LOADED + 1, &letters[0]);
  ck_assert_int_eq(letters[0].answer.code, STATUS_INSUFFICIENT_BALANCE);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  letter_send(&letters[1], &world, &world.pos, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, "0000"));
  ck_assert_int_eq(letters[1].answer.code, STATUS_WRONG_PIN);
  for (int i = 0; i < 6; i++)
    letter_assert_same(&letters[i % 2], &world.service);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 1);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world_close(&world);
}
END_TEST

/* Neither blocks the card a second time, nor leaves a second incident. */
START_TEST(fork_is_noted_once) {
  struct world world;
  struct purse purse, twin;
  struct letter letters[2];
  struct ledger_incident incidents[3];
  size_t count = 0;

  begin(&world, &purse);
  twin = purse;
  send_purchase(&world, &purse, 100, &letters[0]);
  send_purchase(&world, &twin, 200, &letters[1]);
  ck_assert_int_eq(letters[1].answer.code, STATUS_CARD_FORKED);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(letter_code(&letters[1], &world.service), STATUS_CARD_FORKED);
  letter_assert_same(&letters[0], &world.service);
  ck_assert_int_eq(ledger_incident_list(writer_ledger(world.service.writer), 0, incidents, 3, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world_close(&world);
}
END_TEST

START_TEST(confirmation_books_once) {
  struct world world;
  struct purse purse;
  struct letter letters[2];

  begin(&world, &purse);
  pay(&world, &purse, 1250, letters);
  for (int i = 0; i < 3; i++)
    letter_assert_same(&letters[1], &world.service);
  ck_assert_int_eq(shop(&world), 1250);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED - 1250);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world_close(&world);
}
END_TEST

/* Of a till that has sent many more since, and a card that has paid again: both are the same as ever. What takes a
 * number is taken once. */
START_TEST(old_messages_do_nothing_after_many_others) {
  struct world world;
  struct purse purse;
  struct letter letters[2], more[2], contacts[70];

  begin(&world, &purse);
  pay(&world, &purse, 1250, letters);
  for (size_t i = 0; i < 70; i++)
    send_contact(&world, &purse, &contacts[i]);
  pay(&world, &purse, 100, more);
  for (int i = 0; i < 2; i++) {
    letter_assert_same(&letters[i], &world.service);
    letter_assert_same(&more[i], &world.service);
  }
  ck_assert_int_eq(shop(&world), 1350);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED - 1350);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  for (size_t i = 0; i < 70; i++) {
    ck_assert_int_eq(letter_code(&contacts[i], &world.service), STATUS_REPLAYED);
    letter_free(&contacts[i]);
  }
  for (int i = 0; i < 2; i++)
    letter_free(&letters[i]), letter_free(&more[i]);
  world_close(&world);
}
END_TEST

static enum status take_away(struct ledger *ledger, void *context) {
  return ledger_terminal_revoke(ledger, context);
}

/* The server keeps at hand who a till is, and is not told here that it was revoked: the transaction itself looks. */
START_TEST(revoked_till_is_refused_in_its_next_message) {
  struct world world;
  struct purse purse;
  struct letter first, next;

  begin(&world, &purse);
  send_purchase(&world, &purse, 100, &first);
  ck_assert(purse_commit(&purse, &world, first.answer.body));
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), take_away, world.pos.tid), STATUS_OK);
  ck_assert_int_eq(letter_code(&first, &world.service), STATUS_TERMINAL_REVOKED);
  send_purchase(&world, &purse, 200, &next);
  ck_assert_int_eq(next.answer.code, STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(shadow(&world, &purse).held, 100);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(shop(&world), 100); /* r proves by itself */
  letter_free(&first), letter_free(&next);
  world_close(&world);
}
END_TEST

/* A clock that suspends the card where the server looks at it for the so-manieth time. */
struct suspending_clock {
  struct world *world;
  const struct purse *purse;
  pthread_t thread; /* the server's steps have another one */
  int looks_left;
  bool held; /* the card paid before */
};

static int64_t suspending_clock(void *context) {
  struct suspending_clock *clock = context;

  if (pthread_equal(clock->thread, pthread_self()) && clock->looks_left > 0 && --clock->looks_left == 0) {
    clock->held = shadow(clock->world, clock->purse).held == 100;
    purse_suspend(clock->purse, clock->world);
  }
  return clock->world->now;
}

/* Nor what it has read of a card before: whenever it is suspended, it pays nothing after. _i: at which look at the
 * clock. */
START_TEST(card_that_is_suspended_meanwhile_does_not_pay) {
  struct world world;
  struct purse purse;
  struct letter letter;

  begin(&world, &purse);
  struct suspending_clock clock = {&world, &purse, pthread_self(), _i, false};
  world.service.clock = suspending_clock;
  world.service.clock_context = &clock;
  send_purchase(&world, &purse, 100, &letter);
  ck_assert_int_eq(clock.looks_left, 0);
  ck_assert_int_eq(clock.held, _i == CLOCK_LOOKS);
  ck_assert_int_eq(letter.answer.code, clock.held ? STATUS_OK : STATUS_CARD_SUSPENDED);
  ck_assert_int_eq(shadow(&world, &purse).held, clock.held ? 100 : 0);
  letter_free(&letter);
  world_close(&world);
}
END_TEST

static enum status renew(struct ledger *ledger, void *context) {
  return ledger_terminal_renew(ledger, context);
}

/* As another server renews the till POS: this one is not told. */
static void renew_elsewhere(struct world *world, const struct station *keys, uint8_t year) {
  struct ledger_terminal terminal;

  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world->service.writer), (const uint8_t *)POS, &terminal),
                   STATUS_OK);
  memcpy(terminal.sig_public, key_public(keys->sig), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.ecka_public, key_public(keys->ecka), CRYPTO_P256_PUBLIC_SIZE);
  terminal.expiry[1] = year;
  ck_assert_int_eq(ledger_transact(writer_ledger(world->service.writer), renew, &terminal), STATUS_OK);
}

/* Nor that it has other keys: whoever has the old ones sells nothing with them any more, and nothing but a payment goes
 * by what a server keeps where there are others. */
START_TEST(till_with_other_keys_is_refused_in_its_next_message) {
  struct world world;
  struct purse purse;
  struct letter letters[3];

  begin(&world, &purse);
  pay(&world, &purse, 100, letters);
  renew_elsewhere(&world, &world.expired, 0x40);
  send_purchase(&world, &purse, 200, &letters[2]);
  ck_assert_int_eq(letters[2].answer.code, STATUS_NOT_AUTHENTICATED);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  uint64_t noted = last_number(&world);
  world.pos.seq = INT64_MAX - 1; /* the highest number would be the last that the till may use */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_NOT_AUTHENTICATED);
  ck_assert_uint_eq(last_number(&world), noted);
  if (!place_is_file())
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CARD_CONTACT, json_object()),
                     STATUS_NOT_AUTHENTICATED);
  for (int i = 0; i < 3; i++)
    letter_free(&letters[i]);
  world_close(&world);
}
END_TEST

/* A till that only sells writes its row once in ten minutes, with whatever comes then; the server's own memory of it is
 * no newer than the ledger. */
START_TEST(till_is_heard_of_now_and_then) {
  struct world world;
  struct purse purse;
  struct letter letters[2];

  begin(&world, &purse);
  world.pos.seq = world.now * 1000;
  uint64_t noted = (uint64_t)world.pos.seq + 1;
  for (int i = 0; i < 4; i++) {
    pay(&world, &purse, 100, letters);
    ck_assert_uint_eq(last_number(&world), noted);
    world.pos.seq += i == 2 ? 600 * 1000 - (world.pos.seq - (int64_t)noted) - 3 : 1000;
    letter_free(&letters[0]), letter_free(&letters[1]);
  }
  world.pos.seq = (int64_t)noted + 600 * 1000 - 2;
  pay(&world, &purse, 100, letters); /* the proof is what comes then */
  noted += 600 * 1000;
  ck_assert_int_eq(world.pos.seq, (int64_t)noted);
  ck_assert_uint_eq(last_number(&world), noted);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world.pos.seq += 5000;
  pay(&world, &purse, 100, letters);
  ck_assert_uint_eq(last_number(&world), noted);
  letter_free(&letters[0]), letter_free(&letters[1]);
  send_contact(&world, &purse, &letters[0]); /* what takes a number is heard of at once */
  ck_assert_uint_eq(last_number(&world), (uint64_t)world.pos.seq);
  letter_free(&letters[0]);
  world_close(&world);
}
END_TEST

/* Whoever has a till's key is heard of when he pays, whatever numbers he likes: they go by the clock. */
START_TEST(number_of_a_payment_goes_by_the_clock) {
  const int64_t behind = INT64_C(600) * 1000;
  struct world world;
  struct purse purse;
  struct letter letters[2];

  begin(&world, &purse);
  pay(&world, &purse, 100, letters);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world.now += 7200;
  const int64_t old[] = {world.pos.seq, 1, world.now * 1000 - behind - 2};
  for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
    world.pos.seq = old[i];
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                     STATUS_REPLAYED);
    world.pos.seq = old[i];
    send_purchase(&world, &purse, 100, &letters[0]);
    ck_assert_int_eq(letters[0].answer.code, STATUS_REPLAYED);
    letter_free(&letters[0]);
  }
  world.pos.seq = world.now * 1000 - behind - 1;
  pay(&world, &purse, 100, letters);
  ck_assert_uint_eq(last_number(&world), (uint64_t)letters[0].seq);
  letter_free(&letters[0]), letter_free(&letters[1]);
  world_close(&world);
}
END_TEST

/* ---- on one data base ---- */

START_TEST(another_server_answers_as_the_first) {
  struct world world;
  struct purse purse;
  struct letter letters[2];
  struct service other = {0};

  begin(&world, &purse);
  world_open_beside(&world, &other);
  send_purchase(&world, &purse, 700, &letters[0]);
  ck_assert_int_eq(letters[0].answer.code, STATUS_OK);
  letter_assert_same(&letters[0], &other);
  ck_assert(purse_commit(&purse, &world, letters[0].answer.body));
  letter_send(&letters[1], &world, &world.pos, MESSAGE_CONFIRMATION, purse_confirmation(&purse));
  letter_assert_same(&letters[1], &other);
  letter_assert_same(&letters[0], &other);
  ck_assert_int_eq(shop(&world), 700);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED - 700);
  letter_free(&letters[0]), letter_free(&letters[1]);
  service_close(&other);
  world_close(&world);
}
END_TEST

/* What a server keeps of a till is never why it refuses one. */
START_TEST(till_that_another_server_renewed_sells_at_once) {
  struct world world;
  struct purse purse;
  struct letter letter;

  begin(&world, &purse);
  renew_elsewhere(&world, &world.pos, 0x20);
  send_purchase(&world, &purse, 100, &letter);
  ck_assert_int_eq(letter.answer.code, STATUS_TERMINAL_REVOKED); /* it is over */
  renew_elsewhere(&world, &world.pos, 0x40);
  ck_assert_int_eq(letter_code(&letter, &world.service), STATUS_OK);
  letter_free(&letter);
  world_close(&world);
}
END_TEST

/* Somebody who has the rows of all tills, merchants and accounts but those of cards, until a payment was captured; or
 * until somebody waits for him. */
static const char holds[] =
    "BEGIN; DO $$ BEGIN PERFORM id FROM terminal ORDER BY id FOR NO KEY UPDATE; "
    "PERFORM id FROM terminal_window ORDER BY id FOR NO KEY UPDATE; PERFORM id FROM merchant ORDER BY id FOR NO KEY "
    "UPDATE; "
    "PERFORM id FROM account WHERE id < 0 ORDER BY id FOR NO KEY UPDATE; PERFORM pg_advisory_xact_lock(4712); "
    "WHILE NOT EXISTS (SELECT 1 FROM capture WHERE type = 1 AND amount = 321) LOOP "
    "IF EXISTS (SELECT 1 FROM pg_locks l WHERE NOT l.granted AND pg_backend_pid() = ANY (pg_blocking_pids(l.pid))) "
    "THEN "
    "RAISE check_violation; END IF; PERFORM pg_sleep(0.005); END LOOP; END $$; COMMIT";
static const char holds_now[] = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' "
                                "AND objid = 4712 AND granted) LOOP PERFORM pg_sleep(0.005); END LOOP; END $$";

/* A load, which is the control, waits. */
START_TEST(payment_waits_for_no_row_of_its_till) {
  struct world world;
  struct purse purse;
  struct letter letters[2];
  int outcome = 0;

  begin(&world, &purse);
  pay(&world, &purse, 100, letters);
  letter_free(&letters[0]), letter_free(&letters[1]);
  pid_t holder = fork();
  ck_assert_int_ge(holder, 0);
  if (holder == 0)
    _exit((int)place_run(world.service.configuration.store, holds));
  ck_assert_int_eq(place_run(world.service.configuration.store, holds_now), PLACE_DONE);
  if (_i == 1)
    purse_load(&purse, &world, 50);
  else
    pay(&world, &purse, 321, letters);
  ck_assert_int_eq(waitpid(holder, &outcome, 0), holder);
  ck_assert(WIFEXITED(outcome));
  ck_assert_int_eq(WEXITSTATUS(outcome), _i == 1 ? PLACE_REFUSED : PLACE_DONE);
  if (_i == 0)
    letter_free(&letters[0]), letter_free(&letters[1]);
  world_close(&world);
}
END_TEST

Suite *again_suite(void) {
  Suite *suite = suite_create("again");
  TCase *all = world_case("again");

  tcase_add_test(all, purchase_is_answered_as_before);
  tcase_add_test(all, refusal_stands_and_a_wrong_pin_counts_once);
  tcase_add_test(all, fork_is_noted_once);
  tcase_add_test(all, confirmation_books_once);
  tcase_add_test(all, old_messages_do_nothing_after_many_others);
  tcase_add_test(all, revoked_till_is_refused_in_its_next_message);
  tcase_add_loop_test(all, card_that_is_suspended_meanwhile_does_not_pay, 1, CLOCK_LOOKS + 1);
  tcase_add_test(all, till_with_other_keys_is_refused_in_its_next_message);
  tcase_add_test(all, till_is_heard_of_now_and_then);
  tcase_add_test(all, number_of_a_payment_goes_by_the_clock);
  if (!place_is_file()) {
    tcase_add_test(all, another_server_answers_as_the_first);
    tcase_add_test(all, till_that_another_server_renewed_sells_at_once);
    tcase_add_loop_test(all, payment_waits_for_no_row_of_its_till, 0, 2);
  }
  suite_add_tcase(suite, all);
  return suite;
}
