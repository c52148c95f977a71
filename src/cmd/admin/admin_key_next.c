/* SPDX-License-Identifier: Apache-2.0
 * What a roll that broke off has left may be empty, or of another key: nothing is moved into a good one's place
 * unseen. */
#include "admin_key_next.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "admin.h"
#include "admin_folder.h"
#include "epurse/key.h"
#include "epurse/x509.h"

enum status key_master_check(const struct admin *admin, const char *from, const struct key *master) {
  uint8_t own[CRYPTO_P256_PUBLIC_SIZE];
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, "master.pem", path);

  if (status == STATUS_OK)
    status = public_key_load(path, own);
  if (status != STATUS_OK)
    return admin_fail(admin, path, status);
  return crypto_equal(own, key_public(master), sizeof own)
             ? STATUS_OK
             : admin_refuse(admin, STATUS_BAD_KEY, "%s is another issuer's", from);
}

enum status key_certificate_read(const char *path, const uint8_t master[CRYPTO_P256_PUBLIC_SIZE], uint8_t role,
                                 struct certificate *certificate) {
  const struct certificate_check check = {.ca_public = master, .role = role};

  return certificate_file_load(path, &check, certificate);
}

bool key_certificate_follows(const char *path, const uint8_t master[CRYPTO_P256_PUBLIC_SIZE],
                             const struct certificate *present, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct certificate next = {0};

  return key_certificate_read(path, master, present->role, &next) == STATUS_OK && next.version > present->version &&
         crypto_equal(next.public_key, public_key, CRYPTO_P256_PUBLIC_SIZE);
}

static X509 *x509_load(const char *path) {
  BIO *file = BIO_new_file(path, "rb");
  X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;

  BIO_free(file);
  return certificate;
}

bool key_x509_holds(const char *path, const char *root, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  uint8_t own[CRYPTO_P256_PUBLIC_SIZE];
  X509 *certificate = x509_load(path), *signer = x509_load(root);
  bool holds = certificate != NULL && signer != NULL && X509_verify(certificate, X509_get0_pubkey(signer)) == 1 &&
               x509_public_key(certificate, own) == STATUS_OK && crypto_equal(own, public_key, CRYPTO_P256_PUBLIC_SIZE);

  X509_free(signer);
  X509_free(certificate);
  ERR_clear_error();
  return holds;
}
