/* SPDX-License-Identifier: Apache-2.0
 * A terminal's next keys: made and certified in FOLDER/renewal; decided when that is called FOLDER/renewed, at one
 * instant; then each file is moved to its place, by whoever opens the terminal next if need be. */
#include "epurse/terminal_renewal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/folder.h"
#include "epurse/journal.h"
#include "epurse/key.h"
#include "epurse/message.h"
#include "epurse/message_desk.h"
#include "epurse/sentence.h"
#include "epurse/x509.h"
#include "identity.h"

#define MADE    "renewal"
#define DECIDED "renewed"
#define REQUEST "request.json"

/* What takes the old ones' place, and of these what the answer brings. */
static const char *const renewed[] = {"ecka.key", "sig.key", "terminal.cert", "tls.crt", "terminal-ca.cert"};
#define RENEWED       (sizeof renewed / sizeof renewed[0])
#define ANSWERED_FROM 2
/* What stays, and is beside them only while they are checked. */
static const char *const kept[] = {"root.crt", "master.pem", "card-ca.cert", "server.cert", "server-pin.cert"};
#define KEPT (sizeof kept / sizeof kept[0])

static enum status inner_path(const char *folder, const char *inner, const char *name, char path[IDENTITY_PATH_MAX]) {
  int length = snprintf(path, IDENTITY_PATH_MAX, "%s/%s/%s", folder, inner, name);
  return length > 0 && length < IDENTITY_PATH_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

static enum status inner_remove(const char *folder, const char *inner, const char *name) {
  char path[IDENTITY_PATH_MAX];
  enum status status = inner_path(folder, inner, name, path);
  return status == STATUS_OK && unlink(path) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

/* A public file out of another folder, in the place of one that an earlier try left. */
static enum status inner_copy(const char *folder, const char *from, const char *name) {
  char source[IDENTITY_PATH_MAX], path[IDENTITY_PATH_MAX];
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = identity_path(from, name, source);
  if (status == STATUS_OK)
    status = inner_remove(folder, MADE, name);
  if (status == STATUS_OK)
    status = public_file_load(source, &data, &len);
  if (status == STATUS_OK)
    status = inner_path(folder, MADE, name, path);
  if (status == STATUS_OK)
    status = public_file_store(path, data, len);
  free(data);
  return status;
}

/* ---- the end of it ---- */

static enum status move(const char *folder, const char *name) {
  char from[IDENTITY_PATH_MAX], to[IDENTITY_PATH_MAX];
  enum status status = inner_path(folder, DECIDED, name, from);
  if (status == STATUS_OK)
    status = identity_path(folder, name, to);
  return status == STATUS_OK && rename(from, to) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

/* All that was moved from there is in its place. What somebody else has put there goes too: it would keep the folder,
 * and so the terminal from being opened. */
static void rest_remove(DIR *decided) {
  for (const struct dirent *entry = readdir(decided); entry != NULL; entry = readdir(decided))
    (void)unlinkat(dirfd(decided), entry->d_name, 0);
}

enum status renewal_finish(const char *folder) {
  char path[IDENTITY_PATH_MAX];
  enum status status = identity_path(folder, DECIDED, path);
  if (status != STATUS_OK || access(path, F_OK) != 0)
    return status;
  DIR *decided = opendir(path); /* before anything is moved: this one, not one that is decided on meanwhile */
  if (decided == NULL)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  for (size_t i = 0; i < RENEWED && status == STATUS_OK; i++)
    status = move(folder, renewed[i]);
  if (status == STATUS_OK)
    status = folder_sync(folder);
  if (status == STATUS_OK)
    rest_remove(decided);
  (void)closedir(decided);
  return status == STATUS_OK && rmdir(path) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

/* ---- asking ---- */

static enum status key_make(const char *folder, const char *name, struct key **key) {
  char path[IDENTITY_PATH_MAX];
  enum status status = inner_remove(folder, MADE, name); /* of a try that broke off before anything was asked */
  if (status == STATUS_OK)
    status = inner_path(folder, MADE, name, path);
  if (status == STATUS_OK)
    status = key_generate(key);
  return status == STATUS_OK ? key_store(*key, path, NULL) : status;
}

/* What is asked for: the same terminal with other keys. */
static json_t *request_body(const struct terminal *terminal, const struct key *ecka, const struct key *sig) {
  struct terminal_message asked = {.role = terminal->role};
  memcpy(asked.tid, terminal->tid, sizeof asked.tid);
  memcpy(asked.merchant, terminal->merchant, sizeof asked.merchant);
  memcpy(asked.expiry, terminal->self.expiry, DATE_SIZE);
  memcpy(asked.ecka_public, key_public(ecka), sizeof asked.ecka_public);
  memcpy(asked.sig_public, key_public(sig), sizeof asked.sig_public);
  return terminal_body(&asked);
}

static enum status request_seal(struct terminal *terminal, json_t *body, char **text) {
  struct message message = {.type = MESSAGE_TERMINAL_RENEWAL, .time = (int64_t)time(NULL), .body = body};
  char *jws = NULL;
  memcpy(message.tid, terminal->tid, sizeof message.tid);
  enum status status = body == NULL ? STATUS_NO_MEMORY : STATUS_OK;
  message.seq = message.time; /* of one that is brought by hand nobody counts */
  if (status == STATUS_OK && terminal->journal != NULL)
    status = journal_next_seq(terminal->journal, &message.seq);
  if (status == STATUS_OK)
    status = message_seal(&message, false, terminal->sig, &jws);
  if (status != STATUS_OK)
    return status;
  json_t *request = json_pack("{s:O, s:s}", "terminal", body, "signed", jws);
  *text = request != NULL ? json_dumps(request, JSON_INDENT(1)) : NULL;
  json_decref(request);
  free(jws);
  return *text != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The request is there whole or not at all. */
static enum status request_store(const char *folder, const char *text, const char *path) {
  char part[IDENTITY_PATH_MAX], inner[IDENTITY_PATH_MAX];
  enum status status = inner_remove(folder, MADE, REQUEST ".part");
  if (status == STATUS_OK)
    status = inner_path(folder, MADE, REQUEST ".part", part);
  if (status == STATUS_OK)
    status = public_file_store(part, (const uint8_t *)text, strlen(text));
  if (status == STATUS_OK && rename(part, path) != 0)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = identity_path(folder, MADE, inner);
  return status == STATUS_OK ? folder_sync(inner) : status;
}

static enum status request_make(struct terminal *terminal, const char *path) {
  struct key *ecka = NULL, *sig = NULL;
  char *text = NULL;
  json_t *body = NULL;
  enum status status = key_make(terminal->folder, "ecka.key", &ecka);
  if (status == STATUS_OK)
    status = key_make(terminal->folder, "sig.key", &sig);
  if (status == STATUS_OK) {
    body = request_body(terminal, ecka, sig);
    status = request_seal(terminal, body, &text);
  }
  if (status == STATUS_OK)
    status = request_store(terminal->folder, text, path);
  free(text);
  json_decref(body);
  key_free(&sig);
  key_free(&ecka);
  return status;
}

/* One asks or takes at a time: *fd is to be closed. The folder that another one has just decided on is no longer
 * there. */
static enum status made_lock(const char *folder, int *fd) {
  char made[IDENTITY_PATH_MAX];
  enum status status = identity_path(folder, MADE, made);
  if (status != STATUS_OK)
    return status;
  *fd = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*fd < 0)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED; /* nothing was asked */
  return flock(*fd, LOCK_EX | LOCK_NB) == 0 ? STATUS_OK : STATUS_TILL_BUSY;
}

enum status renewal_ask(struct terminal *terminal, char path[RENEWAL_PATH_MAX]) {
  char inner[IDENTITY_PATH_MAX];
  int lock = -1;
  int length = snprintf(path, RENEWAL_PATH_MAX, "%s/" MADE "/" REQUEST, terminal->folder);
  if (length < 0 || length >= RENEWAL_PATH_MAX)
    return STATUS_BAD_LENGTH;
  if (access(path, F_OK) == 0)
    return STATUS_OK;
  enum status status = identity_path(terminal->folder, MADE, inner);
  if (status == STATUS_OK && mkdir(inner, S_IRWXU) != 0 && errno != EEXIST)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = made_lock(terminal->folder, &lock);
  if (status == STATUS_OK && access(path, F_OK) != 0) /* keys of one and a request of another would never fit */
    status = request_make(terminal, path);
  if (lock >= 0)
    (void)close(lock);
  return status;
}

enum status renewal_ask_late(const char *config, char tid[TID_SIZE + 1], char path[RENEWAL_PATH_MAX]) {
  struct terminal late = {0};
  uint8_t moment[MOMENT_SIZE];
  char problem[256];
  enum status status = terminal_describe(config, &late, problem);
  if (status != STATUS_OK || renewal_finish(late.folder) != STATUS_OK)
    return STATUS_NOT_FOUND;
  status = identity_load(&late, late.folder, problem);
  moment_from_unix((int64_t)time(NULL), moment);
  status = status == STATUS_TERMINAL_REVOKED && date_passed(late.self.expiry, moment) ? renewal_ask(&late, path)
                                                                                      : STATUS_NOT_FOUND;
  memcpy(tid, late.tid, TID_SIZE + 1);
  identity_wipe(&late);
  return status;
}

/* ---- taking ---- */

/* The client certificate is signed by the CA that stands after it, and that is the terminal CA which cards know. */
static enum status chain_check(const char *path, const struct certificate *terminal_ca) {
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
  BIO *file = BIO_new_file(path, "rb");
  X509 *own = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  X509 *ca = own != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  bool good = ca != NULL && x509_public_key(ca, public_key) == STATUS_OK &&
              crypto_equal(public_key, terminal_ca->public_key, sizeof public_key) &&
              X509_verify(own, X509_get0_pubkey(ca)) == 1;
  X509_free(ca);
  X509_free(own);
  BIO_free(file);
  return good ? STATUS_OK : STATUS_BAD_CERTIFICATE;
}

/* Whether the next keys and certificates make a terminal: this one. */
static enum status next_check(const struct terminal *configured, const char *folder, char problem[256]) {
  struct terminal next = {.role = configured->role};
  char inner[IDENTITY_PATH_MAX], path[IDENTITY_PATH_MAX];
  memcpy(next.tid, configured->tid, sizeof next.tid);
  memcpy(next.merchant, configured->merchant, sizeof next.merchant);
  enum status status = identity_path(folder, MADE, inner);
  if (status == STATUS_OK)
    status = inner_path(folder, MADE, "tls.crt", path);
  if (status == STATUS_OK)
    status = identity_load(&next, inner, problem);
  if (status == STATUS_OK) {
    status = chain_check(path, &next.terminal_ca);
    if (status != STATUS_OK)
      (void)snprintf(problem, 256, SENTENCE("tls.crt: not signed by the terminal CA"));
  }
  identity_wipe(&next);
  return status;
}

static enum status answer_copy(const char *folder, const char *answer, char problem[256]) {
  enum status status = STATUS_OK;
  for (size_t i = ANSWERED_FROM; i < RENEWED && status == STATUS_OK; i++) {
    status = inner_copy(folder, answer, renewed[i]);
    if (status != STATUS_OK)
      (void)snprintf(problem, 256, "%.150s/%s: %.60s", answer, renewed[i], status_sentence(status));
  }
  for (size_t i = 0; i < KEPT && status == STATUS_OK; i++)
    status = inner_copy(folder, folder, kept[i]);
  return status;
}

static enum status decide(const char *folder) {
  char made[IDENTITY_PATH_MAX], decided[IDENTITY_PATH_MAX];
  enum status status = identity_path(folder, MADE, made);
  if (status == STATUS_OK)
    status = identity_path(folder, DECIDED, decided);
  if (status == STATUS_OK)
    status = folder_sync(made);
  if (status == STATUS_OK && rename(made, decided) != 0)
    status = STATUS_STORE_FAILED;
  return status == STATUS_OK ? folder_sync(folder) : status;
}

enum status renewal_take(const char *config, const char *answer, char problem[256]) {
  struct terminal configured = {0};
  char path[IDENTITY_PATH_MAX];
  int lock = -1;
  enum status status = terminal_describe(config, &configured, problem);
  if (status != STATUS_OK)
    return status;
  status = made_lock(configured.folder, &lock);
  if (status == STATUS_OK)
    status = renewal_finish(configured.folder);
  if (status == STATUS_OK)
    status = inner_path(configured.folder, MADE, REQUEST, path);
  if (status == STATUS_OK && access(path, F_OK) != 0) {
    (void)snprintf(problem, 256, SENTENCE("this terminal has not asked for new certificates: renew comes first"));
    status = STATUS_NOT_FOUND;
  }
  if (status == STATUS_OK)
    status = answer_copy(configured.folder, answer, problem);
  if (status == STATUS_OK)
    status = next_check(&configured, configured.folder, problem);
  if (status == STATUS_OK)
    status = decide(configured.folder);
  if (status == STATUS_OK)
    status = renewal_finish(configured.folder);
  if (lock >= 0)
    (void)close(lock);
  return status;
}
