/* SPDX-License-Identifier: Apache-2.0
 * What a thief of a till's key, a wire that keeps messages back, or a cashier who asks again makes of purchases and
 * confirmations: after all that can have become of the payment, the card and its reference, and at two servers at
 * once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_transaction.h"
#include "letter.h"
#include "place.h"
#include "purse.h"
#include "suites.h"

#define LOADED 5000

static void begin(struct world *world, struct purse *purses, uint32_t count) {
  world_open(world);
  for (uint32_t i = 0; i < count; i++) {
    purse_issue(&purses[i], world, i + 1);
    purse_load(&purses[i], world, LOADED);
    ck_assert_int_eq(
        station_tell(&world->reload, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(&purses[i])), STATUS_OK);
  }
  world->pos.seq = world->now * 1000; /* as terminals number theirs */
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

static void assert_card(struct world *world, const struct purse *purse, int64_t balance, int64_t held) {
  struct ledger_card card = shadow(world, purse);

  ck_assert_int_eq(card.balance, balance);
  ck_assert_int_eq(card.held, held);
}

static int64_t shop(struct world *world) {
  struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.balance;
}

static json_t *named_order(struct world *world, const struct purse *purse, const char *reference) {
  json_t *body = purse_order(purse, world, MESSAGE_PURCHASE, purse->pin);

  if (reference != NULL)
    ck_assert_int_eq(json_object_set_new(body, "merchant_reference", json_string(reference)), 0);
  return body;
}

static void send_purchase(struct world *world, struct purse *purse, uint32_t amount, const char *reference,
                          struct letter *letter) {
  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  letter_send(letter, world, &world->pos, MESSAGE_PURCHASE, named_order(world, purse, reference));
}

/* Both messages of a payment. */
static void pay(struct world *world, struct purse *purse, uint32_t amount, const char *reference,
                struct letter letters[2]) {
  send_purchase(world, purse, amount, reference, &letters[0]);
  ck_assert_int_eq(letters[0].answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, letters[0].answer.body));
  letter_send(&letters[1], world, &world->pos, MESSAGE_CONFIRMATION, purse_confirmation(purse));
  ck_assert_int_eq(letters[1].answer.code, STATUS_OK);
}

static void free_all(struct letter *letters, size_t count) {
  for (size_t i = 0; i < count; i++)
    letter_free(&letters[i]);
}

/* ---- what is over stays over ---- */

static void refund(struct world *world, struct purse *purse, uint32_t amount) {
  struct answer answer;

  purse_refund(purse, purse->last_atc, amount, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_REFUND, purse_order(purse, world, MESSAGE_REFUND, NULL), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world->pos, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(purse)),
                   STATUS_OK);
}

static enum status tell_pin(struct world *world, struct purse *purse, uint8_t kind, const char *new_pin) {
  struct pin_change_message change = {.new_pin_jwe = ""};
  struct purse_pin said = {.kind = kind, .station = &world->pos};
  struct pin_envelope envelope = {.atc = 0};
  char *jwe = NULL;

  purse_pin(purse, &said, change.record);
  if (new_pin != NULL) {
    memcpy(envelope.cid, purse->cid, CID_SIZE);
    snprintf(envelope.pin, sizeof envelope.pin, "%s", new_pin);
    ck_assert_int_eq(pin_seal(&envelope, world->service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                     STATUS_OK);
    snprintf(change.new_pin_jwe, sizeof change.new_pin_jwe, "%s", jwe);
    free(jwe);
  }
  return station_tell(&world->pos, &world->service, MESSAGE_PIN_CHANGE, pin_change_body(&change));
}

static void change_pin(struct world *world, struct purse *purse) {
  ck_assert_int_eq(tell_pin(world, purse, PIN_KIND_RIGHT, "135790"), STATUS_OK);
  ck_assert_int_eq(tell_pin(world, purse, PIN_KIND_CHANGED, NULL), STATUS_OK);
}

static void block(struct world *world, const struct purse *purse) {
  struct card_message body = {.reason = "lost"};

  memcpy(body.cid, purse->cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world->admin, &world->service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &body)),
      STATUS_OK);
}

/* A sale that was paid, one that was declined, one with a wrong PIN. */
START_TEST(messages_of_a_past_sale_do_nothing) {
  struct world world;
  struct purse purse;
  struct letter letters[4];

  begin(&world, &purse, 1);
  send_purchase(&world, &purse, LOADED + 1, NULL, &letters[0]);
  ck_assert_int_eq(letters[0].answer.code, STATUS_INSUFFICIENT_BALANCE);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  letter_send(&letters[1], &world, &world.pos, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, "0000"));
  ck_assert_int_eq(letters[1].answer.code, STATUS_WRONG_PIN);
  pay(&world, &purse, 1250, NULL, &letters[2]);
  refund(&world, &purse, 1250);
  int64_t due = shop(&world);
  for (int since = 0; since < 4; since++) {
    if (since == 1)
      change_pin(&world, &purse);
    if (since == 2)
      purse_suspend(&purse, &world);
    if (since == 3)
      block(&world, &purse);
    for (size_t i = 0; i < 4; i++)
      letter_assert_same(&letters[i], &world.service);
    assert_card(&world, &purse, LOADED, 0);
    ck_assert_int_eq(shop(&world), due);
    ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0);
  }
  world.now += MESSAGE_CLOCK_SKEW + 1; /* and after five minutes nobody listens */
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(letter_code(&letters[i], &world.service), STATUS_CLOCK_OFF);
  free_all(letters, 4);
  world_close(&world);
}
END_TEST

/* One card's sale came to nothing, another card paid it: the first one's messages do not take it back. */
START_TEST(freed_reference_stays_with_who_paid) {
  struct world world;
  struct purse purses[2];
  struct letter first, next, paid[2];

  begin(&world, purses, 2);
  send_purchase(&world, &purses[0], 700, "sale-1", &first);
  ck_assert_int_eq(first.answer.code, STATUS_OK);
  send_purchase(&world, &purses[0], LOADED + 1, NULL, &next); /* says that the 700 were not paid */
  pay(&world, &purses[1], 700, "sale-1", paid);
  for (int i = 0; i < 2; i++) {
    letter_assert_same(&first, &world.service);
    letter_assert_same(&paid[i], &world.service);
  }
  assert_card(&world, &purses[0], LOADED, 0);
  ck_assert_int_eq(shop(&world), 700);
  purse_promise(&purses[0], TRANSACTION_PURCHASE, 700, &world.pos);
  ck_assert_int_eq(
      station_tell(&world.pos, &world.service, MESSAGE_PURCHASE, named_order(&world, &purses[0], "sale-1")),
      STATUS_REFERENCE_DONE);
  letter_free(&first), letter_free(&next);
  free_all(paid, 2);
  world_close(&world);
}
END_TEST

/* ---- what never got there ---- */

static enum fate ask_fate(struct world *world, const struct purse *purse) {
  struct inquiry_reply reply = {0};
  struct answer answer;

  station_ask(&world->pos, &world->service, MESSAGE_TRANSACTION_INQUIRY,
              purse_inquiry(purse, MESSAGE_TRANSACTION_INQUIRY, false), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(inquiry_reply_parse(answer.body, &reply), STATUS_OK);
  answer_clear(&answer);
  return reply.fate;
}

/* The till asked what became of it, and was told that nothing did. */
START_TEST(message_kept_back_comes_too_late) {
  struct world world;
  struct purse purse;
  struct letter letter;

  begin(&world, &purse, 1);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  letter_write(&letter, &world.pos, MESSAGE_PURCHASE, named_order(&world, &purse, "sale-1"), world.now);
  ck_assert_int_eq(ask_fate(&world, &purse), FATE_NEVER_SEEN);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(letter_code(&letter, &world.service), STATUS_GIVEN_UP);
  assert_card(&world, &purse, LOADED, 0);
  letter_free(&letter);
  world_close(&world);
}
END_TEST

/* A refusal of the message, not of the payment, leaves no trace, and it may be taken later: then the money is held
 * until the card's next promise, wherever that is made, and no r is there that would take it. From then on it is
 * over. */
START_TEST(hold_without_its_card_ends_with_the_cards_next_promise) {
  struct world world;
  struct purse purse;
  struct letter letter;

  begin(&world, &purse, 1);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  letter_write(&letter, &world.pos, MESSAGE_PURCHASE, named_order(&world, &purse, NULL),
               world.now + MESSAGE_CLOCK_SKEW + 10);
  ck_assert_int_eq(letter_code(&letter, &world.service), STATUS_CLOCK_OFF);
  assert_card(&world, &purse, LOADED, 0);
  world.now += 20;
  letter_deliver(&letter, &world.service, &letter.answer);
  ck_assert_int_eq(letter.answer.code, STATUS_OK);
  assert_card(&world, &purse, LOADED - 700, 700);
  ck_assert_int_eq(ask_fate(&world, &purse), FATE_HELD);
  const struct purse before = purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, LOADED, &world.other_pos);
  ck_assert_int_eq(station_tell(&world.other_pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_OK); /* all that is on it */
  letter_assert_same(&letter, &world.service);
  ck_assert_int_eq(ask_fate(&world, &before), FATE_RELEASED);
  assert_card(&world, &purse, 0, LOADED);
  letter_free(&letter);
  world_close(&world);
}
END_TEST

/* ---- everywhere at once ---- */

#define ROUNDS  5
#define CLERKS  6 /* threads */
#define LETTERS 3

struct clerk {
  pthread_t thread;
  pthread_barrier_t *start;
  struct service *service;
  const struct letter *letters;
  size_t first, count;
  struct answer answers[LETTERS];
};

static void *deliver_all(void *context) {
  struct clerk *clerk = context;

  pthread_barrier_wait(clerk->start);
  for (size_t i = 0; i < clerk->count; i++) {
    size_t at = (clerk->first + i) % clerk->count;
    letter_deliver(&clerk->letters[at], clerk->service, &clerk->answers[at]);
  }
  return NULL;
}

/* What all of them are told is freed by the caller. */
static void deliver_everywhere(struct service *const services[2], const struct letter *letters, size_t count,
                               struct clerk clerks[CLERKS]) {
  pthread_barrier_t start;

  ck_assert_int_eq(pthread_barrier_init(&start, NULL, CLERKS), 0);
  for (size_t i = 0; i < CLERKS; i++) {
    clerks[i] = (struct clerk){
        .start = &start, .service = services[i % 2], .letters = letters, .first = i / 2 % count, .count = count};
    ck_assert_int_eq(pthread_create(&clerks[i].thread, NULL, deliver_all, &clerks[i]), 0);
  }
  for (size_t i = 0; i < CLERKS; i++)
    ck_assert_int_eq(pthread_join(clerks[i].thread, NULL), 0);
  pthread_barrier_destroy(&start);
}

/* All were told the same, and well. */
static void assert_agreed(const struct clerk clerks[CLERKS], size_t at) {
  for (size_t i = 0; i < CLERKS; i++) {
    ck_assert_str_eq(status_name(clerks[i].answers[at].code), "OK");
    ck_assert(json_equal(clerks[i].answers[at].body, clerks[0].answers[at].body));
  }
}

/* One was told yes, the others that it was taken before. */
static void assert_taken_once(const struct clerk clerks[CLERKS], size_t at) {
  unsigned taken = 0;

  for (size_t i = 0; i < CLERKS; i++) {
    enum status code = clerks[i].answers[at].code;
    taken += code == STATUS_OK;
    ck_assert_msg(code == STATUS_OK || code == STATUS_REPLAYED, "%s", status_name(code));
  }
  ck_assert_uint_eq(taken, 1);
}

static void clear_all(struct clerk clerks[CLERKS]) {
  for (size_t i = 0; i < CLERKS; i++)
    for (size_t at = 0; at < LETTERS; at++)
      answer_clear(&clerks[i].answers[at]);
}

/* A purchase; and of one reload terminal, which is to be heard of, r of a load and another load, which takes of its
 * limits: those two want the same row. The third card's load stays held. */
static void write_round(struct world *world, struct purse cards[3], struct letter letters[LETTERS]) {
  world->pos.seq += 600 * 1000;
  purse_promise(&cards[0], TRANSACTION_PURCHASE, 10, &world->pos);
  letter_write(&letters[0], &world->pos, MESSAGE_PURCHASE, named_order(world, &cards[0], NULL), world->now);
  purse_load(&cards[1], world, 50);
  world->reload.seq += 600 * 1000;
  letter_write(&letters[1], &world->reload, MESSAGE_CONFIRMATION, purse_confirmation(&cards[1]), world->now);
  purse_promise(&cards[2], TRANSACTION_LOAD, 5, &world->reload);
  letter_write(&letters[2], &world->reload, MESSAGE_LOAD, purse_load_order(&cards[2], world, "cash", ""), world->now);
}

static void play_round(struct world *world, struct service *const services[2], struct purse cards[3]) {
  struct letter letters[LETTERS], proof;
  struct clerk clerks[CLERKS];

  write_round(world, cards, letters);
  deliver_everywhere(services, letters, LETTERS, clerks);
  assert_agreed(clerks, 0);
  assert_agreed(clerks, 1);
  assert_taken_once(clerks, 2);
  ck_assert(purse_commit(&cards[0], world, clerks[0].answers[0].body));
  clear_all(clerks);
  letter_write(&proof, &world->pos, MESSAGE_CONFIRMATION, purse_confirmation(&cards[0]), world->now);
  deliver_everywhere(services, &proof, 1, clerks);
  assert_agreed(clerks, 0);
  clear_all(clerks);
  for (size_t i = 0; i < LETTERS; i++)
    letters[i].answer.body = NULL;
  proof.answer.body = NULL;
  free_all(letters, LETTERS);
  letter_free(&proof);
}

START_TEST(all_servers_at_once_do_it_once) {
  struct world world;
  struct service other;
  struct purse cards[3];

  begin(&world, cards, 3);
  struct service *const services[2] = {&world.service, place_is_file() ? &world.service : &other};
  if (!place_is_file())
    world_open_beside(&world, &other);
  for (int round = 1; round <= ROUNDS; round++) {
    play_round(&world, services, cards);
    assert_card(&world, &cards[0], LOADED - 10 * round, 0);
    assert_card(&world, &cards[1], LOADED + 50 * round, 0);
    ck_assert_int_eq(shop(&world), 10 * round);
  }
  if (!place_is_file())
    service_close(&other);
  world_close(&world);
}
END_TEST

Suite *replay_suite(void) {
  Suite *suite = suite_create("replay");
  TCase *all = world_case("replay");

  tcase_add_test(all, messages_of_a_past_sale_do_nothing);
  tcase_add_test(all, freed_reference_stays_with_who_paid);
  tcase_add_test(all, message_kept_back_comes_too_late);
  tcase_add_test(all, hold_without_its_card_ends_with_the_cards_next_promise);
  tcase_add_test(all, all_servers_at_once_do_it_once);
  suite_add_tcase(suite, all);
  return suite;
}
