/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-activations: the card is locked with all that it was given; it is the cardholder's now. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_deposit.h"
#include "epurse/ledger_desk.h"
#include "http/request.h"
#include "service.h"
#include "watch.h"

struct activation {
  struct card_message body;
  const uint8_t *tid;   /* the desk's */
  int64_t now, deposit; /* that the issuer wants */
};

/* A desk may issue a card without one (it renews another, say), but takes no other than the issuer's. */
static enum status check_deposit(const struct activation *activation) {
  return activation->body.deposit == 0 || activation->body.deposit == activation->deposit ? STATUS_OK
                                                                                          : STATUS_BAD_AMOUNT;
}

static enum status activate(struct ledger *ledger, void *context) {
  const struct activation *activation = context;
  struct ledger_card card;
  enum status status = ledger_card_find(ledger, activation->body.cid, &card);

  if (status == STATUS_OK && memcmp(card.chip_serial, activation->body.chip_serial, CHIP_SERIAL_SIZE) != 0)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = ledger_desk_finishes(ledger, activation->tid, activation->body.cid);
  if (status == STATUS_OK && card.state == LEDGER_CARD_RESERVED)
    status = check_deposit(activation);
  if (status == STATUS_OK)
    status = ledger_card_issue(ledger, activation->body.cid, activation->now);
  if (status != STATUS_OK || card.state != LEDGER_CARD_RESERVED || activation->body.deposit == 0)
    return status;
  return ledger_card_deposit(ledger, activation->tid, activation->body.cid, activation->body.deposit, activation->now);
}

void post_card_activation(struct service *service, const struct request *request, struct reply *reply) {
  struct activation activation = {
      .tid = request->terminal.tid, .now = service_now(service), .deposit = service->configuration.deposit};

  reply->status = card_message_parse(MESSAGE_CARD_ACTIVATION, request->message.body, &activation.body);
  if (reply->status == STATUS_OK && activation.body.deposit != 0 && watch_alarmed(service))
    reply->status = STATUS_LEDGER_STOPPED; /* it books money; the desk tells it again */
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, activate, &activation);
}
