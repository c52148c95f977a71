/* SPDX-License-Identifier: Apache-2.0
 * Which of its lives a ledger is in, and where its settlements go on after a restoration. */
#include "epurse/ledger_incarnation.h"

#include "epurse/crypto.h"
#include "epurse/ledger_backup.h"
#include "store.h"

#define NAME_MAX_VALUE 0xFFFFFF

enum status ledger_incarnation(struct ledger *ledger, struct ledger_incarnation *incarnation) {
  struct query query = query_begin(ledger, QUERY_INCARNATION_LAST);
  bool found = query_row(&query);
  incarnation->name = (uint32_t)query_read_i64(&query);
  incarnation->at = query_read_i64(&query);
  incarnation->since = query_read_i64(&query);
  incarnation->exported = query_read_i64(&query);
  incarnation->earliest = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_BAD_FORMAT : status;
}

enum status ledger_incarnation_begin(struct ledger *ledger, int64_t now) {
  uint64_t drawn = 0;
  if (!crypto_random((uint8_t *)&drawn, sizeof drawn))
    return STATUS_CRYPTO_FAILED;
  struct query query = query_begin(ledger, QUERY_INCARNATION_ADD);
  query_i64(&query, 1 + (int64_t)(drawn % NAME_MAX_VALUE));
  query_i64(&query, now);
  return query_run(&query);
}

enum status ledger_settlement_resume(struct ledger *ledger, int64_t exported, int64_t *next) {
  struct ledger_incarnation incarnation;
  if (exported < 0 || exported >= LEDGER_SETTLEMENT_LAST)
    return STATUS_BAD_FORMAT;
  enum status status = ledger_incarnation(ledger, &incarnation);
  struct query query = query_begin(ledger, QUERY_SETTLEMENT_NEXT);
  (void)query_row(&query);
  *next = query_read_i64(&query);
  enum status read = query_end(&query);
  if (status == STATUS_OK)
    status = read;
  if (status == STATUS_OK && incarnation.exported >= 0)
    return exported > incarnation.exported ? STATUS_EXISTS : STATUS_OK;
  if (status == STATUS_OK && exported - *next >= LEDGER_FORGOTTEN_MAX) /* above *next - 1 */
    status = STATUS_BAD_FORMAT;
  if (status != STATUS_OK)
    return status;
  if (exported >= *next)
    *next = exported + 1;
  struct query tell = query_begin(ledger, QUERY_INCARNATION_TELL);
  query_i64(&tell, exported);
  return query_run(&tell);
}

enum status ledger_restored_at(struct ledger *ledger, int64_t *at) {
  struct query query = query_begin(ledger, QUERY_RESTORATION_LAST);
  (void)query_row(&query);
  *at = query_read_i64(&query);
  return query_end(&query);
}
