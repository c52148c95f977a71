/* SPDX-License-Identifier: Apache-2.0
 * Which cards a terminal asked about without a promise of theirs. */
#include "card.h"
#include "epurse/ledger_limit.h"
#include "store.h"
#include "terminal.h"

static enum status asked_count(struct ledger *ledger, enum query_name name, const int64_t *values, size_t count,
                               int64_t *found) {
  struct query query = query_begin(ledger, name);
  for (size_t i = 0; i < count; i++)
    query_i64(&query, values[i]);
  (void)query_row(&query);
  *found = query_read_i64(&query);
  return query_end(&query);
}

static enum status asked_note(struct ledger *ledger, int64_t terminal, int64_t card, int64_t day) {
  struct query query = query_begin(ledger, QUERY_ASKED_NOTE);
  query_i64(&query, terminal);
  query_i64(&query, card);
  query_i64(&query, day);
  return query_run(&query);
}

enum status ledger_card_asked(struct ledger *ledger, const struct ledger_asking *asking) {
  struct terminal_brief terminal;
  int64_t card = 0, known = 0, others = 0;
  enum status status = terminal_brief(ledger, asking->tid, &terminal);
  if (status == STATUS_OK)
    status = card_number(ledger, asking->cid, &card);
  if (status != STATUS_OK || asking->most == 0)
    return status;
  const int64_t one[] = {terminal.number, asking->day, card};
  status = asked_count(ledger, QUERY_ASKED_KNOWN, one, 3, &known);
  if (status != STATUS_OK || known > 0)
    return status;
  status = asked_count(ledger, QUERY_ASKED_COUNT, one, 2, &others);
  if (status == STATUS_OK && others >= asking->most)
    return STATUS_CARDS_LIMIT;
  return status == STATUS_OK ? asked_note(ledger, terminal.number, card, asking->day) : status;
}
