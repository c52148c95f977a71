/* SPDX-License-Identifier: Apache-2.0
 * Big-endian numbers, cursors and hexadecimal. */
#include "epurse/bytes.h"

#include <string.h>

uint16_t bytes_u16(const uint8_t *from) {
  return (uint16_t)(from[0] << 8 | from[1]);
}

uint32_t bytes_u32(const uint8_t *from) {
  return (uint32_t)bytes_u16(from) << 16 | bytes_u16(from + 2);
}

void bytes_put_u16(uint8_t *to, uint16_t value) {
  to[0] = (uint8_t)(value >> 8);
  to[1] = (uint8_t)value;
}

void bytes_put_u32(uint8_t *to, uint32_t value) {
  bytes_put_u16(to, (uint16_t)(value >> 16));
  bytes_put_u16(to + 2, (uint16_t)value);
}

struct bytes_reader bytes_reader(const uint8_t *data, size_t len) {
  return (struct bytes_reader){.at = data, .left = len, .failed = false};
}

const uint8_t *bytes_read_view(struct bytes_reader *reader, size_t len) {
  const uint8_t *view = reader->at;

  if (reader->failed || len > reader->left) {
    reader->failed = true;
    return NULL;
  }
  if (len > 0) { /* `at` may be NULL where there is nothing */
    reader->at += len;
    reader->left -= len;
  }
  return view;
}

void bytes_read(struct bytes_reader *reader, uint8_t *out, size_t len) {
  const uint8_t *view = bytes_read_view(reader, len);

  if (len == 0)
    return;
  if (view != NULL)
    memcpy(out, view, len);
  else
    memset(out, 0, len);
}

uint8_t bytes_read_u8(struct bytes_reader *reader) {
  uint8_t value;
  bytes_read(reader, &value, 1);
  return value;
}

uint16_t bytes_read_u16(struct bytes_reader *reader) {
  uint8_t bytes[2];
  bytes_read(reader, bytes, sizeof bytes);
  return bytes_u16(bytes);
}

uint32_t bytes_read_u32(struct bytes_reader *reader) {
  uint8_t bytes[4];
  bytes_read(reader, bytes, sizeof bytes);
  return bytes_u32(bytes);
}

bool bytes_read_all(const struct bytes_reader *reader) {
  return !reader->failed && reader->left == 0;
}

struct bytes_writer bytes_writer(uint8_t *buffer, size_t capacity) {
  return (struct bytes_writer){.start = buffer, .len = 0, .capacity = capacity, .failed = false};
}

void bytes_write(struct bytes_writer *writer, const uint8_t *data, size_t len) {
  if (writer->failed || len > writer->capacity - writer->len) {
    writer->failed = true;
    return;
  }
  if (len > 0) {
    memcpy(writer->start + writer->len, data, len);
    writer->len += len;
  }
}

void bytes_write_u8(struct bytes_writer *writer, uint8_t value) {
  bytes_write(writer, &value, 1);
}

void bytes_write_u16(struct bytes_writer *writer, uint16_t value) {
  uint8_t bytes[2];
  bytes_put_u16(bytes, value);
  bytes_write(writer, bytes, sizeof bytes);
}

void bytes_write_u32(struct bytes_writer *writer, uint32_t value) {
  uint8_t bytes[4];
  bytes_put_u32(bytes, value);
  bytes_write(writer, bytes, sizeof bytes);
}

void bytes_to_hex(const uint8_t *data, size_t len, char *text) {
  static const char digits[] = "0123456789abcdef";

  for (size_t i = 0; i < len; i++) {
    *text++ = digits[data[i] >> 4];
    *text++ = digits[data[i] & 0x0F];
  }
  *text = '\0';
}

void bytes_to_text(const void *data, size_t len, char *text) {
  static const char digits[] = "0123456789ABCDEF";
  const uint8_t *bytes = data;

  for (size_t i = 0; i < len && bytes[i] != 0; i++) {
    if (bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '\\') {
      *text++ = (char)bytes[i];
      continue;
    }
    *text++ = '\\';
    *text++ = 'x';
    *text++ = digits[bytes[i] >> 4];
    *text++ = digits[bytes[i] & 0x0F];
  }
  *text = '\0';
}

static char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool bytes_text_has(const char *text, const char *part) {
  for (;; text++) {
    size_t same = 0;
    while (part[same] != '\0' && lower(text[same]) == lower(part[same]))
      same++;
    if (part[same] == '\0')
      return true;
    if (*text == '\0')
      return false;
  }
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

static bool hex_separator(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n' || letter == ':';
}

enum status bytes_from_hex(const char *text, uint8_t *out, size_t capacity, size_t *len) {
  *len = 0;
  while (*text != '\0') {
    if (hex_separator(*text)) {
      text++;
      continue;
    }
    int high = hex_value(text[0]);
    int low = high >= 0 ? hex_value(text[1]) : -1;
    if (low < 0)
      return STATUS_BAD_FORMAT;
    if (*len == capacity)
      return STATUS_BAD_LENGTH;
    out[(*len)++] = (uint8_t)(high << 4 | low);
    text += 2;
  }
  return STATUS_OK;
}
