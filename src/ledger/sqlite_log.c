/* SPDX-License-Identifier: Apache-2.0
 * SQLite's own file layer, but for writes that follow each other in the write-ahead log and in the database: those go
 * to the system in one piece.
 *
 * SQLite writes each page, and in the log each page's head, by itself: a dozen and more calls for a payment, and
 * thousands while a checkpoint holds up all payments, which brings the log's pages to the database in the order in
 * which they lie there. Here they are kept until the file is synced, read, asked about, unlocked or closed, or until
 * something is written elsewhere in it; so whoever looks at the file through SQLite never sees that they were. A write
 * that fails then fails the sync that wanted it, before which SQLite has acknowledged nothing and given up nothing of
 * the log. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite.h"

#define LOG_ROOM (96 * 1024) /* bytes, below 128 KiB: SQLite's layer for Unix takes no more in one piece */

/* Laid over the memory that SQLite gives for an open file. */
struct log_file {
  sqlite3_file as_sqlite; /* first */
  sqlite3_file *real;
  int unheard;      /* SQLITE_OK, or how a write failed of which SQLite was told where it does not listen */
  sqlite3_int64 at; /* where what is kept belongs in the file */
  size_t len;
  uint8_t *kept; /* of LOG_ROOM */
};

static struct log_file *log_of(sqlite3_file *file) {
  return (struct log_file *)(void *)file;
}

/* What could not be written is not kept: SQLite takes the commit back, and its next one begins at the same place. */
static int log_flush(struct log_file *log) {
  size_t len = log->len;
  log->len = 0;
  return len == 0 ? SQLITE_OK : log->real->pMethods->xWrite(log->real, log->kept, (int)len, log->at);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  struct log_file *log = log_of(file);
  size_t len = (size_t)count;
  int code = SQLITE_OK;
  if (log->len > 0 && (at != log->at + (sqlite3_int64)log->len || log->len + len > LOG_ROOM))
    code = log_flush(log);
  if (code != SQLITE_OK)
    return code;
  if (len > LOG_ROOM)
    return log->real->pMethods->xWrite(log->real, bytes, count, at);
  if (log->len == 0)
    log->at = at;
  memcpy(log->kept + log->len, bytes, len);
  log->len += len;
  return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
  int code = log_flush(log_of(file));
  sqlite3_file *real = log_of(file)->real;
  return code == SQLITE_OK ? real->pMethods->xRead(real, bytes, count, at) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
  int code = log_flush(log_of(file));
  sqlite3_file *real = log_of(file)->real;
  return code == SQLITE_OK ? real->pMethods->xTruncate(real, size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
  struct log_file *log = log_of(file);
  int code = log_flush(log);
  if (code == SQLITE_OK)
    code = log->unheard;
  log->unheard = SQLITE_OK;
  return code == SQLITE_OK ? log->real->pMethods->xSync(log->real, flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
  int code = log_flush(log_of(file));
  sqlite3_file *real = log_of(file)->real;
  return code == SQLITE_OK ? real->pMethods->xFileSize(real, size) : code;
}

/* For what SQLite does without a look at the answer, as where it says that the pages of a checkpoint are written. */
static int log_flush_unheard(struct log_file *log) {
  int code = log_flush(log);
  if (code != SQLITE_OK)
    log->unheard = code;
  return code;
}

static int log_control(sqlite3_file *file, int operation, void *argument) {
  int code = log_flush_unheard(log_of(file));
  sqlite3_file *real = log_of(file)->real;
  return code == SQLITE_OK ? real->pMethods->xFileControl(real, operation, argument) : code;
}

static int log_close(sqlite3_file *file) {
  struct log_file *log = log_of(file);
  int code = log_flush(log);
  int closed = log->real->pMethods->xClose(log->real);
  free(log->real);
  free(log->kept);
  return code != SQLITE_OK ? code : closed;
}

/* Nobody locks a log: the locks are the database's. */
static int log_lock(sqlite3_file *file, int level) {
  (void)file, (void)level;
  return SQLITE_OK;
}

static int log_reserved(sqlite3_file *file, int *reserved) {
  (void)file;
  *reserved = 0;
  return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level) {
  sqlite3_file *real = log_of(file)->real;
  return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *file, int level) {
  int code = log_flush_unheard(log_of(file));
  sqlite3_file *real = log_of(file)->real;
  int unlocked = real->pMethods->xUnlock(real, level);
  return code != SQLITE_OK ? code : unlocked;
}

static int file_reserved(sqlite3_file *file, int *reserved) {
  sqlite3_file *real = log_of(file)->real;
  return real->pMethods->xCheckReservedLock(real, reserved);
}

static int log_sector(sqlite3_file *file) {
  sqlite3_file *real = log_of(file)->real;
  return real->pMethods->xSectorSize(real);
}

static int log_characteristics(sqlite3_file *file) {
  sqlite3_file *real = log_of(file)->real;
  return real->pMethods->xDeviceCharacteristics(real);
}

static const sqlite3_io_methods log_methods = {.iVersion = 1,
                                               .xClose = log_close,
                                               .xRead = log_read,
                                               .xWrite = log_write,
                                               .xTruncate = log_truncate,
                                               .xSync = log_sync,
                                               .xFileSize = log_size,
                                               .xLock = log_lock,
                                               .xUnlock = log_lock,
                                               .xCheckReservedLock = log_reserved,
                                               .xFileControl = log_control,
                                               .xSectorSize = log_sector,
                                               .xDeviceCharacteristics = log_characteristics};

/* Without shared memory: the log is one connection's alone (sqlite.c). */
static const sqlite3_io_methods file_methods = {.iVersion = 1,
                                                .xClose = log_close,
                                                .xRead = log_read,
                                                .xWrite = log_write,
                                                .xTruncate = log_truncate,
                                                .xSync = log_sync,
                                                .xFileSize = log_size,
                                                .xLock = file_lock,
                                                .xUnlock = file_unlock,
                                                .xCheckReservedLock = file_reserved,
                                                .xFileControl = log_control,
                                                .xSectorSize = log_sector,
                                                .xDeviceCharacteristics = log_characteristics};

static int log_open_kept(sqlite3_vfs *layer, const char *name, struct log_file *log, int flags, int *flags_got) {
  memset(log, 0, sizeof *log);
  log->real = calloc(1, (size_t)layer->szOsFile);
  log->kept = malloc(LOG_ROOM);
  int code = SQLITE_NOMEM;
  if (log->real != NULL && log->kept != NULL)
    code = layer->xOpen(layer, name, log->real, flags, flags_got);
  if (code == SQLITE_OK) {
    log->as_sqlite.pMethods = (flags & SQLITE_OPEN_WAL) != 0 ? &log_methods : &file_methods;
    return SQLITE_OK;
  }
  if (log->real != NULL && log->real->pMethods != NULL)
    (void)log->real->pMethods->xClose(log->real);
  free(log->real);
  free(log->kept);
  return code;
}

static int log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_got) {
  sqlite3_vfs *layer = sqlite3_vfs_find(NULL); /* whichever is below now: tests have a disk that fails */
  if (layer == NULL || layer->szOsFile > vfs->szOsFile)
    return SQLITE_CANTOPEN;
  if ((flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) != 0)
    return log_open_kept(layer, name, log_of(file), flags, flags_got);
  return layer->xOpen(layer, name, file, flags, flags_got);
}

static sqlite3_vfs log_vfs;
static int log_registered = SQLITE_ERROR;

/* SQLite does not count the memory that it takes: nobody asks, and each piece would cost a lock and a dozen figures.
 * Where it is in use already, as in tests, it goes on counting. */
static void log_register(void) {
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)sqlite_cache_register();
  sqlite3_vfs *layer = sqlite3_vfs_find(NULL);
  if (layer == NULL)
    return;
  log_vfs = *layer;
  log_vfs.pNext = NULL;
  log_vfs.zName = SQLITE_LOG_VFS;
  log_vfs.xOpen = log_open;
  if (log_vfs.szOsFile < (int)sizeof(struct log_file))
    log_vfs.szOsFile = (int)sizeof(struct log_file);
  log_registered = sqlite3_vfs_register(&log_vfs, 0);
}

int sqlite_log_register(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, log_register);
  return log_registered;
}
