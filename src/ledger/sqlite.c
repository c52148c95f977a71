/* SPDX-License-Identifier: Apache-2.0
 * The ledger in one SQLite file, open in one process only. */
#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable.h"
#include "epurse/certificate.h"
#include "epurse/folder.h"
#include "epurse/record.h"
#include "schema.h"

#define SQLITE_APPLICATION_ID "1162892627" /* 0x45505553, "EPUS" */
#define SQLITE_PAGE           "512" /* of a new file: a payment touches many rows, and each writes its page whole */

static enum status sqlite_script(struct store *store, const char *statements) {
  return sqlite_status(sqlite3_exec(store->database, statements, NULL, NULL, NULL));
}

/* ---- a connection ---- */

/* Runs a pragma whose answer must be `wanted`. */
static enum status sqlite_expect(struct store *store, const char *statement, const char *wanted,
                                 enum status otherwise) {
  sqlite3_stmt *prepared = NULL;
  bool same = false;
  int code = sqlite3_prepare_v2(store->database, statement, -1, &prepared, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(prepared);
  if (code == SQLITE_ROW)
    same = strcmp((const char *)sqlite3_column_text(prepared, 0), wanted) == 0;
  sqlite3_finalize(prepared);
  enum status status = (code & 0xFF) == SQLITE_NOTADB ? STATUS_BAD_FORMAT : sqlite_status(code);
  return status == STATUS_OK && !same ? otherwise : status;
}

/* Releases 3.7.0 to 3.51.2 lose acknowledged rows when one connection checkpoints while another commits (mended in
 * 3.51.3, in 3.50.7 and 3.44.6 by back-port). So there is one connection, by force: EXCLUSIVE is set before the first
 * read; the write-ahead log then lives without shared memory, and the file's lock is kept until it is closed.
 * Before 3.38 there were no STRICT tables, on which the schema relies. */
static enum status sqlite_lock(struct store *store) {
  if (sqlite3_libversion_number() < 3038000)
    return STATUS_STORE_FAILED;
  return sqlite_expect(store, "PRAGMA locking_mode = EXCLUSIVE", "exclusive", STATUS_STORE_FAILED);
}

static enum status sqlite_configure(struct store *store) {
  enum status status = sqlite_expect(store, "PRAGMA journal_mode = WAL", "wal", STATUS_STORE_FAILED);
  if (status == STATUS_OK) /* takes the lock now, not at the first payment */
    status = sqlite_script(store, "BEGIN EXCLUSIVE; COMMIT");
  if (status == STATUS_OK)
    status = sqlite_script(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                                  "PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000;" /* pages */
                                  "PRAGMA cache_size = -8192;" /* KiB: what thousands of cards that pay come back to */
                                  "PRAGMA temp_store = MEMORY;" /* what a savepoint needs to be undone */);
  return status;
}

/* cid(serial) in the audit's questions. */
static void sqlite_cid(sqlite3_context *context, int count, sqlite3_value **values) {
  const struct store *store = sqlite3_user_data(context);
  uint8_t cid[CID_SIZE];
  char text[17];
  (void)count;
  cid_make(store->issuer, (uint32_t)sqlite3_value_int64(values[0]), cid);
  cid_print(cid, text);
  sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void sqlite_close(struct store **store) {
  if (*store == NULL)
    return;
  for (size_t i = 0; i < QUERY_COUNT; i++)
    sqlite3_finalize((*store)->statements[i]);
  for (size_t i = 0; i < BOUND_COUNT; i++)
    sqlite3_finalize((*store)->bounds[i]);
  (void)sqlite3_close((*store)->database);
  free(*store);
  *store = NULL;
}

static enum status sqlite_connect(const char *path, struct store **out) {
  *out = NULL;
  struct store *store = calloc(1, sizeof *store);
  if (store == NULL)
    return STATUS_NO_MEMORY;
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  int code = sqlite_log_register();
  if (code == SQLITE_OK)
    code = sqlite3_open_v2(path, &store->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, SQLITE_LOG_VFS);
  enum status status = sqlite_status(code);
  if (status == STATUS_OK && sqlite3_db_readonly(store->database, "main") != 0)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = sqlite_status(sqlite3_extended_result_codes(store->database, 1));
  if (status == STATUS_OK)
    status = sqlite_status(
        sqlite3_create_function_v2(store->database, "cid", 1, flags, store, sqlite_cid, NULL, NULL, NULL));
  if (status == STATUS_OK)
    status = sqlite_lock(store);
  if (status != STATUS_OK)
    sqlite_close(&store);
  *out = store;
  return status;
}

static enum status sqlite_open(const char *path, struct store **store) {
  *store = NULL;
  if (access(path, F_OK) != 0)
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  enum status status = sqlite_connect(path, store);
  if (status == STATUS_OK)
    status = sqlite_expect(*store, "PRAGMA application_id", SQLITE_APPLICATION_ID, STATUS_BAD_FORMAT);
  if (status == STATUS_OK)
    status = sqlite_configure(*store);
  if (status != STATUS_OK)
    sqlite_close(store);
  return status;
}

/* ---- made ---- */

static enum status sqlite_create(const char *path, struct store **store) {
  *store = NULL;
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return errno == EEXIST ? STATUS_EXISTS : STATUS_STORE_FAILED;
  (void)close(file); /* before SQLite opens it: closing later would drop its locks (fcntl) */
  enum status status = folder_sync_of(path);
  if (status == STATUS_OK)
    status = sqlite_connect(path, store);
  if (status == STATUS_OK)
    status =
        sqlite_script(*store, "PRAGMA page_size = " SQLITE_PAGE "; PRAGMA application_id = " SQLITE_APPLICATION_ID);
  if (status == STATUS_OK)
    status = sqlite_configure(*store);
  if (status != STATUS_OK) {
    sqlite_close(store);
    durable_remove(path);
  }
  return status;
}

/* ---- transactions ---- */

static const char *const sqlite_bounds[BOUND_COUNT] = {[BOUND_BEGIN] = "BEGIN IMMEDIATE",
                                                       [BOUND_COMMIT] = "COMMIT",
                                                       [BOUND_SAVE] = "SAVEPOINT part",
                                                       [BOUND_KEEP] = "RELEASE part"};

/* Prepared once: they come with each step. */
static int sqlite_bound(struct store *store, enum sqlite_bound bound) {
  sqlite3_stmt **slot = &store->bounds[bound];
  int code = SQLITE_OK;
  if (*slot == NULL)
    code = sqlite3_prepare_v3(store->database, sqlite_bounds[bound], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
  if (code != SQLITE_OK)
    return code;
  code = sqlite3_step(*slot);
  int reset = sqlite3_reset(*slot);
  return code == SQLITE_DONE ? SQLITE_OK : reset != SQLITE_OK ? reset : code;
}

static enum status sqlite_begin(struct store *store, enum store_company company) {
  (void)company; /* it always is */
  if (store->unsure)
    return STATUS_STORE_FAILED;
  enum status status = sqlite_status(sqlite_bound(store, BOUND_BEGIN));
  store->writing = status == STATUS_OK;
  return status;
}

/* A sync that failed may or may not have brought the commit to the disk, and the kernel does not tell twice: nothing
 * more is written until the file has been opened, and so recovered, anew. */
static enum status sqlite_commit(struct store *store) {
  if (sqlite3_get_autocommit(store->database) != 0) /* SQLite rolled back by itself: disk full, memory */
    return STATUS_STORE_FAILED;
  int code = sqlite_bound(store, BOUND_COMMIT);
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
    store->unsure = true;
  return sqlite_status(code);
}

static void sqlite_rollback(struct store *store) {
  if (sqlite3_get_autocommit(store->database) == 0)
    (void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
  store->writing = false;
}

static bool sqlite_unsure(const struct store *store) {
  return store->unsure;
}

static bool sqlite_again(struct store *store) {
  (void)store;
  return false;
}

/* Where SQLite has rolled back by itself there is no transaction left to continue. */
static bool sqlite_is_over(const struct store *store) {
  return sqlite3_get_autocommit(store->database) != 0;
}

static enum status sqlite_save(struct store *store) {
  return sqlite_is_over(store) ? STATUS_STORE_FAILED : sqlite_status(sqlite_bound(store, BOUND_SAVE));
}

static enum status sqlite_keep(struct store *store, bool wait) {
  (void)wait;
  return sqlite_is_over(store) ? STATUS_STORE_FAILED : sqlite_status(sqlite_bound(store, BOUND_KEEP));
}

static enum status sqlite_undo(struct store *store) {
  return sqlite_is_over(store) ? STATUS_STORE_FAILED : sqlite_script(store, "ROLLBACK TO part; RELEASE part");
}

/* ---- statements ---- */

static int sqlite_bind(sqlite3_stmt *statement, int number, const struct store_value *value) {
  switch (value->kind) {
  case STORE_I64:
    return sqlite3_bind_int64(statement, number, value->number);
  case STORE_TEXT:
    return sqlite3_bind_text64(statement, number, value->bytes, value->len, SQLITE_STATIC, SQLITE_UTF8);
  case STORE_BYTES:
    return sqlite3_bind_blob64(statement, number, value->bytes, value->len, SQLITE_STATIC);
  case STORE_NULL:
    break;
  }
  return sqlite3_bind_null(statement, number);
}

static enum status sqlite_run(struct store *store, const struct store_call *call, struct store_cursor *cursor) {
  sqlite3_stmt **slot = &store->statements[call->name];
  int code = SQLITE_OK;
  if (*slot == NULL)
    code = sqlite3_prepare_v3(store->database, query_sql[call->name], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
  if (code == SQLITE_OK && !store->writing && !sqlite3_stmt_readonly(*slot))
    code = SQLITE_MISUSE;
  for (size_t i = 0; code == SQLITE_OK && i < call->count; i++)
    code = sqlite_bind(*slot, (int)i + 1, &call->parameters[i]);
  cursor->handle = *slot;
  return sqlite_status(code);
}

static enum status sqlite_next(struct store *store, struct store_cursor *cursor, bool *row) {
  (void)store;
  int code = sqlite3_step(cursor->handle);
  *row = code == SQLITE_ROW;
  return sqlite_status(code);
}

static void sqlite_column(struct store *store, const struct store_cursor *cursor, int column,
                          struct store_value *value) {
  sqlite3_stmt *statement = cursor->handle;
  (void)store;
  memset(value, 0, sizeof *value);
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_INTEGER:
    value->kind = STORE_I64;
    value->number = sqlite3_column_int64(statement, column);
    return;
  case SQLITE_NULL:
    value->kind = STORE_NULL;
    return;
  case SQLITE_BLOB:
    value->kind = STORE_BYTES;
    value->bytes = sqlite3_column_blob(statement, column);
    break;
  default:
    value->kind = STORE_TEXT;
    value->bytes = sqlite3_column_text(statement, column);
    break;
  }
  value->len = (size_t)sqlite3_column_bytes(statement, column);
}

static void sqlite_finish(struct store *store, struct store_cursor *cursor) {
  (void)store;
  sqlite3_stmt *statement = cursor->handle;
  if (statement != NULL) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
  cursor->handle = NULL;
}

static void sqlite_answer(const struct store_question *question, sqlite3_stmt *statement) {
  struct store_value columns[STORE_ANSWER_COLUMNS] = {{.kind = STORE_NULL}};
  const struct store_cursor cursor = {.handle = statement};
  for (int i = 0; i < STORE_ANSWER_COLUMNS && i < sqlite3_column_count(statement); i++)
    sqlite_column(NULL, &cursor, i, &columns[i]);
  question->row(question->context, columns);
}

static enum status sqlite_ask(struct store *store, const struct store_question *question) {
  sqlite3_stmt *statement = NULL;
  store->issuer = question->issuer;
  int code = sqlite3_prepare_v2(store->database, question->sql, -1, &statement, NULL);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
      sqlite_answer(question, statement);
  }
  sqlite3_finalize(statement);
  return sqlite_status(code);
}

static const char *const sqlite_health[] = {
    "SELECT 'file: ' || integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT format('file: %s row %s names a missing %s', \"table\", rowid, parent) FROM pragma_foreign_key_check",
    NULL};

/* Written by the very statement that moves money, so that it is rolled back with it. */
static const char sqlite_watch[] =
    "CREATE TEMP TABLE watch (only INTEGER PRIMARY KEY, cursor INTEGER, money INTEGER, points INTEGER);"
    "INSERT INTO watch VALUES (1, -4611686018427387904, 0, 0);"
    "CREATE TEMP TRIGGER watch_paid AFTER UPDATE OF balance, held, points, points_held ON main.card_counters "
    "WHEN NEW.id * 16 < (SELECT cursor FROM watch WHERE only = 1) BEGIN UPDATE watch SET "
    "money = money + NEW.balance - OLD.balance + NEW.held - OLD.held, "
    "points = points + NEW.points - OLD.points + NEW.points_held - OLD.points_held WHERE only = 1; END;"
    "CREATE TEMP TRIGGER watch_moved AFTER UPDATE OF balance ON main.account "
    "WHEN NEW.id <= (SELECT cursor FROM watch WHERE only = 1) BEGIN UPDATE watch SET "
    "money = money + iif(abs(NEW.id) % 16 < 8, NEW.balance - OLD.balance, 0), "
    "points = points + iif(abs(NEW.id) % 16 < 8, 0, NEW.balance - OLD.balance) WHERE only = 1; END;";

const struct store_driver store_sqlite = {.scheme = "sqlite",
                                          .schema = schema_sqlite,
                                          .create = sqlite_create,
                                          .discard = durable_remove,
                                          .open = sqlite_open,
                                          .close = sqlite_close,
                                          .begin = sqlite_begin,
                                          .commit = sqlite_commit,
                                          .rollback = sqlite_rollback,
                                          .unsure = sqlite_unsure,
                                          .again = sqlite_again,
                                          .save = sqlite_save,
                                          .keep = sqlite_keep,
                                          .undo = sqlite_undo,
                                          .run = sqlite_run,
                                          .next = sqlite_next,
                                          .column = sqlite_column,
                                          .finish = sqlite_finish,
                                          .script = sqlite_script,
                                          .ask = sqlite_ask,
                                          .health = sqlite_health,
                                          .watch = sqlite_watch,
                                          .copy_begin = sqlite_copy_begin,
                                          .copy_step = sqlite_copy_step,
                                          .copy_end = sqlite_copy_end,
                                          .copy_is = sqlite_copy_is,
                                          .copy_adopt = sqlite_copy_adopt};
