/* SPDX-License-Identifier: Apache-2.0
 * PINs under way: which card, which promise, which digits, enciphered together. */
#include <stdlib.h>
#include <string.h>

#include "epurse/message.h"
#include "epurse/pin_envelope.h"
#include "field.h"
#include "jwe.h"

static bool digits_valid(const char *pin) {
  size_t len = strlen(pin);

  return len >= PIN_MIN && len <= PIN_MAX && strspn(pin, "0123456789") == len;
}

/* The library frees strings without a wipe; this one is still ours to clear. */
static void text_wipe(const json_t *object) {
  const json_t *pin = json_object_get(object, "pin");

  crypto_wipe((void *)(uintptr_t)json_string_value(pin), json_string_length(pin));
}

/* Whether it can be sealed with once more. */
static bool is_good(const struct pin_agreement *agreement, const uint8_t *receiver, int64_t now) {
  int64_t age = now - agreement->since;

  return agreement->there && memcmp(agreement->receiver, receiver, CRYPTO_P256_PUBLIC_SIZE) == 0 && age >= 0 &&
         age < PIN_AGREEMENT_SECONDS && agreement->uses < PIN_AGREEMENT_USES;
}

static enum status text_seal(const char *text, const uint8_t *receiver, int64_t now, struct pin_agreement *agreement,
                             char **jwe) {
  if (!is_good(agreement, receiver, now)) {
    enum status status = jwe_agree(receiver, agreement);
    if (status != STATUS_OK)
      return status;
    agreement->since = now;
  }
  agreement->uses++;
  return jwe_encipher(agreement, (const uint8_t *)text, strlen(text), jwe);
}

enum status pin_seal_again(const struct pin_envelope *envelope, const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE],
                           int64_t now, struct pin_agreement *agreement, char **jwe) {
  struct field_writer writer;
  json_t *object = NULL;
  char *text = NULL;
  enum status status = STATUS_NO_MEMORY;

  *jwe = NULL;
  if (!digits_valid(envelope->pin))
    return STATUS_BAD_FORMAT;
  writer = field_writer();
  field_put_cid(&writer, "cid", envelope->cid);
  field_put_integer(&writer, "atc", envelope->atc);
  field_put_text(&writer, "pin", envelope->pin);
  object = field_done(&writer);
  text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
  if (text != NULL) {
    status = text_seal(text, receiver, now, agreement, jwe);
    crypto_wipe(text, strlen(text));
    free(text);
  }
  text_wipe(object);
  json_decref(object);
  return status;
}

enum status pin_seal(const struct pin_envelope *envelope, const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], char **jwe) {
  struct pin_agreement agreement = {0};
  enum status status = pin_seal_again(envelope, receiver, 0, &agreement, jwe);

  crypto_wipe(&agreement, sizeof agreement);
  return status;
}

static enum status envelope_parse(const uint8_t *text, size_t len, struct pin_envelope *envelope) {
  json_t *object = field_load(text, len);
  struct field_reader reader = field_reader(object);
  bool valid = false;

  field_cid(&reader, "cid", envelope->cid);
  envelope->atc = (uint32_t)field_integer(&reader, "atc", 0, UINT32_MAX);
  field_text(&reader, "pin", PIN_MIN, envelope->pin, sizeof envelope->pin);
  valid = field_end(&reader) == STATUS_OK && digits_valid(envelope->pin);
  text_wipe(object);
  json_decref(object);
  return valid ? STATUS_OK : STATUS_BAD_FORMAT;
}

enum status pin_open_again(const char *jwe, const struct key *key, struct pin_agreement *agreement,
                           struct pin_envelope *envelope) {
  uint8_t text[JWE_TEXT_MAX] = {0};
  size_t len = strnlen(jwe, PIN_JWE_MAX), text_len = 0;
  enum status status = STATUS_BAD_FORMAT;

  *envelope = (struct pin_envelope){0};
  if (len < PIN_JWE_MAX)
    status = jwe_decipher(jwe, len, key, agreement, text, &text_len);
  if (status == STATUS_OK)
    status = envelope_parse(text, text_len, envelope);
  crypto_wipe(text, sizeof text);
  if (status != STATUS_OK)
    crypto_wipe(envelope, sizeof *envelope);
  return status;
}

enum status pin_open(const char *jwe, const struct key *key, struct pin_envelope *envelope) {
  struct pin_agreement agreement = {0};
  enum status status = pin_open_again(jwe, key, &agreement, envelope);

  crypto_wipe(&agreement, sizeof agreement);
  return status;
}
