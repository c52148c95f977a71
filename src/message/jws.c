/* SPDX-License-Identifier: Apache-2.0
 * Signs and verifies. The algorithm is ours, not the sender's: a header that names another is refused. */
#include "jws.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "epurse/key.h"
#include "field.h"
#include "jose.h"

#define JWS_PARTS           3
#define ALGORITHM           "ES256"
#define SIGNATURE_TEXT_SIZE 86 /* characters of 64 bytes in base64url */

struct message_verifier {
  struct crypto_verifier *key;
};

enum status message_verifier_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                                 struct message_verifier **verifier) {
  *verifier = NULL;
  if (!crypto_p256_valid(public_key))
    return STATUS_BAD_KEY;
  *verifier = calloc(1, sizeof **verifier);
  if (*verifier == NULL)
    return STATUS_NO_MEMORY;
  (*verifier)->key = crypto_verifier_new(public_key);
  if ((*verifier)->key == NULL) {
    message_verifier_free(verifier);
    return STATUS_CRYPTO_FAILED;
  }
  return STATUS_OK;
}

void message_verifier_free(struct message_verifier **verifier) {
  if (*verifier == NULL)
    return;
  crypto_verifier_free(&(*verifier)->key);
  free(*verifier);
  *verifier = NULL;
}

/* The protected header, in base64url. */
static char *header_make(const char *kid) {
  struct field_writer writer = field_writer();
  json_t *object = NULL;
  char *json = NULL, *text = NULL;

  field_put_text(&writer, "alg", ALGORITHM);
  field_put_text(&writer, "kid", kid);
  object = field_done(&writer);
  json = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
  if (json != NULL && !base64url_encode((const uint8_t *)json, strlen(json), &text))
    text = NULL;
  free(json);
  json_decref(object);
  return text;
}

/* HEADER.PAYLOAD, and room for .SIGNATURE behind it; *len without that room. */
static char *input_make(const char *payload, const char *kid, size_t *len) {
  char *header = header_make(kid), *body = NULL, *input = NULL;
  size_t header_len = header != NULL ? strlen(header) : 0, body_len = 0;

  if (header != NULL && base64url_encode((const uint8_t *)payload, strlen(payload), &body)) {
    body_len = strlen(body);
    *len = header_len + 1 + body_len;
    input = malloc(*len + 1 + SIGNATURE_TEXT_SIZE + 1);
  }
  if (input != NULL) {
    memcpy(input, header, header_len);
    input[header_len] = '.';
    memcpy(input + header_len + 1, body, body_len + 1);
  }
  free(body);
  free(header);
  return input;
}

enum status jws_sign(const char *payload, const char *kid, const struct key *key, char **jws) {
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  char *text = NULL;
  size_t len = 0;
  char *input = input_make(payload, kid, &len);
  enum status status = STATUS_NO_MEMORY;

  *jws = NULL;
  if (input != NULL)
    status = key_sign(key, (const uint8_t *)input, len, signature);
  if (status == STATUS_OK && !base64url_encode(signature, sizeof signature, &text))
    status = STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    input[len] = '.';
    memcpy(input + len + 1, text, SIGNATURE_TEXT_SIZE + 1);
    *jws = input;
    input = NULL;
  }
  free(text);
  free(input);
  return status;
}

/* {"alg":"ES256","kid":...} and not a field more: so nothing is critical, nothing names a key or a place of one. */
static enum status header_parse(const struct jose_part *part, char kid[TID_SIZE + 1]) {
  uint8_t *text = NULL;
  size_t len = 0;
  json_t *object = NULL;
  char algorithm[sizeof ALGORITHM];
  enum status status = STATUS_BAD_FORMAT;

  if (base64url_decode(part->text, part->len, &text, &len) && (object = field_load(text, len)) != NULL) {
    struct field_reader reader = field_reader(object);
    field_text(&reader, "alg", 1, algorithm, sizeof algorithm);
    field_text(&reader, "kid", 1, kid, TID_SIZE + 1);
    status = field_end(&reader);
    if (status == STATUS_OK && strcmp(algorithm, ALGORITHM) != 0)
      status = STATUS_BAD_FORMAT;
  }
  json_decref(object);
  free(text);
  return status;
}

enum status message_kid(const char *jws, size_t len, char kid[TID_SIZE + 1]) {
  struct jose_part parts[JWS_PARTS];

  if (len > MESSAGE_MAX || !jose_split(jws, len, parts, JWS_PARTS) || header_parse(&parts[0], kid) != STATUS_OK) {
    memset(kid, 0, TID_SIZE + 1);
    return STATUS_BAD_FORMAT;
  }
  return STATUS_OK;
}

/* Reads payload and signature in their one spelling. */
static enum status content_decode(const struct jose_part parts[JWS_PARTS], struct jws_content *content,
                                  uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  uint8_t *bytes = NULL;
  size_t len = 0;
  bool canonical = base64url_decode(parts[2].text, parts[2].len, &bytes, &len) && len == CRYPTO_SIGNATURE_SIZE &&
                   base64url_decode(parts[1].text, parts[1].len, &content->payload, &content->payload_len);

  if (canonical)
    memcpy(signature, bytes, CRYPTO_SIGNATURE_SIZE);
  free(bytes);
  return canonical ? STATUS_OK : STATUS_BAD_FORMAT;
}

/* What is signed is the text of HEADER.PAYLOAD as it stands (RFC 7515 5.2). */
static enum status signature_check(const struct jose_part parts[JWS_PARTS],
                                   const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                                   const struct message_verifier *verifier) {
  size_t len = parts[0].len + 1 + parts[1].len;
  bool valid = crypto_verifier_check(verifier->key, (const uint8_t *)parts[0].text, len, signature);

  ERR_clear_error();
  return valid ? STATUS_OK : STATUS_BAD_SIGNATURE;
}

enum status jws_verify(const char *jws, size_t len, const struct message_verifier *verifier,
                       struct jws_content *content) {
  struct jose_part parts[JWS_PARTS];
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  enum status status = STATUS_BAD_FORMAT;

  *content = (struct jws_content){0};
  if (len > MESSAGE_MAX || !jose_split(jws, len, parts, JWS_PARTS))
    return STATUS_BAD_FORMAT;
  status = header_parse(&parts[0], content->kid);
  if (status == STATUS_OK)
    status = content_decode(parts, content, signature);
  if (status == STATUS_OK)
    status = signature_check(parts, signature, verifier);
  if (status != STATUS_OK) {
    free(content->payload);
    *content = (struct jws_content){0};
  }
  return status;
}
