/* SPDX-License-Identifier: Apache-2.0
 * Tests of the administrator's endpoints: post_card_block.c, post_card_list.c, post_merchant.c, post_terminal.c,
 * post_ledger_check.c. */
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"
#include "purse.h"
#include "suites.h"

static enum status block(struct world *world, const struct purse *purse, const char *reason) {
  struct card_message body = {0};

  memcpy(body.cid, purse->cid, CID_SIZE);
  snprintf(body.reason, sizeof body.reason, "%s", reason);
  return station_tell(&world->admin, &world->service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &body));
}

START_TEST(first_reason_of_a_block_stands) {
  struct world world;
  struct purse purse;
  struct ledger_card card;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_int_eq(block(&world, &purse, "lost on the tram"), STATUS_OK);
  ck_assert_int_eq(block(&world, &purse, "stolen"), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_str_eq(card.reason, "lost on the tram");
  cid_make(999999, 39, purse.cid);
  ck_assert_int_eq(block(&world, &purse, "lost"), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

/* Reads a page behind `after`, which moves on; the number of its cards. */
static size_t page(struct world *world, char after[17], int limit) {
  struct answer answer;
  struct card_facts facts;

  station_ask(&world->admin, &world->service, MESSAGE_CARD_LIST,
              json_pack("{s:s, s:i}", "after", after, "limit", limit), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  const json_t *cards = json_object_get(answer.body, "cards");
  size_t count = json_array_size(cards);
  for (size_t i = 0; i < count; i++) {
    char cid[17];
    ck_assert_int_eq(card_facts_parse(json_array_get(cards, i), &facts), STATUS_OK);
    cid_print(facts.cid, cid);
    ck_assert_str_gt(cid, after);
    memcpy(after, cid, sizeof cid);
  }
  answer_clear(&answer);
  return count;
}

START_TEST(list_goes_page_by_page) {
  struct world world;
  struct purse purse;
  char after[17] = "";
  size_t seen = 0, count = 0;

  world_open(&world);
  ck_assert_uint_eq(page(&world, after, 10), 0);
  for (uint32_t chip = 1; chip <= 30; chip++) {
    purse_new(&purse, chip);
    ck_assert_int_eq(
        station_tell(&world.desk, &world.service, MESSAGE_CARD_RESERVATION, reservation_body(purse.chip_serial)),
        STATUS_OK);
  }
  ck_assert_uint_eq(page(&world, after, 7), 7);
  seen = 7;
  while ((count = page(&world, after, 1000)) > 0) {
    ck_assert_uint_le(count, 24);
    seen += count;
  }
  ck_assert_uint_eq(seen, 30);
  world_close(&world);
}
END_TEST

START_TEST(list_wants_its_fields) {
  struct world world;

  world_open(&world);
  json_t *const wrong[] = {
      json_pack("{s:s}", "after", ""), json_pack("{s:s, s:i, s:i}", "after", "", "limit", 1, "x", 1),
      json_pack("{s:s, s:i}", "after", "", "limit", 0), json_pack("{s:s, s:i}", "after", "123", "limit", 1)};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct answer answer;
    station_ask(&world.admin, &world.service, MESSAGE_CARD_LIST, wrong[i], &answer);
    ck_assert_int_eq(answer.http, 400);
  }
  world_close(&world);
}
END_TEST

/* A full page of cards with the longest reasons still fits a message. */
START_TEST(longest_page_fits_a_message) {
  struct world world;
  struct purse purse;
  char after[17] = "", reason[128];

  world_open(&world);
  memset(reason, 'x', sizeof reason - 1);
  reason[sizeof reason - 1] = '\0';
  for (uint32_t chip = 1; chip <= 24; chip++) {
    purse_issue(&purse, &world, chip);
    ck_assert_int_eq(block(&world, &purse, reason), STATUS_OK);
  }
  ck_assert_uint_eq(page(&world, after, 1000), 24);
  world_close(&world);
}
END_TEST

START_TEST(merchant_is_added_once) {
  struct world world;
  struct merchant_message body = {.id = "BAKERY", .name = "B\303\244ckerei am Eck", .points_rate = 25};
  struct ledger_merchant merchant;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_MERCHANT, merchant_body(&body)), STATUS_OK);
  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world.service.writer), "BAKERY", &merchant), STATUS_OK);
  ck_assert_str_eq(merchant.name, body.name);
  ck_assert_uint_eq(merchant.points_rate, 25);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_MERCHANT, merchant_body(&body)), STATUS_EXISTS);
  world_close(&world);
}
END_TEST

static enum status add_terminal(struct world *world, const struct terminal_message *body, char *name, size_t capacity) {
  struct answer answer;

  station_ask(&world->admin, &world->service, MESSAGE_TERMINAL, terminal_body(body), &answer);
  if (answer.code == STATUS_OK)
    snprintf(name, capacity, "%s", json_string_value(json_object_get(answer.body, "merchant_name")));
  answer_clear(&answer);
  return answer.code;
}

START_TEST(terminal_is_added_and_keeps_its_keys) {
  struct world world;
  struct terminal_message body = {
      .tid = "POS00077", .role = ROLE_POS, .merchant = "SHOP", .expiry = {0x20, 0x40, 0x12, 0x31}};
  struct ledger_terminal terminal;
  char name[64] = "";

  world_open(&world);
  memcpy(body.sig_public, key_public(world.pos.ecka), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(body.ecka_public, key_public(world.pos.sig), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(add_terminal(&world, &body, name, sizeof name), STATUS_OK);
  ck_assert_str_eq(name, "Corner Shop");
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)body.tid, &terminal),
                   STATUS_OK);
  ck_assert_uint_eq(terminal.role, ROLE_POS);
  ck_assert_mem_eq(terminal.sig_public, body.sig_public, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(add_terminal(&world, &body, name, sizeof name), STATUS_OK); /* told twice */
  memcpy(body.sig_public, key_public(world.desk.sig), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(add_terminal(&world, &body, name, sizeof name), STATUS_EXISTS);
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)body.tid, &terminal),
                   STATUS_OK);
  ck_assert_mem_eq(terminal.sig_public, key_public(world.pos.ecka), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(body.tid, "POS00078", TID_SIZE);
  snprintf(body.merchant, sizeof body.merchant, "NOBODY");
  ck_assert_int_eq(add_terminal(&world, &body, name, sizeof name), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(ledger_check_counts) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 100);
  station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object(), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_uint_eq(json_array_size(json_object_get(answer.body, "findings")), 0);
  ck_assert(json_is_array(json_object_get(answer.body, "findings")));
  ck_assert_int_eq(json_integer_value(json_object_get(answer.body, "cards")), 1);
  ck_assert_int_eq(json_integer_value(json_object_get(answer.body, "open")), 1);
  ck_assert_int_eq(json_integer_value(json_object_get(answer.body, "postings")), 1); /* the hold */
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

Suite *admin_suite(void) {
  Suite *suite = suite_create("admin");
  TCase *all = world_case("admin");

  tcase_add_test(all, first_reason_of_a_block_stands);
  tcase_add_test(all, list_goes_page_by_page);
  tcase_add_test(all, list_wants_its_fields);
  tcase_add_test(all, longest_page_fits_a_message);
  tcase_add_test(all, merchant_is_added_once);
  tcase_add_test(all, terminal_is_added_and_keeps_its_keys);
  tcase_add_test(all, ledger_check_counts);
  suite_add_tcase(suite, all);
  return suite;
}
