/* SPDX-License-Identifier: Apache-2.0
 * Command and response APDUs, short form only (ISO/IEC 7816-4 5.1 to 5.6). Freestanding. */
#ifndef EPURSE_APDU_H
#define EPURSE_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

#define APDU_HEADER_SIZE       4
#define APDU_DATA_MAX          255 /* short Lc */
#define APDU_COMMAND_MAX       261 /* header, Lc, data, Le */
#define APDU_RESPONSE_DATA_MAX 256
#define APDU_RESPONSE_MAX      258 /* data, SW1 SW2 */

#define CLA_SECURE   0x04 /* secure messaging, GPC v2.3.1 11.1.4 */
#define CLA_CHAINING 0x10 /* ISO/IEC 7816-4 5.4.1 */

/* Status words, ISO/IEC 7816-4 5.6; 94xx are ours, where ISO leaves 9xxx to the application. */
enum apdu_sw {
  SW_OK = 0x9000,
  SW_BYTES_REMAINING = 0x6100, /* xx more: GET RESPONSE */
  SW_END_OF_FILE = 0x6282,     /* end of file reached; unlike 6A83 it comes under an R-MAC */
  SW_BLOCKED = 0x6283,         /* selected file deactivated; EMV Book 1 12.3.2: application blocked */
  SW_EXPIRED = 0x6285,         /* selected file in termination state */
  SW_WRONG_PIN = 0x63C0,       /* | tries left */
  SW_MEMORY_FAILURE = 0x6581,
  SW_WRONG_LENGTH = 0x6700,
  SW_CHANNEL_UNSUPPORTED = 0x6881,
  SW_SECURITY_NOT_SATISFIED = 0x6982,
  SW_PIN_BLOCKED = 0x6983,
  SW_CONDITIONS_NOT_SATISFIED = 0x6985,
  SW_SECURE_MESSAGING_INCORRECT = 0x6988,
  SW_WRONG_DATA = 0x6A80,
  SW_NOT_OUR_FILE = 0x6A82, /* SELECT of another AID */
  SW_RECORD_NOT_FOUND = 0x6A83,
  SW_COUNTER_EXHAUSTED = 0x6A84,
  SW_WRONG_P1P2 = 0x6A86,
  SW_DATA_NOT_FOUND = 0x6A88,
  SW_CHAINING_UNSUPPORTED = 0x6884,
  SW_EXACT_LENGTH = 0x6C00, /* | right Le */
  SW_WRONG_INS = 0x6D00,
  SW_WRONG_CLA = 0x6E00,
  SW_INTERNAL = 0x6F00,
  SW_INSUFFICIENT_BALANCE = 0x9401,
  SW_ABOVE_LIMIT = 0x9402 /* above the payment ceiling, or the purse would exceed its own */
};

/* A command, its data borrowed. */
struct apdu {
  uint8_t cla, ins, p1, p2;
  const uint8_t *data; /* NULL where lc is 0 */
  uint8_t lc;          /* bytes of data */
  uint16_t le;         /* bytes wanted: 0 none, 1..256 */
};

/* An answer, complete so that it can stand on the stack. */
struct apdu_response {
  uint8_t data[APDU_RESPONSE_DATA_MAX];
  size_t len;  /* bytes of data */
  uint16_t sw; /* enum apdu_sw, or 63Cx, 61xx, 6Cxx */
};

/* Reads a command of case 1 to 4. STATUS_BAD_LENGTH: shorter than a header, Lc that does not fit, extended form.
 * `command->data` points into `bytes`. */
enum status apdu_parse(const uint8_t *bytes, size_t len, struct apdu *command) EPURSE_MUST_USE;

/* Writes a command; Lc is left out where there is no data, Le where le is 0. Answers its length, at most
 * APDU_COMMAND_MAX, or 0 where capacity does not suffice. */
size_t apdu_encode(const struct apdu *command, uint8_t *bytes, size_t capacity) EPURSE_MUST_USE;

/* Splits data || SW1 SW2. STATUS_BAD_LENGTH: fewer than 2 or more than APDU_RESPONSE_MAX bytes. */
enum status apdu_response_parse(const uint8_t *bytes, size_t len, struct apdu_response *response) EPURSE_MUST_USE;
/* Writes data || SW1 SW2 to bytes (APDU_RESPONSE_MAX); answers the length. */
size_t apdu_response_encode(const struct apdu_response *response, uint8_t bytes[APDU_RESPONSE_MAX]);

/* Whether an answer with this status word carries data and, in a channel, an R-MAC: 9000, 62xx, 63xx
 * (GPC Amendment D v1.1.1 6.2.5). */
bool apdu_sw_has_data(uint16_t sw);

/* The meaning of a status word in a few words, for traces: "wrong PIN, 3 tries left". Static or in `text`. */
const char *apdu_sw_text(uint16_t sw, char text[64]);

#endif
