/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/reference-queries: what became of the payment or load that a merchant's caller named so? Changes nothing. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_reference.h"
#include "epurse/message_reference.h"
#include "http/request.h"
#include "service.h"

struct question {
  const uint8_t *tid;
  char reference[REFERENCE_MAX + 1];
  struct ledger_transaction found;
  bool is_known, is_owed;
  struct ledger_named_refund refund;
  bool is_refund; /* that one, without its card */
};

static enum status look(struct ledger *ledger, void *context) {
  struct question *question = context;
  enum status status = ledger_reference_refund(ledger, question->tid, question->reference, &question->refund);

  question->is_refund = status == STATUS_OK;
  if (status != STATUS_NOT_FOUND)
    return status;
  status = ledger_reference_find(ledger, question->tid, question->reference, &question->found, &question->is_owed);

  question->is_known = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum reference_state state_of(const struct question *question) {
  if (question->found.state == LEDGER_CAPTURED || question->found.honoured)
    return REFERENCE_DONE;
  return question->found.state == LEDGER_HELD || question->is_owed ? REFERENCE_HELD : REFERENCE_DECLINED;
}

static enum status fill(const struct question *question, struct reference_reply *reply) {
  const struct ledger_transaction *found = &question->found;
  struct promise promise;
  struct authorisation authorisation;
  enum status status = promise_decode(found->promise, sizeof found->promise, &promise);

  if (status == STATUS_OK)
    status = authorisation_decode(found->authorisation, sizeof found->authorisation, &authorisation);
  if (status != STATUS_OK)
    return STATUS_LEDGER_BROKEN;
  *reply = (struct reference_reply){.state = state_of(question),
                                    .type = found->type,
                                    .amount = found->amount,
                                    .atc = found->atc,
                                    .balance = promise.balance,
                                    .points = promise.points,
                                    .change = found->points};
  memcpy(reply->cid, found->cid, CID_SIZE);
  memcpy(reply->tid, found->tid, TID_SIZE);
  memcpy(reply->time, authorisation.time, MOMENT_SIZE);
  return STATUS_OK;
}

static void fill_refund(const struct ledger_named_refund *refund, struct reference_reply *reply) {
  *reply = (struct reference_reply){
      .state = REFERENCE_DONE, .type = TRANSACTION_REFUND, .amount = refund->amount, .atc = refund->atc, .owed = true};
  memcpy(reply->cid, refund->cid, CID_SIZE);
  memcpy(reply->tid, refund->tid, TID_SIZE);
  moment_from_unix(refund->at, reply->time);
}

void post_reference_query(struct service *service, const struct request *request, struct reply *reply) {
  struct question question = {.tid = request->terminal.tid};
  struct reference_reply filled = {.state = REFERENCE_UNKNOWN};

  reply->status = reference_query_parse(request->message.body, question.reference);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, look, &question);
  if (reply->status == STATUS_OK && question.is_known)
    reply->status = fill(&question, &filled);
  if (reply->status == STATUS_OK && question.is_refund)
    fill_refund(&question.refund, &filled);
  if (reply->status == STATUS_OK)
    reply_ok(reply, reference_reply_body(&filled));
}
