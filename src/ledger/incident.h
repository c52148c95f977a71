/* SPDX-License-Identifier: Apache-2.0
 * What needs a person: noted in the step that meets it, written even where that step is rolled back. */
#ifndef LEDGER_INCIDENT_H
#define LEDGER_INCIDENT_H

#include "epurse/ledger_incident.h"

struct incident {
  enum ledger_incident_kind kind;
  int64_t card;
  uint32_t atc;
  const void *evidence;
  size_t evidence_len; /* at most LEDGER_EVIDENCE_MAX */
  int64_t at;
};

/* Keeps it until the step ends. STATUS_INTERNAL outside a step, STATUS_NO_MEMORY where the step has met too many. */
enum status incident_note(struct ledger *ledger, const struct incident *incident) EPURSE_MUST_USE;

/* Writes what was noted and blocks the cards of which it says that they lie; needs an open database transaction. */
enum status incident_write(struct ledger *ledger) EPURSE_MUST_USE;

#endif
