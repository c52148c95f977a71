/* SPDX-License-Identifier: Apache-2.0
 * The PIN on its way to the card: ISO 9564-1 format 2. */
#include "epurse/command.h"

#include "epurse/crypto.h"

#include <string.h>

#define FORMAT_2 0x20
#define FILL     0x0F

/* Nibble i of the digits, the first of them behind control and length. */
static uint8_t pin_nibble(const uint8_t block[PIN_BLOCK_SIZE], unsigned i) {
  uint8_t byte = block[1 + i / 2];
  return i % 2 == 0 ? byte >> 4 : byte & 0x0F;
}

enum status pin_block_encode(const char *digits, uint8_t block[PIN_BLOCK_SIZE]) {
  unsigned len = 0;

  memset(block, 0xFF, PIN_BLOCK_SIZE);
  for (; digits[len] != '\0'; len++) {
    if (len == PIN_MAX || digits[len] < '0' || digits[len] > '9')
      goto refused;
    uint8_t digit = (uint8_t)(digits[len] - '0');
    uint8_t *byte = &block[1 + len / 2];
    *byte = (uint8_t)(len % 2 == 0 ? digit << 4 | FILL : (*byte & 0xF0) | digit);
  }
  if (len < PIN_MIN)
    goto refused;
  block[0] = (uint8_t)(FORMAT_2 | len);
  return STATUS_OK;

refused:
  crypto_wipe(block, PIN_BLOCK_SIZE);
  return STATUS_BAD_FORMAT;
}

enum status pin_block_decode(const uint8_t block[PIN_BLOCK_SIZE], char digits[PIN_MAX + 1]) {
  unsigned len = block[0] & 0x0F;
  bool good = (block[0] & 0xF0) == FORMAT_2 && len >= PIN_MIN && len <= PIN_MAX && block[PIN_BLOCK_SIZE - 1] == 0xFF;

  memset(digits, 0, PIN_MAX + 1);
  for (unsigned i = 0; good && i < PIN_MAX; i++) {
    uint8_t nibble = pin_nibble(block, i);
    good = i < len ? nibble <= 9 : nibble == FILL;
    digits[i] = i < len ? (char)('0' + nibble) : '\0';
  }
  if (!good)
    crypto_wipe(digits, PIN_MAX + 1);
  return good ? STATUS_OK : STATUS_BAD_FORMAT;
}
