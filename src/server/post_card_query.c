/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-queries: what the server knows of one card. */
#include "endpoints.h"
#include "envelope.h"
#include "facts.h"

void post_card_query(struct service *service, const struct request *request, struct reply *reply) {
  struct card_message body;
  struct ledger_card card;

  reply->status = card_message_parse(MESSAGE_CARD_QUERY, request->message.body, &body);
  if (reply->status == STATUS_OK) {
    reply->status = envelope_accept(service, request);
  }
  if (reply->status == STATUS_OK) {
    reply->status = ledger_card_find(service->ledger, body.cid, &card);
  }
  if (reply->status == STATUS_OK) {
    struct card_facts facts = facts_of(&card, service->configuration.currency);
    reply_ok(reply, card_facts_body(&facts));
  }
}
