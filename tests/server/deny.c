/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_deny_list.c: what a terminal hears, and that a page of many cards fits its message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger_offline.h"
#include "epurse/message_deny.h"
#include "purse.h"
#include "suites.h"

static void ask(struct world *world, int64_t after, struct deny_page *page) {
  struct answer answer;

  station_ask(&world->pos, &world->service, MESSAGE_DENY_LIST, deny_list_body(after), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(deny_page_parse(answer.body, page), STATUS_OK);
  answer_clear(&answer);
}

static enum status block(struct ledger *ledger, void *context) {
  return ledger_card_block(ledger, context, "lost", 1790000000);
}

START_TEST(a_terminal_hears_who_is_denied) {
  struct world world;
  struct purse purse;
  struct deny_page page;
  uint8_t cid[CID_SIZE];

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ask(&world, 0, &page);
  ck_assert_uint_eq(page.cards, 0);
  ck_assert_int_eq(writer_transact(world.service.writer, block, purse.cid), STATUS_OK);
  ask(&world, 0, &page);
  ck_assert_uint_eq(page.cards, 1);
  cid_make(page.issuer, page.card[0], cid);
  ck_assert_mem_eq(cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(page.number, page.latest);
  ck_assert_int_eq(page.sum, LEDGER_OFFLINE_SUM);
  ck_assert_int_eq(page.count, LEDGER_OFFLINE_COUNT);
  ck_assert_uint_eq(page.card_ca_len, world.service.keyring.card_ca_certificate.len);
  ck_assert_mem_eq(page.card_ca, world.service.keyring.card_ca_certificate.data, page.card_ca_len);
  ask(&world, page.latest, &page);
  ck_assert_uint_eq(page.cards, 0);
  world_close(&world);
}
END_TEST

/* 10,000 cards, 1 % of a million: five pages; docs/performance.md has the bytes. */
START_TEST(the_largest_page_fits_its_message) {
  struct world world;
  struct deny_page page = {.number = INT64_MAX, .latest = INT64_MAX, .issuer = 999999, .cards = DENY_PAGE_MAX};
  struct message message = {.type = MESSAGE_DENY_LIST, .tid = "POS00001", .seq = INT64_MAX, .time = 1790000000};
  char *jws = NULL;

  world_open(&world);
  for (size_t i = 0; i < page.cards; i++)
    page.card[i] = 999999999;
  page.card_ca_len = sizeof page.card_ca;
  page.sum = page.count = INT64_MAX;
  message.body = deny_page_body(&page);
  ck_assert_int_eq(message_seal(&message, true, world.service.keyring.server, &jws), STATUS_OK);
  ck_assert_uint_le(strlen(jws), MESSAGE_MAX);
  printf("# a page of %d cards: %zu bytes\n", DENY_PAGE_MAX, strlen(jws));
  free(jws);
  json_decref(message.body);
  world_close(&world);
}
END_TEST

START_TEST(refuses_what_is_no_number) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(-1)), STATUS_BAD_FORMAT);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)),
                   STATUS_NOT_PERMITTED);
  world_close(&world);
}
END_TEST

Suite *deny_suite(void) {
  Suite *suite = suite_create("deny list");
  TCase *all = world_case("deny list");

  tcase_add_test(all, a_terminal_hears_who_is_denied);
  tcase_add_test(all, the_largest_page_fits_its_message);
  tcase_add_test(all, refuses_what_is_no_number);
  suite_add_tcase(suite, all);
  return suite;
}
