/* SPDX-License-Identifier: Apache-2.0
 * The audit: the whole ledger computed anew, each contradiction a line. */
#include "audit_run.h"

#include <stdio.h>

#include "card.h"
#include "store.h"

static const struct {
  enum ledger_flaw flaw;
  const char *sql;
} audits[] = {
#define AUDIT(flaw, sql) {LEDGER_FLAW_##flaw, sql},
#include "audits.def"
#undef AUDIT
};

/* A question that was asked. */
struct audit_question {
  struct audit *audit;
  enum ledger_flaw flaw;
};

/* A row of an answer: the line, and whose it is as far as the question tells. */
static void audit_row(void *context, const struct store_value columns[STORE_ANSWER_COLUMNS]) {
  const struct audit_question *asked = context;
  struct ledger_contradiction contradiction = {.flaw = asked->flaw, .line = columns[0].bytes};
  contradiction.of_card = columns[1].kind == STORE_I64;
  if (contradiction.of_card)
    card_cid(asked->audit->ledger, columns[1].number, contradiction.cid);
  if (columns[2].kind == STORE_I64)
    contradiction.atc = (uint32_t)columns[2].number;
  if (columns[3].kind == STORE_TEXT)
    (void)snprintf(contradiction.merchant, sizeof contradiction.merchant, "%s", (const char *)columns[3].bytes);
  audit_report(asked->audit, &contradiction);
}

static enum status audit_ask(struct audit *audit, enum ledger_flaw flaw, const char *sql) {
  struct audit_question asked = {audit, flaw};
  const struct store_question question = {
      .sql = sql, .issuer = audit->ledger->issuer, .row = audit_row, .context = &asked};
  enum status status = audit_goes_on(audit);
  return status == STATUS_OK ? audit->ledger->driver->ask(audit->ledger->store, &question) : status;
}

static enum status audit_all(struct audit *audit) {
  const struct store_driver *driver = audit->ledger->driver;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && driver->health[i] != NULL; i++)
    status = audit_ask(audit, LEDGER_FLAW_FILE, driver->health[i]);
  for (size_t i = 0; status == STATUS_OK && i < sizeof audits / sizeof audits[0]; i++)
    status = audit_ask(audit, audits[i].flaw, audits[i].sql);
  if (status == STATUS_OK)
    status = audit_records(audit);
  return status == STATUS_OK ? audit_never_seen(audit) : status;
}

/* Others may post between two questions: all are put to one view of the database. */
static enum status audit_run(struct audit *audit) {
  struct ledger *ledger = audit->ledger;
  bool look = ledger->driver->look != NULL && !ledger->stepping;
  enum status status = look ? ledger->driver->look(ledger->store) : STATUS_OK;
  if (status == STATUS_OK)
    status = audit_all(audit);
  ledger->postings_counted = ledger->postings_counted && !ledger->driver->shared;
  if (look)
    ledger->driver->rollback(ledger->store);
  return status == STATUS_OK && audit->contradictions > 0 ? STATUS_LEDGER_BROKEN : status;
}

enum status ledger_audit(struct ledger *ledger, ledger_contradicted *each, void *context) {
  struct audit audit = {.ledger = ledger, .each = each, .context = context};
  return audit_run(&audit);
}

/* For who wants to read lines alone. */
struct audit_lines {
  ledger_report *report;
  void *context;
};

static void audit_line(void *context, const struct ledger_contradiction *contradiction) {
  const struct audit_lines *lines = context;
  lines->report(lines->context, contradiction->line);
}

enum status audit_examine(struct ledger *ledger, const struct ledger_examination *examination) {
  struct audit_lines lines = {examination->report, examination->context};
  struct audit audit = {.ledger = ledger,
                        .each = audit_line,
                        .context = &lines,
                        .given_up = examination->given_up,
                        .given_up_context = examination->given_up_context};
  return audit_run(&audit);
}

enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) {
  const struct ledger_examination examination = {.report = report, .context = context};
  return audit_examine(ledger, &examination);
}
