/* SPDX-License-Identifier: Apache-2.0
 * ZVT frames: class, instruction, a length of one byte or three, data. */
#include "zvt_frame.h"

#include <string.h>

#define LONG_LENGTH 0xFF

/* The classes of the protocol. A web browser, a printer's job or a text begins with none of them. */
static bool class_known(uint8_t class) {
  static const uint8_t classes[] = {0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, 0x84};
  return memchr(classes, class, sizeof classes) != NULL;
}

enum zvt_cut zvt_frame_cut(const uint8_t *bytes, size_t len, struct zvt_frame *frame, size_t *used) {
  if (len > 0 && !class_known(bytes[0]))
    return ZVT_BROKEN;
  if (len < 3 || (bytes[2] == LONG_LENGTH && len < 5))
    return ZVT_MORE;
  size_t head = bytes[2] == LONG_LENGTH ? 5 : 3;
  size_t body = head == 5 ? (size_t)bytes[3] | (size_t)bytes[4] << 8 : bytes[2];
  if (body > ZVT_DATA_MAX)
    return ZVT_BROKEN;
  if (len - head < body)
    return ZVT_MORE;
  *frame = (struct zvt_frame){bytes[0], bytes[1], bytes + head, body};
  *used = head + body;
  return ZVT_WHOLE;
}

void zvt_frame_write(struct bytes_writer *writer, const struct zvt_frame *frame) {
  bytes_write_u8(writer, frame->class);
  bytes_write_u8(writer, frame->instruction);
  if (frame->len < LONG_LENGTH) {
    bytes_write_u8(writer, (uint8_t)frame->len);
  } else {
    bytes_write_u8(writer, LONG_LENGTH);
    bytes_write_u8(writer, (uint8_t)frame->len);
    bytes_write_u8(writer, (uint8_t)(frame->len >> 8));
  }
  bytes_write(writer, frame->data, frame->len);
}

bool zvt_bcd_read(const uint8_t *bytes, size_t len, uint64_t *value) {
  uint64_t sum = 0;
  for (size_t i = 0; i < len; i++) {
    if (bytes[i] >> 4 > 9 || (bytes[i] & 0x0F) > 9)
      return false;
    sum = sum * 100 + (uint64_t)(bytes[i] >> 4) * 10 + (bytes[i] & 0x0F);
  }
  *value = sum;
  return true;
}

void zvt_bcd_write(struct bytes_writer *writer, uint64_t value, size_t len) {
  uint8_t digits[8] = {0};
  for (size_t i = len; i-- > 0; value /= 100)
    digits[i] = (uint8_t)(value / 10 % 10 << 4 | value % 10);
  bytes_write(writer, digits, len);
}
