/* SPDX-License-Identifier: Apache-2.0
 * One change each that somebody with a file in hand could make, and what the audit must say of it: that and no more. */
#ifndef EPURSE_TESTS_SYSTEM_AUDIT_TAMPER_H
#define EPURSE_TESTS_SYSTEM_AUDIT_TAMPER_H

#include <stddef.h>

struct tamper {
  const char *what;
  const char *file; /* in the copy: an SQLite file, or the folder of something else; "ONE + OTHER" where two collude */
  /* What is done to it: SQL for *.db, else shell; "ONE @ OTHER" where two collude. */
  const char *change;
  /* "KIND SUBJECT; KIND SUBJECT", in any order. A subject is A..G, A/2 (a transaction), a terminal, merchant or file,
   * or
   * - for the ledger itself. "" : the audit cannot see it, docs/audit.md says so. */
  const char *findings;
};
extern const struct tamper tampers[];
extern const size_t tamper_count;

/* Makes the change in the copy. */
void tamper_make(const struct tamper *tamper);

#endif
