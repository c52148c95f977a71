/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_card_certification.c and certify.c: what goes onto a new card. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/message_desk.h"
#include "purse.h"
#include "server/certify.h"
#include "suites.h"

static void reserve(struct world *world, struct purse *purse) {
  struct answer answer;

  station_ask(&world->desk, &world->service, MESSAGE_CARD_RESERVATION, reservation_body(purse->chip_serial), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(reservation_reply_parse(answer.body, purse->cid), STATUS_OK);
  answer_clear(&answer);
}

static enum status certify(struct world *world, const struct certification_request *request,
                           struct certification_reply *reply) {
  struct answer answer;

  station_ask(&world->desk, &world->service, MESSAGE_CARD_CERTIFICATION, certification_request_body(request), &answer);
  if (answer.code == STATUS_OK)
    ck_assert_int_eq(certification_reply_parse(answer.body, reply), STATUS_OK);
  answer_clear(&answer);
  return answer.code;
}

static void prepare(struct world *world, struct purse *purse, struct certification_request *request) {
  world_open(world);
  purse_new(purse, 7);
  reserve(world, purse);
  memset(request, 0, sizeof *request);
  memcpy(request->cid, purse->cid, CID_SIZE);
  purse_request(purse, request->request);
}

static void assert_certificate(const struct world *world, const uint8_t *data, size_t len, uint8_t role,
                               const uint8_t *key) {
  struct certificate certificate;
  uint8_t now[MOMENT_SIZE];
  struct certificate_check check = {.ca_public = world->service.keyring.card_ca_certificate.certificate.public_key,
                                    .ca_subject = (const uint8_t *)"CARDCA01",
                                    .role = role,
                                    .now = now};

  moment_from_unix(world->now, now);
  ck_assert_int_eq(certificate_decode(data, len, &certificate), STATUS_OK);
  ck_assert_int_eq(certificate_verify(&certificate, &check), STATUS_OK);
  ck_assert_mem_eq(certificate.public_key, key, CRYPTO_P256_PUBLIC_SIZE);
}

START_TEST(both_keys_are_certified) {
  struct world world;
  struct purse purse;
  struct certification_request request;
  struct certification_reply reply;
  struct certificate sig, ecka;

  prepare(&world, &purse, &request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_OK);
  assert_certificate(&world, reply.card_sig, reply.card_sig_len, ROLE_CARD_SIG, purse.sig_public);
  assert_certificate(&world, reply.card_ecka, reply.card_ecka_len, ROLE_CARD_ECKA, purse.ecka_public);
  ck_assert_int_eq(certificate_decode(reply.card_sig, reply.card_sig_len, &sig), STATUS_OK);
  ck_assert_int_eq(certificate_decode(reply.card_ecka, reply.card_ecka_len, &ecka), STATUS_OK);
  ck_assert_mem_eq(sig.subject, purse.cid, CID_SIZE);
  ck_assert_uint_eq(sig.offline_currency, reply.parameters.currency);
  ck_assert_uint_eq(sig.offline.total, 0); /* no payments without the server, and none without a PIN */
  ck_assert_uint_eq(reply.parameters.offline.total, 0);
  ck_assert_uint_eq(reply.parameters.no_pin.total, 0);
  ck_assert_mem_ne(ecka.subject, purse.cid, CID_SIZE); /* what is shown in the clear does not name the card */
  ck_assert_mem_ne(ecka.serial, sig.serial, sizeof sig.serial);
  ck_assert_mem_eq(reply.master_public, world.service.keyring.master_public, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_mem_eq(reply.server, world.service.keyring.server_certificate.data, reply.server_len);
  ck_assert_mem_eq(reply.terminal_ca, world.service.keyring.terminal_ca_certificate.data, reply.terminal_ca_len);
  world_close(&world);
}
END_TEST

START_TEST(parameters_come_from_the_configuration) {
  struct world world;
  struct purse purse;
  struct certification_request request;
  struct certification_reply reply;

  prepare(&world, &purse, &request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_OK);
  ck_assert_mem_eq(reply.parameters.cid, purse.cid, CID_SIZE);
  ck_assert_uint_eq(reply.parameters.purse_ceiling, 50000);
  ck_assert_uint_eq(reply.parameters.payment_ceiling, 15000);
  ck_assert_uint_eq(reply.parameters.currency, 978);
  ck_assert_int_eq(moment_to_unix(reply.parameters.time), world.now);
  world_close(&world);
}
END_TEST

START_TEST(expiry_is_years_on_the_same_day) {
  static const struct {
    int64_t now;
    unsigned years;
    uint8_t expiry[DATE_SIZE];
  } rows[] = {
      {1790000000, 5, {0x20, 0x31, 0x09, 0x21}},
      {1709164800, 5, {0x20, 0x29, 0x02, 0x28}}, /* 2024-02-29 */
      {1709164800, 4, {0x20, 0x28, 0x02, 0x29}},
      {4102358400, 1, {0x21, 0x00, 0x12, 0x31}}, /* 2099-12-31 */
  };
  struct world world;
  uint8_t expiry[DATE_SIZE];

  world_open(&world);
  int64_t then = world.now;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    world.now = rows[i].now;
    world.service.configuration.validity_years = rows[i].years;
    certify_expiry(&world.service, expiry);
    ck_assert_mem_eq(expiry, rows[i].expiry, DATE_SIZE);
  }
  world.now = then;
  world_close(&world);
}
END_TEST

START_TEST(chosen_pin_comes_back_and_is_kept_as_a_mac) {
  struct world world;
  struct purse purse;
  struct certification_request request;
  struct certification_reply reply;
  struct pin_envelope chosen = {.pin = "482915"}, returned;
  struct ledger_card card;
  char *jwe = NULL;

  prepare(&world, &purse, &request);
  memcpy(chosen.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(pin_seal(&chosen, world.service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  snprintf(request.pin_jwe, sizeof request.pin_jwe, "%s", jwe);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_OK);
  ck_assert_int_eq(pin_open(reply.pin_jwe, world.desk.ecka, &returned), STATUS_OK);
  ck_assert_str_eq(returned.pin, "482915");
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purse.cid, &card), STATUS_OK);
  uint8_t text[10 + CID_SIZE + 6], mac[CRYPTO_SHA256_SIZE];
  memcpy(text, "epurse-pin", 10);
  memcpy(text + 10, purse.cid, CID_SIZE);
  memcpy(text + 10 + CID_SIZE, "482915", 6);
  ck_assert(crypto_hmac_sha256(key_private(world.service.keyring.pin_store), CRYPTO_P256_PRIVATE_SIZE, text,
                               sizeof text, mac));
  ck_assert_mem_eq(card.certification.pin_mac, mac, sizeof mac);
  free(jwe);
  world_close(&world);
}
END_TEST

START_TEST(pin_for_another_card_is_refused) {
  struct world world;
  struct purse purse;
  struct certification_request request;
  struct certification_reply reply;
  struct pin_envelope chosen = {.pin = "482915"};
  char *jwe = NULL;

  prepare(&world, &purse, &request);
  cid_make(999999, 39, chosen.cid);
  ck_assert_int_eq(pin_seal(&chosen, world.service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  snprintf(request.pin_jwe, sizeof request.pin_jwe, "%s", jwe);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_BAD_FORMAT);
  snprintf(request.pin_jwe, sizeof request.pin_jwe, "no.pin.at.all.");
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_BAD_FORMAT);
  free(jwe);
  world_close(&world);
}
END_TEST

START_TEST(request_must_be_signed_by_its_own_key) {
  struct world world;
  struct purse purse, other;
  struct certification_request request;
  struct certification_reply reply;

  prepare(&world, &purse, &request);
  purse_new(&other, 7);
  memcpy(purse.sig_private, other.sig_private, sizeof purse.sig_private);
  purse_request(&purse, request.request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_BAD_SIGNATURE);
  world_close(&world);
}
END_TEST

START_TEST(number_belongs_to_its_chip) {
  struct world world;
  struct purse purse, other;
  struct certification_request request;
  struct certification_reply reply;

  prepare(&world, &purse, &request);
  purse_new(&other, 8);
  purse_request(&other, request.request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_CARD_UNKNOWN);
  cid_make(999999, 39, request.cid);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_CARD_UNKNOWN);
  world_close(&world);
}
END_TEST

START_TEST(issued_card_gets_no_second_certificate) {
  struct world world;
  struct purse purse;
  struct certification_request request = {0};
  struct certification_reply reply;

  world_open(&world);
  purse_issue(&purse, &world, 7);
  memcpy(request.cid, purse.cid, CID_SIZE);
  purse_request(&purse, request.request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_CARD_ALREADY_ISSUED);
  world_close(&world);
}
END_TEST

/* The card CA's key can be away from where payments are taken: nothing of a new card begins there, and all else goes
 * on. */
START_TEST(without_the_card_ca_payments_go_on) {
  struct world world;
  struct purse purse, blank;
  struct certification_request request = {0};
  struct certification_reply reply;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 7);
  world.service.keyring.card_ca = NULL; /* borrowed */
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1250, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  purse_new(&blank, 8);
  station_ask(&world.desk, &world.service, MESSAGE_CARD_RESERVATION, reservation_body(blank.chip_serial), &answer);
  ck_assert_int_eq(answer.code, STATUS_NOT_ISSUING);
  answer_clear(&answer);
  memcpy(request.cid, purse.cid, CID_SIZE);
  purse_request(&blank, request.request);
  ck_assert_int_eq(certify(&world, &request, &reply), STATUS_NOT_ISSUING);
  world_close(&world);
}
END_TEST

Suite *certification_suite(void) {
  Suite *suite = suite_create("certification");
  TCase *all = world_case("certification");

  tcase_add_test(all, both_keys_are_certified);
  tcase_add_test(all, parameters_come_from_the_configuration);
  tcase_add_test(all, expiry_is_years_on_the_same_day);
  tcase_add_test(all, chosen_pin_comes_back_and_is_kept_as_a_mac);
  tcase_add_test(all, pin_for_another_card_is_refused);
  tcase_add_test(all, request_must_be_signed_by_its_own_key);
  tcase_add_test(all, number_belongs_to_its_chip);
  tcase_add_test(all, issued_card_gets_no_second_certificate);
  tcase_add_test(all, without_the_card_ca_payments_go_on);
  suite_add_tcase(suite, all);
  return suite;
}
