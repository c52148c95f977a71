/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-contacts: a card is about to be read; may it? One that was reported lost or stolen dies here too. */
#include "card_asked.h"
#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "http/request.h"
#include "service.h"
#include "signer.h"

struct card_contact {
  struct card_message body;
  struct ledger_asking asking; /* borrows the body and the request */
  struct ledger_card card;
  enum status outcome; /* STATUS_OK: the card was found */
};

/* A number that was made up counts, and is answered, as one that a card has. */
static enum status find_card(struct ledger *ledger, void *context) {
  struct card_contact *contact = context;
  enum status status = ledger_card_asked(ledger, &contact->asking);

  if (status == STATUS_OK)
    status = ledger_card_find(ledger, contact->body.cid, &contact->card);
  contact->outcome = status;
  return status == STATUS_CARD_UNKNOWN || status == STATUS_CARDS_LIMIT ? STATUS_OK : status;
}

void post_card_contact(struct service *service, const struct request *request, struct reply *reply) {
  struct card_contact contact;
  struct transaction_reply filled = {.no_pin_single = service->configuration.no_pin.single};
  enum status status = card_message_parse(MESSAGE_CARD_CONTACT, request->message.body, &contact.body);

  contact.asking = card_asking(service, request, contact.body.cid);
  if (status == STATUS_OK)
    status = envelope_transact(service, request, find_card, &contact);
  if (status == STATUS_OK)
    status = contact.outcome;
  if (status != STATUS_OK) {
    reply->status = status;
    return;
  }
  status = card_usable(&contact.card, service_now(service));
  filled.has_block_order = status == STATUS_CARD_BLOCKED || status == STATUS_CARD_CLOSED;
  reply->status = filled.has_block_order ? signer_block(service, contact.card.cid, filled.block_order) : STATUS_OK;
  if (reply->status == STATUS_OK)
    reply_ok(reply, transaction_reply_body(&filled));
  if (reply->status == STATUS_OK)
    reply->status = status;
}
