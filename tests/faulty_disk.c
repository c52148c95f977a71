/* SPDX-License-Identifier: Apache-2.0
 * A disk that fails. */
#include "faulty_disk.h"

#include <check.h>
#include <sqlite3.h>
#include <sys/mman.h>

struct faulty_disk *faulty_disk;

static sqlite3_vfs faulty_vfs;
static sqlite3_io_methods faulty_methods;
static const sqlite3_io_methods *true_methods;

static int faulty_sync(sqlite3_file *file, int flags) {
  return faulty_disk->sync_fails ? SQLITE_IOERR_FSYNC : true_methods->xSync(file, flags);
}

static int faulty_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  return faulty_disk->log_writes++ == faulty_disk->log_fails_at ? SQLITE_IOERR_WRITE
                                                                : true_methods->xWrite(file, bytes, count, at);
}

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
  const sqlite3_vfs *unix_vfs = vfs->pAppData;
  int code = unix_vfs->xOpen(sqlite3_vfs_find(unix_vfs->zName), name, file, flags, out_flags);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) { /* where commits go */
    true_methods = file->pMethods;
    faulty_methods = *true_methods;
    faulty_methods.xSync = faulty_sync;
    faulty_methods.xWrite = faulty_write;
    file->pMethods = &faulty_methods;
  }
  return code;
}

void faulty_install(void) {
  sqlite3_vfs *unix_vfs = sqlite3_vfs_find(NULL);
  faulty_disk = mmap(NULL, sizeof *faulty_disk, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(faulty_disk, MAP_FAILED);
  faulty_disk->log_fails_at = FAULTY_NEVER;
  faulty_vfs = *unix_vfs;
  faulty_vfs.zName = "faulty";
  faulty_vfs.pNext = NULL;
  faulty_vfs.pAppData = unix_vfs;
  faulty_vfs.xOpen = faulty_open;
  ck_assert_int_eq(sqlite3_vfs_register(&faulty_vfs, 1), SQLITE_OK);
}
