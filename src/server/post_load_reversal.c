/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/load-reversals: the terminal gives a load's money back, or asks whether it may. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_transaction.h"

static enum status reverse(struct ledger *ledger, void *context) {
  return ledger_load_reverse(ledger, context);
}

void post_load_reversal(struct service *service, const struct request *request, struct reply *reply) {
  struct card_message body;
  struct ledger_reversal reversal = {.now = service_now(service)};

  reply->status = card_message_parse(MESSAGE_LOAD_REVERSAL, request->message.body, &body);
  if (reply->status == STATUS_OK) {
    memcpy(reversal.cid, body.cid, CID_SIZE);
    memcpy(reversal.tid, request->terminal.tid, TID_SIZE);
    reversal.atc = body.atc;
    reversal.given_back = body.given_back;
    reply->status = envelope_transact(service, request, reverse, &reversal);
  }
}
