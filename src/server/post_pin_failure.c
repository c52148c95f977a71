/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/pin-failures: a card counted a wrong PIN; with none left it has blocked itself. */
#include "endpoints.h"
#include "envelope.h"

struct failure {
  struct card_message body;
  int64_t now;
};

static enum status count(struct ledger *ledger, void *context) {
  const struct failure *failure = context;
  uint32_t failures = 0;
  enum status status = ledger_card_pin_count(ledger, failure->body.cid, false, &failures);

  if (status == STATUS_OK && failure->body.tries_left == 0)
    status = ledger_card_block(ledger, failure->body.cid, status_name(STATUS_PIN_BLOCKED), failure->now);
  return status;
}

void post_pin_failure(struct service *service, const struct request *request, struct reply *reply) {
  struct failure failure = {.now = service_now(service)};
  char cid[LOG_CID_SIZE];

  reply->status = card_message_parse(MESSAGE_PIN_FAILURE, request->message.body, &failure.body);
  if (reply->status != STATUS_OK)
    return;
  reply->status = envelope_transact(service, request, count, &failure);
  log_cid(failure.body.cid, cid);
  log_line(&service->log, LOG_WARNING, "wrong-pin", "tid=%s cid=%s left=%u", request->message.tid, cid,
           failure.body.tries_left);
}
