/* SPDX-License-Identifier: Apache-2.0
 * Terminals in the wrong hands: a stolen POS key, a POS that poses as a reload terminal, a reload terminal that charged
 * nobody, a desk with a transport key that was used up. */
#include <stdio.h>
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/bytes.h"
#include "epurse/inquiry.h"
#include "epurse/journal.h"
#include "epurse/key.h"
#include "epurse/message_desk.h"
#include "flow_world.h"

#define START 1000

static struct stage stage;
static struct books before;
static const uint8_t secret[SECRET_SIZE] = {7};

static void set_up(const char *name) {
  stage_open(&stage, name, START);
  books_read(stage.line, &before);
}

/* ---- a stolen POS key ---- */

START_TEST(stolen_pos_key_without_a_card_gains_nothing) {
  uint8_t record[PROMISE_SIZE];
  struct transaction_reply reply;
  struct promise promise;
  set_up("cardless");
  party_promise(vcard_memory(stage.card.vcard), stage.pos, 500, secret, &promise);
  const uint8_t *const keys[] = {key_private(stage.pos->sig), key_private(stage.pos->ecka)};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    party_sign(&promise, keys[i], record);
    ck_assert_int_eq(party_ask(stage.pos, MESSAGE_PURCHASE, record, HOLDER_PIN, &reply), STATUS_BAD_SIGNATURE);
  }
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* It has seen payments go by: it sends them again, also as another terminal, and with amount or number changed. */
START_TEST(stolen_pos_key_that_replays_payments_gains_nothing) {
  uint8_t promise[PROMISE_SIZE], changed[PROMISE_SIZE];
  struct transaction_reply reply;
  struct outcome outcome;
  struct promise said;
  set_up("replays");
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 300, false, &outcome), STATUS_OK);
  memcpy(promise, vcard_memory(stage.card.vcard)->slot_promise, PROMISE_SIZE);
  books_read(stage.line, &before);
  ck_assert_int_eq(party_ask(stage.pos, MESSAGE_PURCHASE, promise, HOLDER_PIN, &reply), STATUS_OK); /* the old answer */
  ck_assert_int_eq(party_ask(stage.pos2, MESSAGE_PURCHASE, promise, HOLDER_PIN, &reply), STATUS_NOT_PERMITTED);
  for (size_t i = 0; i < PROMISE_SIZE; i++) {
    memcpy(changed, promise, PROMISE_SIZE);
    changed[i] ^= 1;
    if (promise_decode(changed, PROMISE_SIZE, &said) != STATUS_OK)
      continue;
    ck_assert_int_ne(party_ask(stage.pos, MESSAGE_PURCHASE, changed, NULL, &reply), STATUS_OK);
    ck_assert(!reply.has_authorisation);
  }
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* A hold is there, and r is not: nothing that the terminal knows opens h. */
START_TEST(stolen_pos_key_that_confirms_with_a_wrong_secret_gains_nothing) {
  uint8_t promise[PROMISE_SIZE], r[SECRET_SIZE] = {0};
  struct transaction_reply reply;
  struct session session;
  struct outcome outcome;
  struct promise said;
  set_up("guesses");
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 10, false, &outcome), STATUS_OK);
  party_authorised(&stage, stage.pos, 300, &session, promise, &reply);
  books_read(stage.line, &before);
  ck_assert_int_eq(promise_decode(promise, PROMISE_SIZE, &said), STATUS_OK);
  const uint8_t *const guesses[] = {r, said.commitment, said.last_secret, reply.authorisation};
  for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
    ck_assert_int_eq(party_confirm(stage.pos, said.cid, said.atc, guesses[i]), STATUS_PROOF_MISMATCH);
  ck_assert_int_eq(party_confirm(stage.pos, said.cid, said.atc + 1, said.last_secret), STATUS_NOT_FOUND);
  ck_assert_int_eq(party_confirm(stage.pos, said.cid, said.last_atc, said.last_secret), STATUS_OK); /* booked before */
  party_books(&stage, &before, &(struct books_change){0});
  session_close(&session);
  ck_assert_int_eq(stage_pay(&stage, stage.pos2, 10, false, &outcome), STATUS_OK); /* the hold ends by itself */
  flow_card_settled(&stage.card, START - 20);
  stage_close(&stage);
}
END_TEST

/* What a POS may not ask, whatever it says in it. */
START_TEST(stolen_pos_key_outside_its_role_gains_nothing) {
  static const enum message_type forbidden[] = {MESSAGE_LOAD_REVERSAL, MESSAGE_CARD_ACTIVATION, MESSAGE_CARD_VOID,
                                                MESSAGE_CARD_QUERY, MESSAGE_CARD_BLOCK};
  struct card_message card = {.reason = "mine now"};
  struct merchant_message merchant = {.id = "THIEF", .name = "Thief", .points_rate = 10000};
  struct terminal_message terminal = {.tid = "THIEF001", .role = ROLE_ADMIN, .merchant = "BAKERY"};
  set_up("forbidden");
  memcpy(card.cid, stage.card.cid, CID_SIZE);
  for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
    ck_assert_int_eq(party_tell(stage.pos, forbidden[i], card_message_body(forbidden[i], &card)), STATUS_NOT_PERMITTED);
  memcpy(terminal.expiry, stage.pos->self.expiry, sizeof terminal.expiry);
  memcpy(terminal.ecka_public, stage.pos->self.public_key, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.sig_public, key_public(stage.pos->sig), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(party_tell(stage.pos, MESSAGE_TERMINAL, terminal_body(&terminal)), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(party_tell(stage.pos, MESSAGE_MERCHANT, merchant_body(&merchant)), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(party_tell(stage.pos, MESSAGE_LEDGER_CHECK, json_object()), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(party_tell(stage.pos, MESSAGE_CARD_RESERVATION, reservation_body(stage.card.cid)),
                   STATUS_NOT_PERMITTED);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "ISSUED");
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* ---- a POS that poses as a reload terminal ---- */

START_TEST(pos_posing_as_reload_terminal_is_refused_by_the_card) {
  uint8_t promise[PROMISE_SIZE];
  struct session session;
  set_up("card");
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(party_initialize(&session, stage.pos, P1_INITIALIZE_LOAD, 5000, promise),
                   STATUS_READER_BUSY); /* 6982 */
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise), STATUS_READER_BUSY);
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_PURCHASE, 10, promise),
                   STATUS_BAD_FORMAT); /* in another terminal's name */
  session_close(&session);
  ck_assert_uint_eq(bytes_u32(vcard_memory(stage.card.vcard)->atc), 1); /* of the load that it was set up with */
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

START_TEST(pos_posing_as_reload_terminal_is_refused_by_the_server) {
  static const enum message_type loads[] = {MESSAGE_LOAD_INQUIRY, MESSAGE_LOAD};
  uint8_t promise[PROMISE_SIZE];
  struct transaction_reply reply;
  struct session session;
  set_up("server");
  party_session(&stage, stage.reload, &session); /* a real promise of a real card, taken at a real reload terminal */
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise), STATUS_OK);
  session_close(&session);
  for (size_t i = 0; i < 2; i++)
    ck_assert_int_eq(party_ask(stage.pos, loads[i], promise, HOLDER_PIN, &reply), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(party_ask(stage.reload, MESSAGE_PURCHASE, promise, HOLDER_PIN, &reply), STATUS_NOT_PERMITTED);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

/* Its own certificate, with another role, another key, or any other byte changed; and one that it signed itself. */
START_TEST(certificate_with_an_altered_role_is_refused) {
  uint8_t certificate[CERTIFICATE_MAX], forged[CERTIFICATE_MAX];
  struct session_keys keys;
  struct session session;
  struct certificate said;
  size_t len = 0;
  set_up("altered");
  keys = stage.pos->session_keys;
  keys.ecka_certificate = certificate;
  ck_assert_int_eq(reader_connect(&stage.wire.reader), STATUS_OK);
  for (size_t i = 0; i < keys.ecka_certificate_len; i++) {
    memcpy(certificate, stage.pos->session_keys.ecka_certificate, keys.ecka_certificate_len);
    certificate[i] ^= certificate[i] == ROLE_POS ? ROLE_POS ^ ROLE_RELOAD : 1;
    ck_assert_int_ne(session_open(&session, &stage.wire.reader, &keys, false), STATUS_OK);
    session_close(&session);
  }
  ck_assert_int_eq(certificate_decode(stage.pos->session_keys.ecka_certificate, keys.ecka_certificate_len, &said),
                   STATUS_OK);
  said.role = ROLE_RELOAD;
  const uint8_t *const signers[] = {key_private(stage.pos->sig), key_private(stage.pos->ecka)};
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(certificate_issue(&said, signers[i], forged, sizeof forged, &len), STATUS_OK);
    keys.ecka_certificate = forged;
    keys.ecka_certificate_len = len;
    ck_assert_int_eq(session_open(&session, &stage.wire.reader, &keys, false), STATUS_TERMINAL_REVOKED);
    session_close(&session);
  }
  stage_close(&stage);
}
END_TEST

/* The reload terminal's certificate is public; its key is not: the channel opens and carries nothing. */
START_TEST(replayed_reload_certificate_without_its_key_is_refused) {
  uint8_t promise[PROMISE_SIZE];
  struct session_keys keys;
  struct session session;
  struct card_memory memory;
  set_up("public");
  memory = *vcard_memory(stage.card.vcard);
  keys = stage.reload->session_keys;
  keys.ecka_private = key_private(stage.pos->ecka);
  ck_assert_int_eq(reader_connect(&stage.wire.reader), STATUS_OK);
  enum status status = session_open(&session, &stage.wire.reader, &keys, false);
  if (status == STATUS_OK)
    status = party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise);
  ck_assert_int_eq(status,
                   STATUS_NOT_AUTHENTICATED); /* the receipt already tells the thief that he has the wrong key */
  session_close(&session);
  ck_assert_mem_eq(&memory, vcard_memory(stage.card.vcard), sizeof memory);
  stage_close(&stage);
}
END_TEST

/* ---- a reload terminal that never charged the bank ---- */

START_TEST(reload_terminal_that_charged_nobody_owes_what_it_loaded) {
  uint8_t promise[PROMISE_SIZE], r[SECRET_SIZE];
  struct transaction_reply reply;
  struct session session;
  set_up("uncharged");
  party_session(&stage, stage.reload, &session);
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, 5000, promise), STATUS_OK);
  ck_assert_int_eq(party_ask(stage.reload, MESSAGE_LOAD, promise, HOLDER_PIN, &reply), STATUS_OK);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_LOAD, reply.authorisation, r), STATUS_OK);
  session_close(&session);
  ck_assert_int_eq(party_confirm(stage.reload, stage.card.cid, 2, r), STATUS_OK);
  flow_card_settled(&stage.card, START + 5000);
  /* ... and its merchant's tender account owes the issuer exactly that, under the terminal's own signature */
  party_books(&stage, &before, &(struct books_change){.postings = 2, .tenders = 5000});
  stage_close(&stage);
}
END_TEST

/* It takes the credit and says that it gave the money back: an incident, and it goes on owing. */
START_TEST(reload_terminal_that_reverses_a_credit_goes_on_owing) {
  struct inquiry_request reversal = {.given_back = true};
  struct journal_entry entry = {.id = 0};
  struct ledger_incident incident;
  struct outcome outcome;
  set_up("reverses");
  ck_assert_int_eq(stage_load(&stage, 5000, &outcome), STATUS_OK);
  while (journal_next_any(stage.reload->journal, entry.id, &entry) == STATUS_OK)
    memcpy(reversal.promise, entry.promise, PROMISE_SIZE); /* the last one is this load's */
  for (int i = 0; i < 2; i++)
    (void)party_tell(stage.reload, MESSAGE_LOAD_REVERSAL, inquiry_request_body(MESSAGE_LOAD_REVERSAL, &reversal));
  party_incident(&incident);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_REVERSED_CREDIT);
  ck_assert_uint_eq(incident.atc, outcome.atc);
  party_books(&stage, &before, &(struct books_change){.postings = 2, .tenders = 5000, .incidents = 1});
  flow_card_settled(&stage.card, START + 5000);
  stage_close(&stage);
}
END_TEST

/* Beyond the card's ceiling no reload terminal gets, not even with the server's help asked first. */
START_TEST(reload_terminal_cannot_pass_the_ceiling) {
  uint8_t promise[PROMISE_SIZE];
  struct session session;
  set_up("ceiling");
  party_session(&stage, stage.reload, &session);
  ck_assert_int_eq(party_initialize(&session, stage.reload, P1_INITIALIZE_LOAD, WORLD_PURSE_CEILING, promise),
                   STATUS_ABOVE_LIMIT);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* ---- a desk ---- */

/* The transport key of a card that has been personalised: the card has forgotten it, and the desk gets nothing more out
 * of the number, either. */
START_TEST(desk_with_a_used_transport_key_gains_nothing) {
  static const uint8_t zeros[CRYPTO_AES_KEY_SIZE] = {0};
  static const uint8_t update[] = {0x80, INS_INITIALIZE_UPDATE, 0x00, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8};
  uint8_t answer[APDU_RESPONSE_MAX];
  const struct card_memory *memory;
  struct certification_request certification = {.pin_jwe = ""};
  struct card_request request = {.chip_serial = {0}};
  struct issue issue = {.pin = "9999"};
  struct outcome outcome;
  set_up("used");
  memory = vcard_memory(stage.card.vcard);
  ck_assert_mem_eq(memory->transport_key, zeros, sizeof zeros);
  struct card_memory image = *memory;
  ck_assert_int_eq(personalize_run(stage.desk, &stage.wire.reader, &issue, &stage.card.dialogue, &outcome),
                   STATUS_CARD_ALREADY_ISSUED);
  ck_assert_int_eq(vcard_power_on(stage.card.vcard), STATUS_OK);
  static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, 0x08, PURSE_AID_BYTES};
  (void)vcard_process(stage.card.vcard, select, sizeof select, answer);
  ck_assert_uint_eq(vcard_process(stage.card.vcard, update, sizeof update, answer), 2);
  ck_assert_uint_eq(bytes_u16(answer), SW_CONDITIONS_NOT_SATISFIED);
  /* new keys for the card's number, out of the thief's own chip */
  memcpy(request.chip_serial, memory->chip_serial, CHIP_SERIAL_SIZE);
  uint8_t sig[CRYPTO_P256_PRIVATE_SIZE], ecka[CRYPTO_P256_PRIVATE_SIZE];
  ck_assert(crypto_p256_generate(sig, request.sig_public) && crypto_p256_generate(ecka, request.ecka_public));
  card_request_encode(&request, certification.request);
  ck_assert_int_eq(record_sign(certification.request, CARD_REQUEST_TLV_SIZE, sig), STATUS_OK);
  memcpy(certification.cid, stage.card.cid, CID_SIZE);
  ck_assert_int_eq(party_tell(stage.desk, MESSAGE_CARD_CERTIFICATION, certification_request_body(&certification)),
                   STATUS_CARD_ALREADY_ISSUED);
  /* the desk is genuine, and the card remembers that it was here */
  image.known_ca_version = memory->known_ca_version;
  memcpy(image.known_hash, memory->known_hash, sizeof image.known_hash);
  memcpy(image.known_agreed, memory->known_agreed, sizeof image.known_agreed);
  ck_assert_mem_eq(&image, vcard_memory(stage.card.vcard), sizeof image);
  stage_close(&stage);
}
END_TEST

void attack_terminal_tests(TCase *tests) {
  tcase_add_test(tests, stolen_pos_key_without_a_card_gains_nothing);
  tcase_add_test(tests, stolen_pos_key_that_replays_payments_gains_nothing);
  tcase_add_test(tests, stolen_pos_key_that_confirms_with_a_wrong_secret_gains_nothing);
  tcase_add_test(tests, stolen_pos_key_outside_its_role_gains_nothing);
  tcase_add_test(tests, pos_posing_as_reload_terminal_is_refused_by_the_card);
  tcase_add_test(tests, pos_posing_as_reload_terminal_is_refused_by_the_server);
  tcase_add_test(tests, certificate_with_an_altered_role_is_refused);
  tcase_add_test(tests, replayed_reload_certificate_without_its_key_is_refused);
  tcase_add_test(tests, reload_terminal_that_charged_nobody_owes_what_it_loaded);
  tcase_add_test(tests, reload_terminal_that_reverses_a_credit_goes_on_owing);
  tcase_add_test(tests, reload_terminal_cannot_pass_the_ceiling);
  tcase_add_test(tests, desk_with_a_used_transport_key_gains_nothing);
}
