/* SPDX-License-Identifier: Apache-2.0
 * Making a change as somebody with the file would: guards are taken away for it and put back. */
#include "audit_tamper.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_world.h"

#define GUARDS_MAX 128

const struct tamper tampers[] = {
#define TAMPER(what, file, change, findings) {what, file, change, findings},
#include "audit_tampers.def"
#undef TAMPER
};
const size_t tamper_count = sizeof tampers / sizeof tampers[0];

/* The statements that make the triggers, which are dropped. */
static size_t guards_take(sqlite3 *database, char *guards[GUARDS_MAX]) {
  sqlite3_stmt *statement = NULL;
  char drop[GUARDS_MAX][128];
  size_t count = 0;
  ck_assert_int_eq(
      sqlite3_prepare_v2(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", -1, &statement, NULL),
      SQLITE_OK);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    ck_assert_uint_lt(count, GUARDS_MAX);
    (void)snprintf(drop[count], sizeof drop[count], "DROP TRIGGER %s", (const char *)sqlite3_column_text(statement, 0));
    guards[count++] = strdup((const char *)sqlite3_column_text(statement, 1));
  }
  sqlite3_finalize(statement);
  for (size_t i = 0; i < count; i++)
    ck_assert_int_eq(sqlite3_exec(database, drop[i], NULL, NULL, NULL), SQLITE_OK);
  return count;
}

static void sql_change(const char *path, const char *change) {
  sqlite3 *database = NULL;
  char *guards[GUARDS_MAX];
  char *wrong = NULL;
  bool of_guards = strstr(change, "TRIGGER") != NULL; /* then they are what is changed */
  ck_assert_int_eq(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(database, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL), SQLITE_OK);
  size_t count = of_guards ? 0 : guards_take(database, guards);
  int before = sqlite3_total_changes(database);
  int code = sqlite3_exec(database, change, NULL, NULL, &wrong);
  ck_assert_msg(code == SQLITE_OK, "%s: %s", change, wrong);
  ck_assert_msg(strncmp(change, "UPDATE", 6) != 0 || sqlite3_total_changes(database) > before, "%s: no row", change);
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(sqlite3_exec(database, guards[i], NULL, NULL, NULL), SQLITE_OK);
    free(guards[i]);
  }
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}

/* Two parties together: one file, then the other. */
static void collude(const struct tamper *tamper) {
  char file[64], change[2048];
  const char *plus = strstr(tamper->file, " + "), *then = strstr(tamper->change, " @ ");
  (void)snprintf(file, sizeof file, "%.*s", (int)(plus - tamper->file), tamper->file);
  ck_assert_int_lt(snprintf(change, sizeof change, "%.*s", (int)(then - tamper->change), tamper->change),
                   (int)sizeof change);
  tamper_make(&(struct tamper){tamper->what, file, change, ""});
  tamper_make(&(struct tamper){tamper->what, plus + 3, then + 3, ""});
}

void tamper_make(const struct tamper *tamper) {
  char path[256], command[2048];
  if (strstr(tamper->file, " + ") != NULL) {
    collude(tamper);
    return;
  }
  audit_path(tamper->file, path);
  if (strstr(tamper->file, ".db") != NULL) {
    sql_change(path, tamper->change);
    return;
  }
  (void)snprintf(command, sizeof command, "set -e; cd '%s'; %s", path, tamper->change);
  ck_assert_msg(system(command) == 0, "%s", command);
}
