/* SPDX-License-Identifier: Apache-2.0
 * Recovery without a card: what was begun and had no effect is closed, charges are given back, proofs are told,
 * as is what cards have signed of their PIN. */
#include "recover.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/backend.h"
#include "epurse/journal.h"
#include "epurse/terminal.h"

#include "bring.h"
#include "contact.h"
#include "fate.h"
#include "offline.h"
#include "order.h"
#include "payout.h"
#include "pin_report.h"
#include "receipt_file.h"

#define BRING_AT_ONCE 8 /* receipts that one sale brings in again; a recovery brings in all */

/* Proofs on their way to the server together. */
struct proofs {
  struct confirmations question;
  struct journal_entry entries[CONFIRMATION_MAX];
  bool charge_stands[CONFIRMATION_MAX]; /* the bank has heard of it, or need not */
  bool server_gone;                     /* it did not answer: the others wait for another time */
};

/* Adds an entry that has r. A receipt that a crash kept from being written is written now. */
static enum status proofs_add(struct proofs *proofs, const struct order *order) {
  size_t at = proofs->question.count;
  struct confirmation *item = &proofs->question.items[at];
  char path[512];
  memcpy(item->cid, order->promise.cid, sizeof item->cid);
  item->atc = order->promise.atc;
  memcpy(item->secret, order->entry.secret, sizeof item->secret);
  proofs->entries[at] = order->entry;
  proofs->charge_stands[at] = order_charge_stands(order);
  proofs->question.count = at + 1;
  return receipt_file_write(order->terminal, &order->entry, path);
}

/* Closes what the server has booked; answers how many. */
static unsigned proofs_close(struct terminal *terminal, struct proofs *proofs, const struct confirmations *answer) {
  unsigned closed = 0;
  for (size_t i = 0; i < answer->count && i < proofs->question.count; i++) {
    const struct confirmation *asked = &proofs->question.items[i], *said = &answer->items[i];
    if (said->status == STATUS_NOT_FOUND) /* a restored ledger does not know what it authorised */
      (void)!journal_bring(terminal->journal, proofs->entries[i].id);
    if (said->status != STATUS_OK || said->atc != asked->atc || memcmp(said->cid, asked->cid, CID_SIZE) != 0 ||
        !proofs->charge_stands[i])
      continue;
    proofs->entries[i].state = JOURNAL_CONFIRMED;
    closed += journal_update(terminal->journal, &proofs->entries[i]) == STATUS_OK;
  }
  return closed;
}

/* Tells them and empties the list. */
static unsigned proofs_send(struct terminal *terminal, struct proofs *proofs) {
  struct confirmations answer = {.count = 0};
  struct message reply;
  unsigned closed = 0;
  if (proofs->question.count == 0 || proofs->server_gone)
    goto out;
  json_t *body = confirmation_body(&proofs->question, false);
  enum status status = backend_call(terminal->backend, MESSAGE_CONFIRMATION, body, &reply);
  proofs->server_gone = status == STATUS_NO_SERVER;
  if (status == STATUS_OK) {
    if (reply.status == STATUS_OK && confirmation_parse(reply.body, true, &answer) == STATUS_OK)
      closed = proofs_close(terminal, proofs, &answer);
    message_clear(&reply);
  }
out:
  proofs->question.count = 0;
  return closed;
}

static bool is_closed(const struct order *order) {
  return order->entry.state == JOURNAL_CANCELLED || order->entry.state == JOURNAL_SETTLED;
}

/* A charge whose load did not come to an authorisation. */
static bool recover_charge(struct order *order) {
  if (order->entry.state == JOURNAL_CHARGING && charge_finish(order) != STATUS_OK)
    return order->entry.state == JOURNAL_CANCELLED;
  enum status status = reversal_run(order, NULL);
  return (status == STATUS_OK || status == STATUS_LOAD_CREDITED) && is_closed(order);
}

/* One entry that needs no proof told; true when it is closed. */
static bool recover_entry(struct order *order) {
  if (order->entry.type == TRANSACTION_OFFLINE_PURCHASE)
    return false; /* the card may have paid: it is needed */
  switch (order->entry.state) {
  case JOURNAL_INTENT:
  case JOURNAL_PROMISED: /* no authorisation came: the card cannot have done it, the server's hold ends at its next
                            contact */
    order_cancel(order, NULL);
    return true;
  case JOURNAL_CHARGING:
  case JOURNAL_CHARGED:
  case JOURNAL_REVERSING:
    return recover_charge(order);
  default:
    return false; /* AUTHORISED: the card is needed, or the server's word */
  }
}

/* `asks`: the server, about each entry whose authorisation is out. */
static enum status recover_all(struct terminal *terminal, struct tender *tender, bool asks, struct proofs *proofs,
                               struct recovery *recovery) {
  struct outcome outcome;
  struct order order = {.terminal = terminal, .tender = tender, .outcome = &outcome};
  struct journal_entry entry;
  unsigned found = 0;
  enum status status = journal_next_open(terminal->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(terminal->journal, entry.id, &entry)) {
    found++;
    order.entry = entry;
    if (entry.has_promise && order_resume(&order, &entry) != STATUS_OK)
      continue;                           /* not what this program wrote: it stays for people to look at */
    if (order.entry.state != entry.state) /* r was in its receipt only */
      (void)!journal_update(terminal->journal, &order.entry);
    bool out = order.entry.state == JOURNAL_AUTHORISED;
    if (out && asks && !proofs->server_gone)
      proofs->server_gone = fate_settle(&order) == STATUS_NO_SERVER;
    if (order.entry.state != JOURNAL_COMMITTED || order.entry.type == TRANSACTION_OFFLINE_PURCHASE) {
      recovery->settled += out ? is_closed(&order) : recover_entry(&order);
      continue;
    }
    if (payout_in_cash(&order.entry)) {
      recovery->settled += payout_recover(&order);
      continue;
    }
    (void)!proofs_add(proofs, &order);
    if (proofs->question.count == CONFIRMATION_MAX)
      recovery->settled += proofs_send(terminal, proofs);
  }
  recovery->settled += proofs_send(terminal, proofs);
  recovery->open = found - recovery->settled;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status recover_run(struct terminal *terminal, struct tender *tender, bool asks, struct recovery *recovery) {
  struct recovery count = {0};
  struct offline_brought offline = {.why = STATUS_OK};
  struct proofs *proofs = calloc(1, sizeof *proofs);
  if (proofs == NULL)
    return STATUS_NO_MEMORY;
  enum status status = journal_claim(terminal->journal);
  if (status == STATUS_OK) {
    status = bring_run(terminal, BRING_AT_ONCE, &count.brought);
    enum status said = offline_bring(terminal, &offline); /* what cannot be now is another time */
    proofs->server_gone = said == STATUS_NO_SERVER;
    if (status == STATUS_OK)
      status = recover_all(terminal, tender, asks, proofs, &count);
    terminal->later.since = 0;
    count.settled += offline.booked;
    count.offline = offline;
    pin_report_kept(terminal);
    journal_release(terminal->journal);
  }
  free(proofs);
  if (recovery != NULL)
    *recovery = count;
  return status;
}

enum status recover_before_purchase(struct terminal *terminal) {
  int64_t since = terminal->later.since;
  bool young = since != 0 && contact_now() - since < CONFIRM_WITHIN_MS;
  return young ? STATUS_OK : recover_run(terminal, NULL, false, NULL);
}

static void confirm_all(struct terminal *terminal, struct proofs *proofs) {
  struct outcome outcome;
  struct order order = {.terminal = terminal, .outcome = &outcome};
  struct journal_entry entry;
  enum status status = journal_next_open(terminal->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_open(terminal->journal, entry.id, &entry)) {
    bool purchase = entry.type == TRANSACTION_PURCHASE || entry.type == TRANSACTION_POINTS_PURCHASE;
    if (!purchase || !entry.has_promise || order_resume(&order, &entry) != STATUS_OK ||
        order.entry.state != JOURNAL_COMMITTED)
      continue;
    (void)!proofs_add(proofs, &order);
    if (proofs->question.count == CONFIRMATION_MAX)
      (void)proofs_send(terminal, proofs);
  }
  (void)proofs_send(terminal, proofs);
}

void terminal_confirm(struct terminal *terminal) {
  struct proofs *proofs = terminal->later.since != 0 ? calloc(1, sizeof *proofs) : NULL;
  terminal->later.since = 0; /* what is left then is for the next recovery */
  if (proofs != NULL && journal_claim(terminal->journal) == STATUS_OK) {
    confirm_all(terminal, proofs);
    journal_release(terminal->journal);
  }
  free(proofs);
}

/* All that is on the list, and whether there is one. */
static enum status recover_bring(struct terminal *terminal, unsigned *brought) {
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  bring_ask(terminal);
  status = bring_run(terminal, UINT_MAX, brought);
  journal_release(terminal->journal);
  return status;
}

static enum status recover_waiting(struct journal *journal, unsigned *waiting) {
  struct journal_entry entry;
  int64_t place = 0;
  enum status status = STATUS_OK;
  for (*waiting = 0; (status = journal_next_bring(journal, place, &place, &entry)) == STATUS_OK; ++*waiting)
    ;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status terminal_recover(struct terminal *terminal, struct recovery *recovery) {
  unsigned brought = 0;
  enum status status = recover_bring(terminal, &brought);
  if (status == STATUS_OK)
    status = recover_run(terminal, terminal->tender, true, recovery);
  if (status == STATUS_OK)
    status = recover_waiting(terminal->journal, &recovery->waiting);
  recovery->brought += brought;
  bool shop = terminal->role == ROLE_POS && !terminal->offline.forbidden;
  if (status == STATUS_OK && shop) /* what cannot be fetched now is another time */
    (void)!offline_fetch(terminal, 0, terminal->offline.use == OFFLINE_USE_AUTO);
  return status;
}
