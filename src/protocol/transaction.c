/* SPDX-License-Identifier: Apache-2.0
 * The records of a transaction: the card's promise, the server's authorisation, a line of the card's log. */
#include "record_body.h"

#include "epurse/amount.h"
#include "epurse/offline_limits.h"

#include <string.h>

#define FLAG_PIN_VERIFIED   0x01
#define FLAG_SALE_IN_POINTS 0x02

bool offline_limits_valid(const struct offline_limits *limits) {
  return limits->single <= limits->total && limits->total <= AMOUNT_MAX_ON_CARD;
}

void promise_encode(const struct promise *promise, uint8_t tlv[PROMISE_TLV_SIZE]) {
  struct bytes_writer writer = record_begin(tlv, PROMISE_TLV_SIZE, TAG_PROMISE, PROMISE_BODY_SIZE);

  bytes_write_u8(&writer, promise->type);
  bytes_write_u8(&writer, (uint8_t)((promise->pin_verified ? FLAG_PIN_VERIFIED : 0) |
                                    (promise->sale_in_points ? FLAG_SALE_IN_POINTS : 0)));
  bytes_write(&writer, promise->cid, sizeof promise->cid);
  bytes_write_u32(&writer, promise->atc);
  bytes_write_u32(&writer, promise->amount);
  bytes_write_u16(&writer, promise->currency);
  bytes_write_u32(&writer, promise->balance);
  bytes_write_u32(&writer, promise->points);
  bytes_write(&writer, promise->tid, sizeof promise->tid);
  bytes_write(&writer, promise->nonce, sizeof promise->nonce);
  bytes_write(&writer, promise->time, sizeof promise->time);
  bytes_write(&writer, promise->commitment, sizeof promise->commitment);
  bytes_write_u32(&writer, promise->last_atc);
  bytes_write(&writer, promise->last_secret, sizeof promise->last_secret);
  bytes_write(&writer, promise->previous, sizeof promise->previous);
  bytes_write_u16(&writer, promise->offline_count);
  bytes_write_u32(&writer, promise->offline_sum);
  bytes_write_u16(&writer, promise->pin_changes);
  bytes_write_u32(&writer, promise->sale_atc);
}

/* A sale is named in a refund only, and was made before it. */
static bool sale_valid(const struct promise *promise) {
  if (promise->type == TRANSACTION_REFUND)
    return promise->sale_atc != 0 && promise->sale_atc < promise->atc;
  return promise->sale_atc == 0 && !promise->sale_in_points;
}

/* h in all that a server orders, and in nothing else. */
static bool commitment_valid(const struct promise *promise) {
  static const uint8_t none[CRYPTO_SHA256_SIZE];
  return promise->type != TRANSACTION_OFFLINE_PURCHASE ||
         memcmp(promise->commitment, none, sizeof promise->commitment) == 0;
}

bool promise_amount_valid(const struct promise *promise) {
  bool nothing = promise->amount == 0;
  return promise->amount <= AMOUNT_MAX_ON_CARD &&
         (!nothing || (promise->type == TRANSACTION_PAYOUT && promise->balance == 0));
}

static bool promise_valid(const struct promise *promise, uint8_t flags) {
  return transaction_type_valid(promise->type) && (flags & ~(FLAG_PIN_VERIFIED | FLAG_SALE_IN_POINTS)) == 0 &&
         moment_valid(promise->time) && promise_amount_valid(promise) && promise->balance <= AMOUNT_MAX_ON_CARD &&
         promise->offline_sum <= AMOUNT_MAX_ON_CARD && sale_valid(promise) && commitment_valid(promise);
}

enum status promise_decode(const uint8_t *record, size_t len, struct promise *promise) {
  struct bytes_reader body;
  uint8_t flags = 0;
  enum status status = record_open(record, len, TAG_PROMISE, PROMISE_TLV_SIZE, &body);

  if (status != STATUS_OK)
    return status;
  promise->type = bytes_read_u8(&body);
  flags = bytes_read_u8(&body);
  promise->pin_verified = (flags & FLAG_PIN_VERIFIED) != 0;
  promise->sale_in_points = (flags & FLAG_SALE_IN_POINTS) != 0;
  bytes_read(&body, promise->cid, sizeof promise->cid);
  promise->atc = bytes_read_u32(&body);
  promise->amount = bytes_read_u32(&body);
  promise->currency = bytes_read_u16(&body);
  promise->balance = bytes_read_u32(&body);
  promise->points = bytes_read_u32(&body);
  bytes_read(&body, promise->tid, sizeof promise->tid);
  bytes_read(&body, promise->nonce, sizeof promise->nonce);
  bytes_read(&body, promise->time, sizeof promise->time);
  bytes_read(&body, promise->commitment, sizeof promise->commitment);
  promise->last_atc = bytes_read_u32(&body);
  bytes_read(&body, promise->last_secret, sizeof promise->last_secret);
  bytes_read(&body, promise->previous, sizeof promise->previous);
  promise->offline_count = bytes_read_u16(&body);
  promise->offline_sum = bytes_read_u32(&body);
  promise->pin_changes = bytes_read_u16(&body);
  promise->sale_atc = bytes_read_u32(&body);
  return bytes_read_all(&body) && promise_valid(promise, flags) ? STATUS_OK : STATUS_BAD_FORMAT;
}

bool promise_is_transfer(const struct promise *promise) {
  return promise->type == TRANSACTION_PAYOUT && (promise->nonce[NONCE_SIZE - 1] & 1) != 0;
}

void nonce_mark(uint8_t nonce[NONCE_SIZE], bool transfer) {
  nonce[NONCE_SIZE - 1] = (uint8_t)((nonce[NONCE_SIZE - 1] & 0xFE) | (transfer ? 1 : 0));
}

void authorisation_encode(const struct authorisation *authorisation, uint8_t tlv[AUTHORISATION_TLV_SIZE]) {
  struct bytes_writer writer = record_begin(tlv, AUTHORISATION_TLV_SIZE, TAG_AUTHORISATION, AUTHORISATION_BODY_SIZE);

  bytes_write_u8(&writer, authorisation->type);
  bytes_write(&writer, authorisation->cid, sizeof authorisation->cid);
  bytes_write_u32(&writer, authorisation->atc);
  bytes_write(&writer, authorisation->tid, sizeof authorisation->tid);
  bytes_write_u32(&writer, authorisation->amount);
  bytes_write_u16(&writer, authorisation->currency);
  bytes_write(&writer, authorisation->promise_hash, sizeof authorisation->promise_hash);
  bytes_write_u8(&writer, authorisation->decision);
  bytes_write_u32(&writer, (uint32_t)authorisation->points);
  bytes_write(&writer, authorisation->time, sizeof authorisation->time);
  bytes_write_u8(&writer, authorisation->key_version);
}

static bool authorisation_valid(const struct authorisation *authorisation) {
  return transaction_type_valid(authorisation->type) && authorisation->type != TRANSACTION_OFFLINE_PURCHASE &&
         authorisation->decision <= DECISION_DECLINED && moment_valid(authorisation->time) &&
         authorisation->amount <= AMOUNT_MAX_ON_CARD;
}

enum status authorisation_decode(const uint8_t *record, size_t len, struct authorisation *authorisation) {
  struct bytes_reader body;
  enum status status = record_open(record, len, TAG_AUTHORISATION, AUTHORISATION_TLV_SIZE, &body);

  if (status != STATUS_OK)
    return status;
  authorisation->type = bytes_read_u8(&body);
  bytes_read(&body, authorisation->cid, sizeof authorisation->cid);
  authorisation->atc = bytes_read_u32(&body);
  bytes_read(&body, authorisation->tid, sizeof authorisation->tid);
  authorisation->amount = bytes_read_u32(&body);
  authorisation->currency = bytes_read_u16(&body);
  bytes_read(&body, authorisation->promise_hash, sizeof authorisation->promise_hash);
  authorisation->decision = bytes_read_u8(&body);
  authorisation->points = (int32_t)bytes_read_u32(&body);
  bytes_read(&body, authorisation->time, sizeof authorisation->time);
  authorisation->key_version = bytes_read_u8(&body);
  return bytes_read_all(&body) && authorisation_valid(authorisation) ? STATUS_OK : STATUS_BAD_FORMAT;
}

bool authorisation_answers(const struct authorisation *authorisation, const struct promise *promise,
                           const uint8_t promise_hash[CRYPTO_SHA256_SIZE]) {
  return authorisation->type == promise->type && memcmp(authorisation->cid, promise->cid, CID_SIZE) == 0 &&
         authorisation->atc == promise->atc && memcmp(authorisation->tid, promise->tid, TID_SIZE) == 0 &&
         authorisation->amount == promise->amount && authorisation->currency == promise->currency &&
         memcmp(authorisation->promise_hash, promise_hash, CRYPTO_SHA256_SIZE) == 0;
}

void log_record_encode(const struct log_record *record, uint8_t data[LOG_RECORD_SIZE]) {
  struct bytes_writer writer = bytes_writer(data, LOG_RECORD_SIZE);

  bytes_write_u8(&writer, record->type);
  bytes_write_u32(&writer, record->atc);
  bytes_write_u32(&writer, record->amount);
  bytes_write_u16(&writer, record->currency);
  bytes_write_u32(&writer, record->balance);
  bytes_write_u32(&writer, (uint32_t)record->points);
  bytes_write(&writer, record->tid, sizeof record->tid);
  bytes_write(&writer, record->time, sizeof record->time);
}

enum status log_record_decode(const uint8_t *data, size_t len, struct log_record *record) {
  struct bytes_reader reader = bytes_reader(data, len);

  if (len != LOG_RECORD_SIZE)
    return STATUS_BAD_LENGTH;
  record->type = bytes_read_u8(&reader);
  record->atc = bytes_read_u32(&reader);
  record->amount = bytes_read_u32(&reader);
  record->currency = bytes_read_u16(&reader);
  record->balance = bytes_read_u32(&reader);
  record->points = (int32_t)bytes_read_u32(&reader);
  bytes_read(&reader, record->tid, sizeof record->tid);
  bytes_read(&reader, record->time, sizeof record->time);
  return transaction_type_valid(record->type) && moment_valid(record->time) ? STATUS_OK : STATUS_BAD_FORMAT;
}
