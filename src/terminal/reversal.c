/* SPDX-License-Identifier: Apache-2.0
 * A charge that does not end in a credit: asked for again, given back at the bank with the server's knowledge. */
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

static bool gave_back(const struct tender_result *result) {
  return result->outcome == TENDER_REVERSED || result->outcome == TENDER_DECLINED;
}

/* Whether a try before this one came to that already. */
static bool bank_gave_back(const struct order *order) {
  struct tender_result result = {.outcome = TENDER_UNKNOWN};
  return tender_fits(order) &&
         order->tender->last(order->tender->context, order->entry.tender_order, &result) == STATUS_OK &&
         gave_back(&result);
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
  return status == STATUS_OK && gave_back(&result) ? STATUS_OK : STATUS_TENDER_UNKNOWN;
}

/* The server learns that the load will not be paid for, or is asked whether that may be. STATUS_OK: it has heard it;
 * STATUS_LOAD_CREDITED: the card has the money by another way; STATUS_NO_SERVER and others: nobody knows. */
static enum status server_tell(const struct order *order, bool given_back) {
  struct card_message reversal = {.atc = order->promise.atc, .given_back = given_back};
  struct message reply;
  memcpy(reversal.cid, order->promise.cid, sizeof reversal.cid);
  json_t *body = card_message_body(MESSAGE_LOAD_REVERSAL, &reversal);
  enum status status = backend_call(order->terminal->backend, MESSAGE_LOAD_REVERSAL, body, &reply);
  if (status != STATUS_OK)
    return status;
  bool credited = reply.status == STATUS_LOAD_CREDITED;
  message_clear(&reply); /* whatever else it says under its signature, it has heard it */
  return credited ? STATUS_LOAD_CREDITED : STATUS_OK;
}

/* The card was credited by another terminal with what the server owed for this charge: the bank keeps it. */
static enum status charge_keep(struct order *order) {
  if (!tender_fits(order))
    return STATUS_NO_TENDER;
  if (order->tender->confirm(order->tender->context, order->entry.tender_order) != STATUS_OK)
    return STATUS_TENDER_UNKNOWN;
  order->entry.state = JOURNAL_SETTLED;
  (void)!journal_update(order->terminal->journal, &order->entry);
  return STATUS_LOAD_CREDITED;
}

/* Writes that it is to be given back. Where the disk refuses, the journal must say by itself that this is so: CHARGING and
 * CHARGED do, AUTHORISED does not, for the authorisation could still be given to the card. */
static bool reversal_note(struct order *order) {
  enum journal_state before = order->entry.state;
  order->entry.state = JOURNAL_REVERSING;
  if (journal_update(order->terminal->journal, &order->entry) == STATUS_OK || before != JOURNAL_AUTHORISED)
    return true;
  order->entry.state = before;
  return false;
}

/* With the server's word: STATUS_OK where nothing is owed for this load, STATUS_LOAD_CREDITED where it is the bank that
 * has given it back already. */
static enum status charge_return(struct order *order, enum status heard) {
  enum status status = bank_reverse(order);
  if (status != STATUS_OK)
    return status;
  order->entry.tender_order[0] = 0; /* so that a recovery does not ask the bank again */
  (void)!journal_update(order->terminal->journal, &order->entry);
  if (heard == STATUS_OK)
    order_cancel(order);
  return STATUS_OK;
}

/* It was given back, and the server is to know: it did not say yes before. */
static enum status returned_tell(struct order *order) {
  enum status heard = server_tell(order, true);
  if (heard == STATUS_OK || heard == STATUS_LOAD_CREDITED)
    order_cancel(order);
  return STATUS_OK;
}

enum status reversal_run(struct order *order) {
  if (strcmp(order->entry.tender_kind, TENDER_OWED) == 0) { /* nobody paid: the server goes on owing it to the card */
    order_cancel(order);
    return STATUS_OK;
  }
  if (!reversal_note(order))
    return STATUS_LOAD_UNSETTLED;
  if (order->entry.tender_order[0] == 0)
    return returned_tell(order);
  enum status heard = server_tell(order, false);
  if (heard == STATUS_LOAD_CREDITED && !bank_gave_back(order))
    return charge_keep(order);
  if (heard != STATUS_OK && heard != STATUS_LOAD_CREDITED)
    return STATUS_LOAD_UNSETTLED; /* it may have heard of the load, and owe it to the card: not both */
  enum status status = charge_return(order, heard);
  return status == STATUS_OK && heard != STATUS_OK ? returned_tell(order) : status;
}
