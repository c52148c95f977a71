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
  enum status status = ledger->driver->begin(ledger->store);
  ledger->stepping = status == STATUS_OK;
  return status;
}

static void transact_rollback(struct ledger *ledger) {
  ledger->driver->rollback(ledger->store);
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
    status = ledger->driver->commit(ledger->store);
  if (status == STATUS_OK)
    ledger->postings += ledger->step_postings;
  transact_rollback(ledger);
  return status;
}

enum status ledger_transact(struct ledger *ledger, ledger_step *step, void *context) {
  if (ledger->stepping)
    return STATUS_INTERNAL;
  ledger->incident_count = 0;
  enum status status = transact_once(ledger, step, context);
  if (status != STATUS_OK && ledger->incident_count > 0) {
    enum status noted = transact_once(ledger, NULL, NULL);
    if (noted != STATUS_OK)
      status = noted;
  }
  ledger->incident_count = 0;
  memset(&ledger->chain, 0, sizeof ledger->chain);
  return status;
}
