/* SPDX-License-Identifier: Apache-2.0
 * ECDH and ECDSA on P-256: published answers, and everything that must be refused. */
#include "epurse/crypto.h"
#include "suites.h"
#include "vector.h"

#include <pthread.h>
#include <string.h>

/* NIST CAVS 14.1, ECC CDH Primitive (SP 800-56A 5.7.1.2), P-256, COUNT 0 and 1: the other's point, own secret, own
 * point, shared x-coordinate. */
static const struct {
  const char *peer, *secret, *own, *shared;
} ecdh_rows[] = {
    {"04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
     "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
     "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
     "04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
     "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
     "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
    {"04809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae"
     "b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3",
     "38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
     "04119f2f047902782ab0c9e27a54aff5eb9b964829ca99c06b02ddba95b0a3f6d0"
     "8f52b726664cac366fc98ac7a012b2682cbd962e5acb544671d41b9445704d1d",
     "057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67"},
};

START_TEST(ecdh_knows_the_answers) {
  struct vector peer = vector(ecdh_rows[_i].peer), secret = vector(ecdh_rows[_i].secret);
  uint8_t shared[CRYPTO_P256_SHARED_SIZE], own[CRYPTO_P256_PUBLIC_SIZE];

  ck_assert(crypto_p256_agree(secret.at, peer.at, shared));
  ck_assert_hex(shared, sizeof shared, ecdh_rows[_i].shared);
  ck_assert(crypto_p256_public(secret.at, own));
  ck_assert_hex(own, sizeof own, ecdh_rows[_i].own);
}
END_TEST

START_TEST(ecdh_with_a_point_off_the_curve_yields_nothing) {
  struct vector peer = vector(ecdh_rows[0].peer), secret = vector(ecdh_rows[0].secret);
  uint8_t shared[CRYPTO_P256_SHARED_SIZE];

  peer.at[64] ^= 1;
  memset(shared, 0xA5, sizeof shared);
  ck_assert(!crypto_p256_agree(secret.at, peer.at, shared));
  ck_assert_hex(shared, sizeof shared, "0000000000000000000000000000000000000000000000000000000000000000");
}
END_TEST

/* RFC 6979 A.2.5: key and signatures with SHA-256. */
#define RFC6979_SECRET "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define RFC6979_PUBLIC                                                                                                 \
  "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"                                                 \
  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
static const struct {
  const char *message, *signature;
} ecdsa_rows[] = {
    {"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
               "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {"test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
             "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
};

static bool verifies(const struct vector *public_key, const char *message, const struct vector *signature) {
  return crypto_p256_verify(public_key->at, (const uint8_t *)message, strlen(message), signature->at);
}

START_TEST(ecdsa_knows_the_answers) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(ecdsa_rows[_i].signature);
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE];

  ck_assert(verifies(&public_key, ecdsa_rows[_i].message, &signature));
  ck_assert(!verifies(&public_key, ecdsa_rows[1 - _i].message, &signature));
  ck_assert(crypto_p256_public(vector(RFC6979_SECRET).at, point));
  ck_assert_mem_eq(point, public_key.at, sizeof point);
}
END_TEST

START_TEST(ecdsa_refuses_every_flipped_bit) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(ecdsa_rows[0].signature);

  for (size_t bit = 0; bit < signature.len * 8; bit++) {
    signature.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(!verifies(&public_key, "sample", &signature), "bit %zu", bit);
    signature.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  ck_assert(verifies(&public_key, "sample", &signature));
}
END_TEST

#define ZERO  "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE   "0000000000000000000000000000000000000000000000000000000000000001"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
static const char *const no_signatures[] = {ZERO ZERO, ZERO ONE, ONE ZERO, ORDER ORDER, ORDER ONE, ONE ORDER, ONE ONE};

START_TEST(ecdsa_refuses_numbers_out_of_range) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(no_signatures[_i]);

  ck_assert(!verifies(&public_key, "sample", &signature));
}
END_TEST

START_TEST(ecdsa_refuses_a_key_that_is_none) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(ecdsa_rows[0].signature);

  public_key.at[0] = 0x07;
  ck_assert(!verifies(&public_key, "sample", &signature));
  public_key.at[0] = 0x04;
  public_key.at[64] ^= 1;
  ck_assert(!verifies(&public_key, "sample", &signature));
}
END_TEST

/* A thread takes its keys one after another: none is left over from before, least of all where the next one is
 * refused. */
START_TEST(one_key_leaves_nothing_to_the_next) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(ecdsa_rows[0].signature);
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE];
  struct vector other = {.len = CRYPTO_P256_PUBLIC_SIZE}, bad = public_key;

  bad.at[64] ^= 1;
  ck_assert(crypto_p256_generate(secret, other.at));
  for (int i = 0; i < 3; i++) {
    ck_assert(verifies(&public_key, "sample", &signature));
    ck_assert(!verifies(&other, "sample", &signature));
    ck_assert(!verifies(&bad, "sample", &signature));
  }
  ck_assert(verifies(&public_key, "sample", &signature));
}
END_TEST

START_TEST(a_signature_has_a_twin) {
  /* (r, n - s) of "sample": why a record is named by a hash without its signature. */
  struct vector public_key = vector(RFC6979_PUBLIC);
  struct vector twin = vector("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                              "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9");

  ck_assert(verifies(&public_key, "sample", &twin));
}
END_TEST

START_TEST(what_is_signed_verifies) {
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE];
  struct vector public_key = {.len = CRYPTO_P256_PUBLIC_SIZE}, signature = {.len = CRYPTO_SIGNATURE_SIZE};
  uint8_t message[300];

  ck_assert(crypto_p256_generate(secret, public_key.at));
  memset(message, 0x5A, sizeof message);
  /* 64 signatures: one r or s in 128 has a leading zero byte, so that short DER integers come up as well. */
  for (size_t i = 0; i < 64; i++) {
    message[0] = (uint8_t)i;
    ck_assert(crypto_p256_sign(secret, message, sizeof message - i, signature.at));
    ck_assert(crypto_p256_verify(public_key.at, message, sizeof message - i, signature.at));
    ck_assert(!crypto_p256_verify(public_key.at, message, sizeof message - i - 1, signature.at));
  }
}
END_TEST

static void *verify_often(void *result) {
  struct vector public_key = vector(RFC6979_PUBLIC), signature = vector(ecdsa_rows[0].signature);
  bool *good = (bool *)result;

  *good = true;
  for (int i = 0; i < 50; i++)
    *good = *good && verifies(&public_key, "sample", &signature) && !verifies(&public_key, "simple", &signature);
  return NULL;
}

START_TEST(threads_do_not_disturb_each_other) {
  pthread_t threads[4];
  bool good[4] = {false};

  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, verify_often, &good[i]), 0);
  for (int i = 0; i < 4; i++) {
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert(good[i]);
  }
}
END_TEST

Suite *p256_suite(void) {
  Suite *suite = suite_create("p256");
  TCase *tests = tcase_create("p256");

  tcase_add_loop_test(tests, ecdh_knows_the_answers, 0, (int)(sizeof ecdh_rows / sizeof ecdh_rows[0]));
  tcase_add_test(tests, ecdh_with_a_point_off_the_curve_yields_nothing);
  tcase_add_loop_test(tests, ecdsa_knows_the_answers, 0, (int)(sizeof ecdsa_rows / sizeof ecdsa_rows[0]));
  tcase_add_test(tests, ecdsa_refuses_every_flipped_bit);
  tcase_add_loop_test(tests, ecdsa_refuses_numbers_out_of_range, 0,
                      (int)(sizeof no_signatures / sizeof no_signatures[0]));
  tcase_add_test(tests, ecdsa_refuses_a_key_that_is_none);
  tcase_add_test(tests, one_key_leaves_nothing_to_the_next);
  tcase_add_test(tests, a_signature_has_a_twin);
  tcase_add_test(tests, what_is_signed_verifies);
  tcase_add_test(tests, threads_do_not_disturb_each_other);
  suite_add_tcase(suite, tests);
  return suite;
}
