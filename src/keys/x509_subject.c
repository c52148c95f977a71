/* SPDX-License-Identifier: Apache-2.0
 * What a certificate says whose it is: key, common name, and the words for roles. */
#include "epurse/x509.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

/* Roles that have keys outside of the issuer's house; the words stand in certificates, files and messages. */
static const struct {
  uint8_t role;
  const char *name;
} roles[] = {{ROLE_POS, "pos"}, {ROLE_RELOAD, "reload"}, {ROLE_PERSO, "perso"}, {ROLE_ADMIN, "admin"}};

#define ROLE_COUNT (sizeof roles / sizeof roles[0])

const char *role_name(uint8_t role) {
  for (size_t i = 0; i < ROLE_COUNT; i++)
    if (roles[i].role == role)
      return roles[i].name;
  return NULL;
}

enum status role_by_name(const char *name, uint8_t *role) {
  for (size_t i = 0; i < ROLE_COUNT; i++) {
    if (strcmp(roles[i].name, name) == 0) {
      *role = roles[i].role;
      return STATUS_OK;
    }
  }
  return STATUS_BAD_FORMAT;
}

enum status x509_public_key(const X509 *certificate, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *key = X509_get0_pubkey(certificate); /* decoded once, kept by the certificate */
  char group[32];
  size_t len = 0;
  bool done =
      key != NULL && EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
      strcmp(group, "prime256v1") == 0 &&
      EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, public_key, CRYPTO_P256_PUBLIC_SIZE, &len) == 1 &&
      len == CRYPTO_P256_PUBLIC_SIZE && crypto_p256_valid(public_key);

  if (!done)
    ERR_clear_error();
  return done ? STATUS_OK : STATUS_BAD_CERTIFICATE;
}

enum status x509_common_name(const X509 *certificate, char *text, size_t capacity) {
  const X509_NAME *name = X509_get_subject_name(certificate);
  int index = name != NULL ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
  unsigned char *utf8 = NULL;
  int len = index >= 0 ? ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))) : -1;
  enum status status = STATUS_OK;

  if (len <= 0 || memchr(utf8, '\0', (size_t)len) != NULL) {
    ERR_clear_error();
    status = STATUS_BAD_CERTIFICATE;
  } else if ((size_t)len >= capacity) {
    status = STATUS_BAD_LENGTH;
  } else {
    memcpy(text, utf8, (size_t)len);
    text[len] = '\0';
  }
  OPENSSL_free(utf8);
  return status;
}
