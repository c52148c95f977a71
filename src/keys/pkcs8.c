/* SPDX-License-Identifier: Apache-2.0
 * Key files: PKCS#8 in PEM (RFC 5958, RFC 7468 10 and 11), enciphered with AES-256-CBC under scrypt. */
#include "key_object.h"
#include "keyfile.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

/* 16 MiB and some 40 ms for each guess at a passphrase (RFC 7914 2); OpenSSL reads up to 32 MiB unasked. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 1

/* The PKCS#8 of a PEM block of either kind; NULL where it is another, or the passphrase does not fit. A passphrase for
 * a file that needs none is refused too: the file is not the one that was meant. */
static PKCS8_PRIV_KEY_INFO *info_decode(const char *name, const uint8_t *der, long len, const char *passphrase) {
  PKCS8_PRIV_KEY_INFO *info = NULL;
  X509_SIG *enciphered = NULL;

  if (strcmp(name, PEM_STRING_PKCS8INF) == 0 && passphrase == NULL)
    return d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, len);
  if (strcmp(name, PEM_STRING_PKCS8) == 0 && passphrase != NULL) {
    enciphered = d2i_X509_SIG(NULL, &der, len);
    info = enciphered != NULL ? PKCS8_decrypt(enciphered, passphrase, (int)strlen(passphrase)) : NULL;
    X509_SIG_free(enciphered);
  }
  return info;
}

/* The scalar of a P-256 key whose public half, where the file has one, belongs to it. */
static bool scalar_extract(EVP_PKEY *evp, uint8_t scalar[CRYPTO_P256_PRIVATE_SIZE]) {
  char group[32];
  BIGNUM *number = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, evp, NULL);
  bool done = context != NULL && EVP_PKEY_is_a(evp, "EC") == 1 &&
              EVP_PKEY_get_group_name(evp, group, sizeof group, NULL) == 1 && strcmp(group, "prime256v1") == 0 &&
              EVP_PKEY_pairwise_check(context) == 1 &&
              EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
              BN_bn2binpad(number, scalar, CRYPTO_P256_PRIVATE_SIZE) == CRYPTO_P256_PRIVATE_SIZE;

  BN_clear_free(number);
  EVP_PKEY_CTX_free(context);
  return done;
}

static enum status key_decode(const struct keyfile *file, const char *passphrase, struct key **key) {
  uint8_t scalar[CRYPTO_P256_PRIVATE_SIZE] = {0};
  char *name = NULL, *header = NULL;
  unsigned char *der = NULL;
  long len = 0;
  PKCS8_PRIV_KEY_INFO *info = NULL;
  EVP_PKEY *evp = NULL;
  enum status status = STATUS_BAD_KEY;
  BIO *bio = BIO_new_mem_buf(file->data, (int)file->len);

  if (bio == NULL || PEM_read_bio(bio, &name, &header, &der, &len) != 1)
    goto out;
  info = info_decode(name, der, len, passphrase);
  evp = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
  if (evp != NULL && scalar_extract(evp, scalar))
    status = key_of_scalar(scalar, key);

out:
  crypto_wipe(scalar, sizeof scalar);
  EVP_PKEY_free(evp);
  PKCS8_PRIV_KEY_INFO_free(info);
  OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
  OPENSSL_free(header);
  OPENSSL_free(name);
  BIO_free(bio);
  ERR_clear_error(); /* a wrong passphrase must not be found by the next TLS call */
  return status;
}

enum status key_load(const char *path, const char *passphrase, struct key **key) {
  struct keyfile file;
  enum status status = STATUS_INTERNAL;

  *key = NULL;
  status = keyfile_read(path, KEYFILE_PRIVATE, &file);
  if (status == STATUS_OK) {
    status = key_decode(&file, passphrase, key);
    keyfile_clear(&file);
  }
  return status == STATUS_BAD_LENGTH ? STATUS_BAD_KEY : status;
}

/* Writes the PEM text into bio, enciphered where there is a passphrase. */
static bool info_encode(PKCS8_PRIV_KEY_INFO *info, const char *passphrase, BIO *bio) {
  X509_ALGOR *scheme = NULL;
  X509_SIG *enciphered = NULL;
  bool done = false;

  if (passphrase == NULL)
    return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1;
  scheme = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
  enciphered = scheme != NULL ? PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), info, scheme) : NULL;
  if (enciphered == NULL) {
    X509_ALGOR_free(scheme); /* else it is the structure's */
    return false;
  }
  done = PEM_write_bio_PKCS8(bio, enciphered) == 1;
  X509_SIG_free(enciphered);
  return done;
}

enum status key_store(const struct key *key, const char *path, const char *passphrase) {
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key_evp(key));
  BIO *bio = BIO_new(BIO_s_mem()); /* freed with a wipe: BUF_MEM_free clears */
  char *text = NULL;
  long len = 0;
  enum status status = STATUS_CRYPTO_FAILED;

  if (info == NULL || bio == NULL || !info_encode(info, passphrase, bio))
    goto out;
  len = BIO_get_mem_data(bio, &text);
  if (len > 0)
    status = keyfile_create(path, S_IRUSR | S_IWUSR, (const uint8_t *)text, (size_t)len);

out:
  BIO_free(bio);
  PKCS8_PRIV_KEY_INFO_free(info);
  if (status != STATUS_OK)
    ERR_clear_error();
  return status;
}

enum status public_key_store(const struct key *key, const char *path) {
  BIO *bio = BIO_new(BIO_s_mem());
  char *text = NULL;
  long len = 0;
  enum status status = STATUS_CRYPTO_FAILED;

  if (bio != NULL && PEM_write_bio_PUBKEY(bio, key_evp(key)) == 1) {
    len = BIO_get_mem_data(bio, &text);
    status = public_file_store(path, (const uint8_t *)text, (size_t)len);
  } else {
    ERR_clear_error();
  }
  BIO_free(bio);
  return status;
}

enum status public_key_load(const char *path, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  enum status status = STATUS_NOT_FOUND;
  char group[32] = "";
  size_t len = 0;
  EVP_PKEY *key = NULL;
  BIO *file = BIO_new_file(path, "rb");

  if (file == NULL)
    goto out;
  status = STATUS_BAD_KEY;
  key = PEM_read_bio_PUBKEY(file, NULL, NULL, NULL);
  if (key == NULL || EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 || strcmp(group, "prime256v1") != 0)
    goto out;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, public_key, CRYPTO_P256_PUBLIC_SIZE, &len) == 1 &&
      len == CRYPTO_P256_PUBLIC_SIZE && crypto_p256_valid(public_key))
    status = STATUS_OK;
out:
  if (status != STATUS_OK)
    ERR_clear_error();
  EVP_PKEY_free(key);
  BIO_free(file);
  return status;
}
