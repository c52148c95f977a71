/* SPDX-License-Identifier: Apache-2.0
 * The audit in progress: where its lines go, and how many there were. */
#ifndef LEDGER_AUDIT_RUN_H
#define LEDGER_AUDIT_RUN_H

#include "epurse/ledger_audit.h"

struct audit {
  struct ledger *ledger;
  ledger_contradicted *each;
  void *context;
  uint64_t contradictions;
};

/* ---- audit_record.c ---- */

/* Tells one contradiction, and counts it. */
void audit_report(struct audit *audit, const struct ledger_contradiction *contradiction);

/* Every transaction against what was signed, and the chain of promises. */
enum status audit_records(struct audit *audit) EPURSE_MUST_USE;

/* Every promise that was never seen is the one that its row names. */
enum status audit_never_seen(struct audit *audit) EPURSE_MUST_USE;

#endif
