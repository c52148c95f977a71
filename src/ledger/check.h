/* SPDX-License-Identifier: Apache-2.0
 * The audit in progress: where its lines go, and how many there were. */
#ifndef LEDGER_CHECK_H
#define LEDGER_CHECK_H

#include "epurse/ledger.h"

struct check {
  struct ledger *ledger;
  ledger_report *report;
  void *context;
  uint64_t contradictions;
};

/* One line, cut at 255 bytes. */
void check_report(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* check_record.c: every transaction against what was signed, and the chain of promises. */
enum status check_records(struct check *check) EPURSE_MUST_USE;

#endif
