/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_load.c, post_load_inquiry.c and post_load_reversal.c. */
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message_limit.h"
#include "epurse/message_reference.h"
#include "purse.h"
#include "suites.h"

static enum status inquire(struct world *world, const struct purse *purse, int64_t *owed) {
  struct answer answer;
  struct transaction_reply reply;

  station_ask(&world->reload, &world->service, MESSAGE_LOAD_INQUIRY,
              purse_order(purse, world, MESSAGE_LOAD_INQUIRY, purse->pin), &answer);
  if (answer.code == STATUS_OK) {
    ck_assert_int_eq(transaction_reply_parse(answer.body, &reply), STATUS_OK);
    ck_assert(!reply.has_authorisation);
    *owed = reply.owed;
  }
  answer_clear(&answer);
  return answer.code;
}

static enum status load(struct world *world, struct purse *purse, const char *kind, const char *reference) {
  struct answer answer;

  station_ask(&world->reload, &world->service, MESSAGE_LOAD, purse_load_order(purse, world, kind, reference), &answer);
  answer_clear(&answer);
  return answer.code;
}

/* Asks before the promise that stands is given back: what has become of it. */
static enum status reverse(struct world *world, const struct purse *purse, enum fate *fate) {
  struct answer answer;
  struct inquiry_reply reply;

  station_ask(&world->reload, &world->service, MESSAGE_LOAD_REVERSAL,
              purse_inquiry(purse, MESSAGE_LOAD_REVERSAL, false), &answer);
  if (answer.code == STATUS_OK || answer.code == STATUS_LOAD_CREDITED) {
    ck_assert_int_eq(inquiry_reply_parse(answer.body, &reply), STATUS_OK);
    ck_assert_mem_eq(reply.promise_hash, purse->hash, sizeof purse->hash);
    *fate = reply.fate;
  }
  answer_clear(&answer);
  return answer.code;
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

static enum status limit(struct world *world, int64_t allowed) {
  struct limit_message body = {.allowed = allowed};

  memcpy(body.tid, world->reload.tid, TID_SIZE);
  return station_tell(&world->admin, &world->service, MESSAGE_LIMIT, limit_body(&body));
}

/* Asked before anybody pays, declined for good, and lifted by the issuer. What is owed goes through. */
START_TEST(a_terminal_has_loaded_enough) {
  struct world world;
  struct purse purse;
  int64_t owed = 0;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  ck_assert_int_eq(limit(&world, 6000), STATUS_OK);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_OK); /* torn: it will be owed */
  purse_promise(&purse, TRANSACTION_LOAD, 2000, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_TERMINAL_LIMIT);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_TERMINAL_LIMIT);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_TERMINAL_LIMIT);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_OK);
  ck_assert_int_eq(owed, 5000);
  ck_assert_int_eq(load(&world, &purse, "owed", ""), STATUS_OK);
  purse_promise(&purse, TRANSACTION_LOAD, 2000, &world.reload);
  ck_assert_int_eq(limit(&world, 8000), STATUS_OK);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A simulated bank pays in a demonstration alone: a decline that stays one, and the bank's card reader is asked
 * anew. */
START_TEST(a_simulated_bank_moves_no_money) {
  struct world world;
  struct purse purse;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  world.service.configuration.demonstration = false;
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "simulator", "SIM-000001"), STATUS_TENDER_REFUSED);
  ck_assert_int_eq(load(&world, &purse, "manual", "4711"), STATUS_TENDER_REFUSED);
  ck_assert_int_eq(shadow(&world, &purse).balance, 0);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "manual", "4711"), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(inquiry_books_nothing) {
  struct world world;
  struct purse purse;
  int64_t owed = -1;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_OK);
  ck_assert_int_eq(owed, 0);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_OK);
  ck_assert_int_eq(shadow(&world, &purse).held, 5000);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_EXISTS); /* it must not be charged twice */
  world_close(&world);
}
END_TEST

START_TEST(inquiry_refuses_what_a_load_would) {
  struct world world;
  struct purse purse;
  int64_t owed = 0;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 50001, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_ABOVE_LIMIT);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_ABOVE_LIMIT);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

/* The terminal asks, asks again because no answer came, and orders: one promise, one wrong PIN. */
START_TEST(wrong_pin_of_an_inquiry_counts_once) {
  struct world world;
  struct purse purse;
  struct ledger_card card;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  const char *wrong = strcmp(purse.pin, "0000") == 0 ? "0001" : "0000";
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  for (int i = 0; i < 6; i++) {
    ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_LOAD_INQUIRY,
                                  purse_order(&purse, &world, MESSAGE_LOAD_INQUIRY, wrong)),
                     STATUS_WRONG_PIN);
  }
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_WRONG_PIN);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.pin_failures, 1);
  ck_assert_int_eq(card.suspended_at, 0);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(bank_reference_is_kept) {
  static const char reference[] = "0123456789-0123456789-0123456789-0123456789-0123456789-01234567"; /* 63 */
  struct world world;
  struct purse purse;
  struct ledger_transaction transaction;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "simulator", reference), STATUS_OK);
  ck_assert_int_eq(ledger_transaction_find(writer_ledger(world.service.writer), purse.cid, purse.atc, &transaction),
                   STATUS_OK);
  ck_assert_str_eq(transaction.tender.reference, reference);
  ck_assert_uint_eq(transaction.tender.kind, LEDGER_TENDER_BANK);
  world_close(&world);
}
END_TEST

START_TEST(torn_load_is_owed_and_loaded_anew) {
  struct world world;
  struct purse purse;
  int64_t owed = 0;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "manual", "R1"), STATUS_OK); /* charged, the card went away */
  purse_promise(&purse, TRANSACTION_LOAD, 3000, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_OK);
  ck_assert_int_eq(owed, 5000);
  ck_assert_int_eq(load(&world, &purse, "owed", ""), STATUS_OK); /* part of it */
  purse_promise(&purse, TRANSACTION_LOAD, 5001, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "owed", ""), STATUS_TENDER_DECLINED);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  station_ask(&world.reload, &world.service, MESSAGE_LOAD, purse_load_order(&purse, &world, "owed", ""), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(shadow(&world, &purse).balance, 5000);
  ck_assert_int_eq(shadow(&world, &purse).owed, 0);
  ck_assert_uint_eq(purse.balance, 5000);
  world_close(&world);
}
END_TEST

START_TEST(unknown_tender_is_refused) {
  struct world world;
  struct purse purse;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "promises", ""), STATUS_BAD_FORMAT);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  world_close(&world);
}
END_TEST

START_TEST(reversed_load_is_not_owed) {
  struct world world;
  struct purse purse;
  struct purse before;
  enum fate fate = FATE_OWED;
  int64_t owed = -1;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "manual", "R1"), STATUS_OK);
  for (int i = 0; i < 2; i++) { /* asked twice */
    ck_assert_int_eq(reverse(&world, &purse, &fate), STATUS_OK);
    ck_assert_int_eq(fate, FATE_HELD);
  }
  before = purse;
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  ck_assert_int_eq(inquire(&world, &purse, &owed), STATUS_OK);
  ck_assert_int_eq(owed, 0);
  ck_assert_int_eq(reverse(&world, &before, &fate), STATUS_OK);
  ck_assert_int_eq(fate, FATE_RELEASED); /* now the bank may give it back */
  world_close(&world);
}
END_TEST

static enum status load_named(struct world *world, const struct purse *purse, const char *kind, const char *name) {
  json_t *body = purse_load_order(purse, world, kind, "");

  ck_assert_int_eq(json_object_set_new(body, "merchant_reference", json_string(name)), 0);
  return station_tell(&world->reload, &world->service, MESSAGE_LOAD, body);
}

static enum reference_state state_of(struct world *world, const char *name) {
  struct answer answer;
  struct reference_reply reply;

  station_ask(&world->reload, &world->service, MESSAGE_REFERENCE_QUERY, reference_query_body(name), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(reference_reply_parse(answer.body, &reply), STATUS_OK);
  answer_clear(&answer);
  return reply.state;
}

/* The card went away twice: from the load, and from the claim of it. */
START_TEST(a_claimed_load_that_is_given_back_leaves_its_name) {
  struct world world;
  struct purse purse, before;
  enum fate fate = FATE_OWED;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load_named(&world, &purse, "manual", "l"), STATUS_OK);
  before = purse;
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(load_named(&world, &purse, "owed", "l"), STATUS_OK);
  ck_assert_int_eq(state_of(&world, "l"), REFERENCE_HELD);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.reload);
  ck_assert_int_eq(load(&world, &purse, "cash", ""), STATUS_OK);
  ck_assert_int_eq(state_of(&world, "l"), REFERENCE_HELD); /* owed still */
  ck_assert_int_eq(reverse(&world, &before, &fate), STATUS_OK);
  ck_assert_int_eq(fate, FATE_RELEASED);
  ck_assert_int_eq(state_of(&world, "l"), REFERENCE_DECLINED);
  world_close(&world);
}
END_TEST

/* The reversal overtook the load that it reverses. */
START_TEST(load_after_its_reversal_is_declined) {
  struct world world;
  struct purse purse;
  enum fate fate = FATE_OWED;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_LOAD, 5000, &world.reload);
  ck_assert_int_eq(reverse(&world, &purse, &fate), STATUS_OK);
  ck_assert_int_eq(fate, FATE_NEVER_SEEN);
  ck_assert_int_eq(load(&world, &purse, "manual", "R1"), STATUS_GIVEN_UP);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  world_close(&world);
}
END_TEST

Suite *load_suite(void) {
  Suite *suite = suite_create("load");
  TCase *all = world_case("load");

  tcase_add_test(all, a_terminal_has_loaded_enough);
  tcase_add_test(all, a_simulated_bank_moves_no_money);
  tcase_add_test(all, inquiry_books_nothing);
  tcase_add_test(all, inquiry_refuses_what_a_load_would);
  tcase_add_test(all, wrong_pin_of_an_inquiry_counts_once);
  tcase_add_test(all, bank_reference_is_kept);
  tcase_add_test(all, torn_load_is_owed_and_loaded_anew);
  tcase_add_test(all, unknown_tender_is_refused);
  tcase_add_test(all, reversed_load_is_not_owed);
  tcase_add_test(all, a_claimed_load_that_is_given_back_leaves_its_name);
  tcase_add_test(all, load_after_its_reversal_is_declined);
  suite_add_tcase(suite, all);
  return suite;
}
