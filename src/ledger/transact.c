/* SPDX-License-Identifier: Apache-2.0
 * The one way to change the ledger: a step, between begin and commit. */
#include "config.h"

#include "incident.h"
#include "store.h"

#include <string.h>

static enum status transact_begin(struct ledger *ledger) {
  ledger->step_status = STATUS_OK;
  ledger->step_postings = 0;
  memset(&ledger->chain, 0, sizeof ledger->chain);
  enum status status = query_status(sqlite3_exec(ledger->database, "BEGIN IMMEDIATE", NULL, NULL, NULL));
  ledger->stepping = status == STATUS_OK;
  return status;
}

/* A sync that failed may or may not have brought the commit to the disk, and the kernel does not tell twice: nothing
 * more is written until the file has been opened, and so recovered, anew. */
static enum status transact_commit(struct ledger *ledger) {
  if (sqlite3_get_autocommit(ledger->database) != 0) /* SQLite rolled back by itself: disk full, memory */
    return STATUS_STORE_FAILED;
  int code = sqlite3_exec(ledger->database, "COMMIT", NULL, NULL, NULL);
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
    ledger->unsure = true;
  return query_status(code);
}

static void transact_rollback(struct ledger *ledger) {
  if (sqlite3_get_autocommit(ledger->database) == 0)
    (void)sqlite3_exec(ledger->database, "ROLLBACK", NULL, NULL, NULL);
  ledger->stepping = false;
}

/* Runs what stands between begin and commit; step NULL writes the incidents alone. */
static enum status transact_once(struct ledger *ledger, ledger_step *step, void *context) {
  enum status status = transact_begin(ledger);
  if (status != STATUS_OK)
    return status;
  if (step != NULL)
    status = step(ledger, context);
  if (status == STATUS_OK)
    status = incident_write(ledger);
  if (status == STATUS_OK)
    status = ledger->step_status;
  if (status == STATUS_OK)
    status = transact_commit(ledger);
  if (status == STATUS_OK)
    ledger->postings += ledger->step_postings;
  transact_rollback(ledger);
  return status;
}

enum status ledger_transact(struct ledger *ledger, ledger_step *step, void *context) {
  if (ledger->stepping)
    return STATUS_INTERNAL;
  if (ledger->unsure)
    return STATUS_STORE_FAILED;
  ledger->incident_count = 0;
  enum status status = transact_once(ledger, step, context);
  if (status != STATUS_OK && ledger->incident_count > 0 && !ledger->unsure) {
    enum status noted = transact_once(ledger, NULL, NULL);
    if (noted != STATUS_OK)
      status = noted;
  }
  ledger->incident_count = 0;
  memset(&ledger->chain, 0, sizeof ledger->chain);
  return status;
}
