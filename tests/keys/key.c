/* SPDX-License-Identifier: Apache-2.0
 * Tests of keys in use. */
#include "epurse/key.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "keys/key_object.h"
#include "suites.h"

START_TEST(makes_whole_and_different_keys) {
  struct key *one = NULL, *two = NULL;
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];

  ck_assert_int_eq(key_generate(&one), STATUS_OK);
  ck_assert_int_eq(key_generate(&two), STATUS_OK);
  ck_assert_mem_ne(key_private(one), key_private(two), CRYPTO_P256_PRIVATE_SIZE);
  ck_assert(crypto_p256_public(key_private(one), public_key));
  ck_assert_mem_eq(public_key, key_public(one), sizeof public_key);
  ck_assert_int_eq(EVP_PKEY_get_bits(key_evp(one)), 256);
  ck_assert_int_eq(EVP_PKEY_eq(key_evp(one), key_evp(two)), 0);
  key_free(&one);
  ck_assert_ptr_null(one);
  key_free(&one);
  key_free(&two);
}
END_TEST

START_TEST(signs_what_others_verify) {
  static const uint8_t text[] = "a promise";
  uint8_t signature[CRYPTO_SIGNATURE_SIZE], again[CRYPTO_SIGNATURE_SIZE];
  struct key *key = NULL;

  ck_assert_int_eq(key_generate(&key), STATUS_OK);
  ck_assert_int_eq(key_sign(key, text, sizeof text, signature), STATUS_OK);
  ck_assert(crypto_p256_verify(key_public(key), text, sizeof text, signature));
  ck_assert(!crypto_p256_verify(key_public(key), text, sizeof text - 1, signature));
  ck_assert_int_eq(key_sign(key, text, sizeof text, again), STATUS_OK);
  ck_assert_mem_ne(signature, again, sizeof again);
  ck_assert_int_eq(key_sign(key, NULL, 0, signature), STATUS_OK);
  ck_assert(crypto_p256_verify(key_public(key), text, 0, signature));
  key_free(&key);
}
END_TEST

/* 0, n, and n + 1 are no keys; n - 1 is. SP 800-186 3.2.1.3. */
static const struct {
  const char *last;
  enum status status;
} scalars[] = {{"\x50", STATUS_OK}, {"\x51", STATUS_BAD_KEY}, {"\x52", STATUS_BAD_KEY}};

START_TEST(takes_scalars_in_range) {
  uint8_t scalar[CRYPTO_P256_PRIVATE_SIZE] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                              0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                              0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x00};
  struct key *key = NULL;

  scalar[31] = (uint8_t)scalars[_i].last[0];
  ck_assert_int_eq(key_of_scalar(scalar, &key), scalars[_i].status);
  ck_assert((key != NULL) == (scalars[_i].status == STATUS_OK));
  key_free(&key);
  memset(scalar, 0, sizeof scalar);
  ck_assert_int_eq(key_of_scalar(scalar, &key), STATUS_BAD_KEY);
}
END_TEST

#define THREADS 4
#define ROUNDS  100

static struct key *shared;

static void *rounds_run(void *failed) {
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];

  for (uint8_t i = 0; i < ROUNDS; i++)
    if (key_sign(shared, &i, 1, signature) != STATUS_OK || !crypto_p256_verify(key_public(shared), &i, 1, signature))
      *(bool *)failed = true;
  return NULL;
}

START_TEST(serves_threads) {
  pthread_t threads[THREADS];
  bool failed[THREADS] = {false};

  ck_assert_int_eq(key_generate(&shared), STATUS_OK);
  for (int i = 0; i < THREADS; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, rounds_run, &failed[i]), 0);
  for (int i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert(!failed[i]);
  }
  key_free(&shared);
}
END_TEST

Suite *key_suite(void) {
  Suite *suite = suite_create("key");
  TCase *tests = tcase_create("key");

  tcase_add_test(tests, makes_whole_and_different_keys);
  tcase_add_test(tests, signs_what_others_verify);
  tcase_add_loop_test(tests, takes_scalars_in_range, 0, sizeof scalars / sizeof scalars[0]);
  tcase_add_test(tests, serves_threads);
  suite_add_tcase(suite, tests);
  return suite;
}
