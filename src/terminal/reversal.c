/* SPDX-License-Identifier: Apache-2.0
 * A charge that does not end in a credit: asked for again, given back at the bank, and told to the server. */
#include <string.h>

#include "epurse/backend.h"

#include "order.h"

/* Whether the open driver is the one that charged. */
static bool tender_fits(const struct order *order) {
  return order->tender != NULL && strcmp(order->tender->kind, order->entry.tender_kind) == 0;
}

enum status charge_settle(struct order *order) {
  struct tender_result result = {.outcome = TENDER_UNKNOWN};
  struct journal_entry *entry = &order->entry;
  if (!tender_fits(order))
    return STATUS_NO_TENDER;
  if (order->tender->last(order->tender->context, entry->tender_order, &result) != STATUS_OK)
    return STATUS_TENDER_UNKNOWN;
  switch (result.outcome) {
  case TENDER_PAID:
    memcpy(entry->tender_reference, result.reference, sizeof entry->tender_reference);
    entry->state = JOURNAL_CHARGED;
    return journal_update(order->terminal->journal, entry);
  case TENDER_DECLINED:
  case TENDER_REVERSED:
    order_cancel(order);
    return STATUS_TENDER_DECLINED;
  default:
    return STATUS_TENDER_UNKNOWN;
  }
}

/* Whether the bank keeps nothing of it, for sure. */
static enum status bank_reverse(const struct order *order) {
  const struct tender *tender = order->tender;
  struct tender_result result = {.outcome = TENDER_UNKNOWN};
  if (!tender_fits(order))
    return STATUS_NO_TENDER;
  enum status status = tender->reverse(tender->context, order->entry.tender_order, &result);
  if (status != STATUS_OK || result.outcome == TENDER_UNKNOWN) {
    result.outcome = TENDER_UNKNOWN;
    status = tender->last(tender->context, order->entry.tender_order, &result);
  }
  bool given_back = result.outcome == TENDER_REVERSED || result.outcome == TENDER_DECLINED;
  return status == STATUS_OK && given_back ? STATUS_OK : STATUS_TENDER_UNKNOWN;
}

/* The server learns that the load will not be paid for. Whatever it says under its signature, it has heard it. */
static bool server_tell(const struct order *order) {
  struct card_message reversal = {.atc = order->promise.atc};
  struct message reply;
  memcpy(reversal.cid, order->promise.cid, sizeof reversal.cid);
  json_t *body = card_message_body(MESSAGE_LOAD_REVERSAL, &reversal);
  if (backend_call(order->terminal->backend, MESSAGE_LOAD_REVERSAL, body, &reply) != STATUS_OK)
    return false;
  message_clear(&reply);
  return true;
}

enum status reversal_run(struct order *order) {
  struct journal *journal = order->terminal->journal;
  struct journal_entry *entry = &order->entry;
  if (strcmp(entry->tender_kind, TENDER_OWED) == 0) { /* nobody paid: the server goes on owing it to the card */
    order_cancel(order);
    return STATUS_OK;
  }
  entry->state = JOURNAL_REVERSING;
  (void)!journal_update(journal, entry);
  if (entry->tender_order[0] != 0) {
    enum status status = bank_reverse(order);
    if (status != STATUS_OK)
      return status;
    entry->tender_order[0] = 0; /* so that a recovery does not ask the bank again */
    (void)!journal_update(journal, entry);
  }
  if (server_tell(order))
    order_cancel(order);
  return STATUS_OK;
}
