/* SPDX-License-Identifier: Apache-2.0
 * Tests of the list of what waits for an end: post_pending_list.c. */
#include <stdio.h>
#include <string.h>

#include "purse.h"
#include "suites.h"

/* A page; the caller releases it. */
static struct answer page(struct world *world, const char *state, const char *after, int limit) {
  struct answer answer;

  station_ask(&world->admin, &world->service, MESSAGE_PENDING_LIST,
              json_pack("{s:s, s:s, s:i}", "state", state, "after", after, "limit", limit), &answer);
  return answer;
}

static size_t rows(struct world *world, const char *state) {
  struct answer answer = page(world, state, "", 100);
  size_t count = json_array_size(json_object_get(answer.body, "pending"));

  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(json_is_array(json_object_get(answer.body, "pending")));
  answer_clear(&answer);
  return count;
}

/* A load that is authorised and does not reach the card. */
static void torn_load(struct purse *purse, struct world *world, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_LOAD, amount, &world->reload);
  station_ask(&world->reload, &world->service, MESSAGE_LOAD, purse_load_order(purse, world, "cash", "R-1"), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
}

static void only_row(struct world *world, const char *state, const struct purse *purse, json_int_t amount) {
  struct answer answer = page(world, state, "", 10);
  const json_t *list = json_object_get(answer.body, "pending");
  const char *cid = "", *type = "", *tid = "", *merchant = "", *card = "", *reference = "";
  json_int_t atc = 0, said = 0, since = 0;
  int reversed = 1;
  char wanted[17];

  ck_assert_uint_eq(json_array_size(list), 1);
  ck_assert_int_eq(json_unpack(json_array_get(list, 0), "{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:s !}", "cid",
                               &cid, "atc", &atc, "type", &type, "amount", &said, "tid", &tid, "merchant", &merchant,
                               "card", &card, "reversed", &reversed, "since", &since, "reference", &reference),
                   0);
  cid_print(purse->cid, wanted);
  ck_assert_str_eq(cid, wanted);
  ck_assert_int_eq(atc, 1);
  ck_assert_str_eq(type, "load");
  ck_assert_int_eq(said, amount);
  ck_assert_str_eq(tid, RELOAD);
  ck_assert_str_eq(card, "ISSUED");
  ck_assert_int_eq(since, world->now);
  ck_assert(!reversed);
  answer_clear(&answer);
}

START_TEST(held_then_owed_then_nothing) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_uint_eq(rows(&world, "held") + rows(&world, "owed"), 0);
  torn_load(&purse, &world, 5000);
  only_row(&world, "held", &purse, 5000);
  ck_assert_uint_eq(rows(&world, "owed"), 0);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos); /* declined, but the card has spoken */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(rows(&world, "held"), 0);
  only_row(&world, "owed", &purse, 5000);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD, purse_load_order(&purse, &world, "owed", ""), &answer);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_uint_eq(rows(&world, "owed"), 0);
  ck_assert_uint_eq(rows(&world, "held"), 1); /* of the load of what was owed, until r is here */
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_uint_eq(rows(&world, "held") + rows(&world, "owed"), 0);
  world_close(&world);
}
END_TEST

START_TEST(goes_page_by_page) {
  struct world world;
  struct purse purse;
  char after[17] = "";
  size_t seen = 0, count = 0;

  world_open(&world);
  for (uint32_t chip = 1; chip <= 27; chip++) {
    purse_issue(&purse, &world, chip);
    torn_load(&purse, &world, 5000);
  }
  do {
    struct answer answer = page(&world, "held", after, 1000);
    const json_t *list = json_object_get(answer.body, "pending");
    count = json_array_size(list);
    ck_assert_uint_le(count, 24);
    for (size_t i = 0; i < count; i++) {
      const char *cid = json_string_value(json_object_get(json_array_get(list, i), "cid"));
      ck_assert_str_gt(cid, after);
      snprintf(after, sizeof after, "%s", cid);
    }
    seen += count;
    answer_clear(&answer);
  } while (count > 0);
  ck_assert_uint_eq(seen, 27);
  world_close(&world);
}
END_TEST

START_TEST(wants_its_fields) {
  struct world world;

  world_open(&world);
  json_t *const wrong[] = {json_pack("{s:s, s:i}", "after", "", "limit", 1),
                           json_pack("{s:s, s:s, s:i, s:i}", "state", "held", "after", "", "limit", 1, "x", 1),
                           json_pack("{s:s, s:s, s:i}", "state", "held", "after", "", "limit", 0),
                           json_pack("{s:s, s:s, s:i}", "state", "gone", "after", "", "limit", 1),
                           json_pack("{s:s, s:s, s:i}", "state", "owed", "after", "12", "limit", 1)};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct answer answer;
    station_ask(&world.admin, &world.service, MESSAGE_PENDING_LIST, wrong[i], &answer);
    ck_assert_int_eq(answer.http, 400);
    answer_clear(&answer);
  }
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PENDING_LIST,
                                json_pack("{s:s, s:s, s:i}", "state", "held", "after", "", "limit", 1)),
                   STATUS_NOT_PERMITTED);
  world_close(&world);
}
END_TEST

Suite *pending_suite(void) {
  Suite *suite = suite_create("pending");
  TCase *all = world_case("pending");

  tcase_add_test(all, held_then_owed_then_nothing);
  tcase_add_test(all, goes_page_by_page);
  tcase_add_test(all, wants_its_fields);
  suite_add_tcase(suite, all);
  return suite;
}
