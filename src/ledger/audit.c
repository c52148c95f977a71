/* SPDX-License-Identifier: Apache-2.0
 * The audit: the whole ledger computed anew, each contradiction a line. */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>

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

static void audit_line(void *context, const char *line) {
  audit_report(context, "%s", line);
}

static enum status audit_ask(struct audit *audit, const char *sql) {
  const struct store_question question = {
      .sql = sql, .issuer = audit->ledger->issuer, .line = audit_line, .context = audit};
  return audit->ledger->driver->ask(audit->ledger->store, &question);
}

enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) {
  struct audit audit = {.ledger = ledger, .report = report, .context = context, .contradictions = 0};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && ledger->driver->health[i] != NULL; i++)
    status = audit_ask(&audit, ledger->driver->health[i]);
  for (size_t i = 0; status == STATUS_OK && i < sizeof audits / sizeof audits[0]; i++)
    status = audit_ask(&audit, audits[i]);
  if (status == STATUS_OK)
    status = audit_records(&audit);
  return status == STATUS_OK && audit.contradictions > 0 ? STATUS_LEDGER_BROKEN : status;
}
