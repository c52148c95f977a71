/* SPDX-License-Identifier: Apache-2.0
 * A refund: the card promises to take back what it paid, the server authorises, the card is credited. No PIN: nothing
 * leaves the card. */
#include <string.h>

#include "epurse/backend.h"
#include "epurse/bytes.h"
#include "epurse/journal.h"
#include "epurse/message_refund.h"
#include "epurse/terminal_refund.h"

#include "contact.h"
#include "offline.h"
#include "order.h"
#include "recover.h"
#include "reference.h"

static enum status refund_meet(struct order *order, const struct payment *payment, const struct sale *sale) {
  const struct payment_request request = {
      .type = TRANSACTION_REFUND, .amount = payment->amount, .reference = payment->reference, .sale_atc = sale->atc};
  bool same = false;
  enum status status = contact_identify(order->contact);
  if (status == STATUS_OK && memcmp(order->contact->cid, sale->cid, CID_SIZE) != 0)
    status = STATUS_SALE_UNKNOWN;
  if (status == STATUS_OK)
    status = order_finish_earlier(order, &request, &same);
  if (status != STATUS_OK || same)
    return status;
  status = order_carry_out(order, &request, MESSAGE_REFUND);
  if (order->offline_lacking > 0)
    offline_bring_stored(order);
  return status;
}

/* What this till has to tell goes first: the sale's own proof, where the server has not heard it. */
static enum status refund_bring(struct terminal *terminal, const struct sale *sale) {
  enum status status = recover_run(terminal, NULL, false, NULL);
  if (status != STATUS_OK || !sale->brings)
    return status;
  /* Where it is not booked the refund is refused by what the server says of that. */
  return offline_bring_one(terminal, sale->promise) == STATUS_NO_SERVER ? STATUS_NO_SERVER : STATUS_OK;
}

enum status refund_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct sale *sale, const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct order order = {.terminal = terminal,
                        .contact = &contact,
                        .outcome = outcome,
                        .reference = payment->reference,
                        .sale_atc = sale->atc,
                        .sale_in_points = sale->in_points};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, ROLE_POS, payment);
  if (status == STATUS_OK)
    status = refund_bring(terminal, sale);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, payment->wait_seconds);
  if (status == STATUS_OK) {
    status = journal_claim(terminal->journal);
    if (status == STATUS_OK) {
      status = refund_meet(&order, payment, sale);
      if (status == STATUS_OK)
        status = order_report(&order);
      journal_release(terminal->journal);
    }
  }
  contact_close(&contact);
  return status;
}

/* ---- without the card ---- */

/* The name of this refund, made of what it is: a till that lost the answer comes to the same one. */
static bool wish_make(const struct terminal *terminal, const struct payment *payment, const struct sale *sale,
                      uint8_t wish[CRYPTO_SHA256_SIZE]) {
  uint8_t text[TID_SIZE + CID_SIZE + 4 + 4 + REFERENCE_MAX + 1] = {0};
  struct bytes_writer writer = bytes_writer(text, sizeof text);
  bytes_write(&writer, (const uint8_t *)terminal->tid, TID_SIZE);
  bytes_write(&writer, sale->cid, CID_SIZE);
  bytes_write_u32(&writer, sale->atc);
  bytes_write_u32(&writer, (uint32_t)payment->amount.minor);
  if (payment->reference != NULL)
    bytes_write(&writer, (const uint8_t *)payment->reference, strlen(payment->reference));
  return crypto_sha256(text, writer.len, wish);
}

static enum status owe_ask(const struct terminal *terminal, const struct owed_refund *refund, uint8_t heir[CID_SIZE]) {
  struct message reply;
  json_t *body = owed_refund_body(refund);
  enum status status = backend_call(terminal->backend, MESSAGE_OWED_REFUND, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  if (status == STATUS_OK && owed_refund_reply_parse(reply.body, heir) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

enum status refund_owe(struct terminal *terminal, const struct payment *payment, const struct sale *sale,
                       const struct dialogue *dialogue, struct outcome *outcome) {
  struct owed_refund refund = {.atc = sale->atc, .amount = (uint32_t)payment->amount.minor};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, ROLE_POS, payment);
  if (status == STATUS_OK)
    status = payment_recall(terminal, TRANSACTION_REFUND, payment, dialogue, outcome);
  if (status == STATUS_NOT_FOUND)
    status = refund_bring(terminal, sale);
  if (status != STATUS_OK || outcome->finished_before)
    return status;
  if (!wish_make(terminal, payment, sale, refund.wish))
    return STATUS_CRYPTO_FAILED;
  memcpy(refund.cid, sale->cid, CID_SIZE);
  memcpy(refund.reference, outcome->reference, sizeof refund.reference);
  status = owe_ask(terminal, &refund, outcome->cid);
  bool doubt = backend_in_doubt(terminal->backend);
  if (status == STATUS_NO_SERVER)
    status = owe_ask(terminal, &refund, outcome->cid);
  outcome->owed = status == STATUS_OK;
  doubt = status == STATUS_NO_SERVER && doubt; /* any other answer is of both */
  return doubt || backend_in_doubt(terminal->backend) ? STATUS_OUTCOME_UNKNOWN : status;
}
