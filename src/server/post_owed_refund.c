/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/owed-refunds: a sale is given back, and its card is not there: owed to it. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message_refund.h"
#include "epurse/moment.h"
#include "http/request.h"
#include "service.h"

struct owing {
  struct ledger_owed_refund owed;
  uint8_t heir[CID_SIZE];
  enum status status; /* what the terminal is told */
};

/* What is refused has booked nothing; what broke is taken back. */
static enum status owe(struct ledger *ledger, void *context) {
  struct owing *owing = context;

  owing->status = ledger_refund_owe(ledger, &owing->owed, owing->heir);
  return status_http(owing->status) == 200 && owing->status != STATUS_LEDGER_BROKEN ? STATUS_OK : owing->status;
}

void post_owed_refund(struct service *service, const struct request *request, struct reply *reply) {
  struct owed_refund body;
  struct owing owing = {.owed = {.now = service_now(service)}};

  reply->status = owed_refund_parse(request->message.body, &body);
  if (reply->status != STATUS_OK)
    return;
  memcpy(owing.owed.cid, body.cid, CID_SIZE);
  memcpy(owing.owed.tid, request->terminal.tid, TID_SIZE);
  memcpy(owing.owed.wish, body.wish, sizeof owing.owed.wish);
  owing.owed.reference = body.reference;
  owing.owed.atc = body.atc;
  owing.owed.amount = body.amount;
  owing.owed.window = (int64_t)service->configuration.refund_days * SECONDS_PER_DAY;
  owing.owed.zone = service_zone(owing.owed.now);
  reply->status = envelope_transact(service, request, owe, &owing);
  if (reply->status == STATUS_OK)
    reply->status = owing.status;
  if (reply->status == STATUS_OK)
    reply_ok(reply, owed_refund_reply_body(owing.heir));
  log_line(&service->log, LOG_INFO, "owed-refund", "tid=%s amount=%lu code=%s", request->message.tid,
           (unsigned long)body.amount, status_name(reply->status));
}
