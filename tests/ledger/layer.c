/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/ledger/sqlite_log.c: what a checkpoint writes to the database, and what it does not get written. And of
 * src/ledger/sqlite_cache.c. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/sqlite.h"
#include "place.h"
#include "suites.h"
#include "world/folder.h"

#define ROWS  200 /* each has a page of its own, one behind the other */
#define NEVER 0xFFFFFFFFU

/* A disk below the layer that counts what is written to the database, and fails once. */
static unsigned writes, fails_at = NEVER;
static sqlite3_vfs disk;
static sqlite3_io_methods disk_methods;
static const sqlite3_io_methods *true_methods;

static int disk_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  return writes++ == fails_at ? SQLITE_IOERR_WRITE : true_methods->xWrite(file, bytes, count, at);
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_got) {
  const sqlite3_vfs *below = vfs->pAppData;
  int code = below->xOpen(sqlite3_vfs_find(below->zName), name, file, flags, flags_got);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
    true_methods = file->pMethods;
    disk_methods = *true_methods;
    disk_methods.xWrite = disk_write;
    file->pMethods = &disk_methods;
  }
  return code;
}

struct base {
  char folder[64], path[96];
  sqlite3 *connection;
};

static void run(const struct base *base, const char *sql) {
  ck_assert_int_eq(sqlite3_exec(base->connection, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* In its log stand ROWS pages that the database has not. */
static void base_make(struct base *base) {
  ck_assert(folder_make(NULL, "layer", base->folder, sizeof base->folder));
  snprintf(base->path, sizeof base->path, "%s/base", base->folder);
  ck_assert_int_eq(sqlite_log_register(), SQLITE_OK);
  disk = *sqlite3_vfs_find(NULL);
  disk.pAppData = sqlite3_vfs_find(NULL);
  disk.zName = "counting";
  disk.pNext = NULL;
  disk.xOpen = disk_open;
  ck_assert_int_eq(sqlite3_vfs_register(&disk, 1), SQLITE_OK);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  ck_assert_int_eq(sqlite3_open_v2(base->path, &base->connection, flags, SQLITE_LOG_VFS), SQLITE_OK);
  run(base, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 1024; PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)");
  run(base, "WITH RECURSIVE i (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < 200) "
            "INSERT INTO t SELECT n, randomblob(900) FROM i");
  writes = 0;
}

static void base_remove(struct base *base) {
  char log[sizeof base->path + 4];
  ck_assert_int_eq(sqlite3_close(base->connection), SQLITE_OK);
  ck_assert_int_eq(sqlite3_vfs_unregister(&disk), SQLITE_OK);
  snprintf(log, sizeof log, "%s-wal", base->path);
  (void)unlink(log);
  ck_assert_int_eq(unlink(base->path), 0);
  ck_assert_int_eq(rmdir(base->folder), 0);
}

static int checkpoint(const struct base *base, int *left) {
  int in_log = 0, carried = 0;
  int code = sqlite3_wal_checkpoint_v2(base->connection, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &carried);
  *left = in_log - carried;
  return code;
}

/* Whether all rows are in the database itself: what its log holds is not looked at. */
static bool is_whole(const struct base *base) {
  uint8_t bytes[1024];
  FILE *file = fopen(base->path, "rb");
  size_t pages = 0;
  ck_assert_ptr_nonnull(file);
  while (fread(bytes, 1, sizeof bytes, file) == sizeof bytes) {
    static const uint8_t nothing[sizeof bytes];
    pages += memcmp(bytes, nothing, sizeof bytes) != 0;
  }
  ck_assert_int_eq(fclose(file), 0);
  return pages > ROWS;
}

START_TEST(pages_of_a_checkpoint_are_written_in_few_pieces) {
  struct base base;
  int left = 0;
  base_make(&base);
  ck_assert_int_eq(checkpoint(&base, &left), SQLITE_OK);
  ck_assert_int_eq(left, 0);
  ck_assert_uint_le(writes, 4);
  ck_assert(is_whole(&base));
  base_remove(&base);
}
END_TEST

/* Whichever of its writes it was: the log is not given up before all of them were done. */
START_TEST(failed_write_of_a_checkpoint_keeps_the_log) {
  struct base base;
  int left = 0;
  base_make(&base);
  fails_at = (unsigned)_i;
  ck_assert_int_eq(checkpoint(&base, &left), SQLITE_IOERR);
  ck_assert_uint_gt(writes, (unsigned)_i);
  fails_at = NEVER;
  ck_assert_int_eq(checkpoint(&base, &left), SQLITE_OK);
  ck_assert_int_eq(left, 0);
  ck_assert(is_whole(&base));
  base_remove(&base);
}
END_TEST

/* ---- the page cache ---- */

/* SQLite's own, that counts how often it is gone through. */
static unsigned searches;
static sqlite3_pcache_methods2 true_cache;

static void counting_truncate(sqlite3_pcache *cache, unsigned limit) {
  searches++;
  true_cache.xTruncate(cache, limit);
}

/* Below the ledger's, whether or not that was made known to SQLite before. */
static void cache_count(void) {
  static const sqlite3_pcache_methods2 none;
  ck_assert_int_eq(sqlite_log_register(), SQLITE_OK);
  ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
  ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_PCACHE2, &none), SQLITE_OK);
  ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &true_cache), SQLITE_OK);
  sqlite3_pcache_methods2 counting = true_cache;
  counting.xTruncate = counting_truncate;
  ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_PCACHE2, &counting), SQLITE_OK);
  ck_assert_int_eq(sqlite_cache_register(), SQLITE_OK);
}

static void base_scatter(const struct base *base) {
  char sql[128];
  run(base, "PRAGMA synchronous = OFF; CREATE TABLE s (n INTEGER PRIMARY KEY, k BLOB UNIQUE)");
  searches = 0;
  for (int i = 0; i < 500; i++) { /* keys in no order: the index's pages are divided in its midst */
    snprintf(sql, sizeof sql, "INSERT INTO s VALUES (%d, CAST(%d || 'filled up to some length' AS BLOB))", i,
             i * 211 % 503);
    run(base, sql);
  }
}

START_TEST(a_commit_does_not_search_the_cache) {
  struct base base;
  cache_count();
  base_make(&base);
  base_scatter(&base);
  ck_assert_uint_eq(searches, 0);
  base_remove(&base);
}
END_TEST

static int64_t number(const struct base *base, const char *sql) {
  sqlite3_stmt *statement = NULL;
  ck_assert_int_eq(sqlite3_prepare_v2(base->connection, sql, -1, &statement, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
  int64_t found = sqlite3_column_int64(statement, 0);
  ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
  return found;
}

/* A database that shrinks: whatever was cached behind its end is not met when it grows again. */
START_TEST(pages_behind_the_end_are_dropped) {
  struct base base;
  cache_count();
  base_make(&base);
  base_scatter(&base);
  for (int i = 0; i < 3; i++) {
    run(&base, "DELETE FROM t WHERE n > 20; DELETE FROM s WHERE n % 3 <> 0; VACUUM");
    ck_assert_uint_gt(searches, 0);
    run(&base, "BEGIN; INSERT INTO t SELECT n + 1000000, b FROM t; ROLLBACK");
    run(&base, "INSERT INTO t (b) SELECT zeroblob(900) FROM s");
    run(&base, "UPDATE s SET k = CAST(n || 'another one' AS BLOB)");
    ck_assert_int_eq(number(&base, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
    ck_assert_int_eq(number(&base, "SELECT count(*) FROM t WHERE n <= 20 AND length(b) = 900"), 20);
  }
  base_remove(&base);
}
END_TEST

Suite *layer_suite(void) {
  Suite *suite = suite_create("layer");
  TCase *tests = tcase_create("layer");
  if (place_is_file()) {
    tcase_add_test(tests, pages_of_a_checkpoint_are_written_in_few_pieces);
    tcase_add_loop_test(tests, failed_write_of_a_checkpoint_keeps_the_log, 0, 3);
    tcase_add_test(tests, a_commit_does_not_search_the_cache);
    tcase_add_test(tests, pages_behind_the_end_are_dropped);
  }
  suite_add_tcase(suite, tests);
  return suite;
}
