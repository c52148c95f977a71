/* SPDX-License-Identifier: Apache-2.0
 * Whole receipts that are brought in again, to a server whose ledger has forgotten them. */
#include "bring.h"

#include <stdio.h>
#include <string.h>

#include "epurse/backend.h"
#include "epurse/inquiry.h"
#include "epurse/journal.h"
#include "epurse/terminal.h"
#include "offline.h"
#include "payout.h"

void bring_ask(struct terminal *terminal) {
  struct confirmations proof = {.count = 1};
  struct journal_entry entry;
  struct promise promise;
  struct message reply;
  if (journal_last_done(terminal->journal, &entry) != STATUS_OK ||
      promise_decode(entry.promise, sizeof entry.promise, &promise) != STATUS_OK)
    return;
  if (entry.type == TRANSACTION_OFFLINE_PURCHASE) {
    (void)!offline_bring_one(terminal, entry.promise); /* booked once, however often */
    return;
  }
  memcpy(proof.items[0].cid, promise.cid, CID_SIZE);
  proof.items[0].atc = promise.atc;
  memcpy(proof.items[0].secret, entry.secret, SECRET_SIZE);
  if (backend_call(terminal->backend, MESSAGE_CONFIRMATION, confirmation_body(&proof, false), &reply) == STATUS_OK)
    message_clear(&reply); /* the backend has told the journal */
}

/* A payout goes with what was said of it, so that the server says the same again before anybody else can ask. */
static enum message_type bring_type(const struct journal_entry *entry) {
  bool said = entry->type == TRANSACTION_PAYOUT && payout_said(entry) != 0;
  return said ? MESSAGE_HAND_OUT : MESSAGE_TRANSACTION_INQUIRY;
}

static json_t *bring_body(const struct journal_entry *entry) {
  enum message_type type = bring_type(entry);
  struct inquiry_request request = {.has_receipt = true};
  memcpy(request.promise, entry->promise, PROMISE_SIZE);
  memcpy(request.authorisation, entry->authorisation, AUTHORISATION_SIZE);
  memcpy(request.secret, entry->secret, SECRET_SIZE);
  if (entry->type == TRANSACTION_LOAD) {
    (void)snprintf(request.tender_kind, sizeof request.tender_kind, "%s", entry->tender_kind);
    (void)snprintf(request.tender_reference, sizeof request.tender_reference, "%s", entry->tender_reference);
  }
  (void)snprintf(request.iban, sizeof request.iban, "%s", entry->iban);
  (void)snprintf(request.holder, sizeof request.holder, "%s", entry->holder);
  request.closes = entry->closes;
  (void)snprintf(request.reference, sizeof request.reference, "%s", entry->reference);
  if (type == MESSAGE_HAND_OUT)
    request.wish = payout_said(entry);
  return inquiry_request_body(type, &request);
}

static enum fate bring_fate(const struct journal_entry *entry) {
  if (bring_type(entry) != MESSAGE_HAND_OUT)
    return FATE_CAPTURED;
  return payout_said(entry) == HAND_OUT_BACK ? FATE_OWED : FATE_PAY;
}

/* STATUS_OK: the server has it, by this promise and r. */
static enum status bring_check(const struct journal_entry *entry, const json_t *body) {
  struct inquiry_reply reply;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = inquiry_reply_parse(body, &reply);
  if (status == STATUS_OK)
    status = record_hash(entry->promise, PROMISE_SIZE, hash);
  if (status != STATUS_OK)
    return status;
  bool same = crypto_equal(hash, reply.promise_hash, sizeof hash) && reply.fate == bring_fate(entry);
  return same ? STATUS_OK : STATUS_BAD_REPLY;
}

static enum status bring_send_receipt(struct terminal *terminal, const struct journal_entry *entry) {
  struct message reply;
  enum status status = backend_call(terminal->backend, bring_type(entry), bring_body(entry), &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status == STATUS_OK ? bring_check(entry, reply.body) : reply.status;
  message_clear(&reply);
  return status;
}

static enum status bring_send(struct terminal *terminal, const struct journal_entry *entry) {
  if (entry->type == TRANSACTION_OFFLINE_PURCHASE) /* its promise is all that there is */
    return offline_bring_one(terminal, entry->promise);
  return bring_send_receipt(terminal, entry);
}

/* The server keeps some as incidents, with their evidence: once is enough. */
static bool is_settled(enum status status) {
  return status == STATUS_OK || status == STATUS_OFFLINE_KNOWN || status == STATUS_CARD_FORKED ||
         status == STATUS_LEDGER_BROKEN;
}

enum status bring_run(struct terminal *terminal, unsigned most, unsigned *brought) {
  struct journal *journal = terminal->journal;
  struct journal_entry entry;
  int64_t place = 0, last = 0;
  *brought = 0;
  enum status status = journal_last_bring(journal, &last);
  for (unsigned count = 0; status == STATUS_OK && count < most && place < last; count++) {
    status = journal_next_bring(journal, place, &place, &entry);
    if (status != STATUS_OK || place > last)
      break;
    enum status said = bring_send(terminal, &entry);
    if (said == STATUS_NO_SERVER)
      break;
    *brought += said == STATUS_OK || said == STATUS_OFFLINE_KNOWN;
    status = is_settled(said) ? journal_drop_bring(journal, place) : journal_later_bring(journal, place);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
