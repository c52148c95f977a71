/* SPDX-License-Identifier: Apache-2.0
 * What transaction inquiries and load reversals have in common. */
#include "fate.h"

#include <stdio.h>
#include <string.h>

#include "card_asked.h"
#include "envelope.h"
#include "epurse/inquiry.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_payout.h"
#include "http/request.h"
#include "service.h"
#include "tender_of.h"
#include "writer.h"

struct question {
  struct inquiry_request body;
  struct promise promise;
  struct ledger_card card;
  struct authorisation authorisation; /* of a whole receipt */
  struct ledger_account account;      /* of a payout's */
  struct ledger_payout_terms payout;  /* likewise */
  struct ledger_receipt receipt;      /* of a whole one; borrows it and body */
  struct ledger_reversal reversal;    /* borrows promise, body and receipt */
  fate_ask *ask;
  struct ledger_fate fate; /* the answer */
  enum status status;      /* what the terminal is told with it */
};

static enum status find_card(struct ledger *ledger, void *context) {
  struct question *question = context;

  return ledger_card_find(ledger, question->promise.cid, &question->card);
}

/* A receipt is whole where each of the three fits the others, as receipt_verify wants it. */
static enum status receipt_check(const struct service *service, const struct question *question) {
  const struct authorisation *authorisation = &question->authorisation;
  const uint8_t *server = keyring_server(&service->keyring, authorisation->key_version);
  uint8_t hash[CRYPTO_SHA256_SIZE];
  enum status status = STATUS_BAD_SIGNATURE;

  if (server != NULL)
    status = record_verify(question->body.authorisation, AUTHORISATION_SIZE, server);

  if (status == STATUS_OK)
    status = record_hash(question->body.promise, PROMISE_SIZE, hash);
  if (status != STATUS_OK)
    return status;
  if (!authorisation_answers(authorisation, &question->promise, hash) || authorisation->decision != DECISION_APPROVED)
    return STATUS_PROOF_MISMATCH;
  if (!crypto_sha256(question->body.secret, SECRET_SIZE, hash))
    return STATUS_CRYPTO_FAILED;
  return crypto_equal(hash, question->promise.commitment, sizeof hash) ? STATUS_OK : STATUS_PROOF_MISMATCH;
}

static const struct ledger_payout_terms *
payout_terms(const struct inquiry_request *body, struct ledger_account *account, struct ledger_payout_terms *terms) {
  *terms = (struct ledger_payout_terms){body->iban[0] == '\0' ? NULL : account, body->closes};
  (void)snprintf(account->iban, sizeof account->iban, "%s", body->iban);
  (void)snprintf(account->name, sizeof account->name, "%s", body->holder);
  return terms;
}

static enum status receipt_open(const struct service *service, struct question *question) {
  const struct inquiry_request *body = &question->body;
  struct ledger_inquiry *inquiry = &question->reversal.inquiry;
  enum status status = authorisation_decode(body->authorisation, AUTHORISATION_SIZE, &question->authorisation);

  if (status == STATUS_OK)
    status = receipt_check(service, question);
  question->receipt = (struct ledger_receipt){.authorisation = &question->authorisation,
                                              .record = body->authorisation,
                                              .tender = tender_of(body->tender_kind, body->tender_reference)};
  memcpy(question->receipt.secret, body->secret, SECRET_SIZE);
  bool load = question->promise.type == TRANSACTION_LOAD;
  if (status == STATUS_OK && load != (question->receipt.tender.kind != LEDGER_TENDER_NONE))
    status = STATUS_BAD_FORMAT;
  if (question->promise.type == TRANSACTION_PAYOUT)
    question->receipt.payout = payout_terms(body, &question->account, &question->payout);
  else if (body->iban[0] != '\0' || body->closes)
    status = STATUS_BAD_FORMAT;
  inquiry->offer.zone = service_zone(moment_to_unix(question->authorisation.time));
  inquiry->offer.reference = body->reference;
  inquiry->receipt = &question->receipt;
  return status;
}

/* Nothing is stored for a promise that the card has not signed. */
static enum status card_open(struct service *service, const struct request *request, struct question *question) {
  enum status status = writer_read(service->writer, find_card, question);

  if (status == STATUS_OK && question->card.state != LEDGER_CARD_ISSUED && question->card.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = record_verify(question->body.promise, PROMISE_SIZE, question->card.certification.sig_public);
  return card_asked_unproved(service, request, question->promise.cid, status);
}

static enum status question_open(struct service *service, const struct request *request, struct question *question) {
  enum status status = inquiry_request_parse(request->message.type, request->message.body, &question->body);

  if (status == STATUS_OK)
    status = promise_decode(question->body.promise, PROMISE_SIZE, &question->promise);
  if (status == STATUS_OK)
    status = card_open(service, request, question);
  question->reversal.inquiry.offer = (struct signed_promise){
      .promise = &question->promise, .record = question->body.promise, .now = service_now(service)};
  memcpy(question->reversal.inquiry.tid, request->terminal.tid, TID_SIZE);
  question->reversal.given_back = question->body.given_back;
  question->reversal.wish = question->body.wish;
  return status == STATUS_OK && question->body.has_receipt ? receipt_open(service, question) : status;
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
  struct inquiry_reply reply = {.fate = fate_of(fate->state), .has_secret = fate->has_secret, .deposit = fate->deposit};

  if (fate->pay || fate->back)
    reply.fate = fate->pay ? FATE_PAY : FATE_OWED;
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
