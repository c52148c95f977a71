/* SPDX-License-Identifier: Apache-2.0
 * Copies of databases, so that an audit opens nothing that others write to, and changes nothing that it was given. */
#include "audit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* https://www.sqlite.org/src/file/src/os.h: who writes holds a write lock here, whatever the version. */
#define SQLITE_SHARED_FIRST (0x40000000 + 2)
#define SQLITE_SHARED_SIZE  510
#define LOCK_WAIT_MS        5000
#define LOCK_POLL_MS        20
#define COPY_BYTES          16384

enum status snapshot_begin(struct audit *audit) {
  const char *base = getenv("TMPDIR");
  int len = snprintf(audit->folder, sizeof audit->folder, "%s/epurse-audit.XXXXXX", base != NULL ? base : "/tmp");
  if (len < 0 || (size_t)len >= sizeof audit->folder - 64 || mkdtemp(audit->folder) == NULL) {
    audit->folder[0] = '\0';
    return STATUS_STORE_FAILED;
  }
  return STATUS_OK;
}

void snapshot_end(struct audit *audit) {
  DIR *folder = audit->folder[0] != '\0' ? opendir(audit->folder) : NULL;
  if (folder == NULL)
    return;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
    if (entry->d_name[0] != '.')
      (void)unlinkat(dirfd(folder), entry->d_name, 0);
  (void)closedir(folder);
  (void)rmdir(audit->folder);
}

static enum status copy_bytes(int from, int to) {
  uint8_t buffer[COPY_BYTES];
  ssize_t got = 0;
  while ((got = read(from, buffer, sizeof buffer)) > 0)
    for (ssize_t put = 0, wrote = 0; put < got; put += wrote)
      if ((wrote = write(to, buffer + put, (size_t)(got - put))) <= 0)
        return STATUS_STORE_FAILED;
  return got == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status copy_file(int from, const char *path) {
  (void)unlink(path);
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (to < 0)
    return STATUS_STORE_FAILED;
  enum status status = copy_bytes(from, to);
  return close(to) == 0 ? status : STATUS_STORE_FAILED;
}

/* The file beside: copied where it is there. */
static enum status copy_beside(const char *file, const char *copy, const char *suffix) {
  char from[AUDIT_PATH_MAX + 16], to[AUDIT_PATH_MAX + 16];
  (void)snprintf(from, sizeof from, "%s%s", file, suffix);
  (void)snprintf(to, sizeof to, "%s%s", copy, suffix);
  (void)unlink(to);
  int beside = open(from, O_RDONLY | O_CLOEXEC);
  if (beside < 0)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  enum status status = copy_file(beside, to);
  (void)close(beside);
  return status;
}

/* A terminal writes under PATH.lock (journal.c). Where there is none nobody does: -1. */
static enum status lock_terminal(const char *file, int *lock) {
  static const struct timespec pause = {0, LOCK_POLL_MS * 1000000L};
  char name[AUDIT_PATH_MAX + 16];
  (void)snprintf(name, sizeof name, "%s.lock", file);
  *lock = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (*lock < 0)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  for (int waited = 0; flock(*lock, LOCK_SH | LOCK_NB) != 0; waited += LOCK_POLL_MS) {
    if (waited >= LOCK_WAIT_MS)
      return STATUS_LEDGER_BUSY;
    nanosleep(&pause, NULL);
  }
  return STATUS_OK;
}

/* The server holds its ledger by SQLite's own lock from opening to closing. The lock is of this open file, so that it
 * ends with it only. */
static enum status lock_reader(int file) {
  struct flock lock = {
      .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = SQLITE_SHARED_FIRST, .l_len = SQLITE_SHARED_SIZE};
  if (fcntl(file, F_OFD_SETLK, &lock) == 0)
    return STATUS_OK;
  return errno == EAGAIN || errno == EACCES ? STATUS_LEDGER_BUSY : STATUS_STORE_FAILED;
}

enum status snapshot_take(const struct audit *audit, const char *file, const char *name, char copy[AUDIT_PATH_MAX]) {
  int lock = -1, from = -1;
  enum status status = STATUS_STORE_FAILED;
  if (strlen(file) >= AUDIT_PATH_MAX - 16 || strlen(audit->folder) + strlen(name) + 2 > AUDIT_PATH_MAX)
    goto out;
  (void)snprintf(copy, AUDIT_PATH_MAX, "%.900s/%.100s", audit->folder, name);
  from = open(file, O_RDONLY | O_CLOEXEC);
  if (from < 0) {
    status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
    goto out;
  }
  status = lock_terminal(file, &lock);
  if (status == STATUS_OK)
    status = lock_reader(from);
  if (status == STATUS_OK)
    status = copy_file(from, copy);
  if (status == STATUS_OK)
    status = copy_beside(file, copy, "-wal");
out:
  if (from >= 0)
    (void)close(from);
  if (lock >= 0)
    (void)close(lock);
  return status;
}
