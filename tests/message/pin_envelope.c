/* SPDX-License-Identifier: Apache-2.0
 * Tests of PINs under way: only the receiver reads them, and only as they were sent. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/message.h"
#include "epurse/pin_envelope.h"
#include "forge.h"
#include "message/base64url.h"
#include "message/jwe.h"
#include "suites.h"

static struct key *receiver, *other;
static struct pin_envelope sent;

static void setup(void) {
  ck_assert_int_eq(key_generate(&receiver), STATUS_OK);
  ck_assert_int_eq(key_generate(&other), STATUS_OK);
  sent = (struct pin_envelope){.atc = 4294967295U, .pin = "246813579024"};
  cid_make(999999, 42, sent.cid);
}

static void teardown(void) {
  key_free(&other);
  key_free(&receiver);
}

static char *seal(void) {
  char *jwe = NULL;

  ck_assert_int_eq(pin_seal(&sent, key_public(receiver), &jwe), STATUS_OK);
  ck_assert_uint_lt(strlen(jwe), PIN_JWE_MAX);
  return jwe;
}

START_TEST(goes_there_and_back) {
  struct pin_envelope got;
  char *jwe = seal();

  ck_assert_int_eq(pin_open(jwe, receiver, &got), STATUS_OK);
  ck_assert_mem_eq(got.cid, sent.cid, CID_SIZE);
  ck_assert_uint_eq(got.atc, sent.atc);
  ck_assert_str_eq(got.pin, sent.pin);
  ck_assert_ptr_null(strstr(jwe, sent.pin));
  free(jwe);
}
END_TEST

/* Made once by another implementation of RFC 7516 and 7518 (Python's cryptography), and the key that it is for. */
static const char foreign_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyn5Wl5SFHXGm1UlG\n"
                                  "rgFWIaebsA9bNb1yiV9Yj3qNK+mhRANCAASdFYfxPhm4wANkBccPlLr2ZIraOVlB\n"
                                  "b7+wJvYTZpDzL88kmBUWEqkexgiykMN8i4v0xkMrrx51XP3Q144RgGY6\n"
                                  "-----END PRIVATE KEY-----\n";
static const char foreign_jwe[] =
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwieCI6Im5SRHhy"
    "Ykc1ZnF6dnJIc0VwS2JCaW4zN3hsdmtPX2Y5dTZZUnhOWC1aVjAiLCJ5IjoiQm83MFhQbXpUVGlFQjFTWjJueGNqX016cWlqRjlV"
    "UTg1TllZaDBLY1Z0YyJ9fQ..BH7Pzuryrl68MeHr.yDhoPYIKc7HaUUywv9xUA6urqB6q2VxxB3wyGBk5IZTza3-YB4DxVg8Ue26"
    "aoug.jbXg4XRJZztHVO4L4Dd8rA";

START_TEST(reads_what_another_implementation_made) {
  char path[] = "pin-envelope-XXXXXX", cid[17];
  struct pin_envelope got;
  struct key *holder = NULL;
  int file = mkstemp(path);

  ck_assert_int_ge(file, 0);
  ck_assert_int_eq(write(file, foreign_key, sizeof foreign_key - 1), sizeof foreign_key - 1);
  ck_assert_int_eq(close(file), 0);
  ck_assert_int_eq(key_load(path, NULL, &holder), STATUS_OK);
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(pin_open(foreign_jwe, holder, &got), STATUS_OK);
  cid_print(got.cid, cid);
  ck_assert_str_eq(cid, "9999990000000428");
  ck_assert_uint_eq(got.atc, 7);
  ck_assert_str_eq(got.pin, "2468");
  key_free(&holder);
}
END_TEST

/* What stands in such an envelope; the first is right, and another order or blanks are still the same JSON. */
static const struct {
  const char *text;
  enum status status;
} contents[] = {{"{'cid':'9999990000000428','atc':7,'pin':'2468'}", STATUS_OK},
                {" { 'pin' : '2468', 'atc' : 7, 'cid' : '9999990000000428' } ", STATUS_OK},
                {"{'cid':'9999990000000420','atc':7,'pin':'2468'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7.0,'pin':'2468'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':-1,'pin':'2468'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':2468}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':'246'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':'24a8'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':'2468246824682'}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':'2468','x':1}", STATUS_BAD_FORMAT},
                {"{'cid':'9999990000000428','atc':7,'pin':'2468','pin':'2468'}", STATUS_BAD_FORMAT},
                {"2468", STATUS_BAD_FORMAT},
                {"", STATUS_BAD_FORMAT}};

START_TEST(reads_only_an_envelope) {
  static const struct pin_envelope nothing;
  struct pin_envelope got;
  struct pin_agreement agreement;
  char text[256] = "", *jwe = NULL, cid[17];

  for (size_t i = 0; i < strlen(contents[_i].text); i++)
    text[i] = (char)(contents[_i].text[i] == '\'' ? '"' : contents[_i].text[i]);
  ck_assert_int_eq(jwe_agree(key_public(receiver), &agreement), STATUS_OK);
  ck_assert_int_eq(jwe_encipher(&agreement, (const uint8_t *)text, strlen(text), &jwe), STATUS_OK);
  ck_assert_msg(pin_open(jwe, receiver, &got) == contents[_i].status, "%s", contents[_i].text);
  if (contents[_i].status == STATUS_OK) {
    cid_print(got.cid, cid);
    ck_assert_str_eq(cid, "9999990000000428");
    ck_assert_uint_eq(got.atc, 7);
    ck_assert_str_eq(got.pin, "2468");
  } else {
    ck_assert_mem_eq(&got, &nothing, sizeof got);
  }
  free(jwe);
}
END_TEST

START_TEST(differs_each_time) {
  char *one = seal(), *two = seal();

  ck_assert_str_ne(one, two);
  ck_assert_str_ne(strrchr(one, '.'), strrchr(two, '.'));
  free(one);
  free(two);
}
END_TEST

START_TEST(is_bound_to_the_key) {
  static const struct pin_envelope nothing;
  struct pin_envelope got;
  char *jwe = seal();

  ck_assert_int_eq(pin_open(jwe, other, &got), STATUS_BAD_FORMAT);
  ck_assert_mem_eq(&got, &nothing, sizeof got);
  free(jwe);
}
END_TEST

START_TEST(refuses_every_changed_byte) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  struct pin_envelope got;
  char *jwe = seal();
  size_t len = strlen(jwe);

  for (size_t i = 0; i < len; i++) {
    char before = jwe[i];
    size_t step = i + 1 == len || jwe[i + 1] == '.' ? 1 : 11;
    for (size_t j = i % step; j < sizeof alphabet; j += step) {
      if (alphabet[j] != before) {
        jwe[i] = alphabet[j];
        ck_assert_msg(pin_open(jwe, receiver, &got) == STATUS_BAD_FORMAT, "took byte %zu as '%c'", i, alphabet[j]);
      }
    }
    jwe[i] = before;
  }
  ck_assert_int_eq(pin_open(jwe, receiver, &got), STATUS_OK);
  free(jwe);
}
END_TEST

/* A shorter tag is easier to guess (what CVE-2023-37464 was about): every length but 16 is refused. */
START_TEST(refuses_a_cut_tag) {
  struct pin_envelope got;
  uint8_t *tag = NULL;
  size_t tag_len = 0;
  char *jwe = seal(), *last = strrchr(jwe, '.') + 1;

  ck_assert(base64url_decode(last, strlen(last), &tag, &tag_len));
  ck_assert_uint_eq(tag_len, 16);
  for (size_t len = 0; len < tag_len; len++) {
    char *text = NULL;
    ck_assert(base64url_encode(tag, len, &text));
    strcpy(last, text);
    ck_assert_int_eq(pin_open(jwe, receiver, &got), STATUS_BAD_FORMAT);
    free(text);
  }
  free(tag);
  free(jwe);
}
END_TEST

static const char *const garbage[] = {
    "",
    ".",
    "....",
    "a.b.c.d.e",
    "eyJ9....",
    "{}",
    "AAAA..AAAA.AAAA.AAAA",
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA"};

START_TEST(refuses_garbage) {
  struct pin_envelope got;

  ck_assert_int_eq(pin_open(garbage[_i], receiver, &got), STATUS_BAD_FORMAT);
}
END_TEST

/* The header of a real envelope, changed: another algorithm, a key off the curve, a field more. */
static const struct {
  const char *name, *value;
} changes[] = {{"alg", "'ECDH-ES+A128KW'"},
               {"alg", "'dir'"},
               {"enc", "'A128GCM'"},
               {"enc", "'A128CBC-HS256'"},
               {"zip", "'DEF'"},
               {"crit", "['exp']"},
               {"apu", "'QQ'"},
               {"epk", "{'kty':'EC','crv':'P-256','x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',"
                       "'y':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}"},
               {"epk", "{'kty':'EC','crv':'P-384','x':'AA','y':'AA'}"},
               {"epk", "{'kty':'oct','k':'AA'}"},
               {"epk", "7"}};

START_TEST(refuses_other_headers) {
  struct pin_envelope got;
  char *jwe = seal(), *header_text = NULL, *text = NULL, *changed = NULL;
  uint8_t *header = NULL;
  size_t len = 0;
  json_t *object = NULL, *with = NULL;

  ck_assert(base64url_decode(jwe, strcspn(jwe, "."), &header, &len));
  object = json_loadb((const char *)header, len, 0, NULL);
  ck_assert_ptr_nonnull(object);
  with = forge_with(object, changes[_i].name, forge_json(changes[_i].value));
  text = json_dumps(with, JSON_COMPACT);
  ck_assert(base64url_encode((const uint8_t *)text, strlen(text), &header_text));
  changed = calloc(1, strlen(header_text) + strlen(jwe) + 1);
  ck_assert_ptr_nonnull(changed);
  strcpy(changed, header_text);
  strcat(changed, strchr(jwe, '.'));
  ck_assert_int_eq(pin_open(changed, receiver, &got), STATUS_BAD_FORMAT);
  free(changed);
  free(header_text);
  free(text);
  json_decref(with);
  json_decref(object);
  free(header);
  free(jwe);
}
END_TEST

/* ---- under a kept agreement ---- */

static char *seal_at(int64_t now, struct pin_agreement *agreement) {
  char *jwe = NULL;

  ck_assert_int_eq(pin_seal_again(&sent, key_public(receiver), now, agreement, &jwe), STATUS_OK);
  return jwe;
}

static enum status open_counted(const char *jwe, struct pin_agreement *agreement, uint32_t *agreements) {
  struct crypto_tally tally = {0};
  struct pin_envelope got;

  crypto_tally_attach(&tally);
  enum status status = pin_open_again(jwe, receiver, agreement, &got);
  crypto_tally_attach(NULL);
  *agreements = tally.agreements;
  if (status == STATUS_OK)
    ck_assert_str_eq(got.pin, sent.pin);
  return status;
}

/* One agreement on each side, and any other server with the key opens what it has not seen the beginning of. */
START_TEST(kept_agreement_is_made_once) {
  struct pin_agreement ours = {0}, theirs = {0}, fresh = {0};
  char *one = seal_at(100, &ours), *two = seal_at(100 + PIN_AGREEMENT_SECONDS - 1, &ours);
  uint32_t agreements = 0;
  size_t header = strcspn(one, ".");

  ck_assert_uint_eq(strcspn(two, "."), header);
  ck_assert_mem_eq(one, two, header);
  ck_assert_str_ne(one + header, two + header); /* nonce and text are not repeated */
  ck_assert_int_eq(open_counted(one, &theirs, &agreements), STATUS_OK);
  ck_assert_uint_eq(agreements, 1);
  ck_assert_int_eq(open_counted(two, &theirs, &agreements), STATUS_OK);
  ck_assert_uint_eq(agreements, 0);
  ck_assert_int_eq(open_counted(two, &fresh, &agreements), STATUS_OK);
  ck_assert_uint_eq(agreements, 1);
  free(two);
  free(one);
}
END_TEST

START_TEST(kept_agreement_ends) {
  struct pin_agreement kept = {0};
  uint8_t first[CRYPTO_P256_PUBLIC_SIZE];
  char *jwe = seal_at(100, &kept);

  memcpy(first, kept.ephemeral, sizeof first);
  free(jwe);
  jwe = seal_at(100 + PIN_AGREEMENT_SECONDS, &kept); /* by age */
  ck_assert_mem_ne(first, kept.ephemeral, sizeof first);
  memcpy(first, kept.ephemeral, sizeof first);
  free(jwe);
  jwe = seal_at(99, &kept); /* by a clock that went back */
  ck_assert_mem_ne(first, kept.ephemeral, sizeof first);
  memcpy(first, kept.ephemeral, sizeof first);
  free(jwe);
  kept.uses = PIN_AGREEMENT_USES;
  jwe = seal_at(99, &kept); /* by use */
  ck_assert_mem_ne(first, kept.ephemeral, sizeof first);
  ck_assert_uint_eq(kept.uses, 1);
  memcpy(first, kept.ephemeral, sizeof first);
  free(jwe);
  ck_assert_int_eq(pin_seal_again(&sent, key_public(other), 99, &kept, &jwe), STATUS_OK); /* by the receiver's key */
  ck_assert_mem_ne(first, kept.ephemeral, sizeof first);
  free(jwe);
}
END_TEST

/* Parts of two envelopes of one key do not make a third; what does not open leaves what is kept as it was; and what is
 * kept for one key opens nothing for another. */
START_TEST(kept_agreement_lends_nothing) {
  struct pin_agreement ours = {0}, theirs = {0}, before, zeros = {0};
  struct pin_envelope got;
  char *one = seal_at(1, &ours), *two = seal_at(1, &ours), *mixed = NULL, *strange = seal();
  uint32_t agreements = 0;

  ck_assert_int_eq(open_counted(one, &theirs, &agreements), STATUS_OK);
  before = theirs;
  mixed = strdup(one);
  ck_assert_ptr_nonnull(mixed);
  size_t nonce = strcspn(one, ".") + 2;
  memcpy(mixed + nonce, two + nonce, 16); /* 12 bytes */
  ck_assert_int_eq(open_counted(mixed, &theirs, &agreements), STATUS_BAD_FORMAT);
  ck_assert_mem_eq(&theirs, &before, sizeof before);
  strange[strlen(strange) - 3] = strange[strlen(strange) - 3] == 'A' ? 'B' : 'A';
  ck_assert_int_eq(open_counted(strange, &theirs, &agreements), STATUS_BAD_FORMAT);
  ck_assert_mem_eq(&theirs, &before, sizeof before);
  ck_assert_int_eq(pin_open_again(one, other, &theirs, &got), STATUS_BAD_FORMAT);
  ck_assert_mem_eq(&theirs, &before, sizeof before);
  ck_assert_int_eq(pin_open_again(mixed, receiver, &zeros, &got), STATUS_BAD_FORMAT);
  ck_assert(!zeros.there);
  free(strange);
  free(mixed);
  free(two);
  free(one);
}
END_TEST

static const char *const pins[] = {"", "123", "12a4", "12 4", "-123"};

START_TEST(seals_only_pins) {
  char *jwe = NULL;
  struct pin_envelope envelope = sent;

  memset(envelope.pin, 0, sizeof envelope.pin);
  memcpy(envelope.pin, pins[_i], strlen(pins[_i]));
  ck_assert_int_eq(pin_seal(&envelope, key_public(receiver), &jwe), STATUS_BAD_FORMAT);
  ck_assert_ptr_null(jwe);
}
END_TEST

Suite *pin_envelope_suite(void) {
  Suite *suite = suite_create("pin_envelope");
  TCase *tests = tcase_create("pin_envelope");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, goes_there_and_back);
  tcase_add_test(tests, reads_what_another_implementation_made);
  tcase_add_loop_test(tests, reads_only_an_envelope, 0, sizeof contents / sizeof contents[0]);
  tcase_add_test(tests, differs_each_time);
  tcase_add_test(tests, is_bound_to_the_key);
  tcase_add_test(tests, refuses_every_changed_byte);
  tcase_add_test(tests, refuses_a_cut_tag);
  tcase_add_loop_test(tests, refuses_garbage, 0, sizeof garbage / sizeof garbage[0]);
  tcase_add_loop_test(tests, refuses_other_headers, 0, sizeof changes / sizeof changes[0]);
  tcase_add_test(tests, kept_agreement_is_made_once);
  tcase_add_test(tests, kept_agreement_ends);
  tcase_add_test(tests, kept_agreement_lends_nothing);
  tcase_add_loop_test(tests, seals_only_pins, 0, sizeof pins / sizeof pins[0]);
  suite_add_tcase(suite, tests);
  return suite;
}
