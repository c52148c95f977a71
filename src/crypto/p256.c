/* SPDX-License-Identifier: Apache-2.0
 * What P-256 keys do: sign, verify, agree. */
#include "digest.h"
#include "p256_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <stdlib.h>
#include <string.h>

#define SCALAR_SIZE (CRYPTO_SIGNATURE_SIZE / 2)
#define DER_MAX     72 /* SEQUENCE of two INTEGERs of at most 33 bytes */
#define INTEGER     0x02
#define SEQUENCE    0x30

bool crypto_p256_agree(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE],
                       const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], uint8_t shared[CRYPTO_P256_SHARED_SIZE]) {
  EVP_PKEY *peer = p256_key_public(public_key);
  EVP_PKEY *own = peer != NULL ? p256_key_private(private_key) : NULL;
  EVP_PKEY_CTX *context = own != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
  size_t len = CRYPTO_P256_SHARED_SIZE;
  bool done = false;

  crypto_tally_here()->agreements++;
  /* The import has checked the point already, and the cofactor is 1: no second check. */
  done = context != NULL && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 &&
         EVP_PKEY_derive(context, shared, &len) == 1 && len == CRYPTO_P256_SHARED_SIZE;
  if (!done)
    crypto_wipe(shared, CRYPTO_P256_SHARED_SIZE);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(own);
  EVP_PKEY_free(peer);
  return done;
}

/* DER of ECDSA-Sig-Value (SEC 1 C.5) to r||s. */
static bool signature_from_der(const uint8_t *der, size_t len, uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
  bool done = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, SCALAR_SIZE) == SCALAR_SIZE &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + SCALAR_SIZE, SCALAR_SIZE) == SCALAR_SIZE;

  ECDSA_SIG_free(pair);
  return done;
}

/* A positive INTEGER in its shortest form (X.690 8.3); answers its length. */
static size_t integer_to_der(const uint8_t scalar[SCALAR_SIZE], uint8_t *der) {
  size_t skip = 0;

  while (skip < SCALAR_SIZE - 1 && scalar[skip] == 0)
    skip++;
  size_t sign = scalar[skip] >> 7; /* a zero byte in front of what would look negative */
  size_t len = SCALAR_SIZE - skip + sign;
  der[0] = INTEGER;
  der[1] = (uint8_t)len;
  der[2] = 0;
  memcpy(der + 2 + sign, scalar + skip, SCALAR_SIZE - skip);
  return 2 + len;
}

/* r||s to DER; answers the length. The library's own way there allocates six times. */
static size_t signature_to_der(const uint8_t signature[CRYPTO_SIGNATURE_SIZE], uint8_t der[DER_MAX]) {
  size_t len = integer_to_der(signature, der + 2);

  len += integer_to_der(signature + SCALAR_SIZE, der + 2 + len);
  der[0] = SEQUENCE;
  der[1] = (uint8_t)len;
  return 2 + len;
}

bool crypto_p256_sign(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], const uint8_t *data, size_t len,
                      uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  EVP_PKEY *key = p256_key_private(private_key);
  EVP_MD_CTX *context = key != NULL ? EVP_MD_CTX_new() : NULL;
  uint8_t der[DER_MAX];
  size_t der_len = sizeof der;
  bool done = false;

  crypto_tally_here()->signatures++;
  done = context != NULL && EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
         EVP_DigestSign(context, der, &der_len, data, len) == 1 && signature_from_der(der, der_len, signature);
  if (!done)
    crypto_wipe(signature, CRYPTO_SIGNATURE_SIZE);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return done;
}

static bool signature_check(EVP_PKEY_CTX *context, const uint8_t *data, size_t len,
                            const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  uint8_t der[DER_MAX], hash[CRYPTO_SHA256_SIZE];
  size_t der_len = signature_to_der(signature, der);

  crypto_tally_here()->verifications++;
  return context != NULL && digest_sha256(data, len, hash) &&
         EVP_PKEY_verify(context, der, der_len, hash, sizeof hash) == 1;
}

bool crypto_p256_verify(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], const uint8_t *data, size_t len,
                        const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  return signature_check(p256_key_verifying(public_key), data, len, signature);
}

/* The context is ready to verify and stays as it is: each use works on a copy, so that threads may share it. */
struct crypto_verifier {
  EVP_PKEY *key;
  EVP_PKEY_CTX *verifying;
};

struct crypto_verifier *crypto_verifier_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct crypto_verifier *verifier = calloc(1, sizeof *verifier);

  if (verifier == NULL)
    return NULL;
  verifier->key = p256_key_public(public_key);
  verifier->verifying = verifier->key != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, verifier->key, NULL) : NULL;
  if (verifier->verifying == NULL || EVP_PKEY_verify_init(verifier->verifying) != 1)
    crypto_verifier_free(&verifier);
  return verifier;
}

bool crypto_verifier_check(const struct crypto_verifier *verifier, const uint8_t *data, size_t len,
                           const uint8_t signature[CRYPTO_SIGNATURE_SIZE]) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_dup(verifier->verifying);
  bool valid = signature_check(context, data, len, signature);

  EVP_PKEY_CTX_free(context);
  return valid;
}

void crypto_verifier_free(struct crypto_verifier **verifier) {
  if (*verifier == NULL)
    return;
  EVP_PKEY_CTX_free((*verifier)->verifying);
  EVP_PKEY_free((*verifier)->key);
  free(*verifier);
  *verifier = NULL;
}
