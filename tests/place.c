/* SPDX-License-Identifier: Apache-2.0
 * Where a test's ledger lies. */
#include "place.h"

#include "epurse/ledger.h"
#include <check.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SQL_MAX 8192
#define SCHEMA  "options=-csearch_path%3D"

static const char *place_base(void) {
  const char *base = getenv("LEDGER_TEST_STORE");
  return base != NULL && strncmp(base, "postgresql:", 11) == 0 ? base : NULL;
}

bool place_is_file(void) {
  return place_base() == NULL;
}

/* ---- PostgreSQL ---- */

static PGconn *postgres_connect(const char *url) {
  PGconn *connection = PQconnectdb(url);
  ck_assert_msg(PQstatus(connection) == CONNECTION_OK, "%s", PQerrorMessage(connection));
  PQclear(PQexec(connection, "SET client_min_messages = error"));
  return connection;
}

static enum place_outcome postgres_exec(PGconn *connection, const char *sql) {
  PGresult *result = PQexec(connection, sql);
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  enum place_outcome outcome = state == NULL ? PLACE_DONE : strncmp(state, "23", 2) == 0 ? PLACE_REFUSED : PLACE_FAILED;
  if (outcome == PLACE_FAILED)
    printf("# %s: %s", sql, PQresultErrorMessage(result));
  PQclear(result);
  return outcome;
}

static void postgres_do(const char *url, const char *before, const char *schema, const char *behind) {
  char sql[256];
  PGconn *connection = postgres_connect(url);
  (void)snprintf(sql, sizeof sql, "%s %s %s", before, schema, behind);
  ck_assert_int_eq(postgres_exec(connection, sql), PLACE_DONE);
  PQfinish(connection);
}

static void replace(char sql[SQL_MAX], const char *from, const char *to) {
  char rest[SQL_MAX];
  for (char *at = strstr(sql, from); at != NULL; at = strstr(at + strlen(to), from)) {
    (void)snprintf(rest, sizeof rest, "%s", at + strlen(from));
    (void)snprintf(at, SQL_MAX - (size_t)(at - sql), "%s%s", to, rest);
  }
}

/* Leaves out statements that begin with a word. */
static void leave_out(char sql[SQL_MAX], const char *word) {
  for (char *at = strstr(sql, word); at != NULL; at = strstr(sql, word)) {
    char *end = strchr(at, ';');
    memmove(at, end == NULL ? at + strlen(at) : end + 1, end == NULL ? 1 : strlen(end));
  }
}

static void postgres_open_up(const char *url) {
  static const char open_up[] =
      "DO $$ DECLARE r record; BEGIN FOR r IN SELECT conname, conrelid::regclass AS name FROM pg_constraint "
      "WHERE contype = 'c' AND connamespace = current_schema()::regnamespace "
      "LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.name, r.conname); END LOOP; END $$";
  PGconn *connection = postgres_connect(url);
  ck_assert_int_eq(postgres_exec(connection, open_up), PLACE_DONE);
  PQfinish(connection);
}

static enum place_outcome postgres_run(const char *url, const char *text) {
  static const char *const words[][2] = {{"(1 << 32)", "4294967296"},
                                         {"(2 << 32)", "8589934592"},
                                         {"(7 << 32)", "30064771072"},
                                         {"INSERT OR REPLACE", "INSERT"},
                                         {"x'00'", "'\\x00'::bytea"},
                                         {"x''", "''::bytea"},
                                         {"zeroblob(32)", "decode(repeat('00', 32), 'hex')"},
                                         {"zeroblob(111)", "decode(repeat('00', 111), 'hex')"},
                                         {"zeroblob(235)", "decode(repeat('00', 235), 'hex')"}};
  char sql[SQL_MAX];
  ck_assert_int_lt(snprintf(sql, sizeof sql, "%s", text), SQL_MAX);
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    replace(sql, words[i][0], words[i][1]);
  bool bare = strstr(sql, "DROP TRIGGER") != NULL || strstr(sql, "ignore_check_constraints") != NULL;
  leave_out(sql, "PRAGMA");
  leave_out(sql, "DROP TRIGGER");
  if (bare)
    postgres_open_up(url);
  PGconn *connection = postgres_connect(url);
  if (bare) /* neither triggers nor foreign keys, in this session */
    ck_assert_int_eq(postgres_exec(connection, "SET session_replication_role = replica"), PLACE_DONE);
  enum place_outcome outcome = postgres_exec(connection, sql);
  PQfinish(connection);
  return outcome;
}

/* ---- both ---- */

void place_make(const char *folder, char url[PLACE_MAX]) {
  static unsigned made;
  char schema[32];
  const char *base = place_base();
  if (base == NULL) {
    ck_assert_int_lt(snprintf(url, PLACE_MAX, "%s/ledger.db", folder), PLACE_MAX);
    return;
  }
  (void)snprintf(schema, sizeof schema, "t%d_%u", (int)getpid(), ++made);
  ck_assert_int_lt(snprintf(url, PLACE_MAX, "%s&%s%s", base, SCHEMA, schema), PLACE_MAX);
  postgres_do(base, "DROP SCHEMA IF EXISTS", schema, "CASCADE"); /* of an earlier process with this number */
  postgres_do(base, "CREATE SCHEMA", schema, "");
}

static void file_copy(const char *from, const char *to) {
  uint8_t block[4096];
  size_t len = 0;
  FILE *in = fopen(from, "rb");
  FILE *out = fopen(to, "wb");
  ck_assert(in != NULL && out != NULL);
  while ((len = fread(block, 1, sizeof block, in)) > 0)
    ck_assert_uint_eq(fwrite(block, 1, len, out), len);
  (void)fclose(in);
  ck_assert_int_eq(fclose(out), 0);
}

static void postgres_copy(const char *from, const char *to) {
  static const char *const tables[] = {"merchant", "terminal", "terminal_window", "account"};
  static const char numbering[] = "SELECT setval(pg_get_serial_sequence('merchant', 'id'), max(id)) FROM merchant;"
                                  "SELECT setval(pg_get_serial_sequence('terminal', 'id'), max(id)) FROM terminal";
  struct ledger_settings settings;
  struct ledger *ledger = NULL;
  char sql[SQL_MAX];
  ck_assert_int_eq(ledger_open(from, &ledger), STATUS_OK);
  ck_assert_int_eq(ledger_settings(ledger, &settings), STATUS_OK);
  ledger_close(&ledger);
  ck_assert_int_eq(ledger_create(to, &settings), STATUS_OK);
  PGconn *connection = postgres_connect(to);
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    (void)snprintf(sql, sizeof sql, "INSERT INTO %s SELECT * FROM %s.%s ON CONFLICT DO NOTHING", tables[i],
                   strstr(from, SCHEMA) + strlen(SCHEMA), tables[i]);
    ck_assert_int_eq(postgres_exec(connection, sql), PLACE_DONE);
  }
  ck_assert_int_eq(postgres_exec(connection, numbering), PLACE_DONE);
  PQfinish(connection);
}

void place_copy(const char *from, const char *folder, char url[PLACE_MAX]) {
  if (!place_is_file()) {
    place_make(folder, url);
    postgres_copy(from, url);
    return;
  }
  ck_assert_int_lt(snprintf(url, PLACE_MAX, "%s/ledger-%d.db", folder, (int)getpid()), PLACE_MAX);
  file_copy(from, url);
}

void place_remove(const char *url) {
  char wal[PLACE_MAX + 8];
  const char *schema = strstr(url, SCHEMA);
  if (schema != NULL) {
    postgres_do(place_base(), "DROP SCHEMA", schema + strlen(SCHEMA), "CASCADE");
    return;
  }
  (void)snprintf(wal, sizeof wal, "%s-wal", url);
  (void)unlink(wal);
  (void)unlink(url);
}

enum place_outcome place_run(const char *url, const char *sql) {
  sqlite3 *database = NULL;
  if (!place_is_file())
    return postgres_run(url, sql);
  ck_assert_int_eq(sqlite3_open_v2(url, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  if (code == SQLITE_OK)
    return PLACE_DONE;
  return (code & 0xFF) == SQLITE_CONSTRAINT ? PLACE_REFUSED : PLACE_FAILED;
}
