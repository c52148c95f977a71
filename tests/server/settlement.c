/* SPDX-License-Identifier: Apache-2.0
 * Tests of the end of a merchant's day and of a card's: post_settlement.c, post_settlement_page.c,
 * post_card_replacement.c, and the terms of post_merchant.c. */
#include <stdio.h>
#include <string.h>

#include "epurse/message_desk.h"
#include "purse.h"
#include "suites.h"

#define DAY 86400

static json_int_t number_of(const json_t *object, const char *name) {
  ck_assert_msg(json_is_integer(json_object_get(object, name)), "%s", name);
  return json_integer_value(json_object_get(object, name));
}

/* A purchase of 12.34 at SHOP, captured. */
static void sell(struct world *world, struct purse *purse) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, 1234, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
              &answer);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world->pos, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(purse)),
                   STATUS_OK);
}

START_TEST(closes_and_reads) {
  struct world world;
  struct purse purse;
  struct answer answer;
  const struct merchant_message terms = {
      .id = "SHOP", .fee_rate = 200, .iban = "DE89370400440532013000", .bic = "COBADEFFXXX"};

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_MERCHANT_CHANGE, merchant_change_body(&terms)),
                   STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_SETTLEMENT, json_object()),
                   STATUS_NOTHING_TO_SETTLE);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  sell(&world, &purse);
  sell(&world, &purse);
  station_ask(&world.admin, &world.service, MESSAGE_SETTLEMENT, json_object(), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(number_of(answer.body, "number"), 1);
  ck_assert_int_eq(number_of(answer.body, "gross"), 2468);
  ck_assert_int_eq(number_of(answer.body, "fee"), 49);
  ck_assert_int_eq(number_of(answer.body, "net"), 2419);
  ck_assert_int_eq(number_of(answer.body, "closed_at"), world.now);
  answer_clear(&answer);
  station_ask(&world.admin, &world.service, MESSAGE_SETTLEMENT_LINES,
              json_pack("{s:i, s:s, s:i}", "number", 1, "after", "RELOADER", "limit", 100), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  const json_t *line = json_array_get(json_object_get(answer.body, "lines"), 0);
  ck_assert_str_eq(json_string_value(json_object_get(line, "merchant")), "SHOP");
  ck_assert_str_eq(json_string_value(json_object_get(line, "iban")), terms.iban);
  ck_assert_int_eq(number_of(line, "fee_rate"), 200);
  ck_assert_int_eq(number_of(line, "purchases"), 2);
  answer_clear(&answer);
  station_ask(&world.admin, &world.service, MESSAGE_SETTLEMENT_CAPTURES,
              json_pack("{s:i, s:i, s:i}", "number", 1, "after", 1, "limit", 100), &answer);
  ck_assert_uint_eq(json_array_size(json_object_get(answer.body, "captures")), 1);
  const json_t *capture = json_array_get(json_object_get(answer.body, "captures"), 0);
  ck_assert_int_eq(number_of(capture, "number"), 2);
  ck_assert_int_eq(number_of(capture, "amount"), 1234);
  ck_assert_str_eq(json_string_value(json_object_get(capture, "tid")), POS);
  answer_clear(&answer);
  station_ask(&world.admin, &world.service, MESSAGE_SETTLEMENT_LIST, json_pack("{s:i, s:i}", "after", 0, "limit", 9),
              &answer);
  ck_assert_uint_eq(json_array_size(json_object_get(answer.body, "settlements")), 1);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* With the longest name that a caller can give, each sign of it escaped in JSON. */
static void sell_named(struct world *world, struct purse *purse, int number) {
  struct answer answer;
  char name[REFERENCE_MAX + 1];

  memset(name, '"', REFERENCE_MAX);
  snprintf(name + REFERENCE_MAX - 2, 3, "%02d", number);
  purse_promise(purse, TRANSACTION_PURCHASE, 1234, &world->pos);
  json_t *order = purse_order(purse, world, MESSAGE_PURCHASE, purse->pin);
  ck_assert_int_eq(json_object_set_new(order, "merchant_reference", json_string(name)), 0);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, order, &answer);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world->pos, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(purse)),
                   STATUS_OK);
}

/* MESSAGE_MAX is checked where a reply is sealed. */
START_TEST(full_page_of_captures_fits) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 50000);
  for (int i = 0; i < 40; i++)
    sell_named(&world, &purse, i);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_SETTLEMENT, json_object()), STATUS_OK);
  station_ask(&world.admin, &world.service, MESSAGE_SETTLEMENT_CAPTURES,
              json_pack("{s:i, s:i, s:i}", "number", 1, "after", 0, "limit", 1000), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_uint_eq(json_array_size(json_object_get(answer.body, "captures")), 28);
  const json_t *first = json_array_get(json_object_get(answer.body, "captures"), 0);
  ck_assert_uint_eq(json_string_length(json_object_get(first, "reference")), REFERENCE_MAX);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

START_TEST(wants_its_fields) {
  static const enum message_type types[] = {
      MESSAGE_SETTLEMENT,          MESSAGE_SETTLEMENT_LIST,       MESSAGE_SETTLEMENT_LINES,
      MESSAGE_SETTLEMENT_CAPTURES, MESSAGE_SETTLEMENT_RESUMPTION, MESSAGE_CARD_REPLACEMENT};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    struct answer answer;
    station_ask(&world.admin, &world.service, types[i], json_pack("{s:i}", "x", 1), &answer);
    ck_assert_msg(answer.http == 400, "%s", message_word(types[i]));
    answer_clear(&answer);
    ck_assert_int_eq(station_tell(&world.pos, &world.service, types[i], json_object()), STATUS_NOT_PERMITTED);
  }
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_SETTLEMENT_LINES,
                                json_pack("{s:i, s:s, s:i}", "number", 7, "after", "", "limit", 1)),
                   STATUS_NOT_FOUND);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_SETTLEMENT_LIST,
                                json_pack("{s:i, s:i}", "after", 0, "limit", 0)),
                   STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

static enum status replace(struct world *world, const struct purse *old, const struct purse *new,
                           struct answer *answer) {
  struct replacement_message cards;

  memcpy(cards.cid, old->cid, CID_SIZE);
  memcpy(cards.new_cid, new->cid, CID_SIZE);
  station_ask(&world->admin, &world->service, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards), answer);
  return answer->code;
}

/* The old card has 50.00 and is blocked; after the window they are owed to the new one, and the old one dies all the
 * same when it comes back. */
START_TEST(replaces_a_card) {
  struct world world;
  struct purse old, new;
  struct answer answer;
  struct replacement_reply done;
  struct transaction_reply order;
  struct card_message body = {.reason = "lost"};

  world_open(&world);
  world.service.configuration.replacement_days = 3;
  purse_issue(&old, &world, 1);
  purse_issue(&new, &world, 2);
  purse_load(&old, &world, 5000);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&old)),
                   STATUS_OK);
  ck_assert_int_eq(replace(&world, &old, &new, &answer), STATUS_CARD_NOT_BLOCKED);
  answer_clear(&answer);
  memcpy(body.cid, old.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &body)),
      STATUS_OK);
  int64_t blocked = world.now;
  world.now += 3 * DAY - 1;
  ck_assert_int_eq(replace(&world, &old, &new, &answer), STATUS_REPLACEMENT_TOO_EARLY);
  ck_assert_int_eq(number_of(answer.body, "earliest"), blocked + 3 * DAY);
  answer_clear(&answer);
  world.now++;
  ck_assert_int_eq(replace(&world, &old, &new, &answer), STATUS_OK);
  ck_assert_int_eq(replacement_reply_parse(answer.body, &done), STATUS_OK);
  ck_assert_int_eq(done.balance, 5000);
  ck_assert_int_eq(done.at, world.now);
  answer_clear(&answer);
  purse_promise(&new, TRANSACTION_LOAD, 5000, &world.reload);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD_INQUIRY,
              purse_order(&new, &world, MESSAGE_LOAD_INQUIRY, new.pin), &answer);
  ck_assert_int_eq(transaction_reply_parse(answer.body, &order), STATUS_OK);
  ck_assert_int_eq(order.owed, 5000); /* what the terminal is told before it charges */
  answer_clear(&answer);
  purse_promise(&old, TRANSACTION_PURCHASE, 100, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&old, &world, MESSAGE_PURCHASE, old.pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_CARD_BLOCKED);
  ck_assert_int_eq(transaction_reply_parse(answer.body, &order), STATUS_OK);
  ck_assert(order.has_block_order);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

Suite *settlement_suite(void) {
  Suite *suite = suite_create("settlement");
  TCase *all = world_case("settlement");

  tcase_add_test(all, closes_and_reads);
  tcase_add_test(all, full_page_of_captures_fits);
  tcase_add_test(all, wants_its_fields);
  tcase_add_test(all, replaces_a_card);
  suite_add_tcase(suite, all);
  return suite;
}
