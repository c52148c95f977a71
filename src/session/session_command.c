/* SPDX-License-Identifier: Apache-2.0
 * The purse's commands inside a session, one function each. */
#include <string.h>

#include "epurse/crypto.h"
#include "epurse/session.h"

#define CLA_PROPRIETARY    0x80
#define TRIES_MASK         0x000F
#define LE_ALL             APDU_RESPONSE_DATA_MAX
#define RECORDS_PER_ANSWER (PROTECTED_DATA_MAX / LOG_RECORD_SIZE)

/* A command that must answer exactly `len` bytes with 9000. Its own warnings, 62xx and 63xx, come as their status. */
static enum status session_fetch(struct session *session, const struct apdu *command, uint8_t *data, size_t len) {
  struct apdu_response response;

  enum status status = session_command(session, command, &response);
  if (status == STATUS_OK && response.sw != SW_OK)
    status = status_of_sw(response.sw);
  else if (status == STATUS_OK && response.len != len)
    status = STATUS_BAD_REPLY;
  else if (status == STATUS_OK)
    memcpy(data, response.data, len);
  crypto_wipe(&response, sizeof response);
  return status;
}

/* Keeps what the card signed, if it speaks of this command. */
static enum status pin_record_take(struct session *session, const struct apdu_response *response, uint8_t kind,
                                   const uint8_t nonce[NONCE_SIZE]) {
  struct pin_record pin;

  if (pin_record_decode(response->data, response->len, &pin) != STATUS_OK || pin.kind != kind ||
      memcmp(pin.nonce, nonce, NONCE_SIZE) != 0 ||
      (kind == PIN_KIND_WRONG && pin.tries_left != (response->sw & TRIES_MASK)))
    return STATUS_BAD_REPLY;
  memcpy(session->pin_record, response->data, PIN_RECORD_SIZE);
  session->has_pin_record = true;
  return STATUS_OK;
}

/* 63Cx carries the card's record; 63C0 is the try that blocked it. */
static enum status wrong_pin_take(struct session *session, const struct apdu_response *response,
                                  const uint8_t nonce[NONCE_SIZE], uint8_t *tries_left) {
  if (pin_record_take(session, response, PIN_KIND_WRONG, nonce) != STATUS_OK)
    return STATUS_BAD_REPLY;
  *tries_left = response->sw & TRIES_MASK;
  return *tries_left == 0 ? STATUS_PIN_BLOCKED : STATUS_WRONG_PIN;
}

/* A command that a PIN goes along with. */
struct pin_command {
  struct apdu apdu;
  const uint8_t *nonce; /* NONCE_SIZE */
};
static enum status session_try(struct session *session, const struct pin_command *command,
                               struct apdu_response *response, uint8_t *tries_left) {
  session->has_pin_record = false;
  enum status status = session_command(session, &command->apdu, response);

  if (status == STATUS_OK && response->sw != SW_OK)
    status = status_of_sw(response->sw);
  if (status == STATUS_WRONG_PIN)
    return wrong_pin_take(session, response, command->nonce, tries_left);
  return status;
}

enum status session_verify(struct session *session, const uint8_t pin_block[PIN_BLOCK_SIZE],
                           const uint8_t nonce[NONCE_SIZE], uint8_t *tries_left) {
  uint8_t data[VERIFY_SIZE];
  const struct pin_command verify = {
      {.ins = INS_VERIFY, .p2 = P2_PIN_GLOBAL, .data = data, .lc = sizeof data, .le = LE_ALL}, nonce};
  struct apdu_response response;

  memcpy(data, pin_block, PIN_BLOCK_SIZE);
  memcpy(data + PIN_BLOCK_SIZE, nonce, NONCE_SIZE);
  enum status status = session_try(session, &verify, &response, tries_left);
  if (status == STATUS_OK)
    status = pin_record_take(session, &response, PIN_KIND_RIGHT, nonce);
  crypto_wipe(data, sizeof data);
  return status;
}

enum status session_change_pin(struct session *session, const struct session_pin_change *change, uint8_t *tries_left) {
  uint8_t data[CHANGE_PIN_SIZE];
  const struct pin_command command = {
      {.ins = INS_CHANGE_REFERENCE_DATA, .p2 = P2_PIN_GLOBAL, .data = data, .lc = sizeof data, .le = LE_ALL},
      change->nonce};
  struct apdu_response response;

  memcpy(data, change->old_block, PIN_BLOCK_SIZE);
  memcpy(data + PIN_BLOCK_SIZE, change->new_block, PIN_BLOCK_SIZE);
  memcpy(data + 2 * PIN_BLOCK_SIZE, change->nonce, NONCE_SIZE);
  enum status status = session_try(session, &command, &response, tries_left);
  if (status == STATUS_OK)
    status = pin_record_take(session, &response, PIN_KIND_CHANGED, change->nonce);
  crypto_wipe(data, sizeof data);
  return status;
}

enum status session_initialize(struct session *session, uint8_t p1, const struct initialize *initialize,
                               uint8_t promise[PROMISE_SIZE], uint8_t *tries_left) {
  uint8_t data[INITIALIZE_MAX];
  const struct pin_command command = {{.cla = CLA_PROPRIETARY,
                                       .ins = INS_INITIALIZE,
                                       .p1 = p1,
                                       .data = data,
                                       .lc = (uint8_t)initialize_encode(initialize, data),
                                       .le = LE_ALL},
                                      initialize->nonce};
  struct apdu_response response;

  enum status status = session_try(session, &command, &response, tries_left);
  if (status == STATUS_CARD_REFUSED &&
      (response.sw == SW_INSUFFICIENT_BALANCE || response.sw == SW_ABOVE_LIMIT || response.sw == SW_COUNTER_EXHAUSTED))
    status = status_of_sw(response.sw); /* the caller reads again whether it is so */
  if (status != STATUS_OK && response.sw == SW_SECURITY_NOT_SATISFIED && !initialize->has_pin &&
      (p1 == P1_INITIALIZE_PURCHASE || p1 == P1_INITIALIZE_OFFLINE))
    status = STATUS_PIN_NEEDED; /* also of a session that is over: with the PIN it is tried again, and then told */
  if (status == STATUS_OK && response.len != PROMISE_SIZE)
    status = STATUS_BAD_REPLY;
  if (status == STATUS_OK)
    memcpy(promise, response.data, PROMISE_SIZE);
  crypto_wipe(data, sizeof data);
  return status;
}

/* The server's newer certificate. */
static enum status session_show_server(struct session *session) {
  const struct session_keys *keys = session->keys;
  const struct apdu show = {.ins = INS_VERIFY_CERTIFICATE,
                            .p2 = P2_CERTIFICATE,
                            .data = keys->server_certificate,
                            .lc = (uint8_t)keys->server_certificate_len};
  uint8_t nothing[1];

  return session_fetch(session, &show, nothing, 0);
}

/* An order of the server's. 6A88: the card does not know its key; anybody on the line can have said so, which costs a
 * certificate that is public anyway. */
static enum status session_order(struct session *session, const struct apdu *order, uint8_t *data, size_t len) {
  const struct session_keys *keys = session->keys;
  enum status status = session_fetch(session, order, data, len);

  if (status != STATUS_NOT_FOUND || keys == NULL || keys->server_certificate == NULL ||
      keys->server_certificate_len != CERTIFICATE_SERVER_SIZE)
    return status;
  status = session_show_server(session);
  return status == STATUS_OK ? session_fetch(session, order, data, len) : status;
}

enum status session_commit(struct session *session, uint8_t type, const uint8_t authorisation[AUTHORISATION_SIZE],
                           uint8_t secret[SECRET_SIZE]) {
  bool credit = type == TRANSACTION_LOAD || type == TRANSACTION_REFUND;
  const struct apdu commit = {.cla = CLA_PROPRIETARY,
                              .ins = credit ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE,
                              .p1 = initialize_p1(type),
                              .data = authorisation,
                              .lc = AUTHORISATION_SIZE,
                              .le = LE_ALL};
  return session_order(session, &commit, secret, SECRET_SIZE);
}

enum status session_proof(struct session *session, struct proof *proof) {
  const struct apdu command = {.cla = CLA_PROPRIETARY, .ins = INS_GET_TRANSACTION_PROOF, .le = LE_ALL};
  uint8_t data[PROOF_SIZE];

  enum status status = session_fetch(session, &command, data, sizeof data);
  if (status == STATUS_OK && proof_decode(data, sizeof data, proof) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  crypto_wipe(data, sizeof data);
  return status;
}

enum status session_offline_promise(struct session *session, uint8_t promise[PROMISE_SIZE]) {
  const struct apdu command = {
      .cla = CLA_PROPRIETARY, .ins = INS_GET_TRANSACTION_PROOF, .p1 = P1_PROOF_OFFLINE, .le = LE_ALL};
  struct apdu_response response;

  enum status status = session_command(session, &command, &response);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_CARD_REFUSED : status; /* 6A88 is anybody's */
  if (response.sw == SW_END_OF_FILE && response.len == 0)
    return STATUS_NOT_FOUND;
  if (response.sw != SW_OK || response.len != PROMISE_SIZE)
    return STATUS_BAD_REPLY;
  memcpy(promise, response.data, PROMISE_SIZE);
  return STATUS_OK;
}

enum status session_certificate(struct session *session, uint8_t certificate[CERTIFICATE_MAX], size_t *len) {
  const struct apdu command = {
      .ins = INS_GET_DATA, .p1 = TAG_CERTIFICATE >> 8, .p2 = TAG_CERTIFICATE & 0xFF, .le = LE_ALL};
  struct apdu_response response;

  *len = 0;
  enum status status = session_command(session, &command, &response);
  if (status == STATUS_OK && response.sw != SW_OK)
    return status_of_sw(response.sw);
  if (status != STATUS_OK)
    return status;
  if (response.len == 0 || response.len > CERTIFICATE_MAX)
    return STATUS_BAD_REPLY;
  memcpy(certificate, response.data, *len = response.len);
  return STATUS_OK;
}

enum status session_balance(struct session *session, struct balance *balance) {
  const struct apdu command = {.cla = CLA_PROPRIETARY, .ins = INS_GET_BALANCE, .le = LE_ALL};
  uint8_t data[BALANCE_SIZE];

  enum status status = session_fetch(session, &command, data, sizeof data);
  return status == STATUS_OK && balance_decode(data, sizeof data, balance) != STATUS_OK ? STATUS_BAD_REPLY : status;
}

enum status session_info(struct session *session, struct card_info *info) {
  const struct apdu command = {.ins = INS_GET_DATA, .p1 = TAG_CARD_INFO >> 8, .p2 = TAG_CARD_INFO & 0xFF, .le = LE_ALL};
  uint8_t data[CARD_INFO_SIZE];

  enum status status = session_fetch(session, &command, data, sizeof data);
  return status == STATUS_OK && card_info_decode(data, sizeof data, info) != STATUS_OK ? STATUS_BAD_REPLY : status;
}

/* Takes the records of one answer, as many as there is room for. */
static enum status log_take(const struct apdu_response *response, struct log_record *records, size_t capacity,
                            size_t *count) {
  if (response->sw != SW_OK || response->len == 0 || response->len % LOG_RECORD_SIZE != 0)
    return STATUS_BAD_REPLY;
  for (size_t at = 0; at < response->len && *count < capacity; at += LOG_RECORD_SIZE) {
    if (log_record_decode(response->data + at, LOG_RECORD_SIZE, &records[*count]) != STATUS_OK)
      return STATUS_BAD_REPLY;
    ++*count;
  }
  return STATUS_OK;
}

/* The log ends with an answer that is not full, or with 6282; both come under an R-MAC. A status word without one, such
 * as 6A83, is not the card's for sure and ends it as a failure. */
enum status session_log(struct session *session, uint8_t sfi, struct log_record *records, size_t *count) {
  size_t capacity = *count;
  struct apdu_response response = {.len = RECORDS_PER_ANSWER * LOG_RECORD_SIZE};
  enum status status = STATUS_OK;

  *count = 0;
  while (status == STATUS_OK && *count < capacity && response.len == RECORDS_PER_ANSWER * LOG_RECORD_SIZE) {
    const struct apdu read = {
        .ins = INS_READ_RECORD, .p1 = (uint8_t)(*count + 1), .p2 = (uint8_t)(sfi << 3 | 5), .le = LE_ALL};
    status = session_command(session, &read, &response);
    if (status == STATUS_OK && response.sw == SW_END_OF_FILE)
      break;
    if (status == STATUS_OK)
      status = log_take(&response, records, capacity, count);
  }
  return status;
}

enum status session_block(struct session *session, const uint8_t order[BLOCK_ORDER_SIZE]) {
  const struct apdu block = {
      .cla = CLA_PROPRIETARY, .ins = INS_APPLICATION_BLOCK, .data = order, .lc = BLOCK_ORDER_SIZE};
  uint8_t nothing[1];

  return session_order(session, &block, nothing, 0);
}
