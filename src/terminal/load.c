/* SPDX-License-Identifier: Apache-2.0
 * A load (Protocol 2): promise, inquiry, the bank's charge, authorisation, credit, proof. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/journal.h"
#include "epurse/terminal.h"

#include "contact.h"
#include "evidence.h"
#include "order.h"
#include "recover.h"
#include "reference.h"

/* Our name of the charge: never used twice, whatever becomes of the journal. */
static enum status charge_begin(struct order *order) {
  struct journal_entry *entry = &order->entry;
  int length = snprintf(entry->tender_order, sizeof entry->tender_order, "%s-%" PRId64 "-%" PRId64,
                        order->terminal->tid, entry->time, entry->id);
  if (length < 0 || length > 40)
    return STATUS_INTERNAL;
  length = snprintf(entry->tender_kind, sizeof entry->tender_kind, "%s", order->tender->kind);
  if (length < 0 || (size_t)length >= sizeof entry->tender_kind)
    return STATUS_INTERNAL;
  entry->state = JOURNAL_CHARGING;
  return journal_update(order->terminal->journal, entry);
}

/* What the bank's reader answered to the charge. */
static enum status charge_judge(struct order *order, enum status status, const struct tender_result *result) {
  struct journal_entry *entry = &order->entry;
  bool nothing = result->outcome == TENDER_DECLINED || result->outcome == TENDER_REVERSED;
  if (nothing || status == STATUS_NO_TENDER) {
    order_cancel(order, NULL);
    return status == STATUS_OK ? STATUS_TENDER_DECLINED : status;
  }
  if (status != STATUS_OK || result->outcome != TENDER_PAID)
    return charge_finish(order);
  memcpy(entry->tender_reference, result->reference, sizeof entry->tender_reference);
  entry->state = JOURNAL_CHARGED;
  return journal_update(order->terminal->journal, entry);
}

/* Has the bank's reader charge. After any other status than OK the entry says how far it came: CANCELLED: nothing is
 * charged; CHARGED: it is, but cannot be journalled; CHARGING: unknown. */
static enum status charge(struct order *order, struct amount amount) {
  struct tender_result result = {.outcome = TENDER_UNKNOWN};
  enum status status = charge_begin(order);
  if (status != STATUS_OK) {
    order_cancel(order, NULL);
    return status;
  }
  status = order->tender->authorise(order->tender->context, order->entry.tender_order, amount, &result);
  if (result.text[0] != 0)
    contact_say(order->contact, result.text);
  status = charge_judge(order, status, &result);
  memcpy(order->outcome->tender_reference, order->entry.tender_reference, sizeof order->outcome->tender_reference);
  return status;
}

/* What was charged is given back, if the server says so; `why` is what the caller hears then. */
static enum status load_undo(struct order *order, enum status why) {
  enum status status = reversal_run(order, NULL);
  if (status == STATUS_LOAD_CREDITED || status == STATUS_LOAD_UNSETTLED)
    return status;
  return status == STATUS_OK ? why : STATUS_TENDER_UNKNOWN;
}

/* Charged, or owed: from here the card is credited, or the money goes back, or that waits for the server's word. */
static enum status load_paid(struct order *order) {
  struct evidence evidence;
  enum status status = order_ask(order, MESSAGE_LOAD);
  if (status == STATUS_NO_SERVER) /* it may have been heard: the same question gets the same answer */
    status = order_ask(order, MESSAGE_LOAD);
  if (status != STATUS_OK)
    return load_undo(order, status);
  status = order_commit(order, &evidence);
  if (status != STATUS_OK)
    return status; /* the card may have been credited: no reversal until it has been seen again */
  return order_finish(order, &evidence);
}

/* Whether this terminal has a charge to give back, or to tell the server that it has: then what the server owes may be
 * just that, and is not to be loaded as well. */
static bool gives_back(struct journal *journal) {
  struct journal_entry entry;
  enum status status = journal_next_open(journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(journal, entry.id, &entry))
    if (entry.state == JOURNAL_CHARGING || entry.state == JOURNAL_CHARGED || entry.state == JOURNAL_REVERSING)
      return true;
  return status != STATUS_NOT_FOUND;
}

static enum status load_owed(struct order *order) {
  snprintf(order->entry.tender_kind, sizeof order->entry.tender_kind, TENDER_OWED);
  enum status status = journal_update(order->terminal->journal, &order->entry);
  if (status != STATUS_OK) {
    order_cancel(order, NULL);
    return status;
  }
  contact_say(order->contact, "This amount is owed to the card: nothing is charged.");
  status = load_paid(order);
  order->outcome->finished_before = status == STATUS_OK;
  return status;
}

/* With the card in a session and nothing of it open any more. */
static enum status load_new(struct order *order, const struct payment_request *request) {
  struct amount amount = request->amount;
  bool same = false;
  enum status status = order_promise(order, TRANSACTION_LOAD, amount);
  if (status != STATUS_OK)
    return status;
  status = order_finish_by_promise(order, request, &same);
  if (same)
    return STATUS_OK;
  if (status == STATUS_OK)
    status = order_ask(order, MESSAGE_LOAD_INQUIRY);
  if (status != STATUS_OK) {
    order_cancel(order, NULL);
    return status;
  }
  bool claimed = order->owed > 0 && !gives_back(order->terminal->journal);
  if (claimed && order->owed == amount.minor)
    return load_owed(order);
  if (claimed) {
    char text[AMOUNT_TEXT_MAX], sentence[AMOUNT_TEXT_MAX + 256];
    contact_amount(order->contact, order->owed, amount.currency, text);
    snprintf(sentence, sizeof sentence,
             contact_words(order->contact, "%s is owed to this card: load just that to have it."), text);
    contact_say(order->contact, sentence);
  }
  status = charge(order, amount);
  if (status != STATUS_OK && order->entry.state == JOURNAL_CHARGED)
    return load_undo(order, status);
  return status == STATUS_OK ? load_paid(order) : status;
}

static enum status load_meet(struct order *order, const struct payment *payment) {
  const struct payment_request request = {
      .type = TRANSACTION_LOAD, .amount = payment->amount, .reference = payment->reference};
  bool same = false;
  enum status status = order_finish_earlier(order, &request, &same);
  if (status != STATUS_OK || same)
    return status;
  status = load_new(order, &request);
  return status == STATUS_REFERENCE_DONE ? reference_first(order, &request) : status;
}

enum status load_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                     const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct order order = {.terminal = terminal,
                        .contact = &contact,
                        .tender = payment->tender,
                        .outcome = outcome,
                        .reference = payment->reference};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, ROLE_RELOAD, payment);
  if (status == STATUS_OK && payment->tender == NULL)
    status = STATUS_NO_TENDER;
  if (status == STATUS_OK)
    status = recover_run(terminal, payment->tender, false, NULL);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, payment->wait_seconds);
  if (status == STATUS_OK) {
    status = journal_claim(terminal->journal);
    if (status == STATUS_OK) {
      status = load_meet(&order, payment);
      if (status == STATUS_OK)
        status = order_report(&order);
      if (status == STATUS_OK && gives_back(terminal->journal)) /* the card's new promise may have ended it */
        (void)!recover_run(terminal, payment->tender, false, NULL);
      journal_release(terminal->journal);
    }
  }
  contact_close(&contact);
  if (status == STATUS_OUT_OF_STEP) /* a restored ledger has forgotten what may lie here: the next attempt goes on */
    (void)!recover_run(terminal, payment->tender, false, NULL);
  return status;
}
