/* SPDX-License-Identifier: Apache-2.0
 * Texts in the characters of registers and terminals: code page 437, which ZVT begins with, or ISO 8859-15. */
#include <string.h>

#include "epurse/utf8.h"
#include "zvt_frame.h"

#define EURO 0x20AC

static const struct letter {
  uint16_t code;
  uint8_t byte;
} cp437[] = {
    {0xC7, 0x80}, {0xFC, 0x81}, {0xE9, 0x82}, {0xE2, 0x83}, {0xE4, 0x84}, {0xE0, 0x85}, {0xE5, 0x86}, {0xE7, 0x87},
    {0xEA, 0x88}, {0xEB, 0x89}, {0xE8, 0x8A}, {0xEF, 0x8B}, {0xEE, 0x8C}, {0xEC, 0x8D}, {0xC4, 0x8E}, {0xC5, 0x8F},
    {0xC9, 0x90}, {0xE6, 0x91}, {0xC6, 0x92}, {0xF4, 0x93}, {0xF6, 0x94}, {0xF2, 0x95}, {0xFB, 0x96}, {0xF9, 0x97},
    {0xFF, 0x98}, {0xD6, 0x99}, {0xDC, 0x9A}, {0xA3, 0x9C}, {0xA5, 0x9D}, {0xE1, 0xA0}, {0xED, 0xA1}, {0xF3, 0xA2},
    {0xFA, 0xA3}, {0xF1, 0xA4}, {0xD1, 0xA5}, {0xDF, 0xE1}, {0xB0, 0xF8}, {0xB2, 0xFD}, {0xB5, 0xE6},
};
/* Where ISO 8859-15 is not ISO 8859-1. */
static const struct letter latin9[] = {
    {EURO, 0xA4},  {0x160, 0xA6}, {0x161, 0xA8}, {0x17D, 0xB4},
    {0x17E, 0xB8}, {0x152, 0xBC}, {0x153, 0xBD}, {0x178, 0xBE},
};

static uint8_t letter_find(const struct letter *letters, size_t count, uint32_t code) {
  for (size_t i = 0; i < count; i++)
    if (letters[i].code == code)
      return letters[i].byte;
  return 0;
}

static uint8_t letter_of(uint32_t code, enum zvt_charset charset) {
  if (code < 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0x202F || code == 0x2009)
    return ' ';
  if (code < 0x7F)
    return (uint8_t)code;
  if (charset == ZVT_CP437)
    return letter_find(cp437, sizeof cp437 / sizeof cp437[0], code);
  for (size_t i = 0; i < sizeof latin9 / sizeof latin9[0]; i++)
    if (latin9[i].byte == code)
      return 0;
  uint8_t byte = letter_find(latin9, sizeof latin9 / sizeof latin9[0], code);
  return byte != 0 || code > 0xFF ? byte : (uint8_t)code;
}

size_t zvt_text(const char *utf8, enum zvt_charset charset, char *out, size_t capacity) {
  size_t len = 0;
  while (*utf8 != 0 && len + 1 < capacity) {
    uint32_t code;
    size_t size = utf8_take(utf8, UTF8_MAX, &code);
    utf8 += size > 0 ? size : 1; /* what is no UTF-8 is one byte and no character */
    uint8_t letter = letter_of(code, charset);
    if (letter == 0 && code == EURO && len + 3 < capacity) {
      out[len++] = 'E';
      out[len++] = 'U';
      letter = 'R';
    }
    out[len++] = (char)(letter == 0 ? '?' : letter);
  }
  out[len] = 0;
  return len;
}

static uint32_t code_find(const struct letter *letters, size_t count, uint8_t byte) {
  for (size_t i = 0; i < count; i++)
    if (letters[i].byte == byte)
      return letters[i].code;
  return 0;
}

static uint32_t code_of(uint8_t byte, enum zvt_charset charset) {
  if (byte < 0x20 || byte == 0x7F)
    return ' ';
  if (byte < 0x7F)
    return byte;
  if (charset == ZVT_CP437) {
    uint32_t code = code_find(cp437, sizeof cp437 / sizeof cp437[0], byte);
    return code != 0 ? code : '?';
  }
  uint32_t code = code_find(latin9, sizeof latin9 / sizeof latin9[0], byte);
  return code != 0 ? code : byte <= 0xA0 ? ' ' : byte;
}

/* The bytes of a code below U+10000. */
static size_t utf8_put(uint32_t code, char bytes[3]) {
  if (code < 0x80) {
    bytes[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    bytes[0] = (char)(0xC0 | code >> 6);
    bytes[1] = (char)(0x80 | (code & 0x3F));
    return 2;
  }
  bytes[0] = (char)(0xE0 | code >> 12);
  bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
  bytes[2] = (char)(0x80 | (code & 0x3F));
  return 3;
}

size_t zvt_text_read(const uint8_t *bytes, size_t len, enum zvt_charset charset, char *out, size_t capacity) {
  size_t written = 0;
  for (size_t i = 0; i < len; i++) {
    char letter[3];
    size_t size = utf8_put(code_of(bytes[i], charset), letter);
    if (written + size >= capacity)
      break;
    memcpy(out + written, letter, size);
    written += size;
  }
  out[written] = 0;
  return written;
}

#define CARD_DIGITS 12 /* the shortest number of a payment card */
#define CARD_SHOWN  4

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The end of digits that stand together, with up to two of these between them; *digits is how many they are. */
static char *digits_end(char *at, size_t *digits) {
  char *end = at;
  while (is_digit(*at)) {
    for (; is_digit(*at); at++)
      (*digits)++;
    end = at;
    for (int between = 0; between < 2 && *at != 0 && strchr(" .-", *at) != NULL; between++)
      at++;
  }
  return end;
}

void zvt_text_mask(char *text) {
  for (char *at = text; *at != 0; at++) {
    size_t digits = 0;
    char *end = digits_end(at, &digits);
    if (digits == 0)
      continue;
    for (bool card = digits >= CARD_DIGITS; card && at < end; at++)
      if (is_digit(*at) && digits-- > CARD_SHOWN)
        *at = '#';
    at = end - 1;
  }
}
