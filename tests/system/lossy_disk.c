/* SPDX-License-Identifier: Apache-2.0
 * A disk that keeps only what it was told to keep, for LD_PRELOAD: at a chosen write, sync or change of a name the
 * power fails, and the files stand as a power failure may leave them; or the disk is full, read-only, broken from there
 * on.
 *
 *   LOSSY_PREFIX  the files: those whose absolute path begins with it
 *   LOSSY_PLAN    "N MODE SEED": at the N-th event, counted from 1. Or, to begin when it appears and end when it goes:
 *   LOSSY_ARM     a file that holds the plan
 *   LOSSY_COUNT   a file that gets the number of events at the end
 *   LOSSY_NOSYNC  set: a sync answers that all is well and does nothing
 *
 * MODE: lost    the process is killed before the event; nothing survives that was not synced
 *       some    the same, but of what was not synced a part survives, drawn by SEED: sectors of 512 bytes, sizes, and a
 *               first part of the changes to names
 *       ENOSPC  from the event on nothing can be written or made; the first write stops half way
 *       EROFS   from the event on nothing can be changed
 *       EIO     the event fails, once
 *
 * A file's content survives where fsync or fdatasync of it returned; a name (made, renamed, removed) where fsync of its
 * folder did. That is what POSIX promises, and less than most file systems do. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR    512
#define FDS       1024
#define FILES_MAX 256
#define NAMES_MAX 256

/* The functions as they are without us. */
static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *), (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);

struct sector {
  bool dirty;
  unsigned char *before; /* as it was synced; NULL: behind the end of the file then */
};

struct file {
  dev_t device;
  ino_t inode;
  int fd; /* our own, never closed: closing any would drop the program's locks */
  off_t synced_size;
  struct sector *sectors;
  size_t count;
};

enum name_change { NAME_MADE, NAME_REMOVED, NAME_MOVED };
struct name {
  enum name_change change;
  ino_t folder;
  char path[PATH_MAX], to[PATH_MAX]; /* of NAME_MOVED: from, to */
  char aside[PATH_MAX];              /* what was removed or replaced; "": nothing */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file files[FILES_MAX];
static size_t file_count;
static struct name names[NAMES_MAX];
static size_t name_count;
static short file_of_fd[FDS];    /* index + 1 */
static ino_t folder_of_fd[FDS];  /* of an open folder, else 0 */
static const char *prefix, *arm; /* NULL: not given */
static bool no_sync;

static struct {
  bool loaded, struck, half_done;
  unsigned long at, events;
  uint64_t seed;
  char mode[8];
} plan;

/* ---- the plan ---- */

static uint32_t draw(uint32_t below) {
  plan.seed ^= plan.seed >> 12;
  plan.seed ^= plan.seed << 25;
  plan.seed ^= plan.seed >> 27;
  return (uint32_t)((plan.seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void plan_parse(const char *text) {
  unsigned long long seed = 1;
  memset(&plan, 0, sizeof plan);
  if (sscanf(text, "%lu %7s %llu", &plan.at, plan.mode, &seed) < 2)
    return;
  plan.seed = seed == 0 ? 1 : seed * UINT64_C(0x9E3779B97F4A7C15);
  plan.loaded = true;
}

static void plan_look(void) {
  char text[64] = "";
  if (arm == NULL)
    return;
  int fd = real_open(arm, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    plan.loaded = false;
    return;
  }
  if (!plan.loaded && read(fd, text, sizeof text - 1) > 0)
    plan_parse(text);
  (void)real_close(fd);
}

__attribute__((constructor)) static void begin(void) {
  real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
  real_openat = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
  real_close = (int (*)(int))dlsym(RTLD_NEXT, "close");
  real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  real_pwrite = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = (int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  real_rename = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  real_link = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "link");
  real_unlink = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  prefix = getenv("LOSSY_PREFIX");
  arm = getenv("LOSSY_ARM");
  no_sync = getenv("LOSSY_NOSYNC") != NULL;
  if (getenv("LOSSY_PLAN") != NULL)
    plan_parse(getenv("LOSSY_PLAN"));
}

static bool watched(const char *path) {
  return prefix != NULL && path[0] == '/' && strncmp(path, prefix, strlen(prefix)) == 0;
}

static ino_t folder_of(const char *path) {
  char copy[PATH_MAX];
  struct stat facts;
  (void)snprintf(copy, sizeof copy, "%s", path);
  return stat(dirname(copy), &facts) == 0 ? facts.st_ino : 0;
}

/* ---- what the power failure leaves ---- */

static void sector_put(const struct file *file, size_t index, bool zeros) {
  static const unsigned char none[SECTOR];
  const unsigned char *bytes = zeros ? none : file->sectors[index].before;
  (void)!real_pwrite(file->fd, bytes, SECTOR, (off_t)(index * SECTOR));
}

static void file_settle(const struct file *file, bool some) {
  struct stat facts;
  if (fstat(file->fd, &facts) != 0)
    return;
  off_t size = some && draw(2) == 0 ? facts.st_size : file->synced_size;
  for (size_t i = 0; i < file->count; i++) {
    if (!file->sectors[i].dirty || (some && draw(2) == 0))
      continue;
    sector_put(file, i, file->sectors[i].before == NULL);
  }
  (void)real_ftruncate(file->fd, size);
}

static void name_undo(const struct name *name) {
  if (name->change == NAME_MADE)
    (void)real_unlink(name->path);
  if (name->change == NAME_MOVED)
    (void)real_rename(name->to, name->path);
  if (name->aside[0] != '\0')
    (void)real_rename(name->aside, name->change == NAME_MOVED ? name->to : name->path);
}

static void name_forget(struct name *name) {
  if (name->aside[0] != '\0')
    (void)real_unlink(name->aside);
  size_t behind = (size_t)(&names[name_count] - name) - 1; /* in order: a part that survives is a first part */
  memmove(name, name + 1, behind * sizeof *name);
  name_count--;
}

static void fail_power(void) {
  bool some = strcmp(plan.mode, "some") == 0;
  for (size_t i = 0; i < file_count; i++)
    file_settle(&files[i], some);
  size_t kept = some && name_count > 0 ? draw((uint32_t)name_count + 1) : 0;
  for (size_t i = name_count; i > kept; i--)
    name_undo(&names[i - 1]);
  for (size_t i = 0; i < kept; i++)
    if (names[i].aside[0] != '\0')
      (void)real_unlink(names[i].aside);
  (void)kill(getpid(), SIGKILL);
  for (;;)
    (void)pause();
}

static void count_write(void) {
  char text[32];
  const char *path = getenv("LOSSY_COUNT");
  int fd = path == NULL ? -1 : real_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  int len = snprintf(text, sizeof text, "%lu\n", plan.events);
  (void)!real_write(fd, text, (size_t)len);
  (void)real_close(fd);
}

__attribute__((destructor)) static void end(void) {
  count_write();
  for (size_t i = 0; i < name_count; i++)
    if (names[i].aside[0] != '\0')
      (void)real_unlink(names[i].aside);
}

/* ---- an event ---- */

enum event { EVENT_WRITE, EVENT_SIZE, EVENT_SYNC, EVENT_MAKE, EVENT_NAME };

/* 0: it goes on; else the errno with which it fails. */
static int event(enum event event) {
  plan_look();
  if (!plan.loaded || ++plan.events < plan.at)
    return 0;
  bool first = !plan.struck;
  plan.struck = true;
  if (strcmp(plan.mode, "ENOSPC") == 0)
    return event == EVENT_WRITE || event == EVENT_MAKE ? ENOSPC : 0;
  if (strcmp(plan.mode, "EROFS") == 0)
    return event == EVENT_SYNC ? 0 : EROFS;
  if (strcmp(plan.mode, "EIO") == 0)
    return first ? EIO : 0;
  fail_power();
  return 0;
}

/* ---- files ---- */

static struct file *file_at(int fd) {
  return fd >= 0 && fd < FDS && file_of_fd[fd] != 0 ? &files[file_of_fd[fd] - 1] : NULL;
}

/* Keeps what the sectors of a range held when they were last synced. */
static void file_touch(struct file *file, off_t from, off_t to) {
  size_t first = (size_t)from / SECTOR, behind = (size_t)(to + SECTOR - 1) / SECTOR;
  if (behind > file->count) {
    struct sector *more = realloc(file->sectors, behind * sizeof *more);
    if (more == NULL)
      abort();
    memset(more + file->count, 0, (behind - file->count) * sizeof *more);
    file->sectors = more;
    file->count = behind;
  }
  for (size_t i = first; i < behind; i++) {
    struct sector *sector = &file->sectors[i];
    if (sector->dirty)
      continue;
    sector->dirty = true;
    if ((off_t)(i * SECTOR) >= file->synced_size)
      continue;
    sector->before = calloc(1, SECTOR);
    if (sector->before == NULL || pread(file->fd, sector->before, SECTOR, (off_t)(i * SECTOR)) < 0)
      abort();
  }
}

static void file_synced(struct file *file) {
  struct stat facts;
  for (size_t i = 0; i < file->count; i++) {
    free(file->sectors[i].before);
    file->sectors[i] = (struct sector){.dirty = false};
  }
  if (fstat(file->fd, &facts) == 0)
    file->synced_size = facts.st_size;
}

static void file_take(int fd, bool made) {
  struct stat facts;
  char self[64];
  if (fd >= FDS || fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
    return;
  for (size_t i = 0; i < file_count; i++)
    if (files[i].device == facts.st_dev && files[i].inode == facts.st_ino) {
      file_of_fd[fd] = (short)(i + 1);
      return;
    }
  if (file_count == FILES_MAX)
    abort();
  (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  struct file *file = &files[file_count++];
  *file = (struct file){.device = facts.st_dev, .inode = facts.st_ino, .fd = real_open(self, O_RDWR | O_CLOEXEC)};
  file->synced_size = made ? 0 : facts.st_size;
  file_of_fd[fd] = (short)file_count;
}

/* ---- names ---- */

static struct name *name_new(enum name_change change, const char *path) {
  if (name_count == NAMES_MAX)
    abort();
  struct name *name = &names[name_count++];
  memset(name, 0, sizeof *name);
  name->change = change;
  name->folder = folder_of(path);
  (void)snprintf(name->path, sizeof name->path, "%s", path);
  return name;
}

/* A second name for what is about to lose its own. */
static void name_keep(struct name *name, const char *path) {
  static unsigned number;
  (void)snprintf(name->aside, sizeof name->aside, "%.4000s.lossy-%d-%u", path, (int)getpid(), number++);
  if (real_link(path, name->aside) != 0)
    name->aside[0] = '\0';
}

static void folder_synced(ino_t folder) {
  for (size_t i = 0; i < name_count;)
    if (names[i].folder == folder)
      name_forget(&names[i]);
    else
      i++;
}

/* ---- the functions in their place ---- */

static int opened(int folder, const char *path, int flags, mode_t mode) {
  struct stat facts;
  bool ours = watched(path), writes = (flags & O_ACCMODE) != O_RDONLY;
  if (!ours || !writes) { /* a folder may be opened without O_DIRECTORY: SQLite does */
    int fd = real_openat(folder, path, flags, mode);
    if (fd >= 0 && fd < FDS && !writes && prefix != NULL && fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode))
      folder_of_fd[fd] = facts.st_ino;
    return fd;
  }
  (void)pthread_mutex_lock(&lock);
  bool there = stat(path, &facts) == 0;
  int fd = -1, fault = !there && (flags & O_CREAT) != 0 ? event(EVENT_MAKE) : 0;
  if (fault != 0)
    errno = fault;
  else
    fd = real_openat(folder, path, flags & ~O_TRUNC, mode);
  if (fd >= 0 && writes)
    file_take(fd, !there);
  if (fd >= 0 && !there)
    (void)name_new(NAME_MADE, path);
  struct file *file = file_at(fd);
  if (file != NULL && there && (flags & O_TRUNC) != 0 && facts.st_size > 0) {
    file_touch(file, 0, facts.st_size);
    (void)real_ftruncate(fd, 0);
  }
  (void)pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE_OF(flags)                                                                                                 \
  mode_t mode = 0;                                                                                                     \
  if (((flags)&O_CREAT) != 0) {                                                                                        \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    mode = va_arg(arguments, mode_t);                                                                                  \
    va_end(arguments);                                                                                                 \
  }

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(folder, path, flags, mode);
}
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags) {
  return opened(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags) {
  return opened(AT_FDCWD, path, flags, 0);
}

int close(int fd) {
  if (fd >= 0 && fd < FDS) {
    file_of_fd[fd] = 0;
    folder_of_fd[fd] = 0;
  }
  return real_close(fd);
}

static ssize_t written(int fd, const void *bytes, size_t len, off_t at) {
  struct file *file = file_at(fd);
  if (file == NULL)
    return at < 0 ? real_write(fd, bytes, len) : real_pwrite(fd, bytes, len, at);
  (void)pthread_mutex_lock(&lock);
  off_t from = at < 0 ? lseek(fd, 0, SEEK_CUR) : at;
  int fault = event(EVENT_WRITE);
  ssize_t done = -1;
  if (fault == ENOSPC && !plan.half_done && len > 1) { /* the last block that there was room for */
    plan.half_done = true;
    fault = 0;
    len /= 2;
  }
  if (fault == 0) {
    file_touch(file, from, from + (off_t)len);
    done = at < 0 ? real_write(fd, bytes, len) : real_pwrite(fd, bytes, len, at);
  } else {
    errno = fault;
  }
  (void)pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t len) {
  return written(fd, bytes, len, -1);
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) {
  return written(fd, bytes, len, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at) {
  return written(fd, bytes, len, at);
}

static int resized(int fd, off_t size) {
  struct file *file = file_at(fd);
  struct stat facts;
  if (file == NULL || fstat(fd, &facts) != 0)
    return real_ftruncate(fd, size);
  (void)pthread_mutex_lock(&lock);
  int result = -1, fault = event(EVENT_SIZE);
  if (fault == 0) {
    if (size < facts.st_size)
      file_touch(file, size, facts.st_size);
    result = real_ftruncate(fd, size);
  } else {
    errno = fault;
  }
  (void)pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) {
  return resized(fd, size);
}
int ftruncate64(int fd, off_t size) {
  return resized(fd, size);
}

static int synced(int fd, int (*sync)(int)) {
  struct file *file = file_at(fd);
  ino_t folder = fd >= 0 && fd < FDS ? folder_of_fd[fd] : 0;
  if (file == NULL && folder == 0)
    return sync(fd);
  (void)pthread_mutex_lock(&lock);
  int fault = event(EVENT_SYNC);
  if (fault == 0 && !no_sync) { /* the real one is not called: the machine that runs this will not lose power */
    if (file != NULL)
      file_synced(file);
    else
      folder_synced(folder);
  }
  errno = fault;
  (void)pthread_mutex_unlock(&lock);
  return fault == 0 ? 0 : -1;
}
int fsync(int fd) {
  return synced(fd, real_fsync);
}
int fdatasync(int fd) {
  return synced(fd, real_fdatasync);
}

static int renamed(const char *from, const char *to) {
  int fault = event(EVENT_NAME);
  if (fault != 0) {
    errno = fault;
    return -1;
  }
  struct name *name = name_new(NAME_MOVED, from);
  (void)snprintf(name->to, sizeof name->to, "%s", to);
  name_keep(name, to);
  int result = real_rename(from, to);
  if (result != 0)
    name_forget(name);
  return result;
}
int rename(const char *from, const char *to) {
  if (!watched(from) || !watched(to))
    return real_rename(from, to);
  (void)pthread_mutex_lock(&lock);
  int result = renamed(from, to);
  (void)pthread_mutex_unlock(&lock);
  return result;
}

int link(const char *from, const char *to) {
  if (!watched(to))
    return real_link(from, to);
  (void)pthread_mutex_lock(&lock);
  int fault = event(EVENT_MAKE), result = -1;
  if (fault == 0)
    result = real_link(from, to);
  else
    errno = fault;
  if (result == 0)
    (void)name_new(NAME_MADE, to);
  (void)pthread_mutex_unlock(&lock);
  return result;
}

static int removed(const char *path) {
  struct stat facts;
  if (stat(path, &facts) != 0)
    return real_unlink(path);
  int fault = event(EVENT_NAME);
  if (fault != 0) {
    errno = fault;
    return -1;
  }
  name_keep(name_new(NAME_REMOVED, path), path);
  return real_unlink(path);
}
int unlink(const char *path) {
  if (!watched(path))
    return real_unlink(path);
  (void)pthread_mutex_lock(&lock);
  int result = removed(path);
  (void)pthread_mutex_unlock(&lock);
  return result;
}
