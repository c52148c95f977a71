/* SPDX-License-Identifier: Apache-2.0
 * One good message of each kind. */
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/message_deny.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "epurse/message_offline.h"
#include "epurse/message_reference.h"
#include "letter.h"

#define JWE "eyJhbGciOiJFQ0RILUVTIn0..AAAA.BBBB.CCCC" /* of a PIN; nobody opens it here */

struct maker {
  const struct letter_desk *desk;
  letter_made *made;
  void *context;
};

/* Takes the body over. */
static void hand_on(const struct maker *maker, enum message_type type, bool is_reply, json_t *body) {
  struct message message = {
      .type = type, .tid = LETTER_TID, .seq = 17, .time = 1795435200, .status = STATUS_OK, .body = body};
  fuzz_require(body != NULL);
  maker->made(maker->context, &message, is_reply);
  message_clear(&message);
}

static void orders(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  struct transaction_request request = {.pin_jwe = JWE};
  struct transaction_reply reply = {.has_authorisation = true, .card_certificate_len = world->card_sig_paper.len};
  struct transaction_reply blocked = {.has_block_order = true};
  struct promise promise;
  struct authorisation authorisation;
  world_promise(world, TRANSACTION_LOAD, 1000, &promise);
  world_promise_sign(world, &promise, request.promise);
  world_authorisation(&promise, &authorisation);
  world_authorisation_sign(world, &authorisation, reply.authorisation);
  memcpy(reply.card_certificate, world->card_sig_paper.bytes, world->card_sig_paper.len);
  hand_on(maker, MESSAGE_PURCHASE, false, transaction_request_body(MESSAGE_PURCHASE, &request));
  hand_on(maker, MESSAGE_PURCHASE, true, transaction_reply_body(&reply));
  hand_on(maker, MESSAGE_CARD_CONTACT, true, transaction_reply_body(&blocked));
  strcpy(request.tender_kind, "simulator");
  strcpy(request.tender_reference, "SIM-000001");
  hand_on(maker, MESSAGE_LOAD, false, transaction_request_body(MESSAGE_LOAD, &request));
}

static void inquiries(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  struct inquiry_request request = {.given_back = true};
  struct inquiry_reply reply = {.fate = FATE_HELD}, captured = {.fate = FATE_CAPTURED, .has_secret = true};
  struct promise promise;
  world_promise(world, TRANSACTION_LOAD, 1000, &promise);
  world_promise_sign(world, &promise, request.promise);
  fuzz_require(record_hash(request.promise, PROMISE_SIZE, reply.promise_hash) == STATUS_OK);
  memcpy(captured.promise_hash, reply.promise_hash, sizeof reply.promise_hash);
  memcpy(captured.secret, world_secret, SECRET_SIZE);
  hand_on(maker, MESSAGE_LOAD_REVERSAL, false, inquiry_request_body(MESSAGE_LOAD_REVERSAL, &request));
  hand_on(maker, MESSAGE_LOAD_REVERSAL, true, inquiry_reply_body(&reply));
  hand_on(maker, MESSAGE_TRANSACTION_INQUIRY, false, inquiry_request_body(MESSAGE_TRANSACTION_INQUIRY, &request));
  hand_on(maker, MESSAGE_TRANSACTION_INQUIRY, true, inquiry_reply_body(&captured));
}

/* In cash, and to an account, of all that is on the card; handed out with its deposit. */
static void closing_payouts(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  struct transaction_request request = {.pin_jwe = JWE, .closes = true};
  struct inquiry_request hand_out = {.wish = HAND_OUT_PAY};
  struct inquiry_reply handed = {.fate = FATE_PAY, .deposit = 500};
  struct promise promise;
  world_promise(world, TRANSACTION_PAYOUT, 1000, &promise);
  world_promise_sign(world, &promise, request.promise);
  memcpy(hand_out.promise, request.promise, PROMISE_SIZE);
  fuzz_require(record_hash(request.promise, PROMISE_SIZE, handed.promise_hash) == STATUS_OK);
  hand_on(maker, MESSAGE_PAYOUT, false, transaction_request_body(MESSAGE_PAYOUT, &request));
  hand_on(maker, MESSAGE_HAND_OUT, false, inquiry_request_body(MESSAGE_HAND_OUT, &hand_out));
  hand_on(maker, MESSAGE_HAND_OUT, true, inquiry_reply_body(&handed));
  strcpy(request.iban, "DE89370400440532013000");
  strcpy(request.holder, "Ada Lovelace");
  hand_on(maker, MESSAGE_PAYOUT, false, transaction_request_body(MESSAGE_PAYOUT, &request));
}

static void confirmations(const struct maker *maker) {
  struct confirmations confirmations = {.count = 2};
  for (size_t i = 0; i < confirmations.count; i++) {
    memcpy(confirmations.items[i].cid, maker->desk->world.cid, CID_SIZE);
    confirmations.items[i].atc = (uint32_t)i + 7;
    memcpy(confirmations.items[i].secret, world_secret, SECRET_SIZE);
  }
  hand_on(maker, MESSAGE_CONFIRMATION, false, confirmation_body(&confirmations, false));
  hand_on(maker, MESSAGE_CONFIRMATION, true, confirmation_body(&confirmations, true));
}

static void offline_payments(const struct maker *maker) {
  struct offline_payments payments = {.count = 2, .items = {[1] = {.status = STATUS_OFFLINE_KNOWN}}};
  struct promise promise;
  world_promise(&maker->desk->world, TRANSACTION_PURCHASE, 700, &promise);
  promise.type = TRANSACTION_OFFLINE_PURCHASE;
  memset(promise.commitment, 0, sizeof promise.commitment);
  for (size_t i = 0; i < payments.count; i++, promise.atc++)
    world_promise_sign(&maker->desk->world, &promise, payments.items[i].promise);
  hand_on(maker, MESSAGE_OFFLINE_PAYMENT, false, offline_payment_body(&payments, false));
  hand_on(maker, MESSAGE_OFFLINE_PAYMENT, true, offline_payment_body(&payments, true));
}

static void deny_lists(const struct maker *maker) {
  struct deny_page page = {.number = 3,
                           .latest = 7,
                           .issuer = 999999,
                           .cards = 2,
                           .card = {12, 13 | DENY_CARD_LIFTED},
                           .card_ca_len = 200,
                           .sum = 100000,
                           .count = 200};
  hand_on(maker, MESSAGE_DENY_LIST, false, deny_list_body(3));
  hand_on(maker, MESSAGE_DENY_LIST, true, deny_page_body(&page));
}

static void cards(const struct maker *maker) {
  static const enum message_type types[] = {MESSAGE_CARD_ACTIVATION, MESSAGE_CARD_VOID,       MESSAGE_CARD_CONTACT,
                                            MESSAGE_CARD_BLOCK,      MESSAGE_CARD_SUSPENSION, MESSAGE_CARD_RESUMPTION};
  const struct world *world = &maker->desk->world;
  struct card_message card = {.reason = "lost"};
  struct card_facts facts = {.state = "BLOCKED", .reason = "lost", .currency = WORLD_CURRENCY, .balance = 3750};
  struct pin_change_message change = {.new_pin_jwe = JWE};
  const struct pin_record wrong = world_pin(world, PIN_KIND_WRONG, 9, 0);
  memcpy(card.cid, world->cid, CID_SIZE);
  memcpy(card.chip_serial, world->chip_serial, CHIP_SERIAL_SIZE);
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    hand_on(maker, types[i], false, card_message_body(types[i], &card));
  memcpy(facts.cid, world->cid, CID_SIZE);
  memcpy(facts.expiry, world_expiry, DATE_SIZE);
  hand_on(maker, MESSAGE_CARD_QUERY, true, card_facts_body(&facts));
  world_pin_sign(world, &wrong, change.record);
  hand_on(maker, MESSAGE_PIN_FAILURE, false, pin_failure_body(change.record));
  hand_on(maker, MESSAGE_PIN_CHANGE, false, pin_change_body(&change));
}

static void references(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  struct reference_reply reply = {.state = REFERENCE_UNKNOWN, .type = TRANSACTION_PURCHASE, .amount = 1250, .atc = 7};
  memcpy(reply.cid, world->cid, CID_SIZE);
  memcpy(reply.tid, LETTER_TID, sizeof reply.tid);
  hand_on(maker, MESSAGE_REFERENCE_QUERY, false, reference_query_body("sale-1"));
  hand_on(maker, MESSAGE_REFERENCE_QUERY, true, reference_reply_body(&reply));
  reply.state = REFERENCE_DONE;
  hand_on(maker, MESSAGE_REFERENCE_QUERY, true, reference_reply_body(&reply));
}

static void paper_copy(const struct world_paper *paper, uint8_t out[CERTIFICATE_MAX], size_t *len) {
  memcpy(out, paper->bytes, paper->len);
  *len = paper->len;
}

static void desk(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  struct certification_request request = {.pin_jwe = JWE};
  struct certification_reply reply = {
      .parameters = world_parameters(world), .master_version = KVN_FIRST, .pin_jwe = JWE};
  memcpy(request.cid, world->cid, CID_SIZE);
  memcpy(reply.master_public, world->master.point, CRYPTO_P256_PUBLIC_SIZE);
  paper_copy(&world->terminal_ca_paper, reply.terminal_ca, &reply.terminal_ca_len);
  paper_copy(&world->server_paper, reply.server, &reply.server_len);
  paper_copy(&world->card_ecka_paper, reply.card_ecka, &reply.card_ecka_len);
  paper_copy(&world->card_sig_paper, reply.card_sig, &reply.card_sig_len);
  hand_on(maker, MESSAGE_CARD_RESERVATION, false, reservation_body(world->chip_serial));
  hand_on(maker, MESSAGE_CARD_RESERVATION, true, reservation_reply_body(world->cid));
  hand_on(maker, MESSAGE_CARD_CERTIFICATION, false, certification_request_body(&request));
  hand_on(maker, MESSAGE_CARD_CERTIFICATION, true, certification_reply_body(&reply));
}

static void house(const struct maker *maker) {
  const struct world *world = &maker->desk->world;
  const struct merchant_message merchant = {.id = "BAKERY", .name = "Corner Bakery", .points_rate = 10};
  struct terminal_message terminal = {.tid = LETTER_TID, .role = ROLE_POS, .merchant = "BAKERY"};
  memcpy(terminal.expiry, world_expiry, DATE_SIZE);
  memcpy(terminal.ecka_public, world->pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.sig_public, world->reload.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  hand_on(maker, MESSAGE_MERCHANT, false, merchant_body(&merchant));
  hand_on(maker, MESSAGE_TERMINAL, false, terminal_body(&terminal));
  const struct limit_message limit = {.tid = LETTER_TID, .allowed = 200000};
  const struct limit_reply stands = {.used = 5000, .allowed = 200000};
  hand_on(maker, MESSAGE_LIMIT, false, limit_body(&limit));
  hand_on(maker, MESSAGE_LIMIT, true, limit_reply_body(&stands));
  hand_on(maker, MESSAGE_TERMINAL_REVOCATION, false, revocation_body(LETTER_TID));
}

void letter_each(const struct letter_desk *letter_desk, letter_made *made, void *context) {
  const struct maker maker = {letter_desk, made, context};
  orders(&maker);
  inquiries(&maker);
  closing_payouts(&maker);
  confirmations(&maker);
  offline_payments(&maker);
  deny_lists(&maker);
  cards(&maker);
  desk(&maker);
  house(&maker);
  references(&maker);
}
