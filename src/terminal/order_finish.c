/* SPDX-License-Identifier: Apache-2.0
 * A purchase or load from r on: the card has committed, so from here everything is only told, and told again until
 * it is heard. */
#include <string.h>

#include "epurse/backend.h"
#include "epurse/terminal.h"

#include "contact.h"
#include "evidence.h"
#include "order.h"
#include "payout.h"
#include "receipt_file.h"

/* r that the journal's disk refused is in the receipt that was written all the same: it opens h, so it is evidence
 * whoever wrote the file. Nothing else in it is believed. */
static void secret_from_receipt(struct order *order) {
  struct receipt_copy copy = {.len = 0};
  struct receipt receipt;
  struct evidence evidence;
  char path[512];
  if (receipt_file_read(order->terminal, &order->entry, path, &copy) != STATUS_OK ||
      receipt_decode(copy.data, copy.len, &receipt) != STATUS_OK || receipt.secret.len != SECRET_SIZE ||
      evidence_by_secret(order, receipt.secret.data, &evidence) != STATUS_OK)
    return;
  memcpy(order->entry.secret, evidence.secret, SECRET_SIZE);
  order->entry.has_secret = true;
  order->entry.state = JOURNAL_COMMITTED;
}

enum status order_resume(struct order *order, const struct journal_entry *entry) {
  order->entry = *entry;
  enum status status = promise_decode(entry->promise, PROMISE_SIZE, &order->promise);
  if (status == STATUS_OK && entry->has_authorisation)
    status = authorisation_decode(entry->authorisation, AUTHORISATION_SIZE, &order->authorisation);
  if (status == STATUS_OK && entry->state == JOURNAL_AUTHORISED)
    secret_from_receipt(order);
  return status;
}

void order_outcome_fill(const struct order *order) {
  struct outcome *outcome = order->outcome;
  const struct promise *promise = &order->promise;
  memcpy(outcome->cid, promise->cid, sizeof outcome->cid);
  outcome->atc = promise->atc;
  outcome->amount = (struct amount){promise->amount, promise->currency};
  outcome->balance_before = outcome->balance_after = promise->balance;
  if (promise->type == TRANSACTION_PURCHASE || promise->type == TRANSACTION_PAYOUT ||
      promise->type == TRANSACTION_OFFLINE_PURCHASE)
    outcome->balance_after -= promise->amount;
  else if (promise->type == TRANSACTION_LOAD || (promise->type == TRANSACTION_REFUND && !promise->sale_in_points))
    outcome->balance_after += promise->amount;
  outcome->type = promise->type;
  outcome->sale_in_points = promise->sale_in_points;
  outcome->without_pin =
      !promise->pin_verified && promise->type != TRANSACTION_LOAD && promise->type != TRANSACTION_REFUND;
  outcome->points = order->authorisation.points;
  outcome->points_after = (int64_t)promise->points + order->authorisation.points;
  outcome->offline = promise->type == TRANSACTION_OFFLINE_PURCHASE;
  memcpy(outcome->time, outcome->offline ? promise->time : order->authorisation.time, sizeof outcome->time);
  memcpy(outcome->tender_reference, order->entry.tender_reference, sizeof outcome->tender_reference);
  memcpy(outcome->reference, order->entry.reference, sizeof outcome->reference);
  outcome->number = order->entry.id;
  outcome->deposit = order->entry.deposit;
  outcome->confirmed = order->entry.state == JOURNAL_CONFIRMED;
}

/* What the folder does not take stays in the journal. */
static void receipt_write(const struct order *order) {
  struct outcome *outcome = order->outcome;
  outcome->receipt_lost = receipt_file_write(order->terminal, &order->entry, outcome->receipt_path) != STATUS_OK;
}

void order_reload_outcome(struct order *order) {
  order_outcome_fill(order);
  if (journal_entry_done(&order->entry))
    receipt_write(order);
}

enum status order_report(struct order *order) {
  const struct dialogue *dialogue = order->contact->dialogue;
  if (dialogue != NULL && dialogue->show != NULL && dialogue->show(dialogue->context, order->outcome) != STATUS_OK)
    return STATUS_UNREPORTED;
  /* Where the disk refuses, the same again is answered with this one once more: nothing is taken twice. */
  (void)!journal_reported(order->terminal->journal, order->entry.id);
  return STATUS_OK;
}

bool order_charge_stands(const struct order *order) {
  const struct journal_entry *entry = &order->entry;
  if (entry->tender_order[0] == 0)
    return true;
  return order->tender != NULL && strcmp(order->tender->kind, entry->tender_kind) == 0 &&
         order->tender->confirm(order->tender->context, entry->tender_order) == STATUS_OK;
}

bool order_tell_secret(const struct order *order) {
  struct confirmations proof = {.count = 1}, answer = {.count = 0};
  struct message reply;
  memcpy(proof.items[0].cid, order->promise.cid, CID_SIZE);
  proof.items[0].atc = order->promise.atc;
  memcpy(proof.items[0].secret, order->entry.secret, SECRET_SIZE);
  json_t *body = confirmation_body(&proof, false);
  if (backend_call(order->terminal->backend, MESSAGE_CONFIRMATION, body, &reply) != STATUS_OK)
    return false;
  bool booked = reply.status == STATUS_OK && confirmation_parse(reply.body, true, &answer) == STATUS_OK &&
                answer.count == 1 && memcmp(answer.items[0].cid, proof.items[0].cid, CID_SIZE) == 0 &&
                answer.items[0].atc == proof.items[0].atc && answer.items[0].status == STATUS_OK;
  message_clear(&reply);
  return booked;
}

/* *kept: the journal has r now. */
static enum status secret_take(struct order *order, const struct evidence *evidence, bool *kept) {
  if (!evidence_is(evidence, EVIDENCE_SECRET, order))
    return STATUS_OUTCOME_UNKNOWN;
  memcpy(order->entry.secret, evidence->secret, SECRET_SIZE);
  order->entry.state = JOURNAL_COMMITTED;
  order->entry.has_secret = true;
  *kept = journal_update(order->terminal->journal, &order->entry) == STATUS_OK;
  return STATUS_OK;
}

/* A disk that refuses now cannot undo the card's commit: the entry stays AUTHORISED and r is told again. */
enum status order_take_secret(struct order *order, const struct evidence *evidence) {
  bool kept = false;
  return secret_take(order, evidence, &kept);
}

/* A purchase of a program that lives on: people come first. */
static bool order_waits(const struct order *order) {
  struct confirm_later *later = &order->terminal->later;
  bool purchase = order->entry.type == TRANSACTION_PURCHASE || order->entry.type == TRANSACTION_POINTS_PURCHASE;
  if (!later->wanted || !purchase)
    return false;
  if (later->since == 0)
    later->since = contact_now();
  return true;
}

enum status order_finish(struct order *order, const struct evidence *evidence) {
  struct journal *journal = order->terminal->journal;
  bool kept = false;
  enum status status = secret_take(order, evidence, &kept);
  if (status != STATUS_OK)
    return status;
  receipt_write(order);
  kept = kept || !order->outcome->receipt_lost;
  bool charged = order_charge_stands(order);
  bool confirmed = !(kept && order_waits(order)) && order_tell_secret(order);
  if (!kept && !confirmed) {
    order->outcome->receipt_lost = false;
    return STATUS_OUTCOME_UNKNOWN; /* r is on the card only, which may deny it: nobody is told that it is done */
  }
  order_outcome_fill(order);
  order->outcome->confirmed = confirmed;
  if (!charged || !confirmed || payout_in_cash(&order->entry))
    return STATUS_OK;
  order->entry.state = JOURNAL_CONFIRMED;
  (void)!journal_update(journal, &order->entry);
  return STATUS_OK;
}

enum status order_leave(struct order *order, const struct evidence *evidence) {
  bool told =
      evidence_is(evidence, EVIDENCE_SERVER, order) && (evidence->fate == FATE_CAPTURED || evidence->fate == FATE_OWED);
  if (!told && !evidence_is(evidence, EVIDENCE_LATER, order))
    return STATUS_OUTCOME_UNKNOWN;
  if (!order_charge_stands(order))
    return STATUS_OK;
  order->entry.state = JOURNAL_SETTLED;
  return journal_update(order->terminal->journal, &order->entry);
}
