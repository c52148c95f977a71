/* SPDX-License-Identifier: Apache-2.0
 * Payments without a PIN, as the server sees them: within what was set at issue, counted in order of the card's
 * promises, begun anew by a PIN that was seen here alone. */
#include <string.h>

#include "purse.h"
#include "suites.h"

#define LOADED 20000
#define SINGLE 2500
#define TOTAL  7500

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world->service.configuration.no_pin = (struct no_pin_limits){SINGLE, TOTAL};
  world->service.configuration.offline = (struct offline_limits){2400, 4800, 5};
  purse_issue(purse, world, 1);
  purse_load(purse, world, LOADED);
}

/* A new promise without the PIN, sent; the card commits where it may. */
static enum status pay_without(struct world *world, struct purse *purse, uint8_t type, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, type, amount, &world->pos);
  purse->promise.pin_verified = false;
  purse_sign(purse);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, NULL),
              &answer);
  ck_assert(purse_commit(purse, world, answer.body) == (answer.code == STATUS_OK));
  answer_clear(&answer);
  return answer.code;
}

static enum status pay_with(struct world *world, struct purse *purse, const char *pin, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, pin),
              &answer);
  ck_assert(purse_commit(purse, world, answer.body) == (answer.code == STATUS_OK));
  answer_clear(&answer);
  return answer.code;
}

static enum status pay(struct world *world, struct purse *purse, uint32_t amount) {
  return pay_without(world, purse, TRANSACTION_PURCHASE, amount);
}

START_TEST(small_sums_are_paid_without_a_pin) {
  struct world world;
  struct purse purse;
  struct ledger_card card;

  begin(&world, &purse);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, SINGLE + 1), STATUS_PIN_NEEDED);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK); /* a refusal is not for ever, and does not count */
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, 1), STATUS_PIN_NEEDED);
  ck_assert_int_eq(pay_with(&world, &purse, purse.pin, 1), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.balance, (int64_t)LOADED - 4 * SINGLE - 1);
  ck_assert_uint_eq(card.pin_failures, 0); /* no PIN was tried */
  world_close(&world);
}
END_TEST

/* What was promised and not committed is not paid. */
START_TEST(only_what_was_committed_counts) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  for (int i = 0; i < 8; i++) {
    purse_promise(&purse, TRANSACTION_PURCHASE, SINGLE, &world.pos);
    purse.promise.pin_verified = false;
    purse_sign(&purse);
    station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, NULL),
                &answer);
    ck_assert_int_eq(answer.code, STATUS_OK);
    answer_clear(&answer);
  }
  world_close(&world);
}
END_TEST

/* A wrong PIN, and a word that it was right, begin nothing anew. */
START_TEST(only_a_pin_that_was_seen_begins_anew) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  ck_assert_int_eq(pay_with(&world, &purse, "0000", 1), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_PIN_NEEDED);
  ck_assert_int_eq(pay_with(&world, &purse, NULL, 1), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_PIN_NEEDED);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload); /* any that the server saw */
  station_ask(&world.reload, &world.service, MESSAGE_LOAD, purse_load_order(&purse, &world, "cash", ""), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(loads_want_the_pin) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  purse.promise.pin_verified = false;
  purse_sign(&purse);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD, purse_load_order(&purse, &world, "cash", ""), &answer);
  ck_assert_int_eq(answer.code, STATUS_WRONG_PIN);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* Cards keep what they were issued with; tills hear what the issuer says now. */
START_TEST(limits_are_the_cards_and_told_to_tills) {
  struct world world;
  struct purse purse;
  struct answer answer;
  struct transaction_reply reply;
  struct ledger_card card;
  struct certificate certificate;

  begin(&world, &purse);
  world.service.configuration.no_pin = (struct no_pin_limits){100, 100};
  ck_assert_int_eq(pay(&world, &purse, SINGLE), STATUS_OK);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert_int_eq(transaction_reply_parse(answer.body, &reply), STATUS_OK);
  ck_assert_int_eq(reply.no_pin_single, 100);
  answer_clear(&answer);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.certification.no_pin_single, SINGLE);
  ck_assert_uint_eq(card.certification.no_pin_total, TOTAL);
  ck_assert_int_eq(
      certificate_decode(card.certification.sig_certificate, card.certification.sig_certificate_len, &certificate),
      STATUS_OK);
  ck_assert_uint_eq(certificate.offline.total, 4800);
  ck_assert_uint_eq(certificate.offline.count, 5);
  world_close(&world);
}
END_TEST

Suite *no_pin_suite(void) {
  Suite *suite = suite_create("no-pin");
  TCase *all = world_case("no-pin");

  tcase_add_test(all, small_sums_are_paid_without_a_pin);
  tcase_add_test(all, only_what_was_committed_counts);
  tcase_add_test(all, only_a_pin_that_was_seen_begins_anew);
  tcase_add_test(all, loads_want_the_pin);
  tcase_add_test(all, limits_are_the_cards_and_told_to_tills);
  suite_add_tcase(suite, all);
  return suite;
}
