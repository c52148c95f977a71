/* SPDX-License-Identifier: Apache-2.0
 * Receipts as text, for QR codes: base45 (RFC 9285), whose characters a QR code holds in 5.5 bits each. */
#include "epurse/receipt.h"

#include <string.h>

#define BASE 45U

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
static const char prefix[] = RECEIPT_TEXT_PREFIX;
#define PREFIX_LEN (sizeof prefix - 1)

/* Two bytes are three characters, a last single byte is two; the lowest digit stands first. */
enum status receipt_text_encode(const uint8_t *data, size_t len, char *text, size_t capacity) {
  char *out = text + PREFIX_LEN;

  if (len > RECEIPT_MAX || capacity < PREFIX_LEN + len / 2 * 3 + len % 2 * 2 + 1)
    return STATUS_BAD_LENGTH;
  memcpy(text, prefix, PREFIX_LEN);
  for (size_t i = 0; i < len; i += 2) {
    bool pair = i + 1 < len;
    unsigned value = pair ? data[i] * 256U + data[i + 1] : data[i];
    *out++ = alphabet[value % BASE];
    *out++ = alphabet[value / BASE % BASE];
    if (pair)
      *out++ = alphabet[value / BASE / BASE];
  }
  *out = '\0';
  return STATUS_OK;
}

/* BASE where the character is none of the alphabet's. */
static unsigned digit(uint8_t character) {
  for (unsigned i = 0; i < BASE; i++)
    if ((uint8_t)alphabet[i] == character)
      return i;
  return BASE;
}

/* The `count` characters of one group, 2 or 3; false: not the text of any bytes. */
static bool group_read(const uint8_t *text, size_t count, uint8_t *out) {
  unsigned value = 0;

  for (size_t i = count; i-- > 0;) {
    unsigned next = digit(text[i]);
    if (next == BASE)
      return false;
    value = value * BASE + next;
  }
  if (value > (count == 3 ? 0xFFFFU : 0xFFU))
    return false;
  if (count == 3)
    *out++ = (uint8_t)(value >> 8);
  *out = (uint8_t)value;
  return true;
}

bool receipt_text_is(const uint8_t *text, size_t len) {
  return len >= PREFIX_LEN && memcmp(text, prefix, PREFIX_LEN) == 0;
}

enum status receipt_text_decode(const uint8_t *text, size_t len, uint8_t data[RECEIPT_MAX], size_t *data_len) {
  *data_len = 0;
  if (!receipt_text_is(text, len))
    return STATUS_BAD_FORMAT;
  text += PREFIX_LEN;
  len -= PREFIX_LEN;
  while (len > 0) {
    size_t count = len >= 3 ? 3 : len;
    size_t bytes = count - 1;
    if (count < 2 || *data_len + bytes > RECEIPT_MAX || !group_read(text, count, data + *data_len)) {
      *data_len = 0;
      return STATUS_BAD_FORMAT;
    }
    *data_len += bytes;
    text += count;
    len -= count;
  }
  return STATUS_OK;
}
