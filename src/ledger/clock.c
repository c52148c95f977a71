/* SPDX-License-Identifier: Apache-2.0
 * How far the issuer's time had come when something was last signed. */
#include "epurse/ledger_clock.h"

#include "store.h"

enum status ledger_clock_read(struct ledger *ledger, struct ledger_clock *clock) {
  struct query query = query_begin(ledger, QUERY_CLOCK_READ);
  bool found = query_row(&query);
  clock->at = query_read_i64(&query);
  clock->confirmations = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_BAD_FORMAT : status;
}

enum status ledger_clock_move(struct ledger *ledger, int64_t now, struct ledger_clock *clock) {
  struct query query = query_begin(ledger, QUERY_CLOCK_MOVE);
  query_i64(&query, now);
  query_i64(&query, now - LEDGER_CLOCK_STEP);
  enum status status = query_run(&query);
  return status == STATUS_OK ? ledger_clock_read(ledger, clock) : status;
}

enum status ledger_clock_confirm(struct ledger *ledger, int64_t now, struct ledger_clock *before) {
  enum status status = ledger_clock_read(ledger, before);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CLOCK_CONFIRM);
  query_i64(&query, now);
  return query_run(&query);
}
