/* SPDX-License-Identifier: Apache-2.0
 * JWE on OpenSSL's own primitives. */
#include "jwe.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "epurse/key.h"
#include "field.h"
#include "jose.h"

#define JWE_PARTS       5 /* header, key, nonce, text, tag: RFC 7516 7.1 */
#define JWE_HEADER_MAX  512
#define CONTENT_KEY_LEN 32 /* A256GCM, RFC 7518 5.3 */
#define NONCE_LEN       12
#define TAG_LEN         16
#define COORDINATE_SIZE 32
#define AGREEMENT       "ECDH-ES" /* direct: the key part is empty, RFC 7518 4.6 */
#define ENCRYPTION      "A256GCM"

/* What one message is made of. */
struct sealed {
  uint8_t nonce[NONCE_LEN], tag[TAG_LEN], text[JWE_TEXT_MAX];
  size_t text_len;
};

/* Looked up once: the library would search its providers at each use. */
static CRYPTO_ONCE algorithms_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_KDF *concat_kdf;
static EVP_CIPHER *aes_256_gcm;

static void algorithms_fetch(void) {
  concat_kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);
  aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static bool algorithms_there(void) {
  return CRYPTO_THREAD_run_once(&algorithms_once, algorithms_fetch) == 1 && concat_kdf != NULL && aes_256_gcm != NULL;
}

/* Concat KDF (RFC 7518 4.6.2, SP 800-56A 5.8.1) over the shared secret, parties unnamed. */
static bool content_key_derive(const uint8_t shared[CRYPTO_P256_SHARED_SIZE], uint8_t content_key[CONTENT_KEY_LEN]) {
  /* AlgorithmID with its length, PartyUInfo and PartyVInfo empty, SuppPubInfo: 256 bits */
  uint8_t info[] = {0, 0, 0, 7, 'A', '2', '5', '6', 'G', 'C', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  uint8_t secret[CRYPTO_P256_SHARED_SIZE];
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                             OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, sizeof secret),
                             OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info),
                             OSSL_PARAM_construct_end()};
  EVP_KDF_CTX *context = algorithms_there() ? EVP_KDF_CTX_new(concat_kdf) : NULL;
  bool done = false;

  memcpy(secret, shared, sizeof secret);
  done = context != NULL && EVP_KDF_derive(context, content_key, CONTENT_KEY_LEN, parameters) == 1;
  crypto_wipe(secret, sizeof secret);
  EVP_KDF_CTX_free(context);
  return done;
}

static bool content_key_agree(const struct key *key, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                              uint8_t content_key[CONTENT_KEY_LEN]) {
  uint8_t shared[CRYPTO_P256_SHARED_SIZE];
  bool done = key_agree(key, public_key, shared) == STATUS_OK && content_key_derive(shared, content_key);

  crypto_wipe(shared, sizeof shared);
  return done;
}

/* AES-256-GCM, the header as it stands being authenticated with the text (RFC 7516 5.1). */
static bool text_encipher(const uint8_t content_key[CONTENT_KEY_LEN], const struct jose_part *header,
                          const uint8_t *text, struct sealed *sealed) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int len = 0, rest = 0;
  bool done = context != NULL && crypto_random(sealed->nonce, NONCE_LEN) && algorithms_there() &&
              EVP_EncryptInit_ex2(context, aes_256_gcm, content_key, sealed->nonce, NULL) == 1 &&
              EVP_EncryptUpdate(context, NULL, &len, (const uint8_t *)header->text, (int)header->len) == 1 &&
              EVP_EncryptUpdate(context, sealed->text, &len, text, (int)sealed->text_len) == 1 &&
              EVP_EncryptFinal_ex(context, sealed->text + len, &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, sealed->tag) == 1;

  EVP_CIPHER_CTX_free(context);
  return done;
}

static bool text_decipher(const uint8_t content_key[CONTENT_KEY_LEN], const struct jose_part *header,
                          struct sealed *sealed, uint8_t *text) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int len = 0, rest = 0;
  bool done = context != NULL && algorithms_there() &&
              EVP_DecryptInit_ex2(context, aes_256_gcm, content_key, sealed->nonce, NULL) == 1 &&
              EVP_DecryptUpdate(context, NULL, &len, (const uint8_t *)header->text, (int)header->len) == 1 &&
              EVP_DecryptUpdate(context, text, &len, sealed->text, (int)sealed->text_len) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, sealed->tag) == 1 &&
              EVP_DecryptFinal_ex(context, text + len, &rest) == 1;

  EVP_CIPHER_CTX_free(context);
  return done;
}

/* The header that names the ephemeral key, in base64url. */
static char *header_make(const uint8_t ephemeral[CRYPTO_P256_PUBLIC_SIZE]) {
  struct field_writer writer = field_writer(), key = field_writer();
  json_t *object = NULL;
  char *json = NULL, *text = NULL;

  field_put_text(&key, "kty", "EC");
  field_put_text(&key, "crv", "P-256");
  field_put_binary(&key, "x", ephemeral + 1, COORDINATE_SIZE);
  field_put_binary(&key, "y", ephemeral + 1 + COORDINATE_SIZE, COORDINATE_SIZE);
  field_put_text(&writer, "alg", AGREEMENT);
  field_put_text(&writer, "enc", ENCRYPTION);
  field_put(&writer, "epk", field_done(&key));
  object = field_done(&writer);
  json = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
  if (json != NULL && !base64url_encode((const uint8_t *)json, strlen(json), &text))
    text = NULL;
  free(json);
  json_decref(object);
  return text;
}

/* Exactly that header; the ephemeral key comes out. */
static bool header_parse(const struct jose_part *part, uint8_t ephemeral[CRYPTO_P256_PUBLIC_SIZE]) {
  uint8_t *text = NULL;
  size_t len = 0;
  json_t *object = NULL;
  char alg[16] = "", enc[16] = "", kty[4] = "", crv[8] = "";
  bool valid = part->len <= JWE_HEADER_MAX && base64url_decode(part->text, part->len, &text, &len) &&
               (object = field_load(text, len)) != NULL;

  if (valid) {
    struct field_reader reader = field_reader(object);
    struct field_reader key = field_reader(field_take(&reader, "epk"));
    field_text(&reader, "alg", 1, alg, sizeof alg);
    field_text(&reader, "enc", 1, enc, sizeof enc);
    field_text(&key, "kty", 1, kty, sizeof kty);
    field_text(&key, "crv", 1, crv, sizeof crv);
    field_binary(&key, "x", ephemeral + 1, COORDINATE_SIZE);
    field_binary(&key, "y", ephemeral + 1 + COORDINATE_SIZE, COORDINATE_SIZE);
    ephemeral[0] = 0x04; /* uncompressed, SEC 1 2.3.3 */
    valid = field_end(&key) == STATUS_OK && field_end(&reader) == STATUS_OK && strcmp(alg, AGREEMENT) == 0 &&
            strcmp(enc, ENCRYPTION) == 0 && strcmp(kty, "EC") == 0 && strcmp(crv, "P-256") == 0;
  }
  json_decref(object);
  free(text);
  return valid;
}

/* HEADER..NONCE.TEXT.TAG */
static char *compact_make(const char *header, const struct sealed *sealed) {
  char *nonce = NULL, *text = NULL, *tag = NULL, *jwe = NULL;
  size_t size = 0;

  if (base64url_encode(sealed->nonce, NONCE_LEN, &nonce) && base64url_encode(sealed->text, sealed->text_len, &text) &&
      base64url_encode(sealed->tag, TAG_LEN, &tag)) {
    size = strlen(header) + strlen(nonce) + strlen(text) + strlen(tag) + JWE_PARTS;
    jwe = malloc(size);
  }
  if (jwe != NULL)
    (void)snprintf(jwe, size, "%s..%s.%s.%s", header, nonce, text, tag);
  free(tag);
  free(text);
  free(nonce);
  return jwe;
}

/* A part of at most `capacity` bytes; *len of them. */
static bool part_decode(const struct jose_part *part, uint8_t *data, size_t capacity, size_t *len) {
  uint8_t *bytes = NULL;
  bool fits = base64url_decode(part->text, part->len, &bytes, len) && *len <= capacity;

  if (fits)
    memcpy(data, bytes, *len);
  free(bytes);
  return fits;
}

static bool compact_parse(const struct jose_part parts[JWE_PARTS], struct sealed *sealed) {
  size_t nonce_len = 0, tag_len = 0;

  return parts[1].len == 0 && part_decode(&parts[2], sealed->nonce, NONCE_LEN, &nonce_len) && nonce_len == NONCE_LEN &&
         part_decode(&parts[3], sealed->text, sizeof sealed->text, &sealed->text_len) &&
         part_decode(&parts[4], sealed->tag, TAG_LEN, &tag_len) && tag_len == TAG_LEN;
}

enum status jwe_agree(const uint8_t receiver[CRYPTO_P256_PUBLIC_SIZE], struct pin_agreement *agreement) {
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], shared[CRYPTO_P256_SHARED_SIZE];

  crypto_wipe(agreement, sizeof *agreement);
  if (!crypto_p256_valid(receiver))
    return STATUS_BAD_FORMAT;
  agreement->there = crypto_p256_generate(private_key, agreement->ephemeral) &&
                     crypto_p256_agree(private_key, receiver, shared) &&
                     content_key_derive(shared, agreement->content_key);
  crypto_wipe(private_key, sizeof private_key);
  crypto_wipe(shared, sizeof shared);
  if (!agreement->there) {
    ERR_clear_error();
    crypto_wipe(agreement, sizeof *agreement);
    return STATUS_CRYPTO_FAILED;
  }
  memcpy(agreement->receiver, receiver, CRYPTO_P256_PUBLIC_SIZE);
  return STATUS_OK;
}

enum status jwe_encipher(const struct pin_agreement *agreement, const uint8_t *text, size_t text_len, char **jwe) {
  struct sealed sealed = {.text_len = text_len};
  struct jose_part header = {NULL, 0};
  char *header_text = NULL;
  enum status status = STATUS_NO_MEMORY;

  *jwe = NULL;
  if (text_len > JWE_TEXT_MAX)
    return STATUS_BAD_FORMAT;
  header_text = header_make(agreement->ephemeral);
  if (header_text != NULL) {
    header = (struct jose_part){header_text, strlen(header_text)};
    status = text_encipher(agreement->content_key, &header, text, &sealed) ? STATUS_OK : STATUS_CRYPTO_FAILED;
  }
  if (status == STATUS_OK && (*jwe = compact_make(header_text, &sealed)) == NULL)
    status = STATUS_NO_MEMORY;
  if (status != STATUS_OK)
    ERR_clear_error();
  free(header_text);
  return status;
}

/* Whether that is the agreement of these two keys. */
static bool is_between(const struct pin_agreement *agreement, const struct key *key, const uint8_t *ephemeral) {
  bool ours = crypto_equal(agreement->receiver, key_public(key), CRYPTO_P256_PUBLIC_SIZE);
  bool theirs = crypto_equal(agreement->ephemeral, ephemeral, CRYPTO_P256_PUBLIC_SIZE);

  return agreement->there && ours && theirs;
}

/* What is kept of the sender, or an agreement of its own. */
static bool agreement_find(const struct pin_agreement *kept, const struct key *key, struct pin_agreement *found) {
  if (is_between(kept, key, found->ephemeral)) {
    *found = *kept;
    return true;
  }
  memcpy(found->receiver, key_public(key), CRYPTO_P256_PUBLIC_SIZE);
  found->there = content_key_agree(key, found->ephemeral, found->content_key);
  return found->there;
}

/* The same by a header; one that was read before, letter by letter, names the same key. */
static bool header_find(const struct pin_agreement *kept, const struct key *key, const struct jose_part *header,
                        struct pin_agreement *found) {
  bool known = kept->there && header->len > 0 && header->len == kept->header_len &&
               memcmp(header->text, kept->header, header->len) == 0;

  if (known)
    memcpy(found->ephemeral, kept->ephemeral, CRYPTO_P256_PUBLIC_SIZE);
  else if (!header_parse(header, found->ephemeral))
    return false;
  if (!agreement_find(kept, key, found))
    return false;
  found->header_len = header->len <= sizeof found->header ? header->len : 0;
  memcpy(found->header, header->text, found->header_len);
  return true;
}

enum status jwe_decipher(const char *jwe, size_t len, const struct key *key, struct pin_agreement *agreement,
                         uint8_t text[JWE_TEXT_MAX], size_t *text_len) {
  struct jose_part parts[JWE_PARTS];
  struct sealed sealed = {0};
  struct pin_agreement found = {0};
  bool opened = jose_split(jwe, len, parts, JWE_PARTS) && compact_parse(parts, &sealed) &&
                header_find(agreement, key, &parts[0], &found) &&
                text_decipher(found.content_key, &parts[0], &sealed, text);

  if (opened)
    *agreement = found;
  crypto_wipe(&found, sizeof found);
  *text_len = opened ? sealed.text_len : 0;
  if (!opened) {
    crypto_wipe(text, JWE_TEXT_MAX);
    ERR_clear_error();
  }
  return opened ? STATUS_OK : STATUS_BAD_FORMAT;
}
