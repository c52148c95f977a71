/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-blocks: lost, stolen, or otherwise at an end; the card dies at its next contact. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_card.h"
#include "http/request.h"
#include "service.h"

struct blocking {
  struct card_message body;
  int64_t now;
};

static enum status block(struct ledger *ledger, void *context) {
  const struct blocking *blocking = context;

  return ledger_card_block(ledger, blocking->body.cid, blocking->body.reason, blocking->now);
}

void post_card_block(struct service *service, const struct request *request, struct reply *reply) {
  struct blocking blocking = {.now = service_now(service)};
  char cid[LOG_CID_SIZE];

  reply->status = card_message_parse(MESSAGE_CARD_BLOCK, request->message.body, &blocking.body);
  if (reply->status != STATUS_OK)
    return;
  reply->status = envelope_transact(service, request, block, &blocking);
  log_cid(blocking.body.cid, cid);
  log_line(&service->log, LOG_WARNING, "card-block", "tid=%s cid=%s code=%s", request->message.tid, cid,
           status_name(reply->status));
}
