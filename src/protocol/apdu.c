/* SPDX-License-Identifier: Apache-2.0
 * Short APDUs, read and written, and what a status word means. */
#include "epurse/apdu.h"

#include "epurse/bytes.h"

#include <string.h>

#define LE_MAX 256 /* written as 00 */

static uint16_t le_of(uint8_t byte) {
  return byte == 0 ? LE_MAX : byte;
}

enum status apdu_parse(const uint8_t *bytes, size_t len, struct apdu *command) {
  if (len < APDU_HEADER_SIZE)
    return STATUS_BAD_LENGTH;
  *command = (struct apdu){.cla = bytes[0], .ins = bytes[1], .p1 = bytes[2], .p2 = bytes[3]};
  if (len == APDU_HEADER_SIZE) /* case 1 */
    return STATUS_OK;
  if (len == APDU_HEADER_SIZE + 1) { /* case 2 */
    command->le = le_of(bytes[APDU_HEADER_SIZE]);
    return STATUS_OK;
  }
  size_t lc = bytes[APDU_HEADER_SIZE];
  size_t rest = len - APDU_HEADER_SIZE - 1;
  if (lc == 0 || (rest != lc && rest != lc + 1)) /* 00 begins an extended length */
    return STATUS_BAD_LENGTH;
  command->data = bytes + APDU_HEADER_SIZE + 1;
  command->lc = (uint8_t)lc;
  if (rest > lc) /* case 4 */
    command->le = le_of(command->data[lc]);
  return STATUS_OK;
}

size_t apdu_encode(const struct apdu *command, uint8_t *bytes, size_t capacity) {
  struct bytes_writer writer = bytes_writer(bytes, capacity);

  bytes_write_u8(&writer, command->cla);
  bytes_write_u8(&writer, command->ins);
  bytes_write_u8(&writer, command->p1);
  bytes_write_u8(&writer, command->p2);
  if (command->lc > 0) {
    bytes_write_u8(&writer, command->lc);
    bytes_write(&writer, command->data, command->lc);
  }
  if (command->le > 0)
    bytes_write_u8(&writer, (uint8_t)command->le);
  return writer.failed || command->le > LE_MAX ? 0 : writer.len;
}

enum status apdu_response_parse(const uint8_t *bytes, size_t len, struct apdu_response *response) {
  if (len < 2 || len > APDU_RESPONSE_MAX)
    return STATUS_BAD_LENGTH;
  response->len = len - 2;
  memcpy(response->data, bytes, response->len);
  response->sw = bytes_u16(bytes + response->len);
  return STATUS_OK;
}

size_t apdu_response_encode(const struct apdu_response *response, uint8_t bytes[APDU_RESPONSE_MAX]) {
  memcpy(bytes, response->data, response->len);
  bytes_put_u16(bytes + response->len, response->sw);
  return response->len + 2;
}

bool apdu_sw_has_data(uint16_t sw) {
  return sw == SW_OK || sw >> 8 == 0x62 || sw >> 8 == 0x63;
}

struct sw_row {
  uint16_t sw;
  const char *text;
};

static const struct sw_row sw_rows[] = {
    {SW_OK, "done"},
    {SW_END_OF_FILE, "end of file"},
    {SW_BLOCKED, "card blocked"},
    {SW_EXPIRED, "card expired"},
    {SW_MEMORY_FAILURE, "memory failure"},
    {SW_WRONG_LENGTH, "wrong length"},
    {SW_CHANNEL_UNSUPPORTED, "logical channel not supported"},
    {SW_CHAINING_UNSUPPORTED, "chaining not supported"},
    {SW_SECURITY_NOT_SATISFIED, "security status not satisfied"},
    {SW_PIN_BLOCKED, "PIN blocked"},
    {SW_CONDITIONS_NOT_SATISFIED, "conditions of use not satisfied"},
    {SW_SECURE_MESSAGING_INCORRECT, "secure messaging incorrect"},
    {SW_WRONG_DATA, "wrong data"},
    {SW_NOT_OUR_FILE, "no such application"},
    {SW_RECORD_NOT_FOUND, "no such record"},
    {SW_COUNTER_EXHAUSTED, "a counter used up"},
    {SW_WRONG_P1P2, "wrong P1 P2"},
    {SW_DATA_NOT_FOUND, "no such data"},
    {SW_WRONG_INS, "unknown INS"},
    {SW_WRONG_CLA, "unknown CLA"},
    {SW_INTERNAL, "internal error"},
    {SW_INSUFFICIENT_BALANCE, "not enough money"},
    {SW_ABOVE_LIMIT, "above a limit"},
};

/* Before, a number of at most three digits, after. */
static const char *text_with_number(const char *before, unsigned number, const char *after, char text[64]) {
  char digits[3];
  size_t count = 0, at = 0;

  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0 && count < sizeof digits);
  while (*before != '\0')
    text[at++] = *before++;
  while (count > 0)
    text[at++] = digits[--count];
  while (*after != '\0')
    text[at++] = *after++;
  text[at] = '\0';
  return text;
}

const char *apdu_sw_text(uint16_t sw, char text[64]) {
  for (size_t i = 0; i < sizeof sw_rows / sizeof sw_rows[0]; i++)
    if (sw_rows[i].sw == sw)
      return sw_rows[i].text;
  if ((sw & 0xFFF0) == SW_WRONG_PIN) {
    unsigned tries = sw & 0x0FU;
    return text_with_number("wrong PIN, ", tries, tries == 1 ? " try left" : " tries left", text);
  }
  if (sw >> 8 == SW_BYTES_REMAINING >> 8)
    return text_with_number("", le_of((uint8_t)sw), " bytes remain", text);
  if (sw >> 8 == SW_EXACT_LENGTH >> 8)
    return text_with_number("wrong Le, right is ", le_of((uint8_t)sw), "", text);
  return "unknown status word";
}
