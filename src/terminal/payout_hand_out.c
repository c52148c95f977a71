/* SPDX-License-Identifier: Apache-2.0
 * A payout from r on: the server's word that it may be handed out, and the cashier's that it was. Until both are in the
 * journal it is open. */
#include "epurse/terminal_payout.h"

#include <stdio.h>
#include <string.h>

#include "epurse/journal.h"

#include "evidence.h"
#include "order.h"
#include "payout.h"
#include "receipt_file.h"

/* How far one that the card has committed has come: its entry's tender_kind, which says how a load was paid. */
#define PAYOUT_TO_HAND_OUT "hand-out" /* the server has said pay */
#define PAYOUT_HANDED_OUT  "handed"   /* the cashier has confirmed it, and the server may not know */

static bool payout_is(const struct order *order, const char *stage) {
  return strcmp(order->entry.tender_kind, stage) == 0;
}

uint8_t payout_said(const struct journal_entry *entry) {
  if (entry->state == JOURNAL_SETTLED)
    return HAND_OUT_BACK;
  if (strcmp(entry->tender_kind, PAYOUT_HANDED_OUT) == 0)
    return HAND_OUT_DONE;
  return strcmp(entry->tender_kind, PAYOUT_TO_HAND_OUT) == 0 ? HAND_OUT_PAY : 0;
}

static enum status payout_note(struct order *order, const char *stage) {
  snprintf(order->entry.tender_kind, sizeof order->entry.tender_kind, "%s", stage);
  return journal_update(order->terminal->journal, &order->entry);
}

/* A receipt that nobody could write when r came: the till died, or the server told it and the card was elsewhere. */
static void payout_make_up_receipt(const struct order *order) {
  struct receipt_copy copy = {.len = 0};
  char path[512];
  if (receipt_file_read(order->terminal, &order->entry, path, &copy) != STATUS_OK)
    (void)!receipt_file_write(order->terminal, &order->entry, path);
}

/* The server is to know that it was handed out: only then the entry is closed. */
static void payout_close(struct order *order) {
  struct evidence word;
  payout_make_up_receipt(order);
  if (evidence_by_hand_out(order, HAND_OUT_DONE, &word) != STATUS_OK || word.fate != FATE_PAY)
    return;
  order->entry.state = JOURNAL_CONFIRMED;
  (void)!journal_update(order->terminal->journal, &order->entry);
}

/* Put back on the card: nothing is handed out any more. */
static enum status payout_give_up(struct order *order) {
  order->entry.state = JOURNAL_SETTLED;
  enum status status = journal_update(order->terminal->journal, &order->entry);
  return status == STATUS_OK ? STATUS_PAYOUT_BACK : status;
}

/* The server's word, written down before anybody hears it. Where r has not reached the server it is told first. */
static enum status payout_ask(struct order *order) {
  struct evidence word;
  enum status status = evidence_by_hand_out(order, HAND_OUT_PAY, &word);
  if (status == STATUS_OUTCOME_UNKNOWN && order_tell_secret(order))
    status = evidence_by_hand_out(order, HAND_OUT_PAY, &word);
  if (status == STATUS_OK && word.fate == FATE_OWED)
    return payout_give_up(order);
  if (status != STATUS_OK || word.fate != FATE_PAY)
    return STATUS_PAYOUT_OPEN;
  order->entry.deposit = word.deposit;
  return payout_note(order, PAYOUT_TO_HAND_OUT) == STATUS_OK ? STATUS_OK : STATUS_PAYOUT_OPEN;
}

/* Of one to a bank account that the server has: what it adds to it, for people to hear. It orders that whether they do
 * or not. */
static void payout_ask_deposit(struct order *order) {
  struct evidence word;
  if (order->entry.closes && evidence_by_hand_out(order, HAND_OUT_PAY, &word) == STATUS_OK)
    order->outcome->deposit = word.deposit;
}

/* From r on, to a bank account: the server orders it when it has r, which is told again until it has. */
static enum status payout_leave(struct order *order) {
  if (order->entry.state == JOURNAL_COMMITTED && order_tell_secret(order)) {
    order->entry.state = JOURNAL_CONFIRMED;
    (void)!journal_update(order->terminal->journal, &order->entry);
  }
  order->outcome->confirmed = order->entry.state == JOURNAL_CONFIRMED;
  if (order->outcome->confirmed)
    payout_ask_deposit(order);
  return STATUS_OK;
}

enum status payout_finish(struct order *order, const struct payout_desk *desk) {
  const struct amount amount = {order->entry.amount, order->entry.currency};
  if (order->entry.id == 0)
    return STATUS_REFERENCE_DONE; /* at another terminal, and handed out there or not at all */
  if (payout_is_transfer(&order->entry))
    return payout_leave(order);
  bool again = payout_is(order, PAYOUT_TO_HAND_OUT);
  if (order->entry.state == JOURNAL_COMMITTED && !again && !payout_is(order, PAYOUT_HANDED_OUT)) {
    enum status status = payout_ask(order);
    if (status != STATUS_OK)
      return status;
  }
  if (payout_is(order, PAYOUT_TO_HAND_OUT)) {
    bool nothing = amount.minor + order->entry.deposit == 0; /* an empty card without a deposit: nobody is asked */
    if (!nothing && desk->hand_out(desk->context, amount, order->entry.deposit, again) != STATUS_OK)
      return STATUS_PAYOUT_OPEN;
    (void)!payout_note(order, PAYOUT_HANDED_OUT); /* where the disk refuses, the cashier is asked once more */
  }
  if (order->entry.state == JOURNAL_COMMITTED)
    payout_close(order);
  order->outcome->confirmed = order->entry.state == JOURNAL_CONFIRMED;
  order->outcome->deposit = order->entry.deposit;
  return STATUS_OK;
}

bool payout_recover(struct order *order) {
  if (payout_is(order, PAYOUT_HANDED_OUT))
    payout_close(order);
  else if (!payout_is(order, PAYOUT_TO_HAND_OUT))
    (void)order_tell_secret(order);
  return order->entry.state == JOURNAL_CONFIRMED;
}

/* ---- without the card ---- */

/* The next committed payout behind the one that `order` is; STATUS_NOT_FOUND at the end. */
static enum status payout_next(struct order *order) {
  struct journal_entry entry = {.id = order->entry.id};
  enum status status = STATUS_OK;
  while (status == STATUS_OK) {
    status = journal_next_open(order->terminal->journal, entry.id, &entry);
    if (status == STATUS_OK && payout_in_cash(&entry) && entry.state == JOURNAL_COMMITTED)
      return order_resume(order, &entry);
  }
  return status;
}

enum status payouts_confirm(struct terminal *terminal, const struct payout_desk *desk) {
  struct outcome outcome;
  struct order order = {.terminal = terminal, .outcome = &outcome};
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  while ((status = payout_next(&order)) == STATUS_OK)
    if ((payout_is(&order, PAYOUT_TO_HAND_OUT) || payout_is(&order, PAYOUT_CLOSES)) &&
        payout_finish(&order, desk) == STATUS_OK)
      (void)!journal_reported(terminal->journal, order.entry.id);
  journal_release(terminal->journal);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* True where it is owed to the card from now on. */
static bool payout_put_back(struct order *order) {
  struct evidence word;
  enum status status = evidence_by_hand_out(order, HAND_OUT_BACK, &word);
  if (status == STATUS_OUTCOME_UNKNOWN && order_tell_secret(order))
    status = evidence_by_hand_out(order, HAND_OUT_BACK, &word);
  if (status == STATUS_OK && word.fate == FATE_PAY) { /* an answer of before was lost: it may be handed out */
    order->entry.deposit = word.deposit;
    (void)!payout_note(order, PAYOUT_TO_HAND_OUT);
  }
  return status == STATUS_OK && word.fate == FATE_OWED && payout_give_up(order) == STATUS_PAYOUT_BACK;
}

enum status payouts_put_back(struct terminal *terminal, unsigned *count, int64_t *amount) {
  struct order order = {.terminal = terminal};
  *count = 0;
  *amount = 0;
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  while ((status = payout_next(&order)) == STATUS_OK) {
    bool waits = !payout_is(&order, PAYOUT_TO_HAND_OUT) && !payout_is(&order, PAYOUT_HANDED_OUT);
    if (!waits || !payout_put_back(&order))
      continue;
    ++*count;
    *amount += order.entry.amount;
  }
  journal_release(terminal->journal);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
