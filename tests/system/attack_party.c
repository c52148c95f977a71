/* SPDX-License-Identifier: Apache-2.0
 * The corrupt parties' tools. */
#include "attack_party.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/backend.h"
#include "epurse/bytes.h"
#include "epurse/ledger.h"
#include "epurse/pin_envelope.h"
#include "flow_world.h"
#include "vcard/card_file.h"

#define EURO 978

void party_promise(const struct card_memory *card, const struct terminal *terminal, uint32_t amount,
                   const uint8_t secret[SECRET_SIZE], struct promise *promise) {
  *promise = (struct promise){.type = TRANSACTION_PURCHASE,
                              .pin_verified = true,
                              .atc = bytes_u32(card->atc) + 1,
                              .amount = amount,
                              .currency = EURO,
                              .balance = bytes_u32(card->balance),
                              .points = bytes_u32(card->points),
                              .last_atc = bytes_u32(card->last_atc)};
  memcpy(promise->cid, card->parameters, CID_SIZE);
  memcpy(promise->tid, terminal->tid, TID_SIZE);
  moment_from_unix((int64_t)time(NULL), promise->time);
  ck_assert(crypto_random(promise->nonce, sizeof promise->nonce));
  ck_assert(crypto_sha256(secret, SECRET_SIZE, promise->commitment));
  memcpy(promise->last_secret, card->last_secret, SECRET_SIZE);
  if (card->slot_state != SLOT_NONE)
    ck_assert_int_eq(record_hash(card->slot_promise, PROMISE_SIZE, promise->previous), STATUS_OK);
}

void party_sign(const struct promise *promise, const uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE],
                uint8_t record[PROMISE_SIZE]) {
  promise_encode(promise, record);
  ck_assert_int_eq(record_sign(record, PROMISE_TLV_SIZE, sig_private), STATUS_OK);
}

void party_pin_sign(const struct pin_record *pin, const uint8_t sig_private[CRYPTO_P256_PRIVATE_SIZE],
                    uint8_t record[PIN_RECORD_SIZE]) {
  pin_record_encode(pin, record);
  ck_assert_int_eq(record_sign(record, PIN_RECORD_TLV_SIZE, sig_private), STATUS_OK);
}

void party_lies(struct flow_card *card, const struct party_lie *lie) {
  struct parameters parameters;
  struct card_memory image;
  struct card_file file;
  flow_card_release(card);
  ck_assert_int_eq(card_file_open(card->path, &file, &image), STATUS_OK);
  ck_assert_int_eq(parameters_decode(image.parameters, PARAMETERS_SIZE, &parameters), STATUS_OK);
  memcpy(parameters.cid, lie->cid, CID_SIZE);
  parameters_encode(&parameters, image.parameters);
  image.state = CARD_PERSONALISED;
  image.pin_tries_left = PIN_TRIES;
  if (lie->pin != NULL)
    ck_assert_int_eq(pin_block_encode(lie->pin, image.pin_block), STATUS_OK);
  if (lie->denies)
    memset(image.last_atc, 0, sizeof image.last_atc);
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
  flow_card_take(card);
}

/* ---- messages ---- */

static enum status converse(struct terminal *terminal, enum message_type type, json_t *body, struct message *reply) {
  enum status status = backend_call(terminal->backend, type, body, reply);
  if (status == STATUS_OK)
    status = reply->status;
  else
    reply->body = NULL;
  return status;
}

enum status party_tell(struct terminal *terminal, enum message_type type, json_t *body) {
  struct message reply;
  enum status status = converse(terminal, type, body, &reply);
  if (reply.body != NULL)
    message_clear(&reply);
  return status;
}

static void pin_put(const struct terminal *terminal, const struct pin_envelope *envelope, char jwe[PIN_JWE_MAX]) {
  char *text = NULL;
  ck_assert_int_eq(pin_seal(envelope, terminal->server_pin.public_key, &text), STATUS_OK);
  snprintf(jwe, PIN_JWE_MAX, "%s", text);
  free(text);
}

static void pin_bind(const struct terminal *terminal, const uint8_t record[PROMISE_SIZE], const char *pin,
                     char jwe[PIN_JWE_MAX]) {
  struct pin_envelope envelope = {.atc = 0};
  struct promise promise;
  ck_assert_int_eq(promise_decode(record, PROMISE_SIZE, &promise), STATUS_OK);
  envelope.atc = promise.atc;
  memcpy(envelope.cid, promise.cid, CID_SIZE);
  snprintf(envelope.pin, sizeof envelope.pin, "%s", pin);
  pin_put(terminal, &envelope, jwe);
}

enum status party_ask(struct terminal *terminal, enum message_type type, const uint8_t promise[PROMISE_SIZE],
                      const char *pin, struct transaction_reply *reply) {
  struct transaction_request request = {.pin_jwe = ""};
  struct message message;
  memset(reply, 0, sizeof *reply);
  memcpy(request.promise, promise, PROMISE_SIZE);
  if (pin != NULL)
    pin_bind(terminal, promise, pin, request.pin_jwe);
  if (type == MESSAGE_LOAD) {
    snprintf(request.tender_kind, sizeof request.tender_kind, "simulator");
    snprintf(request.tender_reference, sizeof request.tender_reference, "made up");
  }
  enum status status = converse(terminal, type, transaction_request_body(type, &request), &message);
  if (message.body != NULL) {
    ck_assert_int_eq(transaction_reply_parse(message.body, reply), STATUS_OK);
    message_clear(&message);
  }
  return status;
}

enum status party_begin_change(struct terminal *terminal, const uint8_t record[PIN_RECORD_SIZE], const char *new_pin) {
  struct pin_change_message change = {.new_pin_jwe = ""};
  struct pin_envelope envelope = {.atc = 0};
  struct pin_record pin;
  memcpy(change.record, record, PIN_RECORD_SIZE);
  ck_assert_int_eq(pin_record_decode(record, PIN_RECORD_SIZE, &pin), STATUS_OK);
  memcpy(envelope.cid, pin.cid, CID_SIZE);
  snprintf(envelope.pin, sizeof envelope.pin, "%s", new_pin);
  pin_put(terminal, &envelope, change.new_pin_jwe);
  return party_tell(terminal, MESSAGE_PIN_CHANGE, pin_change_body(&change));
}

enum status party_confirm(struct terminal *terminal, const uint8_t cid[CID_SIZE], uint32_t atc,
                          const uint8_t secret[SECRET_SIZE]) {
  struct confirmations proof = {.count = 1}, answer = {.count = 0};
  struct message reply;
  proof.items[0].atc = atc;
  memcpy(proof.items[0].cid, cid, CID_SIZE);
  memcpy(proof.items[0].secret, secret, SECRET_SIZE);
  enum status status = converse(terminal, MESSAGE_CONFIRMATION, confirmation_body(&proof, false), &reply);
  if (status == STATUS_OK) {
    ck_assert_int_eq(confirmation_parse(reply.body, true, &answer), STATUS_OK);
    ck_assert_uint_eq(answer.count, 1);
    status = answer.items[0].status;
  }
  if (reply.body != NULL)
    message_clear(&reply);
  return status;
}

/* ---- sessions ---- */

void party_session(struct stage *stage, const struct terminal *terminal, struct session *session) {
  ck_assert_int_eq(reader_connect(&stage->wire.reader), STATUS_OK);
  enum status status =
      session_open(session, &stage->wire.reader, &terminal->session_keys, terminal->role == ROLE_PERSO);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
}

enum status party_initialize(struct session *session, const struct terminal *terminal, uint8_t p1, uint32_t amount,
                             uint8_t promise[PROMISE_SIZE]) {
  struct initialize initialize = {.amount = amount, .currency = EURO, .has_pin = true};
  uint8_t tries = 0;
  memcpy(initialize.tid, terminal->tid, TID_SIZE);
  moment_from_unix((int64_t)time(NULL), initialize.time);
  ck_assert(crypto_random(initialize.nonce, NONCE_SIZE));
  ck_assert_int_eq(pin_block_encode(HOLDER_PIN, initialize.pin_block), STATUS_OK);
  return session_initialize(session, p1, &initialize, promise, &tries);
}

uint16_t party_command(struct session *session, const struct apdu *command, struct apdu_response *response) {
  enum status status = session_command(session, command, response);
  ck_assert_int_ne(status, STATUS_CHANNEL_BROKEN);
  return response->sw;
}

void party_authorised(struct stage *stage, struct terminal *pos, uint32_t amount, struct session *session,
                      uint8_t promise[PROMISE_SIZE], struct transaction_reply *reply) {
  party_session(stage, pos, session);
  ck_assert_int_eq(party_initialize(session, pos, P1_INITIALIZE_PURCHASE, amount, promise), STATUS_OK);
  ck_assert_int_eq(party_ask(pos, MESSAGE_PURCHASE, promise, HOLDER_PIN, reply), STATUS_OK);
  ck_assert(reply->has_authorisation);
}

/* ---- the books ---- */

static void ledger_copy(char path[256]) {
  char command[1024];
  snprintf(path, 256, "%s/copy.db", flow_world.folder);
  snprintf(command, sizeof command, "cp '%s/issuer/ledger.db' '%s' && cp '%s/issuer/ledger.db-wal' '%s-wal'",
           flow_world.folder, path, flow_world.folder, path);
  flow_server_freeze();
  int result = system(command);
  flow_server_thaw();
  ck_assert_int_eq(result, 0);
}

void party_incident(struct ledger_incident *incident) {
  struct ledger_incident rows[64];
  struct ledger *ledger = NULL;
  size_t count = 0;
  int64_t after = 0;
  char path[256], command[1024];
  ledger_copy(path);
  ck_assert_int_eq(ledger_open(path, &ledger), STATUS_OK);
  memset(incident, 0, sizeof *incident);
  do {
    ck_assert_int_eq(ledger_incident_list(ledger, after, rows, 64, &count), STATUS_OK);
    if (count > 0)
      *incident = rows[count - 1];
    after = incident->number;
  } while (count > 0);
  ledger_close(&ledger);
  snprintf(command, sizeof command, "rm -f '%s' '%s-wal' '%s-shm'", path, path, path);
  ck_assert_int_eq(system(command), 0);
  ck_assert_int_gt(incident->number, 0);
}

void party_books(const struct stage *stage, const struct books *before, const struct books_change *change) {
  struct books now;
  books_read(stage->line, &now);
  ck_assert_int_eq(now.postings - before->postings, change->postings);
  ck_assert_int_eq(now.merchants_due - before->merchants_due, change->merchants);
  ck_assert_int_eq(now.tenders_due - before->tenders_due, change->tenders);
  ck_assert_int_eq(now.incidents - before->incidents, change->incidents);
  ck_assert_int_eq(now.open_holds - before->open_holds, change->holds);
}
