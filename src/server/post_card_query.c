/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-queries: what the server knows of one card. What is on it is told to administrators only: a
 * desk reads it from the card itself, when that is there. */
#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "http/request.h"
#include "service.h"

struct card_query {
  struct card_message body;
  struct ledger_card card;
};

static enum status find_card(struct ledger *ledger, void *context) {
  struct card_query *query = context;

  return ledger_card_find(ledger, query->body.cid, &query->card);
}

void post_card_query(struct service *service, const struct request *request, struct reply *reply) {
  struct card_query query;

  reply->status = card_message_parse(MESSAGE_CARD_QUERY, request->message.body, &query.body);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, find_card, &query);
  if (reply->status == STATUS_OK) {
    struct card_facts facts = facts_of(&query.card, service->configuration.currency);
    facts.unreported = request->terminal.role != ROLE_ADMIN;
    if (query.card.state == LEDGER_CARD_RESERVED)
      facts.deposit = service->configuration.deposit;
    reply_ok(reply, card_facts_body(&facts));
  }
}
