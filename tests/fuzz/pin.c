/* SPDX-License-Identifier: Apache-2.0
 * PINs under way: envelopes as they come, and texts that are properly enciphered whatever they hold. The first byte of
 * an input chooses. */
#include <stdlib.h>
#include <string.h>

#include "epurse/message.h"
#include "epurse/pin_envelope.h"
#include "epurse/record.h"
#include "keys/key_object.h"
#include "message/jwe.h"
#include "target.h"
#include "world.h"

static void *open_key(void) {
  struct world_key pair;
  struct key *key = NULL;
  world_key_make("server PIN", &pair);
  fuzz_require(key_of_scalar(pair.secret, &key) == STATUS_OK);
  return key;
}

static void close_key(void *context) {
  struct key *key = context;
  key_free(&key);
}

static bool envelope_open(const struct key *key, const char *jwe) {
  static const struct pin_envelope nothing;
  struct pin_envelope envelope, again;
  char *sealed = NULL;
  enum status status = pin_open(jwe, key, &envelope);
  if (status != STATUS_OK) {
    fuzz_require(status == STATUS_BAD_FORMAT && memcmp(&envelope, &nothing, sizeof nothing) == 0);
    return false;
  }
  size_t digits = strlen(envelope.pin);
  fuzz_require(digits >= PIN_MIN && digits <= PIN_MAX && strspn(envelope.pin, "0123456789") == digits);
  fuzz_require(pin_seal(&envelope, key_public(key), &sealed) == STATUS_OK);
  fuzz_require(pin_open(sealed, key, &again) == STATUS_OK);
  fuzz_require(memcmp(again.cid, envelope.cid, CID_SIZE) == 0 && again.atc == envelope.atc &&
               strcmp(again.pin, envelope.pin) == 0);
  free(sealed);
  return true;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct key *key = context;
  struct pin_agreement agreement;
  char *jwe = NULL;
  if (len == 0)
    return false;
  if (data[0] % 2 == 0) {
    jwe = malloc(len);
    fuzz_require(jwe != NULL);
    memcpy(jwe, data + 1, len - 1);
    jwe[len - 1] = 0;
  } else if (jwe_agree(key_public(key), &agreement) != STATUS_OK ||
             jwe_encipher(&agreement, data + 1, len - 1, &jwe) != STATUS_OK) {
    fuzz_require(len - 1 > JWE_TEXT_MAX);
    return false;
  }
  bool taken = envelope_open(key, jwe);
  free(jwe);
  return taken;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct key *key = context;
  struct pin_envelope envelope = {.atc = 7, .pin = WORLD_PIN};
  char cid[17], *jwe = NULL;
  uint8_t input[1 + PIN_JWE_MAX] = {0};
  cid_make(999001, 42, envelope.cid);
  fuzz_require(pin_seal(&envelope, key_public(key), &jwe) == STATUS_OK);
  memcpy(input + 1, jwe, strlen(jwe));
  fuzz_seed(sink, input, 1 + strlen(jwe));
  free(jwe);
  cid_print(envelope.cid, cid);
  json_t *object = json_pack("{s:s, s:i, s:s}", "cid", cid, "atc", 7, "pin", "123456");
  input[0] = 1;
  size_t len = json_dumpb(object, (char *)input + 1, PIN_JWE_MAX, JSON_COMPACT);
  fuzz_seed(sink, input, 1 + len);
  json_decref(object);
}

const struct fuzz_target fuzz_pin = {.name = "pin", .open = open_key, .close = close_key, .take = take, .seeds = seeds};
