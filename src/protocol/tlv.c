/* SPDX-License-Identifier: Apache-2.0
 * BER-TLV, read strictly: one encoding per object. */
#include "epurse/tlv.h"

#include <stdbool.h>

#define TAG_NUMBER_FOLLOWS 0x1F /* ISO/IEC 7816-4 5.2.2.1 */
#define TAG_MORE           0x80
#define LENGTH_ONE_BYTE    0x81 /* 5.2.2.2 */
#define LENGTH_TWO_BYTES   0x82
#define LENGTH_SHORT_MAX   0x7F
#define TLV_LENGTH_MAX     0xFFFF

static uint32_t tag_read(struct bytes_reader *reader) {
  uint32_t tag = bytes_read_u8(reader);

  if ((tag & TAG_NUMBER_FOLLOWS) != TAG_NUMBER_FOLLOWS)
    return tag;
  tag = tag << 8 | bytes_read_u8(reader);
  if ((tag & TAG_MORE) != 0) {
    tag = tag << 8 | bytes_read_u8(reader);
    if ((tag & TAG_MORE) != 0)
      reader->failed = true;
  }
  return tag;
}

static size_t length_read(struct bytes_reader *reader) {
  uint8_t first = bytes_read_u8(reader);
  size_t len = 0;

  if (first <= LENGTH_SHORT_MAX)
    return first;
  if (first == LENGTH_ONE_BYTE) {
    len = bytes_read_u8(reader);
    reader->failed |= len <= LENGTH_SHORT_MAX;
  } else if (first == LENGTH_TWO_BYTES) {
    len = bytes_read_u16(reader);
    reader->failed |= len <= 0xFF;
  } else { /* indefinite, or longer than we take */
    reader->failed = true;
  }
  return len;
}

enum status tlv_next(struct bytes_reader *reader, struct tlv *tlv) {
  const uint8_t *start = reader->at;

  tlv->tag = tag_read(reader);
  tlv->len = length_read(reader);
  tlv->value = bytes_read_view(reader, tlv->len);
  if (reader->failed) {
    reader->left = 0;
    *tlv = (struct tlv){0};
    return STATUS_BAD_FORMAT;
  }
  tlv->whole = start;
  tlv->whole_len = (size_t)(reader->at - start);
  return STATUS_OK;
}

enum status tlv_find(const uint8_t *data, size_t len, uint32_t tag, struct tlv *tlv) {
  struct bytes_reader reader = bytes_reader(data, len);

  while (reader.left > 0) {
    enum status status = tlv_next(&reader, tlv);
    if (status != STATUS_OK || tlv->tag == tag)
      return status;
  }
  return STATUS_NOT_FOUND;
}

static size_t tag_size(uint32_t tag) {
  return tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
}

size_t tlv_header_size(uint32_t tag, size_t len) {
  return tag_size(tag) + (len <= LENGTH_SHORT_MAX ? 1U : len <= 0xFF ? 2U : 3U);
}

void tlv_write_header(struct bytes_writer *writer, uint32_t tag, size_t len) {
  if (len > TLV_LENGTH_MAX || tag > 0xFFFFFF) {
    writer->failed = true;
    return;
  }
  for (size_t i = tag_size(tag); i-- > 0;)
    bytes_write_u8(writer, (uint8_t)(tag >> 8 * i));
  if (len > 0xFF) {
    bytes_write_u8(writer, LENGTH_TWO_BYTES);
    bytes_write_u16(writer, (uint16_t)len);
    return;
  }
  if (len > LENGTH_SHORT_MAX)
    bytes_write_u8(writer, LENGTH_ONE_BYTE);
  bytes_write_u8(writer, (uint8_t)len);
}

void tlv_write(struct bytes_writer *writer, uint32_t tag, const uint8_t *value, size_t len) {
  tlv_write_header(writer, tag, len);
  bytes_write(writer, value, len);
}
