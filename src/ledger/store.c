/* SPDX-License-Identifier: Apache-2.0
 * The ledger's file: made, opened by one process alone, changed by one step at a time. */
#include "config.h"

#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "incident.h"
#include "schema.h"

static enum status store_run(struct ledger *ledger, const char *statements) {
  return query_status(sqlite3_exec(ledger->database, statements, NULL, NULL, NULL));
}

/* The first column of a statement's first row, as text; "" where there is none. */
static enum status store_ask(struct ledger *ledger, const char *statement, char *answer, size_t capacity) {
  sqlite3_stmt *prepared = NULL;
  answer[0] = '\0';
  int code = sqlite3_prepare_v2(ledger->database, statement, -1, &prepared, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(prepared);
  if (code == SQLITE_ROW)
    (void)snprintf(answer, capacity, "%s", (const char *)sqlite3_column_text(prepared, 0));
  sqlite3_finalize(prepared);
  return (code & 0xFF) == SQLITE_NOTADB ? STATUS_BAD_FORMAT : query_status(code);
}

static enum status store_expect(struct ledger *ledger, const char *statement, const char *wanted,
                                enum status otherwise) {
  char answer[32];
  enum status status = store_ask(ledger, statement, answer, sizeof answer);
  if (status == STATUS_OK && strcmp(answer, wanted) != 0)
    status = otherwise;
  return status;
}

/* Releases 3.7.0 to 3.51.2 lose acknowledged rows when one connection checkpoints while another commits (mended in
 * 3.51.3, in 3.50.7 and 3.44.6 by back-port). So there is one connection, by force: EXCLUSIVE is set before the first
 * read; the write-ahead log then lives without shared memory, and the file's lock is kept until it is closed.
 * Before 3.38 there were no STRICT tables, on which the schema relies. */
static enum status store_lock(struct ledger *ledger) {
  if (sqlite3_libversion_number() < 3038000)
    return STATUS_STORE_FAILED;
  return store_expect(ledger, "PRAGMA locking_mode = EXCLUSIVE", "exclusive", STATUS_STORE_FAILED);
}

static enum status store_configure(struct ledger *ledger) {
  enum status status = store_expect(ledger, "PRAGMA journal_mode = WAL", "wal", STATUS_STORE_FAILED);
  if (status == STATUS_OK) /* takes the lock now, not at the first payment */
    status = store_run(ledger, "BEGIN EXCLUSIVE; COMMIT");
  if (status == STATUS_OK)
    status = store_run(ledger, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                               "PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 1000;");
  return status;
}

static enum status store_connect(const char *path, struct ledger **out) {
  struct ledger *ledger = calloc(1, sizeof *ledger);
  if (ledger == NULL)
    return STATUS_NO_MEMORY;
  int code = sqlite3_open_v2(path, &ledger->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  enum status status = query_status(code);
  if (status == STATUS_OK && sqlite3_db_readonly(ledger->database, "main") != 0)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = query_status(sqlite3_extended_result_codes(ledger->database, 1));
  if (status != STATUS_OK)
    ledger_close(&ledger);
  *out = ledger;
  return status;
}

/* ---- made ---- */

static enum status store_add_settings(struct ledger *ledger, void *context) {
  const struct ledger_settings *settings = context;
  uint32_t first = settings->first_serial == 0 ? 1 : settings->first_serial;
  struct query query = query_begin(ledger, QUERY_SETTING_ADD);
  query_i64(&query, settings->currency);
  query_i64(&query, settings->issuer);
  query_i64(&query, settings->point_value == 0 ? 1 : settings->point_value);
  query_i64(&query, first);
  enum status status = query_run(&query);
  return status == STATUS_OK ? ledger_pool_extend(ledger, settings->pool_size) : status;
}

static enum status store_build(const char *path, const struct ledger_settings *settings) {
  char identify[64];
  struct ledger *ledger = NULL;
  (void)snprintf(identify, sizeof identify, "PRAGMA application_id = %d", LEDGER_APPLICATION_ID);
  enum status status = store_connect(path, &ledger);
  if (status == STATUS_OK)
    status = store_lock(ledger);
  if (status == STATUS_OK)
    status = store_run(ledger, identify);
  if (status == STATUS_OK)
    status = store_configure(ledger);
  if (status == STATUS_OK)
    status = store_run(ledger, "BEGIN");
  for (int i = 0; status == STATUS_OK && i < schema_latest; i++)
    status = store_run(ledger, (const char *)schema_sql[i]);
  if (status == STATUS_OK)
    status = store_run(ledger, "COMMIT");
  struct ledger_settings given = *settings;
  if (status == STATUS_OK)
    status = ledger_transact(ledger, store_add_settings, &given);
  ledger_close(&ledger);
  return status;
}

/* Makes a new name durable: the directory that holds it has to reach the disk as well. */
static enum status store_sync_directory(const char *path) {
  enum status status = STATUS_NO_MEMORY;
  int directory = -1;
  char *copy = strdup(path);
  if (copy == NULL)
    goto out;
  status = STATUS_STORE_FAILED;
  directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0 && fsync(directory) == 0)
    status = STATUS_OK;
out:
  if (directory >= 0)
    (void)close(directory);
  free(copy);
  return status;
}

static void store_remove(const char *path) {
  static const char *const suffixes[] = {"", "-wal", "-journal"};
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    size_t size = strlen(path) + strlen(suffixes[i]) + 1;
    char *name = malloc(size);
    if (name == NULL)
      return;
    (void)snprintf(name, size, "%s%s", path, suffixes[i]);
    (void)unlink(name);
    free(name);
  }
}

static bool settings_valid(const struct ledger_settings *settings) {
  uint64_t first = settings->first_serial == 0 ? 1 : settings->first_serial;
  return settings->currency >= 1 && settings->currency <= 999 && settings->issuer <= 999999 &&
         settings->point_value <= 1000000 && first + settings->pool_size <= UINT64_C(1000000000);
}

enum status ledger_create(const char *path, const struct ledger_settings *settings) {
  if (!settings_valid(settings))
    return STATUS_BAD_FORMAT;
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return errno == EEXIST ? STATUS_EXISTS : STATUS_STORE_FAILED;
  (void)close(file); /* before SQLite opens it: closing later would drop its locks (fcntl) */
  enum status status = store_build(path, settings);
  if (status == STATUS_OK)
    status = store_sync_directory(path);
  if (status != STATUS_OK)
    store_remove(path);
  return status;
}

/* ---- opened ---- */

static enum status store_identify(struct ledger *ledger) {
  char wanted[16];
  (void)snprintf(wanted, sizeof wanted, "%d", LEDGER_APPLICATION_ID);
  enum status status = store_expect(ledger, "PRAGMA application_id", wanted, STATUS_BAD_FORMAT);
  if (status != STATUS_OK)
    return status;
  (void)snprintf(wanted, sizeof wanted, "%d", schema_latest);
  return store_expect(ledger, "SELECT version FROM schema_version", wanted, STATUS_OLD_SCHEMA);
}

enum status ledger_open(const char *path, struct ledger **out) {
  struct ledger *ledger = NULL;
  struct ledger_settings settings;
  *out = NULL;
  if (access(path, F_OK) != 0)
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  enum status status = store_connect(path, &ledger);
  if (status == STATUS_OK)
    status = store_lock(ledger);
  if (status == STATUS_OK)
    status = store_identify(ledger);
  if (status == STATUS_OK)
    status = store_configure(ledger);
  if (status == STATUS_OK)
    status = ledger_settings(ledger, &settings);
  if (status != STATUS_OK) {
    ledger_close(&ledger);
    return status;
  }
  ledger->currency = settings.currency;
  ledger->issuer = settings.issuer;
  ledger->point_value = settings.point_value;
  *out = ledger;
  return STATUS_OK;
}

void ledger_close(struct ledger **ledger) {
  if (*ledger == NULL)
    return;
  for (size_t i = 0; i < QUERY_COUNT; i++)
    sqlite3_finalize((*ledger)->statements[i]);
  (void)sqlite3_close((*ledger)->database);
  free(*ledger);
  *ledger = NULL;
}

enum status ledger_settings(struct ledger *ledger, struct ledger_settings *settings) {
  struct query query = query_begin(ledger, QUERY_SETTING_READ);
  memset(settings, 0, sizeof *settings);
  bool found = query_row(&query);
  settings->currency = (uint16_t)query_read_i64(&query);
  settings->issuer = (uint32_t)query_read_i64(&query);
  settings->point_value = (uint32_t)query_read_i64(&query);
  settings->first_serial = (uint32_t)query_read_i64(&query);
  (void)query_read_i64(&query);
  settings->pool_size = (uint32_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_BAD_FORMAT : status;
}
