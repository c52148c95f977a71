/* SPDX-License-Identifier: Apache-2.0
 * Issues the certificates of TLS: root, terminal CA, server, client. */
#include "x509_extension.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "epurse/key.h"
#include "keyfile.h"

#define SERIAL_BITS    127            /* unpredictable, positive, below 20 bytes: RFC 5280 4.1.2.2 */
#define BACKDATED      (24 * 60 * 60) /* seconds: a terminal whose clock is behind still takes it */
#define X509_VERSION_3 2              /* RFC 5280 4.1.2.1 counts from 0 */

/* A public key as OpenSSL wants it. NULL: not a point on the curve. */
static EVP_PKEY *public_make(const uint8_t point[CRYPTO_P256_PUBLIC_SIZE]) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *context = NULL;
  char group[] = "prime256v1";
  uint8_t copy[CRYPTO_P256_PUBLIC_SIZE];
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                             OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
                             OSSL_PARAM_construct_end()};

  if (!crypto_p256_valid(point))
    return NULL;
  memcpy(copy, point, sizeof copy);
  context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    key = NULL;
  EVP_PKEY_CTX_free(context);
  return key;
}

static bool serial_set(X509 *certificate) {
  BIGNUM *number = BN_new();
  bool done = number != NULL && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

  BN_free(number);
  return done;
}

static bool name_add(X509_NAME *name, const char *field, const char *value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool subject_set(X509 *certificate, const struct x509_request *request) {
  X509_NAME *name = X509_get_subject_name(certificate);
  const char *role = request->kind == X509_CLIENT ? role_name((uint8_t)request->role) : NULL;

  if (request->kind == X509_CLIENT &&
      (role == NULL || !name_add(name, "OU", role) ||
       (request->merchant != NULL && request->merchant[0] != '\0' && !name_add(name, "O", request->merchant))))
    return false;
  return name_add(name, "CN", request->common_name);
}

static bool validity_set(X509 *certificate, int64_t not_after) {
  time_t now = time(NULL);

  return now != (time_t)-1 && not_after > now &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), now - BACKDATED) != NULL &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)not_after) != NULL;
}

static X509 *certificate_read(const char *path) {
  struct keyfile file;
  X509 *certificate = NULL;
  BIO *bio = NULL;

  if (keyfile_read(path, 0, &file) != STATUS_OK)
    return NULL;
  bio = BIO_new_mem_buf(file.data, (int)file.len);
  certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  keyfile_clear(&file);
  return certificate;
}

/* Builds and signs; NULL where anything was refused. `ca` is NULL for a root. */
static X509 *certificate_make(const struct x509_request *request, const struct key *ca_key, X509 *ca) {
  X509 *made = X509_new();
  EVP_PKEY *subject_key = request->kind == X509_ROOT
                              ? key_evp(ca_key)
                              : (request->public_key != NULL ? public_make(request->public_key) : NULL);
  bool done = made != NULL && subject_key != NULL && X509_set_version(made, X509_VERSION_3) == 1 && serial_set(made) &&
              validity_set(made, request->not_after) && subject_set(made, request) &&
              X509_set_issuer_name(made, X509_get_subject_name(ca != NULL ? ca : made)) == 1 &&
              X509_set_pubkey(made, subject_key) == 1 && x509_extensions_add(made, ca != NULL ? ca : made, request) &&
              X509_sign(made, key_evp(ca_key), EVP_sha256()) > 0;

  if (request->kind != X509_ROOT)
    EVP_PKEY_free(subject_key);
  if (!done) {
    X509_free(made);
    made = NULL;
  }
  return made;
}

/* Writes the certificate, and behind a client's its CA's: what a TLS client sends. */
static enum status certificate_write(X509 *certificate, X509 *ca, enum x509_kind kind, const char *path) {
  BIO *bio = BIO_new(BIO_s_mem());
  char *text = NULL;
  long len = 0;
  enum status status = STATUS_CRYPTO_FAILED;

  if (bio != NULL && PEM_write_bio_X509(bio, certificate) == 1 &&
      (kind != X509_CLIENT || PEM_write_bio_X509(bio, ca) == 1)) {
    len = BIO_get_mem_data(bio, &text);
    status = keyfile_create(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, (const uint8_t *)text, (size_t)len);
  }
  BIO_free(bio);
  return status;
}

enum status x509_issue(const struct x509_request *request, const struct key *ca_key, const char *ca_path,
                       const char *path) {
  X509 *ca = NULL, *made = NULL;
  enum status status = STATUS_CRYPTO_FAILED;

  if (request->kind != X509_ROOT) {
    ca = ca_path != NULL ? certificate_read(ca_path) : NULL;
    if (ca == NULL || X509_check_private_key(ca, key_evp(ca_key)) != 1)
      goto out;
  }
  made = certificate_make(request, ca_key, ca);
  if (made != NULL)
    status = certificate_write(made, ca, request->kind, path);

out:
  X509_free(made);
  X509_free(ca);
  ERR_clear_error();
  return status;
}
