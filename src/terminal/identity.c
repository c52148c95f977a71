/* SPDX-License-Identifier: Apache-2.0
 * A terminal's keys and certificates: everything hangs on the master key, fits together and is valid today. */
#include "identity.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/key.h"
#include "epurse/receipt.h"
#include "epurse/sentence.h"
#include "epurse/terminal.h"
#include "epurse/x509.h"

/* In struct terminal.files. */
#define FILE_CARD_CA      0
#define FILE_SERVER       1
#define FILE_TERMINAL_CA  3
#define FILE_OWN          4
#define FILE_SERVER_NEXT  5
#define FILE_CARD_CA_NEXT 6

enum status identity_path(const char *folder, const char *name, char path[IDENTITY_PATH_MAX]) {
  int length = snprintf(path, IDENTITY_PATH_MAX, "%s/%s", folder, name);
  return length > 0 && length < IDENTITY_PATH_MAX ? STATUS_OK : STATUS_BAD_CONFIG;
}

/* Says which file it was and why in the words of the list, or in better ones. */
static enum status complain(char problem[256], const char *file, enum status status, const char *words) {
  snprintf(problem, 256, "%s: %s", file, words != NULL ? words : status_sentence(status));
  return status;
}

static void moment_now(uint8_t moment[MOMENT_SIZE]) {
  moment_from_unix((int64_t)time(NULL), moment);
}

/* Reads files[index] and checks it. */
static enum status certificate_load(struct terminal *terminal, const char *path, size_t index,
                                    struct certificate *certificate, const struct certificate_check *check) {
  enum status status = public_file_load(path, &terminal->files[index], &terminal->files_len[index]);
  if (status == STATUS_OK)
    status = certificate_decode(terminal->files[index], terminal->files_len[index], certificate);
  if (status == STATUS_OK)
    status = certificate_verify(certificate, check);
  if (status == STATUS_NOT_FOUND || status == STATUS_TERMINAL_REVOKED)
    return status;
  return status == STATUS_OK ? STATUS_OK : STATUS_BAD_CERTIFICATE;
}

/* The issuer's certificates, each under the master key. */
static enum status issuer_load(struct terminal *terminal, const char *folder, char problem[256]) {
  struct {
    const char *name;
    struct certificate *certificate;
    uint8_t role;
  } const rows[] = {{"card-ca.cert", &terminal->card_ca, ROLE_CARD_CA},
                    {"server.cert", &terminal->server, ROLE_SERVER},
                    {"server-pin.cert", &terminal->server_pin, ROLE_SERVER_PIN},
                    {"terminal-ca.cert", &terminal->terminal_ca, ROLE_TERMINAL_CA}};
  uint8_t now[MOMENT_SIZE];
  char path[IDENTITY_PATH_MAX];
  enum status status = identity_path(folder, "master.pem", path);
  if (status == STATUS_OK)
    status = public_key_load(path, terminal->master_public);
  if (status != STATUS_OK)
    return complain(problem, "master.pem", status == STATUS_NOT_FOUND ? STATUS_BAD_CONFIG : status,
                    status == STATUS_NOT_FOUND ? SENTENCE("there is no such file") : NULL);
  moment_now(now);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct certificate_check check = {terminal->master_public, NULL, rows[i].role, now};
    status = identity_path(folder, rows[i].name, path);
    if (status == STATUS_OK)
      status = certificate_load(terminal, path, i, rows[i].certificate, &check);
    if (status != STATUS_OK)
      return complain(problem, rows[i].name, STATUS_BAD_CERTIFICATE,
                      status == STATUS_NOT_FOUND
                          ? SENTENCE("there is no such file")
                          : SENTENCE("not signed by the master key, not of this kind, or expired"));
  }
  return STATUS_OK;
}

/* A file that need not be there: the newer of two keys, so that the one day on which the issuer changes over is nobody
 * else's. One that is no newer than the file that is always there is left over from such a day. */
struct next_file {
  const char *name;
  size_t index; /* in struct terminal.files */
  uint8_t role;
  const struct certificate *present;
  struct certificate *next; /* version 0: there is none */
};

static enum status next_load(struct terminal *terminal, const char *folder, const struct next_file *row,
                             char problem[256]) {
  uint8_t now[MOMENT_SIZE];
  char path[IDENTITY_PATH_MAX];
  const struct certificate_check check = {terminal->master_public, NULL, row->role, now};
  enum status status = identity_path(folder, row->name, path);
  moment_now(now);
  if (status == STATUS_OK)
    status = certificate_load(terminal, path, row->index, row->next, &check);
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && row->next->version <= row->present->version)) {
    *row->next = (struct certificate){.version = 0};
    return STATUS_OK;
  }
  return status == STATUS_OK ? STATUS_OK
                             : complain(problem, row->name, STATUS_BAD_CERTIFICATE,
                                        SENTENCE("not signed by the master key, not of this kind, or expired"));
}

static enum status nexts_load(struct terminal *terminal, const char *folder, char problem[256]) {
  const struct next_file rows[] = {
      {"server-next.cert", FILE_SERVER_NEXT, ROLE_SERVER, &terminal->server, &terminal->server_next},
      {"card-ca-next.cert", FILE_CARD_CA_NEXT, ROLE_CARD_CA, &terminal->card_ca, &terminal->card_ca_next}};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == STATUS_OK; i++)
    status = next_load(terminal, folder, &rows[i], problem);
  return status;
}

const struct certificate *identity_card_ca(const struct terminal *terminal,
                                           const uint8_t subject[CERTIFICATE_SUBJECT_SIZE], struct bytes_view *file) {
  bool newer = terminal->card_ca_next.version != 0 &&
               memcmp(terminal->card_ca_next.subject, subject, CERTIFICATE_SUBJECT_SIZE) == 0;
  const struct certificate *found = newer ? &terminal->card_ca_next : &terminal->card_ca;
  size_t index = newer ? FILE_CARD_CA_NEXT : FILE_CARD_CA;
  if (memcmp(found->subject, subject, CERTIFICATE_SUBJECT_SIZE) != 0)
    return NULL;
  if (file != NULL)
    *file = (struct bytes_view){terminal->files[index], terminal->files_len[index]};
  return found;
}

const struct certificate *identity_server(const struct terminal *terminal, uint8_t version, struct bytes_view *file) {
  const struct certificate *server = &terminal->server, *next = &terminal->server_next;
  bool newer = next->version != 0 && version == next->version;
  if (version < server->least || version < next->least || (!newer && version != server->version))
    return NULL;
  size_t index = newer ? FILE_SERVER_NEXT : FILE_SERVER;
  if (file != NULL)
    *file = (struct bytes_view){terminal->files[index], terminal->files_len[index]};
  return newer ? next : server;
}

/* Whether the own certificate is for this terminal as it is configured. */
static const char *own_mismatch(const struct terminal *terminal) {
  if (memcmp(terminal->self.subject, terminal->tid, TID_SIZE) != 0)
    return SENTENCE("it is another terminal's");
  if (strcmp(terminal->self.merchant, terminal->merchant) != 0)
    return SENTENCE("it names another merchant than terminal.conf");
  if (!crypto_equal(terminal->self.public_key, key_public(terminal->ecka), CRYPTO_P256_PUBLIC_SIZE))
    return SENTENCE("ecka.key is not its key");
  return NULL;
}

static enum status own_load(struct terminal *terminal, const char *folder, char problem[256]) {
  uint8_t now[MOMENT_SIZE];
  char path[IDENTITY_PATH_MAX];
  const struct certificate_check check = {terminal->terminal_ca.public_key, terminal->terminal_ca.subject,
                                          terminal->role, NULL};
  enum status status = identity_path(folder, "terminal.cert", path);
  if (status == STATUS_OK)
    status = certificate_load(terminal, path, FILE_OWN, &terminal->self, &check);
  if (status != STATUS_OK)
    return complain(problem, "terminal.cert", STATUS_BAD_CERTIFICATE,
                    status == STATUS_NOT_FOUND ? SENTENCE("there is no such file")
                                               : SENTENCE("not signed by the terminal CA, or of another role"));
  const char *mismatch = own_mismatch(terminal);
  if (mismatch != NULL)
    return complain(problem, "terminal.cert", STATUS_BAD_CERTIFICATE, mismatch);
  moment_now(now);
  if (date_passed(terminal->self.expiry, now))
    return complain(problem, "terminal.cert", STATUS_TERMINAL_REVOKED,
                    SENTENCE("it has expired; the issuer must renew it"));
  return STATUS_OK;
}

static enum status keys_load(struct terminal *terminal, const char *folder, char problem[256]) {
  struct {
    const char *name;
    struct key **key;
  } const rows[] = {{"ecka.key", &terminal->ecka}, {"sig.key", &terminal->sig}};
  char path[IDENTITY_PATH_MAX];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    enum status status = identity_path(folder, rows[i].name, path);
    if (status == STATUS_OK)
      status = key_load(path, NULL, rows[i].key);
    if (status == STATUS_NOT_FOUND)
      return complain(problem, rows[i].name, STATUS_BAD_KEY, SENTENCE("there is no such file"));
    if (status != STATUS_OK)
      return complain(problem, rows[i].name, status, NULL);
  }
  if (terminal->role != ROLE_PERSO)
    return STATUS_OK;
  enum status status = identity_path(folder, "batch.key", path);
  if (status == STATUS_OK)
    status = aes_key_load(path, terminal->batch_key);
  terminal->has_batch_key = status == STATUS_OK;
  return status == STATUS_OK || status == STATUS_NOT_FOUND ? STATUS_OK : complain(problem, "batch.key", status, NULL);
}

/* What is wrong with the client certificate, or NULL. */
static enum status tls_check(const struct terminal *terminal, const X509 *certificate, const char **words) {
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
  char name[TID_SIZE + 1] = "";
  *words = SENTENCE("sig.key is not its key");
  if (x509_public_key(certificate, public_key) != STATUS_OK ||
      !crypto_equal(public_key, key_public(terminal->sig), sizeof public_key))
    return STATUS_BAD_CERTIFICATE;
  *words = SENTENCE("it is another terminal's");
  if (x509_common_name(certificate, name, sizeof name) != STATUS_OK || strcmp(name, terminal->tid) != 0)
    return STATUS_BAD_CERTIFICATE;
  *words = SENTENCE("it has expired; the issuer must renew it");
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
    return STATUS_TERMINAL_REVOKED;
  *words = SENTENCE("it is not valid yet: this machine's clock is off");
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0 ? STATUS_CLOCK_OFF : STATUS_OK;
}

static enum status tls_load(const struct terminal *terminal, const char *folder, char problem[256]) {
  enum status status;
  const char *words = SENTENCE("there is no certificate in it");
  X509 *certificate = NULL;
  char path[IDENTITY_PATH_MAX];
  status = identity_path(folder, "tls.crt", path);
  if (status != STATUS_OK)
    return status;
  BIO *file = BIO_new_file(path, "rb");
  if (file != NULL)
    certificate = PEM_read_bio_X509(file, NULL, NULL, NULL);
  status = certificate != NULL ? tls_check(terminal, certificate, &words) : STATUS_BAD_CERTIFICATE;
  X509_free(certificate);
  BIO_free(file);
  return status == STATUS_OK ? STATUS_OK : complain(problem, "tls.crt", status, words);
}

enum status identity_load(struct terminal *terminal, const char *folder, char problem[256]) {
  enum status status = issuer_load(terminal, folder, problem);
  if (status == STATUS_OK)
    status = nexts_load(terminal, folder, problem);
  if (status == STATUS_OK)
    status = keys_load(terminal, folder, problem);
  if (status == STATUS_OK)
    status = own_load(terminal, folder, problem);
  if (status == STATUS_OK)
    status = tls_load(terminal, folder, problem);
  if (status != STATUS_OK)
    return status;
  size_t server = terminal->server_next.version != 0 ? FILE_SERVER_NEXT : FILE_SERVER;
  terminal->session_keys = (struct session_keys){
      .ecka_private = key_private(terminal->ecka),
      .ecka_certificate = terminal->files[FILE_OWN],
      .ecka_certificate_len = terminal->files_len[FILE_OWN],
      .terminal_ca_version = terminal->terminal_ca.version,
      .terminal_ca_certificate = terminal->files[FILE_TERMINAL_CA],
      .terminal_ca_certificate_len = terminal->files_len[FILE_TERMINAL_CA],
      .server_certificate = terminal->files[server],
      .server_certificate_len = terminal->files_len[server],
      .card_ca_public = terminal->card_ca.public_key,
      .card_ca_subject = terminal->card_ca.subject,
      .card_ca_next_public = terminal->card_ca_next.version != 0 ? terminal->card_ca_next.public_key : NULL,
      .card_ca_next_subject = terminal->card_ca_next.subject,
  };
  return STATUS_OK;
}

void identity_wipe(struct terminal *terminal) {
  for (size_t i = 0; i < sizeof terminal->files / sizeof terminal->files[0]; i++) {
    free(terminal->files[i]);
    terminal->files[i] = NULL;
  }
  key_free(&terminal->ecka);
  key_free(&terminal->sig);
  crypto_wipe(terminal->batch_key, sizeof terminal->batch_key);
}
