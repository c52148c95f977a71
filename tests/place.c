/* SPDX-License-Identifier: Apache-2.0
 * Where a test's ledger lies. */
#include "place.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SQL_MAX 8192

/* Not Check's assertions: patterns are made before any test begins. One that ends so early has failed. */
static void must(bool holds, const char *what) {
  if (holds)
    return;
  printf("# a test's ledger: %s\n", what);
  exit(EXIT_FAILURE);
}

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
  must(PQstatus(connection) == CONNECTION_OK, PQerrorMessage(connection));
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

/* Drops a database and, where it is said how, makes it anew. It is asked for in another one. */
static void postgres_renew(const char *name, const char *how) {
  char sql[256];
  PGconn *connection = postgres_connect(place_base());
  (void)snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
  must(postgres_exec(connection, sql) == PLACE_DONE, sql);
  (void)snprintf(sql, sizeof sql, "CREATE DATABASE %s %s", name, how == NULL ? "" : how);
  must(how == NULL || postgres_exec(connection, sql) == PLACE_DONE, sql);
  PQfinish(connection);
}

/* The database that a URL names: its begin, and its length. */
static const char *postgres_name(const char *url, size_t *len) {
  const char *host = strstr(url, "://") + strlen("://");
  size_t host_len = strcspn(host, "/?");
  must(host[host_len] == '/', "LEDGER_TEST_STORE wants postgresql://HOST/DATABASE");
  *len = strcspn(host + host_len + 1, "?");
  return host + host_len + 1;
}

/* An empty database, or with `from` a copy of that one, which nobody has open: files are copied, which takes a fifth of
 * what making tables takes. */
static void postgres_make(const char *from, char url[PLACE_MAX]) {
  static unsigned made;
  char name[32], how[64] = "";
  size_t len = 0;
  const char *base = place_base();
  const char *place = postgres_name(base, &len);
  (void)snprintf(name, sizeof name, "t%d_%u", (int)getpid(), ++made);
  must(snprintf(url, PLACE_MAX, "%.*s%s%s", (int)(place - base), base, name, place + len) < PLACE_MAX, "a long name");
  if (from != NULL) {
    place = postgres_name(from, &len);
    (void)snprintf(how, sizeof how, "TEMPLATE %.*s STRATEGY file_copy", (int)len, place);
  }
  postgres_renew(name, how); /* an earlier process may have had this number */
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
  must(postgres_exec(connection, open_up) == PLACE_DONE, "its CHECKs");
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
  must(snprintf(sql, sizeof sql, "%s", text) < SQL_MAX, "much SQL");
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    replace(sql, words[i][0], words[i][1]);
  bool bare = strstr(sql, "DROP TRIGGER") != NULL || strstr(sql, "ignore_check_constraints") != NULL;
  leave_out(sql, "PRAGMA");
  leave_out(sql, "DROP TRIGGER");
  if (bare)
    postgres_open_up(url);
  PGconn *connection = postgres_connect(url);
  if (bare) /* neither triggers nor foreign keys, in this session */
    must(postgres_exec(connection, "SET session_replication_role = replica") == PLACE_DONE, "its triggers");
  enum place_outcome outcome = postgres_exec(connection, sql);
  PQfinish(connection);
  return outcome;
}

/* ---- both ---- */

void place_make(const char *folder, char url[PLACE_MAX]) {
  if (place_base() != NULL)
    postgres_make(NULL, url);
  else
    must(snprintf(url, PLACE_MAX, "%s/ledger.db", folder) < PLACE_MAX, "a long name");
}

static void file_copy(const char *from, const char *to) {
  uint8_t block[4096];
  size_t len = 0;
  FILE *in = fopen(from, "rb");
  FILE *out = fopen(to, "wb");
  must(in != NULL && out != NULL, to);
  while ((len = fread(block, 1, sizeof block, in)) > 0)
    must(fwrite(block, 1, len, out) == len, to);
  (void)fclose(in);
  must(fclose(out) == 0, to);
}

void place_copy(const char *from, const char *folder, char url[PLACE_MAX]) {
  if (!place_is_file()) {
    postgres_make(from, url);
    return;
  }
  must(snprintf(url, PLACE_MAX, "%s/ledger-%d.db", folder, (int)getpid()) < PLACE_MAX, "a long name");
  file_copy(from, url);
}

void place_remove(const char *url) {
  char wal[PLACE_MAX + 8], name[32];
  size_t len = 0;
  if (!place_is_file()) {
    const char *at = postgres_name(url, &len);
    (void)snprintf(name, sizeof name, "%.*s", (int)len, at);
    postgres_renew(name, NULL);
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
  must(sqlite3_open_v2(url, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK, url);
  int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
  must(sqlite3_close(database) == SQLITE_OK, url);
  if (code == SQLITE_OK)
    return PLACE_DONE;
  return (code & 0xFF) == SQLITE_CONSTRAINT ? PLACE_REFUSED : PLACE_FAILED;
}
