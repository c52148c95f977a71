/* SPDX-License-Identifier: Apache-2.0
 * A copy of the file through the one connection that it has, while that connection works: what it writes in between
 * SQLite carries over into the copy by itself. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "durable.h"
#include "sqlite.h"

#define COPY_UNIT 4096 /* bytes of what the contract calls a page, whatever the file's own are */

/* The beginning of a file of SQLite's, and where it has what the application says. */
#define HEADER_SIZE         100
#define HEADER_WORD         4
#define HEADER_USER_VERSION 60
#define HEADER_APPLICATION  68

struct store_copy {
  struct store *store;
  sqlite3 *target;
  sqlite3_backup *work;
  int pages;  /* of the file, in a unit */
  int64_t at; /* when all was copied, unix seconds; 0: not yet */
};

/* Nothing that is left of an attempt before may be taken for a part of this one. */
static enum status copy_make_file(const char *path) {
  durable_remove(path);
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return STATUS_STORE_FAILED;
  return close(file) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status copy_open(struct store_copy *copy, const char *path) {
  enum status status = copy_make_file(path);
  if (status == STATUS_OK)
    status = sqlite_status(sqlite3_open_v2(path, &copy->target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
  if (status == STATUS_OK)
    status = sqlite_status(sqlite3_extended_result_codes(copy->target, 1));
  if (status != STATUS_OK)
    return status;
  copy->work = sqlite3_backup_init(copy->target, "main", copy->store->database, "main");
  return copy->work != NULL ? STATUS_OK : sqlite_status(sqlite3_errcode(copy->target));
}

/* How many of the file's pages make a unit. */
static int copy_pages(struct store *store) {
  sqlite3_stmt *statement = NULL;
  int size = 0;
  if (sqlite3_prepare_v2(store->database, "PRAGMA page_size", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    size = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  return size > 0 && size < COPY_UNIT ? COPY_UNIT / size : 1;
}

enum status sqlite_copy_begin(struct store *store, const char *path, struct store_copy **out) {
  *out = NULL;
  struct store_copy *copy = calloc(1, sizeof *copy);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  copy->store = store;
  copy->pages = copy_pages(store);
  enum status status = copy_open(copy, path);
  if (status == STATUS_OK)
    *out = copy;
  else
    (void)sqlite_copy_end(&copy);
  return status;
}

enum status sqlite_copy_step(struct store_copy *copy, struct store_progress *progress) {
  uint64_t pages = (uint64_t)progress->pages * (unsigned)copy->pages;
  int code = sqlite3_backup_step(copy->work, pages < INT32_MAX ? (int)pages : INT32_MAX);
  uint64_t left = (uint64_t)sqlite3_backup_remaining(copy->work);
  progress->whole = (uint64_t)sqlite3_backup_pagecount(copy->work);
  progress->copied = progress->whole - left;
  progress->done = code == SQLITE_DONE;
  if (progress->done)
    copy->at = (int64_t)time(NULL);
  return sqlite_status(code);
}

/* The file's own header tells of when it is: what comes later it cannot have. */
static int copy_mark(sqlite3 *database, int64_t at) {
  char script[48];
  (void)snprintf(script, sizeof script, "PRAGMA user_version = %" PRId32, (int32_t)(uint32_t)at);
  return sqlite3_exec(database, script, NULL, NULL, NULL);
}

bool sqlite_copy_is(const char *place) {
  static const uint8_t none[HEADER_WORD];
  uint8_t header[HEADER_SIZE] = {0};
  int file = open(place, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  bool whole = read(file, header, sizeof header) == (ssize_t)sizeof header;
  (void)close(file);
  return whole && memcmp(header + HEADER_APPLICATION, "EPUS", HEADER_WORD) == 0 &&
         memcmp(header + HEADER_USER_VERSION, none, HEADER_WORD) != 0;
}

enum status sqlite_copy_adopt(struct store *store) {
  return sqlite_status(copy_mark(store->database, 0));
}

enum status sqlite_copy_end(struct store_copy **out) {
  struct store_copy *copy = *out;
  if (copy == NULL)
    return STATUS_OK;
  int code = copy->work == NULL ? SQLITE_OK : sqlite3_backup_finish(copy->work);
  if (code == SQLITE_OK && copy->at != 0)
    code = copy_mark(copy->target, copy->at);
  int closed = sqlite3_close(copy->target);
  free(copy);
  *out = NULL;
  return sqlite_status(code != SQLITE_OK ? code : closed);
}
