/* SPDX-License-Identifier: Apache-2.0
 * Card numbers with their Luhn digit, and terminal identifications. */
#include "epurse/record.h"

#define CID_DIGITS 16

static unsigned cid_digit(const uint8_t cid[CID_SIZE], unsigned index) {
  return index % 2 == 0 ? cid[index / 2] >> 4 : cid[index / 2] & 0x0FU;
}

static void cid_put_digit(uint8_t cid[CID_SIZE], unsigned index, unsigned digit) {
  uint8_t *byte = &cid[index / 2];
  *byte = (uint8_t)(index % 2 == 0 ? (*byte & 0x0FU) | digit << 4 : (*byte & 0xF0U) | digit);
}

/* The check digit that belongs behind the first fifteen, ISO/IEC 7812-1 annex B. */
static unsigned luhn_digit(const uint8_t cid[CID_SIZE]) {
  unsigned sum = 0;

  for (unsigned i = 0; i < CID_DIGITS - 1; i++) {
    unsigned digit = cid_digit(cid, i);
    if (i % 2 == 0) /* every second one, counted from the check digit */
      digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return (10 - sum % 10) % 10;
}

void cid_print(const uint8_t cid[CID_SIZE], char text[17]) {
  for (unsigned i = 0; i < CID_DIGITS; i++)
    text[i] = "0123456789??????"[cid_digit(cid, i)];
  text[CID_DIGITS] = '\0';
}

enum status cid_parse(const char *text, uint8_t cid[CID_SIZE]) {
  uint8_t read[CID_SIZE] = {0};

  for (unsigned i = 0; i < CID_DIGITS; i++) {
    if (text[i] < '0' || text[i] > '9')
      return STATUS_BAD_FORMAT;
    cid_put_digit(read, i, (unsigned)(text[i] - '0'));
  }
  if (text[CID_DIGITS] != '\0' || cid_digit(read, CID_DIGITS - 1) != luhn_digit(read))
    return STATUS_BAD_FORMAT;
  for (unsigned i = 0; i < CID_SIZE; i++)
    cid[i] = read[i];
  return STATUS_OK;
}

void cid_make(uint32_t issuer, uint32_t serial, uint8_t cid[CID_SIZE]) {
  for (unsigned i = 6; i-- > 0; issuer /= 10)
    cid_put_digit(cid, i, issuer % 10);
  for (unsigned i = 15; i-- > 6; serial /= 10)
    cid_put_digit(cid, i, serial % 10);
  cid_put_digit(cid, CID_DIGITS - 1, luhn_digit(cid));
}

bool tid_valid(const uint8_t tid[TID_SIZE]) {
  for (unsigned i = 0; i < TID_SIZE; i++)
    if (tid[i] <= 0x20 || tid[i] >= 0x7F)
      return false;
  return true;
}
