/* SPDX-License-Identifier: Apache-2.0
 * The deny list, read: a trigger of the schema writes it wherever a card's state changes. */
#include "epurse/ledger_deny.h"

#include "epurse/certificate.h"
#include "limit.h"
#include "store.h"
#include "terminal.h"

static enum status deny_latest(struct ledger *ledger, int64_t *latest) {
  struct query query = query_begin(ledger, QUERY_DENY_LATEST);
  (void)query_row(&query);
  *latest = query_read_i64(&query);
  return query_end(&query);
}

enum status ledger_deny_list(struct ledger *ledger, int64_t after, struct ledger_denial *denials, size_t capacity,
                             size_t *count, int64_t *latest) {
  *count = 0;
  enum status status = deny_latest(ledger, latest);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_DENY_LIST);
  query_i64(&query, after);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count) {
    denials[*count].number = query_read_i64(&query);
    denials[*count].serial = (uint32_t)query_read_i64(&query);
    denials[*count].denied = query_read_i64(&query) != 0;
  }
  return query_end(&query);
}

enum status ledger_offline_allowance(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                     struct ledger_offline_allowance *allowance) {
  struct terminal_brief terminal;
  enum status status = terminal_brief(ledger, tid, &terminal);
  return status == STATUS_OK ? limit_allowance(ledger, terminal.number, allowance) : status;
}

enum status ledger_terminal_silence(struct ledger *ledger, int64_t before, struct ledger_silence *silence) {
  struct query query = query_begin(ledger, QUERY_TERMINAL_SILENCE);
  query_i64(&query, before * MESSAGES_PER_SECOND);
  query_i64(&query, ROLE_POS);
  (void)query_row(&query);
  silence->silent = query_read_i64(&query);
  silence->oldest = query_read_i64(&query) / MESSAGES_PER_SECOND;
  return query_end(&query);
}
