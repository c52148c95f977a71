/* SPDX-License-Identifier: Apache-2.0
 * Signs and verifies with cjose. The header is judged here before cjose sees it: the algorithm is ours, not the
 * sender's. */
#include "config.h"

#include "jws.h"

#include <cjose/header.h>
#include <cjose/jws.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "field.h"
#include "jose.h"

#define JWS_PARTS 3
#define ALGORITHM "ES256"

struct message_verifier {
  cjose_jwk_t *jwk;
};

enum status message_verifier_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                                 struct message_verifier **verifier) {
  *verifier = NULL;
  if (!crypto_p256_valid(public_key)) {
    return STATUS_BAD_KEY;
  }
  *verifier = calloc(1, sizeof **verifier);
  if (*verifier == NULL) {
    return STATUS_NO_MEMORY;
  }
  (*verifier)->jwk = jose_jwk(public_key, NULL);
  if ((*verifier)->jwk == NULL) {
    message_verifier_free(verifier);
    return STATUS_CRYPTO_FAILED;
  }
  return STATUS_OK;
}

void message_verifier_free(struct message_verifier **verifier) {
  if (*verifier == NULL) {
    return;
  }
  if ((*verifier)->jwk != NULL) {
    (void)cjose_jwk_release((*verifier)->jwk);
  }
  free(*verifier);
  *verifier = NULL;
}

enum status jws_sign(const char *payload, const char *kid, const struct key *key, char **jws) {
  cjose_jwk_t *jwk = jose_jwk(key_public(key), key_private(key));
  cjose_header_t *header = cjose_header_new(NULL);
  cjose_jws_t *signed_payload = NULL;
  const char *compact = NULL;
  cjose_err error = {0}; /* parts of cjose write to it unasked */
  enum status status = STATUS_CRYPTO_FAILED;

  *jws = NULL;
  if (jwk == NULL || header == NULL || !cjose_header_set(header, CJOSE_HDR_ALG, ALGORITHM, &error) ||
      !cjose_header_set(header, CJOSE_HDR_KID, kid, &error)) {
    goto out;
  }
  signed_payload = cjose_jws_sign(jwk, header, (const uint8_t *)payload, strlen(payload), &error);
  if (signed_payload == NULL || !cjose_jws_export(signed_payload, &compact, &error)) {
    ERR_clear_error();
    goto out;
  }
  *jws = strdup(compact); /* the other belongs to cjose's object */
  status = *jws != NULL ? STATUS_OK : STATUS_NO_MEMORY;

out:
  cjose_jws_release(signed_payload);
  cjose_header_release(header);
  if (jwk != NULL) {
    (void)cjose_jwk_release(jwk);
  }
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
    if (status == STATUS_OK && strcmp(algorithm, ALGORITHM) != 0) {
      status = STATUS_BAD_FORMAT;
    }
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

/* cjose keeps its state in the object that it imports and only reads the key: one verifier serves all threads. */
static enum status signature_check(const char *jws, size_t len, const struct message_verifier *verifier) {
  cjose_err error = {0};
  cjose_jws_t *imported = cjose_jws_import(jws, len, &error);
  enum status status = STATUS_BAD_FORMAT;

  if (imported != NULL) {
    status = cjose_jws_verify(imported, verifier->jwk, &error) ? STATUS_OK : STATUS_BAD_SIGNATURE;
  }
  cjose_jws_release(imported);
  ERR_clear_error();
  return status;
}

/* Reads payload and signature in their one spelling. cjose must see nothing else: it takes other spellings of the same
 * signature, and some texts end its process. */
static enum status content_decode(const struct jose_part parts[JWS_PARTS], struct jws_content *content) {
  uint8_t *signature = NULL;
  size_t len = 0;
  bool canonical = base64url_decode(parts[2].text, parts[2].len, &signature, &len) && len == CRYPTO_SIGNATURE_SIZE &&
                   base64url_decode(parts[1].text, parts[1].len, &content->payload, &content->payload_len);

  free(signature);
  return canonical ? STATUS_OK : STATUS_BAD_FORMAT;
}

enum status jws_verify(const char *jws, size_t len, const struct message_verifier *verifier,
                       struct jws_content *content) {
  struct jose_part parts[JWS_PARTS];
  enum status status = STATUS_BAD_FORMAT;

  *content = (struct jws_content){0};
  if (len > MESSAGE_MAX || !jose_split(jws, len, parts, JWS_PARTS)) {
    return STATUS_BAD_FORMAT;
  }
  status = header_parse(&parts[0], content->kid);
  if (status == STATUS_OK) {
    status = content_decode(parts, content);
  }
  if (status == STATUS_OK) {
    status = signature_check(jws, len, verifier);
  }
  if (status != STATUS_OK) {
    free(content->payload);
    *content = (struct jws_content){0};
  }
  return status;
}
