/* SPDX-License-Identifier: Apache-2.0
 * A payout with its card in the reader: promise, authorisation, debit, r; then it is handed out. */
#include "epurse/terminal_payout.h"

#include <string.h>

#include "epurse/iban.h"
#include "epurse/journal.h"

#include "contact.h"
#include "order.h"
#include "payout.h"
#include "recover.h"
#include "reference.h"

/* The card that a payout was to close dies here where it can, else at its next contact. One that has nothing left may
 * be closed already, and nobody but the server knows. */
static enum status payout_end_card(struct order *order, enum status status) {
  enum status verdict = contact_take_verdict(order->contact);
  bool dead = verdict == STATUS_CARD_CLOSED || verdict == STATUS_CARD_BLOCKED;
  return status != STATUS_OK && dead ? verdict : status;
}

static enum status payout_meet(struct order *order, const struct payment *payment, const struct payout_desk *desk) {
  const struct payment_request request = {.type = TRANSACTION_PAYOUT,
                                          .amount = payment->amount,
                                          .reference = payment->reference,
                                          .iban = payment->iban,
                                          .closes = payment->closes};
  bool same = false;
  enum status status = order_finish_earlier(order, &request, &same);
  if (status == STATUS_OK && !same)
    status = order_carry_out(order, &request, MESSAGE_PAYOUT);
  if (status == STATUS_OK)
    status = payout_finish(order, desk);
  bool ends = payment->closes && (status == STATUS_OK || status == STATUS_INSUFFICIENT_BALANCE);
  return ends ? payout_end_card(order, status) : status;
}

/* Before the card is touched. */
static enum status payout_check_account(const struct payment *payment) {
  if (!iban_valid(payment->iban))
    return STATUS_IBAN_INVALID;
  return payment->holder != NULL && holder_valid(payment->holder) ? STATUS_OK : STATUS_BAD_FORMAT;
}

/* Another card than the one whose holder gave the PIN is not touched. */
static enum status payout_check_card(struct contact *contact, const struct payment *payment) {
  int64_t minor;
  enum status status = payment->cid == NULL ? STATUS_OK : contact_identify(contact);
  if (status != STATUS_OK || payment->cid == NULL || memcmp(contact->cid, payment->cid, CID_SIZE) == 0)
    return status;
  contact_say(contact, "That is another card: nothing was taken from it.");
  status = payout_open_amount(contact->terminal, payment->cid, false, &minor);
  return status == STATUS_OK ? STATUS_PAYOUT_OPEN : status == STATUS_INSUFFICIENT_BALANCE ? STATUS_CANCELLED : status;
}

enum status payout_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct payout_desk *desk, const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct order order = {.terminal = terminal,
                        .contact = &contact,
                        .outcome = outcome,
                        .reference = payment->reference,
                        .iban = payment->iban,
                        .closes = payment->closes,
                        .holder = payment->holder};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, terminal->role == ROLE_PERSO ? ROLE_PERSO : ROLE_RELOAD, payment);
  if (status == STATUS_OK && payment->iban != NULL)
    status = payout_check_account(payment);
  if (status == STATUS_OK)
    status = recover_run(terminal, NULL, false, NULL);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, payment->wait_seconds);
  if (status == STATUS_OK)
    status = payout_check_card(&contact, payment);
  if (status == STATUS_OK) {
    status = journal_claim(terminal->journal);
    if (status == STATUS_OK) {
      status = payout_meet(&order, payment, desk);
      if (status == STATUS_OK)
        status = order_report(&order);
      journal_release(terminal->journal);
    }
  }
  contact_close(&contact);
  return status;
}

/* Whether the same again may go on with an entry of journal_next_unreported. */
static bool goes_on(const struct journal_entry *entry) {
  return entry->type == TRANSACTION_PAYOUT && entry->has_authorisation && entry->state >= JOURNAL_AUTHORISED &&
         entry->state <= JOURNAL_CONFIRMED;
}

enum status payout_open_amount(struct terminal *terminal, const uint8_t cid[CID_SIZE], bool closed, int64_t *minor) {
  struct journal_entry entry = {.id = 0};
  struct order order = {.terminal = terminal};
  bool found = false;
  enum status status = journal_next_unreported(terminal->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_unreported(terminal->journal, entry.id, &entry)) {
    if (!goes_on(&entry) || order_resume(&order, &entry) != STATUS_OK ||
        memcmp(order.promise.cid, cid, CID_SIZE) != 0 ||
        (closed && !(entry.closes && order.entry.state != JOURNAL_AUTHORISED)))
      continue;
    *minor = entry.amount;
    found = true;
  }
  if (status != STATUS_NOT_FOUND)
    return status;
  return found ? STATUS_OK : STATUS_INSUFFICIENT_BALANCE;
}
