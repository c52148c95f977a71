/* SPDX-License-Identifier: Apache-2.0
 * Whether a database still has the guards that this program gave it: compared with one made anew. */
#include "audit.h"
#include "epurse/sentence.h"

#include <sqlite3.h>
#include <unistd.h>

/* What is there of the one and not, or otherwise, of the other. */
static const char schema_lacking[] =
    "SELECT type || ' ' || name || iif(name IN (SELECT name FROM main.sqlite_schema), ' is another one', ' is "
    "missing') "
    "FROM (SELECT type, name, sql FROM fresh.sqlite_schema EXCEPT SELECT type, name, sql FROM main.sqlite_schema)";
static const char schema_foreign[] = "SELECT type || ' ' || name || ' is not ours' FROM main.sqlite_schema "
                                     "WHERE name NOT IN (SELECT name FROM fresh.sqlite_schema)";
static int schema_ask(struct audit *audit, sqlite3 *database, const char *question,
                      const struct audit_finding *pattern) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(database, question, -1, &statement, NULL);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
      finding_add(audit, pattern, "%s", (const char *)sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int schema_number(sqlite3 *database, const char *pragma, int64_t *number) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(database, pragma, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  *number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* A backup has its moment there, and nothing of later in it; one that was worked with is none any more. */
static void schema_backup(struct audit *audit, sqlite3 *database, int64_t version,
                          const struct audit_finding *pattern) {
  static const char booked[] =
      "SELECT max((SELECT max(coalesce(max(created_at), 0), coalesce(max(settled_at), 0)) FROM main.booking), "
      "(SELECT coalesce(max(at), 0) FROM main.payout), "
      "(SELECT coalesce(max(at), 0) FROM main.transfer))";
  int64_t last = 0, at = (int64_t)(uint32_t)version;
  int code = schema_number(database, booked, &last);
  if (code == SQLITE_OK && last <= at && last > 0)
    audit->backup_at = at;
  else
    finding_add(audit, pattern, "%s",
                code == SQLITE_OK && last > 0
                    ? SENTENCE("it is a backup that was worked with, without epurse-admin restore")
                    : SENTENCE("the version is another one"));
}

static int schema_header(struct audit *audit, sqlite3 *database, const struct audit_finding *pattern) {
  static const struct {
    const char *own, *fresh, *words;
  } rows[] = {
      {"PRAGMA main.application_id", "PRAGMA fresh.application_id", SENTENCE("the application id is another one")},
      {"PRAGMA main.user_version", "PRAGMA fresh.user_version", SENTENCE("the version is another one")}};
  int code = SQLITE_OK;
  for (size_t i = 0; code == SQLITE_OK && i < sizeof rows / sizeof rows[0]; i++) {
    int64_t own = 0, fresh = 0;
    code = schema_number(database, rows[i].own, &own);
    if (code == SQLITE_OK)
      code = schema_number(database, rows[i].fresh, &fresh);
    if (code == SQLITE_OK && own != fresh && i == 1 && pattern->kind == AUDIT_SCHEMA)
      schema_backup(audit, database, own, pattern);
    else if (code == SQLITE_OK && own != fresh)
      finding_add(audit, pattern, "%s", rows[i].words);
  }
  return code;
}

/* A copy that SQLite cannot even read is one finding. */
static void schema_compare(struct audit *audit, const char *copy, const char *fresh,
                           const struct audit_finding *pattern) {
  sqlite3 *database = NULL;
  sqlite3_stmt *attach = NULL;
  int code = sqlite3_open_v2(copy, &database, SQLITE_OPEN_READWRITE, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_prepare_v2(database, "ATTACH ? AS fresh", -1, &attach, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_bind_text(attach, 1, fresh, -1, SQLITE_STATIC);
  if (code == SQLITE_OK)
    code = sqlite3_step(attach) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
  sqlite3_finalize(attach);
  if (code == SQLITE_OK)
    code = schema_ask(audit, database, schema_lacking, pattern);
  if (code == SQLITE_OK)
    code = schema_ask(audit, database, schema_foreign, pattern);
  if (code == SQLITE_OK)
    code = schema_header(audit, database, pattern);
  if (code != SQLITE_OK)
    finding_add(audit, pattern, "%s", SENTENCE("it cannot be read as a database"));
  (void)sqlite3_close(database);
}

static void schema_path(const struct audit *audit, const char *name, char path[AUDIT_PATH_MAX]) {
  (void)snprintf(path, AUDIT_PATH_MAX, "%.900s/%.100s", audit->folder, name);
}

enum status schema_audit_ledger(struct audit *audit, const char *copy, const struct audit_finding *pattern) {
  static const struct ledger_settings settings = {.currency = 978, .issuer = 1, .pool_size = 1};
  char fresh[AUDIT_PATH_MAX];
  schema_path(audit, "fresh-ledger", fresh);
  enum status status = ledger_create(fresh, &settings);
  if (status == STATUS_OK)
    schema_compare(audit, copy, fresh, pattern);
  return status;
}

enum status schema_audit_journal(struct audit *audit, const char *copy, const struct audit_finding *pattern) {
  struct journal *journal = NULL;
  char fresh[AUDIT_PATH_MAX];
  schema_path(audit, "fresh-journal", fresh); /* made for the first journal, opened for the next */
  enum status status = journal_open(fresh, &journal);
  journal_close(&journal);
  if (status == STATUS_OK)
    schema_compare(audit, copy, fresh, pattern);
  return status;
}
