/* SPDX-License-Identifier: Apache-2.0
 * base64url, held to the canonical form: bytes are decoded with a table and checked as they come. */
#include "base64url.h"

#include <stdlib.h>
#include <string.h>

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* One more than the six bits of an ASCII character; 0 where it is none of the alphabet. */
static const uint8_t sextets[128] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  63, 0,  0,  53, 54, 55, 56,
    57, 58, 59, 60, 61, 62, 0,  0,  0,  0,  0,  0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0,  0,  0,  0,  64, 0,  27, 28, 29, 30, 31, 32, 33,
    34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0,  0,  0,  0,  0};

bool base64url_encode(const uint8_t *data, size_t len, char **text) {
  size_t text_len = (len * 4 + 2) / 3, at = 0;
  uint32_t bits = 0;
  unsigned count = 0;

  *text = malloc(text_len + 1);
  if (*text == NULL)
    return false;
  for (size_t i = 0; i < len; i++) {
    bits = bits << 8 | data[i];
    for (count += 8; count >= 6; count -= 6)
      (*text)[at++] = alphabet[bits >> (count - 6) & 0x3F];
  }
  if (count > 0)
    (*text)[at++] = alphabet[bits << (6 - count) & 0x3F];
  (*text)[at] = '\0';
  return true;
}

/* False where a character is foreign, or bits are left over that are not zero. */
static bool decode(const char *text, size_t text_len, uint8_t *data) {
  uint32_t bits = 0;
  unsigned count = 0;

  for (size_t i = 0; i < text_len; i++) {
    unsigned char character = (unsigned char)text[i];
    uint8_t sextet = character < sizeof sextets ? sextets[character] : 0;
    if (sextet == 0)
      return false;
    bits = bits << 6 | (sextet - 1U);
    count += 6;
    if (count >= 8) {
      count -= 8;
      *data++ = (uint8_t)(bits >> count);
    }
  }
  return (bits & ((1U << count) - 1)) == 0;
}

bool base64url_decode(const char *text, size_t text_len, uint8_t **data, size_t *len) {
  *data = NULL;
  *len = 0;
  if (text_len % 4 == 1) /* no bytes have that length */
    return false;
  *data = malloc(text_len / 4 * 3 + 3);
  if (*data == NULL || !decode(text, text_len, *data)) {
    free(*data);
    *data = NULL;
    return false;
  }
  *len = text_len * 3 / 4;
  return true;
}
