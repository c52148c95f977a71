/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-suspensions, /v1/card-resumptions: no order of a card is taken while somebody finds out; the card
 * itself hears nothing of it. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_card.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"

struct suspending {
  struct card_message body;
  int64_t now;
};

static enum status suspend(struct ledger *ledger, void *context) {
  const struct suspending *suspending = context;

  return ledger_card_suspend(ledger, suspending->body.cid, suspending->body.reason, suspending->now);
}

static enum status resume(struct ledger *ledger, void *context) {
  const struct suspending *suspending = context;

  return ledger_card_resume(ledger, suspending->body.cid);
}

static void serve(struct service *service, const struct request *request, struct reply *reply) {
  struct suspending suspending = {.now = service_now(service)};
  bool ends = request->message.type == MESSAGE_CARD_RESUMPTION;
  char cid[LOG_CID_SIZE];

  reply->status = card_message_parse(request->message.type, request->message.body, &suspending.body);
  if (reply->status != STATUS_OK)
    return;
  reply->status = envelope_transact(service, request, ends ? resume : suspend, &suspending);
  log_cid(suspending.body.cid, cid);
  log_line(&service->log, LOG_WARNING, ends ? "card-resumption" : "card-suspension", "tid=%s cid=%s code=%s",
           request->message.tid, cid, status_name(reply->status));
}

void post_card_suspension(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, reply);
}

void post_card_resumption(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, reply);
}
