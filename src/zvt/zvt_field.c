/* SPDX-License-Identifier: Apache-2.0
 * The fields of a ZVT frame: a byte names each (a BMP), and its length is fixed, or stands before it. */
#include <string.h>

#include "epurse/tlv.h"
#include "zvt_frame.h"

/* How long a field is: so many bytes, or by digits F0..F9 before it, or by BER. */
enum { LL = 100, LLL, BER };

static const struct field_row {
  uint8_t bmp, length;
} rows[] = {
    {0x01, 1},  {0x02, 1},   {0x03, 1}, {0x04, 6},  {0x05, 1},  {0x06, BER}, {0x0B, 3},   {0x0C, 3}, {0x0D, 2},
    {0x0E, 2},  {0x17, 2},   {0x19, 1}, {0x22, LL}, {0x23, LL}, {0x24, LLL}, {0x27, 1},   {0x29, 4}, {0x2A, 15},
    {0x2D, LL}, {0x2E, LLL}, {0x37, 3}, {0x3A, 2},  {0x3B, 8},  {0x3C, LLL}, {0x3D, 3},   {0x49, 2}, {0x60, LLL},
    {0x87, 2},  {0x88, 3},   {0x8A, 1}, {0x8B, LL}, {0x8C, 1},  {0x92, LLL}, {0x9A, LLL}, {0xA0, 1}, {0xA7, LL},
    {0xAA, 3},  {0xAF, LLL}, {0xBA, 5}, {0xD0, 1},  {0xD3, 1},
};

static const struct field_row *row_of(uint8_t bmp) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].bmp == bmp)
      return &rows[i];
  return NULL;
}

static size_t digits_read(struct bytes_reader *reader, unsigned count) {
  size_t len = 0;
  for (; count > 0; count--) {
    uint8_t digit = bytes_read_u8(reader);
    reader->failed = reader->failed || digit < 0xF0 || digit > 0xF9;
    len = len * 10 + (digit & 0x0F);
  }
  return len;
}

static enum status tlv_check(const uint8_t *data, size_t len) {
  struct bytes_reader reader = bytes_reader(data, len);
  struct tlv object;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && reader.left > 0)
    status = tlv_next(&reader, &object);
  return status;
}

/* The container reads like one object whose tag is the BMP. */
static enum status container_read(struct bytes_reader *reader, struct tlv *container) {
  enum status status = tlv_next(reader, container);
  return status == STATUS_OK ? tlv_check(container->value, container->len) : status;
}

/* The next field, whatever it is. */
static enum status field_next(struct bytes_reader *reader, struct tlv *field) {
  const struct field_row *row = row_of(*reader->at);
  if (row == NULL)
    return STATUS_BAD_FORMAT;
  if (row->length == BER)
    return container_read(reader, field);
  field->tag = bytes_read_u8(reader);
  field->len = row->length == LL ? digits_read(reader, 2) : row->length == LLL ? digits_read(reader, 3) : row->length;
  if (reader->failed)
    return STATUS_BAD_FORMAT;
  field->value = bytes_read_view(reader, field->len);
  return reader->failed ? STATUS_BAD_FORMAT : STATUS_OK;
}

/* One that is no number is as if it were not there. */
static uint32_t number_take(const struct tlv *field, bool *has) {
  uint64_t number = 0;
  *has = zvt_bcd_read(field->value, field->len, &number);
  return *has ? (uint32_t)number : 0;
}

/* What only a bank's terminal says. */
static void answer_take(const struct tlv *field, struct zvt_fields *fields) {
  switch (field->tag) {
  case ZVT_RESULT:
    fields->has_result = true;
    fields->result = field->value[0];
    break;
  case ZVT_TRACE:
    fields->trace = number_take(field, &fields->has_trace);
    break;
  case ZVT_TIME:
    fields->time = number_take(field, &fields->has_time);
    break;
  case ZVT_DATE:
    fields->date = (uint16_t)number_take(field, &fields->has_date);
    break;
  case ZVT_TERMINAL:
    fields->terminal = number_take(field, &fields->has_terminal);
    break;
  case ZVT_ORIGINAL:
    fields->original = number_take(field, &fields->has_original);
    break;
  case ZVT_TEXT:
    fields->text = field->value;
    fields->text_len = field->len;
    break;
  default:
    break;
  }
}

static bool field_take(const struct tlv *field, struct zvt_fields *fields) {
  uint64_t number = 0;
  switch (field->tag) {
  case ZVT_AMOUNT:
    fields->has_amount = true;
    return zvt_bcd_read(field->value, field->len, &fields->amount);
  case ZVT_CURRENCY:
    fields->has_currency = zvt_bcd_read(field->value, field->len, &number);
    fields->currency = (uint16_t)number;
    return fields->has_currency;
  case ZVT_RECEIPT:
    fields->has_receipt = zvt_bcd_read(field->value, field->len, &number);
    fields->receipt = (uint16_t)number;
    return fields->has_receipt;
  case ZVT_SERVICE:
    fields->has_service = true;
    fields->service = field->value[0];
    return true;
  case ZVT_TLV:
    fields->tlv = field->value;
    fields->tlv_len = field->len;
    return true;
  default:
    answer_take(field, fields);
    return true;
  }
}

/* All fields, or those up to the first that is none. */
static enum status fields_read(const uint8_t *data, size_t len, bool all, struct zvt_fields *fields) {
  struct bytes_reader reader = bytes_reader(data, len);
  bool seen[256] = {false};
  struct tlv field;
  *fields = (struct zvt_fields){.has_amount = false};
  while (reader.left > 0) {
    uint8_t bmp = *reader.at;
    if (seen[bmp])
      return STATUS_BAD_FORMAT;
    if (field_next(&reader, &field) != STATUS_OK || !field_take(&field, fields))
      return all ? STATUS_BAD_FORMAT : STATUS_OK;
    seen[bmp] = true;
  }
  return STATUS_OK;
}

enum status zvt_fields_read(const uint8_t *data, size_t len, struct zvt_fields *fields) {
  return fields_read(data, len, true, fields);
}

enum status zvt_fields_skim(const uint8_t *data, size_t len, struct zvt_fields *fields) {
  return fields_read(data, len, false, fields);
}

static uint32_t object_tag(struct bytes_reader *reader) {
  uint32_t tag = bytes_read_u8(reader);
  if ((tag & 0x1F) != 0x1F)
    return tag;
  tag = tag << 8 | bytes_read_u8(reader);
  return (tag & 0x80) != 0 ? tag << 8 | bytes_read_u8(reader) : tag;
}

bool zvt_object_next(struct bytes_reader *reader, uint32_t *tag, const uint8_t **value, size_t *len) {
  if (reader->left == 0)
    return false;
  *tag = object_tag(reader);
  *len = bytes_read_u8(reader);
  if (*len == 0x81)
    *len = bytes_read_u8(reader);
  else if (*len == 0x82)
    *len = bytes_read_u16(reader);
  else
    reader->failed = reader->failed || *len > 0x82 || *len == 0x80;
  *value = bytes_read_view(reader, *len);
  return !reader->failed;
}

void zvt_put_byte(struct bytes_writer *writer, enum zvt_bmp bmp, uint8_t value) {
  bytes_write_u8(writer, (uint8_t)bmp);
  bytes_write_u8(writer, value);
}

void zvt_put_bcd(struct bytes_writer *writer, enum zvt_bmp bmp, uint64_t value, size_t len) {
  bytes_write_u8(writer, (uint8_t)bmp);
  zvt_bcd_write(writer, value, len);
}

void zvt_put_var(struct bytes_writer *writer, enum zvt_bmp bmp, unsigned digits, const void *data, size_t len) {
  bytes_write_u8(writer, (uint8_t)bmp);
  for (size_t power = digits == 3 ? 100 : 10; power > 0; power /= 10)
    bytes_write_u8(writer, (uint8_t)(0xF0 | len / power % 10));
  bytes_write(writer, data, len);
}
