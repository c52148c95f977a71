/* SPDX-License-Identifier: Apache-2.0
 * The latest of what the cards have done at this till, from its journal: for people who want to see it once more. */
#include <string.h>

#include "epurse/journal.h"
#include "epurse/record.h"
#include "epurse/terminal.h"
#include "epurse/terminal_count.h"
#include "epurse/till_journal.h"
#include "till_state.h"

/* Of a refund its promise says so. */
static bool is_in_points(const struct journal_entry *entry) {
  struct promise promise;
  if (entry->type != TRANSACTION_REFUND)
    return entry->type == TRANSACTION_POINTS_PURCHASE;
  return entry->has_promise && promise_decode(entry->promise, PROMISE_SIZE, &promise) == STATUS_OK &&
         promise.sale_in_points;
}

static void entry_take(struct till_entry *row, const struct journal_entry *entry) {
  *row = (struct till_entry){.number = entry->id,
                             .time = entry->time,
                             .kind = till_kind_of(entry->type),
                             .amount = entry->amount,
                             .points = is_in_points(entry),
                             .offline = entry->type == TRANSACTION_OFFLINE_PURCHASE,
                             .waiting = entry->state == JOURNAL_COMMITTED};
  memcpy(row->reference, entry->reference, sizeof row->reference);
}

enum status till_recent(struct till *till, struct till_entry *rows, size_t capacity, size_t *count) {
  struct journal_entry entry = {.id = 0};
  enum status status = STATUS_TILL_BUSY;
  *count = 0;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = journal_next_any(till->desk->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_any(till->desk->journal, entry.id, &entry)) {
    if (!journal_entry_done(&entry) || count_fate(&entry) == COUNT_VOID || till_kind_of(entry.type) == 0)
      continue;
    size_t kept = *count < capacity ? *count : capacity - 1; /* the oldest goes */
    memmove(rows + 1, rows, kept * sizeof *rows);
    entry_take(&rows[0], &entry);
    *count = kept + 1;
  }
  pthread_mutex_unlock(&till->desk_mutex);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
