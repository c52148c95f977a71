/* SPDX-License-Identifier: Apache-2.0
 * Tests of the signature around a message: what is not exactly ours is not believed. */
#include "message/jws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forge.h"
#include "message/base64url.h"
#include "suites.h"

#define GOOD_HEADER "{\"alg\":\"ES256\",\"kid\":\"POS00001\"}"
#define GOOD_PAYLOAD                                                                                                   \
  "{\"v\":1,\"type\":\"ledger-check\",\"tid\":\"POS00001\",\"seq\":7,\"time\":1800000000,\"body\":{}}"

static struct key *key, *other;
static struct message_verifier *verifier;

static void setup(void) {
  ck_assert_int_eq(key_generate(&key), STATUS_OK);
  ck_assert_int_eq(key_generate(&other), STATUS_OK);
  ck_assert_int_eq(message_verifier_new(key_public(key), &verifier), STATUS_OK);
}

static void teardown(void) {
  message_verifier_free(&verifier);
  key_free(&other);
  key_free(&key);
}

static enum status open_text(const char *jws, size_t len) {
  struct message message;
  enum status status = message_open(jws, len, false, verifier, &message);

  message_clear(&message);
  return status;
}

static enum status open_forged(const char *header, const char *payload, const struct key *signer) {
  char *jws = forge_jws(header, payload, signer);
  enum status status = open_text(jws, strlen(jws));

  free(jws);
  return status;
}

START_TEST(takes_what_is_well_signed) {
  ck_assert_int_eq(open_forged(GOOD_HEADER, GOOD_PAYLOAD, key), STATUS_OK);
}
END_TEST

START_TEST(refuses_another_key) {
  ck_assert_int_eq(open_forged(GOOD_HEADER, GOOD_PAYLOAD, other), STATUS_BAD_SIGNATURE);
}
END_TEST

/* Each of them is signed by the right key: what is wrong is the header alone. */
static const char *const headers[] = {
    "{\"alg\":\"none\",\"kid\":\"POS00001\"}",
    "{\"alg\":\"HS256\",\"kid\":\"POS00001\"}",
    "{\"alg\":\"ES384\",\"kid\":\"POS00001\"}",
    "{\"alg\":\"es256\",\"kid\":\"POS00001\"}",
    "{\"alg\":[\"ES256\"],\"kid\":\"POS00001\"}",
    "{\"alg\":null,\"kid\":\"POS00001\"}",
    "{\"kid\":\"POS00001\"}",
    "{\"alg\":\"ES256\"}",
    "{\"alg\":\"ES256\",\"kid\":\"\"}",
    "{\"alg\":\"ES256\",\"kid\":\"POS000012\"}",
    "{\"alg\":\"ES256\",\"kid\":7}",
    "{\"alg\":\"ES256\",\"kid\":\"POS00001\",\"crit\":[\"b64\"],\"b64\":false}",
    "{\"alg\":\"ES256\",\"kid\":\"POS00001\",\"crit\":[]}",
    "{\"alg\":\"ES256\",\"kid\":\"POS00001\",\"jku\":\"https://example.org\"}",
    "{\"alg\":\"ES256\",\"kid\":\"POS00001\",\"jwk\":{}}",
    "{\"alg\":\"ES256\",\"alg\":\"ES256\",\"kid\":\"POS00001\"}",
    "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"POS00001\"}",
    "{\"alg\":\"ES256\",\"kid\":\"POS00001\"} {}",
    "[]",
    "\"ES256\"",
    "",
    "{\"alg\":\"ES256\",\"kid\":\"POS00002\"}", /* well formed, but not who the message says it is from */
};

START_TEST(refuses_other_headers) {
  enum status status = open_forged(headers[_i], GOOD_PAYLOAD, key);

  ck_assert_msg(status == STATUS_BAD_FORMAT || status == STATUS_UNKNOWN_FIELD, "%s: %s", headers[_i],
                status_name(status));
}
END_TEST

/* Whoever changes a byte, whichever, has nothing. Among them are changes of the bits behind the signature's last byte,
 * which a lenient base64 would not see. */
START_TEST(refuses_every_changed_byte) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  char *jws = forge_jws(GOOD_HEADER, GOOD_PAYLOAD, key);
  size_t len = strlen(jws);

  for (size_t i = 0; i < len; i++) {
    char before = jws[i];
    /* in the last character of each part all others, elsewhere some */
    size_t step = i + 1 == len || jws[i + 1] == '.' ? 1 : 9;
    for (size_t j = i % step; j < sizeof alphabet; j += step) { /* the last one is NUL */
      if (alphabet[j] == before)
        continue;
      jws[i] = alphabet[j];
      ck_assert_msg(open_text(jws, len) != STATUS_OK, "took byte %zu as '%c' for '%c'", i, alphabet[j], before);
    }
    jws[i] = before;
  }
  ck_assert_int_eq(open_text(jws, len), STATUS_OK);
  free(jws);
}
END_TEST

START_TEST(refuses_every_cut_and_every_addition) {
  char *jws = forge_jws(GOOD_HEADER, GOOD_PAYLOAD, key), longer[1024];
  size_t len = strlen(jws);

  for (size_t i = 0; i < len; i++)
    ck_assert_int_ne(open_text(jws, i), STATUS_OK);
  memcpy(longer, jws, len);
  for (int extra = 0; extra < 256; extra++) {
    longer[len] = (char)extra;
    ck_assert_int_ne(open_text(longer, len + 1), STATUS_OK);
  }
  free(jws);
}
END_TEST

/* ECDSA has (r, n - s) beside (r, s): it verifies, and must not matter; but 64 zero bytes must never. */
START_TEST(refuses_a_signature_of_zeros) {
  char *jws = forge_jws(GOOD_HEADER, GOOD_PAYLOAD, key);

  memset(strrchr(jws, '.') + 1, 'A', 86);
  ck_assert_int_eq(open_text(jws, strlen(jws)), STATUS_BAD_SIGNATURE);
  free(jws);
}
END_TEST

/* Spellings over which a JOSE library's decoder was seen to end its process; in each of the three parts. */
static const char *const broken[] = {"A", "AAAAA", "A===", "====", "AAAA=", "AA AA", "AAAA\n"};

START_TEST(survives_broken_base64) {
  char *jws = forge_jws(GOOD_HEADER, GOOD_PAYLOAD, key), text[1024], kid[TID_SIZE + 1];
  const char *payload = strchr(jws, '.') + 1, *signature = strrchr(jws, '.') + 1;
  int len = snprintf(text, sizeof text, "%s.%s", broken[_i], payload);

  ck_assert_int_ne(open_text(text, (size_t)len), STATUS_OK);
  ck_assert_int_eq(message_kid(text, (size_t)len, kid), STATUS_BAD_FORMAT);
  len = snprintf(text, sizeof text, "%.*s%s.%s", (int)(payload - jws), jws, broken[_i], signature);
  ck_assert_int_ne(open_text(text, (size_t)len), STATUS_OK);
  len = snprintf(text, sizeof text, "%.*s%s", (int)(signature - jws), jws, broken[_i]);
  ck_assert_int_ne(open_text(text, (size_t)len), STATUS_OK);
  free(jws);
}
END_TEST

START_TEST(refuses_what_is_too_large) {
  char *jws = calloc(1, MESSAGE_MAX + 2);

  ck_assert_ptr_nonnull(jws);
  memset(jws, 'A', MESSAGE_MAX + 1);
  jws[40] = jws[80] = '.';
  ck_assert_int_eq(open_text(jws, MESSAGE_MAX + 1), STATUS_BAD_FORMAT);
  free(jws);
}
END_TEST

START_TEST(seals_no_more_than_it_opens) {
  char *text = calloc(1, MESSAGE_MAX), *jws = NULL;
  struct message message = {.type = MESSAGE_LEDGER_CHECK, .tid = "ADMIN001", .seq = 1, .time = 1800000000};

  ck_assert_ptr_nonnull(text);
  memset(text, 'x', MESSAGE_MAX - 1);
  message.body = json_pack("{s:s}", "text", text);
  ck_assert_int_eq(message_seal(&message, false, key, &jws), STATUS_BAD_LENGTH);
  ck_assert_ptr_null(jws);
  message_clear(&message);
  free(text);
}
END_TEST

START_TEST(peeks_at_the_kid) {
  char kid[TID_SIZE + 1] = "", *jws = forge_jws(GOOD_HEADER, "this is not JSON", other);

  ck_assert_int_eq(message_kid(jws, strlen(jws), kid), STATUS_OK);
  ck_assert_str_eq(kid, "POS00001");
  ck_assert_int_eq(message_kid(jws, strlen(jws) / 8, kid), STATUS_BAD_FORMAT);
  ck_assert_str_eq(kid, "");
  free(jws);
  jws = forge_jws("{\"alg\":\"none\",\"kid\":\"POS00001\"}", "{}", key);
  ck_assert_int_eq(message_kid(jws, strlen(jws), kid), STATUS_BAD_FORMAT);
  free(jws);
}
END_TEST

/* RFC 7515 A.3: the published signature, and the same with a bit of the text changed. */
static void decode_exactly(const char *text, uint8_t *data, size_t size) {
  uint8_t *bytes = NULL;
  size_t len = 0;

  ck_assert(base64url_decode(text, strlen(text), &bytes, &len));
  ck_assert_uint_eq(len, size);
  memcpy(data, bytes, size);
  free(bytes);
}

START_TEST(verifies_the_example_of_the_standard) {
  char input[] = "eyJhbGciOiJFUzI1NiJ9."
                 "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE] = {0x04}, signature[CRYPTO_SIGNATURE_SIZE];
  struct crypto_verifier *signer = NULL;

  decode_exactly("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", point + 1, 32);
  decode_exactly("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", point + 33, 32);
  decode_exactly("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q", signature,
                 sizeof signature);
  signer = crypto_verifier_new(point);
  ck_assert_ptr_nonnull(signer);
  ck_assert(crypto_verifier_check(signer, (const uint8_t *)input, strlen(input), signature));
  input[30] ^= 1;
  ck_assert(!crypto_verifier_check(signer, (const uint8_t *)input, strlen(input), signature));
  crypto_verifier_free(&signer);
  ck_assert_ptr_null(signer);
}
END_TEST

START_TEST(wants_a_key_on_the_curve) {
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE];
  struct message_verifier *none = NULL;

  memcpy(point, key_public(key), sizeof point);
  point[64] ^= 1;
  ck_assert_int_eq(message_verifier_new(point, &none), STATUS_BAD_KEY);
  ck_assert_ptr_null(none);
}
END_TEST

Suite *jws_suite(void) {
  Suite *suite = suite_create("jws");
  TCase *tests = tcase_create("jws");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, takes_what_is_well_signed);
  tcase_add_test(tests, refuses_another_key);
  tcase_add_loop_test(tests, refuses_other_headers, 0, sizeof headers / sizeof headers[0]);
  tcase_add_test(tests, refuses_every_changed_byte);
  tcase_add_test(tests, refuses_every_cut_and_every_addition);
  tcase_add_test(tests, refuses_a_signature_of_zeros);
  tcase_add_loop_test(tests, survives_broken_base64, 0, sizeof broken / sizeof broken[0]);
  tcase_add_test(tests, refuses_what_is_too_large);
  tcase_add_test(tests, seals_no_more_than_it_opens);
  tcase_add_test(tests, peeks_at_the_kid);
  tcase_add_test(tests, verifies_the_example_of_the_standard);
  tcase_add_test(tests, wants_a_key_on_the_curve);
  suite_add_tcase(suite, tests);
  return suite;
}
