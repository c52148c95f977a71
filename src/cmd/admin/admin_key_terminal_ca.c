/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin key roll, change, retire terminal-ca: a newer key that certifies terminals. Cards take it from the
 * terminal, under the master key; new cards go on keeping the old one until it is withdrawn, so that tills of both ages
 * work. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "admin.h"
#include "admin_ceremony.h"
#include "admin_folder.h"
#include "admin_key.h"
#include "admin_key_next.h"
#include "admin_terminal_folder.h"
#include "cmd/frame/language.h"
#include "epurse/terminal_renewal.h"

/* What the verbs know on their way. */
struct rolling {
  char passphrase[SECRET_TEXT_MAX]; /* the issuer's */
  char issuer[FOLDER_PATH_MAX];     /* the folder of master.key and terminal-ca.key */
  struct key *master, *ca;          /* ca: the newer one */
  struct ceremony ceremony;
};

static bool there(const char *folder, const char *name) {
  char path[FOLDER_PATH_MAX];

  return folder_path(folder, name, path) == STATUS_OK && access(path, F_OK) == 0;
}

static enum status file_remove(const char *folder, const char *name) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(folder, name, path);

  return status == STATUS_OK && unlink(path) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

/* Into the place of what is there. */
static enum status file_move(const char *folder, const char *from, const char *to) {
  char source[FOLDER_PATH_MAX], target[FOLDER_PATH_MAX];
  enum status status = folder_path(folder, from, source);

  if (status == STATUS_OK)
    status = folder_path(folder, to, target);
  return status == STATUS_OK && rename(source, target) != 0 ? STATUS_STORE_FAILED : status;
}

/* Where it is still at the first place and not yet at the second: a step that may have been done before. */
static enum status file_age(const char *folder, const char *from, const char *to) {
  return there(folder, from) && !there(folder, to) ? file_move(folder, from, to) : STATUS_OK;
}

static enum status key_open(const struct rolling *rolling, const char *name, struct key **key) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(rolling->issuer, name, path);

  return status == STATUS_OK ? key_load(path, rolling->passphrase, key) : status;
}

static enum status rolling_begin(const struct admin *admin, struct rolling *rolling) {
  const struct admin_passphrase wanted = {admin->issuer_passphrase_fd, "issuer", false};
  enum status status = STATUS_OK;

  status = admin_passphrase(admin, &wanted, rolling->passphrase);
  if (status != STATUS_OK)
    return status;
  status = key_open(rolling, "master.key", &rolling->master);
  rolling->ceremony = (struct ceremony){.folder = admin->dir, .now = (int64_t)time(NULL), .master = rolling->master};
  return status == STATUS_OK ? key_master_check(admin, rolling->issuer, rolling->master)
                             : admin_fail(admin, rolling->issuer, status);
}

/* What the master key says of a terminal CA; nothing in it is borrowed any more. */
static enum status certificate_read(const struct rolling *rolling, const char *name, struct certificate *certificate) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(rolling->ceremony.folder, name, path);

  return status == STATUS_OK ? key_certificate_read(path, key_public(rolling->master), ROLE_TERMINAL_CA, certificate)
                             : status;
}

/* Both certificates of the newer key are whole, and its: in its place or, where the change broke off, in the old
 * one's. */
static bool next_holds(const struct rolling *rolling) {
  static const char *const keys[] = {"terminal-ca.key", "terminal-ca-next.key"}, *const x509s[] = {
                                                                                     "terminal-ca.crt",
                                                                                     "terminal-ca-next.crt"};
  char path[FOLDER_PATH_MAX], x509[FOLDER_PATH_MAX], root[FOLDER_PATH_MAX];
  struct certificate present = {0};
  struct key *key = NULL;
  bool holds = certificate_read(rolling, "terminal-ca.cert", &present) == STATUS_OK &&
               key_open(rolling, keys[there(rolling->issuer, keys[1])], &key) == STATUS_OK &&
               folder_path(rolling->ceremony.folder, "terminal-ca-next.cert", path) == STATUS_OK &&
               folder_path(rolling->issuer, x509s[there(rolling->issuer, x509s[1])], x509) == STATUS_OK &&
               folder_path(rolling->ceremony.folder, "root.crt", root) == STATUS_OK &&
               key_certificate_follows(path, key_public(rolling->master), &present, key_public(key)) &&
               key_x509_holds(x509, root, key_public(key));

  key_free(&key);
  return holds;
}

/* ---- roll ---- */

static enum status next_key(struct rolling *rolling) {
  char path[FOLDER_PATH_MAX];
  enum status status = file_remove(rolling->issuer, "terminal-ca-next.key"); /* of a try that broke off */

  if (status == STATUS_OK)
    status = folder_path(rolling->issuer, "terminal-ca-next.key", path);
  if (status == STATUS_OK)
    status = key_generate(&rolling->ca);
  return status == STATUS_OK ? key_store(rolling->ca, path, rolling->passphrase) : status;
}

static enum status next_x509(const struct rolling *rolling, uint8_t version) {
  char path[FOLDER_PATH_MAX];
  enum status status = file_remove(rolling->issuer, "terminal-ca-next.crt");

  if (status == STATUS_OK)
    status = folder_path(rolling->issuer, "terminal-ca-next.crt", path);
  return status == STATUS_OK ? ceremony_terminal_ca(&rolling->ceremony, rolling->ca, version, path) : status;
}

/* The server lets in what one of these CAs has certified, the older one first, and the ledger knows. */
static enum status both_store(const struct rolling *rolling) {
  static const char *const names[] = {"terminal-ca.crt", "terminal-ca-next.crt"};
  char path[FOLDER_PATH_MAX];
  uint8_t *both = NULL;
  size_t total = 0;
  enum status status = STATUS_OK;

  for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
    uint8_t *data = NULL, *grown = NULL;
    size_t len = 0;
    status = folder_path(rolling->issuer, names[i], path);
    if (status == STATUS_OK)
      status = public_file_load(path, &data, &len);
    if (status == STATUS_OK) {
      grown = realloc(both, total + len);
      status = grown != NULL ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
      both = grown;
      memcpy(both + total, data, len);
      total += len;
    }
    free(data);
  }
  if (status == STATUS_OK)
    status = file_remove(rolling->ceremony.folder, "terminal-ca.crt.part");
  if (status == STATUS_OK)
    status = folder_path(rolling->ceremony.folder, "terminal-ca.crt.part", path);
  if (status == STATUS_OK)
    status = public_file_store(path, both, total);
  free(both);
  return status == STATUS_OK ? file_move(rolling->ceremony.folder, "terminal-ca.crt.part", "terminal-ca.crt") : status;
}

static enum status roll(const struct admin *admin, struct rolling *rolling) {
  struct certificate certificate = {0};
  enum status status = STATUS_OK;

  if (there(rolling->issuer, "terminal-ca-old.key"))
    return admin_refuse(admin, STATUS_EXISTS,
                        "the last roll of terminal-ca has not ended: key retire terminal-ca first");
  status = rolling_begin(admin, rolling);
  if (status != STATUS_OK)
    return status;
  if (there(admin->dir, "terminal-ca-next.cert") && next_holds(rolling))
    return admin_refuse(admin, STATUS_EXISTS, "terminal-ca is being rolled: key change terminal-ca comes next");
  status = certificate_read(rolling, "terminal-ca.cert", &certificate);
  if (status == STATUS_OK && certificate.version == UINT8_MAX)
    return admin_refuse(admin, STATUS_COUNTER_EXHAUSTED, "the terminal CA's key has its last version");
  if (status == STATUS_OK)
    status = next_key(rolling);
  certificate.version++;
  if (status == STATUS_OK)
    status = next_x509(rolling, certificate.version);
  if (status == STATUS_OK)
    status = both_store(rolling);
  if (status == STATUS_OK)
    status = file_remove(admin->dir, "terminal-ca-next.cert");
  if (status == STATUS_OK) /* last: the roll is begun when this is there */
    status = ceremony_certify(&rolling->ceremony, &certificate, key_public(rolling->ca), "terminal-ca-next.cert");
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

/* ---- change ---- */

/* Of the issuer's own terminal: files are made in a folder beside the old ones, then moved to their places as those of
 * a terminal's renewal are. */
struct own {
  char folder[FOLDER_PATH_MAX], next[FOLDER_PATH_MAX];
};

static enum status own_begin(const struct admin *admin, const char *name, struct own *own) {
  static const char *const names[] = {"terminal.cert", "tls.crt", "terminal-ca.cert"};
  enum status status = folder_path(admin->dir, name, own->folder);

  if (status == STATUS_OK)
    status = folder_path(own->folder, "renewal", own->next);
  if (status == STATUS_OK) /* of an earlier try */
    status = renewal_finish(own->folder);
  if (status == STATUS_OK && !there(own->folder, "renewal"))
    status = folder_make(own->folder, "renewal");
  for (size_t i = 0; i < sizeof names / sizeof names[0] && status == STATUS_OK; i++)
    status = file_remove(own->next, names[i]);
  return status;
}

static enum status own_end(const struct own *own) {
  enum status status = file_move(own->folder, "renewal", "renewed");

  return status == STATUS_OK ? renewal_finish(own->folder) : status;
}

/* It keeps its keys, under certificates of the newer CA. */
static enum status own_certify(const struct admin *admin, const struct rolling *rolling, const char *name) {
  struct own own;
  enum status status = own_begin(admin, name, &own);

  if (status == STATUS_OK)
    status = terminal_folder_again(own.next, own.folder, rolling->issuer, rolling->ca);
  if (status == STATUS_OK)
    status = file_remove(own.next, "terminal-ca-next.cert");
  if (status == STATUS_OK)
    status = folder_copy(own.next, admin->dir, "terminal-ca-next.cert");
  if (status == STATUS_OK)
    status = file_move(own.next, "terminal-ca-next.cert", "terminal-ca.cert");
  return status == STATUS_OK ? own_end(&own) : status;
}

/* It hears that older ones are withdrawn. */
static enum status own_tell(const struct admin *admin, const struct rolling *rolling, const char *name) {
  struct own own;
  enum status status = own_begin(admin, name, &own);

  (void)rolling;
  if (status == STATUS_OK)
    status = folder_copy(own.next, admin->dir, "terminal-ca.cert");
  return status == STATUS_OK ? own_end(&own) : status;
}

/* For each terminal of the issuer's own that is here. */
static enum status own_each(const struct admin *admin, const struct rolling *rolling,
                            enum status (*act)(const struct admin *, const struct rolling *, const char *)) {
  enum status status = act(admin, rolling, ADMIN_FOLDER);

  return status == STATUS_OK && there(admin->dir, ADMIN_SECOND_FOLDER) ? act(admin, rolling, ADMIN_SECOND_FOLDER)
                                                                       : status;
}

static enum status change(const struct admin *admin, struct rolling *rolling) {
  enum status status = STATUS_OK;

  if (!there(admin->dir, "terminal-ca-next.cert"))
    return admin_refuse(admin, STATUS_NOT_FOUND, "terminal-ca is not being rolled: key roll terminal-ca comes first");
  status = rolling_begin(admin, rolling);
  if (status != STATUS_OK)
    return status;
  if (!next_holds(rolling))
    return admin_refuse(admin, STATUS_BAD_CERTIFICATE,
                        "%s-next.%s is not whole, or not of the newer key; nothing was moved: key roll %s again",
                        "terminal-ca", "cert", "terminal-ca");
  if (there(rolling->issuer, "terminal-ca-next.key"))
    status = file_age(rolling->issuer, "terminal-ca.key", "terminal-ca-old.key");
  if (status == STATUS_OK)
    status = file_age(rolling->issuer, "terminal-ca-next.key", "terminal-ca.key");
  if (status == STATUS_OK && there(rolling->issuer, "terminal-ca-next.crt"))
    status = file_age(rolling->issuer, "terminal-ca.crt", "terminal-ca-old.crt");
  if (status == STATUS_OK)
    status = file_age(rolling->issuer, "terminal-ca-next.crt", "terminal-ca.crt");
  if (status == STATUS_OK)
    status = key_open(rolling, "terminal-ca.key", &rolling->ca);
  if (status == STATUS_OK)
    status = own_each(admin, rolling, own_certify);
  if (status == STATUS_OK) /* last */
    status = file_move(admin->dir, "terminal-ca-next.cert", "terminal-ca-new.cert");
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

/* ---- retire ---- */

/* From now on new cards keep the newer CA, and whoever meets its certificate knows that older ones are withdrawn. */
static enum status least_raise(const struct admin *admin, const struct rolling *rolling) {
  struct certificate raised = {0};
  char name[64];
  enum status status = certificate_read(rolling, "terminal-ca-new.cert", &raised);

  raised.least = raised.version;
  (void)snprintf(name, sizeof name, "terminal-ca-%u.cert", (unsigned)raised.version - 1U);
  if (status == STATUS_OK)
    status = file_remove(admin->dir, "terminal-ca.cert.part");
  if (status == STATUS_OK)
    status = ceremony_certify(&rolling->ceremony, &raised, raised.public_key, "terminal-ca.cert.part");
  if (status == STATUS_OK)
    status = file_age(admin->dir, "terminal-ca.cert", name);
  if (status == STATUS_OK)
    status = file_move(admin->dir, "terminal-ca.cert.part", "terminal-ca.cert");
  return status == STATUS_OK ? own_each(admin, rolling, own_tell) : status;
}

/* The server lets in what the newer one has certified, and nothing else. */
static enum status one_store(const struct rolling *rolling) {
  const char *folder = rolling->ceremony.folder;
  char part[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = file_remove(folder, "terminal-ca.crt.part");

  if (status == STATUS_OK)
    status = folder_path(rolling->issuer, "terminal-ca.crt", path);
  if (status == STATUS_OK)
    status = public_file_load(path, &data, &len);
  if (status == STATUS_OK)
    status = folder_path(folder, "terminal-ca.crt.part", part);
  if (status == STATUS_OK)
    status = public_file_store(part, data, len);
  free(data);
  return status == STATUS_OK ? file_move(folder, "terminal-ca.crt.part", "terminal-ca.crt") : status;
}

static enum status retire(const struct admin *admin, struct rolling *rolling) {
  enum status status = STATUS_OK;

  if (!there(rolling->issuer, "terminal-ca-old.key") || !there(admin->dir, "terminal-ca-new.cert"))
    return admin_refuse(admin, STATUS_NOT_FOUND,
                        "terminal-ca has no old key to retire: key roll and key change come first");
  status = rolling_begin(admin, rolling);
  if (status != STATUS_OK)
    return status;
  status = least_raise(admin, rolling);
  if (status == STATUS_OK)
    status = one_store(rolling);
  if (status == STATUS_OK)
    status = file_remove(rolling->issuer, "terminal-ca-old.crt");
  if (status == STATUS_OK)
    status = file_remove(rolling->issuer, "terminal-ca-old.key");
  if (status == STATUS_OK) /* last */
    status = file_remove(admin->dir, "terminal-ca-new.cert");
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

/* ---- the verbs ---- */

enum status admin_key_terminal_ca(struct admin *admin, enum key_step step) {
  static const struct {
    enum status (*run)(const struct admin *admin, struct rolling *rolling);
    const char *operation, *text;
  } steps[] = {
      [KEY_ROLL] = {roll, "key roll",
                    SENTENCE("The terminal CA's newer key is made. Start the server anew, which then offers both;\n"
                             "then key change terminal-ca.\n")},
      [KEY_CHANGE] =
          {change, "key change",
           SENTENCE("From now on terminals are certified under the newer key, as the issuer's own is already. Renew\n"
                    "every terminal; then key retire terminal-ca.\n")},
      [KEY_RETIRE] =
          {retire, "key retire",
           SENTENCE(
               "The old key is gone. Start the server anew, which then refuses terminals that were not renewed, and\n"
               "put terminal-ca.cert into every terminal's directory. Cards that have met it refuse them too.\n")},
  };
  struct rolling rolling = {0};
  enum status status = STATUS_OK;

  if (admin->issuer_dir != NULL)
    (void)snprintf(rolling.issuer, sizeof rolling.issuer, "%s", admin->issuer_dir);
  else
    status = folder_path(admin->dir, "issuer", rolling.issuer);
  if (status != STATUS_OK)
    return admin_fail(admin, admin->dir, status);
  status = steps[step].run(admin, &rolling);
  key_free(&rolling.ca);
  key_free(&rolling.master);
  crypto_wipe(rolling.passphrase, sizeof rolling.passphrase);
  if (status != STATUS_OK)
    return status;
  admin->changed = true;
  admin->report =
      json_pack("{s:s, s:s, s:s}", "operation", steps[step].operation, "key", "terminal-ca", "dir", admin->dir);
  admin_row(admin, "%s", translated(steps[step].text));
  return STATUS_OK;
}
