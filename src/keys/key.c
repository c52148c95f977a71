/* SPDX-License-Identifier: Apache-2.0
 * Private P-256 keys: made, signed with, released. Their files are pkcs8.c's. */
#include "key_object.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#define P256_GROUP   "prime256v1"
#define UNCOMPRESSED 0x04 /* SEC 1 2.3.3 */
#define DER_MAX      72   /* SEQUENCE of two INTEGERs of at most 33 bytes (SEC 1 C.5) */

/* The contexts are ready to sign and to agree, and stay as they are: each use works on a copy, which costs a fraction
 * of looking everything up anew. */
struct key {
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE];
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
  EVP_PKEY *evp;
  EVP_PKEY_CTX *signing, *agreeing;
};

/* Both halves as OpenSSL's object; NULL where it refuses them. The caller frees it. */
static EVP_PKEY *evp_make(const uint8_t *private_key, const uint8_t *public_key) {
  EVP_PKEY *evp = NULL;
  OSSL_PARAM *parameters = NULL;
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  BIGNUM *scalar = BN_secure_new();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

  if (builder == NULL || scalar == NULL || context == NULL ||
      BN_bin2bn(private_key, CRYPTO_P256_PRIVATE_SIZE, scalar) == NULL ||
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, P256_GROUP, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public_key, CRYPTO_P256_PUBLIC_SIZE) != 1 ||
      OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar, CRYPTO_P256_PRIVATE_SIZE) != 1)
    goto out;
  parameters = OSSL_PARAM_BLD_to_param(builder);
  if (parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &evp, EVP_PKEY_KEYPAIR, parameters) != 1)
    evp = NULL;

out:
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  EVP_PKEY_CTX_free(context);
  BN_clear_free(scalar);
  return evp;
}

static bool contexts_make(struct key *key) {
  key->signing = EVP_PKEY_CTX_new_from_pkey(NULL, key->evp, NULL);
  key->agreeing = EVP_PKEY_CTX_new_from_pkey(NULL, key->evp, NULL);
  return key->signing != NULL && key->agreeing != NULL && EVP_PKEY_sign_init(key->signing) == 1 &&
         EVP_PKEY_derive_init(key->agreeing) == 1;
}

enum status key_of_scalar(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], struct key **key) {
  struct key *made = calloc(1, sizeof *made);
  enum status status = STATUS_OK;

  *key = NULL;
  if (made == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < sizeof made->private_key; i++)
    made->private_key[i] = private_key[i];
  if (!crypto_p256_public(private_key, made->public_key))
    status = STATUS_BAD_KEY;
  else if ((made->evp = evp_make(private_key, made->public_key)) == NULL || !contexts_make(made))
    status = STATUS_CRYPTO_FAILED;
  if (status != STATUS_OK) {
    ERR_clear_error();
    key_free(&made);
  }
  *key = made;
  return status;
}

enum status key_generate(struct key **key) {
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], public_key[CRYPTO_P256_PUBLIC_SIZE];
  enum status status = STATUS_CRYPTO_FAILED;

  *key = NULL;
  if (crypto_p256_generate(private_key, public_key))
    status = key_of_scalar(private_key, key);
  crypto_wipe(private_key, sizeof private_key);
  return status;
}

void key_free(struct key **key) {
  if (*key == NULL)
    return;
  EVP_PKEY_CTX_free((*key)->signing);
  EVP_PKEY_CTX_free((*key)->agreeing);
  EVP_PKEY_free((*key)->evp);
  crypto_wipe(*key, sizeof **key);
  free(*key);
  *key = NULL;
}

const uint8_t *key_public(const struct key *key) {
  return key->public_key;
}

const uint8_t *key_private(const struct key *key) {
  return key->private_key;
}

EVP_PKEY *key_evp(const struct key *key) {
  return key->evp;
}

/* DER of ECDSA-Sig-Value (SEC 1 C.5) to r||s. */
static bool signature_from_der(const uint8_t *der, size_t len, uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  const int half = CRYPTO_SIGNATURE_SIZE / 2;
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
  bool done = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, half) == half &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + half, half) == half;

  ECDSA_SIG_free(pair);
  return done;
}

enum status key_sign(const struct key *key, const uint8_t *data, size_t len, uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_dup(key->signing);
  uint8_t der[DER_MAX], hash[CRYPTO_SHA256_SIZE];
  size_t der_len = sizeof der;
  bool done = context != NULL && crypto_sha256(data, len, hash) &&
              EVP_PKEY_sign(context, der, &der_len, hash, sizeof hash) == 1 &&
              signature_from_der(der, der_len, signature);

  crypto_tally_here()->signatures++;
  EVP_PKEY_CTX_free(context);
  if (!done) {
    ERR_clear_error();
    crypto_wipe(signature, CRYPTO_SIGNATURE_SIZE);
  }
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

/* The other's key, with the group of this one. The library would also take hybrid points of this length; it checks by
 * itself that the point is on the curve. */
static EVP_PKEY *peer_make(const struct key *key, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *peer = public_key[0] == UNCOMPRESSED ? EVP_PKEY_new() : NULL;

  if (peer == NULL || EVP_PKEY_copy_parameters(peer, key->evp) != 1 ||
      EVP_PKEY_set1_encoded_public_key(peer, public_key, CRYPTO_P256_PUBLIC_SIZE) != 1) {
    EVP_PKEY_free(peer);
    return NULL;
  }
  return peer;
}

enum status key_agree(const struct key *key, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                      uint8_t shared[CRYPTO_P256_SHARED_SIZE]) {
  EVP_PKEY *peer = peer_make(key, public_key);
  EVP_PKEY_CTX *context = peer != NULL ? EVP_PKEY_CTX_dup(key->agreeing) : NULL;
  size_t len = CRYPTO_P256_SHARED_SIZE;
  /* The import has checked the point already, and the cofactor is 1: no second check. */
  bool done = context != NULL && EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 &&
              EVP_PKEY_derive(context, shared, &len) == 1 && len == CRYPTO_P256_SHARED_SIZE;

  crypto_tally_here()->agreements++;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(peer);
  if (!done) {
    ERR_clear_error();
    crypto_wipe(shared, CRYPTO_P256_SHARED_SIZE);
  }
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}
