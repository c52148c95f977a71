/* SPDX-License-Identifier: Apache-2.0
 * A charge that does not end in a credit: asked for again, given back at the bank with the server's knowledge. */
#include <string.h>

#include "epurse/terminal.h"
#include "evidence.h"
#include "order.h"

/* Whether the open driver is the one that charged. */
static bool tender_fits(const struct order *order) {
  return order->tender != NULL && strcmp(order->tender->kind, order->entry.tender_kind) == 0;
}

enum status charge_finish(struct order *order) {
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
    order_cancel(order, NULL);
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

/* The card was credited by another terminal with what the server owed for this charge: the bank keeps it. */
static enum status charge_keep(struct order *order, const struct evidence *word) {
  if (!evidence_is(word, EVIDENCE_SERVER, order))
    return STATUS_LOAD_UNSETTLED;
  if (!tender_fits(order))
    return STATUS_NO_TENDER;
  if (order->tender->confirm(order->tender->context, order->entry.tender_order) != STATUS_OK)
    return STATUS_TENDER_UNKNOWN;
  order->entry.state = JOURNAL_SETTLED;
  (void)!journal_update(order->terminal->journal, &order->entry);
  return STATUS_LOAD_CREDITED;
}

/* Writes that it is to be given back. Where the disk refuses, the journal must say by itself that this is so: CHARGING
 * and CHARGED do, AUTHORISED does not, for the authorisation could still be given to the card. */
static bool reversal_note(struct order *order) {
  enum journal_state before = order->entry.state;
  order->entry.state = JOURNAL_REVERSING;
  if (journal_update(order->terminal->journal, &order->entry) == STATUS_OK || before != JOURNAL_AUTHORISED)
    return true;
  order->entry.state = before;
  return false;
}

/* It was given back, and the server is to know: it did not say yes before. */
static enum status returned_report(struct order *order) {
  struct evidence word;
  if (evidence_by_reversal(order, true, &word) == STATUS_OK)
    order_cancel(order, &word);
  return STATUS_OK;
}

/* With the server's word: where that is no yes, it is the bank that has given it back already. */
static enum status charge_return(struct order *order, const struct evidence *word) {
  if (!evidence_is(word, EVIDENCE_SERVER, order))
    return STATUS_LOAD_UNSETTLED;
  enum status status = bank_reverse(order);
  if (status != STATUS_OK)
    return status;
  order->entry.tender_order[0] = 0; /* so that a recovery does not ask the bank again */
  (void)!journal_update(order->terminal->journal, &order->entry);
  if (word->credited)
    return returned_report(order);
  order_cancel(order, word);
  return STATUS_OK;
}

enum status reversal_run(struct order *order, const struct evidence *evidence) {
  struct evidence word;
  if (order->entry.state == JOURNAL_AUTHORISED && !order_is_off(order, evidence))
    return STATUS_LOAD_UNSETTLED;
  if (strcmp(order->entry.tender_kind, TENDER_OWED) == 0) { /* nobody paid: the server goes on owing it to the card */
    order_cancel(order, evidence);
    return STATUS_OK;
  }
  order->noted = false;
  if (!reversal_note(order))
    return STATUS_LOAD_UNSETTLED;
  if (order->entry.tender_order[0] == 0)
    return returned_report(order);
  enum status status = evidence_by_reversal(order, false, &word);
  order->noted = status == STATUS_OUTCOME_UNKNOWN;
  if (status != STATUS_OK)
    return STATUS_LOAD_UNSETTLED; /* the card may have it, or is owed it: not both */
  return word.credited && !bank_gave_back(order) ? charge_keep(order, &word) : charge_return(order, &word);
}
