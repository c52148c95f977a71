/* SPDX-License-Identifier: Apache-2.0
 * The audit: the whole ledger computed anew, each contradiction a line. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

#include "card.h"
#include "store.h"

static const char *const audits[] = {
#define AUDIT(sql) sql,
#include "audits.def"
#undef AUDIT
};

void check_report(struct check *check, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  check->contradictions++;
  check->report(check->context, line);
}

/* cid(serial) in SQL. */
static void check_cid(sqlite3_context *context, int count, sqlite3_value **values) {
  const struct ledger *ledger = sqlite3_user_data(context);
  uint8_t cid[CID_SIZE];
  char text[17];
  (void)count;
  card_cid(ledger, sqlite3_value_int64(values[0]), cid);
  cid_print(cid, text);
  sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static enum status check_ask(struct check *check, const char *sql) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(check->ledger->database, sql, -1, &statement, NULL);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
      check_report(check, "%s", (const char *)sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return query_status(code);
}

enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) {
  struct check check = {.ledger = ledger, .report = report, .context = context, .contradictions = 0};
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  enum status status =
      query_status(sqlite3_create_function_v2(ledger->database, "cid", 1, flags, ledger, check_cid, NULL, NULL, NULL));
  for (size_t i = 0; status == STATUS_OK && i < sizeof audits / sizeof audits[0]; i++)
    status = check_ask(&check, audits[i]);
  if (status == STATUS_OK)
    status = check_records(&check);
  return status == STATUS_OK && check.contradictions > 0 ? STATUS_LEDGER_BROKEN : status;
}
