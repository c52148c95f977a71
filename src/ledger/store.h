/* SPDX-License-Identifier: Apache-2.0
 * What a ledger is inside: the connection, its prepared statements, and what the running step has opened. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include <sqlite3.h>

#include "chain.h"
#include "epurse/ledger.h"
#include "query.h"

#define LEDGER_APPLICATION_ID 0x45505553 /* "EPUS": PRAGMA application_id */
#define LEDGER_INCIDENTS_MAX  8          /* of one step */

struct ledger {
  sqlite3 *database;
  sqlite3_stmt *statements[QUERY_COUNT];
  uint32_t issuer;
  uint16_t currency;
  uint32_t point_value;
  bool stepping;           /* inside ledger_transact */
  enum status step_status; /* the first failure of the store in this step: it will not be committed */
  bool unsure;             /* a commit's sync failed: only opening anew shows what the disk holds */
  struct chain chain;      /* what ledger_promise_open found, in this step */
  struct ledger_incident incidents[LEDGER_INCIDENTS_MAX]; /* of this step, not yet written */
  size_t incident_count;
  bool postings_counted;
  uint64_t postings, step_postings;
};

#endif
