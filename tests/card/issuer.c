/* SPDX-License-Identifier: Apache-2.0
 * Makes the tests' keys, certificates and signed orders with the same encoders as the real issuer. */
#include "issuer.h"

#include <check.h>
#include <string.h>

const uint8_t issuer_now[MOMENT_SIZE] = {0x20, 0x26, 0x11, 0x23, 0x12, 0x00, 0x00};
const uint8_t issuer_expiry[DATE_SIZE] = {0x20, 0x31, 0x11, 0x22};

#define NAME_MASTER "MASTER01"

void key_pair_make(struct key_pair *pair) {
  ck_assert(crypto_p256_generate(pair->private_key, pair->public_key));
}

void paper_issue(const struct paper_request *request, struct paper *paper) {
  struct certificate certificate;
  memset(&certificate, 0, sizeof certificate);
  ck_assert(crypto_random(certificate.serial, sizeof certificate.serial));
  memcpy(certificate.ca_id, request->ca_subject, sizeof certificate.ca_id);
  memcpy(certificate.subject, request->subject, sizeof certificate.subject);
  certificate.role = request->role;
  certificate.version = request->version;
  if (request->role <= ROLE_PERSO)
    strcpy(certificate.merchant, "BAKER");
  if (request->role == ROLE_SERVER || request->role == ROLE_TERMINAL_CA)
    certificate.least = request->least != 0 ? request->least : 1;
  if (request->role == ROLE_CARD_SIG) {
    certificate.offline_currency = request->offline_currency;
    certificate.offline = request->offline;
  }
  memcpy(certificate.expiry, request->expiry != NULL ? request->expiry : issuer_expiry, DATE_SIZE);
  memcpy(certificate.public_key, request->public_key, sizeof certificate.public_key);
  ck_assert_int_eq(certificate_issue(&certificate, request->ca_private, paper->bytes, sizeof paper->bytes, &paper->len),
                   STATUS_OK);
}

static const char *terminal_ca_name(const struct issuer *issuer) {
  static const char *const names[] = {"TERMCA00", "TERMCA01", "TERMCA02", "TERMCA03"};
  ck_assert_uint_lt(issuer->version, sizeof names / sizeof *names);
  return names[issuer->version];
}

static void issuer_papers(struct issuer *issuer) {
  paper_issue(&(struct paper_request){.ca_private = issuer->master.private_key,
                                      .ca_subject = NAME_MASTER,
                                      .subject = (const uint8_t *)terminal_ca_name(issuer),
                                      .public_key = issuer->terminal_ca.public_key,
                                      .role = ROLE_TERMINAL_CA,
                                      .version = issuer->version,
                                      .least = issuer->least},
              &issuer->terminal_ca_paper);
  paper_issue(&(struct paper_request){.ca_private = issuer->master.private_key,
                                      .ca_subject = NAME_MASTER,
                                      .subject = (const uint8_t *)"SERVER01",
                                      .public_key = issuer->server.public_key,
                                      .role = ROLE_SERVER,
                                      .version = issuer->version,
                                      .least = issuer->least},
              &issuer->server_paper);
}

void issuer_make(struct issuer *issuer) {
  key_pair_make(&issuer->master);
  key_pair_make(&issuer->card_ca);
  key_pair_make(&issuer->terminal_ca);
  key_pair_make(&issuer->server);
  issuer->version = 1;
  issuer->least = 1;
  issuer_papers(issuer);
}

void issuer_roll(const struct issuer *issuer, uint8_t version, uint8_t least, struct issuer *rolled) {
  *rolled = *issuer;
  if (version != issuer->version) {
    key_pair_make(&rolled->terminal_ca);
    key_pair_make(&rolled->server);
  }
  rolled->version = version;
  rolled->least = least;
  issuer_papers(rolled);
}

void terminal_expire(const struct issuer *issuer, struct terminal *terminal, const uint8_t expiry[DATE_SIZE]) {
  paper_issue(&(struct paper_request){.ca_private = issuer->terminal_ca.private_key,
                                      .ca_subject = terminal_ca_name(issuer),
                                      .subject = terminal->tid,
                                      .public_key = terminal->ecka.public_key,
                                      .role = terminal->role,
                                      .version = 1,
                                      .expiry = expiry},
              &terminal->paper);
}

void terminal_make(const struct issuer *issuer, uint8_t role, const char *tid, struct terminal *terminal) {
  terminal->role = role;
  memcpy(terminal->tid, tid, sizeof terminal->tid);
  key_pair_make(&terminal->ecka);
  terminal_expire(issuer, terminal, issuer_expiry);
}

void order_draft(const struct order_request *request, struct authorisation *order) {
  struct promise promise;
  ck_assert_int_eq(promise_decode(request->promise, PROMISE_SIZE, &promise), STATUS_OK);
  memset(order, 0, sizeof *order);
  order->type = promise.type;
  memcpy(order->cid, promise.cid, sizeof order->cid);
  order->atc = promise.atc;
  memcpy(order->tid, promise.tid, sizeof order->tid);
  order->amount = promise.amount;
  order->currency = promise.currency;
  ck_assert_int_eq(record_hash(request->promise, PROMISE_SIZE, order->promise_hash), STATUS_OK);
  order->decision = request->decision;
  order->points = request->points;
  memcpy(order->time, request->time != NULL ? request->time : issuer_now, sizeof order->time);
  order->key_version = 1;
}

void order_sign(const struct issuer *issuer, const struct authorisation *order, uint8_t out[AUTHORISATION_SIZE]) {
  authorisation_encode(order, out);
  ck_assert_int_eq(record_sign(out, AUTHORISATION_TLV_SIZE, issuer->server.private_key), STATUS_OK);
}

void issuer_order(const struct issuer *issuer, const struct order_request *request, uint8_t out[AUTHORISATION_SIZE]) {
  struct authorisation order;
  order_draft(request, &order);
  order.key_version = issuer->version;
  order_sign(issuer, &order, out);
}

void issuer_block(const struct issuer *issuer, const uint8_t cid[CID_SIZE], const uint8_t time[MOMENT_SIZE],
                  uint8_t out[BLOCK_ORDER_SIZE]) {
  struct block_order order = {.key_version = issuer->version};
  memcpy(order.cid, cid, sizeof order.cid);
  memcpy(order.time, time, sizeof order.time);
  block_order_encode(&order, out);
  ck_assert_int_eq(record_sign(out, BLOCK_ORDER_TLV_SIZE, issuer->server.private_key), STATUS_OK);
}
