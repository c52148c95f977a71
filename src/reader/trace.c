/* SPDX-License-Identifier: Apache-2.0
 * The APDU trace: one line each way, without anything that must stay secret. */
#include "trace.h"

#include "epurse/apdu.h"
#include "epurse/bytes.h"
#include "epurse/command.h"

#define SM_FIRST_INTERINDUSTRY   0x0C /* ISO/IEC 7816-4 5.4.1, table 2: bits 4 and 3 */
#define FURTHER_INTERINDUSTRY    0x40 /* table 3: bit 7 */
#define SM_FURTHER_INTERINDUSTRY 0x20 /* table 3: bit 6 */

bool trace_blanks(const uint8_t *command, size_t len) {
  static const uint8_t secret[] = {INS_VERIFY, INS_CHANGE_REFERENCE_DATA, INS_INITIALIZE, INS_STORE_DATA,
                                   INS_MUTUAL_AUTHENTICATE};
  if (len < 2)
    return false;
  uint8_t cla = command[0];
  bool secure =
      (cla & FURTHER_INTERINDUSTRY) != 0 ? (cla & SM_FURTHER_INTERINDUSTRY) != 0 : (cla & SM_FIRST_INTERINDUSTRY) != 0;
  for (size_t i = 0; i < sizeof secret; i++)
    secure = secure || command[1] == secret[i];
  return secure;
}

static void trace_hex(FILE *out, const uint8_t *data, size_t len) {
  for (size_t i = 0; i < len; i++)
    fprintf(out, "%02X", data[i]);
}

static void trace_data(FILE *out, const uint8_t *data, size_t len, bool blank) {
  if (blank)
    fprintf(out, "[%zu bytes blanked]", len);
  else
    trace_hex(out, data, len);
}

void trace_command(FILE *out, const uint8_t *command, size_t len, bool blank) {
  struct apdu apdu;

  if (apdu_parse(command, len, &apdu) != STATUS_OK) {
    /* extended, or cut short: no Lc to speak of */
    size_t head = len < APDU_HEADER_SIZE ? len : APDU_HEADER_SIZE;
    fprintf(out, "A>> (%zu+%04zu) ", head, len - head);
    trace_hex(out, command, head);
    fputc(' ', out);
    trace_data(out, command + head, len - head, blank);
  } else {
    fprintf(out, "A>> (4+%04u) ", apdu.lc);
    trace_hex(out, command, APDU_HEADER_SIZE);
    if (apdu.lc > 0) {
      fprintf(out, " %02X ", apdu.lc);
      trace_data(out, apdu.data, apdu.lc, blank);
    }
    if (apdu.le > 0)
      fprintf(out, " %02X", apdu.le & 0xFFU);
  }
  fputc('\n', out);
  fflush(out);
}

void trace_answer(FILE *out, const uint8_t *answer, size_t len, long milliseconds, bool blank) {
  char text[64];

  if (len < 2) {
    trace_failure(out, "no status word", milliseconds);
    return;
  }
  uint16_t sw = bytes_u16(answer + len - 2);
  fprintf(out, "A<< (%04zu+2) (%ldms) ", len - 2, milliseconds);
  if (len > 2) {
    trace_data(out, answer, len - 2, blank);
    fputc(' ', out);
  }
  fprintf(out, "%04X %s\n", sw, apdu_sw_text(sw, text));
  fflush(out);
}

void trace_failure(FILE *out, const char *name, long milliseconds) {
  fprintf(out, "A<< (%ldms) %s\n", milliseconds, name);
  fflush(out);
}
