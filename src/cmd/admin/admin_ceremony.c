/* SPDX-License-Identifier: Apache-2.0
 * Makes master, card CA, terminal CA, server keys, their certificates for cards and for TLS, and the batch key. */
#include "admin_ceremony.h"

#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_folder.h"
#include "epurse/command.h"
#include "epurse/x509.h"

#define MASTER_SUBJECT "MASTER01"
#define CERTIFIED_DAYS 7305 /* 20 years: longer than any card under it; keys are rolled by version before that */

void ceremony_expiry(int64_t end, uint8_t expiry[DATE_SIZE]) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(end, moment);
  memcpy(expiry, moment, DATE_SIZE);
}

enum status ceremony_certificate(const char *folder, const char *name, struct certificate *certificate,
                                 const struct key *ca) {
  char path[FOLDER_PATH_MAX];
  uint8_t encoded[CERTIFICATE_MAX];
  size_t len = 0;
  enum status status = folder_path(folder, name, path);

  if (status == STATUS_OK && !crypto_random(certificate->serial, sizeof certificate->serial))
    status = STATUS_CRYPTO_FAILED;
  if (status == STATUS_OK)
    status = certificate_issue(certificate, key_private(ca), encoded, sizeof encoded, &len);
  return status == STATUS_OK ? public_file_store(path, encoded, len) : status;
}

enum status ceremony_certify(const struct ceremony *ceremony, struct certificate *certificate,
                             const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], const char *name) {
  memcpy(certificate->ca_id, MASTER_SUBJECT, sizeof certificate->ca_id);
  memcpy(certificate->public_key, public_key, sizeof certificate->public_key);
  ceremony_expiry(ceremony->now + (int64_t)CERTIFIED_DAYS * ADMIN_SECONDS_PER_DAY, certificate->expiry);
  return ceremony_certificate(ceremony->folder, name, certificate, ceremony->master);
}

/* A key of the issuer's house. */
struct house_key {
  const char *file, *passphrase;
  struct key **key;        /* where it goes */
  const char *certificate; /* its 7F21, NULL: none */
  const char *subject;
  uint8_t role;
};

static enum status house_key_make(const struct ceremony *ceremony, const struct house_key *row) {
  char path[FOLDER_PATH_MAX];
  struct certificate certificate = {.role = row->role, .version = KVN_FIRST};
  enum status status = folder_path(ceremony->folder, row->file, path);

  if (status == STATUS_OK)
    status = key_generate(row->key);
  if (status == STATUS_OK)
    status = key_store(*row->key, path, row->passphrase);
  if (status != STATUS_OK || row->certificate == NULL)
    return status;
  if (row->role == ROLE_SERVER || row->role == ROLE_TERMINAL_CA)
    certificate.least = KVN_FIRST; /* no version before it was ever withdrawn */
  memcpy(certificate.subject, row->subject, sizeof certificate.subject);
  return ceremony_certify(ceremony, &certificate, key_public(*row->key), row->certificate);
}

/* An X.509 certificate of the issuer's house. */
static enum status x509_make(const struct ceremony *ceremony, struct x509_request *request, const char *file) {
  char path[FOLDER_PATH_MAX], root[FOLDER_PATH_MAX];
  enum status status = folder_path(ceremony->folder, file, path);

  if (status == STATUS_OK)
    status = folder_path(ceremony->folder, "root.crt", root);
  request->not_after = ceremony->now + (int64_t)CERTIFIED_DAYS * ADMIN_SECONDS_PER_DAY;
  return status == STATUS_OK ? x509_issue(request, ceremony->master, request->kind == X509_ROOT ? NULL : root, path)
                             : status;
}

enum status ceremony_tls(const struct ceremony *ceremony, const struct key *tls, const char *name) {
  const char *host = ceremony->hosts + strspn(ceremony->hosts, ", ");
  char first_host[65];
  struct x509_request server = {
      .kind = X509_SERVER, .common_name = first_host, .hosts = ceremony->hosts, .public_key = key_public(tls)};

  (void)snprintf(first_host, sizeof first_host, "%.*s", (int)strcspn(host, ", "), host);
  return x509_make(ceremony, &server, name);
}

enum status ceremony_terminal_ca(const struct ceremony *ceremony, const struct key *ca, uint8_t version,
                                 const char *path) {
  char name[32], root[FOLDER_PATH_MAX];
  const struct x509_request request = {.kind = X509_TERMINAL_CA,
                                       .common_name = name,
                                       .public_key = key_public(ca),
                                       .not_after = ceremony->now + (int64_t)CERTIFIED_DAYS * ADMIN_SECONDS_PER_DAY};
  enum status status = folder_path(ceremony->folder, "root.crt", root);

  (void)snprintf(name, sizeof name, "epurse terminals, key %u", (unsigned)version);
  return status == STATUS_OK ? x509_issue(&request, ceremony->master, root, path) : status;
}

static enum status x509_make_all(const struct ceremony *ceremony, const struct key *tls) {
  char root_name[32], ca_name[32];
  struct x509_request root = {.kind = X509_ROOT, .common_name = root_name};
  struct x509_request ca = {
      .kind = X509_TERMINAL_CA, .common_name = ca_name, .public_key = key_public(ceremony->terminal_ca)};
  enum status status = STATUS_OK;

  (void)snprintf(root_name, sizeof root_name, "epurse root %06u", (unsigned)ceremony->issuer);
  (void)snprintf(ca_name, sizeof ca_name, "epurse terminals %06u", (unsigned)ceremony->issuer);
  status = x509_make(ceremony, &root, "root.crt");
  if (status == STATUS_OK)
    status = x509_make(ceremony, &ca, "terminal-ca.crt");
  if (status == STATUS_OK)
    status = ceremony_tls(ceremony, tls, "tls.crt");
  return status;
}

/* What else the directory holds: the master public key for everybody, and the batch key of raw chips. */
static enum status rest_make(const struct ceremony *ceremony) {
  uint8_t batch[CRYPTO_AES_KEY_SIZE];
  char path[FOLDER_PATH_MAX], issuer[FOLDER_PATH_MAX];
  enum status status = folder_path(ceremony->folder, "master.pem", path);

  if (status == STATUS_OK)
    status = public_key_store(ceremony->master, path);
  if (status == STATUS_OK)
    status = folder_path(ceremony->folder, "issuer", issuer);
  if (status == STATUS_OK) /* certifying terminals elsewhere needs the CA's name beside its key */
    status = folder_copy(issuer, ceremony->folder, "terminal-ca.crt");
  if (status == STATUS_OK)
    status = folder_path(issuer, "batch.key", path);
  if (status == STATUS_OK && !crypto_random(batch, sizeof batch))
    status = STATUS_CRYPTO_FAILED;
  if (status == STATUS_OK)
    status = aes_key_store(path, batch);
  crypto_wipe(batch, sizeof batch);
  return status;
}

enum status ceremony_run(struct ceremony *ceremony) {
  struct key *card_ca = NULL, *server = NULL, *server_pin = NULL, *pin_store = NULL, *tls = NULL;
  const struct house_key rows[] = {
      {"issuer/master.key", ceremony->issuer_passphrase, &ceremony->master, NULL, NULL, 0}, /* signs the others */
      {"issuer/terminal-ca.key", ceremony->issuer_passphrase, &ceremony->terminal_ca, "terminal-ca.cert", "TERMCA01",
       ROLE_TERMINAL_CA},
      {"card-ca.key", ceremony->server_passphrase, &card_ca, "card-ca.cert", "CARDCA01", ROLE_CARD_CA},
      {"server.key", ceremony->server_passphrase, &server, "server.cert", "SERVER01", ROLE_SERVER},
      {"server-pin.key", ceremony->server_passphrase, &server_pin, "server-pin.cert", "SRVPIN01", ROLE_SERVER_PIN},
      {"pin-store.key", ceremony->server_passphrase, &pin_store, NULL, NULL, 0},
      {"tls.key", ceremony->server_passphrase, &tls, NULL, NULL, 0},
  };
  enum status status = STATUS_OK;

  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == STATUS_OK; i++)
    status = house_key_make(ceremony, &rows[i]);
  if (status == STATUS_OK)
    status = x509_make_all(ceremony, tls);
  if (status == STATUS_OK)
    status = rest_make(ceremony);
  key_free(&card_ca);
  key_free(&server);
  key_free(&server_pin);
  key_free(&pin_store);
  key_free(&tls);
  return status;
}
