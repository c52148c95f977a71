/* SPDX-License-Identifier: Apache-2.0
 * Tests of key files: what is stored is what is loaded, and nothing else is. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "epurse/key.h"
#include "scratch.h"
#include "suites.h"

#define PASSPHRASE "correct horse battery staple"

static struct key *key;

static void setup(void) {
  scratch_enter();
  ck_assert_int_eq(key_generate(&key), STATUS_OK);
}

static void teardown(void) {
  key_free(&key);
  scratch_leave();
}

static enum status load(const char *name, const char *passphrase) {
  struct key *loaded = NULL;
  enum status status = key_load(name, passphrase, &loaded);

  if (status == STATUS_OK) {
    ck_assert_mem_eq(key_private(loaded), key_private(key), CRYPTO_P256_PRIVATE_SIZE);
    ck_assert_mem_eq(key_public(loaded), key_public(key), CRYPTO_P256_PUBLIC_SIZE);
  } else {
    ck_assert_ptr_null(loaded);
  }
  key_free(&loaded);
  return status;
}

START_TEST(a_plain_key_goes_there_and_back) {
  struct stat facts;

  ck_assert_int_eq(key_store(key, "sig.key", NULL), STATUS_OK);
  ck_assert_int_eq(stat("sig.key", &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 07777, 0600);
  ck_assert_int_eq(load("sig.key", NULL), STATUS_OK);
  ck_assert_int_eq(load("sig.key", PASSPHRASE), STATUS_BAD_KEY); /* not the file that was meant */
}
END_TEST

START_TEST(an_enciphered_key_goes_there_and_back) {
  size_t len = 0;
  char *text = NULL;

  ck_assert_int_eq(key_store(key, "master.key", PASSPHRASE), STATUS_OK);
  text = scratch_read("master.key", &len);
  ck_assert_ptr_nonnull(strstr(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  free(text);
  ck_assert_int_eq(load("master.key", PASSPHRASE), STATUS_OK);
  ck_assert_int_eq(load("master.key", PASSPHRASE "r"), STATUS_BAD_KEY);
  ck_assert_int_eq(load("master.key", ""), STATUS_BAD_KEY);
  ck_assert_int_eq(load("master.key", NULL), STATUS_BAD_KEY);
}
END_TEST

START_TEST(nothing_is_overwritten) {
  struct key *other = NULL;

  ck_assert_int_eq(key_generate(&other), STATUS_OK);
  ck_assert_int_eq(key_store(key, "sig.key", NULL), STATUS_OK);
  ck_assert_int_eq(key_store(other, "sig.key", NULL), STATUS_EXISTS);
  ck_assert_int_eq(key_store(other, "sig.key", PASSPHRASE), STATUS_EXISTS);
  ck_assert_int_eq(load("sig.key", NULL), STATUS_OK);
  ck_assert_int_eq(key_store(other, "none/sig.key", NULL), STATUS_STORE_FAILED);
  key_free(&other);
}
END_TEST

START_TEST(an_exposed_or_missing_key_is_refused) {
  ck_assert_int_eq(load("sig.key", NULL), STATUS_NOT_FOUND);
  ck_assert_int_eq(key_store(key, "sig.key", NULL), STATUS_OK);
  ck_assert_int_eq(chmod("sig.key", 0640), 0);
  ck_assert_int_eq(load("sig.key", NULL), STATUS_KEY_EXPOSED);
}
END_TEST

/* Cut anywhere before its last line is whole, a file is no key: and nothing crashes over it. _i: enciphered or not. */
START_TEST(a_truncated_key_is_refused) {
  const char *passphrase = _i == 0 ? NULL : PASSPHRASE;
  size_t len = 0;
  char *text = NULL, *end = NULL;

  ck_assert_int_eq(key_store(key, "whole.key", passphrase), STATUS_OK);
  text = scratch_read("whole.key", &len);
  end = strstr(text, "-----END");
  ck_assert_ptr_nonnull(end);
  for (size_t cut = 0; cut < (size_t)(end - text) + 8; cut += 3) {
    scratch_write("cut.key", 0600, text, cut);
    ck_assert_msg(load("cut.key", passphrase) == STATUS_BAD_KEY, "took %zu bytes", cut);
  }
  free(text);
}
END_TEST

/* A changed character gives no key, or (behind the key's own bytes, where ASN.1 says nothing) the same. */
START_TEST(a_changed_key_is_never_another_key) {
  size_t len = 0;
  char *text = NULL, *at = NULL;

  ck_assert_int_eq(key_store(key, "whole.key", NULL), STATUS_OK);
  text = scratch_read("whole.key", &len);
  at = strchr(text, '\n') + 1;
  for (; at < strstr(text, "-----END"); at++) {
    char before = *at;
    *at = before == 'A' ? 'B' : 'A';
    scratch_write("changed.key", 0600, text, len);
    (void)load("changed.key", NULL); /* compares with the right one where it loads */
    *at = before;
  }
  scratch_write("changed.key", 0600, text, len);
  ck_assert_int_eq(load("changed.key", NULL), STATUS_OK);
  free(text);
}
END_TEST

/* A key of another kind, in the same form. */
static void store_foreign(EVP_PKEY *foreign) {
  FILE *file = fopen("foreign.key", "we");

  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(foreign);
  ck_assert_int_eq(PEM_write_PKCS8PrivateKey(file, foreign, NULL, NULL, 0, NULL, NULL), 1);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(chmod("foreign.key", 0600), 0);
  EVP_PKEY_free(foreign);
}

START_TEST(another_kind_of_key_is_refused) {
  store_foreign(_i == 0   ? EVP_EC_gen("P-384")
                : _i == 1 ? EVP_EC_gen("secp256k1")
                          : EVP_PKEY_Q_keygen(NULL, NULL, "X25519"));
  ck_assert_int_eq(load("foreign.key", NULL), STATUS_BAD_KEY);
}
END_TEST

/* SEC 1 form ("EC PRIVATE KEY") is not PKCS#8, and neither is a public key. */
START_TEST(another_form_is_refused) {
  FILE *file = fopen("form.key", "we");

  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(_i == 0 ? PEM_write_PrivateKey_ex(file, key_evp(key), NULL, NULL, 0, NULL, NULL, NULL, NULL) &&
                                 i2d_PrivateKey_fp(file, key_evp(key))
                           : PEM_write_PUBKEY(file, key_evp(key)),
                   1);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(chmod("form.key", 0600), 0);
  ck_assert_int_eq(load("form.key", NULL), _i == 0 ? STATUS_OK : STATUS_BAD_KEY);
}
END_TEST

START_TEST(openssl_reads_what_is_stored) {
  EVP_PKEY *read = NULL;
  FILE *file = NULL;
  char passphrase[] = PASSPHRASE;

  ck_assert_int_eq(key_store(key, "master.key", passphrase), STATUS_OK);
  file = fopen("master.key", "re");
  ck_assert_ptr_nonnull(file);
  read = PEM_read_PrivateKey(file, NULL, NULL, passphrase);
  ck_assert_ptr_nonnull(read);
  ck_assert_int_eq(EVP_PKEY_eq(read, key_evp(key)), 1);
  EVP_PKEY_free(read);
  ck_assert_int_eq(fclose(file), 0);
}
END_TEST

START_TEST(the_public_half_is_stored_alone) {
  EVP_PKEY *read = NULL;
  FILE *file = NULL;
  size_t len = 0;
  char *text = NULL;

  ck_assert_int_eq(public_key_store(key, "master.pem"), STATUS_OK);
  ck_assert_int_eq(public_key_store(key, "master.pem"), STATUS_EXISTS);
  text = scratch_read("master.pem", &len);
  ck_assert_ptr_null(strstr(text, "PRIVATE"));
  free(text);
  file = fopen("master.pem", "re");
  ck_assert_ptr_nonnull(file);
  read = PEM_read_PUBKEY(file, NULL, NULL, NULL);
  ck_assert_int_eq(EVP_PKEY_eq(read, key_evp(key)), 1);
  EVP_PKEY_free(read);
  ck_assert_int_eq(fclose(file), 0);
}
END_TEST

Suite *pkcs8_suite(void) {
  Suite *suite = suite_create("pkcs8");
  TCase *tests = tcase_create("pkcs8");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, a_plain_key_goes_there_and_back);
  tcase_add_test(tests, an_enciphered_key_goes_there_and_back);
  tcase_add_test(tests, nothing_is_overwritten);
  tcase_add_test(tests, an_exposed_or_missing_key_is_refused);
  tcase_add_loop_test(tests, a_truncated_key_is_refused, 0, 2);
  tcase_add_test(tests, a_changed_key_is_never_another_key);
  tcase_add_loop_test(tests, another_kind_of_key_is_refused, 0, 3);
  tcase_add_loop_test(tests, another_form_is_refused, 0, 2);
  tcase_add_test(tests, openssl_reads_what_is_stored);
  tcase_add_test(tests, the_public_half_is_stored_alone);
  suite_add_tcase(suite, tests);
  return suite;
}
