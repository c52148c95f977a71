/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-voids: a personalization is given up; its number goes back, or is used up where a chip may bear it. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_desk.h"
#include "http/request.h"

struct giving_up {
  struct card_message body;
  const uint8_t *tid; /* the desk's */
};

static enum status give_up(struct ledger *ledger, void *context) {
  const struct giving_up *giving_up = context;
  const struct card_message *body = &giving_up->body;
  struct ledger_card card;
  bool retired = false;
  enum status status = ledger_card_find(ledger, body->cid, &card);

  if (status == STATUS_OK && memcmp(card.chip_serial, body->chip_serial, CHIP_SERIAL_SIZE) != 0)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = ledger_desk_holds(ledger, giving_up->tid, body->cid);
  return status == STATUS_OK ? ledger_card_void(ledger, body->cid, &retired) : status;
}

void post_card_void(struct service *service, const struct request *request, struct reply *reply) {
  struct giving_up giving_up = {.tid = request->terminal.tid};

  reply->status = card_message_parse(MESSAGE_CARD_VOID, request->message.body, &giving_up.body);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, give_up, &giving_up);
}
