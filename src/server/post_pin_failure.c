/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/pin-failures: a card has signed that a PIN was wrong; with no try left it has blocked itself. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_card.h"
#include "http/request.h"
#include "pin_proof.h"
#include "service.h"

struct failure {
  struct pin_proof proof;
  int64_t now;
};

/* Told twice, or after a later one: nothing more. */
static enum status count(struct ledger *ledger, void *context) {
  const struct failure *failure = context;
  bool counted = false;
  enum status status = pin_proof_count(ledger, &failure->proof, &counted);

  if (status == STATUS_OK && counted && failure->proof.said.tries_left == 0)
    status = ledger_card_block(ledger, failure->proof.said.cid, status_name(STATUS_PIN_BLOCKED), failure->now);
  return status;
}

void post_pin_failure(struct service *service, const struct request *request, struct reply *reply) {
  struct failure failure = {.now = service_now(service)};
  uint8_t record[PIN_RECORD_SIZE];
  char cid[LOG_CID_SIZE];

  reply->status = pin_failure_parse(request->message.body, record);
  if (reply->status == STATUS_OK)
    reply->status = pin_proof_open(service, request, record, &failure.proof);
  if (reply->status == STATUS_OK && failure.proof.said.kind != PIN_KIND_WRONG)
    reply->status = STATUS_BAD_FORMAT;
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, count, &failure);
  log_cid(failure.proof.said.cid, cid);
  log_line(&service->log, LOG_WARNING, "wrong-pin", "tid=%s cid=%s left=%u code=%s", request->message.tid, cid,
           failure.proof.said.tries_left, status_name(reply->status));
}
