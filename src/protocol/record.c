/* SPDX-License-Identifier: Apache-2.0
 * Signed records: opened, signed, verified, named by their hash; block order, PIN record and card request. */
#include "record_body.h"

#include "epurse/command.h"
#include "epurse/tlv.h"

#include <string.h>

static const uint8_t signature_header[] = {TAG_SIGNATURE >> 8, TAG_SIGNATURE & 0xFF, CRYPTO_SIGNATURE_SIZE};

bool transaction_type_valid(uint8_t type) {
  return type >= TRANSACTION_PURCHASE && type <= TRANSACTION_OFFLINE_PURCHASE;
}

struct bytes_writer record_begin(uint8_t *tlv, size_t tlv_size, uint32_t tag, size_t body_size) {
  struct bytes_writer writer = bytes_writer(tlv, tlv_size);
  tlv_write_header(&writer, tag, body_size);
  bytes_write_u8(&writer, RECORD_VERSION);
  return writer;
}

/* Takes TLV || signature TLV apart. */
static enum status record_split(const uint8_t *record, size_t len, struct tlv *tlv) {
  struct bytes_reader reader = bytes_reader(record, len);

  if (tlv_next(&reader, tlv) != STATUS_OK || reader.left != RECORD_SIGNATURE_SIZE ||
      memcmp(reader.at, signature_header, sizeof signature_header) != 0)
    return STATUS_BAD_FORMAT;
  return STATUS_OK;
}

enum status record_open(const uint8_t *record, size_t len, uint32_t tag, size_t tlv_size, struct bytes_reader *body) {
  struct tlv tlv;

  if (len != tlv_size + RECORD_SIGNATURE_SIZE)
    return STATUS_BAD_LENGTH;
  if (record_split(record, len, &tlv) != STATUS_OK || tlv.tag != tag)
    return STATUS_BAD_FORMAT;
  *body = bytes_reader(tlv.value, tlv.len);
  return bytes_read_u8(body) == RECORD_VERSION ? STATUS_OK : STATUS_BAD_FORMAT;
}

enum status record_sign(uint8_t *record, size_t tlv_len, const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE]) {
  memcpy(record + tlv_len, signature_header, sizeof signature_header);
  return crypto_p256_sign(private_key, record, tlv_len, record + tlv_len + sizeof signature_header)
             ? STATUS_OK
             : STATUS_CRYPTO_FAILED;
}

void record_attach(uint8_t *record, size_t tlv_len, const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  memcpy(record + tlv_len, signature_header, sizeof signature_header);
  memcpy(record + tlv_len + sizeof signature_header, signature, CRYPTO_SIGNATURE_SIZE);
}

enum status record_verify(const uint8_t *record, size_t len, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct tlv tlv;
  enum status status = record_split(record, len, &tlv);

  if (status != STATUS_OK)
    return status;
  return crypto_p256_verify(public_key, record, tlv.whole_len, record + tlv.whole_len + sizeof signature_header)
             ? STATUS_OK
             : STATUS_BAD_SIGNATURE;
}

enum status record_hash(const uint8_t *record, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  struct tlv tlv;
  enum status status = record_split(record, len, &tlv);

  if (status != STATUS_OK)
    return status;
  return crypto_sha256(record, tlv.whole_len, hash) ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

void block_order_encode(const struct block_order *order, uint8_t tlv[BLOCK_ORDER_TLV_SIZE]) {
  struct bytes_writer writer = record_begin(tlv, BLOCK_ORDER_TLV_SIZE, TAG_BLOCK_ORDER, BLOCK_ORDER_BODY_SIZE);

  bytes_write(&writer, order->cid, sizeof order->cid);
  bytes_write(&writer, order->time, sizeof order->time);
  bytes_write_u8(&writer, order->key_version);
}

enum status block_order_decode(const uint8_t *record, size_t len, struct block_order *order) {
  struct bytes_reader body;
  enum status status = record_open(record, len, TAG_BLOCK_ORDER, BLOCK_ORDER_TLV_SIZE, &body);

  if (status != STATUS_OK)
    return status;
  bytes_read(&body, order->cid, sizeof order->cid);
  bytes_read(&body, order->time, sizeof order->time);
  order->key_version = bytes_read_u8(&body);
  return bytes_read_all(&body) && moment_valid(order->time) ? STATUS_OK : STATUS_BAD_FORMAT;
}

void pin_record_encode(const struct pin_record *pin, uint8_t tlv[PIN_RECORD_TLV_SIZE]) {
  struct bytes_writer writer = record_begin(tlv, PIN_RECORD_TLV_SIZE, TAG_PIN_RECORD, PIN_RECORD_BODY_SIZE);

  bytes_write_u8(&writer, pin->kind);
  bytes_write(&writer, pin->cid, sizeof pin->cid);
  bytes_write_u8(&writer, pin->tries_left);
  bytes_write_u32(&writer, pin->events);
  bytes_write_u32(&writer, pin->atc);
  bytes_write(&writer, pin->tid, sizeof pin->tid);
  bytes_write(&writer, pin->nonce, sizeof pin->nonce);
  bytes_write_u16(&writer, pin->pin_changes);
}

static bool pin_record_valid(const struct pin_record *pin) {
  if (pin->events == 0 || !tid_valid(pin->tid))
    return false;
  switch (pin->kind) {
  case PIN_KIND_WRONG:
    return pin->tries_left < PIN_TRIES;
  case PIN_KIND_RIGHT:
    return pin->tries_left == PIN_TRIES;
  case PIN_KIND_CHANGED:
    return pin->tries_left == PIN_TRIES && pin->pin_changes > 0;
  default:
    return false;
  }
}

enum status pin_record_decode(const uint8_t *record, size_t len, struct pin_record *pin) {
  struct bytes_reader body;
  enum status status = record_open(record, len, TAG_PIN_RECORD, PIN_RECORD_TLV_SIZE, &body);

  if (status != STATUS_OK)
    return status;
  pin->kind = bytes_read_u8(&body);
  bytes_read(&body, pin->cid, sizeof pin->cid);
  pin->tries_left = bytes_read_u8(&body);
  pin->events = bytes_read_u32(&body);
  pin->atc = bytes_read_u32(&body);
  bytes_read(&body, pin->tid, sizeof pin->tid);
  bytes_read(&body, pin->nonce, sizeof pin->nonce);
  pin->pin_changes = bytes_read_u16(&body);
  return bytes_read_all(&body) && pin_record_valid(pin) ? STATUS_OK : STATUS_BAD_FORMAT;
}

void card_request_encode(const struct card_request *request, uint8_t tlv[CARD_REQUEST_TLV_SIZE]) {
  struct bytes_writer writer = record_begin(tlv, CARD_REQUEST_TLV_SIZE, TAG_CARD_REQUEST, CARD_REQUEST_BODY_SIZE);

  bytes_write(&writer, request->chip_serial, sizeof request->chip_serial);
  bytes_write(&writer, request->ecka_public, sizeof request->ecka_public);
  bytes_write(&writer, request->sig_public, sizeof request->sig_public);
}

enum status card_request_decode(const uint8_t *record, size_t len, struct card_request *request) {
  struct bytes_reader body;
  enum status status = record_open(record, len, TAG_CARD_REQUEST, CARD_REQUEST_TLV_SIZE, &body);

  if (status != STATUS_OK)
    return status;
  bytes_read(&body, request->chip_serial, sizeof request->chip_serial);
  bytes_read(&body, request->ecka_public, sizeof request->ecka_public);
  bytes_read(&body, request->sig_public, sizeof request->sig_public);
  return bytes_read_all(&body) && crypto_p256_valid(request->ecka_public) && crypto_p256_valid(request->sig_public)
             ? STATUS_OK
             : STATUS_BAD_FORMAT;
}
