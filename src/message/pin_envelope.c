/* SPDX-License-Identifier: Apache-2.0
 * PINs under way: JWE (RFC 7516), ECDH-ES with A256GCM and nothing else. cjose does it; the header, the nonce and the
 * tag are judged here first, since a library that takes a short tag is no authentication. */
#include "config.h"

#include <cjose/header.h>
#include <cjose/jwe.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "epurse/message.h"
#include "field.h"
#include "jose.h"

#define JWE_PARTS  5  /* header, key, nonce, text, tag: RFC 7516 7.1 */
#define NONCE_LEN  12 /* RFC 7518 5.3 */
#define TAG_LEN    16
#define AGREEMENT  "ECDH-ES" /* direct: the key part is empty, RFC 7518 4.6 */
#define ENCRYPTION "A256GCM"

static bool digits_valid(const char *pin) {
  size_t len = strlen(pin);

  return len >= PIN_MIN && len <= PIN_MAX && strspn(pin, "0123456789") == len;
}

/* The library frees strings without a wipe; this one is still ours to clear. */
static void text_wipe(const json_t *object) {
  const json_t *pin = json_object_get(object, "pin");

  crypto_wipe((void *)(uintptr_t)json_string_value(pin), json_string_length(pin));
}

static enum status text_encipher(const char *text, const cjose_jwk_t *jwk, char **jwe) {
  cjose_header_t *header = cjose_header_new(NULL);
  cjose_jwe_t *made = NULL;
  enum status status = STATUS_CRYPTO_FAILED;

  if (header != NULL && cjose_header_set(header, CJOSE_HDR_ALG, AGREEMENT, NULL) &&
      cjose_header_set(header, CJOSE_HDR_ENC, ENCRYPTION, NULL)) {
    made = cjose_jwe_encrypt(jwk, header, (const uint8_t *)text, strlen(text), NULL);
  }
  *jwe = made != NULL ? cjose_jwe_export(made, NULL) : NULL;
  if (*jwe == NULL) {
    ERR_clear_error();
  } else if (strlen(*jwe) >= PIN_JWE_MAX) {
    free(*jwe);
    *jwe = NULL;
  } else {
    status = STATUS_OK;
  }
  cjose_jwe_release(made);
  cjose_header_release(header);
  return status;
}

enum status pin_seal(const struct pin_envelope *envelope, const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], char **jwe) {
  struct field_writer writer;
  json_t *object = NULL;
  char *text = NULL;
  cjose_jwk_t *jwk = NULL;
  enum status status = STATUS_CRYPTO_FAILED;

  *jwe = NULL;
  if (!digits_valid(envelope->pin) || !crypto_p256_valid(receiver)) {
    return STATUS_BAD_FORMAT;
  }
  writer = field_writer();
  field_put_cid(&writer, "cid", envelope->cid);
  field_put_integer(&writer, "atc", envelope->atc);
  field_put_text(&writer, "pin", envelope->pin);
  object = field_done(&writer);
  text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
  jwk = jose_jwk(receiver, NULL);
  if (text != NULL && jwk != NULL) {
    status = text_encipher(text, jwk, jwe);
  }
  if (jwk != NULL) {
    (void)cjose_jwk_release(jwk);
  }
  if (text != NULL) {
    crypto_wipe(text, strlen(text));
    free(text);
  }
  text_wipe(object);
  json_decref(object);
  return status;
}

/* Exactly the header that pin_seal writes: algorithms, and an ephemeral public key on P-256. */
static bool header_valid(const struct jose_part *part) {
  uint8_t *text = NULL;
  size_t len = 0;
  json_t *object = NULL;
  char word[16];
  uint8_t coordinate[CRYPTO_P256_PRIVATE_SIZE];
  bool valid = base64url_decode(part->text, part->len, &text, &len) && (object = field_load(text, len)) != NULL;

  if (valid) {
    struct field_reader reader = field_reader(object), key;
    field_text(&reader, "alg", 1, word, sizeof word);
    valid = strcmp(word, AGREEMENT) == 0;
    field_text(&reader, "enc", 1, word, sizeof word);
    valid = valid && strcmp(word, ENCRYPTION) == 0;
    key = field_reader(field_take(&reader, "epk"));
    field_text(&key, "kty", 1, word, sizeof word);
    valid = valid && strcmp(word, "EC") == 0;
    field_text(&key, "crv", 1, word, sizeof word);
    valid = valid && strcmp(word, "P-256") == 0;
    field_binary(&key, "x", coordinate, sizeof coordinate);
    field_binary(&key, "y", coordinate, sizeof coordinate);
    valid = valid && field_end(&key) == STATUS_OK && field_end(&reader) == STATUS_OK;
  }
  json_decref(object);
  free(text);
  return valid;
}

/* Whether a part is canonical base64url of so many bytes; 0: of any number of them. */
static bool part_valid(const struct jose_part *part, size_t size) {
  uint8_t *bytes = NULL;
  size_t len = 0;
  bool valid = base64url_decode(part->text, part->len, &bytes, &len) && (size == 0 ? len > 0 : len == size);

  free(bytes);
  return valid;
}

static bool text_decipher(const char *jwe, size_t len, const struct key *key, uint8_t **text, size_t *text_len) {
  cjose_jwk_t *jwk = jose_jwk(key_public(key), key_private(key));
  cjose_jwe_t *imported = jwk != NULL ? cjose_jwe_import(jwe, len, NULL) : NULL;

  *text = imported != NULL ? cjose_jwe_decrypt(imported, jwk, text_len, NULL) : NULL;
  cjose_jwe_release(imported);
  if (jwk != NULL) {
    (void)cjose_jwk_release(jwk);
  }
  ERR_clear_error();
  return *text != NULL;
}

static bool envelope_parse(const uint8_t *text, size_t len, struct pin_envelope *envelope) {
  json_t *object = field_load(text, len);
  struct field_reader reader = field_reader(object);
  bool valid = false;

  field_cid(&reader, "cid", envelope->cid);
  envelope->atc = (uint32_t)field_integer(&reader, "atc", 0, UINT32_MAX);
  field_text(&reader, "pin", PIN_MIN, envelope->pin, sizeof envelope->pin);
  valid = field_end(&reader) == STATUS_OK && digits_valid(envelope->pin);
  text_wipe(object);
  json_decref(object);
  return valid;
}

enum status pin_open(const char *jwe, const struct key *key, struct pin_envelope *envelope) {
  struct jose_part parts[JWE_PARTS];
  size_t len = strnlen(jwe, PIN_JWE_MAX), text_len = 0;
  uint8_t *text = NULL;
  bool opened = false;

  *envelope = (struct pin_envelope){0};
  opened = len < PIN_JWE_MAX && jose_split(jwe, len, parts, JWE_PARTS) && header_valid(&parts[0]) &&
           parts[1].len == 0 && part_valid(&parts[2], NONCE_LEN) && part_valid(&parts[3], 0) &&
           part_valid(&parts[4], TAG_LEN) && text_decipher(jwe, len, key, &text, &text_len) &&
           envelope_parse(text, text_len, envelope);
  if (text != NULL) {
    crypto_wipe(text, text_len);
    free(text);
  }
  if (!opened) {
    crypto_wipe(envelope, sizeof *envelope);
  }
  return opened ? STATUS_OK : STATUS_BAD_FORMAT;
}
