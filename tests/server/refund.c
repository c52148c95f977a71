/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/refunds: of a captured sale of this card here, without a PIN; what is refused has a status of its own, is
 * answered the same again, and books nothing. */
#include <string.h>

#include "epurse/message_refund.h"
#include "purse.h"
#include "suites.h"

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, 10000);
}

/* A sale whose r the till has brought. */
static uint32_t sell(struct world *world, struct purse *purse, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world->pos, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(purse)),
                   STATUS_OK);
  return purse->atc;
}

struct wish {
  struct station *till;
  uint32_t sale, amount;
};

static void promise(struct purse *purse, const struct wish *wish) {
  purse_refund(purse, wish->sale, wish->amount, wish->till);
}

static enum status ask(struct world *world, struct purse *purse, const struct wish *wish) {
  struct answer answer;

  promise(purse, wish);
  station_ask(wish->till, &world->service, MESSAGE_REFUND, purse_order(purse, world, MESSAGE_REFUND, NULL), &answer);
  if (answer.code == STATUS_OK)
    ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  return answer.code;
}

START_TEST(gives_back_without_a_pin) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct wish part = {&world.pos, sell(&world, &purse, 1250), 1000};

  ck_assert_int_eq(ask(&world, &purse, &part), STATUS_OK);
  ck_assert_uint_eq(purse.balance, 9750);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(ask(&world, &purse, &part), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(
      station_tell(&world.pos, &world.service, MESSAGE_REFUND, purse_order(&purse, &world, MESSAGE_REFUND, NULL)),
      STATUS_REFUND_EXCEEDS); /* the same answer */
  world_close(&world);
}
END_TEST

START_TEST(refuses_each_for_its_reason) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const uint32_t sale = sell(&world, &purse, 1250);
  const struct wish none = {&world.pos, 1, 100}, colleague = {&world.other_pos, sale, 100},
                    whole = {&world.pos, sale, 1250}, load = {&world.reload, sale, 100};

  ck_assert_int_eq(ask(&world, &purse, &none), STATUS_SALE_UNKNOWN);
  ck_assert_int_eq(ask(&world, &purse, &colleague), STATUS_OK); /* another till of the shop */
  ck_assert_int_eq(ask(&world, &purse, &load), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(ask(&world, &purse, &whole), STATUS_REFUND_EXCEEDS);
  world_close(&world);
}
END_TEST

/* Nothing is put on it; what it paid is owed to it, for the day when its issuer has looked. */
START_TEST(a_suspended_card_is_owed_it) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct wish whole = {&world.pos, sell(&world, &purse, 1250), 1250};
  struct owed_refund owed = {.atc = whole.sale, .amount = whole.amount, .wish = {1}};

  memcpy(owed.cid, purse.cid, CID_SIZE);
  purse_suspend(&purse, &world);
  ck_assert_int_eq(ask(&world, &purse, &whole), STATUS_CARD_SUSPENDED);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_OWED_REFUND, owed_refund_body(&owed)), STATUS_OK);
  purse_resume(&purse, &world);
  ck_assert_int_eq(ask(&world, &purse, &whole), STATUS_REFUND_EXCEEDS);
  world_close(&world);
}
END_TEST

/* Twice at once at two tills: the card is at one of them only, and its promise tells of the other. */
START_TEST(two_tills_give_back_once) {
  struct world world;
  struct purse purse;
  struct answer first;
  begin(&world, &purse);
  const struct wish whole = {&world.pos, sell(&world, &purse, 1250), 1250};

  promise(&purse, &whole);
  struct purse torn = purse;
  station_ask(&world.pos, &world.service, MESSAGE_REFUND, purse_order(&torn, &world, MESSAGE_REFUND, NULL), &first);
  ck_assert_int_eq(first.code, STATUS_OK);
  ck_assert_int_eq(ask(&world, &purse, &whole), STATUS_OK); /* the first one is released by it */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(ask(&world, &purse, &whole), STATUS_REFUND_EXCEEDS);
  answer_clear(&first);
  world_close(&world);
}
END_TEST

/* A purchase's message with a refund's promise, and the other way round. */
START_TEST(kinds_are_kept_apart) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct wish whole = {&world.pos, sell(&world, &purse, 1250), 1250};

  promise(&purse, &whole);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_BAD_FORMAT);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(
      station_tell(&world.pos, &world.service, MESSAGE_REFUND, purse_order(&purse, &world, MESSAGE_REFUND, purse.pin)),
      STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

Suite *refund_suite(void) {
  Suite *suite = suite_create("refund");
  TCase *tests = world_case("refunds");

  tcase_add_test(tests, gives_back_without_a_pin);
  tcase_add_test(tests, refuses_each_for_its_reason);
  tcase_add_test(tests, a_suspended_card_is_owed_it);
  tcase_add_test(tests, two_tills_give_back_once);
  tcase_add_test(tests, kinds_are_kept_apart);
  suite_add_tcase(suite, tests);
  return suite;
}
