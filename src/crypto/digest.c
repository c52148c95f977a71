/* SPDX-License-Identifier: Apache-2.0
 * SHA-256 and what stands on it: HMAC and the X9.63 key derivation. */
#include "digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* Looked up once: the library would search its providers at each use. */
static CRYPTO_ONCE sha256_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256;

static void sha256_fetch(void) {
  sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool digest_sha256(const uint8_t *data, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  return CRYPTO_THREAD_run_once(&sha256_once, sha256_fetch) == 1 && sha256 != NULL &&
         EVP_Digest(data, len, hash, NULL, sha256, NULL) == 1;
}

bool crypto_sha256(const uint8_t *data, size_t len, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  crypto_tally_here()->hashes++;
  return digest_sha256(data, len, hash);
}

/* A context with the digest set, to be copied for each use: the library looks up both names for a new one. It can be
 * copied only once it has a key, so it has one of no meaning. */
static CRYPTO_ONCE hmac_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MAC_CTX *hmac;
static const uint8_t empty = 0; /* OpenSSL takes a NULL key for "the key of before" */

static void hmac_make(void) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

  hmac = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
  EVP_MAC_free(mac);
  if (hmac != NULL && EVP_MAC_init(hmac, &empty, 0, parameters) == 1)
    return;
  EVP_MAC_CTX_free(hmac);
  hmac = NULL;
}

bool crypto_hmac_sha256(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
                        uint8_t mac[CRYPTO_SHA256_SIZE]) {
  bool there = CRYPTO_THREAD_run_once(&hmac_once, hmac_make) == 1 && hmac != NULL;
  EVP_MAC_CTX *context = there ? EVP_MAC_CTX_dup(hmac) : NULL;
  size_t mac_len = 0;
  bool done = context != NULL && EVP_MAC_init(context, key_len > 0 ? key : &empty, key_len, NULL) == 1 &&
              EVP_MAC_update(context, data, len) == 1 &&
              EVP_MAC_final(context, mac, &mac_len, CRYPTO_SHA256_SIZE) == 1 && mac_len == CRYPTO_SHA256_SIZE;

  crypto_tally_here()->hashes += 2; /* inner and outer */
  EVP_MAC_CTX_free(context);        /* wipes its copy of the key */
  return done;
}

bool crypto_x963_kdf(const uint8_t *shared, size_t shared_len, const uint8_t *info, size_t info_len, uint8_t *out,
                     size_t out_len) {
  char digest[] = "SHA256";
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
  EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
  OSSL_PARAM parameters[4];
  OSSL_PARAM *next = parameters;
  bool done = false;

  if (context == NULL)
    goto out;
  /* OSSL_PARAM's pointers are not const, but what is handed in is only read. */
  *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
  *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)shared, shared_len);
  if (info_len > 0)
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, info_len);
  *next = OSSL_PARAM_construct_end();
  done = EVP_KDF_derive(context, out, out_len, parameters) == 1;
  crypto_tally_here()->hashes += (uint32_t)((out_len + CRYPTO_SHA256_SIZE - 1) / CRYPTO_SHA256_SIZE);

out:
  if (!done)
    crypto_wipe(out, out_len);
  EVP_KDF_CTX_free(context); /* wipes its copy of the secret */
  EVP_KDF_free(kdf);
  return done;
}
