/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-contacts: a card is about to be read; may it? One that was reported lost or stolen dies here too. */
#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "signer.h"

void post_card_contact(struct service *service, const struct request *request, struct reply *reply) {
  struct card_message body;
  struct ledger_card card;
  struct order_reply filled = {0};
  enum status status = card_message_parse(MESSAGE_CARD_CONTACT, request->message.body, &body);

  if (status == STATUS_OK) {
    status = envelope_accept(service, request);
  }
  if (status == STATUS_OK) {
    status = ledger_card_find(service->ledger, body.cid, &card);
  }
  if (status != STATUS_OK) {
    reply->status = status;
    return;
  }
  status = facts_judge(&card, service_now(service));
  filled.has_block_order = status == STATUS_CARD_BLOCKED;
  reply->status = filled.has_block_order ? signer_block(service, card.cid, filled.block_order) : STATUS_OK;
  if (reply->status == STATUS_OK) {
    reply_ok(reply, order_reply_body(&filled));
  }
  if (reply->status == STATUS_OK) {
    reply->status = status;
  }
}
