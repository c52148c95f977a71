/* SPDX-License-Identifier: Apache-2.0
 * P-256 key pairs: made, checked, and carried between bytes and OpenSSL. */
#include "p256_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <pthread.h>
#include <stdlib.h>

#define P256_GROUP   "prime256v1"
#define UNCOMPRESSED 0x04 /* SEC 1 2.3.3 */

/* The order n of the base point, SP 800-186 3.2.1.3. */
static const uint8_t p256_order[CRYPTO_P256_PRIVATE_SIZE] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};

/* A key with parameters and no point, copied for each import: ten times cheaper than decoding, see EVP_PKEY-EC(7).
 * Made once, then only read. */
static CRYPTO_ONCE template_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_PKEY *template_key;

static void template_make(void) {
  char group[] = P256_GROUP;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                             OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

  if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &template_key, EVP_PKEY_KEY_PARAMETERS, parameters) != 1)
    template_key = NULL;
  EVP_PKEY_CTX_free(context);
}

EVP_PKEY *p256_key_public(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *key = NULL;

  /* OpenSSL would also take hybrid points of this length; it checks by itself that the point is on the curve. */
  if (public_key[0] != UNCOMPRESSED || CRYPTO_THREAD_run_once(&template_once, template_make) != 1 ||
      template_key == NULL)
    return NULL;
  key = EVP_PKEY_new();
  if (key == NULL || EVP_PKEY_copy_parameters(key, template_key) != 1 ||
      EVP_PKEY_set1_encoded_public_key(key, public_key, CRYPTO_P256_PUBLIC_SIZE) != 1) {
    EVP_PKEY_free(key);
    return NULL;
  }
  return key;
}

/* A thread's key that takes one point after another, with a context that stays ready: what a new key and a new context
 * cost is mostly looking up by name what they are. */
struct slate {
  EVP_PKEY *key;
  EVP_PKEY_CTX *verifying;
};

static pthread_once_t slate_once = PTHREAD_ONCE_INIT;
static pthread_key_t slate_key;
static bool slate_keyed;

static void slate_free(void *memory) {
  struct slate *slate = memory;

  EVP_PKEY_CTX_free(slate->verifying);
  EVP_PKEY_free(slate->key);
  free(slate);
}

static void slate_key_make(void) {
  slate_keyed = pthread_key_create(&slate_key, slate_free) == 0;
}

/* With the first point that it takes. */
static struct slate *slate_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct slate *slate = calloc(1, sizeof *slate);

  if (slate == NULL)
    return NULL;
  slate->key = p256_key_public(public_key);
  slate->verifying = slate->key != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, slate->key, NULL) : NULL;
  if (slate->verifying == NULL || EVP_PKEY_verify_init(slate->verifying) != 1 ||
      pthread_setspecific(slate_key, slate) != 0) {
    slate_free(slate);
    return NULL;
  }
  return slate;
}

EVP_PKEY_CTX *p256_key_verifying(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct slate *slate = NULL;

  if (pthread_once(&slate_once, slate_key_make) != 0 || !slate_keyed || public_key[0] != UNCOMPRESSED)
    return NULL;
  slate = pthread_getspecific(slate_key);
  if (slate == NULL) {
    slate = slate_new(public_key);
    return slate != NULL ? slate->verifying : NULL;
  }
  bool taken = EVP_PKEY_set1_encoded_public_key(slate->key, public_key, CRYPTO_P256_PUBLIC_SIZE) == 1;
  return taken ? slate->verifying : NULL;
}

/* Whether the scalar is in 1 .. n - 1, in time that does not depend on it. */
static bool scalar_in_range(const uint8_t scalar[CRYPTO_P256_PRIVATE_SIZE]) {
  unsigned borrow = 0, any = 0;

  for (size_t i = CRYPTO_P256_PRIVATE_SIZE; i-- > 0;) {
    borrow = ((unsigned)scalar[i] - p256_order[i] - borrow) >> 8 & 1U;
    any |= scalar[i];
  }
  return (borrow != 0) & (any != 0);
}

EVP_PKEY *p256_key_private(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE]) {
  EVP_PKEY *key = NULL;
  BIGNUM *scalar = NULL;
  OSSL_PARAM_BLD *builder = NULL;
  OSSL_PARAM *parameters = NULL;
  EVP_PKEY_CTX *context = NULL;

  if (!scalar_in_range(private_key))
    return NULL;
  scalar = BN_secure_new();
  builder = OSSL_PARAM_BLD_new();
  if (scalar == NULL || builder == NULL || BN_bin2bn(private_key, CRYPTO_P256_PRIVATE_SIZE, scalar) == NULL ||
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, P256_GROUP, 0) != 1 ||
      OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar, CRYPTO_P256_PRIVATE_SIZE) != 1)
    goto out;
  parameters = OSSL_PARAM_BLD_to_param(builder);
  context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
    key = NULL;

out:
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters); /* its numbers are cleared with it: they lie in secure memory or are cleansed */
  OSSL_PARAM_BLD_free(builder);
  BN_clear_free(scalar);
  return key;
}

bool crypto_p256_valid(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *key = p256_key_public(public_key);
  bool valid = key != NULL;

  EVP_PKEY_free(key);
  return valid;
}

bool crypto_p256_generate(uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *key = EVP_EC_gen(P256_GROUP);
  BIGNUM *scalar = NULL;
  size_t point_len = 0;
  bool done = false;

  crypto_tally_here()->key_pairs++;
  done = key != NULL && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1 &&
         BN_bn2binpad(scalar, private_key, CRYPTO_P256_PRIVATE_SIZE) == CRYPTO_P256_PRIVATE_SIZE &&
         EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, public_key, CRYPTO_P256_PUBLIC_SIZE,
                                         &point_len) == 1 &&
         point_len == CRYPTO_P256_PUBLIC_SIZE && public_key[0] == UNCOMPRESSED;
  if (!done)
    crypto_wipe(private_key, CRYPTO_P256_PRIVATE_SIZE);
  BN_clear_free(scalar);
  EVP_PKEY_free(key);
  return done;
}

bool crypto_p256_public(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                        uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EC_GROUP *group = NULL;
  EC_POINT *point = NULL;
  BIGNUM *scalar = NULL;
  bool done = false;

  if (!scalar_in_range(private_key))
    return false;
  group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  point = group != NULL ? EC_POINT_new(group) : NULL;
  scalar = BN_secure_new();
  if (point == NULL || scalar == NULL || BN_bin2bn(private_key, CRYPTO_P256_PRIVATE_SIZE, scalar) == NULL)
    goto out;
  BN_set_flags(scalar, BN_FLG_CONSTTIME);
  done = EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1 &&
         EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public_key, CRYPTO_P256_PUBLIC_SIZE, NULL) ==
             CRYPTO_P256_PUBLIC_SIZE;

out:
  BN_clear_free(scalar);
  EC_POINT_clear_free(point);
  EC_GROUP_free(group);
  return done;
}
