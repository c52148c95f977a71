/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_card_contact.c: who is about to be read may be, dies, or is at an end; and of what an
 * expired card is told wherever it turns up. */
#include <string.h>

#include "epurse/message_offline.h"
#include "purse.h"
#include "suites.h"

static void ask(struct world *world, struct station *station, const struct purse *purse, struct answer *answer) {
  struct card_message body = {0};

  memcpy(body.cid, purse->cid, CID_SIZE);
  station_ask(station, &world->service, MESSAGE_CARD_CONTACT, card_message_body(MESSAGE_CARD_CONTACT, &body), answer);
}

static enum status ask_code(struct world *world, struct station *station, const struct purse *purse) {
  struct answer answer;

  ask(world, station, purse, &answer);
  if (answer.code != STATUS_CARD_BLOCKED && answer.body != NULL)
    ck_assert_uint_eq(json_object_size(answer.body), 0);
  answer_clear(&answer);
  return answer.code;
}

static void block(struct world *world, const struct purse *purse) {
  struct card_message body = {.reason = "stolen"};

  memcpy(body.cid, purse->cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world->admin, &world->service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &body)),
      STATUS_OK);
}

START_TEST(cardholders_cards_may_be_read) {
  struct world world;
  struct purse purse, reserved;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_int_eq(ask_code(&world, &world.pos, &purse), STATUS_OK);
  ck_assert_int_eq(ask_code(&world, &world.reload, &purse), STATUS_OK);
  ck_assert_int_eq(ask_code(&world, &world.desk, &purse), STATUS_OK);
  ck_assert_int_eq(ask_code(&world, &world.admin, &purse), STATUS_NOT_PERMITTED);
  reserved = purse;
  cid_make(999999, 39, reserved.cid);
  ck_assert_int_eq(ask_code(&world, &world.pos, &reserved), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

/* Whoever holds a till's key walks through so many numbers in a day, those that no card has among them. */
START_TEST(a_terminal_asks_about_so_many_cards_in_a_day) {
  struct world world;
  struct purse purse, other;

  world_open(&world);
  world.service.configuration.cards_asked_per_day = 3;
  purse_issue(&purse, &world, 1);
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(ask_code(&world, &world.pos, &purse), STATUS_OK); /* the same one counts once */
  other = purse;
  for (uint32_t i = 0; i < 4; i++) {
    cid_make(999999, i == 0 ? 0 : 30 + i, other.cid);
    ck_assert_int_eq(ask_code(&world, &world.pos, &other), i < 2 ? STATUS_CARD_UNKNOWN : STATUS_CARDS_LIMIT);
  }
  ck_assert_int_eq(ask_code(&world, &world.pos, &purse), STATUS_OK); /* known today */
  ck_assert_int_eq(ask_code(&world, &world.other_pos, &other), STATUS_CARD_UNKNOWN);
  purse_load(&purse, &world, 500);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos); /* a promise is never refused for it */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_OK);
  world.now += 86400;
  ck_assert_int_eq(ask_code(&world, &world.pos, &other), STATUS_CARD_UNKNOWN);
  world.now -= 86400; /* a clock that goes back begins no new day */
  for (uint32_t i = 35; i < 38; i++) {
    cid_make(999999, i, other.cid);
    ck_assert_int_eq(ask_code(&world, &world.pos, &other), STATUS_CARDS_LIMIT);
  }
  world_close(&world);
}
END_TEST

/* What no card has signed asks about one as well: that it is none of that card's tells that there is such a card. */
START_TEST(made_up_signatures_ask_about_no_more) {
  struct world world;
  struct purse purse, other;
  const struct purse_pin wrong = {PIN_KIND_WRONG, 4, &world.pos, {1}};

  world_open(&world);
  world.service.configuration.cards_asked_per_day = 1;
  purse_issue(&purse, &world, 1);
  purse_new(&other, 2);
  other.balance = 1000;
  for (int i = 0; i < 2; i++) { /* the first one only */
    enum status known = i == 0 ? STATUS_BAD_SIGNATURE : STATUS_CARDS_LIMIT;
    uint8_t record[PIN_RECORD_SIZE];
    struct offline_payments payments = {.count = 1};
    struct answer answer;
    if (i == 0)
      memcpy(other.cid, purse.cid, CID_SIZE);
    else
      cid_make(999999, 31, other.cid);
    purse_promise(&other, TRANSACTION_PURCHASE, 100, &world.pos);
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                  purse_order(&other, &world, MESSAGE_PURCHASE, purse.pin)),
                     known);
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_TRANSACTION_INQUIRY,
                                  purse_inquiry(&other, MESSAGE_TRANSACTION_INQUIRY, false)),
                     known);
    purse_pin(&other, &wrong, record);
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PIN_FAILURE, pin_failure_body(record)), known);
    purse_promise(&other, TRANSACTION_OFFLINE_PURCHASE, 100, &world.pos);
    memcpy(payments.items[0].promise, other.record, PROMISE_SIZE);
    station_ask(&world.pos, &world.service, MESSAGE_OFFLINE_PAYMENT, offline_payment_body(&payments, false), &answer);
    ck_assert_int_eq(offline_payment_parse(answer.body, true, &payments), STATUS_OK);
    ck_assert_int_eq(payments.items[0].status, known);
    answer_clear(&answer);
  }
  purse_load(&purse, &world, 500);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos); /* its own is never refused for it */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(blocked_card_gets_its_order_anywhere) {
  struct world world;
  struct purse purse;
  struct station *const stations[] = {&world.pos, &world.reload, &world.desk};

  world_open(&world);
  purse_issue(&purse, &world, 1);
  block(&world, &purse);
  for (size_t i = 0; i < sizeof stations / sizeof stations[0]; i++) {
    struct answer answer;
    struct transaction_reply reply;
    struct block_order order;
    ask(&world, stations[i], &purse, &answer);
    ck_assert_int_eq(answer.code, STATUS_CARD_BLOCKED);
    ck_assert_int_eq(transaction_reply_parse(answer.body, &reply), STATUS_OK);
    ck_assert(reply.has_block_order && !reply.has_authorisation);
    ck_assert_int_eq(record_verify(reply.block_order, BLOCK_ORDER_SIZE, key_public(world.service.keyring.server)),
                     STATUS_OK);
    ck_assert_int_eq(block_order_decode(reply.block_order, BLOCK_ORDER_SIZE, &order), STATUS_OK);
    ck_assert_mem_eq(order.cid, purse.cid, CID_SIZE);
    answer_clear(&answer);
  }
  world_close(&world);
}
END_TEST

/* On its last day a card is good; on the next, by this clock, it is not. */
START_TEST(last_day_is_the_last) {
  struct world world;
  struct purse purse;

  world_open(&world);
  world.service.configuration.validity_years = 0; /* expires today */
  world.now -= world.now % 86400;
  purse_issue(&purse, &world, 1);
  world.now += 86399;
  ck_assert_int_eq(ask_code(&world, &world.pos, &purse), STATUS_OK);
  world.now += 1;
  ck_assert_int_eq(ask_code(&world, &world.pos, &purse), STATUS_CARD_EXPIRED);
  ck_assert_int_eq(ask_code(&world, &world.desk, &purse), STATUS_CARD_EXPIRED);
  world_close(&world);
}
END_TEST

/* What makes the card itself turn EXPIRED: a signed decline for what it promised, later than its last day. */
static void assert_ends_the_card(const struct world *world, const struct purse *purse, const json_t *body) {
  struct transaction_reply reply;
  struct authorisation order;

  ck_assert_int_eq(transaction_reply_parse(body, &reply), STATUS_OK);
  ck_assert(reply.has_authorisation && reply.card_certificate_len == 0 && !reply.has_block_order);
  ck_assert_int_eq(record_verify(reply.authorisation, AUTHORISATION_SIZE, key_public(world->service.keyring.server)),
                   STATUS_OK);
  ck_assert_int_eq(authorisation_decode(reply.authorisation, AUTHORISATION_SIZE, &order), STATUS_OK);
  ck_assert(authorisation_answers(&order, &purse->promise, purse->hash));
  ck_assert_uint_eq(order.decision, DECISION_DECLINED);
  ck_assert_int_eq(order.points, 0);
  ck_assert_int_eq(moment_to_unix(order.time), world->now);
}

START_TEST(expired_card_is_told_so_under_the_servers_signature) {
  struct world world;
  struct purse purse;
  struct answer answer, again;

  world_open(&world);
  world.service.configuration.validity_years = 0;
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 1000);
  world.now += 2 * 86400;
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_CARD_EXPIRED);
  assert_ends_the_card(&world, &purse, answer.body);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &again);
  ck_assert_int_eq(again.code, STATUS_CARD_EXPIRED);
  ck_assert(json_equal(answer.body, again.body));
  answer_clear(&answer), answer_clear(&again);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD_INQUIRY,
              purse_order(&purse, &world, MESSAGE_LOAD_INQUIRY, purse.pin), &answer);
  ck_assert_int_eq(answer.code, STATUS_CARD_EXPIRED);
  assert_ends_the_card(&world, &purse, answer.body);
  answer_clear(&answer);
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.balance, 1000);
  ck_assert_int_eq(card.held, 0);
  world_close(&world);
}
END_TEST

Suite *contact_suite(void) {
  Suite *suite = suite_create("contact");
  TCase *all = world_case("contact");

  tcase_add_test(all, cardholders_cards_may_be_read);
  tcase_add_test(all, a_terminal_asks_about_so_many_cards_in_a_day);
  tcase_add_test(all, made_up_signatures_ask_about_no_more);
  tcase_add_test(all, blocked_card_gets_its_order_anywhere);
  tcase_add_test(all, last_day_is_the_last);
  tcase_add_test(all, expired_card_is_told_so_under_the_servers_signature);
  suite_add_tcase(suite, all);
  return suite;
}
