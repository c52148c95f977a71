/* SPDX-License-Identifier: Apache-2.0
 * What is counted, where, and for whom. */
#include "epurse/crypto.h"
#include "suites.h"

#include <pthread.h>
#include <string.h>

/* One of each, so that the numbers below can be told apart. */
static void work(void) {
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE], point[CRYPTO_P256_PUBLIC_SIZE], signature[CRYPTO_SIGNATURE_SIZE];
  uint8_t shared[CRYPTO_P256_SHARED_SIZE], hash[CRYPTO_SHA256_SIZE], keys[80];
  uint8_t key[16] = {0}, data[48] = {0};

  ck_assert(crypto_p256_generate(secret, point));
  ck_assert(crypto_p256_sign(secret, data, sizeof data, signature));
  for (int i = 0; i < 2; i++)
    ck_assert(crypto_p256_verify(point, data, sizeof data, signature));
  for (int i = 0; i < 3; i++)
    ck_assert(crypto_p256_agree(secret, point, shared));
  ck_assert(crypto_sha256(data, sizeof data, hash));
  ck_assert(crypto_x963_kdf(shared, sizeof shared, NULL, 0, keys, sizeof keys));
  ck_assert(crypto_aes_cbc_encrypt(key, key, data, 48, data));
  ck_assert(crypto_aes_cmac(key, data, 17, data));
}

static void check_work(const struct crypto_tally *tally) {
  ck_assert_uint_eq(tally->key_pairs, 1);
  ck_assert_uint_eq(tally->signatures, 1);
  ck_assert_uint_eq(tally->verifications, 2);
  ck_assert_uint_eq(tally->agreements, 3);
  ck_assert_uint_eq(tally->hashes, 1 + 3); /* 80 bytes are three blocks of SHA-256 */
  ck_assert_uint_eq(tally->aes_keys, 2);
  ck_assert_uint_eq(tally->aes_blocks, 3 + 2);
}

START_TEST(each_operation_counts) {
  struct crypto_tally tally = {0};

  crypto_tally_attach(&tally);
  work();
  crypto_tally_attach(NULL);
  check_work(&tally);
}
END_TEST

START_TEST(nothing_counts_when_detached) {
  struct crypto_tally tally = {0}, zeros = {0};

  crypto_tally_attach(&tally);
  crypto_tally_attach(NULL);
  work();
  ck_assert_mem_eq(&tally, &zeros, sizeof tally);
}
END_TEST

START_TEST(an_empty_mac_is_one_block) {
  struct crypto_tally tally = {0};
  uint8_t key[16] = {0}, mac[16];

  crypto_tally_attach(&tally);
  ck_assert(crypto_aes_cmac(key, NULL, 0, mac));
  crypto_tally_attach(NULL);
  ck_assert_uint_eq(tally.aes_blocks, 1);
}
END_TEST

static void *work_elsewhere(void *tally) {
  crypto_tally_attach((struct crypto_tally *)tally);
  work();
  return NULL;
}

START_TEST(threads_count_apart) {
  struct crypto_tally here = {0}, there = {0};
  pthread_t thread;

  crypto_tally_attach(&here);
  ck_assert_int_eq(pthread_create(&thread, NULL, work_elsewhere, &there), 0);
  work();
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  crypto_tally_attach(NULL);
  check_work(&here);
  check_work(&there);
}
END_TEST

Suite *tally_suite(void) {
  Suite *suite = suite_create("tally");
  TCase *tests = tcase_create("tally");

  tcase_add_test(tests, each_operation_counts);
  tcase_add_test(tests, nothing_counts_when_detached);
  tcase_add_test(tests, an_empty_mac_is_one_block);
  tcase_add_test(tests, threads_count_apart);
  suite_add_tcase(suite, tests);
  return suite;
}
