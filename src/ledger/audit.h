/* SPDX-License-Identifier: Apache-2.0
 * The audit in progress: where its lines go, and how many there were. */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "epurse/ledger.h"

struct audit {
  struct ledger *ledger;
  ledger_report *report;
  void *context;
  uint64_t contradictions;
};

/* One line, cut at 255 bytes. */
void audit_report(struct audit *audit, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* audit_record.c: every transaction against what was signed, and the chain of promises. */
enum status audit_records(struct audit *audit) EPURSE_MUST_USE;

#endif
