/* SPDX-License-Identifier: Apache-2.0
 * What the public-key operations of a payment cost alone. */
#include "limit.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/crypto.h"
#include "must.h"
#include "processors.h"

#define ROUNDS       5
#define ROUND_NANOS  20000000 /* of each operation in each round */
#define MESSAGE_SIZE 256

struct bench {
  /* OpenSSL at its best: everything that can be kept is kept */
  EVP_PKEY *key, *peer;
  EVP_PKEY_CTX *verify, *sign, *agree;
  EVP_MD *sha256;
  EVP_MD_CTX *digest;
  uint8_t der[128];
  size_t der_len;
  /* crypto.h */
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], public_key[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  uint8_t message[MESSAGE_SIZE];
};

static bool hash(struct bench *bench, uint8_t out[CRYPTO_SHA256_SIZE]) {
  return EVP_DigestInit_ex2(bench->digest, NULL, NULL) == 1 &&
         EVP_DigestUpdate(bench->digest, bench->message, MESSAGE_SIZE) == 1 &&
         EVP_DigestFinal_ex(bench->digest, out, NULL) == 1;
}

static bool do_verify(struct bench *bench) {
  uint8_t digest[CRYPTO_SHA256_SIZE];
  return hash(bench, digest) && EVP_PKEY_verify(bench->verify, bench->der, bench->der_len, digest, sizeof digest) == 1;
}

static bool do_sign(struct bench *bench) {
  uint8_t digest[CRYPTO_SHA256_SIZE], out[128];
  size_t len = sizeof out;
  return hash(bench, digest) && EVP_PKEY_sign(bench->sign, out, &len, digest, sizeof digest) == 1;
}

static bool do_agree(struct bench *bench) {
  uint8_t shared[CRYPTO_P256_SHARED_SIZE];
  size_t len = sizeof shared;
  return EVP_PKEY_derive_set_peer_ex(bench->agree, bench->peer, 0) == 1 &&
         EVP_PKEY_derive(bench->agree, shared, &len) == 1;
}

static bool do_own_verify(struct bench *bench) {
  return crypto_p256_verify(bench->public_key, bench->message, MESSAGE_SIZE, bench->signature);
}

static bool do_own_sign(struct bench *bench) {
  uint8_t out[CRYPTO_SIGNATURE_SIZE];
  return crypto_p256_sign(bench->private_key, bench->message, MESSAGE_SIZE, out);
}

static bool do_own_agree(struct bench *bench) {
  uint8_t shared[CRYPTO_P256_SHARED_SIZE];
  return crypto_p256_agree(bench->private_key, bench->public_key, shared);
}

static EVP_PKEY_CTX *context_of(EVP_PKEY *key, int (*begin)(EVP_PKEY_CTX *)) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
  must(context != NULL && begin(context) == 1, "OpenSSL has no P-256");
  return context;
}

static void bench_open(struct bench *bench) {
  uint8_t digest[CRYPTO_SHA256_SIZE];
  memset(bench, 0, sizeof *bench);
  bench->key = EVP_EC_gen("P-256");
  bench->peer = EVP_EC_gen("P-256");
  bench->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  bench->digest = EVP_MD_CTX_new();
  must(bench->key != NULL && bench->peer != NULL && bench->digest != NULL &&
           EVP_DigestInit_ex2(bench->digest, bench->sha256, NULL) == 1,
       "OpenSSL has no P-256");
  bench->verify = context_of(bench->key, EVP_PKEY_verify_init);
  bench->sign = context_of(bench->key, EVP_PKEY_sign_init);
  bench->agree = context_of(bench->key, EVP_PKEY_derive_init);
  bench->der_len = sizeof bench->der;
  must(hash(bench, digest) && EVP_PKEY_sign(bench->sign, bench->der, &bench->der_len, digest, sizeof digest) == 1 &&
           crypto_p256_generate(bench->private_key, bench->public_key) &&
           crypto_p256_sign(bench->private_key, bench->message, MESSAGE_SIZE, bench->signature),
       "OpenSSL cannot sign");
}

static void bench_close(struct bench *bench) {
  EVP_PKEY_CTX_free(bench->verify);
  EVP_PKEY_CTX_free(bench->sign);
  EVP_PKEY_CTX_free(bench->agree);
  EVP_MD_CTX_free(bench->digest);
  EVP_MD_free(bench->sha256);
  EVP_PKEY_free(bench->key);
  EVP_PKEY_free(bench->peer);
}

static double round_of(struct bench *bench, bool (*operation)(struct bench *)) {
  int64_t begin = clock_of_thread(), now = begin;
  unsigned count = 0;
  while (now - begin < ROUND_NANOS) {
    for (int i = 0; i < 16; i++, count++)
      must(operation(bench), "OpenSSL fails");
    now = clock_of_thread();
  }
  return (double)(now - begin) / 1000 / count;
}

static int compare(const void *a, const void *b) {
  const double *left = a, *right = b;
  return (*left > *right) - (*left < *right);
}

void limit_measure(const struct plan *plan, struct limit *limit) {
  static bool (*const operations[])(struct bench *) = {do_verify,     do_sign,     do_agree,
                                                       do_own_verify, do_own_sign, do_own_agree};
  double *const into[] = {&limit->verify,     &limit->sign,     &limit->agree,
                          &limit->own_verify, &limit->own_sign, &limit->own_agree};
  double rounds[6][ROUNDS];
  struct bench bench;
  processors_keep(plan->server_cpus);
  bench_open(&bench);
  for (size_t r = 0; r < ROUNDS; r++) /* by turns, so that a busy moment meets all of them */
    for (size_t i = 0; i < 6; i++)
      rounds[i][r] = round_of(&bench, operations[i]);
  for (size_t i = 0; i < 6; i++) {
    qsort(rounds[i], ROUNDS, sizeof rounds[i][0], compare);
    *into[i] = rounds[i][ROUNDS / 2];
  }
  bench_close(&bench);
  processors_keep(NULL);
}

struct limit limit_mean(const struct limit *a, const struct limit *b) {
  return (struct limit){.verify = (a->verify + b->verify) / 2,
                        .sign = (a->sign + b->sign) / 2,
                        .agree = (a->agree + b->agree) / 2,
                        .own_verify = (a->own_verify + b->own_verify) / 2,
                        .own_sign = (a->own_sign + b->own_sign) / 2,
                        .own_agree = (a->own_agree + b->own_agree) / 2};
}

double limit_of_three(const struct limit *limit) {
  return 1e6 / (2 * limit->verify + limit->sign);
}

double limit_of_all(const struct limit *limit, double confirmations) {
  return 1e6 / ((2 + confirmations) * limit->verify + (1 + confirmations) * limit->sign);
}
