/* SPDX-License-Identifier: Apache-2.0
 * What transaction inquiries and load reversals have in common. */
#include "fate.h"

#include <string.h>

#include "envelope.h"
#include "epurse/inquiry.h"
#include "epurse/ledger_card.h"
#include "writer.h"

struct question {
  struct inquiry_request body;
  struct promise promise;
  struct ledger_card card;
  struct ledger_reversal reversal; /* borrows promise and body */
  fate_ask *ask;
  struct ledger_fate fate; /* the answer */
  enum status status;      /* what the terminal is told with it */
};

static enum status find_card(struct ledger *ledger, void *context) {
  struct question *question = context;

  return ledger_card_find(ledger, question->promise.cid, &question->card);
}

/* Nothing is stored for a promise that the card has not signed. */
static enum status question_open(struct service *service, const struct request *request, struct question *question) {
  enum status status = inquiry_request_parse(request->message.type, request->message.body, &question->body);

  if (status == STATUS_OK)
    status = promise_decode(question->body.promise, PROMISE_SIZE, &question->promise);
  if (status == STATUS_OK)
    status = writer_read(service->writer, find_card, question);
  if (status == STATUS_OK && question->card.state != LEDGER_CARD_ISSUED && question->card.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = record_verify(question->body.promise, PROMISE_SIZE, question->card.certification.sig_public);
  question->reversal.inquiry.offer = (struct signed_promise){
      .promise = &question->promise, .record = question->body.promise, .now = service_now(service)};
  memcpy(question->reversal.inquiry.tid, request->terminal.tid, TID_SIZE);
  question->reversal.given_back = question->body.given_back;
  return status;
}

static enum status question_step(struct ledger *ledger, void *context) {
  struct question *question = context;

  question->status = question->ask(ledger, &question->reversal, &question->fate);
  return question->status == STATUS_LOAD_CREDITED ? STATUS_OK : question->status;
}

/* Given back is released to whoever asks: nothing is owed for it. */
static enum fate fate_of(uint8_t state) {
  static const enum fate fates[] = {[0] = FATE_NEVER_SEEN,
                                    [LEDGER_HELD] = FATE_HELD,
                                    [LEDGER_CAPTURED] = FATE_CAPTURED,
                                    [LEDGER_RELEASED] = FATE_RELEASED,
                                    [LEDGER_DECLINED] = FATE_DECLINED,
                                    [LEDGER_OWED] = FATE_OWED,
                                    [LEDGER_REFUNDED] = FATE_RELEASED};

  return fates[state];
}

static json_t *fate_body(const struct ledger_fate *fate) {
  struct inquiry_reply reply = {.fate = fate_of(fate->state), .has_secret = fate->has_secret};

  memcpy(reply.promise_hash, fate->hash, sizeof reply.promise_hash);
  memcpy(reply.secret, fate->secret, sizeof reply.secret);
  return inquiry_reply_body(&reply);
}

void fate_serve(struct service *service, const struct request *request, fate_ask *ask, struct reply *reply) {
  struct question question = {.ask = ask};
  char cid[LOG_CID_SIZE];
  enum status status = question_open(service, request, &question);

  if (status == STATUS_OK)
    status = envelope_transact(service, request, question_step, &question);
  reply->status = status == STATUS_OK ? question.status : status;
  if (status == STATUS_OK) {
    reply->body = fate_body(&question.fate);
    if (reply->body == NULL)
      reply->status = STATUS_NO_MEMORY;
  }
  log_cid(question.promise.cid, cid);
  log_line(&service->log, LOG_INFO, message_word(request->message.type), "tid=%s cid=%s atc=%lu state=%u code=%s",
           request->message.tid, cid, (unsigned long)question.promise.atc, question.fate.state,
           status_name(reply->status));
}
