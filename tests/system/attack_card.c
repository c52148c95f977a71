/* SPDX-License-Identifier: Apache-2.0
 * An opened card: the thief has its keys and its PIN-free memory, and a shop that sends whatever he signs. He cannot
 * spend more than the card's shadow holds, nor spend it twice. */
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/bytes.h"
#include "epurse/key.h"
#include "flow_world.h"

#define START 1000

static struct stage stage;
static struct books before;
static const struct card_memory *memory; /* what the thief reads out of the chip */
static const uint8_t secret[SECRET_SIZE] = "chosen by the thief, not random";

static void set_up(const char *name) {
  stage_open(&stage, name, START);
  memory = vcard_memory(stage.card.vcard);
  books_read(stage.line, &before);
}

/* Sends a promise under the card's own key. */
static enum status send_promise(const struct promise *promise, const char *pin, struct transaction_reply *reply) {
  uint8_t record[PROMISE_SIZE];
  party_sign(promise, memory->sig_private, record);
  return party_ask(stage.pos, MESSAGE_PURCHASE, record, pin, reply);
}

static void shadow_is(int64_t balance, int64_t held) {
  struct card_facts facts = flow_facts(stage.card.cid);
  ck_assert_int_eq(facts.balance, balance);
  ck_assert_int_eq(facts.held, held);
}

START_TEST(opened_card_that_promises_a_higher_balance_gains_nothing) {
  struct transaction_reply reply;
  struct promise promise;
  set_up("higher");
  party_promise(memory, stage.pos, START + 1, secret, &promise);
  promise.balance = START + 5000;
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_OUT_OF_STEP);
  ck_assert(!reply.has_authorisation);
  party_books(&stage, &before, &(struct books_change){0});
  shadow_is(START, 0);
  stage_close(&stage);
}
END_TEST

START_TEST(opened_card_that_promises_more_than_it_holds_gains_nothing) {
  struct transaction_reply reply;
  struct promise promise;
  set_up("more");
  party_promise(memory, stage.pos, START + 1, secret, &promise);
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_INSUFFICIENT_BALANCE);
  ck_assert(!reply.has_authorisation);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* The points counter likewise. */
START_TEST(opened_card_that_promises_points_gains_nothing) {
  struct transaction_reply reply;
  struct promise promise;
  set_up("points");
  party_promise(memory, stage.pos, 10, secret, &promise);
  promise.type = TRANSACTION_POINTS_PURCHASE;
  promise.points = 500;
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_OUT_OF_STEP);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* One promise, sent ten times: one hold, one and the same authorisation, booked once. */
START_TEST(opened_card_that_replays_its_promise_is_booked_once) {
  struct transaction_reply first, again;
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
  set_up("replay");
  party_promise(memory, stage.pos, 300, secret, &promise);
  party_sign(&promise, memory->sig_private, record);
  ck_assert_int_eq(party_ask(stage.pos, MESSAGE_PURCHASE, record, HOLDER_PIN, &first), STATUS_OK);
  for (int i = 0; i < 10; i++) {
    ck_assert_int_eq(party_ask(stage.pos, MESSAGE_PURCHASE, record, HOLDER_PIN, &again), STATUS_OK);
    ck_assert_mem_eq(again.authorisation, first.authorisation, AUTHORISATION_SIZE);
  }
  shadow_is(START - 300, 300);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(party_confirm(stage.pos, stage.card.cid, promise.atc, secret), STATUS_OK);
  shadow_is(START - 300, 0);
  party_books(&stage, &before,
              &(struct books_change){.postings = 3, .merchants = 300}); /* hold, capture, granted points */
  stage_close(&stage);
}
END_TEST

/* Two shops, one r: the second promise of the same number is a fork. */
START_TEST(opened_card_that_spends_one_secret_twice_is_blocked) {
  struct transaction_reply reply;
  struct promise promise;
  struct ledger_incident incident;
  uint8_t record[PROMISE_SIZE];
  set_up("twice");
  party_promise(memory, stage.pos, 300, secret, &promise);
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_OK);
  memcpy(promise.tid, stage.pos2->tid, TID_SIZE);
  party_sign(&promise, memory->sig_private, record);
  ck_assert_int_eq(party_ask(stage.pos2, MESSAGE_PURCHASE, record, HOLDER_PIN, &reply), STATUS_CARD_FORKED);
  ck_assert(reply.has_block_order && !reply.has_authorisation);
  party_incident(&incident);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_FORK);
  ck_assert_mem_eq(incident.cid, stage.card.cid, CID_SIZE);
  ck_assert_uint_eq(incident.atc, promise.atc);
  ck_assert_uint_eq(incident.evidence_len, PROMISE_SIZE);
  ck_assert_mem_eq(incident.evidence, record, PROMISE_SIZE);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "BLOCKED");
  stage_close(&stage);
}
END_TEST

/* "The PIN was verified", says the card, and it was not: the server wants the PIN itself, and counts. The fifth wrong
 * one suspends the card: then the right one tells nothing. It does not block it, since that is no word of the card's
 * that it is blocked. */
START_TEST(opened_card_that_claims_the_pin_gains_nothing) {
  struct transaction_reply reply;
  struct promise promise;
  set_up("claims");
  party_promise(memory, stage.pos, 300, secret, &promise);
  ck_assert_int_eq(send_promise(&promise, NULL, &reply), STATUS_WRONG_PIN);
  for (uint32_t i = 0; i <= PIN_TRIES; i++) {
    promise.atc += 2; /* the promises between never came here */
    ck_assert_int_eq(send_promise(&promise, i < PIN_TRIES ? "0000" : HOLDER_PIN, &reply),
                     i < PIN_TRIES ? STATUS_WRONG_PIN : STATUS_CARD_SUSPENDED);
    ck_assert(!reply.has_authorisation);
  }
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "SUSPENDED");
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* A promise that admits that no PIN was verified gets nothing either, whatever PIN the shop sends. */
START_TEST(opened_card_without_its_pin_gains_nothing) {
  struct transaction_reply reply;
  struct promise promise;
  set_up("without");
  party_promise(memory, stage.pos, 300, secret, &promise);
  promise.pin_verified = false;
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_WRONG_PIN);
  ck_assert(!reply.has_authorisation);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* It paid, the shop's proof is booked, and it denies: the contradiction is a fork. */
START_TEST(opened_card_that_denies_a_booked_payment_is_blocked) {
  struct transaction_reply reply;
  struct promise promise;
  struct outcome outcome;
  struct card_memory old = {.magic = ""};
  set_up("denies");
  old = *memory;
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 300, false, &outcome), STATUS_OK);
  party_promise(memory, stage.pos, 100, secret, &promise);
  promise.balance = bytes_u32(old.balance);
  promise.last_atc = bytes_u32(old.last_atc);
  memcpy(promise.last_secret, old.last_secret, SECRET_SIZE);
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_CARD_FORKED);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "BLOCKED");
  stage_close(&stage);
}
END_TEST

/* It gives a shop r, and denies before the shop's line to the server is back: the hold is released by the card's word.
 * When r comes the contradiction is there in two signatures: kept as an incident, the card is blocked, and the shop is
 * paid by the issuer. That much an opened card can have: one payment. */
START_TEST(opened_card_that_denies_an_unbooked_payment_gains_it_once) {
  struct transaction_reply reply;
  struct promise promise, denial;
  struct ledger_incident incident;
  set_up("first");
  party_promise(memory, stage.pos, 300, secret, &promise);
  ck_assert_int_eq(send_promise(&promise, HOLDER_PIN, &reply), STATUS_OK);
  denial = promise; /* of ATC + 2, so that no hash of the promise before is looked at */
  denial.atc += 2;
  ck_assert_int_eq(send_promise(&denial, HOLDER_PIN, &reply), STATUS_OK);
  ck_assert_int_eq(party_confirm(stage.pos, stage.card.cid, promise.atc, secret), STATUS_OK);
  party_incident(&incident);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_LATE_PROOF);
  ck_assert_mem_eq(incident.cid, stage.card.cid, CID_SIZE);
  ck_assert_uint_eq(incident.atc, promise.atc);
  ck_assert_mem_eq(incident.evidence, secret, SECRET_SIZE);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "BLOCKED");
  ck_assert_int_eq(party_confirm(stage.pos, stage.card.cid, denial.atc, secret), STATUS_OK); /* its hold is good */
  party_books(&stage, &before, &(struct books_change){.postings = 5, .merchants = 600, .incidents = 1});
  stage_close(&stage);
}
END_TEST

/* The card's session keys, too: whoever opened the card can be any terminal to it, and still needs the server. */
START_TEST(opened_card_cannot_credit_itself) {
  struct authorisation order;
  struct session session;
  struct apdu_response response;
  uint8_t promise[PROMISE_SIZE], record[AUTHORISATION_SIZE];
  struct promise said;
  set_up("credits");
  party_session(&stage, stage.reload, &session);
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise), STATUS_OK);
  ck_assert_int_eq(promise_decode(promise, PROMISE_SIZE, &said), STATUS_OK);
  order = (struct authorisation){.type = said.type,
                                 .atc = said.atc,
                                 .amount = said.amount,
                                 .currency = said.currency,
                                 .decision = DECISION_APPROVED,
                                 .key_version = KVN_FIRST};
  memcpy(order.cid, said.cid, CID_SIZE);
  memcpy(order.tid, said.tid, TID_SIZE);
  ck_assert_int_eq(record_hash(promise, PROMISE_SIZE, order.promise_hash), STATUS_OK);
  memcpy(order.time, said.time, MOMENT_SIZE);
  authorisation_encode(&order, record);
  const uint8_t *const keys[] = {memory->sig_private, memory->ecka_private, key_private(stage.reload->sig)};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    ck_assert_int_eq(record_sign(record, AUTHORISATION_TLV_SIZE, keys[i]), STATUS_OK);
    const struct apdu credit = {
        .cla = 0x80, .ins = INS_CREDIT_FOR_LOAD, .data = record, .lc = AUTHORISATION_SIZE, .le = 256};
    ck_assert_uint_eq(party_command(&session, &credit, &response), SW_SECURITY_NOT_SATISFIED);
  }
  ck_assert_uint_eq(bytes_u32(memory->balance), START);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

void attack_card_tests(TCase *tests) {
  tcase_add_test(tests, opened_card_that_promises_a_higher_balance_gains_nothing);
  tcase_add_test(tests, opened_card_that_promises_more_than_it_holds_gains_nothing);
  tcase_add_test(tests, opened_card_that_promises_points_gains_nothing);
  tcase_add_test(tests, opened_card_that_replays_its_promise_is_booked_once);
  tcase_add_test(tests, opened_card_that_spends_one_secret_twice_is_blocked);
  tcase_add_test(tests, opened_card_that_claims_the_pin_gains_nothing);
  tcase_add_test(tests, opened_card_without_its_pin_gains_nothing);
  tcase_add_test(tests, opened_card_that_denies_a_booked_payment_is_blocked);
  tcase_add_test(tests, opened_card_that_denies_an_unbooked_payment_gains_it_once);
  tcase_add_test(tests, opened_card_cannot_credit_itself);
}
