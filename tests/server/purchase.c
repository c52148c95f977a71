/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_purchase.c and authorisation_request.c: who pays, who is declined, and that an answer
 * stands. */
#include <string.h>

#include "epurse/message_reference.h"
#include "purse.h"
#include "suites.h"

#define LOADED 5000

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, LOADED);
}

/* Sends the promise that stands. */
static enum status pay(struct world *world, const struct purse *purse, const char *pin, struct answer *answer) {
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, pin), answer);
  return answer->code;
}

static enum status pay_code(struct world *world, const struct purse *purse, const char *pin) {
  struct answer answer;

  pay(world, purse, pin, &answer);
  answer_clear(&answer);
  return answer.code;
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

static void assert_block_order(const struct world *world, const struct purse *purse, const json_t *body) {
  struct transaction_reply reply;
  struct block_order order;

  ck_assert_int_eq(transaction_reply_parse(body, &reply), STATUS_OK);
  ck_assert(reply.has_block_order && !reply.has_authorisation);
  ck_assert_int_eq(record_verify(reply.block_order, BLOCK_ORDER_SIZE, key_public(world->service.keyring.server)),
                   STATUS_OK);
  ck_assert_int_eq(block_order_decode(reply.block_order, BLOCK_ORDER_SIZE, &order), STATUS_OK);
  ck_assert_mem_eq(order.cid, purse->cid, CID_SIZE);
}

/* Of that name. */
static enum status pay_named(struct world *world, const struct purse *purse, const char *name, struct answer *answer) {
  json_t *body = purse_order(purse, world, MESSAGE_PURCHASE, purse->pin);

  ck_assert_int_eq(json_object_set_new(body, "merchant_reference", json_string(name)), 0);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, body, answer);
  return answer->code;
}

static enum reference_state state_of(struct world *world, struct station *station, const char *name,
                                     struct reference_reply *reply) {
  struct answer answer;

  station_ask(station, &world->service, MESSAGE_REFERENCE_QUERY, reference_query_body(name), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(reference_reply_parse(answer.body, reply), STATUS_OK);
  answer_clear(&answer);
  return reply->state;
}

/* Its card denied it, r came all the same, and the issuer paid. */
START_TEST(reference_of_what_the_issuer_paid_is_done) {
  struct world world;
  struct purse purse, rolled_back;
  struct answer answer;
  struct reference_reply reply;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1250, &world.pos);
  rolled_back = purse;
  ck_assert_int_eq(pay_named(&world, &purse, "sale-1", &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  purse_promise(&rolled_back, TRANSACTION_PURCHASE, 300, &world.pos);
  ck_assert_int_eq(pay_named(&world, &rolled_back, "sale-2", &answer), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(state_of(&world, &world.pos, "sale-1", &reply), REFERENCE_DECLINED);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  ck_assert_int_eq(state_of(&world, &world.pos, "sale-1", &reply), REFERENCE_DONE);
  world_close(&world);
}
END_TEST

/* The card's next promise settles what the till that was killed left; it is told as done, and not taken again. */
START_TEST(reference_is_answered_and_not_taken_again) {
  struct world world;
  struct purse purse;
  struct answer answer;
  struct reference_reply reply;

  begin(&world, &purse);
  ck_assert_int_eq(state_of(&world, &world.pos, "sale-1", &reply), REFERENCE_UNKNOWN);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1250, &world.pos);
  ck_assert_int_eq(pay_named(&world, &purse, "sale-1", &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(state_of(&world, &world.pos, "sale-1", &reply), REFERENCE_HELD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1250, &world.pos);
  ck_assert_int_eq(pay_named(&world, &purse, "sale-1", &answer), STATUS_REFERENCE_DONE);
  answer_clear(&answer);
  ck_assert_int_eq(state_of(&world, &world.pos, "sale-1", &reply), REFERENCE_DONE);
  ck_assert_int_eq(reply.amount, 1250);
  ck_assert_int_eq(reply.balance, LOADED);
  ck_assert_uint_eq(reply.atc, 2);
  ck_assert_mem_eq(reply.cid, purse.cid, CID_SIZE);
  ck_assert_str_eq(reply.tid, world.pos.tid);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1251, &world.pos);
  ck_assert_int_eq(pay_named(&world, &purse, "sale-1", &answer), STATUS_REFERENCE_USED);
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1251, &world.pos);
  ck_assert_int_eq(pay_named(&world, &purse, "sale 1", &answer), STATUS_BAD_FORMAT);
  answer_clear(&answer);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED - 1250);
  world_close(&world);
}
END_TEST

START_TEST(approved_purchase_is_held_and_signed) {
  struct world world;
  struct purse purse;
  struct answer answer;
  struct transaction_reply reply;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1250, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert_int_eq(transaction_reply_parse(answer.body, &reply), STATUS_OK);
  ck_assert(!reply.has_block_order);
  ck_assert(purse_commit(&purse, &world, answer.body));
  ck_assert_uint_eq(purse.balance, LOADED - 1250);
  ck_assert_uint_eq(purse.points, 12 * HOUSE_RATE + HOUSE_RATE / 2); /* for 12.50 */
  struct certificate certificate;
  struct certificate_check check = {.ca_public = world.service.keyring.card_ca_certificate.certificate.public_key,
                                    .ca_subject = (const uint8_t *)"CARDCA01",
                                    .role = ROLE_CARD_SIG};
  ck_assert_int_eq(certificate_decode(reply.card_certificate, reply.card_certificate_len, &certificate), STATUS_OK);
  ck_assert_int_eq(certificate_verify(&certificate, &check), STATUS_OK);
  ck_assert_mem_eq(certificate.subject, purse.cid, CID_SIZE);
  ck_assert_mem_eq(certificate.public_key, purse.sig_public, CRYPTO_P256_PUBLIC_SIZE);
  struct ledger_card card = shadow(&world, &purse);
  ck_assert_int_eq(card.held, 1250);
  ck_assert_int_eq(card.balance, LOADED - 1250);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* For whoever takes it so, and where there is nothing else to say; the refusals keep the server's signature. */
START_TEST(approval_stands_alone) {
  struct world world;
  struct purse purse;
  struct answer answer, again;
  struct card_message block = {.reason = "lost"};

  begin(&world, &purse);
  world.pos.takes_alone = true;
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &again), STATUS_OK);
  ck_assert(answer.alone && again.alone);
  ck_assert_str_eq(answer.raw, again.raw);
  ck_assert_uint_eq(json_object_size(answer.body), 2);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&again);
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, "9999", &answer), STATUS_WRONG_PIN);
  ck_assert(!answer.alone);
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, LOADED, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_INSUFFICIENT_BALANCE);
  ck_assert(!answer.alone);
  answer_clear(&answer);
  memcpy(block.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &block)),
      STATUS_OK);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_CARD_BLOCKED);
  ck_assert(!answer.alone);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* The terminal repeats its key, and the server keeps what it has agreed on: each envelope is of its promise all the
 * same, and one of another is no try. */
START_TEST(envelope_of_another_promise_is_no_pin) {
  struct world world;
  struct purse purse;
  struct answer answer;
  json_t *old = NULL, *body = NULL;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  old = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(world.pos.peer.pins->there);
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  body = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  ck_assert_int_eq(json_object_set(body, "pin", json_object_get(old, "pin")), 0);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, body, &answer);
  ck_assert_int_eq(answer.code, STATUS_WRONG_PIN);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0);
  answer_clear(&answer);
  json_decref(old);
  world_close(&world);
}
END_TEST

START_TEST(same_promise_gets_the_same_answer) {
  struct world world;
  struct purse purse;
  struct answer first, again, later;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &first), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &again), STATUS_OK);
  ck_assert(json_equal(first.body, again.body));
  ck_assert_int_eq(pay(&world, &purse, NULL, &later), STATUS_OK); /* the PIN is forgotten by then */
  ck_assert(json_equal(first.body, later.body));
  ck_assert_int_eq(shadow(&world, &purse).held, 700);
  answer_clear(&first), answer_clear(&again), answer_clear(&later);
  world_close(&world);
}
END_TEST

START_TEST(decline_stands_too) {
  struct world world;
  struct purse purse;
  struct answer first;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, LOADED + 1, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &first), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(first.http, 200);
  ck_assert_uint_eq(json_object_size(first.body), 0);
  answer_clear(&first);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_int_eq(shadow(&world, &purse).held, 0);
  ck_assert_int_eq(shadow(&world, &purse).balance, LOADED);
  world_close(&world);
}
END_TEST

START_TEST(other_promise_of_the_same_name_is_a_fork) {
  struct world world;
  struct purse purse, twin;
  struct answer answer;

  begin(&world, &purse);
  twin = purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  purse_promise(&twin, TRANSACTION_PURCHASE, 200, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(pay(&world, &twin, twin.pin, &answer), STATUS_CARD_FORKED);
  assert_block_order(&world, &purse, answer.body);
  answer_clear(&answer);
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_BLOCKED);
  /* and neither of the two pays again */
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  pay(&world, &purse, purse.pin, &answer);
  ck_assert(answer.code == STATUS_CARD_FORKED || answer.code == STATUS_CARD_BLOCKED);
  assert_block_order(&world, &purse, answer.body);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

START_TEST(limits_hold) {
  struct world world;
  struct purse purse;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 40000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 15001, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_ABOVE_LIMIT);
  purse_promise(&purse, TRANSACTION_PURCHASE, 15000, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(points_pay_as_minor_units) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 2000, &world.pos); /* grants 200 points */
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_uint_eq(purse.points, 200);
  purse_promise(&purse, TRANSACTION_POINTS_PURCHASE, 201, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_INSUFFICIENT_POINTS);
  purse_promise(&purse, TRANSACTION_POINTS_PURCHASE, 150, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_uint_eq(purse.points, 50);
  ck_assert_uint_eq(purse.balance, LOADED - 2000);
  world_close(&world);
}
END_TEST

START_TEST(next_promise_settles_what_was_before) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1000, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body)); /* r never reaches the server */
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, 500, &world.other_pos);
  purse_sign(&purse);
  struct answer other;
  station_ask(&world.other_pos, &world.service, MESSAGE_PURCHASE,
              purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin), &other);
  ck_assert_int_eq(other.code, STATUS_OK);
  answer_clear(&other); /* the authorisation never reaches the card */
  purse_promise(&purse, TRANSACTION_PURCHASE, 300, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  struct ledger_card card = shadow(&world, &purse);
  ck_assert_int_eq(card.held, 0);
  ck_assert_int_eq(card.balance, LOADED - 1000 - 300);
  ck_assert_int_eq(card.balance, purse.balance);
  ck_assert_int_eq(card.points, purse.points);
  world_close(&world);
}
END_TEST

START_TEST(wrong_pin_is_declined_counted_and_bounded) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  const char *wrong = strcmp(purse.pin, "0000") == 0 ? "0001" : "0000";
  for (unsigned i = 0; i < PIN_TRIES; i++) {
    ck_assert_uint_eq(shadow(&world, &purse).pin_failures, i);
    purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
    ck_assert_int_eq(pay_code(&world, &purse, wrong), STATUS_WRONG_PIN);
  }
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_ISSUED); /* no card has signed that it is blocked */
  ck_assert_int_eq(shadow(&world, &purse).suspended_at, world.now);
  ck_assert_str_eq(shadow(&world, &purse).reason, "five wrong PINs told");
  ck_assert_int_eq(pay(&world, &purse, wrong, &answer), STATUS_WRONG_PIN); /* told again */
  answer_clear(&answer);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_CARD_SUSPENDED); /* the right one tells nothing */
  answer_clear(&answer);
  purse_resume(&purse, &world);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_PIN_CHANGE_NEEDED); /* nor then */
  ck_assert_uint_eq(json_object_size(answer.body), 0);
  answer_clear(&answer);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, PIN_TRIES);
  world_close(&world);
}
END_TEST

/* A promise counts once, however often it is told; one from before a change that the card has signed since not at
 * all. */
START_TEST(wrong_pin_counts_once_for_a_promise) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  const char *wrong = strcmp(purse.pin, "0000") == 0 ? "0001" : "0000";
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, wrong), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay_code(&world, &purse, wrong), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_WRONG_PIN); /* answered for good */
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 1);
  world_close(&world);
}
END_TEST

START_TEST(right_pin_sets_the_count_back) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, strcmp(purse.pin, "0000") == 0 ? "0001" : "0000"), STATUS_WRONG_PIN);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 1);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_OK);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0);
  world_close(&world);
}
END_TEST

START_TEST(without_a_pin_nothing_is_paid) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, NULL), STATUS_WRONG_PIN);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  purse.promise.pin_verified = false;
  purse_sign(&purse);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_WRONG_PIN);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0); /* no PIN was tried */
  world_close(&world);
}
END_TEST

/* The PIN of one promise is not good for another. */
START_TEST(pin_is_bound_to_its_promise) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  json_t *before = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  json_t *now = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  json_object_set(now, "pin", json_object_get(before, "pin"));
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, now, &answer);
  ck_assert_int_eq(answer.code, STATUS_WRONG_PIN);
  answer_clear(&answer);
  json_decref(before);
  world_close(&world);
}
END_TEST

START_TEST(promise_must_be_the_cards_own) {
  struct world world;
  struct purse purse, other;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  other = purse;
  purse_new(&other, 9);
  memcpy(purse.sig_private, other.sig_private, sizeof purse.sig_private);
  purse_sign(&purse);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_BAD_SIGNATURE);
  ck_assert_uint_eq(shadow(&world, &purse).held_atc, 1); /* the load before, still open: nothing was settled */
  world_close(&world);
}
END_TEST

START_TEST(promise_must_fit_route_terminal_and_currency) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_LOAD, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_BAD_FORMAT);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.other_pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_NOT_PERMITTED);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  purse.promise.currency = 840;
  purse_sign(&purse);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_WRONG_CURRENCY);
  world_close(&world);
}
END_TEST

/* What the card can promise and the server does not know yet is neither a purchase nor a load. */
START_TEST(kinds_that_are_not_known_yet_are_refused) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  for (uint8_t type = TRANSACTION_REFUND; type <= TRANSACTION_OFFLINE_PURCHASE; type++) {
    purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
    purse.promise.type = type;
    purse.promise.sale_atc = type == TRANSACTION_REFUND ? 1 : 0;
    if (type == TRANSACTION_OFFLINE_PURCHASE)
      memset(purse.promise.commitment, 0, sizeof purse.promise.commitment);
    purse_sign(&purse);
    ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_BAD_FORMAT);
  }
  world_close(&world);
}
END_TEST

START_TEST(unknown_blocked_and_expired_cards_do_not_pay) {
  struct world world;
  struct purse purse, stranger;
  struct card_message block = {.reason = "lost"};
  struct answer answer;

  begin(&world, &purse);
  stranger = purse;
  cid_make(999999, 39, stranger.cid);
  purse_promise(&stranger, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &stranger, purse.pin), STATUS_CARD_UNKNOWN);
  memcpy(block.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &block)),
      STATUS_OK);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_CARD_BLOCKED);
  assert_block_order(&world, &purse, answer.body);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* The server's alone and reversible: orders are declined for good, what proves an outcome is booked, and then it
 * pays. */
START_TEST(suspended_card_waits) {
  struct world world;
  struct purse purse;
  struct answer answer;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay(&world, &purse, purse.pin, &answer), STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  purse_suspend(&purse, &world);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_CARD_SUSPENDED);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, "9999"), STATUS_CARD_SUSPENDED);
  purse_resume(&purse, &world);
  ck_assert_int_eq(pay_code(&world, &purse, "9999"), STATUS_CARD_SUSPENDED); /* that answer was given */
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(expired_card_does_not_pay) {
  struct world world;
  struct purse purse;

  world_open(&world);
  world.service.configuration.validity_years = 0; /* expires today */
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 1000);
  world.now += 2 * 86400;
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_CARD_EXPIRED);
  world_close(&world);
}
END_TEST

START_TEST(card_out_of_step_is_declined) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  purse.balance += 10000; /* a card that was broken open */
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_OUT_OF_STEP);
  ck_assert_int_eq(shadow(&world, &purse).held + shadow(&world, &purse).balance, LOADED);
  world_close(&world);
}
END_TEST

START_TEST(old_promise_is_stale) {
  struct world world;
  struct purse purse, before;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos); /* never sent */
  before = purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, 200, &world.pos);
  ck_assert_int_eq(pay_code(&world, &purse, purse.pin), STATUS_OK);
  ck_assert_int_eq(pay_code(&world, &before, purse.pin), STATUS_STALE);
  world_close(&world);
}
END_TEST

START_TEST(broken_promises_are_bad_format) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  json_t *body = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  json_object_set_new(body, "promise", json_string("3q2-7w"));
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE, body), STATUS_BAD_FORMAT);
  body = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  json_object_set_new(body, "tender", json_string("cash"));
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE, body), STATUS_UNKNOWN_FIELD);
  body = purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin);
  json_object_del(body, "promise");
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE, body), STATUS_UNKNOWN_FIELD);
  ck_assert_int_eq(shadow(&world, &purse).held, LOADED); /* the load before, still open: nothing was settled */
  world_close(&world);
}
END_TEST

Suite *purchase_suite(void) {
  Suite *suite = suite_create("purchase");
  TCase *all = world_case("purchase");

  tcase_add_test(all, reference_is_answered_and_not_taken_again);
  tcase_add_test(all, reference_of_what_the_issuer_paid_is_done);
  tcase_add_test(all, approved_purchase_is_held_and_signed);
  tcase_add_test(all, approval_stands_alone);
  tcase_add_test(all, envelope_of_another_promise_is_no_pin);
  tcase_add_test(all, same_promise_gets_the_same_answer);
  tcase_add_test(all, decline_stands_too);
  tcase_add_test(all, other_promise_of_the_same_name_is_a_fork);
  tcase_add_test(all, limits_hold);
  tcase_add_test(all, points_pay_as_minor_units);
  tcase_add_test(all, next_promise_settles_what_was_before);
  tcase_add_test(all, wrong_pin_is_declined_counted_and_bounded);
  tcase_add_test(all, wrong_pin_counts_once_for_a_promise);
  tcase_add_test(all, right_pin_sets_the_count_back);
  tcase_add_test(all, without_a_pin_nothing_is_paid);
  tcase_add_test(all, pin_is_bound_to_its_promise);
  tcase_add_test(all, promise_must_be_the_cards_own);
  tcase_add_test(all, promise_must_fit_route_terminal_and_currency);
  tcase_add_test(all, kinds_that_are_not_known_yet_are_refused);
  tcase_add_test(all, unknown_blocked_and_expired_cards_do_not_pay);
  tcase_add_test(all, suspended_card_waits);
  tcase_add_test(all, expired_card_does_not_pay);
  tcase_add_test(all, card_out_of_step_is_declined);
  tcase_add_test(all, old_promise_is_stale);
  tcase_add_test(all, broken_promises_are_bad_format);
  suite_add_tcase(suite, all);
  return suite;
}
