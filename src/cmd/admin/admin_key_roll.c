/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin key roll, change, retire: a newer key of the server's, or of the card CA, beside the old one, the day on
 * which it takes over, and the end of the overlap. Off-line, in the issuer's directory; each step can be run again
 * where it broke off. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "admin.h"
#include "admin_ceremony.h"
#include "admin_folder.h"
#include "admin_key.h"
#include "admin_key_next.h"
#include "epurse/folder.h"

/* What can be rolled here: STEM.key with STEM.SUFFIX; STEM-next.* before the change, STEM-old.* behind it. */
struct kind {
  const char *name, *suffix;
  uint8_t role;   /* of its certificate, which terminals have in their directories; 0: they need not know it */
  bool certifies; /* what it has signed stays good without it: the old key goes at the change, not at the end */
};

static const struct kind kinds[] = {
    {"server", "cert", ROLE_SERVER, false}, {"card-ca", "cert", ROLE_CARD_CA, true}, {"tls", "crt", 0, false}};

/* What the verbs know on their way. */
struct rolling {
  const struct kind *kind;
  struct key *master, *fresh;
  uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE];
  char passphrase[SECRET_TEXT_MAX]; /* the server's */
  struct certificate present;       /* of a role: as it stands */
  struct ceremony ceremony;
};

/* *kind stays NULL for the terminal CA, which has a file of its own. */
static enum status kind_find(const struct admin *admin, const char *name, const struct kind **kind) {
  if (admin->dir == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the issuer's directory with --dir");
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strcmp(kinds[i].name, name) == 0) {
      *kind = &kinds[i];
      return STATUS_OK;
    }
  if (strcmp(name, "terminal-ca") == 0)
    return STATUS_OK;
  return admin_refuse(admin, STATUS_USAGE,
                      "'%s' is none of the keys that are rolled so: server, tls, terminal-ca, card-ca", name);
}

/* DIR/STEMAGE.SUFFIX; age is "", "-next" or "-old". */
static enum status file_path(const struct admin *admin, const struct kind *kind, const char *age, const char *suffix,
                             char path[FOLDER_PATH_MAX]) {
  char name[64];

  (void)snprintf(name, sizeof name, "%s%s.%s", kind->name, age, suffix);
  return folder_path(admin->dir, name, path);
}

static bool file_there(const struct admin *admin, const struct kind *kind, const char *age, const char *suffix) {
  char path[FOLDER_PATH_MAX];

  return file_path(admin, kind, age, suffix, path) == STATUS_OK && access(path, F_OK) == 0;
}

/* Whether an old one is still good beside the present one. */
static bool is_overlapping(const struct admin *admin, const struct kind *kind) {
  return file_there(admin, kind, "-old", kind->certifies ? kind->suffix : "key");
}

/* Moves a file to another age, where it is still at the first and not yet at the second. */
static enum status file_age(const struct admin *admin, const struct kind *kind, const char *const ages[2],
                            const char *suffix) {
  char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
  enum status status = file_path(admin, kind, ages[0], suffix, from);

  if (status == STATUS_OK)
    status = file_path(admin, kind, ages[1], suffix, to);
  if (status != STATUS_OK || access(to, F_OK) == 0 || access(from, F_OK) != 0)
    return status;
  return rename(from, to) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status file_remove(const struct admin *admin, const struct kind *kind, const char *age,
                               const char *suffix) {
  char path[FOLDER_PATH_MAX];
  enum status status = file_path(admin, kind, age, suffix, path);

  return status == STATUS_OK && unlink(path) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

static enum status master_load(const struct admin *admin, struct rolling *rolling) {
  const struct admin_passphrase wanted = {admin->issuer_passphrase_fd, "issuer", false};
  char passphrase[SECRET_TEXT_MAX] = "", folder[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  enum status status = STATUS_OK;

  if (admin->issuer_dir != NULL)
    (void)snprintf(folder, sizeof folder, "%s", admin->issuer_dir);
  else
    status = folder_path(admin->dir, "issuer", folder);
  if (status == STATUS_OK)
    status = folder_path(folder, "master.key", path);
  if (status != STATUS_OK)
    return admin_fail(admin, admin->dir, status);
  status = admin_passphrase(admin, &wanted, passphrase);
  if (status != STATUS_OK)
    return status;
  status = key_load(path, passphrase, &rolling->master);
  crypto_wipe(passphrase, sizeof passphrase);
  rolling->ceremony = (struct ceremony){
      .folder = admin->dir, .hosts = admin->hosts, .now = (int64_t)time(NULL), .master = rolling->master};
  return status == STATUS_OK ? key_master_check(admin, path, rolling->master) : admin_fail(admin, path, status);
}

/* Where that file of the present key is: in its place or, where the change broke off, set aside. */
static const char *present_age(const struct admin *admin, const struct kind *kind, const char *suffix) {
  return file_there(admin, kind, "", suffix) || !file_there(admin, kind, "-old", suffix) ? "" : "-old";
}

/* The present certificate, of a kind that has a role; what signs is taken from master.pem, for which nobody is
 * asked. */
static enum status present_load(const struct admin *admin, struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, "master.pem", path);

  if (kind->role == 0)
    return STATUS_OK;
  if (status == STATUS_OK)
    status = public_key_load(path, rolling->master_public);
  if (status == STATUS_OK)
    status = file_path(admin, kind, present_age(admin, kind, kind->suffix), kind->suffix, path);
  if (status == STATUS_OK)
    status = key_certificate_read(path, rolling->master_public, kind->role, &rolling->present);
  return status == STATUS_OK ? status : admin_fail(admin, path, status);
}

/* Once; it must be the one that the other keys have. */
static enum status passphrase_ask(const struct admin *admin, struct rolling *rolling) {
  const struct admin_passphrase wanted = {admin->server_passphrase_fd, "server", false};
  char path[FOLDER_PATH_MAX];
  struct key *present = NULL;
  enum status status = STATUS_OK;

  if (rolling->passphrase[0] != '\0')
    return status;
  status = admin_passphrase(admin, &wanted, rolling->passphrase);
  if (status != STATUS_OK)
    return status;
  status = file_path(admin, rolling->kind, present_age(admin, rolling->kind, "key"), "key", path);
  if (status == STATUS_OK)
    status = key_load(path, rolling->passphrase, &present);
  key_free(&present);
  return status == STATUS_OK ? status : admin_fail(admin, path, status);
}

/* The newer certificate in `folder` is whole, and that of the newer key, which is in its place or, where the change
 * broke off, in the old one's. */
static bool next_holds(const struct admin *admin, const struct rolling *rolling, const char *folder) {
  const struct kind *kind = rolling->kind;
  const char *age = file_there(admin, kind, "-next", "key") ? "-next" : "";
  char path[FOLDER_PATH_MAX], root[FOLDER_PATH_MAX], name[64];
  struct key *key = NULL;

  (void)snprintf(name, sizeof name, "%s-next.%s", kind->name, kind->suffix);
  bool holds =
      file_path(admin, kind, age, "key", path) == STATUS_OK && key_load(path, rolling->passphrase, &key) == STATUS_OK &&
      folder_path(folder, name, path) == STATUS_OK && folder_path(admin->dir, "root.crt", root) == STATUS_OK &&
      (kind->role != 0 ? key_certificate_follows(path, rolling->master_public, &rolling->present, key_public(key))
                       : key_x509_holds(path, root, key_public(key)));
  key_free(&key);
  return holds;
}

static enum status admin_copy_to(const struct admin *admin, const char *folder, const char *name) {
  char own[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, folder, own);

  if (status == STATUS_OK && strcmp(folder, ADMIN_SECOND_FOLDER) == 0 && access(own, F_OK) != 0)
    return STATUS_OK; /* there is none, or it is with its administrator */
  if (status == STATUS_OK)
    status = folder_path(own, name, path);
  if (status == STATUS_OK && unlink(path) != 0 && errno != ENOENT)
    status = STATUS_STORE_FAILED;
  return status == STATUS_OK ? folder_copy(own, admin->dir, name) : status;
}

/* To the issuer's own terminals. */
static enum status admin_copy(const struct admin *admin, const char *name) {
  enum status status = admin_copy_to(admin, ADMIN_FOLDER, name);

  return status == STATUS_OK ? admin_copy_to(admin, ADMIN_SECOND_FOLDER, name) : status;
}

/* ---- roll ---- */

/* What a roll left that broke off: a key without its certificate, or two that do not belong together. Where the
 * issuer's own terminal has that key's certificate, other terminals may have it too, and the key is kept: somebody took
 * the file away. */
static enum status leftover_remove(const struct admin *admin, const struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  char own[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, ADMIN_FOLDER, own);

  if (status == STATUS_OK && kind->role != 0 && file_there(admin, kind, "-next", "key") &&
      next_holds(admin, rolling, own))
    return admin_refuse(admin, STATUS_EXISTS,
                        "%s is being rolled, and %s/%s-next.cert is gone or damaged: copy it back from %s", kind->name,
                        admin->dir, kind->name, own);
  if (status == STATUS_OK)
    status = file_remove(admin, kind, "-next", kind->suffix);
  (void)file_path(admin, kind, "-next", "key", path);
  if (status == STATUS_OK)
    status = file_remove(admin, kind, "-next", "key");
  return status == STATUS_OK ? status : admin_fail(admin, path, status);
}

static enum status next_store(const struct admin *admin, struct rolling *rolling) {
  char path[FOLDER_PATH_MAX];
  enum status status = passphrase_ask(admin, rolling);

  if (status == STATUS_OK)
    status = leftover_remove(admin, rolling);
  if (status != STATUS_OK)
    return status;
  status = file_path(admin, rolling->kind, "-next", "key", path);
  if (status == STATUS_OK)
    status = key_store(rolling->fresh, path, rolling->passphrase);
  return status == STATUS_OK ? status : admin_fail(admin, path, status);
}

/* A newer key that is whole is changed to, and not made again. */
static enum status next_refuse(const struct admin *admin, struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  enum status status = STATUS_OK;

  if (!file_there(admin, kind, "-next", kind->suffix))
    return status;
  status = passphrase_ask(admin, rolling);
  if (status == STATUS_OK && next_holds(admin, rolling, admin->dir))
    status = admin_refuse(admin, STATUS_EXISTS, "%s is being rolled: key change %s comes next", kind->name, kind->name);
  return status;
}

static enum status next_certify(const struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  char subject[CERTIFICATE_SUBJECT_SIZE + 1], name[64];
  struct certificate next = {
      .role = kind->role, .version = (uint8_t)(rolling->present.version + 1), .least = rolling->present.least};

  (void)snprintf(name, sizeof name, "%s-next.%s", kind->name, kind->suffix);
  if (kind->role == 0)
    return ceremony_tls(&rolling->ceremony, rolling->fresh, name);
  (void)snprintf(subject, sizeof subject, kind->role == ROLE_SERVER ? "SRV%05u" : "CRDCA%03u", (unsigned)next.version);
  memcpy(next.subject, subject, sizeof next.subject);
  return ceremony_certify(&rolling->ceremony, &next, key_public(rolling->fresh), name);
}

/* To the issuer's own terminals; again at the change, where the roll broke off before. */
static enum status next_copy(const struct admin *admin, const struct kind *kind) {
  char name[64];

  (void)snprintf(name, sizeof name, "%s-next.%s", kind->name, kind->suffix);
  return kind->role != 0 ? admin_copy(admin, name) : STATUS_OK;
}

static enum status roll(const struct admin *admin, struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  char path[FOLDER_PATH_MAX] = "";
  enum status status = kind->role == 0 ? admin_hosts_check(admin) : STATUS_OK;

  if (status != STATUS_OK)
    return status;
  if (is_overlapping(admin, kind))
    return admin_refuse(admin, STATUS_EXISTS, "the last roll of %s has not ended: key retire %s first", kind->name,
                        kind->name);
  status = present_load(admin, rolling);
  if (status == STATUS_OK)
    status = next_refuse(admin, rolling);
  if (status == STATUS_OK)
    status = master_load(admin, rolling);
  if (status != STATUS_OK)
    return status;
  if (rolling->present.version == UINT8_MAX)
    return admin_refuse(admin, STATUS_COUNTER_EXHAUSTED, "the %s key has its last version", kind->name);
  status = key_generate(&rolling->fresh);
  if (status == STATUS_OK)
    status = next_store(admin, rolling);
  if (status != STATUS_OK)
    return status;
  status = file_path(admin, kind, "-next", kind->suffix, path);
  if (status == STATUS_OK)
    status = next_certify(rolling);
  if (status != STATUS_OK)
    return admin_fail(admin, path, status);
  status = next_copy(admin, kind);
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static void rolling_end(struct rolling *rolling) {
  key_free(&rolling->fresh);
  key_free(&rolling->master);
  crypto_wipe(rolling->passphrase, sizeof rolling->passphrase);
}

static void report(struct admin *admin, const char *operation, const struct kind *kind) {
  admin->changed = true;
  admin->report = json_pack("{s:s, s:s, s:s}", "operation", operation, "key", kind->name, "dir", admin->dir);
}

static void rolled_tell(struct admin *admin, const struct kind *kind) {
  report(admin, "key roll", kind);
  if (kind->role != 0)
    admin_print(admin,
                "%s/%s-next.cert is the newer %s key. Put it into every terminal's directory; then stop the\n"
                "server, run key change %s, and start it.\n",
                admin->dir, kind->name, kind->name, kind->name);
  else
    admin_print(admin, "%s/tls-next.crt is made. Stop the server, run key change tls, and start it.\n", admin->dir);
}

/* ---- change ---- */

/* What is moved into the old one's place is whole: the old one may be deleted for it. */
static enum status next_check(const struct admin *admin, struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  enum status status = present_load(admin, rolling);

  if (status == STATUS_OK)
    status = passphrase_ask(admin, rolling);
  if (status == STATUS_OK && !next_holds(admin, rolling, admin->dir))
    status = admin_refuse(admin, STATUS_BAD_CERTIFICATE,
                          "%s-next.%s is not whole, or not of the newer key; nothing was moved: key roll %s again",
                          kind->name, kind->suffix, kind->name);
  return status;
}

static enum status change(const struct admin *admin, struct rolling *rolling) {
  static const char *const aside[2] = {"", "-old"}, *const forward[2] = {"-next", ""};
  const struct kind *kind = rolling->kind;

  if (!file_there(admin, kind, "-next", kind->suffix)) /* the last file that moves */
    return admin_refuse(admin, STATUS_NOT_FOUND, "%s is not being rolled: key roll %s comes first", kind->name,
                        kind->name);
  enum status status = next_check(admin, rolling);
  if (status != STATUS_OK)
    return status;
  status = next_copy(admin, kind);
  if (status == STATUS_OK)
    status = file_age(admin, kind, aside, "key");
  if (status == STATUS_OK)
    status = file_age(admin, kind, forward, "key");
  if (status == STATUS_OK)
    status = file_age(admin, kind, aside, kind->suffix);
  if (status == STATUS_OK)
    status = file_age(admin, kind, forward, kind->suffix);
  if (status == STATUS_OK)
    status = folder_sync(admin->dir);
  if (status == STATUS_OK && kind->certifies)
    status = file_remove(admin, kind, "-old", "key");
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static void changed_tell(struct admin *admin, const struct kind *kind) {
  report(admin, "key change", kind);
  if (kind->certifies)
    admin_print(admin, "From now on cards are made under the newer key. The old one is deleted; cards of it stay good\n"
                       "until key retire card-ca.\n");
  else
    admin_print(admin, "The newer key is in the place of %s/%s.key; the old one is beside it until key retire %s.\n",
                admin->dir, kind->name, kind->name);
}

/* ---- retire ---- */

/* The same certificate once more, with *least* raised to its own version: from now on nothing older is good. */
static enum status least_raise(const struct admin *admin, struct rolling *rolling) {
  struct certificate raised = rolling->present;
  char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->dir, "server.cert.part", from);

  raised.least = raised.version;
  if (status == STATUS_OK)
    status = folder_path(admin->dir, "server.cert", to);
  if (status == STATUS_OK && unlink(from) != 0 && errno != ENOENT)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = ceremony_certify(&rolling->ceremony, &raised, rolling->present.public_key, "server.cert.part");
  if (status == STATUS_OK && rename(from, to) != 0)
    status = STATUS_STORE_FAILED;
  return status;
}

/* The issuer's own terminals go by the present certificate alone; that of the old key stays for the audit. */
static enum status old_keep(const struct admin *admin, const struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX], name[64];
  enum status status = STATUS_OK;

  (void)snprintf(name, sizeof name, "%s.cert", kind->name);
  status = admin_copy(admin, name);
  (void)snprintf(name, sizeof name, "%s-%u.cert", kind->name, (unsigned)rolling->present.version - 1U);
  if (status == STATUS_OK)
    status = folder_path(admin->dir, name, to);
  if (status == STATUS_OK)
    status = file_path(admin, kind, "-old", "cert", from);
  return status == STATUS_OK && rename(from, to) != 0 && errno != ENOENT ? STATUS_STORE_FAILED : status;
}

static enum status retire(const struct admin *admin, struct rolling *rolling) {
  const struct kind *kind = rolling->kind;
  enum status status = STATUS_OK;

  if (!is_overlapping(admin, kind) || file_there(admin, kind, "-next", kind->suffix))
    return admin_refuse(admin, STATUS_NOT_FOUND, "%s has no old key to retire: key roll and key change come first",
                        kind->name);
  if (kind->role != 0) {
    status = master_load(admin, rolling);
    if (status == STATUS_OK)
      status = present_load(admin, rolling);
    if (status != STATUS_OK)
      return status;
    if (kind->certifies) /* where the change broke off behind its last file */
      status = file_remove(admin, kind, "-old", "key");
    else
      status = least_raise(admin, rolling);
    if (status == STATUS_OK)
      status = old_keep(admin, rolling);
  } else {
    status = file_remove(admin, kind, "-old", kind->suffix);
  }
  if (status == STATUS_OK)
    status = file_remove(admin, kind, "-old", "key");
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static void retired_tell(struct admin *admin, const struct kind *kind) {
  report(admin, "key retire", kind);
  admin_print(admin, "The old key is gone.\n");
  if (kind->certifies)
    admin_print(admin,
                "Start the server anew, and put %s/card-ca.cert into every terminal's directory in the place of its\n"
                "card-ca.cert; card-ca-next.cert can go. They then take no card of the old key: replace such cards.\n",
                admin->dir);
  else if (kind->role != 0)
    admin_print(admin,
                "Start the server anew, and put %s/server.cert into every terminal's directory in the place of its\n"
                "server.cert; server-next.cert can go. Cards then refuse what the old key signed.\n",
                admin->dir);
}

/* ---- the verbs ---- */

/* One step at a time in a directory, or two could mix what they make; -1: there is no such directory, which is said
 * elsewhere. */
static enum status directory_lock(const struct admin *admin, int *lock) {
  *lock = open(admin->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) == 0)
    return STATUS_OK;
  return admin_refuse(admin, STATUS_OVERLOADED, "another program changes the keys in %s; try again when it has ended",
                      admin->dir);
}

static enum status step_run(struct admin *admin, const char *name, enum key_step step) {
  static const struct {
    enum status (*run)(const struct admin *admin, struct rolling *rolling);
    void (*tell)(struct admin *admin, const struct kind *kind);
  } steps[] = {
      [KEY_ROLL] = {roll, rolled_tell}, [KEY_CHANGE] = {change, changed_tell}, [KEY_RETIRE] = {retire, retired_tell}};
  struct rolling rolling = {0};
  int lock = -1;
  enum status status = kind_find(admin, name, &rolling.kind);

  if (status == STATUS_OK)
    status = directory_lock(admin, &lock);
  if (status == STATUS_OK && rolling.kind == NULL) {
    status = admin_key_terminal_ca(admin, step);
  } else if (status == STATUS_OK) {
    status = steps[step].run(admin, &rolling);
    if (status == STATUS_OK)
      steps[step].tell(admin, rolling.kind);
  }
  rolling_end(&rolling);
  if (lock >= 0)
    (void)close(lock);
  return status;
}

enum status admin_key_roll(void *context, char **arguments) {
  return step_run(context, arguments[0], KEY_ROLL);
}

enum status admin_key_change(void *context, char **arguments) {
  return step_run(context, arguments[0], KEY_CHANGE);
}

enum status admin_key_retire(void *context, char **arguments) {
  return step_run(context, arguments[0], KEY_RETIRE);
}
