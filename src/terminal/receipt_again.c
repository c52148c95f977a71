/* SPDX-License-Identifier: Apache-2.0
 * A receipt once more, from the journal: where its file was lost, or never written. */
#include <string.h>

#include "epurse/receipt.h"
#include "epurse/terminal.h"
#include "order.h"
#include "receipt_file.h"

static bool has_receipt(const struct journal_entry *entry) {
  return entry->has_promise && journal_entry_done(entry) &&
         (entry->has_authorisation || entry->type == TRANSACTION_OFFLINE_PURCHASE);
}

/* Done or not is said by the order, not by the entry: r may be in the receipt only, until the next recovery. */
static enum status numbered_find(struct order *order, int64_t number) {
  struct journal_entry entry;
  enum status status = journal_next_any(order->terminal->journal, number - 1, &entry);
  if (status == STATUS_OK && (entry.id != number || !entry.has_promise))
    status = STATUS_NOT_FOUND;
  if (status == STATUS_OK)
    status = order_resume(order, &entry);
  return status == STATUS_OK && !has_receipt(&order->entry) ? STATUS_NOT_FOUND : status;
}

/* The last that the journal says is done, or an open one behind it whose receipt says so. */
static enum status newest_find(struct order *order) {
  struct journal *journal = order->terminal->journal;
  struct order later = *order;
  struct journal_entry entry = {.id = 0};
  enum status found = journal_last_done(journal, &entry);
  if (found == STATUS_OK)
    found = order_resume(order, &entry);
  if (found != STATUS_OK && found != STATUS_NOT_FOUND)
    return found;
  if (found == STATUS_OK && !has_receipt(&order->entry))
    found = STATUS_NOT_FOUND;
  enum status status = journal_next_open(journal, found == STATUS_OK ? entry.id : 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(journal, entry.id, &entry)) {
    if (!entry.has_promise || order_resume(&later, &entry) != STATUS_OK || !has_receipt(&later.entry))
      continue;
    *order = later;
    found = STATUS_OK;
  }
  return status == STATUS_NOT_FOUND ? found : status;
}

static bool holds(const struct terminal *terminal, const struct receipt_copy *receipt, enum status *status) {
  struct receipt_facts facts;
  const char *reason = "";
  *status = receipt_verify(receipt->data, receipt->len, terminal->master_public, &facts, &reason);
  return *status == STATUS_OK;
}

/* A file that proves it stays: it has the certificates of its day. */
static enum status receipt_find(struct order *order, struct receipt_copy *receipt) {
  struct outcome *outcome = order->outcome;
  enum status status = receipt_file_read(order->terminal, &order->entry, outcome->receipt_path, receipt);
  if (status == STATUS_OK && holds(order->terminal, receipt, &status))
    return STATUS_OK;
  outcome->receipt_path[0] = 0;
  status = receipt_file_make(order->terminal, &order->entry, receipt->data, &receipt->len);
  if (status == STATUS_OK && holds(order->terminal, receipt, &status))
    outcome->receipt_lost = receipt_file_write(order->terminal, &order->entry, outcome->receipt_path) != STATUS_OK;
  return status;
}

enum status receipt_again(struct terminal *terminal, int64_t number, struct outcome *outcome,
                          struct receipt_copy *receipt) {
  struct order order = {.terminal = terminal, .outcome = outcome};
  order_outcome_clear(outcome);
  receipt->len = 0;
  enum status status = number == 0 ? newest_find(&order) : numbered_find(&order, number);
  if (status != STATUS_OK)
    return status;
  order_outcome_fill(&order);
  return receipt_find(&order, receipt);
}
