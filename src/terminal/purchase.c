/* SPDX-License-Identifier: Apache-2.0
 * A purchase (Protocols 1 and 3): promise, authorisation, debit, proof. */
#include <string.h>

#include "epurse/journal.h"

#include "contact.h"
#include "epurse/crypto.h"
#include "epurse/terminal.h"
#include "offline.h"
#include "order.h"
#include "recover.h"
#include "reference.h"

#define LIST_STALE 3600 /* seconds after which the deny list is asked for again */

/* Whether the server was not reached, and the card has not been told to pay: nothing of the attempt can come to be. */
static bool never_reached(const struct order *order, enum status status) {
  return status == STATUS_NO_SERVER && order->entry.state == JOURNAL_CANCELLED && !order->entry.has_authorisation;
}

/* A name that is this journal's alone is guarded by it: while one off-line payment of it is open, no other card pays
 * under it, and none goes off-line under a name that may be done already. *free: it can go off-line. */
static enum status name_look(const struct order *order, const struct payment *payment, bool *free) {
  struct journal_entry entry;
  *free = payment->reference == NULL;
  if (payment->reference == NULL || !payment->named_offline)
    return STATUS_OK;
  enum status status = journal_find_reference(order->terminal->journal, payment->reference, &entry);
  *free = status == STATUS_NOT_FOUND || (status == STATUS_OK && entry.state == JOURNAL_CANCELLED);
  if (status == STATUS_NOT_FOUND || *free)
    return STATUS_OK;
  bool held = entry.type == TRANSACTION_OFFLINE_PURCHASE || payment->offline == OFFLINE_USE_ONLY;
  return status == STATUS_OK && held ? STATUS_REFERENCE_HELD : status;
}

/* On-line; what the card does not have is asked for again as far as it has it, where that is wanted. */
static enum status purchase_carry_out(struct order *order, struct payment_request *request) {
  enum status status = order_carry_out(order, request, MESSAGE_PURCHASE);
  if (order->entry.has_promise || status == STATUS_OK)
    return status;
  status = order_reduce(order, status, &request->amount);
  return status == STATUS_OK ? order_carry_out(order, request, MESSAGE_PURCHASE) : status;
}

static enum status purchase_begin(struct order *order, const struct payment *payment, struct payment_request *request) {
  bool free = false;
  enum status status = name_look(order, payment, &free);
  if (status != STATUS_OK)
    return status;
  if (payment->offline == OFFLINE_USE_ONLY)
    return offline_pay(order, payment, request->amount, false);
  status = purchase_carry_out(order, request);
  if (payment->offline != OFFLINE_USE_NEVER && free && !payment->points && never_reached(order, status))
    return offline_pay(order, payment, request->amount, order->promise.pin_verified);
  if (order->offline_lacking > 0)
    offline_bring_stored(order);
  return status;
}

static enum status purchase_meet(struct order *order, const struct payment *payment) {
  struct payment_request request = {.type = payment->points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE,
                                    .amount = payment->amount,
                                    .reference = payment->reference,
                                    .wanted = order->wanted};
  bool same = false;
  enum status status = offline_finish_earlier(order, &request, &same);
  if (status == STATUS_OK && !same)
    status = order_finish_earlier(order, &request, &same);
  if (status != STATUS_OK || same)
    return status;
  return purchase_begin(order, payment, &request);
}

enum status purchase_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                         const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct order order = {.terminal = terminal,
                        .contact = &contact,
                        .outcome = outcome,
                        .reference = payment->reference,
                        .ask_pin = payment->ask_pin,
                        .wanted = payment->up_to ? payment->amount.minor : 0};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, ROLE_POS, payment);
  if (status == STATUS_OK && payment->offline != OFFLINE_USE_NEVER && terminal->offline.forbidden)
    status = STATUS_OFFLINE_FORBIDDEN;
  if (status == STATUS_OK && payment->offline != OFFLINE_USE_ONLY)
    status = recover_before_purchase(terminal);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, payment->wait_seconds);
  if (status == STATUS_OK) {
    status = journal_claim(terminal->journal);
    if (status == STATUS_OK) {
      status = purchase_meet(&order, payment);
      crypto_wipe(order.pin, sizeof order.pin);
      outcome->wanted = order.wanted;
      if (status == STATUS_OK)
        status = order_report(&order);
      journal_release(terminal->journal);
    }
  }
  if (order.promise.atc != 0) /* it has signed whose it is, and the server believes no other signature */
    memcpy(outcome->met, order.promise.cid, sizeof outcome->met);
  else if (contact.cid_known)
    memcpy(outcome->met, contact.cid, sizeof outcome->met);
  contact_close(&contact);
  if (status == STATUS_OK && payment->offline == OFFLINE_USE_AUTO && !outcome->offline)
    (void)!offline_fetch(terminal, LIST_STALE, true); /* where it does not come now, it does another time */
  if (status == STATUS_OUT_OF_STEP) /* a restored ledger has forgotten what may lie here: the next attempt goes on */
    (void)!recover_run(terminal, NULL, false, NULL);
  return status;
}
