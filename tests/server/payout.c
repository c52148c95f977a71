/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/payouts and /v1/hand-outs: with the right PIN; the word to hand out comes after r, to the terminal that
 * asked, and never together with what goes back to the card. */
#include "epurse/inquiry.h"
#include "purse.h"
#include "suites.h"

#include <string.h>

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world->service.configuration.deposit = 700;
  purse_issue(purse, world, 1);
  purse_load(purse, world, 10000);
}

static enum status ask(struct world *world, struct purse *purse, uint32_t amount, const char *pin) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PAYOUT, amount, &world->reload);
  station_ask(&world->reload, &world->service, MESSAGE_PAYOUT, purse_order(purse, world, MESSAGE_PAYOUT, pin), &answer);
  if (answer.code == STATUS_OK)
    ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  return answer.code;
}

static enum fate settle_with(struct world *world, const struct purse *purse, uint8_t wish, int64_t deposit) {
  struct inquiry_request request = {.wish = wish};
  struct inquiry_reply reply;
  struct answer answer;

  memcpy(request.promise, purse->record, PROMISE_SIZE);
  station_ask(&world->reload, &world->service, MESSAGE_HAND_OUT, inquiry_request_body(MESSAGE_HAND_OUT, &request),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(inquiry_reply_parse(answer.body, &reply), STATUS_OK);
  ck_assert_mem_eq(reply.promise_hash, purse->hash, sizeof reply.promise_hash);
  ck_assert_int_eq(reply.deposit, deposit);
  answer_clear(&answer);
  return reply.fate;
}

static enum fate settle(struct world *world, const struct purse *purse, uint8_t wish) {
  return settle_with(world, purse, wish, 0);
}

/* _i: paid out, or back on the card. */
START_TEST(one_or_the_other) {
  struct world world;
  struct purse purse;
  const enum fate fate = _i == 0 ? FATE_PAY : FATE_OWED;
  begin(&world, &purse);

  ck_assert_int_eq(ask(&world, &purse, 2500, purse.pin), STATUS_OK);
  ck_assert_uint_eq(purse.balance, 7500);
  ck_assert_int_eq(settle(&world, &purse, HAND_OUT_PAY), FATE_HELD);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(settle(&world, &purse, _i == 0 ? HAND_OUT_PAY : HAND_OUT_BACK), fate);
  ck_assert_int_eq(settle(&world, &purse, HAND_OUT_PAY), fate);
  ck_assert_int_eq(settle(&world, &purse, HAND_OUT_BACK), fate);
  ck_assert_int_eq(settle(&world, &purse, HAND_OUT_DONE), fate);
  world_close(&world);
}
END_TEST

START_TEST(refuses_each_for_its_reason) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);

  ck_assert_int_eq(ask(&world, &purse, 100, "9999"), STATUS_WRONG_PIN);
  ck_assert_int_eq(ask(&world, &purse, 100, NULL), STATUS_WRONG_PIN);
  ck_assert_int_eq(ask(&world, &purse, 10001, purse.pin), STATUS_INSUFFICIENT_BALANCE);
  purse_promise(&purse, TRANSACTION_PAYOUT, 100, &world.pos);
  ck_assert_int_eq(
      station_tell(&world.pos, &world.service, MESSAGE_PAYOUT, purse_order(&purse, &world, MESSAGE_PAYOUT, purse.pin)),
      STATUS_NOT_PERMITTED);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_PAYOUT,
                                purse_order(&purse, &world, MESSAGE_PAYOUT, purse.pin)),
                   STATUS_BAD_FORMAT);
  purse_suspend(&purse, &world);
  ck_assert_int_eq(ask(&world, &purse, 100, purse.pin), STATUS_CARD_SUSPENDED);
  world_close(&world);
}
END_TEST

static void assert_ended(struct answer *answer) {
  ck_assert_int_eq(answer->code, STATUS_CARD_CLOSED);
  ck_assert_ptr_nonnull(json_object_get(answer->body, "block_order"));
  answer_clear(answer);
}

/* Captured, the card is at its end: it gets its block order at the next contact, whoever meets it, and why is said. */
START_TEST(closes_the_card) {
  struct card_message contact = {.reason = ""};
  struct world world;
  struct purse purse;
  struct answer answer;
  begin(&world, &purse);

  purse_promise(&purse, TRANSACTION_PAYOUT, 10000, &world.reload);
  json_t *order = purse_order(&purse, &world, MESSAGE_PAYOUT, purse.pin);
  json_object_set_new(order, "close", json_true());
  station_ask(&world.reload, &world.service, MESSAGE_PAYOUT, order, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(settle_with(&world, &purse, HAND_OUT_PAY, 700), FATE_PAY); /* with its deposit, however often */
  ck_assert_int_eq(settle_with(&world, &purse, HAND_OUT_PAY, 700), FATE_PAY);
  ck_assert_int_eq(settle_with(&world, &purse, HAND_OUT_DONE, 700), FATE_PAY);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD_INQUIRY,
              purse_order(&purse, &world, MESSAGE_LOAD_INQUIRY, purse.pin), &answer);
  assert_ended(&answer);
  memcpy(contact.cid, purse.cid, CID_SIZE);
  struct station *const readers[] = {&world.pos, &world.reload, &world.desk};
  for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
    json_t *body = card_message_body(MESSAGE_CARD_CONTACT, &contact);
    station_ask(readers[i], &world.service, MESSAGE_CARD_CONTACT, body, &answer);
    assert_ended(&answer);
  }
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  assert_ended(&answer);
  world_close(&world);
}
END_TEST

Suite *payout_suite(void) {
  Suite *suite = suite_create("payout");
  TCase *tests = world_case("payouts");

  tcase_add_loop_test(tests, one_or_the_other, 0, 2);
  tcase_add_test(tests, refuses_each_for_its_reason);
  tcase_add_test(tests, closes_the_card);
  suite_add_tcase(suite, tests);
  return suite;
}
