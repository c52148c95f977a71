/* SPDX-License-Identifier: Apache-2.0
 * Command and response APDUs from the wire: what is taken is written back byte for byte. */
#include <string.h>

#include "epurse/apdu.h"
#include "target.h"

static void response_take(const uint8_t *data, size_t len) {
  struct apdu_response response;
  uint8_t again[APDU_RESPONSE_MAX];
  char text[64];
  if (apdu_response_parse(data, len, &response) != STATUS_OK)
    return;
  fuzz_require(apdu_response_encode(&response, again) == len);
  fuzz_require(memcmp(again, data, len) == 0);
  fuzz_require(strlen(apdu_sw_text(response.sw, text)) < sizeof text);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct apdu command;
  uint8_t again[APDU_COMMAND_MAX];
  (void)context;
  response_take(data, len);
  if (apdu_parse(data, len, &command) != STATUS_OK)
    return false;
  fuzz_require((command.data == NULL) == (command.lc == 0));
  fuzz_require(command.le <= APDU_RESPONSE_DATA_MAX);
  fuzz_require(apdu_encode(&command, again, sizeof again) == len);
  fuzz_require(memcmp(again, data, len) == 0);
  return true;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x00\xA4\x04\x00");                                         /* case 1 */
  fuzz_seed_text(sink, "\x80\xCA\xBF\x21\x00");                                     /* case 2 */
  fuzz_seed_text(sink, "\x00\xA4\x04\x00\x08\xF0\x45PURSE\x01");                    /* case 3 */
  fuzz_seed_text(sink, "\x80\x50\x00\x00\x08\x01\x02\x03\x04\x05\x06\x07\x08\x00"); /* case 4 */
  fuzz_seed_text(sink, "\x01\x02\x63\xC2");                                         /* also an answer: wrong PIN */
}

const struct fuzz_target fuzz_apdu = {.name = "apdu", .take = take, .seeds = seeds};
