/* SPDX-License-Identifier: Apache-2.0
 * The audit in progress: where its lines go, and how many there were. */
#ifndef LEDGER_AUDIT_RUN_H
#define LEDGER_AUDIT_RUN_H

#include "epurse/ledger_audit.h"
#include "epurse/ledger_backup.h"

struct audit {
  struct ledger *ledger;
  ledger_contradicted *each;
  void *context;
  uint64_t contradictions;
  ledger_given_up *given_up; /* NULL: it never is */
  void *given_up_context;
};

/* ---- audit.c ---- */

/* ledger_check, unless it is given up. */
enum status audit_examine(struct ledger *ledger, const struct ledger_examination *examination) EPURSE_MUST_USE;

/* ---- audit_record.c ---- */

/* STATUS_CANCELLED where it is to be given up now. */
enum status audit_goes_on(const struct audit *audit) EPURSE_MUST_USE;

/* Tells one contradiction, and counts it. */
void audit_report(struct audit *audit, const struct ledger_contradiction *contradiction);

/* Every transaction against what was signed, and the chain of promises. */
enum status audit_records(struct audit *audit) EPURSE_MUST_USE;

/* Every promise that was never seen is the one that its row names. */
enum status audit_never_seen(struct audit *audit) EPURSE_MUST_USE;

#endif
