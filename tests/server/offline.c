/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_offline_payment.c: each promise is booked once and answered by itself, in one message. */
#include <string.h>

#include "epurse/ledger_deny.h"
#include "epurse/ledger_incident.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"
#include "epurse/message_offline.h"
#include "purse.h"
#include "suites.h"

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world->service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  purse_issue(purse, world, 1);
  purse_load(purse, world, 10000);
}

static void pay(struct world *world, struct purse *purse, uint32_t amount, struct offline_payments *payments) {
  purse_promise(purse, TRANSACTION_OFFLINE_PURCHASE, amount, &world->pos);
  memcpy(payments->items[payments->count++].promise, purse->record, PROMISE_SIZE);
}

static void bring(struct world *world, struct station *station, const struct offline_payments *payments,
                  struct offline_payments *replied) {
  struct answer answer;

  station_ask(station, &world->service, MESSAGE_OFFLINE_PAYMENT, offline_payment_body(payments, false), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(offline_payment_parse(answer.body, true, replied), STATUS_OK);
  ck_assert_uint_eq(replied->count, payments->count);
  answer_clear(&answer);
}

static int64_t shop(struct world *world) {
  struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.balance;
}

static enum status buy(struct world *world, struct purse *purse, uint32_t amount, struct transaction_reply *reply) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
              &answer);
  enum status status = answer.code;
  ck_assert_int_eq(transaction_reply_parse(answer.body, reply), STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  return status;
}

START_TEST(books_a_whole_message_once) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  for (uint32_t i = 0; i < 5; i++)
    pay(&world, &purse, 100 + i, &payments);
  struct offline_payment first = payments.items[0];
  payments.items[0] = payments.items[4]; /* the order does not matter */
  payments.items[4] = first;
  for (int i = 0; i < 2; i++) {
    bring(&world, &world.pos, &payments, &replied);
    for (size_t item = 0; item < replied.count; item++)
      ck_assert_int_eq(replied.items[item].status, STATUS_OK);
    ck_assert_int_eq(shop(&world), 510);
  }
  world_close(&world);
}
END_TEST

/* Forged, of a card that nobody knows, above the certificate's limit, no off-line promise: the good one beside them is
 * booked. */
START_TEST(each_is_answered_by_itself) {
  struct world world;
  struct purse purse, other;
  struct offline_payments payments = {0}, replied;
  static const enum status expected[] = {STATUS_BAD_SIGNATURE, STATUS_CARD_UNKNOWN, STATUS_OK, STATUS_BAD_FORMAT,
                                         STATUS_BAD_FORMAT,    STATUS_ABOVE_LIMIT,  STATUS_OK};

  begin(&world, &purse);
  pay(&world, &purse, 10, &payments);
  struct offline_payment good = payments.items[0];
  payments.items[0].promise[PROMISE_SIZE - 1] ^= 1;
  other = purse;
  memset(other.cid, 0x11, CID_SIZE);
  pay(&world, &other, 10, &payments);
  payments.items[payments.count++] = good;
  other = purse;
  purse_promise(&other, TRANSACTION_PURCHASE, 10, &world.pos);
  memcpy(payments.items[payments.count++].promise, other.record, PROMISE_SIZE);
  memset(payments.items[payments.count++].promise, 0, PROMISE_SIZE);
  other = purse;
  pay(&world, &other, 2501, &payments);
  pay(&world, &purse, 20, &payments);
  bring(&world, &world.pos, &payments, &replied);
  for (size_t i = 0; i < replied.count; i++)
    ck_assert_int_eq(replied.items[i].status, expected[i]);
  ck_assert_int_eq(shop(&world), 30);
  bring(&world, &world.other_pos, &(struct offline_payments){.count = 1, .items = {good}}, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OFFLINE_KNOWN); /* another terminal of that merchant */
  world_close(&world);
}
END_TEST

/* By two tills, one of another merchant: one of them is answered that it was brought before, and the shop has it
 * once. */
START_TEST(two_tills_bring_the_same) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  pay(&world, &purse, 1000, &payments);
  bring(&world, &world.other_pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OFFLINE_KNOWN);
  bring(&world, &world.desk, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OFFLINE_KNOWN);
  ck_assert_int_eq(shop(&world), 1000);
  world_close(&world);
}
END_TEST

/* A card of another issuer has another number in front; nothing is kept of it, and what is beside it is booked. */
START_TEST(a_card_of_another_issuer_is_unknown) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  struct purse foreign = purse;
  foreign.cid[0] ^= 0x10;
  pay(&world, &foreign, 1000, &payments);
  pay(&world, &purse, 500, &payments);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(replied.items[1].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 500);
  world_close(&world);
}
END_TEST

/* The next payment on-line says how many are lacking, and does not pay with their money. */
START_TEST(a_purchase_asks_for_what_is_lacking) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;
  struct transaction_reply reply;
  struct ledger_card card;

  begin(&world, &purse);
  world.pos.takes_alone = true; /* an approval that says more than itself is signed all the same */
  pay(&world, &purse, 1000, &payments);
  pay(&world, &purse, 2000, &payments);
  ck_assert_int_eq(buy(&world, &purse, 50, &reply), STATUS_OK);
  ck_assert_uint_eq(reply.offline_lacking, 2);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.balance, 6950); /* the truth, though two payments are missing */
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(replied.items[1].status, STATUS_OK);
  ck_assert_int_eq(buy(&world, &purse, 50, &reply), STATUS_OK);
  ck_assert_uint_eq(reply.offline_lacking, 0);
  world_close(&world);
}
END_TEST

static enum status revoke(struct ledger *ledger, void *context) {
  return ledger_terminal_revoke(ledger, context);
}

/* It may tell what it has, and is not paid for it. */
START_TEST(a_revoked_terminal_is_not_paid) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  pay(&world, &purse, 1000, &payments);
  ck_assert_int_eq(writer_transact(world.service.writer, revoke, world.pos.tid), STATUS_OK);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(shop(&world), 0);
  world_close(&world);
}
END_TEST

/* Nor is it believed that another till of the shop took what it brings: that one may say so itself. */
START_TEST(a_revoked_terminal_speaks_for_no_other) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  pay(&world, &purse, 1000, &payments);
  ck_assert_int_eq(writer_transact(world.service.writer, revoke, world.other_pos.tid), STATUS_OK);
  bring(&world, &world.other_pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OFFLINE_WAITS);
  ck_assert_int_eq(shop(&world), 0);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 1000);
  world_close(&world);
}
END_TEST

/* What it paid before the tills had heard of it is booked as ever. */
START_TEST(a_suspended_card_has_paid) {
  struct world world;
  struct purse purse;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  pay(&world, &purse, 1000, &payments);
  purse_suspend(&purse, &world);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 1000);
  world_close(&world);
}
END_TEST

/* Its time is its terminal's word: what is to come waits for it, and what is after the card's last day is nobody's
 * payment. */
START_TEST(a_time_that_cannot_be_is_not_paid) {
  struct world world;
  struct purse purse, late;
  struct offline_payments payments = {0}, replied;
  struct ledger_card card;

  begin(&world, &purse);
  pay(&world, &purse, 1000, &payments);
  moment_from_unix(world.now + MESSAGE_CLOCK_SKEW + 1, purse.promise.time);
  purse_sign(&purse);
  memcpy(payments.items[0].promise, purse.record, PROMISE_SIZE);
  late = purse;
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  memcpy(late.promise.time, card.certification.expiry, DATE_SIZE);
  late.promise.time[1]++; /* a year on */
  purse_sign(&late);
  memcpy(payments.items[payments.count++].promise, late.record, PROMISE_SIZE);
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_CLOCK_OFF);
  ck_assert_int_eq(replied.items[1].status, STATUS_CARD_EXPIRED);
  ck_assert_int_eq(shop(&world), 0);
  world.now += 1;
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(replied.items[1].status, STATUS_CARD_EXPIRED);
  ck_assert_int_eq(shop(&world), 1000);
  world_close(&world);
}
END_TEST

/* More twins than one step could note: each is kept, the card is blocked, both shops are paid. */
START_TEST(a_message_full_of_forks_is_answered) {
  struct world world;
  struct purse purse, twin;
  struct offline_payments payments = {0}, replied;

  begin(&world, &purse);
  for (uint32_t i = 0; i < OFFLINE_PAYMENT_MAX; i++) {
    twin = purse;
    pay(&world, &twin, 10 + i, &payments);
  }
  bring(&world, &world.pos, &payments, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  for (size_t i = 1; i < replied.count; i++)
    ck_assert_int_eq(replied.items[i].status, STATUS_CARD_FORKED);
  ck_assert_int_eq(shop(&world), 24 * 10 + 23 * 24 / 2);
  world_close(&world);
}
END_TEST

START_TEST(a_message_without_any_is_refused) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_OFFLINE_PAYMENT, json_pack("{s:[]}", "payments")),
                   STATUS_BAD_FORMAT);
  ck_assert_int_eq(
      station_tell(&world.reload, &world.service, MESSAGE_OFFLINE_PAYMENT, json_pack("{s:[]}", "payments")),
      STATUS_NOT_PERMITTED);
  world_close(&world);
}
END_TEST

/* ---- keys with which no card was issued ---- */

/* A chip that is a program: it has what it says. */
static void begin_forging(struct world *world, struct purse *purse) {
  world_open(world);
  world->service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  purse_new(purse, 1);
  purse_certify(purse, world);
  purse->balance = 10000;
}

static size_t incidents(struct world *world) {
  struct ledger_incident found[4];
  size_t count = 0;

  ck_assert_int_eq(ledger_incident_list(writer_ledger(world->service.writer), 0, found, 4, &count), STATUS_OK);
  return count;
}

static void assert_denied(struct world *world, const struct purse *purse, enum ledger_card_state state) {
  struct ledger_denial denials[4];
  struct ledger_card card;
  size_t count = 0;
  int64_t latest = 0;

  ck_assert_int_eq(ledger_deny_list(writer_ledger(world->service.writer), 0, denials, 4, &count, &latest), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert(denials[0].denied);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, state);
}

/* The shop is paid by the issuer's risk, up to what its till may take of one card, and each is told so, however
 * often. */
static void pay_unissued(struct world *world, struct purse *purse) {
  struct offline_payments payments = {0}, replied;

  pay(world, purse, 2500, &payments);
  pay(world, purse, 2500, &payments);
  struct purse twin = *purse;
  twin.offline_sum = twin.offline_count = 0;
  pay(world, &twin, 100, &payments);
  for (int i = 0; i < 2; i++) {
    bring(world, &world->pos, &payments, &replied);
    for (size_t item = 0; item < replied.count; item++)
      ck_assert_int_eq(replied.items[item].status, STATUS_CARD_FORKED);
    ck_assert_int_eq(shop(world), 5000);
    ck_assert_uint_eq(incidents(world), 3);
  }
}

/* No card is issued under that number any more. */
START_TEST(what_was_certified_and_not_issued_is_the_issuers_risk) {
  struct world world;
  struct purse purse;

  begin_forging(&world, &purse);
  assert_denied(&world, &purse, LEDGER_CARD_RESERVED);
  pay_unissued(&world, &purse);
  assert_denied(&world, &purse, LEDGER_CARD_RETIRED);
  world_close(&world);
}
END_TEST

START_TEST(what_was_given_up_is_the_issuers_risk) {
  struct world world;
  struct purse purse;
  struct card_message body = {0};

  begin_forging(&world, &purse);
  memcpy(body.cid, purse.cid, CID_SIZE);
  memcpy(body.chip_serial, purse.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_int_eq(
      station_tell(&world.desk, &world.service, MESSAGE_CARD_VOID, card_message_body(MESSAGE_CARD_VOID, &body)),
      STATUS_OK);
  pay_unissued(&world, &purse);
  assert_denied(&world, &purse, LEDGER_CARD_RETIRED);
  world_close(&world);
}
END_TEST

/* The number is the card's that was issued: that one is blocked. */
START_TEST(a_key_of_before_the_cards_is_the_issuers_risk) {
  struct world world;
  struct purse first, second;

  begin_forging(&world, &first);
  purse_new(&second, 1);
  purse_certify(&second, &world);
  ck_assert_mem_eq(first.cid, second.cid, CID_SIZE);
  purse_activate(&second, &world);
  pay_unissued(&world, &first);
  assert_denied(&world, &first, LEDGER_CARD_BLOCKED);
  world_close(&world);
}
END_TEST

/* Each of them is tried with what is brought in: they are not so many. */
START_TEST(a_number_has_few_keys) {
  struct world world;
  struct purse purse;
  struct certification_request body = {0};

  begin_forging(&world, &purse);
  for (int i = 0; i < LEDGER_CARD_KEYS; i++) {
    purse_new(&purse, 1);
    purse_certify(&purse, &world);
  }
  memcpy(body.cid, purse.cid, CID_SIZE);
  purse_new(&purse, 1);
  purse_request(&purse, body.request);
  ck_assert_int_eq(
      station_tell(&world.desk, &world.service, MESSAGE_CARD_CERTIFICATION, certification_request_body(&body)),
      STATUS_DESK_QUOTA);
  world_close(&world);
}
END_TEST

Suite *offline_suite(void) {
  Suite *suite = suite_create("off-line payments");
  TCase *all = world_case("off-line payments");

  tcase_add_test(all, books_a_whole_message_once);
  tcase_add_test(all, each_is_answered_by_itself);
  tcase_add_test(all, two_tills_bring_the_same);
  tcase_add_test(all, a_card_of_another_issuer_is_unknown);
  tcase_add_test(all, a_purchase_asks_for_what_is_lacking);
  tcase_add_test(all, a_revoked_terminal_is_not_paid);
  tcase_add_test(all, a_revoked_terminal_speaks_for_no_other);
  tcase_add_test(all, a_suspended_card_has_paid);
  tcase_add_test(all, a_time_that_cannot_be_is_not_paid);
  tcase_add_test(all, a_message_full_of_forks_is_answered);
  tcase_add_test(all, a_message_without_any_is_refused);
  tcase_add_test(all, what_was_certified_and_not_issued_is_the_issuers_risk);
  tcase_add_test(all, what_was_given_up_is_the_issuers_risk);
  tcase_add_test(all, a_key_of_before_the_cards_is_the_issuers_risk);
  tcase_add_test(all, a_number_has_few_keys);
  suite_add_tcase(suite, all);
  return suite;
}
