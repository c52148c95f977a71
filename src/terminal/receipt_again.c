/* SPDX-License-Identifier: Apache-2.0
 * A receipt once more, from the journal: where its file was lost, or never written. */
#include <string.h>

#include "epurse/receipt.h"
#include "epurse/terminal.h"
#include "order.h"
#include "receipt_file.h"

static enum status entry_find(struct journal *journal, int64_t number, struct journal_entry *entry) {
  enum status status = number == 0 ? journal_last_done(journal, entry) : journal_next_any(journal, number - 1, entry);
  if (status == STATUS_OK &&
      ((number != 0 && entry->id != number) || !entry->has_promise || !journal_entry_done(entry) ||
       (!entry->has_authorisation && entry->type != TRANSACTION_OFFLINE_PURCHASE)))
    status = STATUS_NOT_FOUND;
  return status;
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
  struct journal_entry entry;
  order_outcome_clear(outcome);
  receipt->len = 0;
  enum status status = entry_find(terminal->journal, number, &entry);
  if (status == STATUS_OK)
    status = order_resume(&order, &entry);
  if (status != STATUS_OK)
    return status;
  order_outcome_fill(&order);
  return receipt_find(&order, receipt);
}
