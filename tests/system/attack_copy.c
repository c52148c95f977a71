/* SPDX-License-Identifier: Apache-2.0
 * Two cards of one identity, an older image of a card, an altered image, a card of another issuer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "flow_world.h"

#define START 1000

static struct stage stage;
static struct flow_card copy;
static struct books before;

/* Every byte of the card's chip, in a second chip. */
static void card_copy(struct flow_card *card, struct flow_card *twin) {
  char command[1024];
  *twin = *card;
  snprintf(twin->path, sizeof twin->path, "%.200s-twin", card->path);
  flow_card_release(card);
  snprintf(command, sizeof command, "cp -p '%s' '%s'", card->path, twin->path);
  ck_assert_int_eq(system(command), 0);
  flow_card_take(card);
  flow_card_take(twin);
  twin->reader.context = twin;
  twin->dialogue.context = twin;
}

static void set_up(const char *name) {
  stage_open(&stage, name, START);
  card_copy(&stage.card, &copy);
  wire_open(&stage.wire, stage.card.inner);
  books_read(stage.line, &before);
}

static void tear_down(void) {
  flow_card_remove(&copy);
  stage_close(&stage);
}

static void fork_is_reported(uint32_t atc) {
  struct ledger_incident incident;
  struct promise promise;
  party_incident(&incident);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_FORK);
  ck_assert_mem_eq(incident.cid, stage.card.cid, CID_SIZE);
  ck_assert_uint_eq(incident.atc, atc);
  ck_assert_uint_eq(incident.evidence_len, PROMISE_SIZE);
  ck_assert_int_eq(promise_decode(incident.evidence, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert_mem_eq(promise.cid, stage.card.cid, CID_SIZE); /* the evidence is the card's own word ... */
  ck_assert_int_eq(record_verify(incident.evidence, PROMISE_SIZE, vcard_memory(copy.vcard)->sig_public), STATUS_OK);
}

/* One pays; at the first contact of the other the fork is found, that one dies at once, and the first at its next
 * contact. _i: which of the two pays. */
START_TEST(two_cards_of_one_identity_pay_once_and_both_die) {
  struct flow_card *first = _i == 0 ? &stage.card : &copy, *second = _i == 0 ? &copy : &stage.card;
  struct outcome outcome;
  set_up("twins");
  ck_assert_int_eq(flow_pay(first, "pos", 300, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_pay(second, "pos2", 300, &outcome), STATUS_CARD_FORKED);
  fork_is_reported(outcome.atc);
  ck_assert_uint_eq(vcard_memory(second->vcard)->state, CARD_BLOCKED);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "BLOCKED");
  ck_assert_int_eq(flow_pay(first, "pos", 100, &outcome), STATUS_CARD_FORKED);
  ck_assert_uint_eq(vcard_memory(first->vcard)->state, CARD_BLOCKED);
  party_books(&stage, &before, &(struct books_change){.postings = 3, .merchants = 300, .incidents = 1});
  tear_down();
}
END_TEST

/* The thief lets the twin go on further than the card before he uses the card: the same end. */
START_TEST(two_cards_of_one_identity_are_found_whatever_their_counters) {
  struct outcome outcome;
  struct bank bank;
  set_up("counters");
  bank_make(&bank);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(flow_pay(&copy, "pos", 100, &outcome), STATUS_OK);
  enum status status =
      _i == 0 ? flow_pay(&stage.card, "pos2", 100, &outcome) : flow_load(&stage.card, &bank.tender, 100, &outcome);
  ck_assert_int_eq(status, STATUS_CARD_FORKED);
  ck_assert_uint_eq(bank.charged, 0);
  fork_is_reported(outcome.atc);
  ck_assert_uint_eq(vcard_memory(stage.card.vcard)->state, CARD_BLOCKED);
  ck_assert_int_eq(flow_pay(&copy, "pos", 100, &outcome), STATUS_CARD_FORKED);
  ck_assert_uint_eq(vcard_memory(copy.vcard)->state, CARD_BLOCKED);
  party_books(&stage, &before, &(struct books_change){.postings = 9, .merchants = 300, .incidents = 1});
  tear_down();
}
END_TEST

/* An older image put back into the very chip, after a payment: "the money is back". */
START_TEST(older_image_of_a_card_gains_nothing) {
  struct outcome outcome;
  set_up("older");
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 900, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_card_balance(&copy), START); /* that is the older image */
  ck_assert_int_eq(flow_pay(&copy, "pos", 900, &outcome), STATUS_CARD_FORKED);
  party_books(&stage, &before, &(struct books_change){.postings = 3, .merchants = 900, .incidents = 1});
  tear_down();
}
END_TEST

/* ---- another issuer ---- */

struct foreigner {
  uint8_t master[CRYPTO_P256_PRIVATE_SIZE], master_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t ca[CRYPTO_P256_PRIVATE_SIZE], ca_public[CRYPTO_P256_PUBLIC_SIZE];
};

static size_t paper(const uint8_t *ca_private, const char *ca_subject, uint8_t role, const uint8_t *subject,
                    const uint8_t *public_key, uint8_t *out) {
  struct certificate certificate = {.role = role, .version = KVN_FIRST, .expiry = {0x20, 0x60, 0x12, 0x31}};
  size_t len = 0;
  if (role == ROLE_SERVER || role == ROLE_TERMINAL_CA)
    certificate.least = KVN_FIRST;
  if (role == ROLE_CARD_SIG)
    certificate.offline_currency = 978;
  memcpy(certificate.ca_id, ca_subject, sizeof certificate.ca_id);
  memcpy(certificate.subject, subject, sizeof certificate.subject);
  memcpy(certificate.public_key, public_key, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(certificate_issue(&certificate, ca_private, out, CERTIFICATE_MAX, &len), STATUS_OK);
  return len;
}

/* A chip of the same maker, personalised by somebody else with keys of his own and the names of ours. */
static void foreign_card(struct flow_card *card, const struct foreigner *issuer, const uint8_t cid[CID_SIZE]) {
  struct parameters parameters = {.expiry = {0x20, 0x60, 0x12, 0x31},
                                  .currency = 978,
                                  .purse_ceiling = 50000,
                                  .payment_ceiling = 15000,
                                  .time = {0x20, 0x24, 0x01, 0x01, 0, 0, 0}};
  uint8_t record[CARD_REQUEST_SIZE], data[CERTIFICATE_MAX];
  struct card_request request;
  struct session session;
  flow_card_new(card, "foreign");
  ck_assert_int_eq(reader_connect(card->inner), STATUS_OK);
  ck_assert_int_eq(session_open_blank(&session, card->inner, stage.desk->batch_key), STATUS_OK);
  ck_assert_int_eq(session_generate(&session, record), STATUS_OK);
  ck_assert_int_eq(card_request_decode(record, sizeof record, &request), STATUS_OK);
  memcpy(parameters.cid, cid, CID_SIZE);
  parameters_encode(&parameters, data);
  ck_assert_int_eq(session_store(&session, DGI_PARAMETERS, data, PARAMETERS_SIZE, false), STATUS_OK);
  ck_assert_int_eq(pin_block_encode(HOLDER_PIN, data), STATUS_OK);
  ck_assert_int_eq(session_store(&session, DGI_PIN, data, PIN_BLOCK_SIZE, false), STATUS_OK);
  data[0] = KVN_FIRST;
  memcpy(data + 1, issuer->master_public, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(session_store(&session, DGI_MASTER_KEY, data, 1 + CRYPTO_P256_PUBLIC_SIZE, false), STATUS_OK);
  const struct {
    uint16_t dgi;
    const uint8_t *ca, *subject, *key;
    const char *ca_name;
    uint8_t role;
  } rows[] = {
      {DGI_TERMINAL_CA, issuer->master, (const uint8_t *)"TERMCA01", issuer->ca_public, "MASTER01", ROLE_TERMINAL_CA},
      {DGI_SERVER, issuer->master, (const uint8_t *)"SERVER01", issuer->ca_public, "MASTER01", ROLE_SERVER},
      {DGI_CARD_ECKA, issuer->ca, (const uint8_t *)"12345678", request.ecka_public, "CARDCA01", ROLE_CARD_ECKA},
      {DGI_CARD_SIG, issuer->ca, cid, request.sig_public, "CARDCA01", ROLE_CARD_SIG}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    size_t len = paper(rows[i].ca, rows[i].ca_name, rows[i].role, rows[i].subject, rows[i].key, data);
    ck_assert_int_eq(session_store(&session, rows[i].dgi, data, len, rows[i].dgi == DGI_CARD_SIG), STATUS_OK);
  }
  session_close(&session);
}

/* It has a number that our server knows, and gets no further than its certificate. */
START_TEST(card_of_another_issuer_gains_nothing) {
  struct foreigner issuer;
  struct flow_card foreign;
  struct outcome outcome;
  struct bank bank;
  stage_open(&stage, "domestic", START);
  books_read(stage.line, &before);
  bank_make(&bank);
  ck_assert(crypto_p256_generate(issuer.master, issuer.master_public));
  ck_assert(crypto_p256_generate(issuer.ca, issuer.ca_public));
  foreign_card(&foreign, &issuer, stage.card.cid);
  ck_assert_uint_eq(vcard_memory(foreign.vcard)->state, CARD_PERSONALISED);
  ck_assert_int_eq(flow_pay(&foreign, "pos", 100, &outcome), STATUS_OTHER_ISSUER);
  ck_assert_int_eq(flow_load(&foreign, &bank.tender, 100, &outcome), STATUS_OTHER_ISSUER);
  ck_assert_uint_eq(bank.charged, 0);
  ck_assert_uint_eq(foreign.asked, 0); /* the holder's PIN was not asked for */
  party_books(&stage, &before, &(struct books_change){0});
  flow_card_remove(&foreign);
  stage_close(&stage);
}
END_TEST

/* Its SIG key under our server's nose: a promise that it signed in the name of our card. */
START_TEST(foreign_signature_for_our_card_gains_nothing) {
  uint8_t record[PROMISE_SIZE], private_key[CRYPTO_P256_PRIVATE_SIZE], public_key[CRYPTO_P256_PUBLIC_SIZE];
  static const uint8_t secret[SECRET_SIZE] = {1};
  struct transaction_reply reply;
  struct promise promise;
  stage_open(&stage, "name", START);
  books_read(stage.line, &before);
  ck_assert(crypto_p256_generate(private_key, public_key));
  party_promise(vcard_memory(stage.card.vcard), stage.pos, 100, secret, &promise);
  party_sign(&promise, private_key, record);
  ck_assert_int_eq(party_ask(stage.pos, MESSAGE_PURCHASE, record, HOLDER_PIN, &reply), STATUS_BAD_SIGNATURE);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* A thief's own genuine card, which has paid three times, and says the number of ours. `denies`: what it committed last
 * was long ago, so that its promise says "not committed" of what is open; else its log has a payment of each ATC. */
static void card_that_lies(struct flow_card *thief, bool denies) {
  const struct party_lie lie = {.cid = stage.card.cid, .denies = denies};
  struct outcome outcome;
  flow_card_issue(thief, denies ? "denier" : "liar", START);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(flow_pay(thief, "pos2", 100, &outcome), STATUS_OK);
  party_lies(thief, &lie);
}

/* The till has a payment of our card open, for the card went away before its debit. A card that only says our card's
 * number neither has the goods for it (_i: 0) nor has it closed as not done (1): the till does not know, says so, and
 * keeps it until our card itself is there. */
START_TEST(card_in_the_name_of_ours_ends_nothing) {
  struct flow_card thief;
  struct outcome outcome;
  stage_open(&stage, _i == 0 ? "robbed" : "denied", START);
  card_that_lies(&thief, _i == 1);
  books_read(stage.line, &before);
  stage.card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_before = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  unsigned open = flow_open_entries("pos");
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(flow_pay(&thief, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
    ck_assert(!outcome.finished_before && !outcome.confirmed);
    ck_assert_uint_eq(flow_open_entries("pos"), open);
  }
  flow_card_return(&stage.card);
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OK);
  ck_assert_uint_eq(flow_open_entries("pos"), open - 1);
  flow_card_settled(&stage.card, START - 500);
  flow_card_remove(&thief);
  stage_close(&stage);
}
END_TEST

void attack_copy_tests(TCase *tests) {
  tcase_add_loop_test(tests, two_cards_of_one_identity_pay_once_and_both_die, 0, 2);
  tcase_add_loop_test(tests, two_cards_of_one_identity_are_found_whatever_their_counters, 0, 2);
  tcase_add_test(tests, older_image_of_a_card_gains_nothing);
  tcase_add_test(tests, card_of_another_issuer_gains_nothing);
  tcase_add_test(tests, foreign_signature_for_our_card_gains_nothing);
  tcase_add_loop_test(tests, card_in_the_name_of_ours_ends_nothing, 0, 2);
}
