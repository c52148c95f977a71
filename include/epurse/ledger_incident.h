/* SPDX-License-Identifier: Apache-2.0
 * Incidents: what needs a person, with its evidence.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_INCIDENT_H
#define EPURSE_LEDGER_INCIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/record.h"
#include "epurse/status.h"

struct ledger;

enum ledger_incident_kind {
  LEDGER_INCIDENT_FORK = 1,            /* a promise contradicts an earlier one; evidence: the promise */
  LEDGER_INCIDENT_LATE_PROOF = 2,      /* r for what the card signed as not committed; evidence: r. Or an off-line
                                        * payment or a forgotten receipt of a replaced card; evidence: the promise */
  LEDGER_INCIDENT_REVERSED_CREDIT = 3, /* a tender was given back after its load was credited */
  LEDGER_INCIDENT_LOST = 4,            /* a card committed what this restored ledger lost; evidence: the promise */
  LEDGER_INCIDENT_LATE_OFFLINE =
      5 /* an off-line payment brought in after it had been given back; evidence: the promise */
};
#define LEDGER_EVIDENCE_MAX PROMISE_SIZE
/* What needs a person. Recorded even where the step that met it is rolled back; the same thing once. */
struct ledger_incident {
  int64_t number; /* 1, 2, ... */
  uint8_t kind;   /* enum ledger_incident_kind */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  int64_t at;
  uint8_t evidence[LEDGER_EVIDENCE_MAX];
  size_t evidence_len;
};
/* Up to `capacity` incidents in order of number, those after `after` (0: from the first). */
enum status ledger_incident_list(struct ledger *ledger, int64_t after, struct ledger_incident *incidents,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;

#endif
