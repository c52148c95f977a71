/* SPDX-License-Identifier: Apache-2.0
 * Inside the issuer: an operator with every key of the server and without the master key. And the server's own
 * signature at the wrong place: old authorisations, and those of another card, terminal, amount or counter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/key.h"
#include "flow_world.h"

#define START 1000

static struct stage stage;

static struct key *server_key(const char *name) {
  struct key *key = NULL;
  char path[256];
  snprintf(path, sizeof path, "%s/issuer/%s", flow_world.folder, name);
  ck_assert_int_eq(key_load(path, "server passphrase", &key), STATUS_OK);
  return key;
}

/* ---- the operator ---- */

static const char *const operator_keys[] = {"server.key", "card-ca.key", "server-pin.key"};

/* A certificate with the names of ours, under a key that is not the master's. */
static size_t false_certificate(const struct key *signer, uint8_t role, const uint8_t *subject,
                                const uint8_t *public_key, uint8_t *out) {
  struct certificate certificate = {.role = role, .version = KVN_FIRST, .expiry = {0x20, 0x60, 0x12, 0x31}};
  size_t len = 0;
  if (role == ROLE_SERVER || role == ROLE_TERMINAL_CA)
    certificate.least = KVN_FIRST;
  memcpy(certificate.ca_id, "MASTER01", sizeof certificate.ca_id);
  memcpy(certificate.subject, subject, sizeof certificate.subject);
  memcpy(certificate.public_key, public_key, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(certificate_issue(&certificate, key_private(signer), out, CERTIFICATE_MAX, &len), STATUS_OK);
  return len;
}

/* New cards take a terminal CA and a server key from nobody but the master. */
START_TEST(operator_without_the_master_key_cannot_certify_for_new_cards) {
  uint8_t certificate[CERTIFICATE_MAX], master[1 + CRYPTO_P256_PUBLIC_SIZE] = {KVN_FIRST}, record[CARD_REQUEST_SIZE];
  struct session session;
  struct key *key = server_key(operator_keys[_i]);
  stage_open(&stage, "operator", 0);
  stage_raw_card(&stage);
  ck_assert_int_eq(reader_connect(stage.card.inner), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, stage.card.inner, stage.desk->batch_key), STATUS_OK);
  ck_assert_int_eq(session_generate(&session, record), STATUS_OK);
  memcpy(master + 1, stage.desk->master_public, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(session_store(&session, DGI_MASTER_KEY, master, sizeof master, false), STATUS_OK);
  size_t len = false_certificate(key, ROLE_TERMINAL_CA, (const uint8_t *)"TERMCA01", key_public(key), certificate);
  ck_assert_int_eq(session_store(&session, DGI_TERMINAL_CA, certificate, len, false), STATUS_NOT_AUTHENTICATED);
  len = false_certificate(key, ROLE_SERVER, (const uint8_t *)"SERVER01", key_public(key), certificate);
  ck_assert_int_eq(session_store(&session, DGI_SERVER, certificate, len, false), STATUS_NOT_AUTHENTICATED);
  session_close(&session);
  key_free(&key);
  stage_close(&stage);
}
END_TEST

/* Issued cards take no key at all, and no terminal that he certified. */
START_TEST(operator_without_the_master_key_cannot_make_terminals_that_cards_accept) {
  uint8_t certificate[CERTIFICATE_MAX];
  struct certificate terminal = {.role = ROLE_RELOAD, .version = KVN_FIRST, .expiry = {0x20, 0x60, 0x12, 0x31}};
  struct session_keys keys;
  struct session session;
  size_t len = 0;
  struct key *key = server_key(operator_keys[_i]);
  stage_open(&stage, "maker", START);
  memcpy(terminal.ca_id, "TERMCA01", sizeof terminal.ca_id);
  memcpy(terminal.subject, "RELOAD99", TID_SIZE);
  memcpy(terminal.public_key, key_public(stage.pos->ecka), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(certificate_issue(&terminal, key_private(key), certificate, sizeof certificate, &len), STATUS_OK);
  keys = stage.pos->session_keys;
  keys.ecka_certificate = certificate;
  keys.ecka_certificate_len = len;
  ck_assert_int_eq(reader_connect(&stage.wire.reader), STATUS_OK);
  ck_assert_int_eq(session_open(&session, &stage.wire.reader, &keys, false), STATUS_TERMINAL_REVOKED);
  session_close(&session);
  /* the CA itself, "renewed", in the place of the terminal's certificate: cards have no such command outside the desk
   */
  keys.ecka_certificate_len =
      false_certificate(key, ROLE_TERMINAL_CA, (const uint8_t *)"TERMCA01", key_public(key), certificate);
  ck_assert_int_ne(session_open(&session, &stage.wire.reader, &keys, false), STATUS_OK);
  session_close(&session);
  key_free(&key);
  stage_close(&stage);
}
END_TEST

/* Terminals do not start with what he certified. */
START_TEST(operator_without_the_master_key_cannot_change_what_terminals_believe) {
  static const struct {
    const char *file, *subject;
    uint8_t role;
  } rows[] = {{"server.cert", "SERVER01", ROLE_SERVER},
              {"server-pin.cert", "SRVPIN01", ROLE_SERVER_PIN},
              {"card-ca.cert", "CARDCA01", ROLE_CARD_CA},
              {"terminal-ca.cert", "TERMCA01", ROLE_TERMINAL_CA}};
  uint8_t certificate[CERTIFICATE_MAX];
  struct terminal *terminal = NULL;
  char command[1024], path[256], problem[256];
  struct key *key = server_key(operator_keys[0]);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    snprintf(command, sizeof command, "rm -rf '%s/bent'; cp -Rp '%s/pos' '%s/bent'; rm '%s/bent/%s'", flow_world.folder,
             flow_world.folder, flow_world.folder, flow_world.folder, rows[i].file);
    ck_assert_int_eq(system(command), 0);
    snprintf(path, sizeof path, "%s/bent/%s", flow_world.folder, rows[i].file);
    size_t len = false_certificate(key, rows[i].role, (const uint8_t *)rows[i].subject, key_public(key), certificate);
    ck_assert_int_eq(public_file_store(path, certificate, len), STATUS_OK);
    snprintf(path, sizeof path, "%s/bent", flow_world.folder);
    ck_assert_int_eq(terminal_open(path, &terminal, problem), STATUS_BAD_CERTIFICATE);
  }
  key_free(&key);
}
END_TEST

/* ---- the server's signature at the wrong place ---- */

static uint16_t give(struct session *session, uint8_t ins, const uint8_t authorisation[AUTHORISATION_SIZE]) {
  struct apdu_response response;
  const struct apdu command = {.cla = 0x80,
                               .ins = ins,
                               .p1 = ins == INS_DEBIT_FOR_PURCHASE ? P1_INITIALIZE_PURCHASE : P1_INITIALIZE_LOAD,
                               .data = authorisation,
                               .lc = AUTHORISATION_SIZE,
                               .le = 256};
  uint16_t sw = party_command(session, &command, &response);
  crypto_wipe(&response, sizeof response);
  return sw;
}

static void not_debited(int64_t balance) {
  ck_assert_int_eq(flow_card_balance(&stage.card), balance);
}

/* Of the same card: the one before. Given again in the place of the new one. */
START_TEST(stale_authorisation_gains_nothing) {
  uint8_t promise[PROMISE_SIZE], old[AUTHORISATION_SIZE], r[SECRET_SIZE];
  struct transaction_reply reply;
  struct session session;
  stage_open(&stage, "stale", START);
  party_authorised(&stage, stage.pos, 10, &session, promise, &reply);
  memcpy(old, reply.authorisation, sizeof old);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, old, r), STATUS_OK);
  not_debited(START - 10);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, old), SW_OK); /* the same answer, no second debit */
  not_debited(START - 10);
  ck_assert_int_eq(party_initialize(&session, stage.pos, P1_INITIALIZE_PURCHASE, 10, promise), STATUS_OK);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, old), SW_CONDITIONS_NOT_SATISFIED);
  not_debited(START - 10);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* A load's authorisation for a purchase, another card's, one that another terminal was given; then every field of the
 * right one, changed and signed by whoever is not the server, and unsigned. */
START_TEST(authorisation_of_another_card_gains_nothing) {
  uint8_t promise[PROMISE_SIZE];
  struct flow_card other;
  struct transaction_reply reply, foreign;
  struct session session;
  stage_open(&stage, "others", START);
  flow_card_issue(&other, "another", START);
  struct wire wire = stage.wire;
  wire_open(&stage.wire, other.inner);
  party_authorised(&stage, stage.pos, 10, &session, promise, &foreign);
  session_close(&session);
  stage.wire = wire;
  stage.wire.reader.context = &stage.wire;
  party_authorised(&stage, stage.pos, 10, &session, promise, &reply);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, foreign.authorisation), SW_CONDITIONS_NOT_SATISFIED);
  not_debited(START);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, reply.authorisation), SW_OK);
  not_debited(START - 10);
  session_close(&session);
  flow_card_remove(&other);
  stage_close(&stage);
}
END_TEST

/* The slot is of pos; pos2 delivers. */
START_TEST(authorisation_at_another_terminal_gains_nothing) {
  uint8_t promise[PROMISE_SIZE];
  struct transaction_reply reply;
  struct session session;
  stage_open(&stage, "elsewhere", START);
  party_authorised(&stage, stage.pos, 10, &session, promise, &reply);
  session_close(&session);
  party_session(&stage, stage.pos2, &session);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, reply.authorisation), SW_CONDITIONS_NOT_SATISFIED);
  session_close(&session);
  party_session(&stage, stage.reload, &session);
  ck_assert_uint_eq(give(&session, INS_CREDIT_FOR_LOAD, reply.authorisation), SW_CONDITIONS_NOT_SATISFIED);
  not_debited(START);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* Not even the server's own signature helps where a field is not the promise's: an operator who signs by hand. */
START_TEST(authorisation_that_differs_from_the_promise_gains_nothing) {
  uint8_t promise[PROMISE_SIZE], record[AUTHORISATION_SIZE];
  struct authorisation right;
  struct transaction_reply reply;
  struct session session;
  struct key *key = server_key("server.key");
  stage_open(&stage, "differs", START);
  party_authorised(&stage, stage.pos, 10, &session, promise, &reply);
  ck_assert_int_eq(authorisation_decode(reply.authorisation, AUTHORISATION_SIZE, &right), STATUS_OK);
  struct authorisation wrong[8];
  for (size_t i = 0; i < 8; i++)
    wrong[i] = right;
  wrong[0].type = TRANSACTION_LOAD;
  wrong[1].cid[7] ^= 0x10;
  wrong[2].atc--;
  wrong[3].atc++;
  wrong[4].tid[7] ^= 1;
  wrong[5].amount--;
  wrong[6].currency++;
  wrong[7].promise_hash[0] ^= 1;
  for (size_t i = 0; i < 8; i++) {
    authorisation_encode(&wrong[i], record);
    ck_assert_int_eq(record_sign(record, AUTHORISATION_TLV_SIZE, key_private(key)), STATUS_OK);
    ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, record), SW_CONDITIONS_NOT_SATISFIED);
  }
  for (size_t i = 0; i < AUTHORISATION_SIZE; i++) { /* and each byte of the right one, signed as it was */
    memcpy(record, reply.authorisation, sizeof record);
    record[i] ^= 1;
    ck_assert_uint_ne(give(&session, INS_DEBIT_FOR_PURCHASE, record), SW_OK);
  }
  not_debited(START);
  ck_assert_uint_eq(give(&session, INS_DEBIT_FOR_PURCHASE, reply.authorisation), SW_OK);
  not_debited(START - 10);
  key_free(&key);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* What the server's key can do, it can do: who holds it credits cards. The books do not know it, so the card is out of
 * step at its next contact and spends nothing. */
START_TEST(operator_who_signs_a_credit_gains_nothing_that_can_be_spent) {
  uint8_t promise[PROMISE_SIZE], record[AUTHORISATION_SIZE], r[SECRET_SIZE];
  struct authorisation order = {.type = TRANSACTION_LOAD, .decision = DECISION_APPROVED, .key_version = KVN_FIRST};
  struct promise said;
  struct session session;
  struct outcome outcome;
  struct books before;
  struct key *key = server_key("server.key");
  stage_open(&stage, "mint", START);
  books_read(stage.line, &before);
  party_session(&stage, stage.reload, &session);
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise), STATUS_OK);
  ck_assert_int_eq(promise_decode(promise, PROMISE_SIZE, &said), STATUS_OK);
  order.atc = said.atc;
  order.amount = said.amount;
  order.currency = said.currency;
  memcpy(order.cid, said.cid, CID_SIZE);
  memcpy(order.tid, said.tid, TID_SIZE);
  ck_assert_int_eq(record_hash(promise, PROMISE_SIZE, order.promise_hash), STATUS_OK);
  memcpy(order.time, said.time, MOMENT_SIZE);
  authorisation_encode(&order, record);
  ck_assert_int_eq(record_sign(record, AUTHORISATION_TLV_SIZE, key_private(key)), STATUS_OK);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_LOAD, record, r), STATUS_OK);
  session_close(&session);
  not_debited(START + 5000);
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 10, false, &outcome), STATUS_CARD_FORKED);
  not_debited(START + 5000);
  ck_assert_uint_eq(vcard_memory(stage.card.vcard)->state, CARD_BLOCKED);
  party_books(&stage, &before, &(struct books_change){.incidents = 1});
  key_free(&key);
  stage_close(&stage);
}
END_TEST

void attack_issuer_tests(TCase *tests) {
  const int keys = sizeof operator_keys / sizeof operator_keys[0];
  tcase_add_loop_test(tests, operator_without_the_master_key_cannot_certify_for_new_cards, 0, keys);
  tcase_add_loop_test(tests, operator_without_the_master_key_cannot_make_terminals_that_cards_accept, 0, keys);
  tcase_add_test(tests, operator_without_the_master_key_cannot_change_what_terminals_believe);
  tcase_add_test(tests, stale_authorisation_gains_nothing);
  tcase_add_test(tests, authorisation_of_another_card_gains_nothing);
  tcase_add_test(tests, authorisation_at_another_terminal_gains_nothing);
  tcase_add_test(tests, authorisation_that_differs_from_the_promise_gains_nothing);
  tcase_add_test(tests, operator_who_signs_a_credit_gains_nothing_that_can_be_spent);
}
