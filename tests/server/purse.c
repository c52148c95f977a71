/* SPDX-License-Identifier: Apache-2.0
 * A card as the server meets it. */
#include "purse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/inquiry.h"
#include "epurse/message_desk.h"

#define ok(call) ck_assert_int_eq((call), STATUS_OK)

void purse_new(struct purse *purse, uint32_t chip) {
  memset(purse, 0, sizeof *purse);
  bytes_put_u32(purse->chip_serial, 0xC41B0000);
  bytes_put_u32(purse->chip_serial + 4, chip);
  ck_assert(crypto_p256_generate(purse->sig_private, purse->sig_public));
  ck_assert(crypto_p256_generate(purse->ecka_private, purse->ecka_public));
}

void purse_request(const struct purse *purse, uint8_t record[CARD_REQUEST_SIZE]) {
  struct card_request request;

  memcpy(request.chip_serial, purse->chip_serial, CHIP_SERIAL_SIZE);
  memcpy(request.sig_public, purse->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(request.ecka_public, purse->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  card_request_encode(&request, record);
  ok(record_sign(record, CARD_REQUEST_TLV_SIZE, purse->sig_private));
}

static void take_pin(struct purse *purse, const struct world *world, const json_t *body) {
  struct certification_reply reply;
  struct pin_envelope envelope;

  ok(certification_reply_parse(body, &reply));
  ok(pin_open(reply.pin_jwe, world->desk.ecka, &envelope));
  ck_assert_mem_eq(envelope.cid, purse->cid, CID_SIZE);
  memcpy(purse->pin, envelope.pin, sizeof purse->pin);
}

void purse_certify(struct purse *purse, struct world *world) {
  struct certification_request certification = {0};
  struct answer answer;

  station_ask(&world->desk, &world->service, MESSAGE_CARD_RESERVATION, reservation_body(purse->chip_serial), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ok(reservation_reply_parse(answer.body, purse->cid));
  answer_clear(&answer);
  memcpy(certification.cid, purse->cid, CID_SIZE);
  purse_request(purse, certification.request);
  station_ask(&world->desk, &world->service, MESSAGE_CARD_CERTIFICATION, certification_request_body(&certification),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  take_pin(purse, world, answer.body);
  answer_clear(&answer);
}

void purse_issue(struct purse *purse, struct world *world, uint32_t chip) {
  purse_new(purse, chip);
  purse_certify(purse, world);
  purse_activate(purse, world);
}

enum status purse_activation(const struct purse *purse, struct world *world, int64_t deposit) {
  struct card_message activation = {.deposit = deposit};

  memcpy(activation.cid, purse->cid, CID_SIZE);
  memcpy(activation.chip_serial, purse->chip_serial, CHIP_SERIAL_SIZE);
  return station_tell(&world->desk, &world->service, MESSAGE_CARD_ACTIVATION,
                      card_message_body(MESSAGE_CARD_ACTIVATION, &activation));
}

void purse_activate(const struct purse *purse, struct world *world) {
  ok(purse_activation(purse, world, world->service.configuration.deposit));
}

void purse_sign(struct purse *purse) {
  promise_encode(&purse->promise, purse->record);
  ok(record_sign(purse->record, PROMISE_TLV_SIZE, purse->sig_private));
  ok(record_hash(purse->record, PROMISE_SIZE, purse->hash));
}

void purse_pin(struct purse *purse, const struct purse_pin *pin, uint8_t record[PIN_RECORD_SIZE]) {
  purse->pin_changes = (uint16_t)(purse->pin_changes + (pin->kind == PIN_KIND_CHANGED));
  struct pin_record said = {.kind = pin->kind,
                            .tries_left = pin->kind == PIN_KIND_WRONG ? pin->left : PIN_TRIES,
                            .events = ++purse->pin_events,
                            .atc = purse->atc,
                            .pin_changes = purse->pin_changes};

  memcpy(said.cid, purse->cid, CID_SIZE);
  memcpy(said.tid, pin->station->tid, TID_SIZE);
  memcpy(said.nonce, pin->nonce, NONCE_SIZE);
  pin_record_encode(&said, record);
  ok(record_sign(record, PIN_RECORD_TLV_SIZE, purse->sig_private));
}

/* Without r; the promise is the payment. */
static void pay_offline(struct purse *purse) {
  memset(purse->promise.commitment, 0, sizeof purse->promise.commitment);
  purse->balance -= purse->promise.amount;
  purse->offline_count++;
  purse->offline_sum += purse->promise.amount;
}

void purse_promise(struct purse *purse, uint8_t type, uint32_t amount, const struct station *station) {
  struct promise *promise = &purse->promise;

  purse->atc++;
  ck_assert(crypto_random(purse->secret, SECRET_SIZE));
  *promise = (struct promise){.type = type,
                              .pin_verified = true,
                              .atc = purse->atc,
                              .amount = amount,
                              .currency = 978,
                              .balance = purse->balance,
                              .points = purse->points,
                              .last_atc = purse->last_atc,
                              .offline_count = purse->offline_count,
                              .offline_sum = purse->offline_sum,
                              .pin_changes = purse->pin_changes};
  memcpy(promise->cid, purse->cid, CID_SIZE);
  memcpy(promise->tid, station->tid, TID_SIZE);
  ck_assert(crypto_random(promise->nonce, NONCE_SIZE));
  if (type == TRANSACTION_PAYOUT)
    nonce_mark(promise->nonce, false);
  moment_from_unix(1790000000, promise->time);
  ck_assert(crypto_sha256(purse->secret, SECRET_SIZE, promise->commitment));
  memcpy(promise->last_secret, purse->last_secret, SECRET_SIZE);
  memcpy(promise->previous, purse->hash, sizeof promise->previous);
  if (type == TRANSACTION_OFFLINE_PURCHASE)
    pay_offline(purse);
  purse_sign(purse);
}

void purse_refund(struct purse *purse, uint32_t sale, uint32_t amount, const struct station *station) {
  purse_promise(purse, TRANSACTION_REFUND, amount, station);
  purse->promise.pin_verified = false;
  purse->promise.sale_atc = sale;
  purse_sign(purse);
}

bool purse_commit(struct purse *purse, const struct world *world, const json_t *body) {
  struct transaction_reply reply;
  struct authorisation authorisation;

  ok(transaction_reply_parse(body, &reply));
  if (!reply.has_authorisation ||
      record_verify(reply.authorisation, AUTHORISATION_SIZE, key_public(world->service.keyring.server)) != STATUS_OK)
    return false;
  ok(authorisation_decode(reply.authorisation, AUTHORISATION_SIZE, &authorisation));
  if (!authorisation_answers(&authorisation, &purse->promise, purse->hash) ||
      authorisation.decision != DECISION_APPROVED)
    return false;
  if (purse->promise.type == TRANSACTION_PURCHASE || purse->promise.type == TRANSACTION_PAYOUT)
    purse->balance -= purse->promise.amount;
  else if (purse->promise.type == TRANSACTION_LOAD ||
           (purse->promise.type == TRANSACTION_REFUND && !purse->promise.sale_in_points))
    purse->balance += purse->promise.amount;
  purse->points = (uint32_t)((int64_t)purse->points + authorisation.points);
  purse->last_atc = purse->atc;
  purse->offline_count = 0;
  purse->offline_sum = 0;
  memcpy(purse->last_secret, purse->secret, SECRET_SIZE);
  return true;
}

static void fill_order(const struct purse *purse, const struct world *world, const char *pin,
                       struct transaction_request *order) {
  struct pin_envelope envelope = {.atc = purse->atc};
  char *jwe = NULL;

  memcpy(order->promise, purse->record, PROMISE_SIZE);
  if (pin != NULL) {
    memcpy(envelope.cid, purse->cid, CID_SIZE);
    snprintf(envelope.pin, sizeof envelope.pin, "%s", pin);
    static struct pin_agreement agreement; /* as a terminal keeps it */
    ok(pin_seal_again(&envelope, world->service.keyring.server_pin_certificate.certificate.public_key, 0, &agreement,
                      &jwe));
    ck_assert_int_lt(snprintf(order->pin_jwe, sizeof order->pin_jwe, "%s", jwe), (int)sizeof order->pin_jwe);
    free(jwe);
  }
}

json_t *purse_order(const struct purse *purse, const struct world *world, enum message_type type, const char *pin) {
  struct transaction_request order = {0};

  fill_order(purse, world, pin, &order);
  return transaction_request_body(type, &order);
}

json_t *purse_load_order(const struct purse *purse, const struct world *world, const char *kind,
                         const char *reference) {
  struct transaction_request order = {0};

  fill_order(purse, world, purse->pin, &order);
  snprintf(order.tender_kind, sizeof order.tender_kind, "%s", kind);
  snprintf(order.tender_reference, sizeof order.tender_reference, "%s", reference);
  return transaction_request_body(MESSAGE_LOAD, &order);
}

json_t *purse_inquiry(const struct purse *purse, enum message_type type, bool given_back) {
  struct inquiry_request request = {.given_back = given_back};

  memcpy(request.promise, purse->record, PROMISE_SIZE);
  return inquiry_request_body(type, &request);
}

void purse_load(struct purse *purse, struct world *world, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_LOAD, amount, &world->reload);
  station_ask(&world->reload, &world->service, MESSAGE_LOAD, purse_load_order(purse, world, "cash", ""), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
}

json_t *purse_confirmation(const struct purse *purse) {
  struct confirmations items = {.count = 1, .items = {{.atc = purse->last_atc}}};

  memcpy(items.items[0].cid, purse->cid, CID_SIZE);
  memcpy(items.items[0].secret, purse->last_secret, SECRET_SIZE);
  return confirmation_body(&items, false);
}

void purse_suspend(const struct purse *purse, struct world *world) {
  struct card_message card = {.reason = "somebody called"};

  memcpy(card.cid, purse->cid, CID_SIZE);
  ck_assert_int_eq(station_tell(&world->admin, &world->service, MESSAGE_CARD_SUSPENSION,
                                card_message_body(MESSAGE_CARD_SUSPENSION, &card)),
                   STATUS_OK);
}

void purse_resume(const struct purse *purse, struct world *world) {
  struct card_message card = {.reason = ""};

  memcpy(card.cid, purse->cid, CID_SIZE);
  ck_assert_int_eq(station_tell(&world->admin, &world->service, MESSAGE_CARD_RESUMPTION,
                                card_message_body(MESSAGE_CARD_RESUMPTION, &card)),
                   STATUS_OK);
}
