/* SPDX-License-Identifier: Apache-2.0
 * The audit: the whole ledger computed anew, each contradiction a line. */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>

#include "card.h"
#include "store.h"

static const char *const audits[] = {
#define AUDIT(sql) sql,
#include "audits.def"
#undef AUDIT
};

void audit_report(struct audit *audit, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  audit->contradictions++;
  audit->report(audit->context, line);
}

/* cid(serial) in SQL. */
static void audit_cid(sqlite3_context *context, int count, sqlite3_value **values) {
  const struct ledger *ledger = sqlite3_user_data(context);
  uint8_t cid[CID_SIZE];
  char text[17];
  (void)count;
  card_cid(ledger, sqlite3_value_int64(values[0]), cid);
  cid_print(cid, text);
  sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static enum status audit_ask(struct audit *audit, const char *sql) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(audit->ledger->database, sql, -1, &statement, NULL);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
      audit_report(audit, "%s", (const char *)sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return query_status(code);
}

enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) {
  struct audit audit = {.ledger = ledger, .report = report, .context = context, .contradictions = 0};
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  enum status status =
      query_status(sqlite3_create_function_v2(ledger->database, "cid", 1, flags, ledger, audit_cid, NULL, NULL, NULL));
  for (size_t i = 0; status == STATUS_OK && i < sizeof audits / sizeof audits[0]; i++)
    status = audit_ask(&audit, audits[i]);
  if (status == STATUS_OK)
    status = audit_records(&audit);
  return status == STATUS_OK && audit.contradictions > 0 ? STATUS_LEDGER_BROKEN : status;
}
