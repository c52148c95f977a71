/* SPDX-License-Identifier: Apache-2.0
 * The server's private keys and the certificates that go with them. */
#include "keyring.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/key.h"
#include "epurse/x509.h"

#define PROBLEM_SIZE 256
#define PATH_ROOM    1280

static void name_file(char path[PATH_ROOM], const char *folder, const char *file) {
  snprintf(path, PATH_ROOM, "%s/%s", folder, file);
}

/* Which file; what is wrong with it is the status's to say. */
static void blame(char problem[256], const char *path) {
  snprintf(problem, PROBLEM_SIZE, "%.250s", path);
}

/* The master public key is that of the root, which signs itself with it. */
static enum status read_master(const char *path, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  FILE *file = fopen(path, "re");
  X509 *root = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
  enum status status = file == NULL ? STATUS_NOT_FOUND : STATUS_BAD_CERTIFICATE;

  if (root != NULL)
    status = x509_public_key(root, public_key);
  X509_free(root);
  if (file != NULL)
    fclose(file);
  return status;
}

static int64_t x509_end(const X509 *certificate) {
  struct tm end = {0};

  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 ? (int64_t)timegm(&end) : 0;
}

/* When the last of a file's certificates ends, or with `first` the first one: behind it may stand its chain. */
static enum status read_x509_end(const char *path, bool first, int64_t *end) {
  FILE *file = fopen(path, "re");
  X509 *certificate = NULL;

  *end = 0;
  if (file == NULL)
    return STATUS_NOT_FOUND;
  for (bool more = true; more && (certificate = PEM_read_X509(file, NULL, NULL, NULL)) != NULL; more = !first) {
    int64_t its = x509_end(certificate);
    *end = its > *end ? its : *end;
    X509_free(certificate);
  }
  ERR_clear_error(); /* of the file's end */
  fclose(file);
  return *end != 0 ? STATUS_OK : STATUS_BAD_CERTIFICATE;
}

/* Without them no terminal gets through its handshake. While the terminals' CA is rolled there are two. */
static enum status read_tls(const char *folder, int64_t now, struct keyring *keyring, char path[PATH_ROOM]) {
  int64_t ca_end = 0;

  name_file(path, folder, "tls.crt");
  enum status status = read_x509_end(path, true, &keyring->tls_expires);
  if (status == STATUS_OK && keyring->tls_expires <= now)
    return STATUS_BAD_CERTIFICATE;
  if (status == STATUS_OK) {
    name_file(path, folder, "terminal-ca.crt");
    status = read_x509_end(path, false, &ca_end);
  }
  return status == STATUS_OK && ca_end <= now ? STATUS_BAD_CERTIFICATE : status;
}

static enum status read_certificate(const char *path, const struct certificate_check *check,
                                    struct keyring_certificate *read) {
  uint8_t *data = NULL;
  enum status status = public_file_load(path, &data, &read->len);

  if (status == STATUS_OK && read->len > sizeof read->data)
    status = STATUS_BAD_CERTIFICATE;
  if (status == STATUS_OK) {
    memcpy(read->data, data, read->len);
    status = certificate_decode(read->data, read->len, &read->certificate);
  }
  if (status == STATUS_OK)
    status = certificate_verify(&read->certificate, check);
  free(data);
  return status;
}

/* Its time may be over; it signed while it was not. */
static enum status read_server_old(const char *folder, struct keyring *keyring, char path[PATH_ROOM]) {
  const struct certificate_check check = {.ca_public = keyring->master_public, .role = ROLE_SERVER};

  name_file(path, folder, "server-old.cert");
  enum status status = read_certificate(path, &check, &keyring->server_old);
  if (status == STATUS_NOT_FOUND) {
    keyring->server_old.len = 0;
    status = STATUS_OK;
  }
  return status;
}

const uint8_t *keyring_server(const struct keyring *keyring, uint8_t version) {
  const struct certificate *present = &keyring->server_certificate.certificate;
  const struct certificate *old = &keyring->server_old.certificate;

  if (version == present->version)
    return present->public_key;
  bool good = keyring->server_old.len > 0 && version == old->version && version >= present->least;
  return good ? old->public_key : NULL;
}

enum status keyring_certificates(struct keyring *keyring, const char *folder, int64_t now, char problem[256]) {
  const struct {
    const char *file;
    uint8_t role;
    struct keyring_certificate *into;
    bool optional;
  } wanted[] = {
      {"card-ca.cert", ROLE_CARD_CA, &keyring->card_ca_certificate, false},
      {"card-ca-old.cert", ROLE_CARD_CA, &keyring->card_ca_old, true},
      {"server.cert", ROLE_SERVER, &keyring->server_certificate, false},
      {"server-pin.cert", ROLE_SERVER_PIN, &keyring->server_pin_certificate, false},
      {"terminal-ca.cert", ROLE_TERMINAL_CA, &keyring->terminal_ca_certificate, false},
  };
  uint8_t moment[MOMENT_SIZE];
  char path[PATH_ROOM];

  moment_from_unix(now, moment);
  name_file(path, folder, "root.crt");
  enum status status = read_master(path, keyring->master_public);
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == STATUS_OK; i++) {
    struct certificate_check check = {.ca_public = keyring->master_public, .role = wanted[i].role, .now = moment};
    name_file(path, folder, wanted[i].file);
    status = read_certificate(path, &check, wanted[i].into);
    if (status == STATUS_NOT_FOUND && wanted[i].optional) {
      wanted[i].into->len = 0;
      status = STATUS_OK;
    }
  }
  if (status == STATUS_OK)
    status = read_server_old(folder, keyring, path);
  if (status == STATUS_OK)
    status = read_tls(folder, now, keyring, path);
  if (status != STATUS_OK)
    blame(problem, path);
  return status;
}

enum status keyring_keys(struct keyring *keyring, const char *folder, const char *passphrase, char problem[256]) {
  const struct {
    const char *file;
    const struct keyring_certificate *certificate; /* NULL: none in 7F21 form */
    struct key **into;
    bool optional;
  } wanted[] = {
      {"card-ca.key", &keyring->card_ca_certificate, &keyring->card_ca, true},
      {"server.key", &keyring->server_certificate, &keyring->server, false},
      {"server-pin.key", &keyring->server_pin_certificate, &keyring->server_pin, false},
      {"pin-store.key", NULL, &keyring->pin_store, false},
      {"tls.key", NULL, &keyring->tls, false},
  };
  char path[PATH_ROOM] = "";
  enum status status = STATUS_OK;

  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == STATUS_OK; i++) {
    name_file(path, folder, wanted[i].file);
    status = key_load(path, passphrase, wanted[i].into);
    if (status == STATUS_NOT_FOUND && wanted[i].optional) {
      status = STATUS_OK;
      continue;
    }
    if (status == STATUS_OK && wanted[i].certificate != NULL &&
        memcmp(key_public(*wanted[i].into), wanted[i].certificate->certificate.public_key, CRYPTO_P256_PUBLIC_SIZE) !=
            0)
      status = STATUS_BAD_KEY;
  }
  if (status != STATUS_OK)
    blame(problem, path);
  return status;
}

void keyring_clear(struct keyring *keyring) {
  key_free(&keyring->card_ca);
  key_free(&keyring->server);
  key_free(&keyring->server_pin);
  key_free(&keyring->pin_store);
  key_free(&keyring->tls);
}
