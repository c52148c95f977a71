/* SPDX-License-Identifier: Apache-2.0
 * Receipts: put together, taken apart, and checked with nothing but the master public key. */
#include "epurse/receipt.h"
#include "epurse/record.h"

#include "epurse/bytes.h"
#include "epurse/tlv.h"

#include <string.h>

/* The objects after the two records, in their order. */
struct receipt_field {
  uint32_t tag;
  size_t offset; /* of the struct bytes_view in struct receipt */
};
static const struct receipt_field fields[] = {
    {TAG_RECEIPT_SECRET, offsetof(struct receipt, secret)},
    {TAG_RECEIPT_CARD, offsetof(struct receipt, card)},
    {TAG_RECEIPT_CARD_CA, offsetof(struct receipt, card_ca)},
    {TAG_RECEIPT_SERVER, offsetof(struct receipt, server)},
    {TAG_RECEIPT_TERMINAL, offsetof(struct receipt, terminal)},
    {TAG_RECEIPT_TERMINAL_CA, offsetof(struct receipt, terminal_ca)},
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static struct bytes_view *field_view(struct receipt *receipt, const struct receipt_field *field) {
  return (struct bytes_view *)(void *)((char *)receipt + field->offset);
}

/* What an off-line purchase lacks: no server was asked. */
static bool field_left_out(const struct receipt *receipt, const struct receipt_field *field) {
  return receipt->authorisation.len == 0 && (field->tag == TAG_RECEIPT_SECRET || field->tag == TAG_RECEIPT_SERVER);
}

enum status receipt_encode(const struct receipt *receipt, uint8_t *out, size_t capacity, size_t *len) {
  struct receipt copy = *receipt;
  struct bytes_writer writer = bytes_writer(out, capacity < RECEIPT_MAX ? capacity : RECEIPT_MAX);
  size_t content = receipt->promise.len + receipt->authorisation.len;

  *len = 0;
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (field_left_out(receipt, &fields[i]))
      continue;
    size_t field_len = field_view(&copy, &fields[i])->len;
    content += tlv_header_size(fields[i].tag, field_len) + field_len;
  }
  tlv_write_header(&writer, TAG_RECEIPT, content);
  bytes_write(&writer, receipt->promise.data, receipt->promise.len);
  bytes_write(&writer, receipt->authorisation.data, receipt->authorisation.len);
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (field_left_out(receipt, &fields[i]))
      continue;
    const struct bytes_view *view = field_view(&copy, &fields[i]);
    tlv_write(&writer, fields[i].tag, view->data, view->len);
  }
  if (writer.failed)
    return STATUS_BAD_LENGTH;
  *len = writer.len;
  return STATUS_OK;
}

/* A record and the signature that stands after it, as one view. */
static bool record_next(struct bytes_reader *reader, uint32_t tag, struct bytes_view *view) {
  struct tlv body, signature;

  if (tlv_next(reader, &body) != STATUS_OK || body.tag != tag || tlv_next(reader, &signature) != STATUS_OK ||
      signature.tag != TAG_SIGNATURE)
    return false;
  *view = (struct bytes_view){body.whole, body.whole_len + signature.whole_len};
  return true;
}

enum status receipt_decode(const uint8_t *data, size_t len, struct receipt *receipt) {
  struct bytes_reader reader = bytes_reader(data, len);
  struct tlv tlv;

  *receipt = (struct receipt){0};
  if (len > RECEIPT_MAX || tlv_next(&reader, &tlv) != STATUS_OK || tlv.tag != TAG_RECEIPT || !bytes_read_all(&reader))
    return STATUS_BAD_FORMAT;
  reader = bytes_reader(tlv.value, tlv.len);
  if (!record_next(&reader, TAG_PROMISE, &receipt->promise))
    return STATUS_BAD_FORMAT;
  struct bytes_reader ahead = reader;
  if (record_next(&ahead, TAG_AUTHORISATION, &receipt->authorisation))
    reader = ahead;
  else
    receipt->authorisation = (struct bytes_view){NULL, 0};
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (field_left_out(receipt, &fields[i]))
      continue;
    if (tlv_next(&reader, &tlv) != STATUS_OK || tlv.tag != fields[i].tag)
      return STATUS_BAD_FORMAT;
    *field_view(receipt, &fields[i]) = (struct bytes_view){tlv.value, tlv.len};
  }
  bool proven = receipt->authorisation.len == 0 || receipt->secret.len == SECRET_SIZE;
  return bytes_read_all(&reader) && proven ? STATUS_OK : STATUS_BAD_FORMAT;
}
